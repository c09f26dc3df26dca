#include "collector/piws/wear.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/collector/piws/written.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Answers Heads(const std::string& body) {
  Answers answers;
  EXPECT_TRUE(ReadPrintheads(ReadDocument(body), answers));
  return answers;
}

Answers Maintenance(const std::string& body) {
  Answers answers;
  EXPECT_TRUE(ReadMaintenance(ReadDocument(body), answers));
  return answers;
}

TEST(WearTest, ReadsTheSamplesAsTheGoldenFileSays) {
  Answers answers = Heads(Golden("PrintheadsStatus.json"));
  EXPECT_TRUE(ReadMaintenance(ReadDocument(Golden("PrinterMaintenance.json")), answers));
  ExpectGolden("wear.golden", Written(answers));
}

TEST(WearTest, ANewHeadIsAnotherMeter) {
  const auto with = [](const std::string& serial) {
    return Heads(R"({"PrintheadsStatus": {"PrintheadSlot": {"SlotId": 4, "PrintheadInfo":
        {"InkConsumption": 5, "SerialNumber": ")" +
                 serial + "\"}}}}")
        .meters.at(0)
        .meter;
  };
  EXPECT_EQ(with("AB12"), "x-printhead-ink-ab12");
  EXPECT_NE(with("AB12"), with("AB13"));
  EXPECT_EQ(with(""), "x-printhead-ink-4");
}

TEST(WearTest, NeverSaysANegativeAmount) {
  const Answers answers =
      Heads(R"({"PrintheadsStatus": {"PrintheadSlot": {"PrintheadInfo": {"InkConsumption": -4,
        "HealthGaugeLevel": "bad"}}}})");
  EXPECT_THAT(answers.meters, IsEmpty());
  EXPECT_THAT(answers.remarks,
              ElementsAre("PrintheadsStatus printhead-0: HealthGaugeLevel cannot be read",
                          "PrintheadsStatus printhead-0: InkConsumption cannot be read"));
}

TEST(WearTest, WhatIsConsumedIsNotWhatIsLeft) {
  const auto supplies = Maintenance(R"({"PrinterMaintenance": {"PreventiveMaintenanceKits": [
        {"PMKId": "A", "PercentageConsumed": 0}, {"PMKId": "B", "PercentageConsumed": "12.25"},
        {"PMKId": "C", "PercentageConsumed": 100}, {"PMKId": "D", "PercentageConsumed": 101}]}})")
                            .supplies;
  ASSERT_EQ(supplies.size(), 4U);
  EXPECT_EQ(supplies[0].percent->text(), "100");
  EXPECT_EQ(supplies[1].percent->text(), "87.75");
  EXPECT_EQ(supplies[1].remark, "12.25 percent consumed");
  EXPECT_EQ(supplies[2].percent->text(), "0");
  EXPECT_EQ(supplies[3].percent, std::nullopt);
  EXPECT_EQ(supplies[3].supply, "maintenance-kit-D");
}

TEST(WearTest, AnotherDocumentChangesNothing) {
  Answers answers;
  const Node other = ReadDocument(R"({"Other": {}})");
  EXPECT_FALSE(ReadPrintheads(other, answers));
  EXPECT_FALSE(ReadMaintenance(other, answers));
  EXPECT_EQ(Written(answers), Written(Answers{}));
}

}  // namespace
}  // namespace plotmeter
