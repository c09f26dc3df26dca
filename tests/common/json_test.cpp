#include "common/json.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

TEST(JsonTest, WritesTheSameBytesForTheSameValue) {
  EXPECT_EQ(JsonText(ParseJson(R"({"b":[1,null,{"x":"ü"}],"a":"1.50"})")),
            R"({"a":"1.50","b":[1,null,{"x":"ü"}]})");
}

std::string Complaint(std::string_view text, const JsonLimits& limits = {}) {
  try {
    ParseJson(text, limits);
  } catch (const JsonError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(JsonTest, NamesWhatIsWrong) {
  EXPECT_EQ(Complaint(R"({"a":1,"a":2})"), R"(member "a" stands twice in one object)");
  EXPECT_EQ(Complaint("[[[1]]]", {.max_depth = 2}), "nested deeper than 2");
  EXPECT_EQ(Complaint("[[1]]", {.max_depth = 2}), "accepted");
  EXPECT_EQ(Complaint("[1,2]", {.max_bytes = 4}), "5 bytes; at most 4");
  EXPECT_EQ(Complaint("{} x"), "not valid JSON at byte 4");
  EXPECT_EQ(Complaint("\"\xff\""), "not valid JSON at byte 2");
  EXPECT_EQ(Complaint(""), "not valid JSON at byte 1");
}

TEST(JsonTest, KeepsTheDigitsOfAFractionWhenAsked) {
  const char* text = R"({"a":0.210000,"b":433,"c":-1.50,"d":123456789012345678901})";
  EXPECT_EQ(JsonText(ParseJson(text, {.fractions_as_text = true})),
            R"({"a":"0.210000","b":433,"c":"-1.50","d":"123456789012345678901"})");
  EXPECT_TRUE(ParseJson(text).at("a").is_number_float());
}

TEST(JsonTest, SurvivesABombOfBrackets) {
  EXPECT_EQ(Complaint(std::string(1'000'000, '[')), "nested deeper than 16");
}

}  // namespace
}  // namespace plotmeter
