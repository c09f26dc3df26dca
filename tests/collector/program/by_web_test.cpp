#include "collector/by_web.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plotmeter {
namespace {

using testing::HasSubstr;

class ScriptedChannel : public Channel {
 public:
  ScriptedChannel(ChannelKind kind, Told told) : kind_(kind), told_(std::move(told)) {}
  ChannelKind kind() const override { return kind_; }
  void Identify(const PrinterAddress&, std::function<void(Told)> told) override {
    ++asked;
    told(told_);
  }
  void Read(const PrinterAddress&, std::function<void(Told)>) override { FAIL(); }

  int asked = 0;

 private:
  ChannelKind kind_;
  Told told_;
};

Told Says(const std::string& model, const std::string& serial = "CN9541H01M") {
  Told told{.seen = Seen::kAnswered};
  told.answers.identity = {.manufacturer = "HP", .serial = serial, .model = model};
  return told;
}

const Told kClosed{.seen = Seen::kUnreachable, .detail = "the port is closed"};
const Told kNoPiws{.seen = Seen::kNotSpoken, .detail = "no PIWS: HTTP 404"};

// What stands where SNMP was silent, by what the web server tells.
Looked Settled(const Told& by_piws, const Told& by_ledm, int* asked_ledm = nullptr) {
  ScriptedChannel piws(ChannelKind::kPiws, by_piws);
  ScriptedChannel ledm(ChannelKind::kLedm, by_ledm);
  Looked looked{.address = {.host = "10.0.0.7"},
                .fingerprint = {.verdict = Verdict::kSilent, .rule = "no answer within 2000 ms"}};
  AskWeb(piws, ledm, looked.address, [&](std::vector<ChannelTold> told) {
    SettleByWeb(looked, std::move(told), BuiltInProfiles());
  });
  if (asked_ledm != nullptr) *asked_ledm = ledm.asked;
  return looked;
}

TEST(ByWebTest, KnowsASilentPrinterByItsInformationWebServices) {
  int asked_ledm = 0;
  const Looked looked = Settled(Says("HP DesignJet Z9 24in"), kClosed, &asked_ledm);
  EXPECT_EQ(looked.fingerprint.verdict, Verdict::kLargeFormat);
  EXPECT_THAT(looked.fingerprint.rule, HasSubstr("silent over SNMP"));
  EXPECT_EQ(looked.identity().serial, "CN9541H01M");
  EXPECT_EQ(looked.channels(), std::vector<std::string>{"piws"});
  EXPECT_EQ(asked_ledm, 0) << "one who is known need not be asked once more";
}

TEST(ByWebTest, KnowsItByTheModelOfItsLedmWhereItHasNoOther) {
  const Looked looked = Settled(kNoPiws, Says("HP DesignJet T730"));
  EXPECT_EQ(looked.fingerprint.verdict, Verdict::kLargeFormat);
  EXPECT_EQ(looked.identity().model, "HP DesignJet T730");
  EXPECT_EQ(looked.channels(), std::vector<std::string>{"ledm"});
}

TEST(ByWebTest, TakesAnOfficePrinterForOne) {
  const Looked looked = Settled(kNoPiws, Says("HP OfficeJet 6500"));
  EXPECT_EQ(looked.fingerprint.verdict, Verdict::kOffice);
  EXPECT_THAT(looked.fingerprint.rule, HasSubstr("no large-format model"));
}

TEST(ByWebTest, StaysSilentWhereNobodyAnswersAndSaysWhatWasSeen) {
  const Looked looked = Settled(kNoPiws, kClosed);
  EXPECT_EQ(looked.fingerprint.verdict, Verdict::kSilent);
  EXPECT_EQ(looked.fingerprint.rule,
            "no answer within 2000 ms; piws: no PIWS: HTTP 404; ledm: the port is closed");
  EXPECT_TRUE(looked.told.empty());
}

TEST(ByWebTest, LeavesASettledVerdictAlone) {
  EXPECT_TRUE(IsUnsettled({.verdict = Verdict::kSilent}));
  EXPECT_TRUE(IsUnsettled({.verdict = Verdict::kUnknown}));
  for (const Verdict verdict :
       {Verdict::kLargeFormat, Verdict::kOffice, Verdict::kOtherMaker, Verdict::kNotAPrinter}) {
    EXPECT_FALSE(IsUnsettled({.verdict = verdict})) << ToText(verdict);
  }
}

}  // namespace
}  // namespace plotmeter
