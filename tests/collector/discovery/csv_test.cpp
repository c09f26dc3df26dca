#include "collector/discovery/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/settings.h"

namespace plotmeter {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows Fields(std::string_view text) {
  Rows rows;
  for (const CsvRow& row : ParseCsv("f.csv", text)) rows.push_back(row.fields);
  return rows;
}

std::string Complaint(std::string_view text) {
  try {
    ParseCsv("f.csv", text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no complaint";
}

TEST(CsvTest, ReadsWhatSpreadsheetsWrite) {
  EXPECT_EQ(Fields(""), Rows{});
  EXPECT_EQ(Fields("a,b\n1,2\n"), (Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(Fields("a,b\r\n1,\r\n"), (Rows{{"a", "b"}, {"1", ""}})) << "an empty last field";
  EXPECT_EQ(Fields("\xEF\xBB\xBF"
                   "a\n\n\nb"),
            (Rows{{"a"}, {"b"}}))
      << "a mark, empty lines";
  EXPECT_EQ(Fields("a,\"b, \"\"c\"\"\nd\"\n"), (Rows{{"a", "b, \"c\"\nd"}}));
  EXPECT_EQ(Fields("a;b\n\"1,5\";2\n"), (Rows{{"a", "b"}, {"1,5", "2"}}));
  EXPECT_EQ(Fields("a,b;c\n"), (Rows{{"a", "b;c"}})) << "a comma decides";
  EXPECT_EQ(Fields("\"\",caf\xC3\xA9"), (Rows{{"", "caf\xC3\xA9"}}));
}

TEST(CsvTest, CountsLinesWithinQuotesToo) {
  const auto rows = ParseCsv("f.csv", "a\n\"b\nb\"\n\nc\n");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1].line, 2U);
  EXPECT_EQ(rows[2].line, 5U);
}

TEST(CsvTest, NamesFileLineAndWhatWasExpected) {
  EXPECT_EQ(Complaint("a\n\"b\n\nc"),
            "f.csv, line 2: a quote is not closed; expected a closing quote");
  EXPECT_EQ(Complaint("a\n\"b\"c\n"),
            "f.csv, line 2: 'c' stands after a closing quote; expected ',' or the end of the line");
  EXPECT_EQ(Complaint("a\nb\"c\n"),
            "f.csv, line 2: a quote stands within 'b'; expected quotes around the whole field, and "
            "a quote within it twice");
  for (const char* bad : {"a\nB\xFCro\n", "a\n\xC0\xAF\n", "a\n\xED\xA0\x80\n", "a\n\xE2\x82"}) {
    EXPECT_THAT(Complaint(bad), testing::HasSubstr("line 2: the octet 0x")) << bad;
  }
  EXPECT_THAT(Complaint(std::string_view("a\n\0", 3)), testing::HasSubstr("octet 0x00"));
  EXPECT_THAT(Complaint("a\n" + std::string(5000, 'x')), testing::HasSubstr("at most 4096 octets"));
  EXPECT_THAT(Complaint(std::string(kMaxCsvOctets + 1, '\n')), testing::HasSubstr("at most"));
}

}  // namespace
}  // namespace plotmeter
