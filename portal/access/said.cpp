#include "portal/access/said.h"

#include <utility>

#include "common/crypto.h"
#include "common/jose.h"
#include "common/json.h"
#include "proto/receipt.h"

namespace plotmeter {

OpenKeys KeysToOpen(const Keyring& keys, Directory& directory,
                    std::optional<KnownCollector>& signer) {
  return {.decryption = [&keys](const std::string& kid) { return keys.Decryption(kid); },
          .signer = [&](const std::string& kid) -> std::optional<OpenKeys::Signer> {
            signer = directory.CollectorByKey(kid);
            if (!signer) return std::nullopt;
            auto key = FromJwk(ParseJson(signer->jwk));
            if (!key) return std::nullopt;
            return OpenKeys::Signer{*std::move(key), signer->revoked};
          }};
}

SaidRefused Refusing::With(std::string_view body, int status, std::string check,
                           std::string detail) const {
  const std::shared_ptr<const Keyring> keys = keys_.Now();
  SaidRefused refused{.status = status, .check = std::move(check), .detail = std::move(detail)};
  refused.signed_note = SignRefusal({.portal = keys->thumbprint(),
                                     .sealed_sha256 = Base64Url(Sha256(body)),
                                     .status = refused.status,
                                     .check = refused.check,
                                     .detail = refused.detail,
                                     .at = clock_.Now()},
                                    keys->signing());
  return refused;
}

SaidRefused Refusing::Because(std::string_view body, SaidCheck check, std::string detail) const {
  switch (check) {
    case SaidCheck::kKeyRetired:
      return With(body, 400, "key-retired", std::move(detail));
    case SaidCheck::kSigner:
      return With(body, 401, "signer", std::move(detail));
    case SaidCheck::kRevoked:
      return With(body, 401, "revoked", std::move(detail));
    case SaidCheck::kSchema:
      return With(body, 422, "schema", std::move(detail));
    case SaidCheck::kForm:
    case SaidCheck::kRight:
      break;
  }
  return With(body, 400, "form", std::move(detail));
}

SaidRefused Refusing::Replaced(std::string_view body) const {
  return With(body, 401, "key-replaced", "the collector has replaced the key that signed it");
}

}  // namespace plotmeter
