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
  EXPECT_EQ(Text("a;b"), "a;b,1\r\n");
}

TEST(CsvTest, KeepsWhatLooksLikeANumberInQuotes) {
  EXPECT_EQ(Text("0042"), "\"0042\",1\r\n");
  EXPECT_EQ(Text("3E22"), "\"3E22\",1\r\n");
  EXPECT_EQ(Text(".5"), "\".5\",1\r\n");
  EXPECT_EQ(Text("-0042"), "'-0042,1\r\n");
  EXPECT_EQ(Text("CN42"), "CN42,1\r\n");
}

TEST(CsvTest, TakesAnotherDelimiterAndDecimalSeparator) {
  std::string out;
  CsvLine(out, ';').Text("a;b").Text("c,d").Decimal("-1.50", ',').Decimal("12", ',').End();
  CsvLine(out, ',').Decimal("1.5", ',').Decimal("1.5", '.').End();
  EXPECT_EQ(out, "\"a;b\";c,d;-1,50;12\r\n\"1,5\",1.5\r\n");
}

TEST(CsvTest, LetsNoFormulaIntoASpreadsheet) {
  EXPECT_EQ(Text("=1+1"), "'=1+1,1\r\n");
  EXPECT_EQ(Text("+49"), "'+49,1\r\n");
  EXPECT_EQ(Text("-a"), "'-a,1\r\n");
  EXPECT_EQ(Text("@SUM(A1)"), "'@SUM(A1),1\r\n");
  EXPECT_EQ(Text("\tx"), "'\tx,1\r\n");
  EXPECT_EQ(Text("\rx"), "\"'\rx\",1\r\n");
  EXPECT_EQ(Text("\n=1"), "\"'\n=1\",1\r\n");
  EXPECT_EQ(Text("=HYPERLINK(\"a\",\"b\")"), "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\",1\r\n");
}

TEST(CsvTest, LeavesNumbersAlone) {
  std::string out;
  CsvLine(out).Number("-2.5").Number("").Number("2026-11-22T09:00:03Z").End();
  EXPECT_EQ(out, "-2.5,,2026-11-22T09:00:03Z\r\n");
}

}  // namespace
}  // namespace plotmeter
