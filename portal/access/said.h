// What heartbeats and key rotations have in common at the portal: whose keys open them, and how
// they are refused.
//
//    std::optional<KnownCollector> signer;
//    const HeardHeartbeat heard = ReadHeartbeat(body, KeysToOpen(keys, directory, signer));
//    if (heard.check != SaidCheck::kRight)
//      return refusing.Because(body, heard.check, heard.detail);

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/clock.h"
#include "common/in_use.h"
#include "portal/access/keyring.h"
#include "portal/store/directory.h"
#include "proto/said.h"

namespace plotmeter {

struct SaidRefused {
  int status = 400;  // 400, 401, 409, 422
  // "form", "key-retired", "signer", "revoked", "key-replaced", "portal", "collector", "schema", …
  std::string check = {};
  std::string detail = {};       // for people; nothing about keys
  std::string signed_note = {};  // the same as a JWS (proto/receipt.h, SignRefusal)
};

// Finds whoever signed and puts it into `signer`. All three must outlive what is returned.
OpenKeys KeysToOpen(const Keyring& keys, Directory& directory,
                    std::optional<KnownCollector>& signer);

class Refusing {
 public:
  // `clock` must outlive it.
  Refusing(InUse<Keyring> keys, const Clock& clock) : keys_(std::move(keys)), clock_(clock) {}

  SaidRefused With(std::string_view body, int status, std::string check, std::string detail) const;
  SaidRefused Because(std::string_view body, SaidCheck check, std::string detail) const;
  // Of a key that signs no more: its collector has another.
  SaidRefused Replaced(std::string_view body) const;

 private:
  const InUse<Keyring> keys_;
  const Clock& clock_;
};

}  // namespace plotmeter
