#include "collector/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/snmp/mib.h"
#include "tests/fakes/context_session.h"
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

// Its card shows the IEEE-1284 ID in the context "Jetdirect" alone: the explanation is of what a
// sweep sees, and says which context it came from.
TEST(ExplainTest, AsksInBothContextsAsASweepDoes) {
  ContextSession agent;
  agent.tables[""] = {{mib::kSysObjectId, Value::ObjectId(mib::kHpPrinterCard + Oid{1})},
                      {mib::kHrDeviceType + Oid{1}, Value::ObjectId(mib::kHrDevicePrinter)},
                      {mib::kHrDeviceDescr + Oid{1}, Value::Octets("HP printer")}};
  agent.tables["Jetdirect"] = {
      {mib::kGdStatusId, Value::Octets("MFG:HP;MDL:HP DesignJet Z9;CLS:PRINTER;SN:CN9541H01M;")}};
  const SearchProfile profile{
      .credentials = {{.version = SnmpVersion::k3,
                       .user = std::make_shared<SnmpUser>(SnmpUser{.name = "meter"})}}};
  const PrinterAddress address{.host = "10.0.0.7"};
  std::map<Oid, std::string> contexts;  // in which each object was answered
  const Probed probed =
      ProbeInTurn(agent, address, profile, [&](const std::vector<Asked>& all, const Probed&) {
        for (const Asked& asked : all) {
          for (const auto& [object, value] : asked.result.table) {
            contexts[object] = asked.credentials.context;
          }
        }
      });
  EXPECT_EQ(contexts.at(mib::kSysObjectId), "");
  ASSERT_TRUE(contexts.contains(mib::kGdStatusId));
  EXPECT_EQ(contexts.at(mib::kGdStatusId), "Jetdirect");

  Fingerprint swept;
  Sweep sweep(agent,
              {.addresses = {*Ipv4::Parse(address.host)}, .credentials = profile.credentials});
  sweep.Start([&](const SweepRow& row) { swept = row.fingerprint; }, [](const SweepProgress&) {},
              [] {});
  EXPECT_EQ(swept.verdict, Verdict::kLargeFormat);
  EXPECT_EQ(probed.fingerprint.verdict, swept.verdict);
  EXPECT_EQ(probed.fingerprint.rule, swept.rule);
  EXPECT_EQ(probed.fingerprint.serial, "CN9541H01M");
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
