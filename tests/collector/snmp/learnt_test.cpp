#include "collector/snmp/learnt.h"

#include <gtest/gtest.h>

#include "collector/snmp/mib.h"

namespace plotmeter {
namespace {

SnmpLearnt Example() {
  return {.version = SnmpVersion::k2c,
          .found = {.objects = {mib::kSysObjectId, mib::kPrtGeneralSerialNumber + Oid{1}},
                    .verdict = Verdict::kLargeFormat,
                    .printer_rows = {1, 7},
                    .identity = {.manufacturer = "HP",
                                 .serial = "CN9541H01M",
                                 .product = "W6B56A",
                                 .model = "HP DesignJet Z9+",
                                 .firmware = "NUBIA_00_21"}},
          .printer = {.whose = "CN9541H01M W6B56A NUBIA_00_21",
                      .explored_at = FromMillis(1'795'338'001'000),
                      .offers = {mib::kHpErrorLog, mib::kHpLifetimeInk},
                      .started_at = FromMillis(1'795'000'000'000),
                      .bulk = SnmpBulk::kWorked}};
}

TEST(LearntTest, ComesBackAsItWas) {
  const SnmpLearnt before = Example();
  const auto after = LearntFrom(LearntText(before));
  ASSERT_TRUE(after);
  EXPECT_EQ(after->version, before.version);
  EXPECT_EQ(after->found, before.found);
  EXPECT_TRUE(IsSameOnDisk(after->printer, before.printer));
  SnmpLearnt other = before;
  other.printer.bulk = SnmpBulk::kFailed;
  EXPECT_FALSE(IsSameOnDisk(LearntFrom(LearntText(other))->printer, before.printer));
  EXPECT_TRUE(LearntFrom(LearntText({})));
}

TEST(LearntTest, KeepsNothingThatOthersMustBelieveFirst) {
  SnmpLearnt learnt = Example();
  learnt.version = SnmpVersion::k3;
  learnt.printer.log.last = 4;
  const auto after = LearntFrom(LearntText(learnt));
  ASSERT_TRUE(after);
  EXPECT_FALSE(after->version);
  EXPECT_EQ(after->printer.log, ErrorLogEnd{});
  EXPECT_TRUE(after->printer.jobs.empty());
}

TEST(LearntTest, KnowsNothingFromOtherTexts) {
  const std::string good = LearntText(Example());
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(LearntFrom(std::string_view(good).substr(0, length)));
  }
  EXPECT_FALSE(LearntFrom("{}"));
  EXPECT_FALSE(LearntFrom("[]"));
  std::string odd = good;
  odd.replace(odd.find("1.3.6"), 5, "1.x.6");
  EXPECT_FALSE(LearntFrom(odd));
}

}  // namespace
}  // namespace plotmeter
