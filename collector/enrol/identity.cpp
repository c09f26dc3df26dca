#include "collector/enrol/identity.h"

#include <fmt/format.h>

#include <stdexcept>

#include "common/json.h"
#include "common/private_file.h"

namespace plotmeter {
namespace {

std::string IdentityPath(const std::string& directory) { return directory + "/identity.json"; }
std::string KeyPath(const std::string& directory) { return directory + "/key.pem"; }

void RefuseShared(const std::string& path) {
  const std::string exposure = ExposureOf(path);
  if (exposure.empty()) return;
  throw std::runtime_error(fmt::format("{} is open to others ({}). If nobody else has read it: {}",
                                       path, exposure, CloseCommand(path)));
}

}  // namespace

std::optional<Identity> LoadIdentity(const std::string& directory) {
  const std::string path = IdentityPath(directory);
  const std::optional<Secret> text = ReadPrivateFile(path);
  if (!text) return {};
  Identity identity;
  try {
    const Json json = ParseJson(text->Reveal());
    identity = {.portal_url = json.at("portal_url").get<std::string>(),
                .portal = json.at("portal").get<std::string>(),
                .collector = json.at("collector").get<std::string>(),
                .site = json.at("site").get<std::string>(),
                .ca_file = json.at("ca_file").get<std::string>(),
                .keys_jws = json.at("keys").get<std::string>()};
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{} is damaged ({}); enrol again", path, error.what()));
  }
  const std::optional<PortalKeys> keys = ReadKeys(identity.keys_jws, identity.portal);
  if (!keys || keys->encryption.empty()) {
    throw std::runtime_error(
        fmt::format("{} holds keys that its portal did not sign; enrol again", path));
  }
  identity.keys = *keys;
  return identity;
}

void SaveIdentity(const std::string& directory, const Identity& identity) {
  const Json json = {{"portal_url", identity.portal_url}, {"portal", identity.portal},
                     {"collector", identity.collector},   {"site", identity.site},
                     {"ca_file", identity.ca_file},       {"keys", identity.keys_jws}};
  WritePrivateFile(IdentityPath(directory), Secret(JsonText(json) + "\n"));
}

std::optional<PrivateKey> LoadKey(const std::string& directory) {
  const std::optional<Secret> pem = ReadKeyFile(KeyPath(directory));
  if (!pem) return {};
  RefuseShared(KeyPath(directory));
  std::optional<PrivateKey> key = PrivateKey::FromPem(*pem);
  if (!key) {
    throw std::runtime_error(
        fmt::format("{} holds no P-256 key; restore it from a backup, or enrol in another state "
                    "directory",
                    KeyPath(directory)));
  }
  return key;
}

PrivateKey LoadOrMakeKey(const std::string& directory) {
  if (std::optional<PrivateKey> key = LoadKey(directory)) return *key;
  MakePrivateFolder(directory);
  PrivateKey key = PrivateKey::Generate();
  WriteKeyFile(KeyPath(directory), key.ToPem());
  return key;
}

}  // namespace plotmeter
