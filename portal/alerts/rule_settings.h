// When the rules raise something, as it is set for a reseller, a customer or one printer.
//
//    RuleSettings settings;                                        what holds where nothing is set
//    settings = settings.With(ParseJson(R"({"supply_low_percent":20})"));     a reseller's
//    settings = settings.With(ParseJson(R"({"supply_low_days":14})"));        its customer's
//
// Each level says only what differs; the narrowest that says something wins, member by member. What
// is only known of a reseller (collectors, tokens, the portal) has no printer's settings.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"

namespace plotmeter {

struct RuleSettings {
  bool supplies = true;
  int supply_low_percent = 15;  // at or below it is low
  int supply_low_days = 7;      // and so it is with as many days left or fewer; 0: not by days
  int supply_empty_percent = 1;

  bool printer_alerts = true;
  // Severities of the printers' own alerts that are worth a person, and how many minutes an alert
  // has to last first: a lid that is open for a minute is nobody's business. -1: never.
  int critical_after_minutes = 0;
  int warning_after_minutes = 60;

  bool printer_silent = true;
  int silent_poll_periods = 2;
  int poll_minutes = 0;       // 0: as the collector was asked, or as it was seen to be
  int asleep_most_days = 14;  // who sleeps for longer is silent

  bool collector_silent = true;
  int collector_silent_minutes = 15;

  bool epoch_gaps = true;
  bool job_mismatches = true;
  bool channels_apart = true;

  bool expiries = true;
  int expiry_days = 14;

  // These settings, but for what `json` sets. Of a member that is unknown or wrong nothing is
  // taken: WhatIsWrong is asked before anything is stored.
  RuleSettings With(const Json& json) const;

  bool operator==(const RuleSettings&) const = default;
};

Json ToJson(const RuleSettings& settings);

// What is wrong with settings that come from outside.
struct WrongRule {
  std::string member = {};
  std::string expected = {};  // empty: there is no such member
};
std::optional<WrongRule> WhatIsWrong(const Json& json);

// The names of all members.
std::vector<std::string> RuleNames();

}  // namespace plotmeter
