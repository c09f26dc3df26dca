// What a collector says beside its batches (heartbeats, key rotations): a JWE to the portal's
// encryption key, without zip, of a JWS by the collector's key. Opened in the order of the checks
// for a batch: form, our key, the MAC, a signer we know, its signature.
//
//    OpenedSaid said = OpenSaid(body, {"heartbeat", kHeartbeatJwe, kHeartbeatJws, 16384}, keys);
//    if (said.check == SaidCheck::kRight) Read(said.payload);

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "proto/seal.h"

namespace plotmeter {

enum class SaidCheck { kRight, kForm, kKeyRetired, kSigner, kRevoked, kSchema };

struct SaidKind {
  std::string_view name = {};  // for people: "heartbeat"
  std::string_view jwe = {};   // typ of the two envelopes
  std::string_view jws = {};
  std::size_t most = 0;  // bytes, sealed
};

struct OpenedSaid {
  SaidCheck check = SaidCheck::kForm;
  std::string detail = {};   // for people; nothing about keys
  std::string jws = {};      // once its signature was right
  std::string payload = {};  // of that
};

OpenedSaid OpenSaid(std::string_view sealed, const SaidKind& kind, const OpenKeys& keys);

}  // namespace plotmeter
