#include "portal/alerts/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plotmeter {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;

const Instant kNow = *ParseInstant("2026-11-30T12:00:00Z");

WatchedPrinter Printer() {
  return {.id = "prn_1",
          .serial = "CN1",
          .model = "Z9",
          .customer = "cus_1",
          .state = "idle",
          .first_seen = kNow - days(100),
          .last_seen = kNow - hours(1)};
}

WatchedTeller Teller() {
  return {.id = "col_1",
          .heard_at = kNow - minutes(1),
          .enrolled_at = kNow - days(100),
          .known = 5,
          .answering = 5};
}

// "supply-low warning: magenta: 9 % left"
std::vector<std::string> Words(const Judgement& verdict) {
  std::vector<std::string> words;
  for (const Condition& one : verdict.conditions) {
    words.push_back(one.kind + " " + std::string(ToText(one.severity)) + ": " + one.what);
  }
  return words;
}

std::vector<std::string> Words(const WatchedPrinter& printer, const RuleSettings& settings = {}) {
  return Words(JudgePrinter(printer, settings, kNow));
}

WatchedSupply Ink(const char* percent, const std::string& supply = "slot-0") {
  return {.channel = "piws",
          .supply = supply,
          .at = kNow - hours(1),
          .kind = "ink-cartridge",
          .colorant = "magenta",
          .percent = percent};
}

std::vector<std::string> Words(const WatchedSupply& supply) {
  WatchedPrinter printer = Printer();
  printer.supplies = {supply};
  return Words(printer);
}

TEST(SupplyRulesTest, CallASupplyLowAndThenEmpty) {
  EXPECT_THAT(Words(Ink("16")), IsEmpty());
  EXPECT_THAT(Words(Ink("15")), ElementsAre("supply-low warning: magenta: 15 % left"));
  EXPECT_THAT(Words(Ink("15.9")), ElementsAre("supply-low warning: magenta: 15 % left"));
  EXPECT_THAT(Words(Ink("1")), ElementsAre("supply-low warning: magenta: 1 % left",
                                           "supply-empty critical: magenta: empty, 1 % left"));
  EXPECT_THAT(Words(Ink("0")), ElementsAre("supply-low warning: magenta: 0 % left",
                                           "supply-empty critical: magenta: empty"));
}

TEST(SupplyRulesTest, ReadALevelByItsCapacity) {
  WatchedSupply supply = Ink("0");
  supply.percent.reset();
  supply.level = "39.5";
  supply.level_unit = "cc";
  EXPECT_EQ(PercentLeft(supply), std::nullopt) << "the capacity is not known";
  EXPECT_THAT(Words(supply), IsEmpty());
  supply.capacity = "775";
  supply.capacity_unit = "cc";
  EXPECT_EQ(PercentLeft(supply), 5);
  supply.capacity_unit = "ml";
  EXPECT_EQ(PercentLeft(supply), std::nullopt) << "two units are not compared";
  supply.capacity_unit = "cc";
  supply.level = "776";
  EXPECT_EQ(PercentLeft(supply), std::nullopt) << "more than it holds";
  supply.level = "-3";
  EXPECT_EQ(PercentLeft(supply), std::nullopt);
  supply.level = "0.000000000000000001";
  EXPECT_EQ(PercentLeft(supply), std::nullopt);
}

TEST(SupplyRulesTest, NeverTakeUnknownForEmpty) {
  WatchedSupply supply = Ink("0");
  supply.percent.reset();
  EXPECT_THAT(Words(supply), IsEmpty());
  supply.remark = "some-left";
  EXPECT_THAT(Words(supply), IsEmpty());
  supply.state = "Warning";
  EXPECT_THAT(Words(supply), IsEmpty()) << "of an old cartridge that is full, too";
  supply.state = "Very Low";
  EXPECT_THAT(Words(supply), ElementsAre("supply-low warning: magenta: the printer says Very Low"));
  supply.state = "outOfInk";
  EXPECT_THAT(Words(supply), ElementsAre("supply-low warning: magenta: the printer says outOfInk",
                                         "supply-empty critical: magenta: empty"));
  supply.percent = "80";
  EXPECT_THAT(Words(supply), IsEmpty()) << "a number says more than a word";
  supply.percent = "0";
  supply.remark = "not-present";
  EXPECT_THAT(Words(supply), IsEmpty()) << "what has gone is not empty";
}

TEST(SupplyRulesTest, LookAheadByUse) {
  WatchedSupply supply = Ink("40");
  supply.history = {{kNow - days(10), {*Decimal::Parse("100"), "%"}}};
  EXPECT_THAT(
      Words(supply),
      ElementsAre("supply-low warning: magenta: 40 % left, enough for about 6 days as it is used"));
  WatchedPrinter printer = Printer();
  printer.supplies = {supply};
  EXPECT_EQ(JudgePrinter(printer, {}, kNow).conditions.at(0).facts.at("days_left"), 6);
  EXPECT_THAT(Words(printer, RuleSettings().With({{"supply_low_days", 0}})), IsEmpty());
}

TEST(SupplyRulesTest, LetNobodyHearTwiceOfAForecastThatWavers) {
  WatchedPrinter printer = Printer();
  printer.supplies = {Ink("17")};
  EXPECT_THAT(Words(printer), IsEmpty());
  printer.open = {"supply-low/prn_1/piws/slot-0"};
  EXPECT_THAT(Words(printer), ElementsAre("supply-low warning: magenta: 17 % left"));
  printer.supplies = {Ink("21")};
  EXPECT_THAT(Words(printer), IsEmpty());
}

TEST(SupplyRulesTest, BelieveTheBestChannelThatSpokeLately) {
  WatchedPrinter printer = Printer();
  WatchedSupply snmp = Ink("5", "1.5");
  snmp.channel = "snmp";
  printer.supplies = {Ink("50"), snmp};
  EXPECT_THAT(Words(printer), IsEmpty());
  printer.supplies[0].at = kNow - hours(9);
  EXPECT_THAT(Words(printer), ElementsAre("supply-low warning: magenta: 5 % left"))
      << "PIWS is silent";
  WatchedSupply gone = Ink("0", "slot-9");
  gone.at = kNow - days(30);
  printer.supplies = {Ink("50"), gone};
  EXPECT_THAT(Words(printer), IsEmpty()) << "a slot that is not told of any more";
}

TEST(SupplyRulesTest, CallAWasteBoxFull) {
  WatchedSupply waste = Ink("1");
  waste.kind = "waste-ink";
  waste.colorant.reset();
  EXPECT_THAT(Words(waste),
              ElementsAre("supply-low warning: waste-ink slot-0: 1 % of its room left",
                          "supply-empty critical: waste-ink slot-0: full, 1 % left"));
}

WatchedAlert Alarm(const char* severity, minutes ago, const char* code = "808") {
  return {.channel = "snmp",
          .key = "231",
          .severity = severity,
          .code = code,
          .text = "Roll 1 is empty",
          .part = "input 1",
          .since = kNow - ago};
}

TEST(PrinterAlertRulesTest, RaiseWhatIsGraveAtOnceAndWarningsWhenTheyLast) {
  WatchedPrinter printer = Printer();
  printer.alerts = {Alarm("critical", minutes(0))};
  EXPECT_THAT(Words(printer), ElementsAre("printer-alert critical: Roll 1 is empty (input 1)"));
  printer.alerts = {Alarm("information", hours(9)), Alarm("unknown", hours(9))};
  EXPECT_THAT(Words(printer), IsEmpty());
  printer.alerts = {Alarm("warning", minutes(59))};
  const Judgement verdict = JudgePrinter(printer, {}, kNow);
  EXPECT_THAT(verdict.conditions, IsEmpty());
  EXPECT_EQ(verdict.look_again, kNow + minutes(1));
  printer.alerts = {Alarm("warning", minutes(60))};
  EXPECT_THAT(Words(printer), ElementsAre("printer-alert warning: Roll 1 is empty (input 1)"));
  EXPECT_THAT(Words(printer, RuleSettings().With({{"warning_after_minutes", -1}})), IsEmpty());
  EXPECT_THAT(Words(printer, RuleSettings().With({{"printer_alerts", false}})), IsEmpty());
}

TEST(PrinterAlertRulesTest, ShowOneOfThoseThatMeanTheSame) {
  WatchedPrinter printer = Printer();
  WatchedAlert again = Alarm("critical", minutes(5));
  again.channel = "ledm";
  again.key = "x";
  printer.alerts = {Alarm("warning", hours(2)), again};
  EXPECT_THAT(Words(printer), ElementsAre("printer-alert critical: Roll 1 is empty (input 1)"));
  printer.alerts[1].part = "input 2";
  EXPECT_EQ(Words(printer).size(), 2u);
}

TEST(PrinterAlertRulesTest, TellByTheTextWhatACodeDoesNotSay) {
  WatchedPrinter printer = Printer();
  WatchedAlert other = Alarm("critical", minutes(5), "1");
  other.text = "Wrong file format";
  printer.alerts = {Alarm("critical", minutes(5), "1"), other};
  EXPECT_EQ(Words(printer).size(), 2u);
  printer.alerts[1].text = printer.alerts[0].text;
  printer.alerts[1].key = "232";  // as after a restart of the printer
  const Judgement verdict = JudgePrinter(printer, {}, kNow);
  ASSERT_EQ(verdict.conditions.size(), 1u);
  EXPECT_EQ(verdict.conditions[0].key, "printer-alert/prn_1/input 1/Roll 1 is empty");
}

// As PIWS and LEDM tell them: a code for the condition, and no text.
WatchedAlert Wordless(const char* channel, const char* key, const char* code, const char* part) {
  return {.channel = channel,
          .key = key,
          .severity = "warning",
          .code = code,
          .part = part,
          .since = kNow - hours(2)};
}

TEST(PrinterAlertRulesTest, TakeOneConditionOfTwoColoursForTwo) {
  WatchedPrinter printer = Printer();
  printer.alerts = {Wordless("piws", "/IDS/C_yellow/VERYLOW", "VERYLOW", "cartridge yellow 1"),
                    Wordless("piws", "/IDS/C_cyan/VERYLOW", "VERYLOW", "cartridge cyan 2")};
  EXPECT_THAT(Words(printer),
              ElementsAre("printer-alert warning: alert VERYLOW (cartridge cyan 2)",
                          "printer-alert warning: alert VERYLOW (cartridge yellow 1)"));
  printer.alerts.push_back(Wordless("ledm", "x", "VERYLOW", "cartridge cyan 2"));
  EXPECT_EQ(Words(printer).size(), 2u) << "one condition of one part is one";
  printer.alerts.back().code = "MISSING";
  EXPECT_EQ(Words(printer).size(), 3u) << "two conditions of one part are two";
}

TEST(PrinterAlertRulesTest, SayInWordsWhatACodeOfTheStandardMeans) {
  WatchedPrinter printer = Printer();
  const auto words = [&](const char* channel, const char* code) {
    printer.alerts = {Wordless(channel, "231", code, "input 2")};
    return Words(printer).at(0);
  };
  EXPECT_EQ(words("snmp", "808"), "printer-alert warning: input-supply-empty (input 2)");
  EXPECT_EQ(JudgePrinter(printer, {}, kNow).conditions.at(0).facts.at("code"), "808");
  EXPECT_EQ(JudgePrinter(printer, {}, kNow).conditions.at(0).key,
            "printer-alert/prn_1/input 2/808");
  EXPECT_EQ(words("snmp", "13"), "printer-alert warning: empty (input 2)");
  EXPECT_EQ(words("snmp", "40001"), "printer-alert warning: alert 40001 (input 2)");
  EXPECT_EQ(words("snmp", "1"), "printer-alert warning: alert 1 (input 2)");
  EXPECT_EQ(words("ledm", "808"), "printer-alert warning: alert 808 (input 2)")
      << "a number of its maker's own";
  printer.alerts = {Alarm("critical", minutes(5))};
  EXPECT_THAT(Words(printer), ElementsAre("printer-alert critical: Roll 1 is empty (input 1)"))
      << "the printer's own words come first";
}

TEST(SilenceRulesTest, NoticeAPrinterAfterTwoPollPeriods) {
  WatchedPrinter printer = Printer();
  printer.teller = Teller();
  printer.last_seen = kNow - hours(6) + minutes(1);
  Judgement verdict = JudgePrinter(printer, {}, kNow);
  EXPECT_THAT(verdict.conditions, IsEmpty());
  EXPECT_EQ(verdict.look_again, kNow + minutes(1));
  printer.last_seen = kNow - hours(6);
  verdict = JudgePrinter(printer, {}, kNow);
  EXPECT_THAT(
      Words(verdict),
      ElementsAre("printer-silent critical: nothing was heard of it for more than 6 hours"));
  EXPECT_EQ(verdict.conditions[0].since, printer.last_seen);
  EXPECT_THAT(Words(printer, RuleSettings().With({{"printer_silent", false}})), IsEmpty());
}

TEST(SilenceRulesTest, KnowHowOftenAPrinterIsRead) {
  WatchedPrinter printer = Printer();
  EXPECT_EQ(PollPeriod(printer, {}), hours(3)) << "nothing is known";
  for (int i = 0; i < 6; ++i) printer.read_at.push_back(kNow - minutes(60 * i));
  EXPECT_EQ(PollPeriod(printer, {}), hours(1)) << "as it was seen to be";
  printer.read_at.push_back(kNow - days(9));
  EXPECT_EQ(PollPeriod(printer, {}), hours(1)) << "a holiday is no period";
  printer.teller = Teller();
  printer.teller->interval_minutes = 120;
  EXPECT_EQ(PollPeriod(printer, {}), hours(2)) << "as its collector was asked";
  EXPECT_EQ(PollPeriod(printer, RuleSettings().With({{"poll_minutes", 30}})), minutes(30));
  printer.teller.reset();
  printer.read_at = {kNow, kNow - minutes(1), kNow - minutes(2), kNow - minutes(3),
                     kNow - minutes(4)};
  EXPECT_EQ(PollPeriod(printer, {}), minutes(30)) << "never so short that a pause is silence";
}

TEST(SilenceRulesTest, LetSleepersSleep) {
  WatchedPrinter printer = Printer();
  printer.last_seen = kNow - hours(9);
  printer.teller = Teller();
  printer.teller->answering = 4;
  printer.teller->asleep = 1;
  EXPECT_THAT(Words(printer), IsEmpty()) << "its collector misses none, so it sleeps";
  printer.teller->answering = 3;
  EXPECT_EQ(Words(printer).size(), 1u) << "one is missed, and it did not sleep";
  printer.state = "asleep";
  EXPECT_THAT(Words(printer), IsEmpty());
  printer.last_seen = kNow - days(14);
  EXPECT_EQ(Words(printer).size(), 1u) << "nobody sleeps for ever";
  printer.last_seen = kNow - hours(9);
  printer.teller->asleep = 0;
  EXPECT_EQ(Words(printer).size(), 1u) << "its collector says that nobody sleeps";
  printer.teller.reset();
  EXPECT_THAT(Words(printer), IsEmpty()) << "who told of it is not known: its own word counts";
}

TEST(SilenceRulesTest, TellOfTheCollectorAlone) {
  WatchedPrinter printer = Printer();
  printer.last_seen = kNow - hours(9);
  printer.teller = Teller();
  printer.teller->heard_at = kNow - minutes(15);
  EXPECT_THAT(Words(printer), IsEmpty());
  EXPECT_EQ(JudgePrinter(printer, {}, kNow).look_again, kNow + minutes(15));
  printer.teller->heard_at = kNow;
  printer.teller->back_at = kNow - hours(5);
  EXPECT_THAT(Words(printer), IsEmpty()) << "two periods from when the collector came back";
  EXPECT_EQ(JudgePrinter(printer, {}, kNow).look_again, kNow + hours(1));
  printer.teller->back_at = kNow - hours(6);
  EXPECT_EQ(Words(printer).size(), 1u);
  printer.teller->revoked = true;
  EXPECT_THAT(Words(printer), IsEmpty());
}

TEST(SilenceRulesTest, GoOnWithWhatWasRaised) {
  WatchedPrinter printer = Printer();
  printer.last_seen = kNow - hours(9);
  printer.open = {"printer-silent/prn_1"};
  printer.teller = Teller();
  printer.teller->heard_at = kNow - hours(1);
  EXPECT_EQ(Words(printer).size(), 1u) << "now its collector is silent too";
  printer.teller->heard_at = kNow;
  printer.teller->back_at = kNow;
  EXPECT_EQ(Words(printer).size(), 1u) << "and back without it";
}

TEST(SilenceRulesTest, BlameNobodyForWhatThePortalCouldNotHear) {
  WatchedPrinter printer = Printer();
  printer.last_seen = kNow - hours(9);
  printer.teller = Teller();
  const auto judge = [&](Instant listening_since) {
    return JudgePrinter(printer, {}, kNow, listening_since);
  };
  EXPECT_THAT(judge(kNow - minutes(29)).conditions, IsEmpty());
  EXPECT_EQ(judge(kNow - minutes(29)).look_again, kNow + minutes(1));
  EXPECT_EQ(judge(kNow - minutes(30)).conditions.size(), 1u);
  printer.open = {"printer-silent/prn_1"};
  EXPECT_EQ(judge(kNow).conditions.size(), 1u) << "raised before";

  WatchedCollector collector{.id = "col_1", .name = "PC", .heard_at = kNow - hours(9)};
  EXPECT_THAT(JudgeCollector(collector, {}, kNow, kNow - minutes(14)).conditions, IsEmpty());
  EXPECT_EQ(JudgeCollector(collector, {}, kNow, kNow - minutes(15)).conditions.size(), 1u);
  collector.is_missed = true;
  EXPECT_EQ(JudgeCollector(collector, {}, kNow, kNow).conditions.size(), 1u);
}

TEST(CollectorRulesTest, NoticeOneThatIsSilent) {
  WatchedCollector collector{.id = "col_1",
                             .name = "PC-07",
                             .enrolled_at = kNow - days(9),
                             .heard_at = kNow - minutes(14)};
  Judgement verdict = JudgeCollector(collector, {}, kNow);
  EXPECT_THAT(verdict.conditions, IsEmpty());
  EXPECT_EQ(verdict.look_again, kNow + minutes(1));
  collector.heard_at = kNow - minutes(15);
  EXPECT_THAT(Words(JudgeCollector(collector, {}, kNow)),
              ElementsAre("collector-silent critical: nothing was heard of collector PC-07 for "
                          "more than 15 minutes"));
  collector.heard_at.reset();
  EXPECT_THAT(
      Words(JudgeCollector(collector, {}, kNow)),
      ElementsAre("collector-silent critical: collector PC-07 enrolled and was never heard"));
  collector.revoked = true;
  EXPECT_THAT(JudgeCollector(collector, {}, kNow).conditions, IsEmpty());
}

TEST(FindingRulesTest, PassOnWhatTheLedgerFound) {
  WatchedPrinter printer = Printer();
  printer.findings = {{LedgerFinding::Kind::kEpochGap, "ink", "the ink meter began anew", kNow},
                      {LedgerFinding::Kind::kJobMismatch, "week", "12 prints have no job", kNow},
                      {LedgerFinding::Kind::kChannelsApart, "month", "100 cc and 111 cc", kNow}};
  EXPECT_THAT(Words(printer), ElementsAre("epoch-gap warning: the ink meter began anew",
                                          "job-mismatch warning: 12 prints have no job",
                                          "channels-apart warning: 100 cc and 111 cc"));
  EXPECT_THAT(Words(printer, RuleSettings().With({{"epoch_gaps", false}})),
              ElementsAre("job-mismatch warning: 12 prints have no job",
                          "channels-apart warning: 100 cc and 111 cc"));
  EXPECT_THAT(
      Words(printer, RuleSettings().With({{"job_mismatches", false}, {"channels_apart", false}})),
      ElementsAre("epoch-gap warning: the ink meter began anew"));
}

TEST(ExpiryRulesTest, WarnOfTokensThatAreUsed) {
  WatchedToken token{.id = "tok_1",
                     .name = "billing",
                     .expires_at = kNow + days(14),
                     .last_used_at = kNow - days(1)};
  EXPECT_THAT(Words(JudgeToken(token, {}, kNow)),
              ElementsAre("token-expiring warning: API token billing ends 2026-12-14T12:00:00Z"));
  EXPECT_THAT(JudgeToken(token, {}, kNow - minutes(1)).conditions, IsEmpty());
  EXPECT_THAT(Words(JudgeToken(token, {}, kNow + days(14))),
              ElementsAre("token-expiring critical: API token billing ended 2026-12-14T12:00:00Z"));
  EXPECT_THAT(JudgeToken(token, {}, kNow + days(21)).conditions, IsEmpty());
  token.last_used_at.reset();
  EXPECT_THAT(JudgeToken(token, {}, kNow).conditions, IsEmpty()) << "nobody would miss it";
}

TEST(ExpiryRulesTest, WarnTheOperatorOfCertificateAndKeys) {
  const std::vector<WatchedExpiry> expiries = {{"certificate", "certificate.pem", kNow + days(14)},
                                               {"key", "encryption-1.pem", kNow + days(15)}};
  EXPECT_THAT(Words(JudgeExpiries(expiries, {}, kNow)),
              ElementsAre("certificate-expiring warning: the portal's certificate certificate.pem "
                          "ends 2026-12-14T12:00:00Z"));
  EXPECT_EQ(JudgeExpiries(expiries, {}, kNow + days(1)).conditions.size(), 2u);
  EXPECT_THAT(JudgeExpiries(expiries, RuleSettings().With({{"expiries", false}}), kNow).conditions,
              IsEmpty());
}

}  // namespace
}  // namespace plotmeter
