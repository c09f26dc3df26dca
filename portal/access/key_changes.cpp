#include "portal/access/key_changes.h"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

#include "common/jose.h"
#include "common/json.h"
#include "common/private_file.h"
#include "portal/access/keyring.h"
#include "proto/enrolment.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

fs::path ChangesFile(const fs::path& data) { return data / "keys" / "changes.ndjson"; }

fs::path EncryptionFile(const fs::path& data, int number) {
  return data / "keys" / fmt::format("encryption-{}.pem", number);
}

KeyChangeNote ReadLine(const std::string& line) {
  const Json json = ParseJson(line, {.max_bytes = 64 * 1024});
  const auto at = ParseInstant(json.at("at").get<std::string>());
  if (!at) throw JsonError("'at' is no instant");
  KeyChangeNote note{.at = *at, .link = json.value("link", "")};
  if (json.contains("encryption")) note.encryption = json.at("encryption").get<int>();
  return note;
}

void Append(const fs::path& data, const std::vector<KeyChangeNote>& more) {
  std::string text;
  std::vector<KeyChangeNote> all = KeyChanges(data);
  all.insert(all.end(), more.begin(), more.end());
  for (const KeyChangeNote& note : all) {
    Json line = {{"at", FormatInstant(note.at)}};
    if (note.encryption) line["encryption"] = *note.encryption;
    if (!note.link.empty()) line["link"] = note.link;
    text += JsonText(line) + "\n";
  }
  WritePrivateFile(ChangesFile(data).string(), Secret(text));
}

// A file of this kind that is not there yet; one that a crash left is not used again.
template <typename Named>
int WriteNext(int first, const PrivateKey& key, Named named) {
  int number = first;
  while (fs::exists(named(number))) ++number;
  WritePrivateFile(named(number), key.ToPem().Reveal());
  return number;
}

void WriteSigning(const fs::path& data, const PrivateKey& key) {
  WriteNext(2, key,
            [&](int number) { return data / "keys" / fmt::format("signing-{}.pem", number); });
}

int HighestEncryption(const fs::path& data) {
  int highest = 0;
  for (const auto& [number, key] : EncryptionKeys(data)) highest = std::max(highest, number);
  return highest;
}

KeyChangeNote NewEncryption(const fs::path& data, Instant now) {
  const int number = WriteNext(HighestEncryption(data) + 1, PrivateKey::Generate(),
                               [&](int n) { return EncryptionFile(data, n); });
  return {.at = now, .encryption = number};
}

// Those that sign no more. What they signed is proven by their public halves, in the chain.
void RemoveOtherSigning(const fs::path& data, const PublicKey& current) {
  for (const auto& [path, key] : SigningKeys(data)) {
    if (key.public_key() != current) fs::remove(path);
  }
}

}  // namespace

std::vector<KeyChangeNote> KeyChanges(const fs::path& data) {
  std::vector<KeyChangeNote> notes;
  std::ifstream in(ChangesFile(data));
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    try {
      notes.push_back(ReadLine(line));
    } catch (const std::exception& error) {
      throw std::runtime_error(
          fmt::format("{}, line {}: {}", ChangesFile(data).string(), number, error.what()));
    }
  }
  return notes;
}

int RotateEncryption(const fs::path& data, Instant now) {
  Keyring::Load(data);  // or it throws
  const KeyChangeNote note = NewEncryption(data, now);
  Append(data, {note});
  return *note.encryption;
}

std::string RotateSigning(const fs::path& data, Instant now) {
  const Keyring keys = Keyring::Load(data);
  const PrivateKey next = PrivateKey::Generate();
  WriteSigning(data, next);
  const KeysLink link{.signing = next.public_key(), .generation = keys.generation(), .at = now};
  Append(data, {{.at = now, .link = WriteKeysLink(link, keys.signing())}});
  RemoveOtherSigning(data, next.public_key());
  return Thumbprint(next.public_key());
}

std::string ReplaceSigning(const fs::path& data, const PrivateKey& recovery, Instant now) {
  const std::optional<PublicKey> known = ReadRecoveryKey(data);
  if (!known || recovery.public_key() != *known) {
    throw std::runtime_error(
        known ? "this is not the private half of the recovery key that collectors know"
              : "this portal has no recovery key, so collectors know nobody else's word; they have "
                "to enrol again");
  }
  const SigningPast past = ReadSigningPast(data);
  const PrivateKey next = PrivateKey::Generate();
  WriteSigning(data, next);
  const KeyChangeNote encryption = NewEncryption(data, now);
  const KeysLink link{.signing = next.public_key(),
                      .replaced = past.current,
                      .generation = past.generation + 1,
                      .at = now};
  Append(data, {encryption, {.at = now, .link = WriteKeysLink(link, recovery)}});
  RemoveOtherSigning(data, next.public_key());
  return Thumbprint(next.public_key());
}

std::vector<std::string> DropRetired(const fs::path& data, Instant now) {
  std::vector<std::string> gone;
  for (const KeyChangeNote& note : KeyChanges(data)) {
    if (!note.encryption || now - note.at < kRetiredKeysKept) continue;
    for (const auto& [number, key] : EncryptionKeys(data)) {
      const fs::path file = EncryptionFile(data, number);
      if (number < *note.encryption && fs::remove(file)) gone.push_back(file.filename().string());
    }
  }
  return gone;
}

}  // namespace plotmeter
