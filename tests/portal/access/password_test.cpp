#include "portal/access/password.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

#include "portal/access/password_rules.h"
#include "tests/fakes/peak.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(PasswordTest, KnowsARightOneFromAWrongOne) {
  const Passwords passwords(kCheapest);
  const std::string hash = passwords.Hash("correct horse battery");
  EXPECT_THAT(hash, StartsWith("$argon2id$v=19$m=8,t=1,p=1$"));
  EXPECT_NE(hash, passwords.Hash("correct horse battery")) << "each has a salt of its own";
  EXPECT_TRUE(passwords.Verify(hash, "correct horse battery"));
  EXPECT_FALSE(passwords.Verify(hash, "correct horse batterz"));
  EXPECT_FALSE(passwords.Verify(hash, ""));
  EXPECT_FALSE(passwords.Verify("", "correct horse battery"));
  EXPECT_FALSE(passwords.Verify("$argon2id$nonsense", "correct horse battery"));
  passwords.VerifyNobody("correct horse battery");
}

TEST(PasswordTest, HasTheCostThatItSays) {
  const Passwords passwords;
  EXPECT_THAT(passwords.Hash("correct horse battery"),
              StartsWith("$argon2id$v=19$m=32768,t=3,p=1$"));
}

TEST(PasswordTest, SeesThatAHashWasMadeAtAnotherCost) {
  const Passwords cheap(kCheapest);
  const Passwords dearer({.passes = 2, .bytes = 16384});
  const std::string hash = cheap.Hash("correct horse battery");
  EXPECT_FALSE(cheap.IsCheaper(hash));
  EXPECT_TRUE(dearer.IsCheaper(hash));
  EXPECT_TRUE(dearer.Verify(hash, "correct horse battery"));
}

// Whoever may not wait is told so; memory stays that of two, however many come.
TEST(PasswordTest, TakesNoMoreMemoryForACrowd) {
  constexpr int kCrowd = 16;
  constexpr long kMegabytes = 48;  // of each
  const Passwords passwords({.passes = 1, .bytes = std::size_t{kMegabytes} << 20});
  const std::string hash = passwords.Hash("correct horse battery");
  const long before = PeakMegabytes();
  std::atomic<int> right = 0, sent_away = 0;
  std::barrier start(kCrowd);
  std::vector<std::jthread> crowd;
  for (int i = 0; i < kCrowd; ++i) {
    crowd.emplace_back([&] {
      start.arrive_and_wait();
      try {
        right += passwords.Verify(hash, "correct horse battery") ? 1 : 0;
      } catch (const PasswordsBusy&) {
        ++sent_away;
      }
    });
  }
  crowd.clear();
  EXPECT_EQ(right + sent_away, kCrowd);
  EXPECT_GE(right, 2);
  EXPECT_LT(PeakMegabytes() - before, 2 * kMegabytes + 32);
  EXPECT_TRUE(passwords.Verify(hash, "correct horse battery")) << "and it goes on";
}

TEST(PasswordRulesTest, RefusesWhatIsTriedFirst) {
  const std::vector<std::string> context = {"anna.meier@north-repro.example",
                                            "North Reprographics"};
  const std::pair<const char*, const char*> kCases[] = {
      {"", "it has 0 characters; expected 12 to 128"},
      {"Tr0ub4dor&3", "it has 11 characters"},
      {"äöüäöüäöüäö", "it has 11 characters"},
      {"aaaaaaaaaaaaaaa", "repeats itself"},
      {"x7Kq9!x7Kq9!", "repeats itself"},
      {"121212121212", "repeats itself"},
      {"123456789012", "a row"},
      {"qwertyuiop12", "a row"},
      {"abcdefghijklm", "a row"},
      {"mlkjihgfedcb", "a row"},
      {"1qaz2wsx3edc", "a row"},
      {"Password2026", "a common word"},
      {"P4$$w0rd!2026", "a common word"},
      {"123password123", "a common word"},
      {"summer2026!!!", "a common word"},
      {"SommerWinter1", "a common word"},
      {"ichliebedich!", "a common word"},
      {"let-me-in-please", "a common word"},
      {"northrepro2026", "your address"},
      {"AnnaMeier1234", "your address"},
      {"North2026Reprographics", "your address"},
  };
  for (const auto& [password, why] : kCases) {
    const auto wrong = WhatIsWrong(password, context);
    EXPECT_THAT(wrong.value_or("it was taken"), HasSubstr(why)) << password;
  }
  EXPECT_TRUE(WhatIsWrong(std::string(129, 'a'), {}));
}

TEST(PasswordRulesTest, TakesWhatIsHardToGuess) {
  for (const char* password :
       {"kelp harbour mitten", "tq7-ZZm1-p0Xv", "correct horse battery staple",
        "naive Vogelscheuche", "837465920184", "пароль не простой", "9vJ$kd02mQx!"}) {
    EXPECT_EQ(WhatIsWrong(password, {"anna.meier@north.example", "North"}), std::nullopt)
        << password;
  }
  EXPECT_EQ(WhatIsWrong("AnnaMeier!kelp7", {}), std::nullopt);
}

}  // namespace
}  // namespace plotmeter
