#include "collector/known_printers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;

constexpr const char* kMac = "00:1b:78:00:00:01";

KnownPrinter Seen(const std::string& host, const std::string& serial,
                  std::vector<std::string> macs = {}, const std::string& product = "W3Z71A") {
  return {.host = host,
          .identity = {.manufacturer = "HP", .serial = serial, .product = product},
          .access = "default",
          .macs = std::move(macs)};
}

// A list that lives through meetings as the service keeps it.
class KnownPrintersTest : public testing::Test {
 protected:
  std::vector<std::string> Meet(const KnownPrinter& seen) {
    const auto there = [&](const KnownPrinter& printer) { return !away_.contains(printer.host); };
    return Take(plotmeter::Meet(known_, seen, there, now_));
  }

  std::vector<std::string> Take(const Meeting& meeting) {
    for (KnownPrinter printer : meeting.changed) {
      if (printer.id == 0) printer.id = ++last_id_;
      std::erase_if(known_, [&](const auto& other) {
        return other.id == printer.id || (!other.host.empty() && other.host == printer.host);
      });
      known_.push_back(printer);
    }
    std::vector<std::string> events;
    for (const IdentityEvent& e : meeting.events) {
      std::string words = e.event.kind + " " + e.printer.serial;
      if (e.event.was) words += " was " + *e.event.was;
      if (e.event.is) words += " is " + *e.event.is;
      EXPECT_EQ(words.find("10."), words.npos) << "an address leaves the site";
      EXPECT_EQ(e.event.at, now_);
      events.push_back(words);
    }
    now_ += std::chrono::hours(1);
    return events;
  }

  // serial → address, and its spares
  std::map<std::string, std::string> Where() const {
    std::map<std::string, std::string> where;
    for (const KnownPrinter& printer : known_) {
      std::string& words = where[printer.identity.serial];
      words = printer.host;
      for (const SpareAddress& spare : printer.spares) words += " or " + spare.host;
    }
    return where;
  }
  using Places = std::map<std::string, std::string>;

  std::vector<KnownPrinter> known_ = {};
  std::set<std::string> away_ = {};  // addresses where nobody answers
  Instant now_ = *ParseInstant("2026-11-22T09:00:00Z");
  std::int64_t last_id_ = 0;
};

TEST_F(KnownPrintersTest, KnowsAPrinterOnceAndLearns) {
  EXPECT_THAT(Meet(Seen("10.0.0.7", "SERIAL1")), ElementsAre());
  KnownPrinter again = Seen("10.0.0.7", "SERIAL1", {kMac});
  again.label = "Archive";
  EXPECT_THAT(Meet(again), ElementsAre());
  EXPECT_THAT(Meet(Seen("10.0.0.7", "SERIAL1")), ElementsAre());
  ASSERT_EQ(known_.size(), 1U);
  EXPECT_EQ(known_[0].label, "Archive") << "what is not told now stays";
  EXPECT_THAT(known_[0].macs, ElementsAre(kMac));
  EXPECT_FALSE(known_[0].is_weak());
}

TEST_F(KnownPrintersTest, FollowsAPrinterThatMoved) {
  Meet(Seen("10.0.0.7", "SERIAL1"));
  away_ = {"10.0.0.7"};
  EXPECT_THAT(Meet(Seen("10.0.0.9", "SERIAL1")), ElementsAre("moved SERIAL1"));
  EXPECT_EQ(Where(), (Places{{"SERIAL1", "10.0.0.9"}}));
  EXPECT_THAT(Meet(Seen("10.0.0.9", "SERIAL1")), ElementsAre()) << "said once";
}

TEST_F(KnownPrintersTest, KeepsASecondAddressAsASpare) {
  Meet(Seen("10.0.0.7", "SERIAL1"));
  EXPECT_THAT(Meet(Seen("10.0.1.7", "SERIAL1")), ElementsAre()) << "it may be moving";
  EXPECT_THAT(Meet(Seen("10.0.1.7", "SERIAL1")), ElementsAre("second-address SERIAL1"));
  EXPECT_THAT(Meet(Seen("10.0.1.7", "SERIAL1")), ElementsAre()) << "said once";
  EXPECT_EQ(Where(), (Places{{"SERIAL1", "10.0.0.7 or 10.0.1.7"}}));
}

TEST_F(KnownPrintersTest, ReadsAtTheSpareAddressWhenTheOtherIsSilent) {
  Meet(Seen("10.0.0.7", "SERIAL1"));
  Meet(Seen("10.0.1.7", "SERIAL1"));
  const KnownPrinter printer = known_[0];
  const SpareAddress spare = printer.spares[0];
  // Seen at both: a printer with two interfaces.
  EXPECT_THAT(Take(TakeSpare(printer, spare, spare.since + std::chrono::hours(1), now_)),
              ElementsAre("second-address SERIAL1"));
  EXPECT_EQ(Where(), (Places{{"SERIAL1", "10.0.1.7 or 10.0.0.7"}}));
  const KnownPrinter proven = known_[0];
  EXPECT_THAT(Take(TakeSpare(proven, proven.spares[0], now_, now_)), ElementsAre()) << "said once";
  // Never seen at the old one since: it was given another address.
  EXPECT_THAT(Take(TakeSpare(printer, spare, spare.since - std::chrono::hours(1), now_)),
              ElementsAre("moved SERIAL1"));
  EXPECT_EQ(Where(), (Places{{"SERIAL1", "10.0.1.7"}}));
}

TEST_F(KnownPrintersTest, TellsAnotherPrinterFromAChangedOne) {
  Meet(Seen("10.0.0.7", "SERIAL1", {kMac}));
  EXPECT_THAT(Meet(Seen("10.0.0.7", "SERIAL2", {"00:1b:78:00:00:02"})),
              ElementsAre("replaced SERIAL1 was SERIAL1 is SERIAL2"));
  EXPECT_EQ(Where(), (Places{{"SERIAL1", ""}, {"SERIAL2", "10.0.0.7"}}));
  // The first one turns up elsewhere.
  EXPECT_THAT(Meet(Seen("10.0.0.8", "SERIAL1")), ElementsAre("moved SERIAL1"));
  EXPECT_EQ(Where(), (Places{{"SERIAL1", "10.0.0.8"}, {"SERIAL2", "10.0.0.7"}}));
}

// The card that left it may stand before another printer, which is not this one for that.
TEST_F(KnownPrintersTest, SaysThatAPrinterHasAnotherNetworkCard) {
  constexpr const char* kOther = "00:1b:78:00:00:02";
  constexpr const char* kWireless = "00:1b:78:00:00:03";
  Meet(Seen("10.0.0.7", "SERIAL1", {kMac}));
  EXPECT_THAT(Meet(Seen("10.0.0.7", "SERIAL1")), ElementsAre()) << "it said none just now";
  EXPECT_THAT(Meet(Seen("10.0.0.7", "SERIAL1", {kMac, kWireless})), ElementsAre());
  EXPECT_THAT(Meet(Seen("10.0.0.7", "SERIAL1", {kOther})), ElementsAre("card-changed SERIAL1"));
  EXPECT_THAT(Meet(Seen("10.0.0.7", "SERIAL1", {kOther})), ElementsAre()) << "said once";
  EXPECT_THAT(known_[0].macs, ElementsAre(kOther));
  Meet(Seen("10.0.0.8", "", {kMac}));
  EXPECT_EQ(known_.size(), 2U);
}

TEST_F(KnownPrintersTest, NamesBothSerialsOfASwappedBoard) {
  Meet(Seen("10.0.0.7", "SERIAL1", {kMac}));
  EXPECT_THAT(Meet(Seen("10.0.0.7", "SERIAL2", {kMac})),
              ElementsAre("board-swapped SERIAL2 was SERIAL1 is SERIAL2"));
  EXPECT_EQ(Where(), (Places{{"SERIAL2", "10.0.0.7"}}));
  // A print server that was carried to another model has the same MAC, and is no board.
  EXPECT_THAT(Meet(Seen("10.0.0.7", "SERIAL3", {kMac}, "CQ113A")),
              ElementsAre("replaced SERIAL2 was SERIAL2 is SERIAL3"));
}

TEST_F(KnownPrintersTest, FollowsTwoThatChangedPlaces) {
  Meet(Seen("10.0.0.7", "SERIAL1"));
  Meet(Seen("10.0.0.8", "SERIAL2"));
  away_ = {"10.0.0.8"};  // as itself: it is SERIAL1 that answers there now
  EXPECT_THAT(Meet(Seen("10.0.0.7", "SERIAL2")),
              ElementsAre("replaced SERIAL1 was SERIAL1 is SERIAL2", "moved SERIAL2"));
  EXPECT_THAT(Meet(Seen("10.0.0.8", "SERIAL1")), ElementsAre("moved SERIAL1"));
  EXPECT_EQ(Where(), (Places{{"SERIAL1", "10.0.0.8"}, {"SERIAL2", "10.0.0.7"}}));
}

// As a sweep sees it, address by address, while each was last heard where it was before.
TEST_F(KnownPrintersTest, DoesNotTakeTwoThatChangePlacesForTwoWithTwoAddresses) {
  Meet(Seen("10.0.0.7", "SERIAL1"));
  Meet(Seen("10.0.0.8", "SERIAL2"));
  EXPECT_THAT(Meet(Seen("10.0.0.7", "SERIAL2")),
              ElementsAre("replaced SERIAL1 was SERIAL1 is SERIAL2"));
  EXPECT_THAT(Meet(Seen("10.0.0.8", "SERIAL1")), ElementsAre("moved SERIAL2", "moved SERIAL1"));
  EXPECT_EQ(Where(), (Places{{"SERIAL1", "10.0.0.8"}, {"SERIAL2", "10.0.0.7"}}));
  EXPECT_THAT(Meet(Seen("10.0.0.7", "SERIAL2")), ElementsAre());
  EXPECT_THAT(Meet(Seen("10.0.0.8", "SERIAL1")), ElementsAre());
}

TEST_F(KnownPrintersTest, GivesUpASpareThatAnotherTook) {
  Meet(Seen("10.0.0.7", "SERIAL1"));
  Meet(Seen("10.0.1.7", "SERIAL1"));
  EXPECT_THAT(Meet(Seen("10.0.1.7", "SERIAL2")), ElementsAre());
  EXPECT_EQ(Where(), (Places{{"SERIAL1", "10.0.0.7"}, {"SERIAL2", "10.0.1.7"}}));
}

TEST_F(KnownPrintersTest, GoesToItsSpareWhenItsAddressIsTaken) {
  Meet(Seen("10.0.0.7", "SERIAL1"));
  Meet(Seen("10.0.1.7", "SERIAL1"));
  Meet(Seen("10.0.1.7", "SERIAL1"));
  EXPECT_THAT(Meet(Seen("10.0.0.7", "SERIAL2")),
              ElementsAre("replaced SERIAL1 was SERIAL1 is SERIAL2"));
  EXPECT_EQ(Where(), (Places{{"SERIAL1", "10.0.1.7"}, {"SERIAL2", "10.0.0.7"}}));
}

TEST_F(KnownPrintersTest, KnowsOneWithoutASerialByItsMacAndOnlyWeakly) {
  Meet(Seen("10.0.0.7", "", {kMac}));
  ASSERT_EQ(known_.size(), 1U);
  EXPECT_TRUE(known_[0].is_weak());
  away_ = {"10.0.0.7"};
  EXPECT_THAT(Meet(Seen("10.0.0.8", "", {kMac})), ElementsAre("moved "));
  ASSERT_EQ(known_.size(), 1U);
  EXPECT_EQ(known_[0].host, "10.0.0.8");
  // Then it says its serial.
  EXPECT_THAT(Meet(Seen("10.0.0.8", "SERIAL1", {kMac})), ElementsAre());
  EXPECT_EQ(Where(), (Places{{"SERIAL1", "10.0.0.8"}}));
  // And once more it does not: it is no other for that.
  EXPECT_THAT(Meet(Seen("10.0.0.8", "")), ElementsAre());
  EXPECT_EQ(Where(), (Places{{"SERIAL1", "10.0.0.8"}}));
}

TEST_F(KnownPrintersTest, DoesNotTakeTwoModelsWithOneSerialForOnePrinter) {
  Meet(Seen("10.0.0.7", "SERIAL1", {}, "W3Z71A"));
  EXPECT_THAT(Meet(Seen("10.0.0.8", "SERIAL1", {}, "CQ113A")), ElementsAre());
  EXPECT_EQ(known_.size(), 2U);
  EXPECT_THAT(Meet(Seen("10.0.0.7", "SERIAL1", {}, "W3Z72A")),
              ElementsAre("product-changed SERIAL1 was W3Z71A is W3Z72A"));
}

TEST(KnowPrintersTest, KeepsTheListAndWhatHappenedTogether) {
  const std::string directory = Scratch() + "/plotmeter_known";
  std::filesystem::remove_all(directory);
  FakeClock clock;
  Spool spool({.directory = directory}, clock);
  const auto nobody = [](const KnownPrinter&) { return false; };
  EXPECT_EQ(KnowPrinters(spool, {Seen("10.0.0.7", "SERIAL1"), Seen("10.0.0.8", "SERIAL2")}, nobody,
                         clock.Now())
                .added,
            2);
  // They changed places, seen in one sweep.
  const Known known = KnowPrinters(
      spool, {Seen("10.0.0.7", "SERIAL2"), Seen("10.0.0.8", "SERIAL1")}, nobody, clock.Now());
  EXPECT_EQ(known.added, 0);
  EXPECT_EQ(known.events.size(), 3U);
  const auto list = spool.KnownPrinters();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].host, "10.0.0.7");
  EXPECT_EQ(list[0].identity.serial, "SERIAL2");
  EXPECT_EQ(list[1].identity.serial, "SERIAL1");
}

}  // namespace
}  // namespace plotmeter
