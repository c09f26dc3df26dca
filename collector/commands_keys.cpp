// rotate-key: another key for this collector, vouched for by the one it has.

#include <fmt/format.h>

#include <stdexcept>

#include "collector/collector_settings.h"
#include "collector/commands.h"
#include "collector/enrol/identity.h"
#include "collector/key_lock.h"
#include "collector/sending.h"
#include "collector/upload/key_rotation.h"
#include "common/jose.h"

namespace plotmeter {
namespace {

int Rotate(const Arguments& arguments) {
  const SystemClock clock;
  const std::string directory = StateDirectory(arguments);
  const KeyLock lock(directory);
  std::optional<Identity> identity = LoadIdentity(directory);
  const std::optional<PrivateKey> key = LoadKey(directory);
  if (!identity || !key) {
    throw std::runtime_error(fmt::format(
        "{} is not enrolled, so there is no key to replace: plotmeter-collector enrol", directory));
  }
  SpoolSettings settings = SpoolSettingsOf(arguments);
  settings.make = false;
  Spool spool(settings, clock);
  PortalClient portal(PortalClientSettingsOf(arguments, identity->portal_url, identity->ca_file));
  UploadIdentity ours{.portal = identity->portal,
                      .collector = identity->collector,
                      .keys = identity->keys,
                      .key = key};
  ours.remember_keys = [&](const std::string& jws, const PortalKeys& keys) {
    identity->keys_jws = jws;
    identity->keys = keys;
    SaveIdentity(directory, *identity);
  };
  Uploader uploader(
      spool, portal, clock, [] { return 0.0; }, ours);
  const PrivateKey next = LoadOrMakeNextKey(directory);
  const RotationStep step = RotateKey(spool, portal, clock, uploader.identity(), next,
                                      [&] { return uploader.RefreshKeys(); });
  switch (step.end) {
    case RotationEnd::kRotated:
      break;
    case RotationEnd::kRefused:
      throw std::runtime_error(
          fmt::format("the key stays as it is: {}. If the portal does not know this collector any "
                      "more, enrol it again",
                      step.words));
    case RotationEnd::kTrouble:
      throw std::runtime_error(fmt::format(
          "not done yet: {}. Nothing is lost; give the command again{}", step.words,
          spool.IsRetired(key->public_key()) ? ", or let the running service finish it" : ""));
  }
  UseNextKey(directory, *identity);
  fmt::print("{} signs with key {} from now on; {} signed before\n", identity->collector,
             Thumbprint(next.public_key()), Thumbprint(key->public_key()));
  return 0;
}

}  // namespace

Command RotateKeyCommand() {
  return {.name = "rotate-key",
          .summary = "Makes a new key for this collector; the old one vouches for it.",
          .more =
              "The service may run meanwhile, and goes on with the new key by itself. Batches that "
              "were cut before\nstay as they are. The same command may be given again until it "
              "succeeds.\n"
              "  plotmeter-collector rotate-key",
          .settings = Joined({StateSettings(), PortalSettings()}),
          .run = Rotate,
          .check = [](const Arguments& arguments) {
            SpoolSettingsOf(arguments);
            CheckPortalSettings(arguments);
          }};
}

}  // namespace plotmeter
