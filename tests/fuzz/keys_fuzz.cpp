// What names keys is read or refused: a collector's word for its new key, the portal's answer to
// that, the portal's keys document, and the marks up to which an old key signed. Each as it came,
// and as the payload of a signature that is right, which a thief of a key can make.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "proto/enrolment.h"
#include "proto/rotation.h"
#include "tests/proto/sample.h"

namespace {

using namespace plotmeter;

void Check(bool is_so) {
  if (!is_so) std::abort();
}

void ReadWord(std::string_view word) {
  const auto rotation = ReadKeyRotation(word);
  if (!rotation) return;
  Check(rotation->old && rotation->key && rotation->last.size() <= kMaxMarks);
  Check(ReadMarks(WriteMarks(rotation->last)) == rotation->last);
}

void ReadList(std::string_view bytes) {
  try {
    Check(ReadMarks(bytes).size() <= kMaxMarks);
  } catch (const BatchError& error) {
    Check(*error.what() != '\0');
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Parties parties = Parties::Published();
  static const PublicKey portal = parties.portal.public_key();
  static const std::string thumbprint = Thumbprint(portal);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ReadWord(bytes);
  ReadWord(SignJws(kKeyRotationJws, SignJws(kNewKeyJws, bytes, parties.portal), parties.collector));
  ReadList(bytes);
  (void)ReadKeyRotated(SignJws(kKeyRotatedJws, bytes, parties.portal), portal);
  (void)ReadKeys(bytes, thumbprint);
  if (const auto keys = ReadKeys(SignJws(kKeysJws, bytes, parties.portal), thumbprint)) {
    Check(keys->signing && Thumbprint(*keys->signing) == thumbprint);
  }
  return 0;
}
