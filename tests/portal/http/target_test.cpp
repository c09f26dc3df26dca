#include "portal/http/target.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace plotmeter {
namespace {

// "path | segments | name=value ..." or the refusal.
std::string Printed(std::string_view text) {
  const auto parsed = ParseTarget(text);
  if (const auto* bad = std::get_if<BadTarget>(&parsed)) return bad->why;
  const auto& target = std::get<Target>(parsed);
  std::string out = target.path + " |";
  for (const auto& segment : target.segments) out += fmt::format(" [{}]", segment);
  out += " |";
  for (const auto& [name, value] : target.query) out += fmt::format(" {}={}", name, value);
  return out;
}

TEST(TargetTest, DecodesOnce) {
  const struct {
    const char* target;
    const char* printed;
  } kCases[] = {
      {"/", "/ | [] |"},
      {"/api/v1/usage", "/api/v1/usage | [api] [v1] [usage] |"},
      {"/api/", "/api/ | [api] [] |"},
      {"//api", "//api | [] [api] |"},
      {"/CN%C3%9C1", "/CNÜ1 | [CNÜ1] |"},
      {"/%252e", "/%2e | [%2e] |"},
      {"/a+b~c@d:e", "/a+b~c@d:e | [a+b~c@d:e] |"},
      {"/...", "/... | [...] |"},
      {"/?month=2026-07", "/ | [] | month=2026-07"},
      {"/?a+b=c+d%2B&e&=f&&g==", "/ | [] | a b=c d+ e= =f g=="},
      {"/?q=\"\\{}|/?", "/ | [] | q=\"\\{}|/?"},
      {"https://portal:443/api?x=1", "/api | [api] | x=1"},
      {"http://portal", "/ | [] |"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Printed(c.target), c.printed) << c.target;
}

TEST(TargetTest, RefusesWhatTwoReadersMightTakeForTwoThings) {
  constexpr const char* kRaw = "the target holds a character that has to be escaped";
  constexpr const char* kPath = "the path holds a character that has to be escaped";
  constexpr const char* kEscape = "the path holds an escape that stands for no text";
  constexpr const char* kSlash = "the path holds an escaped '/' or '\\'";
  constexpr const char* kDots = "the path holds '.' or '..'";
  constexpr const char* kQuery = "the query holds an escape that stands for no text";
  constexpr const char* kStart = "the target has to start with '/'";
  const struct {
    std::string target;
    const char* why;
  } kCases[] = {
      {"", kStart},           {"api", kStart},         {"*", kStart},
      {"portal:443", kStart}, {"https://h?x", kStart}, {"?x=1", kStart},
      {"/a b", kRaw},         {"/a\tb", kRaw},         {"/Ü", kRaw},
      {"/a#b", kRaw},         {"/?q=Ü", kRaw},         {std::string("/a\0b", 4), kRaw},
      {"/a\\b", kPath},       {"/a\"b", kPath},        {"/<b>", kPath},
      {"/%zz", kEscape},      {"/%", kEscape},         {"/%2", kEscape},
      {"/%-1", kEscape},      {"/%00", kEscape},       {"/%0d%0aX:y", kEscape},
      {"/%7f", kEscape},      {"/%ff", kEscape},       {"/%c0%af", kEscape},
      {"/%e2%82", kEscape},   {"/%2fetc", kSlash},     {"/%5cetc", kSlash},
      {"/a/../b", kDots},     {"/%2e%2e/b", kDots},    {"/.", kDots},
      {"/a/.%2E", kDots},     {"/?q=%zz", kQuery},     {"/?%00=1", kQuery},
      {"/?q=%0a", kQuery},    {"/?q=%c3", kQuery},
  };
  for (const auto& c : kCases) EXPECT_EQ(Printed(c.target), c.why) << c.target;
}

TEST(TargetTest, TakesAHundredParametersAndNoMore) {
  std::string target = "/?";
  for (int i = 0; i < 100; ++i) target += "a=b&";
  EXPECT_TRUE(Printed(target).starts_with("/ |"));
  EXPECT_EQ(Printed(target + "a=b"), "the query has over 100 parameters");
}

TEST(TargetTest, KnowsUtf8AtItsEdges) {
  for (const char* good : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsUtf8(good)) << good;
  }
  for (const char* bad :
       {"\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc2\x80\x80"}) {
    EXPECT_FALSE(IsUtf8(bad)) << bad;
  }
}

}  // namespace
}  // namespace plotmeter
