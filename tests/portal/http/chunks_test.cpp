#include "portal/http/chunks.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

// The body and what is left behind, or what was wrong; the same however the bytes arrive.
std::string Printed(std::string_view bytes) {
  std::string printed[2];
  for (const bool slowly : {true, false}) {
    const std::size_t step = slowly ? 1 : bytes.size();
    Chunks chunks(16);
    std::size_t at = 0;
    while (at < bytes.size() && chunks.seen() == Chunks::Seen::kMore) {
      at += chunks.Take(bytes.substr(at, step));
    }
    std::string& out = printed[slowly ? 0 : 1];
    switch (chunks.seen()) {
      case Chunks::Seen::kMore:
        out = "more";
        break;
      case Chunks::Seen::kBad:
        out = "bad";
        break;
      case Chunks::Seen::kTooLong:
        out = "too long";
        break;
      case Chunks::Seen::kDone:
        out = "'" + chunks.body() + "' then '" + std::string(bytes.substr(at)) + "'";
    }
  }
  EXPECT_EQ(printed[0], printed[1]) << bytes;
  return printed[0];
}

TEST(ChunksTest, PutsABodyTogether) {
  const struct {
    std::string bytes;
    const char* printed;
  } kCases[] = {
      {"", "more"},
      {"0\r\n", "more"},
      {"0\r\n\r", "more"},
      {"5\r\nhel", "more"},
      {"0\r\n\r\n", "'' then ''"},
      {"5\r\nhello\r\n0\r\n\r\n", "'hello' then ''"},
      {"5\r\nhello\r\n1\r\n!\r\n000\r\n\r\nGET /", "'hello!' then 'GET /'"},
      {"A\r\n0123456789\r\n0\r\n\r\n", "'0123456789' then ''"},
      {"5;name=value\r\nhello\r\n0;x\r\nTrailer: x\r\n\r\n", "'hello' then ''"},
      {"10\r\n0123456789abcdef\r\n0\r\n\r\n", "'0123456789abcdef' then ''"},
      {"11\r\n", "too long"},
      {"10\r\n0123456789abcdef\r\n1\r\n", "too long"},
      {"ffffffff\r\n", "too long"},
      {"fffffffff\r\n", "bad"},
      {"ffffffffffffffff1\r\n", "bad"},
      {"-5\r\nhello\r\n", "bad"},
      {"+5\r\nhello\r\n", "bad"},
      {"0x5\r\nhello\r\n", "bad"},
      {" 5\r\nhello\r\n", "bad"},
      {"\r\n", "bad"},
      {";x\r\n", "bad"},
      {"5\nhello\n", "bad"},
      {"5\rhello\r\n", "bad"},
      {"5\r\nhello!\r\n", "bad"},
      {"5\r\nhello\n", "bad"},
      {std::string(300, '0'), "bad"},
      {"1;" + std::string(300, 'a'), "bad"},
      {"0\r\n" + std::string(300, 'a'), "bad"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Printed(c.bytes), c.printed) << c.bytes;
}

TEST(ChunksTest, TiresOfEndlessTrailers) {
  std::string bytes = "0\r\n";
  for (int i = 0; i < 100; ++i) bytes += "T: " + std::string(60, 'x') + "\r\n";
  EXPECT_EQ(Printed(bytes), "bad");
}

}  // namespace
}  // namespace plotmeter
