#include "portal/alerts/rule_settings.h"

#include <fmt/format.h>

#include <array>
#include <variant>

namespace plotmeter {
namespace {

struct Number {
  int RuleSettings::*member = nullptr;
  int low = 0;
  int high = 0;
};

struct Member {
  const char* name = "";
  std::variant<bool RuleSettings::*, Number> what;
};

constexpr int kDay = 24 * 60;  // minutes

const std::array kMembers = {
    Member{"supplies", &RuleSettings::supplies},
    Member{"supply_low_percent", Number{&RuleSettings::supply_low_percent, 0, 100}},
    Member{"supply_low_days", Number{&RuleSettings::supply_low_days, 0, 365}},
    Member{"supply_empty_percent", Number{&RuleSettings::supply_empty_percent, 0, 100}},
    Member{"printer_alerts", &RuleSettings::printer_alerts},
    Member{"critical_after_minutes", Number{&RuleSettings::critical_after_minutes, -1, 30 * kDay}},
    Member{"warning_after_minutes", Number{&RuleSettings::warning_after_minutes, -1, 30 * kDay}},
    Member{"printer_silent", &RuleSettings::printer_silent},
    Member{"silent_poll_periods", Number{&RuleSettings::silent_poll_periods, 1, 100}},
    Member{"poll_minutes", Number{&RuleSettings::poll_minutes, 0, 30 * kDay}},
    Member{"asleep_most_days", Number{&RuleSettings::asleep_most_days, 1, 365}},
    Member{"collector_silent", &RuleSettings::collector_silent},
    Member{"collector_silent_minutes",
           Number{&RuleSettings::collector_silent_minutes, 1, 30 * kDay}},
    Member{"epoch_gaps", &RuleSettings::epoch_gaps},
    Member{"job_mismatches", &RuleSettings::job_mismatches},
    Member{"channels_apart", &RuleSettings::channels_apart},
    Member{"expiries", &RuleSettings::expiries},
    Member{"expiry_days", Number{&RuleSettings::expiry_days, 1, 365}},
};

bool Fits(const Json& value, const Number& number) {
  return value.is_number_integer() && value >= number.low && value <= number.high;
}

}  // namespace

RuleSettings RuleSettings::With(const Json& json) const {
  RuleSettings settings = *this;
  for (const Member& member : kMembers) {
    const auto found = json.find(member.name);
    if (found == json.end()) continue;
    if (const auto* number = std::get_if<Number>(&member.what)) {
      if (Fits(*found, *number)) settings.*number->member = found->get<int>();
    } else if (found->is_boolean()) {
      settings.*std::get<bool RuleSettings::*>(member.what) = found->get<bool>();
    }
  }
  return settings;
}

Json ToJson(const RuleSettings& settings) {
  Json json = Json::object();
  for (const Member& member : kMembers) {
    if (const auto* number = std::get_if<Number>(&member.what)) {
      json[member.name] = settings.*number->member;
    } else {
      json[member.name] = settings.*std::get<bool RuleSettings::*>(member.what);
    }
  }
  return json;
}

std::optional<WrongRule> WhatIsWrong(const Json& json) {
  for (const auto& [name, value] : json.items()) {
    const Member* known = nullptr;
    for (const Member& member : kMembers) {
      if (name == member.name) known = &member;
    }
    if (known == nullptr) return WrongRule{name, ""};
    if (const auto* number = std::get_if<Number>(&known->what)) {
      if (Fits(value, *number)) continue;
      return WrongRule{name,
                       fmt::format("a whole number from {} to {}", number->low, number->high)};
    }
    if (!value.is_boolean()) return WrongRule{name, "true or false"};
  }
  return std::nullopt;
}

std::vector<std::string> RuleNames() {
  std::vector<std::string> names;
  for (const Member& member : kMembers) names.emplace_back(member.name);
  return names;
}

}  // namespace plotmeter
