#include "collector/spool/card_start.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

Instant At(const char* text) { return *ParseInstant(text); }

TEST(CardStartTest, FindsWhatWasOnlyReckoned) {
  const auto reckoned = [](const std::string& id, ChannelKind channel = ChannelKind::kSnmp) {
    return ReckonedJobOf({.job = id, .channel = channel});
  };
  EXPECT_EQ(reckoned("1.42/~2026-10-01T11:59:58Z"),
            (ReckonedJob{"1.42", At("2026-10-01T11:59:58Z")}));
  EXPECT_EQ(reckoned("1.42/8123"), std::nullopt);
  EXPECT_EQ(reckoned("1.42/2026-10-01T11:59:58Z"), std::nullopt) << "the printer itself said so";
  EXPECT_EQ(reckoned("1.42/~yesterday"), std::nullopt);
  EXPECT_EQ(reckoned("1.42/~2026-10-01T11:59:58Z", ChannelKind::kPiws), std::nullopt);
}

TEST(CardStartTest, TakesReckoningsForOneStartAsFarAsClocksGo) {
  const Instant kept = At("2026-10-01T12:00:00Z");
  const Instant soon = At("2026-10-01T13:00:00Z");
  EXPECT_TRUE(IsSameStart(kept, At("2026-10-01T11:59:58Z"), soon));
  EXPECT_TRUE(IsSameStart(kept, At("2026-10-01T12:10:00Z"), soon));
  EXPECT_FALSE(IsSameStart(kept, At("2026-10-01T12:12:00Z"), soon));
  EXPECT_TRUE(IsSameStart(kept, At("2026-10-01T12:25:00Z"), At("2027-10-01T12:00:00Z")))
      << "a card's clock that goes wrong by 50 millionths is 26 minutes off after a year";
  EXPECT_FALSE(IsSameStart(kept, At("2026-10-01T12:11:00Z"), At("2020-01-01T00:00:00Z")))
      << "a clock that was set back makes nothing older";
  const Instant much_later = At("2028-03-01T12:00:00Z");
  EXPECT_TRUE(IsSameStart(kept, At("2028-02-10T14:27:54Z"), much_later))
      << "497 days later its ticks began anew";
  EXPECT_FALSE(IsSameStart(kept, At("2028-02-10T20:00:00Z"), much_later));
}

TEST(CardStartTest, NamesTheHourAndASecondStartInItByTheMinute) {
  EXPECT_EQ(NameOfStart(At("2026-10-01T12:59:59Z"), ""), "2026-10-01T12:00:00Z");
  EXPECT_EQ(NameOfStart(At("2026-10-01T12:40:10Z"), "2026-10-01T12:00:00Z"),
            "2026-10-01T12:40:00Z");
  EXPECT_EQ(NameOfStart(At("2026-10-01T13:00:01Z"), "2026-10-01T12:00:00Z"),
            "2026-10-01T13:00:00Z");
}

}  // namespace
}  // namespace plotmeter
