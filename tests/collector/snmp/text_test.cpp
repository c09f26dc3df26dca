#include "collector/snmp/text.h"

#include <gtest/gtest.h>

#include "collector/channel/serial.h"
#include "collector/snmp/ieee1284.h"

namespace plotmeter {
namespace {

using namespace std::string_view_literals;

struct Case {
  std::string_view octets;
  std::string_view utf8;
};

TEST(TextTest, ReadsPmlStringsByTheirSymbolSet) {
  const Case cases[] = {
      {"\xFD\xE8Plain Paper"sv, "Plain Paper"},
      {"\xFD\xE8"sv, ""},
      {"\xFD\xE8-1"sv, "-1"},
      {"\xFD\xE8Hahnem\xC3\xBChle"sv, "Hahnemühle"},  // UTF-8
      {"\xFD\xE8Hahnem\xFChle"sv, "Hahnemühle"},      // not UTF-8, so ISO 8859-1
      {"\xFD\xE8+AOQ-"sv, "+AOQ-"},                   // 65000 is not UTF-7
      {"\x01\x15VNCRC48198"sv, "VNCRC48198"},
      {"\x01\x15Gr\xCE\xDE"
       "e \xBA"sv,
       "Größe ¤"},  // Roman-8
      {"\x00\x0EGr\xF6\xDF"
       "e"sv,
       "Größe"},
      {"Ready"sv, "Ready"},            // no prefix
      {"\xFE\xE8Ready"sv, "þèReady"},  // none we know: nothing is taken away
      {"\xFD"sv, "ý"},
      {""sv, ""},
      {"\x01\x15Tray 2\0\x01\x02rubbish"sv, "Tray 2"},  // M130nw
      {"\x01\x15\x1B[1mTray\r\n 2 "sv, "[1mTray 2"},    // no control characters
  };
  for (const Case& c : cases) EXPECT_EQ(DecodePml(c.octets).utf8, c.utf8);
}

TEST(TextTest, ReadsOtherTextsByTheirCharsetAndNeverTakesAPrefix) {
  EXPECT_EQ(DecodeText("cyan\0"sv).utf8, "cyan");
  EXPECT_EQ(DecodeText("  Black Toner  "sv).utf8, "Black Toner");
  EXPECT_EQ(DecodeText("\xE9\xBB\x91\xE8\x89\xB2"sv).utf8, "黑色");
  EXPECT_EQ(DecodeText("\xFC"sv).utf8, "ü");
  EXPECT_EQ(DecodeText("\xC3\xBC"sv, 106).utf8, "ü");
  EXPECT_EQ(DecodeText("\xC3\xBC"sv, 4).utf8, "Ã¼");  // it said Latin-1
  EXPECT_EQ(DecodeText("\xCF"sv, 2004).utf8, "ü");    // and Roman-8
  EXPECT_EQ(DecodeText("\xC2\x9B"
                       "1m"sv)
                .utf8,
            "1m");  // C1 control characters too
  EXPECT_EQ(DecodeText("\xFD\xE8x"sv).utf8, "ýèx");
}

TEST(TextTest, RefusesBrokenUtf8AsUtf8) {
  // overlong, surrogate, beyond Unicode, cut short
  for (const std::string_view octets :
       {"\xC0\xAF"sv, "\xED\xA0\x80"sv, "\xF4\x90\x80\x80"sv, "\xE2\x82"sv, "\x80"sv}) {
    const std::string utf8 = DecodeText(octets).utf8;
    EXPECT_EQ(utf8.find("\xED\xA0"), std::string::npos);
    EXPECT_EQ(DecodeText(utf8).utf8, utf8) << "what comes out is UTF-8";
  }
}

TEST(TextTest, CutsALongTextBetweenCharacters) {
  const std::string most(255, 'a');
  EXPECT_EQ(DecodeText(most), (Text{.utf8 = most, .cut = false}));
  EXPECT_EQ(DecodeText(most + "b"), (Text{.utf8 = most, .cut = true}));
  const Text cut = DecodeText(std::string(254, 'a') + "\xC3\xBC");
  EXPECT_EQ(cut, (Text{.utf8 = std::string(254, 'a'), .cut = true}));
}

TEST(DeviceIdTest, KnowsTheSynonymsOfKeysInAnyCase) {
  const auto id = DeviceId::Parse(
      "Manufacture:OKI UK LTD;COMMAND SET:PCL,XPS;MODEL:MC873;CLASS:Printer;DESCRIPTION:MC873;");
  EXPECT_EQ(id.Get("MFG"), "OKI UK LTD");
  EXPECT_EQ(id.Get("manufacturer"), "OKI UK LTD");
  EXPECT_EQ(id.Get("MDL"), "MC873");
  EXPECT_EQ(id.Get("CMD"), "PCL,XPS");
  EXPECT_TRUE(id.is_printer());
}

TEST(DeviceIdTest, SplitsAtSemicolonsThenAtTheFirstColon) {
  const auto id = DeviceId::Parse("MFG:HP; MEM:MEM=105MB;EMPTY:; NOCOLON; MDL : X ;MDL:Y;:z;SN:A");
  EXPECT_EQ(id.Get("MEM"), "MEM=105MB");
  EXPECT_EQ(id.Get("MDL"), "X");
  EXPECT_EQ(id.Get("EMPTY"), "");
  EXPECT_EQ(id.Get("SN"), "A") << "the last semicolon may be missing";
  EXPECT_EQ(id.fields().size(), 5U);
  EXPECT_FALSE(id.is_printer());
}

TEST(DeviceIdTest, FindsNothingInRubbish) {
  EXPECT_TRUE(DeviceId::Parse("").empty());
  EXPECT_TRUE(DeviceId::Parse(";;;").empty());
  EXPECT_TRUE(DeviceId::Parse(std::string(100'000, ';')).empty());
  EXPECT_TRUE(DeviceId::Parse(std::string(5'000, 'A') + ":b").empty());
}

TEST(SerialTest, KeepsWhatIdentifiesAndRejectsPlaceholders) {
  EXPECT_EQ(UsableSerial(" cn9541h01m "), "CN9541H01M");
  EXPECT_EQ(UsableSerial("7XQ1R92-132-13"), "7XQ1R92-132-13");
  EXPECT_EQ(UsableSerial("XXXXXX1"), "XXXXXX1");
  for (const std::string_view none :
       {""sv, "      "sv, "XXXXXXXXXX"sv, "xxxxxxxxxx"sv, "0000000000"sv, "FFFFFFFFFF"sv,
        "<private>"sv, "N/A"sv, "12345"sv, "SERIAL NUMBER"sv,
        "ABC\x01"
        "DEF"sv,
        "ABCDE\xC3\xBC"sv}) {
    EXPECT_EQ(UsableSerial(none), "") << none;
  }
}

}  // namespace
}  // namespace plotmeter
