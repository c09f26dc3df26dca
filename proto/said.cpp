#include "proto/said.h"

#include <fmt/format.h>

#include "common/jose.h"

namespace plotmeter {

OpenedSaid OpenSaid(std::string_view sealed, const SaidKind& kind, const OpenKeys& keys) {
  const OpenedSaid none{
      .check = SaidCheck::kForm,
      .detail = fmt::format("the body is no {} sealed to this portal", kind.name)};
  if (sealed.size() > kind.most) return none;
  const JweRead read = ReadJwe(sealed);
  if (read.fault == JweFault::kParts || read.fault == JweFault::kHeader ||
      read.jwe.header.typ != kind.jwe || read.jwe.header.zip) {
    return none;
  }
  const auto key = keys.decryption(read.jwe.header.kid);
  if (!key) {
    return {.check = SaidCheck::kKeyRetired,
            .detail = "it is sealed to a key that this portal does not have"};
  }
  if (read.fault != JweFault::kNone) return none;
  auto opened = read.jwe.Decrypt(*key);
  if (!opened) return none;
  auto jws = ReadJws(*opened);
  if (!jws || jws->header.typ != kind.jws) return none;
  const auto signer = keys.signer(jws->header.kid);
  if (!signer || !jws->Verify(signer->key)) {
    return {.check = SaidCheck::kSigner, .detail = "no collector of this portal signed it"};
  }
  if (signer->revoked) {
    return {.check = SaidCheck::kRevoked, .detail = "the collector was revoked"};
  }
  return {
      .check = SaidCheck::kRight, .jws = *std::move(opened), .payload = std::move(jws->payload)};
}

}  // namespace plotmeter
