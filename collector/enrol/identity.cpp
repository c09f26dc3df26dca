#include "collector/enrol/identity.h"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>

#include "common/jose.h"
#include "common/json.h"
#include "common/path.h"
#include "common/private_file.h"

namespace plotmeter {
namespace {

std::string IdentityPath(const std::string& directory) { return directory + "/identity.json"; }
std::string KeyPath(const std::string& directory) { return directory + "/key.pem"; }
std::string NextKeyPath(const std::string& directory) { return directory + "/next-key.pem"; }

void RefuseShared(const std::string& path) {
  const std::string exposure = ExposureOf(path);
  if (exposure.empty()) return;
  throw std::runtime_error(fmt::format("{} is open to others ({}). If nobody else has read it: {}",
                                       path, exposure, CloseCommand(path)));
}

std::optional<PrivateKey> KeyIn(const std::string& path) {
  const std::optional<Secret> pem = ReadKeyFile(path);
  if (!pem) return {};
  RefuseShared(path);
  std::optional<PrivateKey> key = PrivateKey::FromPem(*pem);
  if (!key) {
    throw std::runtime_error(
        fmt::format("{} holds no P-256 key; restore it from a backup, or enrol in another state "
                    "directory",
                    path));
  }
  return key;
}

// Whether the portal was ever called so, as far as its chain tells.
bool GoesBy(const PortalKeys& keys, const std::string& portal) {
  if (portal == Thumbprint(*keys.signing)) return true;
  for (const std::string& text : keys.chain) {
    const auto link = ReadKeysLink(text);
    if (!link) continue;
    if (portal == Thumbprint(*link->by) || portal == Thumbprint(*link->signing)) return true;
    if (link->replaced && portal == Thumbprint(*link->replaced)) return true;
    // The recovery key replaced one whose public half was lost, too.
    if (!link->replaced && link->generation > 0) return true;
  }
  return false;
}

// The key that the identity names; empty where there is none, or it names none.
std::string NamedKey(const std::string& directory) {
  const std::optional<Secret> text = ReadPrivateFile(IdentityPath(directory));
  if (!text) return {};
  try {
    return ParseJson(text->Reveal()).value("key", "");
  } catch (const std::exception&) {  // LoadIdentity says what is wrong with it
    return {};
  }
}

// Another process may have done it meanwhile.
void MoveNextKey(const std::string& directory) {
  std::error_code ignored;
  std::filesystem::rename(PathOf(NextKeyPath(directory)), PathOf(KeyPath(directory)), ignored);
}

PrivateKey MakeKeyIn(const std::string& directory, const std::string& path) {
  MakePrivateFolder(directory);
  PrivateKey key = PrivateKey::Generate();
  WriteKeyFile(path, key.ToPem());
  return key;
}

}  // namespace

std::optional<Identity> LoadIdentity(const std::string& directory) {
  const std::string path = IdentityPath(directory);
  const std::optional<Secret> text = ReadPrivateFile(path);
  if (!text) return {};
  Identity identity;
  std::string signing;
  try {
    const Json json = ParseJson(text->Reveal());
    signing = json.value("signing", json.at("portal").get<std::string>());
    identity = {.portal_url = json.at("portal_url").get<std::string>(),
                .portal = json.at("portal").get<std::string>(),
                .collector = json.at("collector").get<std::string>(),
                .site = json.at("site").get<std::string>(),
                .site_id = json.value("site_id", ""),
                .key = json.value("key", ""),
                .ca_file = json.at("ca_file").get<std::string>(),
                .keys_jws = json.at("keys").get<std::string>()};
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{} is damaged ({}); enrol again", path, error.what()));
  }
  const std::optional<PortalKeys> keys = ReadKeys(identity.keys_jws, signing);
  if (!keys || keys->encryption.empty() || !GoesBy(*keys, identity.portal)) {
    throw std::runtime_error(
        fmt::format("{} holds keys that its portal did not sign; enrol again", path));
  }
  identity.keys = *keys;
  return identity;
}

void SaveIdentity(const std::string& directory, const Identity& identity) {
  const Json json = {{"portal_url", identity.portal_url},
                     {"portal", identity.portal},
                     {"signing", Thumbprint(*identity.keys.signing)},
                     {"collector", identity.collector},
                     {"key", identity.key},
                     {"site", identity.site},
                     {"site_id", identity.site_id},
                     {"ca_file", identity.ca_file},
                     {"keys", identity.keys_jws}};
  WritePrivateFile(IdentityPath(directory), Secret(JsonText(json) + "\n"));
}

std::optional<PrivateKey> LoadKey(const std::string& directory) {
  if (std::filesystem::exists(PathOf(NextKeyPath(directory)))) {
    const std::optional<PrivateKey> next = LoadNextKey(directory);
    if (next && Thumbprint(next->public_key()) == NamedKey(directory)) MoveNextKey(directory);
  }
  return KeyIn(KeyPath(directory));
}

PrivateKey LoadOrMakeKey(const std::string& directory) {
  if (std::optional<PrivateKey> key = LoadKey(directory)) return *key;
  return MakeKeyIn(directory, KeyPath(directory));
}

std::optional<PrivateKey> LoadNextKey(const std::string& directory) {
  return KeyIn(NextKeyPath(directory));
}

PrivateKey LoadOrMakeNextKey(const std::string& directory) {
  if (std::optional<PrivateKey> key = LoadNextKey(directory)) return *key;
  return MakeKeyIn(directory, NextKeyPath(directory));
}

void UseNextKey(const std::string& directory, Identity& identity) {
  const std::optional<PrivateKey> next = LoadNextKey(directory);
  if (!next) return;  // another process was faster
  identity.key = Thumbprint(next->public_key());
  SaveIdentity(directory, identity);
  MoveNextKey(directory);
}

void DropNextKey(const std::string& directory) {
  std::error_code ignored;
  std::filesystem::remove(PathOf(NextKeyPath(directory)), ignored);
}

}  // namespace plotmeter
