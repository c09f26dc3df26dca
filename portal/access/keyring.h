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
// still open what was sealed to them. One key signs: signing.pem, or that signing-N.pem which
// changes.ndjson names last (key_changes.h). Batches and codes call the portal by the thumbprint of
// the key that signed when their collector enrolled, so it goes by all of them. The version of the
// document is the highest N and a step for each change of the signing key.
//
// Beside them lies recovery.jwk, the public half of the recovery key: backups are sealed to it, and
// the keys document names its thumbprint. Its private half is made with it and is to be kept
// elsewhere; the portal never asks for it.
//
// Immutable once loaded: safe from any thread.

#pragma once

#include <cstdint>
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
  // It, and those that signed before it.
  const std::vector<PublicKey>& all_signing() const { return past_; }
  // Whether the portal goes, or went, by this thumbprint.
  bool IsNamed(const std::string& thumbprint) const;
  const std::vector<std::string>& chain() const { return chain_; }  // proto/enrolment.h
  std::int64_t generation() const { return generation_; }
  std::int64_t version() const;                                  // of the document
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
  std::vector<PublicKey> past_;
  std::vector<std::string> chain_;
  std::int64_t generation_ = 0;
  std::vector<std::pair<int, PublicKey>> encryption_;  // rising
  std::map<std::string, PrivateKey> decryption_;       // by thumbprint
  std::optional<PublicKey> recovery_;
};

// The files as they lie in data/keys, used or not.
std::map<std::filesystem::path, PrivateKey> SigningKeys(const std::filesystem::path& data);
std::map<int, PrivateKey> EncryptionKeys(const std::filesystem::path& data);
std::optional<PublicKey> ReadRecoveryKey(const std::filesystem::path& data);

// Which keys signed, as far as is known without the private half of any.
struct SigningPast {
  std::vector<PublicKey> all = {};        // oldest first; the last one signs now
  std::optional<PublicKey> current = {};  // empty: the first one, whose files are lost
  std::vector<std::string> chain = {};
  std::int64_t generation = 0;
};
SigningPast ReadSigningPast(const std::filesystem::path& data);

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
