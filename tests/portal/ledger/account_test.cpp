#include "portal/ledger/account.h"

#include <gtest/gtest.h>

#include "common/json.h"
#include "portal/ledger/most_printed.h"

namespace plotmeter {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

const Instant kStart = *ParseInstant("2026-01-01T00:00:00Z");

// Readings by hand, and what the account makes of them, in words.
class AccountTest : public testing::Test {
 protected:
  // At `hour` the printer had area `area` (m2), and had been running for `up` hours (-1: unknown).
  AccountReading Reads(int hour, const std::string& area, int up) {
    AccountReading reading{.at = kStart + hours(hour),
                           .batch = ++batch_,
                           .collector = "col_a",
                           .values = {{1, *Decimal::Parse(area)}}};
    if (up >= 0) reading.up = milliseconds(hours(up));
    return reading;
  }
  AccountReading Reads(int hour, const std::string& area, const std::string& ink, int up) {
    AccountReading reading = Reads(hour, area, up);
    reading.values.emplace_back(2, *Decimal::Parse(ink));
    return reading;
  }
  void Take(const AccountReading& reading) {
    // What it knows survives between any two readings.
    ChannelAccount other(
        {{1, "media.area", "m2"}, {2, "ink.used", "cc"}, {3, "prints", "prints", true}});
    other.Resume(account_.State());
    EXPECT_EQ(other.State(), account_.State());
    account_ = std::move(other);
    account_.Take(reading, [&](const Entry& entry) { Note(entry); });
  }
  // Of prints alone, a Counter32.
  AccountReading Prints(int hour, const std::string& prints, int up) {
    AccountReading reading = Reads(hour, "0", up);
    reading.values = {{3, *Decimal::Parse(prints)}};
    return reading;
  }
  // Of ink alone.
  AccountReading Ink(int hour, const std::string& ink, int up) {
    AccountReading reading = Reads(hour, "0", ink, up);
    reading.values.erase(reading.values.begin());
    return reading;
  }
  static AccountReading By(const std::string& collector, AccountReading reading) {
    reading.collector = collector;
    return reading;
  }
  std::string SaidOf(const std::vector<AccountReading>& readings) {
    Said();
    for (const AccountReading& reading : readings) Take(reading);
    return Said();
  }
  void Note(const Entry& entry) {
    if (!said_.empty()) said_ += "; ";
    said_ += std::to_string(entry.meter) + " " + std::string(ToText(entry.kind)) + " " +
             entry.opening.value.text() + "-" + entry.closing.value.text();
    if (!IsGap(entry.kind)) said_ += " = " + entry.used.Text();
    if (entry.most) said_ += " most " + std::to_string(*entry.most);
  }
  std::string Said() { return std::exchange(said_, ""); }

  void SetUp() override {
    account_ = ChannelAccount(
        {{1, "media.area", "m2"}, {2, "ink.used", "cc"}, {3, "prints", "prints", true}});
    said_.clear();
  }

  std::int64_t batch_ = 0;
  std::string said_;
  ChannelAccount account_{{}};
};

TEST_F(AccountTest, CountsFromReadingToReading) {
  Take(Reads(0, "100", "7", 10));
  EXPECT_EQ(Said(), "1 base 100-100 = 0; 2 base 7-7 = 0");
  Take(Reads(3, "100.5", "7", 13));
  EXPECT_EQ(Said(), "1 counted 100-100.5 = 0.5; 2 counted 7-7 = 0");
}

TEST_F(AccountTest, BeginsAnEpochWhereAMeterFell) {
  Take(Reads(0, "100", 10));
  Take(Reads(3, "5", 1));
  EXPECT_EQ(Said(), "1 base 100-100 = 0") << "one reading alone may be a stale one";
  ASSERT_EQ(account_.Open().size(), 1U);
  Take(Reads(6, "9", 4));
  EXPECT_EQ(Said(), "1 fell 100-5 most 900000000000; 1 counted 5-9 = 4");
  EXPECT_TRUE(account_.Open().empty());
}

TEST_F(AccountTest, WaitsWhileNothingMoves) {
  Take(Reads(0, "100", 10));
  Take(Reads(3, "5", 1));
  Take(Reads(6, "5", 4));
  Take(Reads(9, "3", 1));
  Take(Reads(12, "3", 4));
  EXPECT_EQ(Said(), "1 base 100-100 = 0");
  Take(Reads(15, "4", 7));
  EXPECT_EQ(Said(), "1 fell 100-3 most 2700000000000; 1 counted 3-4 = 1") << "it fell twice";
}

TEST_F(AccountTest, ForgetsAStaleAnswer) {
  Take(Reads(0, "90", 7));
  Take(Reads(3, "100", "7", 10));
  Said();
  Take(Reads(6, "90", "6", 13));
  Take(Reads(9, "104", "8", 16));
  EXPECT_EQ(Said(), "1 counted 100-104 = 4; 2 counted 7-8 = 1");
}

TEST_F(AccountTest, NamesWhatMayBeARestore) {
  Take(Reads(0, "100", 10));
  Said();
  Take(Reads(3, "90", 1));
  Take(Reads(6, "104", 4));
  EXPECT_EQ(Said(), "1 returned 100-90 most 1800000000000; 1 counted 100-104 = 4")
      << "4 for sure; 14 if it was set back";
}

TEST_F(AccountTest, CountsAcrossAWrap) {
  const auto prints = [&](int hour, const std::string& value, int up) {
    AccountReading reading = Reads(hour, "1", up);
    reading.values = {{3, *Decimal::Parse(value)}};
    return reading;
  };
  Take(prints(0, "4294967290", 10));
  Take(prints(3, "4", 13));
  EXPECT_EQ(Said(), "3 base 4294967290-4294967290 = 0; 3 wrapped 4294967290-4 = 10");
  Take(prints(6, "5", 16));
  EXPECT_EQ(Said(), "3 counted 4-5 = 1");
}

TEST_F(AccountTest, CallsNoFallAWrap) {
  const auto prints = [&](int hour, const std::string& value) {
    AccountReading reading = Reads(hour, "1", 1000 + hour);
    reading.values = {{3, *Decimal::Parse(value)}};
    return reading;
  };
  Take(prints(0, "5000"));
  Take(prints(1'000'000, "4990"));  // whatever could be printed in a century
  EXPECT_EQ(Said(), "3 base 5000-5000 = 0");
  EXPECT_EQ(account_.Open().size(), 1U);
}

// Put back to what it was, and a little more, which was printed before anybody looked.
TEST_F(AccountTest, DoesNotCountWhatIsPutBackAbove) {
  Take(Reads(0, "5000", 10));
  Take(Reads(3, "5020", 13));
  Take(Reads(6, "0", 1));
  Take(Reads(9, "2", 4));
  Take(Reads(12, "5025", 1));
  EXPECT_EQ(Said(),
            "1 base 5000-5000 = 0; 1 counted 5000-5020 = 20; 1 fell 5020-0 most 900000000000;"
            " 1 counted 0-2 = 2; 1 swapped 2-5025 most 900000000000");
}

TEST_F(AccountTest, CallsNothingAWrapAfterARestart) {
  const auto prints = [&](int hour, const std::string& value, int up) {
    AccountReading reading = Reads(hour, "1", up);
    reading.values = {{3, *Decimal::Parse(value)}};
    return reading;
  };
  Take(prints(0, "4294967290", 10));
  Take(prints(3, "4", 1));
  Take(prints(6, "5", 4));
  EXPECT_EQ(Said(),
            "3 base 4294967290-4294967290 = 0; 3 fell 4294967290-4 most 30000; 3 counted 4-5 = 1");
}

TEST_F(AccountTest, HoldsAJump) {
  Take(Reads(0, "100", 10));
  Take(Reads(3, "900000", 13));
  Take(Reads(6, "900001", 16));
  EXPECT_EQ(
      Said(),
      "1 base 100-100 = 0; 1 jumped 100-900000 most 900000000000; 1 counted 900000-900001 = 1");
}

TEST_F(AccountTest, DoubtsAllMetersOfAJumpAfterARestart) {
  Take(Reads(0, "100", "7", 10));
  Said();
  Take(Reads(3, "900000", "9", 1));
  EXPECT_EQ(Said(), "1 swapped 100-900000 most 900000000000; 2 swapped 7-9 most 150000000000");
}

TEST_F(AccountTest, DoubtsAllMetersOfAFallAfterARestart) {
  Take(Reads(0, "100", "7", 10));
  Said();
  Take(Reads(3, "50", "9", 1));
  Take(Reads(6, "51", "10", 4));
  EXPECT_EQ(Said(),
            "1 fell 100-50 most 900000000000; 2 swapped 7-9 most 150000000000;"
            " 1 counted 50-51 = 1; 2 counted 9-10 = 1");
}

TEST_F(AccountTest, GoesOnCountingWhatDidNotFallWithoutARestart) {
  Take(Reads(0, "100", "7", 10));
  Said();
  Take(Reads(3, "50", "9", 13));
  Take(Reads(6, "51", "10", 16));
  EXPECT_EQ(Said(), "1 fell 100-50 most 900000000000; 1 counted 50-51 = 1; 2 counted 7-10 = 3");
}

// A technician sets all to 0, and then puts back what he saved.
TEST_F(AccountTest, DoesNotCountWhatIsPutBack) {
  Take(Reads(0, "5000", 10));
  Take(Reads(3, "5020", 13));
  Take(Reads(6, "0", 1));
  Take(Reads(9, "5010", 1));
  Take(Reads(12, "5030", 4));
  EXPECT_EQ(Said(),
            "1 base 5000-5000 = 0; 1 counted 5000-5020 = 20; 1 fell 5020-0 most 900000000000;"
            " 1 swapped 0-5010 most 900000000000; 1 counted 5010-5030 = 20");
}

TEST_F(AccountTest, TakesAnotherBoardAtItsWord) {
  Take(Reads(0, "100", "7", 10));
  Said();
  account_.Swap();
  Take(Reads(3, "101", "9", 1));
  EXPECT_EQ(Said(), "1 swapped 100-101 most 900000000000; 2 swapped 7-9 most 150000000000");
}

TEST_F(AccountTest, FollowsOneCollector) {
  Take(Reads(0, "100", 10));
  AccountReading other = Reads(1, "104", 11);
  other.collector = "col_b";
  Take(other);
  Take(Reads(1, "103", 11));  // before the other, whose clock is behind
  Take(Reads(3, "5", 1));
  other.at = kStart + hours(4);
  other.values[0].second = *Decimal::Parse("7");
  Take(other);
  Take(Reads(6, "9", 4));
  EXPECT_EQ(Said(),
            "1 base 100-100 = 0; 1 counted 100-103 = 3; 1 fell 103-5 most 600000000000;"
            " 1 counted 5-9 = 4");
}

TEST_F(AccountTest, FollowsAnotherCollectorWhenTheFirstIsSilent) {
  Take(Reads(0, "100", 10));
  AccountReading other = Reads(24, "104", 34);
  other.collector = "col_b";
  Take(other);
  EXPECT_EQ(Said(), "1 base 100-100 = 0");
  other.at += hours(3);
  other.up = hours(37);
  other.values[0].second = *Decimal::Parse("110");
  Take(other);
  Take(Reads(28, "111", 38));
  EXPECT_EQ(Said(), "1 counted 100-110 = 10");
}

// A firmware that counts in feet for a while: what the meter in metres did meanwhile was counted in
// feet, and is not counted again.
TEST_F(AccountTest, AsksWheneverTheUnitChanges) {
  account_ = ChannelAccount(
      {{1, "media.length", "m", false, "length"}, {2, "media.length", "feet", false, "length"}});
  const auto length = [&](int hour, std::int64_t meter, const std::string& value) {
    AccountReading reading = Reads(hour, "0", 10 + hour);
    reading.values = {{meter, *Decimal::Parse(value)}};
    account_.Take(reading, [&](const Entry& entry) { Note(entry); });
  };
  length(0, 1, "100");
  length(3, 1, "101");
  length(6, 2, "340");
  length(9, 2, "350");
  length(12, 1, "110");
  length(15, 1, "112");
  length(18, 2, "380");
  const std::string most = " most " + std::to_string(*MostPrinted("media.length", "m", hours(3)));
  const std::string more = " most " + std::to_string(*MostPrinted("media.length", "m", hours(9)));
  EXPECT_EQ(Said(),
            "1 base 100-100 = 0; 1 counted 100-101 = 1; 2 base 340-340 = 0; 2 unit 340-340" + most +
                "; 2 counted 340-350 = 10; 1 swapped 101-110" + more +
                "; 1 counted 110-112 = 2; 2 swapped 350-380" + more);
}

// A fall that comes back is a stale answer only where the device is known to have run on.
TEST_F(AccountTest, KnowsOfAStaleAnswerByTheUptime) {
  const auto comes_back = [&](int up, int up_then, minutes and_more = minutes(0)) {
    SetUp();
    Take(Reads(0, "100", up));
    Take(Reads(3, "90", -1));
    Said();
    AccountReading last = Reads(6, "104", up_then);
    if (last.up) *last.up += and_more;
    Take(last);
    return Said().starts_with("1 counted");
  };
  EXPECT_TRUE(comes_back(10, 16));
  EXPECT_TRUE(comes_back(-1, 20)) << "it has run for longer than the doubt lasts";
  EXPECT_FALSE(comes_back(10, 2)) << "it started anew";
  EXPECT_FALSE(comes_back(10, -1)) << "nobody knows";
  EXPECT_TRUE(comes_back(-1, 6, minutes(6)));
  EXPECT_FALSE(comes_back(-1, 6, minutes(4))) << "within what a clock may be wrong";
  EXPECT_FALSE(comes_back(-1, 5));
  EXPECT_FALSE(comes_back(10, 30)) << "of its clock and ours one is wrong";
}

TEST_F(AccountTest, CallsAWrapOnlyWhatCanBeOne) {
  const auto wraps = [&](const AccountReading& from, const AccountReading& to) {
    SetUp();
    Take(from);
    Said();
    Take(to);
    return Said().find("wrapped") != std::string::npos;
  };
  EXPECT_TRUE(wraps(Prints(0, "4294967290", 10), Prints(3, "29994", 13)));
  EXPECT_FALSE(wraps(Prints(0, "4294967290", 10), Prints(3, "29995", 13)))
      << "more than it can print";
  EXPECT_FALSE(wraps(Prints(0, "4294967290", -1), Prints(3, "4", -1)))
      << "nobody knows whether it started anew";
  EXPECT_FALSE(wraps(Prints(0, "4294967290", 10), Prints(1'000'000, "3000000000", 1'000'010)))
      << "not into the first quarter";
  EXPECT_FALSE(wraps(Reads(0, "4294967290", 10), Reads(3, "4", 13))) << "no Counter32";
}

TEST_F(AccountTest, HoldsWhatIsBeyondAllMeasure) {
  EXPECT_EQ(SaidOf({Reads(0, "100", 10), Reads(3, "9100", 13)}),
            "1 base 100-100 = 0; 1 counted 100-9100 = 9000")
      << "as much as can be printed, to the unit";
  EXPECT_EQ(SaidOf({Reads(6, "900000000000000", 16)}),
            "1 jumped 9100-900000000000000 most 900000000000");
}

TEST_F(AccountTest, AsksWhichMetersFellInAllThatIsDoubted) {
  EXPECT_EQ(SaidOf({Reads(0, "100", "7", 10), Reads(3, "50", "3", 13), Reads(6, "40", 16),
                    Reads(9, "41", "4", 19)}),
            "1 base 100-100 = 0; 2 base 7-7 = 0; 1 fell 100-40 most 1800000000000;"
            " 2 fell 7-3 most 150000000000; 1 counted 40-41 = 1; 2 counted 3-4 = 1");
}

TEST_F(AccountTest, AsksWhatFellLater) {
  EXPECT_EQ(SaidOf({Reads(0, "100", "7", 10), Reads(3, "50", "8", 13), Reads(6, "40", "3", 16),
                    Reads(9, "41", "4", 19)}),
            "1 base 100-100 = 0; 2 base 7-7 = 0; 1 fell 100-40 most 1800000000000;"
            " 2 fell 7-3 most 300000000000; 1 counted 40-41 = 1; 2 counted 3-4 = 1");
}

TEST_F(AccountTest, DoubtsByTheLastThatFell) {
  EXPECT_EQ(SaidOf({Reads(0, "100", "7", 10), Reads(3, "50", "8", 13), Reads(6, "40", "9", 1),
                    Reads(9, "41", "10", 4)}),
            "1 base 100-100 = 0; 2 base 7-7 = 0; 1 fell 100-40 most 1800000000000;"
            " 2 swapped 7-9 most 300000000000; 1 counted 40-41 = 1; 2 counted 9-10 = 1");
}

TEST_F(AccountTest, DoubtsAllMetersOfAFallWhereNobodyKnowsOfARestart) {
  EXPECT_EQ(SaidOf({Reads(0, "97", "6", -1), Reads(3, "100", "7", -1), Reads(6, "50", "9", -1),
                    Reads(9, "51", "10", -1)}),
            "1 base 97-97 = 0; 2 base 6-6 = 0; 1 counted 97-100 = 3; 2 counted 6-7 = 1;"
            " 1 fell 100-50 most 900000000000; 2 swapped 7-9 most 150000000000;"
            " 1 counted 50-51 = 1; 2 counted 9-10 = 1");
  SetUp();
  EXPECT_EQ(SaidOf({Reads(0, "100", "7", -1), Reads(3, "900000", "9", -1)}),
            "1 base 100-100 = 0; 2 base 7-7 = 0; 1 swapped 100-900000 most 900000000000;"
            " 2 swapped 7-9 most 150000000000");
}

TEST_F(AccountTest, SettlesByAnyMeterThatMoves) {
  EXPECT_EQ(SaidOf({Reads(0, "100", "7", 10), Reads(3, "50", "8", 13), Reads(6, "50", "9", 16)}),
            "1 base 100-100 = 0; 2 base 7-7 = 0; 1 fell 100-50 most 900000000000;"
            " 1 counted 50-50 = 0; 2 counted 7-9 = 2");
}

TEST_F(AccountTest, IsBackWhenAllAre) {
  EXPECT_EQ(SaidOf({Reads(0, "100", "7", 10), Reads(3, "50", "3", 13), Reads(6, "51", "8", 16)}),
            "1 base 100-100 = 0; 2 base 7-7 = 0; 1 fell 100-50 most 900000000000;"
            " 2 fell 7-3 most 150000000000; 1 counted 50-51 = 1; 2 counted 3-8 = 5");
}

// What fell is not read any more.
TEST_F(AccountTest, DoubtsForAWeekAtTheMost) {
  Take(Reads(0, "100", "7", 10));
  Take(Reads(3, "50", "8", 13));
  Said();
  for (int hour = 6; hour <= 3 + 7 * 24; hour += 3) Take(Ink(hour, "9", 10 + hour));
  EXPECT_EQ(Said(), "");
  ASSERT_EQ(account_.Open().size(), 2U) << "ink rose, and is not counted yet";
  Take(Ink(6 + 7 * 24, "10", 16 + 7 * 24));
  EXPECT_EQ(Said(), "1 fell 100-50 most 900000000000; 2 counted 7-10 = 3");
}

TEST_F(AccountTest, SaysWhatIsNotSettled) {
  Take(Reads(0, "100", "7", 10));
  Take(Reads(3, "50", "7", 13));
  ASSERT_EQ(account_.Open().size(), 1U) << "nothing is uncounted of what stood still";
  EXPECT_EQ(account_.Open()[0].meter, 1);
}

// Of a meter that is not in the reading with which another one's epoch begins.
TEST_F(AccountTest, DoubtsWhatWasNotReadWithAFall) {
  EXPECT_EQ(SaidOf({Reads(0, "100", "7", 10), Reads(3, "5", 1), Reads(6, "9", "8", 4)}),
            "1 base 100-100 = 0; 2 base 7-7 = 0; 1 fell 100-5 most 900000000000;"
            " 1 counted 5-9 = 4; 2 swapped 7-8 most 300000000000");
  SetUp();
  EXPECT_EQ(SaidOf({Reads(0, "97", "7", -1), Reads(3, "100", -1), Reads(6, "5", -1),
                    Reads(9, "9", "8", -1)}),
            "1 base 97-97 = 0; 2 base 7-7 = 0; 1 counted 97-100 = 3;"
            " 1 fell 100-5 most 900000000000; 1 counted 5-9 = 4; 2 swapped 7-8 most 450000000000");
  SetUp();
  EXPECT_EQ(SaidOf({Reads(0, "100", "7", 10), Reads(3, "5", 13), Reads(6, "9", "8", 16)}),
            "1 base 100-100 = 0; 2 base 7-7 = 0; 1 fell 100-5 most 900000000000;"
            " 1 counted 5-9 = 4; 2 counted 7-8 = 1")
      << "the device ran on, and only one meter fell";
  SetUp();
  EXPECT_EQ(SaidOf({Reads(0, "100", "7", 10), Reads(3, "5", 1), Reads(6, "9", 4),
                    Reads(9, "10", "3", 7)}),
            "1 base 100-100 = 0; 2 base 7-7 = 0; 1 fell 100-5 most 900000000000;"
            " 1 counted 5-9 = 4; 1 counted 9-10 = 1; 2 swapped 7-3 most 450000000000")
      << "its epoch is over: no fall of it is news";
}

TEST_F(AccountTest, TakesAnotherBoardAtItsWordOfAllMeters) {
  Take(Reads(0, "100", "7", 10));
  Said();
  account_.Swap();
  EXPECT_EQ(SaidOf({Reads(3, "5", 1), Reads(6, "6", "9", 4)}),
            "1 swapped 100-5 most 900000000000; 1 counted 5-6 = 1; 2 swapped 7-9 most 300000000000")
      << "at once though it is lower, and of what was not read, too";
}

TEST_F(AccountTest, TakesALargeRiseOfADeviceThatRanOnForPrinted) {
  EXPECT_EQ(
      SaidOf({Reads(0, "5000", 10), Reads(3, "5020", 13), Reads(6, "0", 1), Reads(9, "100", 4)}),
      "1 base 5000-5000 = 0; 1 counted 5000-5020 = 20; 1 fell 5020-0 most 900000000000;"
      " 1 counted 0-100 = 100");
}

TEST_F(AccountTest, TakesAnOrdinaryRiseAfterARestartForPrinted) {
  EXPECT_EQ(SaidOf({Reads(0, "5000", 10), Reads(3, "5020", 13), Reads(6, "5021", 16),
                    Reads(9, "0", 1), Reads(12, "2", 4), Reads(15, "32", 1)}),
            "1 base 5000-5000 = 0; 1 counted 5000-5020 = 20; 1 counted 5020-5021 = 1;"
            " 1 fell 5021-0 most 900000000000; 1 counted 0-2 = 2; 1 counted 2-32 = 30");
  SetUp();
  EXPECT_EQ(SaidOf({Reads(0, "10", 10), Reads(3, "14", 13), Reads(6, "0", 1), Reads(9, "8", 4),
                    Reads(12, "16", 7), Reads(15, "66", 1)}),
            "1 base 10-10 = 0; 1 counted 10-14 = 4; 1 fell 14-0 most 900000000000;"
            " 1 counted 0-8 = 8; 1 counted 8-16 = 8; 1 counted 16-66 = 50")
      << "there is nothing to put back";
}

// There may be several saved states, each of another epoch.
TEST_F(AccountTest, RemembersTheHighestThatMayBePutBack) {
  Take(Reads(0, "5000", 10));
  Take(Reads(3, "5020", 13));
  Take(Reads(6, "50", 1));
  Take(Reads(9, "60", 4));
  Take(Reads(12, "0", 1));
  Take(Reads(15, "20", 4));
  Take(Reads(18, "40", 7));
  EXPECT_EQ(SaidOf({Reads(21, "61", 10), Reads(24, "5025", 1)}),
            "1 counted 40-61 = 21; 1 swapped 61-5025 most 900000000000");
  SetUp();
  Take(Reads(0, "10", 10));
  Take(Reads(3, "30", 13));
  account_.Swap();
  Take(Reads(6, "5000", 1));
  Take(Reads(9, "5020", 4));
  Take(Reads(12, "0", 1));
  Take(Reads(15, "22", 4));
  EXPECT_EQ(SaidOf({Reads(18, "42", 7), Reads(21, "5025", 1)}),
            "1 counted 22-42 = 20; 1 swapped 42-5025 most 900000000000");
}

// Before anything was counted, what the meter stood at says what is large.
TEST_F(AccountTest, DoesNotCountWhatIsPutBackBeforeAnythingWasCounted) {
  const auto then = [&](const std::string& value) {
    SetUp();
    Take(Reads(0, "5000", 10));
    account_.Swap();
    Take(Reads(3, "0", 1));
    return SaidOf({Reads(6, value, 1)});
  };
  EXPECT_EQ(then("5010"), "1 swapped 0-5010 most 900000000000");
  EXPECT_EQ(then("2501"), "1 swapped 0-2501 most 900000000000");
  EXPECT_EQ(then("2500"), "1 counted 0-2500 = 2500");
}

TEST_F(AccountTest, IdleDaysSayNothingOfWhatIsLarge) {
  EXPECT_EQ(SaidOf({Reads(0, "5000", -1), Reads(3, "5000", -1), Reads(6, "0", -1),
                    Reads(9, "10", -1), Reads(12, "20", -1)}),
            "1 base 5000-5000 = 0; 1 counted 5000-5000 = 0;"
            " 1 fell 5000-0 most 900000000000; 1 counted 0-10 = 10; 1 counted 10-20 = 10");
}

// The collector that is followed did not see how far the meter had come before it was set back.
TEST_F(AccountTest, NamesWhatOnlyAnotherCollectorSaw) {
  const auto set_back = [&](int up, int up_then) {
    SetUp();
    Take(Reads(0, "100", up));
    for (const char* seen : {"104", "110", "108"}) Take(By("col_b", Reads(1, seen, -1)));
    return SaidOf({Reads(3, "109", up_then)});
  };
  const std::string gap = "1 counted 100-109 = 9; 1 returned 100-109 most 900000000000";
  EXPECT_EQ(set_back(10, 1), gap);
  EXPECT_EQ(set_back(-1, -1), gap) << "it may have been";
  EXPECT_EQ(set_back(10, 13), "1 counted 100-109 = 9") << "the other one's clock is ahead";
  EXPECT_EQ(SaidOf({Reads(6, "112", 16), Reads(9, "5", 1), Reads(12, "9", 4), Reads(15, "12", 1)}),
            "1 counted 109-112 = 3; 1 fell 112-5 most 900000000000; 1 counted 5-9 = 4;"
            " 1 counted 9-12 = 3")
      << "what was seen before is over";
}

// A visit takes a while: the one that began first may have been the last to see the meter.
TEST_F(AccountTest, TwoThatReadAtTheSameTimeContradictNothing) {
  const auto seen_before = [&](milliseconds before) {
    SetUp();
    Take(Reads(0, "100", -1));
    AccountReading other = By("col_b", Reads(3, "105", -1));
    other.at -= before;
    Take(other);
    return SaidOf({Reads(3, "104", -1)});
  };
  EXPECT_EQ(seen_before(std::chrono::minutes(5)), "1 counted 100-104 = 4");
  EXPECT_EQ(seen_before(std::chrono::minutes(6)),
            "1 counted 100-104 = 4; 1 returned 100-104 most 900000000000");
}

TEST_F(AccountTest, NamesWhatNobodyWatchedBetweenTwoCollectors) {
  const auto taken_over = [&](int up, int up_then, const std::string& value) {
    SetUp();
    Take(Reads(0, "100", up));
    return SaidOf({By("col_b", Reads(27, value, up_then))});
  };
  EXPECT_EQ(taken_over(10, 37, "110"), "1 counted 100-110 = 10");
  const std::string gap = "1 counted 100-110 = 10; 1 returned 100-110 most 8100000000000";
  EXPECT_EQ(taken_over(10, 1, "110"), gap);
  EXPECT_EQ(taken_over(-1, -1, "110"), gap);
  EXPECT_EQ(taken_over(10, 1, "900000"), "1 swapped 100-900000 most 8100000000000")
      << "one gap is enough";
}

TEST_F(AccountTest, AsksNothingOfTwoUnitsThatAreReadTogether) {
  account_ = ChannelAccount(
      {{1, "media.length", "m", false, "length"}, {2, "media.length", "feet", false, "length"}});
  for (const auto& [hour, metres, feet] : {std::tuple(0, "100", ""), std::tuple(3, "101", "331")}) {
    AccountReading reading = Reads(hour, metres, 10 + hour);
    if (*feet != '\0') reading.values.emplace_back(2, *Decimal::Parse(feet));
    account_.Take(reading, [&](const Entry& entry) { Note(entry); });
  }
  EXPECT_EQ(Said(), "1 base 100-100 = 0; 1 counted 100-101 = 1; 2 base 331-331 = 0");
}

TEST_F(AccountTest, RefusesAStateThatIsNone) {
  EXPECT_THROW(account_.Resume("[]"), JsonError);
  EXPECT_THROW(account_.Resume(R"({"meters":{"1":{"last":[1,"x",1]}}})"), JsonError);
  EXPECT_THROW(account_.Resume("{"), JsonError);
}

}  // namespace
}  // namespace plotmeter
