// Holds docs/exports.md against the columns. PLOTMETER_GOLDEN=write in the environment rewrites its
// tables.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "portal/ledger/export.h"
#include "tests/paths.h"

namespace plotmeter {
namespace {

const std::string kDocument = SOURCE_ROOT "/docs/exports.md";
constexpr std::string_view kBegin = "<!-- columns -->\n";
constexpr std::string_view kEnd = "<!-- end of columns -->";

std::string TextOfFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string WordOf(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kText:
      return "text";
    case ColumnKind::kDecimal:
      return "decimal";
    case ColumnKind::kCount:
      return "count";
    case ColumnKind::kInstant:
      return "instant";
    case ColumnKind::kFlag:
      return "yes or empty";
    case ColumnKind::kInk:
      return "list";
  }
  return "?";
}

std::string WordsOf(PeriodUse use) {
  switch (use) {
    case PeriodUse::kNeeded:
      return "A period is needed.";
    case PeriodUse::kAllowed:
      return "A period may be given.";
    case PeriodUse::kNone:
      return "There is no period: it is how things are now.";
  }
  return "?";
}

std::string Tables() {
  std::string text;
  for (const ExportKind& kind : ExportKinds()) {
    text += fmt::format("\n### {}\n\nHolds {}. {}", kind.name, kind.summary, WordsOf(kind.period));
    if (!kind.order.empty()) text += fmt::format(" Of one printer: {}.", kind.order);
    text += "\n\n| column | kind | what it is | such as |\n|---|---|---|---|\n";
    for (const ColumnWords& column : kind.columns) {
      text += fmt::format("| `{}` | {} | {} | `{}` |\n", column.name, WordOf(column.kind),
                          column.meaning, column.example);
    }
  }
  return text + "\n";
}

TEST(ExportDocsTest, SaysWhatEveryColumnIs) {
  std::string document = TextOfFile(kDocument);
  const std::size_t begin = document.find(kBegin);
  const std::size_t end = document.find(kEnd);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const std::size_t first = begin + kBegin.size();
  if (std::getenv("PLOTMETER_GOLDEN") != nullptr) {
    document.replace(first, end - first, Tables());
    std::ofstream(kDocument, std::ios::binary) << document;
  }
  const std::string now = TextOfFile(kDocument);
  EXPECT_EQ(now.substr(first, now.find(kEnd) - first), Tables())
      << "run with PLOTMETER_GOLDEN=write to rewrite the tables of docs/exports.md";
}

TEST(ExportDocsTest, NamesEveryDateFormat) {
  const std::string document = TextOfFile(kDocument);
  for (const DateFormatName& one : DateFormats()) {
    EXPECT_NE(document.find(fmt::format("`{}`", one.name)), std::string::npos) << one.name;
  }
}

TEST(ExportDocsTest, CallsNoTwoColumnsOfAnExportTheSame) {
  for (const ExportKind& kind : ExportKinds()) {
    std::set<std::string_view> names;
    for (const ColumnWords& column : kind.columns) {
      EXPECT_TRUE(names.insert(column.name).second) << kind.name << " " << column.name;
      EXPECT_STRNE(column.example, "") << kind.name << " " << column.name;
    }
  }
}

}  // namespace
}  // namespace plotmeter
