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
#include "proto/enrolment.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "encryption-";

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

std::optional<PublicKey> ReadRecovery(const fs::path& path) {
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
  if (path.extension() != ".pem" || !stem.starts_with(kPrefix)) return std::nullopt;
  int number = 0;
  const char* end = stem.data() + stem.size();
  const auto [stop, error] = std::from_chars(stem.data() + kPrefix.size(), end, number);
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
  WritePrivateFile(folder / "signing.pem", PrivateKey::Generate().ToPem().Reveal());
  WritePrivateFile(folder / "encryption-1.pem", PrivateKey::Generate().ToPem().Reveal());
  MakeRecoveryKey(data, recovery_key.empty() ? RecoveryKeyFile(data) : recovery_key);
  return Load(data);
}

Keyring Keyring::Load(const fs::path& data) {
  const fs::path folder = data / "keys";
  Keyring keys(ReadKey(folder / "signing.pem"));
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto number = NumberOf(entry.path());
    if (!number) continue;
    PrivateKey key = ReadKey(entry.path());
    keys.encryption_.emplace_back(*number, key.public_key());
    keys.decryption_.emplace(Thumbprint(key.public_key()), std::move(key));
  }
  if (keys.encryption_.empty()) {
    throw std::runtime_error(fmt::format("{} holds no encryption-N.pem", folder.string()));
  }
  keys.recovery_ = ReadRecovery(RecoveryFile(data));
  std::ranges::sort(keys.encryption_, {}, [](const auto& entry) { return entry.first; });
  return keys;
}

std::optional<PrivateKey> Keyring::Decryption(const std::string& kid) const {
  const auto found = decryption_.find(kid);
  return found != decryption_.end() ? std::optional(found->second) : std::nullopt;
}

std::string Keyring::Document(Instant issued_at) const {
  return WriteKeys({.version = encryption_.back().first,
                    .signing = signing_.public_key(),
                    .encryption = {newest_encryption()},
                    .recovery = recovery_ ? Thumbprint(*recovery_) : "",
                    .issued_at = issued_at},
                   signing_);
}

}  // namespace plotmeter
