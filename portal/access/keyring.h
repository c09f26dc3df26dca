// The portal's own keys: one that signs, and those that batches are sealed to.
//
//    Keyring::Create("data");                // data/keys/signing.pem, data/keys/encryption-1.pem
//    const Keyring keys = Keyring::Load("data");
//    keys.Document(now)                      // GET /api/v1/keys: a JWS (proto/enrolment.h)
//
// The private keys are files of mode 0600 in the data directory and not rows of the database: a
// database is copied, attached to support cases and one day shared by several machines, and whoever
// holds a copy must not be able to sign receipts or open batches. The public halves are in the keys
// document. Of encryption-N.pem the highest N is the one to seal to; the lower ones are retired and
// still open what was sealed to them. N is the document's version.
//
// Beside them lies recovery.jwk, the public half of the recovery key: backups are sealed to it, and
// the keys document names its thumbprint. Its private half is made with it and is to be kept
// elsewhere; the portal never asks for it.
//
// Immutable once loaded: safe from any thread.

#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/crypto.h"
#include "common/time.h"

namespace plotmeter {

class Keyring {
 public:
  // Makes new keys; the private half of the recovery key goes into that file, by default
  // data/recovery-key.pem. Throws std::runtime_error where there are some already.
  static Keyring Create(const std::filesystem::path& data,
                        const std::filesystem::path& recovery_key = {});
  // Throws std::runtime_error that names the file when one is missing, unreadable, no P-256 key, or
  // readable by others than its owner.
  static Keyring Load(const std::filesystem::path& data);

  const PrivateKey& signing() const { return signing_; }
  const std::string& thumbprint() const { return thumbprint_; }  // of the signing key
  const PublicKey& newest_encryption() const { return encryption_.back().second; }
  // Empty for a portal that was made before there was one; MakeRecoveryKey makes it.
  const std::optional<PublicKey>& recovery() const { return recovery_; }

  // The private key with this thumbprint, or empty when it is none of ours.
  std::optional<PrivateKey> Decryption(const std::string& kid) const;

  std::string Document(Instant issued_at) const;

 private:
  explicit Keyring(PrivateKey signing);

  PrivateKey signing_;
  std::string thumbprint_;
  std::vector<std::pair<int, PublicKey>> encryption_;  // rising
  std::map<std::string, PrivateKey> decryption_;       // by thumbprint
  std::optional<PublicKey> recovery_;
};

// Where the private half of the recovery key is put at first.
std::filesystem::path RecoveryKeyFile(const std::filesystem::path& data);

// Throws std::runtime_error where there is a recovery key already, or the file exists.
void MakeRecoveryKey(const std::filesystem::path& data, const std::filesystem::path& private_half);

// A P-256 private key in a file that only its owner can read; throws std::runtime_error that names
// the file.
PrivateKey ReadKey(const std::filesystem::path& path);

// Writes a new file that only its owner can read, and sees to it that it is on the disk. Throws
// std::runtime_error, also where the file exists.
void WritePrivateFile(const std::filesystem::path& path, const std::string& text);

}  // namespace plotmeter
