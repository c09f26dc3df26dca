#include "collector/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "collector/collector_settings.h"
#include "collector/commands.h"
#include "collector/search_profile.h"
#include "collector/ways.h"
#include "common/private_file.h"

namespace plotmeter {
namespace {

// Whatever a check throws is a finding, not the end of the others.
void Shielded(Findings& findings, const std::string& check, const std::function<void()>& act) {
  try {
    act();
  } catch (const std::exception& error) {
    findings.Fail(check, error.what(), "put that right, and call the doctor again");
  }
}

// Whether any community but the one that everybody knows is among them.
bool HasCommunity(const Arguments& arguments) {
  return std::ranges::any_of(arguments.All("community"),
                             [](const std::string& community) { return community != "public"; });
}

void ExamineSettings(const Arguments& arguments, Findings& findings) {
  SearchProfilesOf(arguments);
  CheckWays(arguments);
  CheckPortalSettings(arguments);
  if (arguments.file.empty()) return findings.Ok("settings", "they can be meant");
  const std::string exposure = ExposureOf(arguments.file);
  bool has_secret = !arguments.Text("proxy").empty() || HasCommunity(arguments);
  for (const Arguments& table : arguments.tables) {
    has_secret = has_secret || HasCommunity(table);
  }
  if (has_secret && !exposure.empty()) {
    findings.Warn("settings",
                  fmt::format("{} holds a community or a proxy and may be read by others ({})",
                              arguments.file, exposure),
                  CloseCommand(arguments.file) + ", as the user whom the service runs as");
  } else {
    findings.Ok("settings", fmt::format("{} can be meant", arguments.file));
  }
}

void Print(const Findings& findings) {
  std::size_t widest = 0;
  for (const Finding& finding : findings.list()) widest = std::max(widest, finding.check.size());
  for (const Finding& finding : findings.list()) {
    fmt::print("{:<5} {:<{}}  {}\n", ToText(finding.health), finding.check, widest, finding.seen);
    if (!finding.advice.empty()) fmt::print("      {:<{}}  > {}\n", "", widest, finding.advice);
  }
  const auto count = [&](Health health) {
    return std::ranges::count(findings.list(), health, &Finding::health);
  };
  fmt::print("{} checks: {} failed, {} to look at\n", findings.list().size(), count(Health::kFail),
             count(Health::kWarn));
}

int Examine(const Arguments& arguments) {
  const SystemClock clock;
  const std::string directory = StateDirectory(arguments);
  Findings findings;
  Shielded(findings, "settings", [&] { ExamineSettings(arguments, findings); });
  StateSeen state;
  Shielded(findings, "state", [&] { state = ExamineState(directory, findings); });
  std::optional<Spool> spool;
  if (state.has_spool) {
    Shielded(findings, "spool", [&] {
      SpoolSettings settings = SpoolSettingsOf(arguments);
      settings.make = false;
      spool.emplace(settings, clock);
    });
  }
  Shielded(findings, "portal", [&] {
    const bool given = arguments.Has("portal");
    std::string url =
        given ? arguments.Text("portal") : (state.identity ? state.identity->portal_url : "");
    while (url.ends_with('/')) url.pop_back();
    ExaminePortal({.url = url,
                   .portal = state.identity ? std::optional(KeysTrust::Of(state.identity->keys))
                                            : std::nullopt,
                   .arguments = arguments,
                   .clock = clock,
                   .ca_file = state.identity ? state.identity->ca_file : ""},
                  findings);
  });
  if (spool) {
    Shielded(findings, "sending", [&] { ExamineSending(directory, *spool, clock, findings); });
  }
  Shielded(findings, "printers",
           [&] { ExaminePrinters(arguments, clock, spool ? &*spool : nullptr, findings); });
  if (arguments.Switch("json")) {
    std::cout << JsonText(ToJson(findings, clock.Now())) << "\n";
  } else {
    Print(findings);
  }
  return findings.failed() ? 1 : 0;
}

}  // namespace

std::string_view ToText(Health health) {
  switch (health) {
    case Health::kOk:
      return "ok";
    case Health::kWarn:
      return "warn";
    case Health::kFail:
      break;
  }
  return "FAIL";
}

void Findings::Ok(std::string check, std::string seen) {
  list_.push_back({Health::kOk, std::move(check), std::move(seen), ""});
}
void Findings::Warn(std::string check, std::string seen, std::string advice) {
  list_.push_back({Health::kWarn, std::move(check), std::move(seen), std::move(advice)});
}
void Findings::Fail(std::string check, std::string seen, std::string advice) {
  list_.push_back({Health::kFail, std::move(check), std::move(seen), std::move(advice)});
}

bool Findings::failed() const {
  return std::ranges::find(list_, Health::kFail, &Finding::health) != list_.end();
}

Json ToJson(const Findings& findings, Instant at) {
  Json list = Json::array();
  for (const Finding& finding : findings.list()) {
    const bool failed = finding.health == Health::kFail;
    list.push_back({{"check", finding.check},
                    {"result", failed ? "fail" : ToText(finding.health)},
                    {"seen", finding.seen},
                    {"advice", finding.advice.empty() ? Json() : Json(finding.advice)}});
  }
  return {{"version", 1},
          {"at", FormatInstant(at)},
          {"well", !findings.failed()},
          {"findings", std::move(list)}};
}

Command DoctorCommand() {
  return {
      .name = "doctor",
      .summary = "Looks for what stands in the way of reading and sending, and says what to do.",
      .more =
          "It changes nothing. It asks the resolver for the portal's name, the portal for its "
          "keys, and each known printer,\nor each ADDRESS, what discovery asks; no reading is "
          "sent. Exit code 1: something failed.\n"
          "  plotmeter-collector doctor --config /etc/plotmeter/collector.toml\n"
          "  plotmeter-collector doctor 192.168.1.40 --portal https://portal.example",
      .settings = Joined({{{.name = "address",
                            .value = "ADDRESS[:PORT]",
                            .help = "look at this printer instead of those that are known; may be "
                                    "repeated",
                            .repeatable = true,
                            .positional = true},
                           {.name = "portal",
                            .value = "URL",
                            .help = "address of the portal [that of the enrolment]"},
                           JsonSwitch()},
                          StateSettings(),
                          PortalSettings(),
                          RangeSettings(),
                          {RediscoverSetting()},
                          ChannelSettings()}),
      .run = Examine,
      .check = [](const Arguments& arguments) {
        for (const std::string& address : arguments.All("address")) {
          ParseAddress(arguments, address);
        }
        SpoolSettingsOf(arguments);
      }};
}

}  // namespace plotmeter
