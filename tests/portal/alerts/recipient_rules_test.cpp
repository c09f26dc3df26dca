#include "portal/alerts/recipient_rules.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

TEST(RecipientRulesTest, TakeUrlsThatCanBePostedTo) {
  for (const char* good : {"https://hooks.north.example/x?y=1", "https://hooks.example:8443",
                           "https://[2606:2800::1]/"}) {
    EXPECT_TRUE(IsWebhookUrl(good, false)) << good;
  }
  for (const char* bad :
       {"", "hooks.example", "http://hooks.example/", "ftp://hooks.example/", "https://",
        "https:///x", "https://:443/", "https://user:secret@hooks.example/",
        "https://hooks.example/a b", "https://hooks.example/\r\nX: y", "https://hooks.example/#x",
        "HTTPS//x", "file:///etc/passwd"}) {
    EXPECT_FALSE(IsWebhookUrl(bad, false)) << bad;
  }
  EXPECT_TRUE(IsWebhookUrl("http://10.0.0.7/hook", true));
  EXPECT_FALSE(IsWebhookUrl("https://" + std::string(2000, 'x'), false));
}

TEST(RecipientRulesTest, ReadTimesOfTheDay) {
  EXPECT_EQ(ParseTimeOfDay("07:30"), 450);
  EXPECT_EQ(ParseTimeOfDay("00:00"), 0);
  EXPECT_EQ(TimeOfDayText(*ParseTimeOfDay("23:59")), "23:59");
  for (const char* bad : {"", "7:30", "24:00", "07:60", "07-30", "0730", "07:3x", "-1:30"}) {
    EXPECT_EQ(ParseTimeOfDay(bad), std::nullopt) << bad;
  }
}

TEST(RecipientRulesTest, KnowWhenTheNextDigestIsDue) {
  Recipient recipient{.time_zone = "Europe/Berlin"};
  recipient.digest_minute = 450;
  const auto due = [&](const char* now) {
    SetDigestDue(recipient, *ParseInstant(now));
    return FormatInstant(recipient.digest_due.value());
  };
  EXPECT_EQ(due("2026-11-10T06:29:00Z"), "2026-11-10T06:30:00Z");
  EXPECT_EQ(due("2026-11-10T06:30:00Z"), "2026-11-11T06:30:00Z");
  EXPECT_EQ(due("2026-07-10T05:29:00Z"), "2026-07-10T05:30:00Z") << "summer";
  recipient.digest_minute = 150;  // 02:30, which is skipped on 2026-03-29
  EXPECT_EQ(due("2026-03-28T12:00:00Z"), "2026-03-29T01:00:00Z");
  EXPECT_EQ(due("2026-10-24T12:00:00Z"), "2026-10-25T00:30:00Z") << "twice: the first of them";
  EXPECT_EQ(due("2026-10-25T00:30:00Z"), "2026-10-26T01:30:00Z");
  recipient.digest_minute.reset();
  SetDigestDue(recipient, {});
  EXPECT_EQ(recipient.digest_due, std::nullopt);
}

}  // namespace
}  // namespace plotmeter
