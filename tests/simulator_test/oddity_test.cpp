#include "tests/simulator/oddity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

namespace plotmeter::simulator {
namespace {

using ::testing::HasSubstr;

std::string Refusal(const std::string& what) {
  try {
    Oddities().Add(what);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "(taken)";
}

TEST(OddityTest, HasAValueOrTheTablesOwn) {
  Oddities odd;
  EXPECT_TRUE(odd.empty());
  EXPECT_FALSE(odd.Has("slow"));
  odd.Add("slow");
  EXPECT_EQ(odd.Seconds("slow"), std::chrono::seconds(30));
  odd.Add("slow=500ms");
  EXPECT_EQ(odd.Seconds("slow"), std::chrono::milliseconds(500));
  odd.Add("bulk=garbage");
  odd.Add("hr-index");
  EXPECT_EQ(odd.Word("bulk"), "garbage");
  EXPECT_EQ(odd.Number("hr-index"), 1280u);
  EXPECT_EQ(odd.Text(), "bulk=garbage,hr-index=1280,slow=500ms");
  odd.Remove("bulk");
  EXPECT_FALSE(odd.Has("bulk"));
}

TEST(OddityTest, SaysWhatItDoesNotKnow) {
  EXPECT_THAT(Refusal("slwo"), HasSubstr("'slwo' is no oddity; expected one of dead, slow"));
  EXPECT_THAT(Refusal("slow=soon"), HasSubstr("'slow' got 'soon'; expected a duration"));
  EXPECT_THAT(Refusal("bulk=odd"), HasSubstr("expected drop|generr|garbage"));
  EXPECT_THAT(Refusal("dead=1"), HasSubstr("no value"));
  EXPECT_THAT(Refusal("hr-index=x"), HasSubstr("a whole number"));
  Oddities odd;
  odd.Add("dead");
  EXPECT_THROW(odd.Has("slwo"), std::logic_error);
}

TEST(OddityTest, EveryRowIsTakenAndShown) {
  std::set<std::string_view> names;
  for (const OddityKind& kind : OddityKinds()) {
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
    EXPECT_EQ(Refusal(std::string(kind.name)), "(taken)");
    EXPECT_THAT(OddityHelp(), HasSubstr(kind.help));
    if (kind.value != OddityValue::kNone) {
      EXPECT_EQ(Refusal(std::string(kind.name) + "=" + std::string(kind.fallback)), "(taken)");
    }
  }
}

TEST(OddityTest, ARuleNamesWho) {
  EXPECT_EQ(ParseOddityRule("3:slow=5s").who, "3");
  EXPECT_EQ(ParseOddityRule("10%:dead").what, "dead");
  for (const char* wrong : {"dead", "0:dead", "x:dead", "101%:dead", ":dead", "%:dead", "3:"}) {
    EXPECT_THROW(ParseOddityRule(wrong), std::invalid_argument) << wrong;
  }
}

TEST(OddityTest, SharesAreSpreadOverThoseStillHealthy) {
  const auto odd = Distribute({ParseOddityRule("10%:dead"), ParseOddityRule("5%:slow"),
                               ParseOddityRule("1:v1-only"), ParseOddityRule("all:late-first")},
                              100);
  int dead = 0, slow = 0, both = 0, late = 0, dead_early = 0;
  for (std::size_t i = 0; i < odd.size(); ++i) {
    dead += odd[i].Has("dead");
    slow += odd[i].Has("slow");
    both += odd[i].Has("dead") && odd[i].Has("slow");
    late += odd[i].Has("late-first");
    dead_early += i < 50 && odd[i].Has("dead");
  }
  EXPECT_EQ(dead, 10);
  EXPECT_EQ(dead_early, 5);
  EXPECT_EQ(slow, 5);
  EXPECT_EQ(both, 0);
  EXPECT_EQ(late, 100);
  EXPECT_TRUE(odd[0].Has("v1-only"));
  EXPECT_THROW(Distribute({ParseOddityRule("4:dead")}, 3), std::invalid_argument);
}

}  // namespace
}  // namespace plotmeter::simulator
