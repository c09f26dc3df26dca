#include "portal/ledger/csv.h"

#include <gtest/gtest.h>

namespace plotmeter {
namespace {

std::string Text(std::string_view text) {
  std::string out;
  CsvLine(out).Text(text).Number("1").End();
  return out;
}

TEST(CsvTest, QuotesWhereRfc4180AsksForIt) {
  EXPECT_EQ(Text("plain"), "plain,1\r\n");
  EXPECT_EQ(Text("Müller, Söhne"), "\"Müller, Söhne\",1\r\n");
  EXPECT_EQ(Text("24\" roll"), "\"24\"\" roll\",1\r\n");
  EXPECT_EQ(Text("two\nlines"), "\"two\nlines\",1\r\n");
  EXPECT_EQ(Text(""), ",1\r\n");
}

TEST(CsvTest, LetsNoFormulaIntoASpreadsheet) {
  EXPECT_EQ(Text("=1+1"), "'=1+1,1\r\n");
  EXPECT_EQ(Text("+49"), "'+49,1\r\n");
  EXPECT_EQ(Text("-a"), "'-a,1\r\n");
  EXPECT_EQ(Text("@SUM(A1)"), "'@SUM(A1),1\r\n");
  EXPECT_EQ(Text("\tx"), "'\tx,1\r\n");
  EXPECT_EQ(Text("\rx"), "\"'\rx\",1\r\n");
  EXPECT_EQ(Text("=HYPERLINK(\"a\",\"b\")"), "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\",1\r\n");
}

TEST(CsvTest, LeavesNumbersAlone) {
  std::string out;
  CsvLine(out).Number("-2.5").Number("").Number("2026-11-22T09:00:03Z").End();
  EXPECT_EQ(out, "-2.5,,2026-11-22T09:00:03Z\r\n");
}

}  // namespace
}  // namespace plotmeter
