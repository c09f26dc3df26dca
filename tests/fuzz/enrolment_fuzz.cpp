// A request to enrol is read or refused: as it came, and as whoever has a code and the portal's
// public key can make it, which is signed by the key that it names and sealed. What it says of the
// collector before goes on to be read as the old key's word for the new one.

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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Parties parties = Parties::Published();
  static const PublicKey portal = parties.portal.public_key();
  static const OpenKeys keys = parties.Keys();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)ReadEnrolmentRequest(bytes, keys);
  (void)ReadEnrolmentRequest(SealPlain(bytes, kEnrolmentJwe, portal), keys);
  const auto request = ReadEnrolmentRequest(
      SealPlain(SignJws(kEnrolmentJws, bytes, parties.collector), kEnrolmentJwe, portal), keys);
  if (!request) return 0;
  Check(request->key == parties.collector.public_key());
  Check(!request->before.empty() || (request->before_site.empty() && request->rotation.empty()));
  if (const auto word = ReadKeyRotation(request->rotation)) {
    Check(word->old && word->key && word->last.size() <= kMaxMarks);
  }
  const auto again =
      ReadEnrolmentRequest(WriteEnrolmentRequest(*request, parties.collector, portal), keys);
  Check(again && again->secret.Reveal() == request->secret.Reveal() &&
        again->portal == request->portal && again->name == request->name &&
        again->version == request->version && again->system == request->system &&
        again->before == request->before && again->before_site == request->before_site &&
        again->rotation == request->rotation);
  return 0;
}
