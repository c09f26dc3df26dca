#include "portal/access/keyring.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "common/jose.h"
#include "common/json.h"
#include "portal/access/key_changes.h"
#include "proto/enrolment.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEncryption = "encryption-";
constexpr std::string_view kSigning = "signing";

fs::path FirstSigningFile(const fs::path& data) { return data / "keys" / "signing.jwk"; }

[[noreturn]] void Fail(const fs::path& path, std::string_view doing) {
  throw std::runtime_error(fmt::format("cannot {} {}: {}", doing, path.string(),
                                       std::generic_category().message(errno)));
}

std::string TextOf(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) Fail(path, "read");
  return text.str();
}

fs::path RecoveryFile(const fs::path& data) { return data / "keys" / "recovery.jwk"; }

std::optional<PublicKey> ReadPublic(const fs::path& path) {
  if (!fs::exists(path)) return std::nullopt;
  try {
    if (auto key = FromJwk(ParseJson(TextOf(path)))) return key;
  } catch (const JsonError&) {  // no key either
  }
  throw std::runtime_error(path.string() + " is no P-256 public key (JWK)");
}

}  // namespace

PrivateKey ReadKey(const fs::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) Fail(path, "read");
  if ((status.st_mode & 077) != 0) {
    throw std::runtime_error(
        fmt::format("{} can be read by others: run 'chmod 600 {}'", path.string(), path.string()));
  }
  auto key = PrivateKey::FromPem(Secret(TextOf(path)));
  if (!key) throw std::runtime_error(path.string() + " is no P-256 private key (PKCS #8 PEM)");
  return *std::move(key);
}

namespace {

// The N of "encryption-N.pem", or empty.
std::optional<int> NumberOf(const fs::path& path) {
  const std::string stem = path.stem().string();
  if (path.extension() != ".pem" || !stem.starts_with(kEncryption)) return std::nullopt;
  int number = 0;
  const char* end = stem.data() + stem.size();
  const auto [stop, error] = std::from_chars(stem.data() + kEncryption.size(), end, number);
  if (error != std::errc{} || stop != end || number < 1) return std::nullopt;
  return number;
}

}  // namespace

void WritePrivateFile(const fs::path& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) Fail(path, "create");
  bool whole = true;
  for (std::size_t done = 0; whole && done < text.size();) {
    const ssize_t wrote = ::write(file, text.data() + done, text.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    whole = wrote > 0;
    if (whole) done += static_cast<std::size_t>(wrote);
  }
  whole = whole && ::fsync(file) == 0;
  if (::close(file) != 0 || !whole) Fail(path, "write");
}

Keyring::Keyring(PrivateKey signing)
    : signing_(std::move(signing)), thumbprint_(Thumbprint(signing_.public_key())) {}

fs::path RecoveryKeyFile(const fs::path& data) { return data / "recovery-key.pem"; }

void MakeRecoveryKey(const fs::path& data, const fs::path& private_half) {
  const fs::path file = RecoveryFile(data);
  if (fs::exists(file)) {
    throw std::runtime_error(file.string() + " exists: this portal has a recovery key");
  }
  const PrivateKey key = PrivateKey::Generate();
  WritePrivateFile(private_half, key.ToPem().Reveal());
  WritePrivateFile(file, JsonText(ToJwk(key.public_key())) + "\n");
}

Keyring Keyring::Create(const fs::path& data, const fs::path& recovery_key) {
  const fs::path folder = data / "keys";
  fs::create_directories(folder);
  fs::permissions(folder, fs::perms::owner_all);
  const PrivateKey signing = PrivateKey::Generate();
  WritePrivateFile(folder / "signing.pem", signing.ToPem().Reveal());
  WritePrivateFile(FirstSigningFile(data), JsonText(ToJwk(signing.public_key())) + "\n");
  WritePrivateFile(folder / "encryption-1.pem", PrivateKey::Generate().ToPem().Reveal());
  MakeRecoveryKey(data, recovery_key.empty() ? RecoveryKeyFile(data) : recovery_key);
  return Load(data);
}

std::map<fs::path, PrivateKey> SigningKeys(const fs::path& data) {
  std::map<fs::path, PrivateKey> keys;
  for (const auto& entry : fs::directory_iterator(data / "keys")) {
    const fs::path& path = entry.path();
    const bool signs = path.extension() == ".pem" && path.stem().string().starts_with(kSigning);
    if (signs) keys.emplace(path, ReadKey(path));
  }
  return keys;
}

std::map<int, PrivateKey> EncryptionKeys(const fs::path& data) {
  std::map<int, PrivateKey> keys;
  for (const auto& entry : fs::directory_iterator(data / "keys")) {
    if (const auto number = NumberOf(entry.path())) keys.emplace(*number, ReadKey(entry.path()));
  }
  return keys;
}

std::optional<PublicKey> ReadRecoveryKey(const fs::path& data) {
  return ReadPublic(RecoveryFile(data));
}

SigningPast ReadSigningPast(const fs::path& data) {
  SigningPast past;
  const fs::path first = data / "keys" / "signing.pem";
  past.current = ReadPublic(FirstSigningFile(data));
  if (!past.current && fs::exists(first)) past.current = ReadKey(first).public_key();
  if (past.current) past.all.push_back(*past.current);
  for (const KeyChangeNote& note : KeyChanges(data)) {
    if (note.link.empty()) continue;
    const auto link = ReadKeysLink(note.link);
    if (!link) throw std::runtime_error((data / "keys").string() + " holds a link that is none");
    // Older portals kept no public half of the first one; the link has it.
    const PublicKey& before = link->replaced ? *link->replaced : *link->by;
    const bool known = link->replaced || link->generation == past.generation;
    if (past.all.empty() && known) past.all.push_back(before);
    past.all.push_back(*link->signing);
    past.current = link->signing;
    past.generation = link->generation;
    past.chain.push_back(note.link);
  }
  return past;
}

Keyring Keyring::Load(const fs::path& data) {
  const fs::path folder = data / "keys";
  SigningPast past = ReadSigningPast(data);
  std::optional<PrivateKey> signing;
  if (past.chain.empty()) {
    signing = ReadKey(folder / "signing.pem");
    past.all = {signing->public_key()};
  } else {
    for (const auto& [path, key] : SigningKeys(data)) {
      if (key.public_key() == *past.current) signing = key;
    }
  }
  if (!signing) {
    throw std::runtime_error(
        fmt::format("{} holds no private half of the signing key {}; restore it from a "
                    "backup, or replace it with 'plotmeter-portal keys replace'",
                    folder.string(), Thumbprint(*past.current)));
  }
  Keyring keys(*std::move(signing));
  for (const auto& [number, key] : EncryptionKeys(data)) {
    keys.encryption_.emplace_back(number, key.public_key());
    keys.decryption_.emplace(Thumbprint(key.public_key()), key);
  }
  if (keys.encryption_.empty()) {
    throw std::runtime_error(fmt::format("{} holds no encryption-N.pem", folder.string()));
  }
  keys.recovery_ = ReadRecoveryKey(data);
  keys.past_ = std::move(past.all);
  keys.chain_ = std::move(past.chain);
  keys.generation_ = past.generation;
  return keys;
}

bool Keyring::IsNamed(const std::string& thumbprint) const {
  return std::ranges::any_of(past_,
                             [&](const PublicKey& key) { return Thumbprint(key) == thumbprint; });
}

std::int64_t Keyring::version() const {
  return encryption_.back().first + static_cast<std::int64_t>(chain_.size());
}

std::optional<PrivateKey> Keyring::Decryption(const std::string& kid) const {
  const auto found = decryption_.find(kid);
  return found != decryption_.end() ? std::optional(found->second) : std::nullopt;
}

std::string Keyring::Document(Instant issued_at) const {
  return WriteKeys({.version = version(),
                    .signing = signing_.public_key(),
                    .encryption = {newest_encryption()},
                    .recovery = recovery_ ? Thumbprint(*recovery_) : "",
                    .generation = generation_,
                    .chain = chain_,
                    .issued_at = issued_at},
                   signing_);
}

}  // namespace plotmeter
