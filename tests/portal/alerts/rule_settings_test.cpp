#include "portal/alerts/rule_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plotmeter {
namespace {

TEST(RuleSettingsTest, TakesTheNarrowestMemberByMember) {
  const RuleSettings reseller =
      RuleSettings().With({{"supply_low_percent", 20}, {"supply_low_days", 14}});
  const RuleSettings customer = reseller.With({{"supply_low_days", 0}, {"printer_silent", false}});
  EXPECT_EQ(customer.supply_low_percent, 20);
  EXPECT_EQ(customer.supply_low_days, 0);
  EXPECT_FALSE(customer.printer_silent);
  EXPECT_EQ(customer.collector_silent_minutes, 15);
}

TEST(RuleSettingsTest, ShowsEveryMemberAndReadsItBack) {
  RuleSettings other;
  other.supplies = other.printer_alerts = other.epoch_gaps = false;
  other.critical_after_minutes = -1;
  other.expiry_days = 30;
  const Json json = ToJson(other);
  EXPECT_EQ(json.size(), RuleNames().size());
  EXPECT_EQ(WhatIsWrong(json), std::nullopt);
  EXPECT_EQ(RuleSettings().With(json), other);
}

std::string Wrong(const char* json) {
  const auto wrong = WhatIsWrong(ParseJson(json));
  return wrong ? wrong->member + ": " + wrong->expected : "nothing";
}

TEST(RuleSettingsTest, NamesWhatIsWrong) {
  EXPECT_EQ(Wrong("{}"), "nothing");
  EXPECT_EQ(Wrong(R"({"supply_low_percent":101})"),
            "supply_low_percent: a whole number from 0 to 100");
  EXPECT_EQ(Wrong(R"({"supply_low_percent":"15"})"),
            "supply_low_percent: a whole number from 0 to 100");
  EXPECT_EQ(Wrong(R"({"supply_low_percent":15.5})"),
            "supply_low_percent: a whole number from 0 to 100");
  EXPECT_EQ(Wrong(R"({"supplies":1})"), "supplies: true or false");
  EXPECT_EQ(Wrong(R"({"suplies":true})"), "suplies: ");
  EXPECT_EQ(Wrong(R"({"warning_after_minutes":-1})"), "nothing");
  EXPECT_EQ(Wrong(R"({"warning_after_minutes":-2})"),
            "warning_after_minutes: a whole number from -1 to 43200");
}

TEST(RuleSettingsTest, TakesNothingThatIsWrong) {
  EXPECT_EQ(RuleSettings().With(
                ParseJson(R"({"supply_low_percent":101,"supplies":0,"expiry_days":null,"x":1})")),
            RuleSettings());
}

}  // namespace
}  // namespace plotmeter
