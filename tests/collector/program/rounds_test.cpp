#include "collector/rounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "collector/firmware_book.h"
#include "collector/spool/kept.h"
#include "common/sqlite.h"
#include "tests/collector/spool/spool_fixture.h"

namespace plotmeter {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Answers at once, by the script of a test, and remembers how it was asked.
class ScriptedChannel : public Channel {
 public:
  explicit ScriptedChannel(ChannelKind kind) : kind_(kind) {}
  ChannelKind kind() const override { return kind_; }
  void Identify(const PrinterAddress&, std::function<void(Told)> told) override { told(answer); }
  void Read(const PrinterAddress&, std::function<void(Told)> told) override {
    asked += "read ";
    told(answer);
  }
  void Watch(const PrinterAddress&, std::function<void(Told)> told) override {
    asked += "watch ";
    told(answer);
  }

  Told answer = {};
  std::string asked = {};

 private:
  ChannelKind kind_;
};

class RoundsTest : public SpoolFixture {
 protected:
  RoundsTest() {
    spool_.Know({.host = "127.0.0.1", .identity = Plotter()});
    piws_.answer = snmp_.answer = Answering();
  }

  Told Answering() const {
    Told told{.seen = Seen::kAnswered, .at = clock_.Now()};
    told.answers.identity = Plotter();
    told.answers.alerts.emplace();
    return told;
  }
  static Told Asleep() { return {.seen = Seen::kAsleep, .detail = "it sleeps: HTTP 503"}; }

  RoundReport Run(std::function<void()> urgent = {}) {
    piws_.asked.clear();
    return rounds_.Run({.reading = {.interval = hours(3)}, .urgent = std::move(urgent)});
  }
  // Those that wait for the portal: "firmware-changed was 1 is 2".
  std::vector<std::string> Events() {
    std::vector<std::string> events;
    Database db(directory_ + "/spool.db", Database::Mode::kReadOnly);
    Statement q = db.Prepare("SELECT body FROM event ORDER BY id");
    while (q.Step()) {
      const PrinterEvent event = EventsFrom({q.Text(0)}).at(0);
      std::string words = event.kind;
      if (event.was) words += " was " + *event.was;
      if (event.is) words += " is " + *event.is;
      events.push_back(words);
    }
    return events;
  }
  void KnowWithFirmware(const std::string& firmware) {
    PrinterIdentity printer = Plotter();
    printer.firmware = firmware;
    spool_.Know({.id = spool_.KnownPrinters().at(0).id, .host = "127.0.0.1", .identity = printer});
  }
  PrinterStatus& Status() { return book_.Of({.host = "127.0.0.1"}); }

  Spool spool_{Open()};
  StatusBook book_{directory_};
  ScriptedChannel piws_{ChannelKind::kPiws};
  ScriptedChannel snmp_{ChannelKind::kSnmp};
  Poller poller_{{&piws_, &snmp_}};
  RememberedCertificates certificates_;
  DiskCare disk_{directory_};
  Rounds rounds_{{.spool = spool_,
                  .book = book_,
                  .poller = poller_,
                  .certificates = certificates_,
                  .disk = disk_,
                  .clock = clock_},
                 {}};
};

TEST_F(RoundsTest, ReadsInFullWhatIsDueAndWatchesInBetween) {
  EXPECT_EQ(Run().kept, 1);
  EXPECT_EQ(piws_.asked, "read ");
  clock_.Advance(minutes(10));
  EXPECT_EQ(Run().kept, 0);
  EXPECT_EQ(piws_.asked, "watch ");
  clock_.Advance(hours(3));
  EXPECT_EQ(Run().kept, 1);
}

TEST_F(RoundsTest, HeedsAKeyThatAPersonHadForgottenMeanwhile) {
  certificates_.Set("address 127.0.0.1:443", "the old key");
  Run();
  EXPECT_EQ(certificates_.Get("address 127.0.0.1:443"), "the old key");
  EXPECT_EQ(Open().ForgetCertificates("127.0.0.1"), 1) << "another process";
  Run();
  EXPECT_EQ(certificates_.Get("address 127.0.0.1:443"), std::nullopt);
}

TEST_F(RoundsTest, ReadsNobodyWhoIsNotMeteredAndTookThePlaceOfAPrinter) {
  Run();
  piws_.answer = {.seen = Seen::kNotSpoken, .detail = "404"};
  snmp_.answer.answers.identity = {
      .manufacturer = "HP", .serial = "VNB3K12345", .model = "HP LaserJet MFP M452nw"};
  snmp_.answer.answers.is_large_format = false;
  snmp_.answer.answers.events = {{.kind = "error-log", .key = "1/2"}};
  clock_.Advance(hours(4));
  const RoundReport report = Run();
  EXPECT_EQ(report.answered, 0);
  EXPECT_EQ(report.kept, 0);
  EXPECT_THAT(book_.Of({.host = "127.0.0.1"}).last_error,
              HasSubstr("another device has its address: HP LaserJet MFP M452nw"));
  EXPECT_THAT(Events(), testing::IsEmpty());
  Run();
  EXPECT_EQ(piws_.asked, "watch ") << "it is not asked for all it has at every round";
  ASSERT_EQ(spool_.KnownPrinters().size(), 1U) << "nobody was replaced by it";
  EXPECT_EQ(spool_.KnownPrinters().at(0).identity.serial, Plotter().serial);

  snmp_.answer.answers.is_large_format = true;
  Run();
  EXPECT_EQ(Run().kept, 1) << "one of ours is metered";
  EXPECT_EQ(spool_.KnownPrinters().size(), 2U);
}

TEST_F(RoundsTest, ReadsAPrinterThatOneChannelKnowsForLargeFormat) {
  snmp_.answer.answers.is_large_format = false;  // its own word is garbled
  EXPECT_EQ(Run().kept, 1) << "it is who it was";
  snmp_.answer.answers.identity.serial = piws_.answer.answers.identity.serial = "CN9ANOTHER1";
  piws_.answer.answers.is_large_format = true;
  clock_.Advance(hours(4));
  EXPECT_EQ(Run().kept, 1);
}

TEST_F(RoundsTest, LeavesAPrinterAsleepAndTakesThatForNoTrouble) {
  Run();
  piws_.answer = snmp_.answer = Asleep();
  clock_.Advance(minutes(10));
  const std::optional<Instant> last = Status().last_success;
  EXPECT_EQ(Run().answered, 1);
  EXPECT_EQ(piws_.asked, "watch ") << "asked once, and not again";
  EXPECT_TRUE(Status().asleep);
  EXPECT_EQ(Status().last_error, "");
  EXPECT_EQ(Status().serial, Plotter().serial) << "its last state stays";
  EXPECT_EQ(Status().last_success, last);
  EXPECT_TRUE(book_.IsThere(spool_.KnownPrinters().at(0)));
  const PrinterCounts counts = book_.Count(spool_.KnownPrinters());
  EXPECT_EQ(counts.asleep, 1);
  EXPECT_EQ(counts.answering, 0);
}

TEST_F(RoundsTest, RemembersWhatAReadingRemarkedWhileItOnlyWatches) {
  const auto remarks = [&](std::vector<std::string> said) {
    piws_.answer = Answering();
    piws_.answer.answers.remarks = std::move(said);
    Run();
    return Status().remarks;
  };
  EXPECT_THAT(remarks({"no InkUsed"}), testing::ElementsAre("piws: no InkUsed"));
  clock_.Advance(minutes(10));
  EXPECT_THAT(remarks({"job queue wants credentials"}),
              testing::ElementsAre("piws: no InkUsed", "piws: job queue wants credentials"));
  clock_.Advance(minutes(10));
  EXPECT_THAT(remarks({}), testing::ElementsAre("piws: no InkUsed")) << "and no more of the watch";
  clock_.Advance(hours(3));
  EXPECT_TRUE(remarks({}).empty());
}

TEST_F(RoundsTest, TellsSilenceFromSleep) {
  piws_.answer = snmp_.answer = {.seen = Seen::kUnreachable, .detail = "no answer within 2 s"};
  EXPECT_EQ(Run().answered, 0);
  EXPECT_FALSE(Status().asleep);
  EXPECT_EQ(Status().last_error, "piws: no answer within 2 s; snmp: no answer within 2 s");
}

TEST_F(RoundsTest, MakesUpForAReadingThatFellIntoTheSleepOfOneChannel) {
  piws_.answer = Asleep();  // the network card answers SNMP all the same
  EXPECT_EQ(Run().kept, 1);
  EXPECT_TRUE(Status().asleep);
  clock_.Advance(minutes(10));
  EXPECT_EQ(Run().kept, 0) << "while it sleeps there is nothing to make up for";
  piws_.answer = Answering();
  clock_.Advance(minutes(10));
  EXPECT_EQ(Run().kept, 0);
  EXPECT_FALSE(Status().asleep) << "this round found it awake";
  clock_.Advance(minutes(10));
  EXPECT_EQ(Run().kept, 1);
  EXPECT_EQ(piws_.asked, "read ");
  clock_.Advance(minutes(10));
  EXPECT_EQ(Run().kept, 0);
}

TEST_F(RoundsTest, CallsForACriticalAlertWhenItIsOnDiskAndNotBeforeNorTwice) {
  int called = 0;
  const auto urgent = [&] {
    ++called;
    EXPECT_EQ(spool_.CountWaiting().alerts, 1);
  };
  piws_.answer.answers.alerts = {{.key = "1", .severity = Severity::kWarning, .code = "low"}};
  const RoundReport warned = Run(urgent);
  EXPECT_TRUE(warned.changed);
  EXPECT_FALSE(warned.urgent);
  spool_.Cut(signer());
  piws_.answer.answers.alerts->push_back(
      {.key = "2", .severity = Severity::kCritical, .code = "jam"});
  EXPECT_TRUE(Run(urgent).urgent);
  EXPECT_EQ(called, 1);
  const RoundReport again = Run(urgent);
  EXPECT_FALSE(again.changed);
  EXPECT_EQ(called, 1);
}

// Each channel has its own words for a firmware, and the web server may sleep.
TEST_F(RoundsTest, NoticesOtherFirmwareByTheWordOfOneChannel) {
  snmp_.answer.answers.identity.firmware = "20201023";
  const Told awake = piws_.answer;
  Run();
  Run();
  piws_.answer = Asleep();
  Run();
  piws_.answer = awake;
  Run();
  EXPECT_THAT(Events(), ElementsAre()) << "the same firmware in other words";
  piws_.answer = Asleep();  // it starts, and its card is the first to be back
  snmp_.answer.answers.identity.firmware = "20260101";
  Run();
  piws_.answer = awake;
  piws_.answer.answers.identity.firmware = "AENEAS_03_21";
  clock_.Advance(minutes(10));
  Run();
  Run();
  EXPECT_THAT(Events(), ElementsAre("firmware-changed was AENEAS_03_20 is AENEAS_03_21"));
}

TEST_F(RoundsTest, NoticesFirmwareThatChangedWhileItDidNotRun) {
  KnowWithFirmware("TR8-AC_15.0.0.1");
  snmp_.answer.answers.identity.firmware = "TR8-AC_16.0.0.1";
  piws_.answer = {.seen = Seen::kNotSpoken, .detail = "no PIWS: HTTP 404"};
  Run();
  Run();
  EXPECT_THAT(Events(), ElementsAre("firmware-changed was TR8-AC_15.0.0.1 is TR8-AC_16.0.0.1"));
}

TEST_F(RoundsTest, ComparesTheFirmwareOfBeforeOnceAllHaveSpoken) {
  KnowWithFirmware("TR8-AC_15.0.0.1");
  const Told awake = piws_.answer;
  snmp_.answer.answers.identity.firmware = "20260101";
  piws_.answer = Asleep();
  Run();
  Run();
  EXPECT_THAT(Events(), ElementsAre());
  piws_.answer = awake;
  piws_.answer.answers.identity.firmware = "TR8-AC_16.0.0.1";
  Run();
  Run();
  EXPECT_THAT(Events(), ElementsAre("firmware-changed was TR8-AC_15.0.0.1 is TR8-AC_16.0.0.1"));
}

TEST_F(RoundsTest, TwoPrintersOfOneSerialNumberHaveFirmwareOfTheirOwn) {
  PrinterIdentity other = Plotter();
  other.product = "5HB10A";
  other.firmware = "2";
  FirmwareBook book;
  for (const PrinterIdentity& printer : {Plotter(), other, Plotter(), other}) {
    const Polled polled{.identity = printer,
                        .reports = {{.channel = ChannelKind::kPiws,
                                     .seen = Seen::kAnswered,
                                     .firmware = printer.firmware}}};
    EXPECT_FALSE(book.Change(polled, clock_.Now()));
    book.Note(polled);
  }
}

TEST_F(RoundsTest, TellsATraitWhenItChangesAndOnceADay) {
  clock_.Set(*ParseInstant("2026-12-01T00:30:00Z"));
  const Trait width{.trait = "width", .value = "42", .unit = "in"};
  const auto told = [&](const std::string& status) {
    clock_.Advance(hours(3));
    piws_.answer.at = snmp_.answer.at = clock_.Now();
    piws_.answer.answers.traits = {width, {.trait = "status", .value = status}};
    Run();
    Database db(directory_ + "/spool.db", Database::Mode::kReadOnly);
    Statement q = db.Prepare("SELECT body FROM reading ORDER BY id DESC LIMIT 2");
    std::vector<std::string> words;
    while (q.Step()) {
      const std::vector<Reading> readings = ReadingsFrom({q.Text(0)});
      for (const Trait& trait : readings.at(0).traits) words.push_back(trait.value);
    }
    return words;
  };
  EXPECT_THAT(told("Ready"), ElementsAre("42", "Ready"));
  EXPECT_THAT(told("Ready"), ElementsAre());
  EXPECT_THAT(told("WithAlerts"), ElementsAre("WithAlerts"));
  EXPECT_THAT(told("Ready"), ElementsAre("Ready")) << "what it was before is news again";
  for (int i = 0; i < 3; ++i) EXPECT_THAT(told("Ready"), ElementsAre());
  EXPECT_THAT(told("Ready"), ElementsAre("42", "Ready")) << "another day";
}

TEST_F(RoundsTest, AllPartsOfAPrinterAreNoNewsForAPerson) {
  piws_.answer.answers.supplies = {{.supply = "slot-0", .colorant = "cyan", .serial = "A1B2C3D4"}};
  Run();
  EXPECT_THAT(Events(), ElementsAre("cartridge-installed"));
  EXPECT_THAT(book_.Text(clock_.Now()), Not(HasSubstr("cartridge")));
  clock_.Advance(hours(3));
  Run();
  EXPECT_THAT(Events(), ElementsAre("cartridge-installed")) << "it is the same one";
  clock_.Advance(hours(3));
  piws_.answer.answers.supplies[0].serial = "A1B2C3D5";
  Run();
  EXPECT_THAT(Events(), ElementsAre("cartridge-installed", "cartridge-installed"));
}

TEST_F(RoundsTest, TellsThatACertificateChangedOnce) {
  Told changed{.seen = Seen::kRefused, .detail = "certificate changed"};
  changed.answers.events = {{.kind = "certificate-changed", .key = "aa", .at = clock_.Now()}};
  piws_.answer = changed;
  Run();
  EXPECT_THAT(Events(), ElementsAre("certificate-changed"));
  snmp_.answer = {.seen = Seen::kUnreachable, .detail = "no answer within 2 s"};
  Run();
  EXPECT_THAT(Events(), ElementsAre("certificate-changed")) << "it is the same one";
  piws_.answer.answers.events[0].key = "bb";
  Run();
  EXPECT_THAT(Events(), ElementsAre("certificate-changed", "certificate-changed"))
      << "also where nobody says whose it is";
}

// Who stands where is as it was: nothing for a person to look into.
TEST_F(RoundsTest, KeepsAStartOfASilentPrinterAndWarnsOfNothing) {
  snmp_.answer = {.seen = Seen::kUnreachable, .detail = "no answer within 2 s"};
  snmp_.answer.answers.events = {
      {.kind = "restarted", .key = "1", .channel = ChannelKind::kSnmp, .at = clock_.Now()}};
  piws_.answer = Asleep();
  Run();
  EXPECT_THAT(Events(), ElementsAre("restarted"));
  EXPECT_THAT(book_.Text(clock_.Now()), Not(HasSubstr("restarted")));
}

TEST_F(RoundsTest, ReadsAtTheSameDistanceWhateverTheWallClockDoes) {
  const Instant begin = clock_.Now();
  int kept = 0;
  for (int round = 0; round < 6 * 24 * 10; ++round) {
    clock_.Advance(minutes(10));
    if (round % 7 == 0) clock_.Set(clock_.Now() - hours(1));
    if (round == 300) clock_.Set(begin - hours(24 * 365));
    piws_.answer.at = snmp_.answer.at = clock_.Now();
    kept += Run().kept;
  }
  EXPECT_GE(kept, 10 * 8);
  EXPECT_LE(kept, 10 * 16);
}

}  // namespace
}  // namespace plotmeter
