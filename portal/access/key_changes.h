// Keys of the portal that replace others, in the order in which they did: what makes its keys
// document rise, and lets collectors follow (proto/enrolment.h, `chain`).
//
//    RotateEncryption(data, now);                    // another key to seal to
//    RotateSigning(data, now);                       // the old signing key signs for the new
//    ReplaceSigning(data, recovery_key, now);        // lost or stolen: the recovery key does
//    DropRetired(data, now);                         // opens nothing sealed over 400 days ago
//
// A running portal has its keys in memory and goes on with those until SIGHUP, or its next start.
// The change is made when its line stands in DATA/keys/changes.ndjson, which is replaced in
// one step: a crash before leaves a key file that nobody uses.
//
//    {"at":"2026-11-29T04:00:00Z","encryption":2}    encryption-2.pem is sealed to from then on
//    {"at":"2026-11-29T04:00:00Z","link":JWS}        the signing key that it names signs
//
// All throw std::runtime_error that names the file. Who calls them has a KeysLock, so that no other
// process does the same.

#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/crypto.h"
#include "common/time.h"

namespace plotmeter {

// How long what was sealed to a key that was replaced is still opened (wire section 3).
inline constexpr std::chrono::days kRetiredKeysKept{400};

struct KeyChangeNote {
  Instant at = {};
  std::optional<int> encryption = {};
  std::string link = {};
};
std::vector<KeyChangeNote> KeyChanges(const std::filesystem::path& data);

// The number N of the new encryption-N.pem.
int RotateEncryption(const std::filesystem::path& data, Instant now);
// The thumbprint of the new signing key.
std::string RotateSigning(const std::filesystem::path& data, Instant now);
// The same with a new encryption key, too. `recovery` must be the private half of recovery.jwk; the
// old signing key need not be there any more.
std::string ReplaceSigning(const std::filesystem::path& data, const PrivateKey& recovery,
                           Instant now);
// The names of the files that it removed.
std::vector<std::string> DropRetired(const std::filesystem::path& data, Instant now);

}  // namespace plotmeter
