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
  void Note(const Entry& entry) {
    if (!said_.empty()) said_ += "; ";
    said_ += std::to_string(entry.meter) + " " + std::string(ToText(entry.kind)) + " " +
             entry.opening.value.text() + "-" + entry.closing.value.text();
    if (!IsGap(entry.kind)) said_ += " = " + entry.used.Text();
    if (entry.most) said_ += " most " + std::to_string(*entry.most);
  }
  std::string Said() { return std::exchange(said_, ""); }

  std::int64_t batch_ = 0;
  std::string said_;
  ChannelAccount account_{
      {{1, "media.area", "m2"}, {2, "ink.used", "cc"}, {3, "prints", "prints", true}}};
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

TEST_F(AccountTest, RefusesAStateThatIsNone) {
  EXPECT_THROW(account_.Resume("[]"), JsonError);
  EXPECT_THROW(account_.Resume(R"({"meters":{"1":{"last":[1,"x",1]}}})"), JsonError);
  EXPECT_THROW(account_.Resume("{"), JsonError);
}

}  // namespace
}  // namespace plotmeter
