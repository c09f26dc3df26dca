#include "portal/http/conditions.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

TEST(ConditionsTest, TagsAreOfTheBytes) {
  EXPECT_EQ(EtagOf("abc"), "\"ungWv48Bz-pBQUDeXa4iIw\"");
  EXPECT_NE(EtagOf("abc"), EtagOf("abd"));
}

TEST(ConditionsTest, FindsATagInAField) {
  const struct {
    const char* field;
    bool named;       // as If-Match compares
    bool named_weak;  // as If-None-Match does
  } kCases[] = {
      {"\"a\"", true, true},
      {" \"a\" ", true, true},
      {"\"x\", \"a\"", true, true},
      {"\"x\",\"a\",", true, true},
      {"*", true, true},
      {"W/\"a\"", false, true},
      {"W/\"x\", \"a\"", true, true},
      {"\"b\"", false, false},
      {"a", false, false},
      {"\"a", false, false},
      {"", false, false},
      {",", false, false},
      {"\"x\" garbage \"a\"", false, false},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(NamesEtag(c.field, "\"a\"", false), c.named) << c.field;
    EXPECT_EQ(NamesEtag(c.field, "\"a\"", true), c.named_weak) << c.field;
  }
}

}  // namespace
}  // namespace plotmeter
