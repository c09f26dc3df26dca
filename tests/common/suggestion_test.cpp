#include "common/suggestion.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

TEST(SuggestionTest, NamesTheClosestWordOrNone) {
  EXPECT_EQ(Suggestion("beleive", {"believe", "channels"}), "; did you mean believe?");
  EXPECT_EQ(Suggestion("rnage", {"range"}, "--"), "; did you mean --range?");
  EXPECT_EQ(Suggestion("zzzzzz", {"range"}), "");
  EXPECT_EQ(Suggestion("range", {}), "");
}

}  // namespace
}  // namespace plotmeter
