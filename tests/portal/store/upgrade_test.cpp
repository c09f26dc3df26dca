// Every row of every table, from the first schema on, through every migration to the present one.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "portal/store/migrations.h"
#include "tests/portal/store/fleet.h"

namespace plotmeter {
namespace {

using testing::IsEmpty;

struct Column {
  std::string name = {};
  std::string type = {};
  bool is_needed = false;  // NOT NULL, or of the primary key
};

struct Contents {
  std::vector<std::string> columns = {};
  std::set<std::string> rows = {};
};

// What a full row and a sparse one have where the schema takes not just anything: "" is a value of
// its own, as everywhere else. "table.column" comes before "column".
using Pair = std::pair<std::string, std::string>;
const std::map<std::string, Pair> kTaken = {
    {"api_token.role", {"'customer_viewer'", "'reseller_admin'"}},
    {"person.role", {"'customer_viewer'", "'reseller_admin'"}},
    {"gap.kind", {"'void'", "'chain'"}},
    {"link.kind", {"'invite'", "'reset'"}},
    {"audit.number", {"1", "1"}},
    {"incident.severity", {"'warning'", "'critical'"}},
    {"recipient.severity", {"'warning'", "'critical'"}},
    {"recipient.kind", {"'email'", "'webhook'"}},
    {"delivery.kind", {"'email'", "'webhook'"}},
    {"delivery.recipient", {"", "NULL"}},
    {"delivery.person", {"NULL", ""}},
    {"scheduled_export.format", {"'csv'", "'ndjson'"}},
    {"scheduled_month.state", {"'ready'", "'done'"}},
    {"printer.customer", {"", ""}},
};

class UpgradeTest : public testing::Test {
 protected:
  std::vector<std::string> Tables() {
    std::vector<std::string> names;
    Statement q = db_.Prepare("SELECT name FROM sqlite_schema WHERE type='table' ORDER BY rowid");
    while (q.Step()) names.push_back(q.Text(0));
    return names;
  }

  std::vector<Column> Columns(const std::string& table) {
    std::vector<Column> columns;
    Statement q = db_.Prepare("SELECT name, type, \"notnull\" OR pk FROM pragma_table_info(?)");
    for (q.Bind(table); q.Step();) columns.push_back({q.Text(0), q.Text(1), q.Int(2) != 0});
    return columns;
  }

  // Which table's row a column names.
  std::map<std::string, std::string> References(const std::string& table) {
    std::map<std::string, std::string> to;
    Statement q = db_.Prepare("SELECT \"from\", \"table\" FROM pragma_foreign_key_list(?)");
    for (q.Bind(table); q.Step();) to[q.Text(0)] = q.Text(1);
    return to;
  }

  std::string KeyOf(const std::string& table) {
    Statement q = db_.Prepare("SELECT name FROM pragma_table_info(?) WHERE pk=1");
    EXPECT_TRUE(q.Bind(table).Step()) << table;
    return q.Text(0);
  }

  // No two values are alike, so that columns that changed places are seen.
  std::string Another(const Column& column) {
    const std::int64_t number = ++made_;
    if (column.type == "INTEGER") return std::to_string(number);
    if (column.type == "BLOB") return fmt::format("x'00ff{:08}'", number);
    return fmt::format("'{} {} ü\"'''", column.name, number);
  }

  std::string ValueOf(const std::string& table, const Column& column, std::int64_t reseller,
                      bool is_sparse, const std::map<std::string, std::string>& references) {
    const auto taken = kTaken.find(table + "." + column.name);
    if (taken != kTaken.end()) {
      const std::string& value = is_sparse ? taken->second.second : taken->second.first;
      if (!value.empty()) return value;
    }
    if (column.name == "reseller_id") return std::to_string(reseller);
    if (is_sparse && !column.is_needed && taken == kTaken.end()) return "NULL";
    const auto to = references.find(column.name);
    if (to == references.end()) return Another(column);
    return fmt::format("(SELECT max({}) FROM {} WHERE reseller_id={})", KeyOf(to->second),
                       to->second, reseller);
  }

  // A reseller of its own with a row in each table: with every column, or with what has to be.
  void AddReseller(bool is_sparse) {
    const std::int64_t reseller = ++made_;
    Transaction transaction(db_);
    for (const std::string& table : Tables()) {
      const auto references = References(table);
      std::vector<std::string> names, values;
      for (const Column& column : Columns(table)) {
        names.push_back(column.name);
        values.push_back(ValueOf(table, column, reseller, is_sparse, references));
      }
      // A trigger may have made it already.
      db_.Execute(fmt::format("INSERT OR IGNORE INTO {}({}) VALUES({})", table,
                              fmt::join(names, ","), fmt::join(values, ",")));
      Statement q = db_.Prepare(fmt::format("SELECT count(*) FROM {} WHERE reseller_id=?", table));
      ASSERT_TRUE(q.Bind(reseller).Step());
      ASSERT_EQ(q.Int(0), 1) << table << " took no row; say above what it takes";
    }
    transaction.Commit();
  }

  std::set<std::string> Rows(const std::string& table, const std::vector<std::string>& columns) {
    std::vector<std::string> quoted;
    for (const std::string& column : columns) quoted.push_back("quote(" + column + ")");
    std::set<std::string> rows;
    Statement q =
        db_.Prepare(fmt::format("SELECT {} FROM {}", fmt::join(quoted, "||' '||"), table));
    while (q.Step()) EXPECT_TRUE(rows.insert(q.Text(0)).second) << table;
    return rows;
  }

  std::map<std::string, Contents> Everything() {
    std::map<std::string, Contents> all;
    for (const std::string& table : Tables()) {
      Contents contents;
      for (const Column& column : Columns(table)) contents.columns.push_back(column.name);
      contents.rows = Rows(table, contents.columns);
      all[table] = std::move(contents);
    }
    return all;
  }

  // What of `before` is no more, and what is there besides: "table: row".
  Pair Differences(const std::map<std::string, Contents>& before) {
    std::string lost, more;
    for (const auto& [table, contents] : before) {
      const std::set<std::string> now = Rows(table, contents.columns);
      std::vector<std::string> rows;
      std::ranges::set_difference(contents.rows, now, std::back_inserter(rows));
      for (const std::string& row : rows) lost += table + ": " + row + "\n";
      rows.clear();
      std::ranges::set_difference(now, contents.rows, std::back_inserter(rows));
      for (const std::string& row : rows) more += table + ": " + row + "\n";
    }
    return {lost, more};
  }

  void ExpectSound() {
    Statement keys = db_.Prepare("PRAGMA foreign_key_check");
    EXPECT_FALSE(keys.Step()) << keys.Text(0);
    Statement check = db_.Prepare("PRAGMA integrity_check");
    ASSERT_TRUE(check.Step());
    EXPECT_EQ(check.Text(0), "ok");
  }

  const std::string path_ = FreshPath();
  Database db_{path_, Database::Mode::kReadWriteCreate};
  std::int64_t made_ = 1000;
};

TEST_F(UpgradeTest, KeepsEveryRowOfEveryTableFromTheFirstSchemaOn) {
  std::map<std::string, Contents> before;
  for (std::size_t i = 0; i < kMigrations.size(); ++i) {
    const bool makes_books_again = i + 1 == 15 || i + 1 == 17 || i + 1 == 18;  // meant
    if (makes_books_again) {
      before["account_stale"] = {{"printer"}, Rows("account_stale", {"printer"})};
    }
    {
      Transaction transaction(db_);
      db_.Execute(kMigrations[i]);
      transaction.Commit();
    }
    auto [lost, more] = Differences(before);
    if (i + 1 == 8) {  // meant: the operator becomes a reseller
      EXPECT_EQ(std::exchange(more, ""), "reseller: 0 'operator' '' 0\n");
    }
    EXPECT_THAT(lost, IsEmpty()) << "lost by migration " << i + 1;
    EXPECT_THAT(more, IsEmpty()) << "made up by migration " << i + 1;
    ExpectSound();
    for (const bool is_sparse : {false, true}) {
      ASSERT_NO_FATAL_FAILURE(AddReseller(is_sparse)) << "schema " << i + 1;
    }
    before = Everything();
  }
  std::size_t rows = 0;
  for (const auto& [table, contents] : before) rows += contents.rows.size();
  EXPECT_GT(rows, 1000U);
}

}  // namespace
}  // namespace plotmeter
