// Whatever is POSTed as a sealed batch is opened or refused: as it came, and then as what only
// someone with the portal's public key can make, that is sealed rightly as DEFLATE, and as a
// message.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tests/proto/sample.h"

namespace {

using namespace plotmeter;

void Check(bool is_so) {
  if (!is_so) std::abort();
}

void OpenOrRefuse(std::string_view sealed) {
  static const Parties parties = Parties::Published();
  static const OpenKeys keys = parties.Keys();
  const OpenResult opened = Open(sealed, keys);
  if (opened.refusal != Refusal::kNone) {
    Check(!opened.detail.empty() && opened.text.payload.empty() && opened.text.names.empty());
    return;
  }
  // What is opened was signed by the collector, byte for byte.
  const auto jws = ReadJws(opened.jws);
  Check(jws && jws->VerifyDetached(parties.collector.public_key(), opened.text.payload));
  Check(opened.signer == Thumbprint(parties.collector.public_key()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const PublicKey portal = Parties::Published().portal.public_key();
  OpenOrRefuse(bytes);
  (void)OpenPlain(bytes, "plotmeter-enrolment+jwe", Parties::Published().Keys());
  OpenOrRefuse(EncryptJwe(bytes, portal, {.typ = std::string(kBatchJwe), .zip = true}));
  OpenOrRefuse(Seal(bytes, portal));
  const auto inflated = Inflate(bytes, 1 << 20);
  Check(!inflated ||
        (inflated->size() <= 1 << 20 && Inflate(Deflate(*inflated), 1 << 20) == inflated));
  return 0;
}
