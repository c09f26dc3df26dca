#include "portal/ledger/row_writer.h"

#include <gtest/gtest.h>

#include "common/json.h"
#include "common/settings.h"

namespace plotmeter {
namespace {

const std::vector<ColumnWords> kColumns = {
    {"name", ColumnKind::kText},  {"area", ColumnKind::kDecimal},   {"pages", ColumnKind::kCount},
    {"at", ColumnKind::kInstant}, {"outranked", ColumnKind::kFlag}, {"ink", ColumnKind::kInk}};
const std::string kInk = R"([["magenta","0.21","cc"],["yellow","0.05","cc"]])";

std::vector<Cell> Full(std::string_view name = "A0") {
  return {Cell::Text(name), Cell::Number(std::string_view("191.352000")),
          Cell::Count(2),   Cell::At(ParseInstant("2026-11-30T23:30:05.250Z")),
          Cell::Flag(true), Cell::Ink(kInk)};
}
const std::vector<Cell> kNothing(6);

std::string Written(const RowShape& shape, const std::vector<std::vector<Cell>>& rows) {
  RowWriter writer(kColumns, shape);
  std::string out;
  writer.Head(out);
  for (const auto& row : rows) writer.Row(out, row);
  return out;
}

RowShape With(const std::string& toml, ExportFormat format = ExportFormat::kCsv) {
  return {format, std::make_shared<const Layout>(ReadLayout("erp.toml", toml, kColumns))};
}

TEST(RowWriterTest, WritesCsv) {
  EXPECT_EQ(Written(ExportFormat::kCsv, {Full(), kNothing, Full("=1;2")}),
            "name,area,pages,at,outranked,ink\r\n"
            "A0,191.352000,2,2026-11-30T23:30:05.250Z,yes,magenta=0.21 cc;yellow=0.05 cc\r\n"
            ",,,,,\r\n"
            "'=1;2,191.352000,2,2026-11-30T23:30:05.250Z,yes,magenta=0.21 cc;yellow=0.05 cc\r\n");
}

TEST(RowWriterTest, WritesAnObjectALineAndLeavesOutWhatIsUnknown) {
  EXPECT_EQ(Written(ExportFormat::kNdjson, {Full("\"\xC3\xBC\"\n"), kNothing}),
            "{\"name\":\"\\\"\xC3\xBC\\\"\\n\",\"area\":\"191.352000\",\"pages\":2,"
            "\"at\":\"2026-11-30T23:30:05.250Z\",\"outranked\":true,"
            "\"ink\":[{\"colorant\":\"magenta\",\"value\":\"0.21\",\"unit\":\"cc\"},"
            "{\"colorant\":\"yellow\",\"value\":\"0.05\",\"unit\":\"cc\"}]}\n"
            "{}\n");
}

TEST(RowWriterTest, WritesTheInsideOfAnArray) {
  const Json rows = ParseJson("[" + Written(ExportFormat::kJson, {Full(), kNothing, Full()}) + "]");
  EXPECT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[2], rows[0]);
}

TEST(RowWriterTest, ReadsInkWhoseNamesNeedEscapes) {
  std::vector<Cell> row(6);
  const std::string odd = R"([["a \"b\", [c]","1","cc"],["é","2","ml"]])";
  row[5] = Cell::Ink(odd);
  EXPECT_EQ(Written(ExportFormat::kCsv, {row}),
            "name,area,pages,at,outranked,ink\r\n"
            ",,,,,\"a \"\"b\"\", [c]=1 cc;é=2 ml\"\r\n");
  EXPECT_EQ(ParseJson(Written(ExportFormat::kNdjson, {row})).at("ink")[0].at("colorant"),
            "a \"b\", [c]");
  row[5] = Cell::Ink("[]");
  EXPECT_EQ(Written(ExportFormat::kNdjson, {row}), "{}\n");
}

TEST(RowWriterTest, PutsTextThatIsNoUtf8IntoJsonThatIs) {
  EXPECT_EQ(ParseJson(Written(ExportFormat::kNdjson, {Full("a\xFF")})).at("name"), "a\xEF\xBF\xBD");
}

TEST(RowWriterTest, PicksOrdersAndRenamesAsAnErpWants) {
  const RowShape shape = With(R"(
      delimiter = ";"
      decimal = ","
      dates = "dd.mm.yyyy"
      time-zone = "Europe/Berlin"
      [[column]]
      name = "Mandant"
      constant = "01"
      [[column]]
      name = "Fläche; m²"
      from = "area"
      [[column]]
      name = "Tag"
      from = "at"
      [[column]]
      name = "Zeit"
      from = "at"
      dates = "yyyy-mm-dd hh:mm:ss"
      [[column]]
      from = "name"
      map = {"A0" = "Großformat", "" = "ohne"}
      otherwise = "=anders"
  )");
  EXPECT_EQ(Written(shape, {Full(), Full("A1"), kNothing}),
            "Mandant;\"Fläche; m²\";Tag;Zeit;name\r\n"
            "\"01\";191,352000;01.12.2026;2026-12-01 00:30:05;Großformat\r\n"
            "\"01\";191,352000;01.12.2026;2026-12-01 00:30:05;'=anders\r\n"
            "\"01\";;;;ohne\r\n");
}

TEST(RowWriterTest, LeavesWhatIsUnknownEmptyUnlessTheMapKnowsBetter) {
  const RowShape shape = With(R"(
      header = false
      [[column]]
      from = "pages"
      map = {"2" = "two"}
      otherwise = "many"
      [[column]]
      from = "outranked"
      map = {"yes" = "1", "" = "0"}
  )");
  EXPECT_EQ(Written(shape, {Full(), kNothing}), "two,\"1\"\r\n,\"0\"\r\n");
}

TEST(RowWriterTest, KeepsACommaThatIsNoDelimiterInQuotes) {
  EXPECT_EQ(Written(With("header = false\ndecimal = \",\"\n[[column]]\nfrom = \"area\"\n"
                         "[[column]]\nfrom = \"pages\""),
                    {Full()}),
            "\"191,352000\",2\r\n");
  EXPECT_EQ(Written(With("header = false\ndelimiter = \"tab\"\n[[column]]\nfrom = \"name\"\n"
                         "[[column]]\nfrom = \"pages\""),
                    {Full("a\tb,c")}),
            "\"a\tb,c\"\t2\r\n");
}

TEST(RowWriterTest, TakesNamesAndMapsForJsonToo) {
  EXPECT_EQ(Written(With("decimal = \",\"\n[[column]]\nname = \"a\\\"b\"\nfrom = \"area\"\n"
                         "[[column]]\nname = \"c\"\nconstant = \"x\"",
                         ExportFormat::kNdjson),
                    {Full()}),
            "{\"a\\\"b\":\"191.352000\",\"c\":\"x\"}\n");
}

TEST(LayoutTest, WritesEveryDateFormat) {
  const Instant at = *ParseInstant("2026-11-30T23:57:12.5Z");
  const std::vector<std::string> expected = {"2026-11-30T23:57:12.500Z",
                                             "2026-12-01T00:57:12",
                                             "2026-12-01 00:57:12",
                                             "2026-12-01",
                                             "01.12.2026",
                                             "01.12.2026 00:57:12",
                                             "01/12/2026",
                                             "12/01/2026",
                                             "20261201",
                                             "20261201005712"};
  ASSERT_EQ(DateFormats().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    std::string out;
    AppendDate(out, at, DateFormats()[i].format, "Europe/Berlin");
    EXPECT_EQ(out, expected[i]) << DateFormats()[i].name;
  }
}

TEST(LayoutTest, NamesTheLineAndWhatWasExpected) {
  const struct {
    const char* text;
    const char* sentence;
  } wrong[] = {
      {"delimiter = \"x\"",
       "erp.toml, line 1: 'delimiter' is 'x'; expected ',', ';', '|' or 'tab'"},
      {"\ndecimal = 1.5",
       "erp.toml, line 2: 'decimal' is a floating-point; expected text in quotes"},
      {"decimal = \"'\"", "erp.toml, line 1: 'decimal' is '''; expected '.' or ','"},
      {"dates = \"d.m.y\"",
       "erp.toml, line 1: 'dates' is 'd.m.y'; expected one of \"iso\", \"yyyy-mm-ddThh:mm:ss\", "
       "\"yyyy-mm-dd hh:mm:ss\", \"yyyy-mm-dd\", \"dd.mm.yyyy\", \"dd.mm.yyyy hh:mm:ss\", "
       "\"dd/mm/yyyy\", \"mm/dd/yyyy\", \"yyyymmdd\", \"yyyymmddhhmmss\""},
      {"time-zone = \"Mars\"",
       "erp.toml, line 1: 'time-zone' is 'Mars'; expected a time zone such as \"Europe/Berlin\""},
      {"header = \"no\"", "erp.toml, line 1: 'header' is 'no'; expected true or false"},
      {"delimeter = \";\"",
       "erp.toml, line 1: 'delimeter' is no key of a column profile; did you mean delimiter?"},
      {"\n[[column]]\nfrom = \"nam\"",
       "erp.toml, line 3: 'from' is 'nam'; expected a column of the export; did you mean name?"},
      {"[[column]]\nname = \"x\"",
       "erp.toml, line 1: a [[column]] has either 'from', a column of the export, or 'constant'"},
      {"[[column]]\nfrom = \"name\"\nconstant = \"x\"",
       "erp.toml, line 1: a [[column]] has either 'from', a column of the export, or 'constant'"},
      {"[[column]]\nconstant = \"x\"", "erp.toml, line 1: a constant [[column]] needs a 'name'"},
      {"[[column]]\nname = \"x\"\nconstant = \"x\"\nmap = {a = \"b\"}",
       "erp.toml, line 4: 'map' is a table; expected 'from' beside it"},
      {"[[column]]\nfrom = \"name\"\notherwise = \"x\"",
       "erp.toml, line 3: 'otherwise' is 'x'; expected a 'map' beside it"},
      {"[[column]]\nfrom = \"name\"\nmap = {a = 1}",
       "erp.toml, line 3: 'a' is '1'; expected text in quotes"},
      {"[[column]]\nfrom = \"name\"\n[[column]]\nfrom = \"name\"",
       "erp.toml, line 3: there are two columns called 'name'"},
      {"[column]\nfrom = \"name\"",
       "erp.toml, line 1: 'column' is a table; expected tables [[column]]"},
      {"delimiter = ", "erp.toml, line 1: "},
  };
  for (const auto& [text, sentence] : wrong) {
    try {
      ReadLayout("erp.toml", text, kColumns);
      ADD_FAILURE() << "taken: " << text;
    } catch (const UsageError& error) {
      EXPECT_EQ(std::string(error.what()).substr(0, std::string(sentence).size()), sentence)
          << error.what();
    }
  }
}

TEST(LayoutTest, HasLimits) {
  EXPECT_THROW(ReadLayout("erp.toml", std::string(2 << 20, '\n'), kColumns), UsageError);
  std::string many;
  for (int i = 0; i < 201; ++i)
    many += "[[column]]\nname = \"" + std::to_string(i) + "\"\nconstant = \"\"\n";
  EXPECT_THROW(ReadLayout("erp.toml", many, kColumns), UsageError);
}

}  // namespace
}  // namespace plotmeter
