// status: how it goes.

#include <iostream>
#include <stdexcept>

#include "collector/collector_settings.h"
#include "collector/commands.h"
#include "collector/doctor.h"
#include "collector/enrol/identity.h"
#include "collector/state_lock.h"
#include "collector/status_view.h"
#include "common/jose.h"
#include "common/private_file.h"

namespace plotmeter {
namespace {

// Empty where there is none, or it is damaged: it is only a picture of the moment.
Json BookOf(const std::string& directory) {
  try {
    const std::optional<Secret> text = ReadPrivateFile(directory + "/status.json");
    Json book = text ? ParseJson(text->Reveal()) : Json::object();
    return book.is_object() ? book : Json::object();
  } catch (const JsonError&) {
    return Json::object();
  }
}

// Of the public half; empty where there is none, or none that may be believed.
std::string KeyName(const std::string& directory) {
  try {
    const std::optional<PrivateKey> key = LoadKey(directory);
    return key ? Thumbprint(key->public_key()) : "";
  } catch (const std::runtime_error&) {  // doctor says why
    return {};
  }
}

int Status(const Arguments& arguments) {
  const SystemClock clock;
  const std::string directory = StateDirectory(arguments);
  SpoolSettings settings = SpoolSettingsOf(arguments);
  settings.make = false;  // not as another user in the service's place, nor at a mistyped path
  Spool spool(settings, clock);
  const Json status = StatusOf({.book = BookOf(directory),
                                .known = spool.KnownPrinters(),
                                .waiting = spool.CountWaiting(),
                                .identity = LoadIdentity(directory),
                                .key = KeyName(directory),
                                .stream = spool.stream(),
                                .spool_bytes = spool.used_bytes(),
                                .spool_limit = settings.limit,
                                .mishaps = spool.Mishaps(),
                                .service = LockHolder(directory)});
  std::cout << (arguments.Switch("json") ? JsonText(status) + "\n"
                                         : StatusText(status, clock.Now()));
  return 0;
}

}  // namespace

Command StatusCommand() {
  return {.name = "status",
          .summary = "Says what the collector is doing, what waits, what failed and why.",
          .settings = Joined({{JsonSwitch()}, StateSettings()}),
          .run = Status,
          .check = [](const Arguments& arguments) { SpoolSettingsOf(arguments); }};
}

}  // namespace plotmeter
