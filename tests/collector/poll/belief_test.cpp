#include "collector/poll/belief.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

constexpr ChannelKind kPiws = ChannelKind::kPiws;
constexpr ChannelKind kLedm = ChannelKind::kLedm;
constexpr ChannelKind kSnmp = ChannelKind::kSnmp;

struct Given {
  const char* meter;
  const char* colorant;
};

ChannelTold Tells(ChannelKind channel, const std::vector<Given>& meters,
                  const std::string& serial = "CN9541H01M") {
  ChannelTold told{.channel = channel, .told = {.seen = Seen::kAnswered}};
  told.told.answers.identity = {.serial = serial, .model = "HP DesignJet T1600"};
  for (const Given& given : meters) {
    told.told.answers.meters.push_back(
        {.meter = given.meter, .colorant = given.colorant, .value = {*Decimal::Parse("5"), "cc"}});
  }
  return told;
}

ChannelTold Silent(ChannelKind channel) {
  return {.channel = channel, .told = {.seen = Seen::kAsleep}};
}

// "piws -ink.used, snmp" written as one word a meter: '-' before what is outranked.
std::string Marks(const std::vector<ChannelTold>& told) {
  std::string text;
  for (const auto& [channel, answer] : told) {
    for (const MeterValue& value : answer.answers.meters) {
      text += std::string(text.empty() ? "" : " ") + (value.outranked ? "-" : "") +
              std::string(ToText(channel)) + "/" + value.meter;
    }
  }
  return text;
}

class BeliefTest : public testing::Test {
 protected:
  std::string Poll(std::vector<ChannelTold> told, const PrinterIdentity& known = {},
                   bool whole = true) {
    Believe(told, known, profiles, memory, whole);
    remarks.clear();
    for (const auto& [channel, answer] : told) {
      for (const auto& remark : answer.answers.remarks) remarks.push_back(remark);
    }
    return Marks(told);
  }

  // A profile of one more model.
  void Know(const std::string& model, const std::string& more) {
    profiles.Add({{.name = "ours.json",
                   .text = R"({"title": "T", "models": [")" + model + "\"], " + more + "}"}});
  }

  Profiles profiles = Profiles::BuiltIn();
  MeterMemory memory;
  std::vector<std::string> remarks;
};

TEST_F(BeliefTest, KeepsBothCountsAndMarksTheOneThatIsNotBelieved) {
  EXPECT_EQ(Poll({Tells(kPiws, {{"ink.used", "cyan"}}), Tells(kSnmp, {{"ink.used", "cyan"}})}),
            "piws/ink.used -snmp/ink.used");
  EXPECT_TRUE(remarks.empty());
}

TEST_F(BeliefTest, AMeterBelongsToOneChannelAsAWhole) {
  EXPECT_EQ(Poll({Tells(kPiws, {{"ink.used", "cyan"}}),
                  Tells(kSnmp, {{"ink.used", "ink-1"}, {"ink.used", "ink-2"}})}),
            "piws/ink.used -snmp/ink.used -snmp/ink.used");
}

TEST_F(BeliefTest, MarksNothingThatOneChannelAloneGives) {
  EXPECT_EQ(Poll({Tells(kLedm, {{"impressions", ""}}), Tells(kSnmp, {{"sheets", ""}})}),
            "ledm/impressions snmp/sheets");
}

TEST_F(BeliefTest, ComparesNoMeterWhoseMeaningIsNotSettled) {
  EXPECT_EQ(Poll({Tells(kLedm, {{"x-life", ""}}), Tells(kSnmp, {{"x-life", ""}})}),
            "ledm/x-life snmp/x-life");
}

TEST_F(BeliefTest, ASilentChannelStaysBelieved) {
  Poll({Tells(kPiws, {{"ink.used", "cyan"}}), Tells(kSnmp, {{"ink.used", "cyan"}})});
  EXPECT_EQ(Poll({Silent(kPiws), Tells(kSnmp, {{"ink.used", "cyan"}, {"sheets", ""}})}),
            "-snmp/ink.used snmp/sheets");
  ASSERT_EQ(remarks.size(), 1U);
  EXPECT_EQ(remarks[0], "ink.used is kept and not counted: piws gave it before and is believed");
  EXPECT_EQ(Poll({Tells(kPiws, {{"ink.used", "cyan"}}), Tells(kSnmp, {{"ink.used", "cyan"}})}),
            "piws/ink.used -snmp/ink.used");
}

// A watch asks for no meters: what one channel leaves out then, the other tells in vain.
TEST_F(BeliefTest, NothingIsRemarkedOfMetersOfAWatch) {
  Poll({Tells(kPiws, {{"ink.used", "cyan"}}), Tells(kSnmp, {{"ink.used", "cyan"}})});
  EXPECT_EQ(Poll({Silent(kPiws), Tells(kSnmp, {{"ink.used", "cyan"}})}, {}, false),
            "-snmp/ink.used");
  EXPECT_TRUE(remarks.empty());
}

TEST_F(BeliefTest, BeliefChangesUpwards) {
  EXPECT_EQ(Poll({Silent(kPiws), Tells(kSnmp, {{"ink.used", "cyan"}})}), "snmp/ink.used");
  EXPECT_EQ(Poll({Tells(kLedm, {{"ink.used", "cyan"}}), Tells(kSnmp, {{"ink.used", "cyan"}})}),
            "ledm/ink.used -snmp/ink.used");
  EXPECT_EQ(Poll({Tells(kPiws, {{"ink.used", "cyan"}}), Tells(kLedm, {{"ink.used", "cyan"}})}),
            "piws/ink.used -ledm/ink.used");
}

TEST_F(BeliefTest, RemembersAPrinterNotAnAddress) {
  Poll({Tells(kPiws, {{"ink.used", "cyan"}})});
  EXPECT_EQ(Poll({Silent(kPiws), Tells(kSnmp, {{"ink.used", "cyan"}}, "CN0000000X")}),
            "snmp/ink.used");
  EXPECT_EQ(Poll({Silent(kPiws), Tells(kSnmp, {{"ink.used", "cyan"}}, "")}), "snmp/ink.used");
  EXPECT_EQ(
      Poll({Silent(kPiws), Tells(kSnmp, {{"ink.used", "cyan"}}, "")}, {.serial = "CN9541H01M"}),
      "-snmp/ink.used");
  EXPECT_EQ(Poll({Silent(kPiws), Tells(kSnmp, {{"ink.used", "cyan"}}, "CN0000000X")},
                 {.serial = "CN9541H01M"}),
            "snmp/ink.used")
      << "another printer stands there now";
}

TEST_F(BeliefTest, LeavesOutAChannelThatSpeaksOfAnotherPrinter) {
  EXPECT_EQ(Poll({Tells(kPiws, {{"ink.used", "cyan"}}),
                  Tells(kSnmp, {{"ink.used", "cyan"}}, "CN0000000X")}),
            "piws/ink.used snmp/ink.used");
  EXPECT_FALSE(memory.Has({"CN0000000X", "ink.used", kSnmp}));
}

TEST_F(BeliefTest, TheProfileSaysWhomToBelieve) {
  Know("designjet t1600*",
       R"("believe": {"ink.used": {"order": ["snmp", "piws"], "source": "s"}})");
  EXPECT_EQ(Poll({Tells(kPiws, {{"ink.used", "cyan"}, {"prints", ""}}),
                  Tells(kSnmp, {{"ink.used", "cyan"}, {"prints", ""}})}),
            "-piws/ink.used piws/prints snmp/ink.used -snmp/prints");
}

TEST_F(BeliefTest, AProfileEndsTheWaitForAChannelThatIsGone) {
  Poll({Tells(kPiws, {{"ink.used", "cyan"}})});
  Know("designjet t1600*", R"("channels": {"piws": {"spoken": "no", "source": "s"}})");
  EXPECT_EQ(Poll({Silent(kPiws), Tells(kSnmp, {{"ink.used", "cyan"}})}), "snmp/ink.used");
  EXPECT_TRUE(remarks.empty());
  EXPECT_EQ(Poll({Tells(kPiws, {{"ink.used", "cyan"}}), Tells(kSnmp, {{"ink.used", "cyan"}})}),
            "piws/ink.used -snmp/ink.used");
  ASSERT_EQ(remarks.size(), 1U);
  EXPECT_EQ(remarks[0],
            "the profile ours says that this model does not speak piws, but it answers; please "
            "report it");
}

TEST_F(BeliefTest, SettlesUnitsThatTheProfileConfirms) {
  Know("designjet t1600*", R"("units": {"piws job.area": {"unit": "in2", "source": "s"}})");
  std::vector<ChannelTold> told{Tells(kPiws, {})};
  told[0].told.answers.jobs.push_back(
      {.job = "J1", .area = Quantity{*Decimal::Parse("191.352000"), "?"}});
  Believe(told, {}, profiles, memory);
  EXPECT_EQ(told[0].told.answers.jobs[0].area->unit, "in2");
}

ChannelTold TellsJob(ChannelKind channel, const std::string& job) {
  ChannelTold told{.channel = channel};
  told.told.seen = Seen::kAnswered;
  told.told.answers.identity.serial = "CN9541H01M";
  told.told.answers.tells_jobs = true;
  if (!job.empty()) told.told.answers.jobs.push_back({.job = job});
  return told;
}

TEST_F(BeliefTest, TakesJobsFromOneChannelOnly) {
  std::vector<ChannelTold> snmp = {TellsJob(ChannelKind::kSnmp, "1.17")};
  Believe(snmp, {}, profiles, memory);
  EXPECT_EQ(snmp[0].told.answers.jobs.size(), 1U) << "nobody else tells jobs";

  std::vector<ChannelTold> both = {TellsJob(ChannelKind::kPiws, ""),
                                   TellsJob(ChannelKind::kSnmp, "1.18")};
  Believe(both, {}, profiles, memory);
  EXPECT_TRUE(both[1].told.answers.jobs.empty()) << "the better list is empty, but it is a list";

  snmp = {TellsJob(ChannelKind::kSnmp, "1.19")};
  Believe(snmp, {}, profiles, memory);
  EXPECT_TRUE(snmp[0].told.answers.jobs.empty()) << "the better list will be read again";
  ASSERT_EQ(snmp[0].told.answers.remarks.size(), 1U) << "what is left out is said";
  EXPECT_TRUE(snmp[0].told.answers.remarks[0].starts_with("1 jobs are left out: "));
}

}  // namespace
}  // namespace plotmeter
