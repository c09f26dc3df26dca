#include "common/in_use.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace plotmeter {
namespace {

TEST(InUseTest, LeavesToWhoeverHasItWhatHeHas) {
  InUse<std::string> word("first");
  InUse<std::string> copy = word;
  const auto kept = word.Now();
  copy.Replace("second");
  EXPECT_EQ(*kept, "first");
  EXPECT_EQ(*word.Now(), "second") << "a copy is the same one";
}

// Of use under the sanitizer of threads.
TEST(InUseTest, IsReplacedWhileOthersUseIt) {
  InUse<std::string> letters(std::string(1000, 'a'));
  std::atomic<bool> is_over = false;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!is_over) {
        const auto now = letters.Now();
        EXPECT_EQ(*now, std::string(1000, now->front())) << "half of one and half of another";
      }
    });
  }
  for (char c = 'a'; c <= 'z'; ++c) letters.Replace(std::string(1000, c));
  is_over = true;
  readers.clear();
  EXPECT_EQ(letters.Now()->front(), 'z');
}

}  // namespace
}  // namespace plotmeter
