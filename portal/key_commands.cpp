// keys list, rotate and replace: the portal's own keys.

#include <fmt/format.h>

#include <stdexcept>

#include "common/clock.h"
#include "common/jose.h"
#include "common/json.h"
#include "portal/access/key_changes.h"
#include "portal/access/keyring.h"
#include "portal/access/keys_lock.h"
#include "portal/commands.h"
#include "portal/lookup.h"
#include "portal/portal_settings.h"

namespace plotmeter {
namespace {

struct KeysMeant {
  bool signing = false;
  bool encryption = false;
};

KeysMeant MeantKeys(const Arguments& arguments) {
  const std::string which = arguments.Text("key");
  if (which == "signing") return {.signing = true};
  if (which == "encryption") return {.encryption = true};
  if (which == "both") return {.signing = true, .encryption = true};
  throw UsageError(fmt::format("'key' is '{}'; expected signing, encryption or both", which));
}

// The keys are files: the change stands there already when it is written down here.
void WriteDown(const DataDirectory& data, const std::string& what, const Keyring& keys,
               Instant now) {
  SqliteStore(data.existing_database())
      .NoteAudit(kTheOperator,
                 {.what = what,
                  .subject = "keys",
                  .after = {{"signing", keys.thumbprint()},
                            {"encryption", Thumbprint(keys.newest_encryption())},
                            {"version", keys.version()}}},
                 kCommandLine, now);
}

void SayWhatNext(const DataDirectory& data, const Keyring& keys) {
  fmt::print("signing key {}, encryption key {}, keys document {}\n", keys.thumbprint(),
             Thumbprint(keys.newest_encryption()), keys.version());
  fmt::print(
      "Next: tell the portal, if it runs, to use them (systemctl reload plotmeter-portal, or "
      "SIGHUP), and make a backup: an older one has other keys.\n"
      "  plotmeter-portal backup --data {} FILE\n",
      data.path.string());
}

}  // namespace

void CheckRotateKeys(const Arguments& arguments) { MeantKeys(arguments); }

int RotateKeys(const Arguments& arguments) {
  const DataDirectory data(arguments);
  data.existing_database();
  const KeysMeant meant = MeantKeys(arguments);
  const KeysLock lock = KeysLock::ToChange(data.path);
  const Instant now = SystemClock().Now();
  if (meant.encryption) RotateEncryption(data.path, now);
  if (meant.signing) RotateSigning(data.path, now);
  for (const std::string& gone : DropRetired(data.path, now)) {
    fmt::print("removed {}: what was sealed to it is over {} days old\n", gone,
               kRetiredKeysKept.count());
  }
  const Keyring keys = Keyring::Load(data.path);
  WriteDown(data, "keys.rotate", keys, now);
  SayWhatNext(data, keys);
  return 0;
}

int ReplaceKeys(const Arguments& arguments) {
  const DataDirectory data(arguments);
  data.existing_database();
  const KeysLock lock = KeysLock::ToChange(data.path);
  const Instant now = SystemClock().Now();
  ReplaceSigning(data.path, ReadKey(arguments.Text("recovery-key")), now);
  fmt::print(
      "The recovery key has spoken: collectors that hear of it believe nothing that the old key "
      "signs.\nEnrolment codes made before are void; make new ones.\n");
  const Keyring keys = Keyring::Load(data.path);
  WriteDown(data, "keys.replace", keys, now);
  SayWhatNext(data, keys);
  return 0;
}

int ListKeys(const Arguments& arguments) {
  const DataDirectory data(arguments);
  data.existing_database();
  const KeysLock lock = KeysLock::ToRead(data.path);
  const Keyring keys = Keyring::Load(data.path);
  std::vector<std::vector<std::string>> rows;
  for (const PublicKey& key : keys.all_signing()) {
    const std::string thumbprint = Thumbprint(key);
    rows.push_back(
        {"signing", thumbprint, thumbprint == keys.thumbprint() ? "in use" : "replaced"});
  }
  for (const auto& [number, key] : EncryptionKeys(data.path)) {
    const std::string thumbprint = Thumbprint(key.public_key());
    rows.push_back({"encryption", thumbprint,
                    key.public_key() == keys.newest_encryption() ? "in use" : "still opens"});
  }
  if (keys.recovery()) rows.push_back({"recovery", Thumbprint(*keys.recovery()), "kept elsewhere"});
  PrintRows({"key", "thumbprint", "state"}, rows, arguments.Switch("json"));
  return 0;
}

}  // namespace plotmeter
