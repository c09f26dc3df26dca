#include "collector/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/snmp/mib.h"
#include "tests/fakes/recorded_session.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ExplainTest, WritesDownWhatWasAskedAndAnswered) {
  SnmpTable table;
  table[mib::kSysObjectId] = Value::ObjectId(mib::kHpPrinterCard + Oid{1});
  table[mib::kHrDeviceType + Oid{1}] = Value::ObjectId(mib::kHrDevicePrinter);
  table[mib::kHrDeviceDescr + Oid{1}] = Value::Octets("HP DesignJet Z9");
  RecordedSession session(table);
  Witness witness(session);
  Fingerprint found;
  Probe(witness, {}, [&](Probed probed) { found = probed.fingerprint; });
  const std::vector<Asked> asked = witness.Take();
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_FALSE(asked[0].is_walk);
  EXPECT_TRUE(asked[1].is_walk);
  EXPECT_EQ(asked[1].objects, std::vector<Oid>{mib::kHrDeviceType});
  EXPECT_EQ(asked[1].result.table.size(), 1U);
  ASSERT_EQ(found.steps.size(), 3U);
  EXPECT_FALSE(found.steps[0].is_so);
  EXPECT_TRUE(found.steps[1].is_so);
  EXPECT_THAT(found.steps[2].because, HasSubstr("HP DesignJet Z9"));
}

TEST(ExplainTest, NamesObjectsAndCredentialsButNoSecret) {
  EXPECT_EQ(NameOf(mib::kSysDescr), "sysDescr.0 (1.3.6.1.2.1.1.1.0)");
  EXPECT_EQ(NameOf(mib::kHrDeviceDescr + Oid{1}), "hrDeviceDescr.1 (1.3.6.1.2.1.25.3.2.1.3.1)");
  EXPECT_EQ(NameOf(Oid{1, 3, 9}), "1.3.9");
  const std::vector<SnmpCredentials> all = {
      {SnmpVersion::k2c, "blue"}, {SnmpVersion::k2c, "green"}, {SnmpVersion::k1, "blue"}};
  EXPECT_EQ(NameOf(all[1], all), "v2c, community 2 of 2");
  EXPECT_EQ(NameOf(all[2], all), "v1, community 1 of 1");
  SnmpUser user{.name = "meter", .auth_secret = Secret("hunter2hunter2")};
  const SnmpCredentials v3{.version = SnmpVersion::k3,
                           .user = std::make_shared<const SnmpUser>(std::move(user)),
                           .context = "Jetdirect"};
  EXPECT_EQ(NameOf(v3, {v3}), "v3, user meter, context Jetdirect");
}

TEST(ExplainTest, WithholdsWhatMayNameSomebody) {
  const Value linux_host = Value::Octets("Linux annas-pc 6.1.0");
  EXPECT_EQ(ShownValue(mib::kSysDescr, linux_host, {.verdict = Verdict::kNotAPrinter}),
            "(withheld: 20 octets)");
  const Value hp = Value::Octets("HP ETHERNET,SN:X,PID:Anna's plotter,EX");
  EXPECT_EQ(ShownValue(mib::kSysDescr, hp, {.verdict = Verdict::kOffice}),
            "\"HP ETHERNET,SN:X,PID:(withheld),EX\"");
  EXPECT_EQ(ShownValue(mib::kSysObjectId, Value::ObjectId(mib::kHpPrinterCard), {}),
            mib::kHpPrinterCard.ToText() + " (HP)");
  EXPECT_EQ(ShownValue(mib::kHpModelName, Value::Octets("\xFD\xE8T770"), {}), "\"T770\"");
}

TEST(ExplainTest, HasAdviceForEveryVerdict) {
  for (const Verdict verdict : {Verdict::kUnknown, Verdict::kLargeFormat, Verdict::kOffice,
                                Verdict::kOtherMaker, Verdict::kNotAPrinter, Verdict::kSilent}) {
    EXPECT_GT(AdviceFor({.verdict = verdict}).size(), 40U) << ToText(verdict);
  }
}

}  // namespace
}  // namespace plotmeter
