#include "portal/store/migrate.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "portal/store/migrations.h"
#include "tests/paths.h"
#include "tests/portal/store/fleet.h"

namespace plotmeter {
namespace {

std::string Schema(const std::string& path) {
  Database db(path, Database::Mode::kReadOnly);
  Statement q = db.Prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
  std::string text;
  while (q.Step()) text += q.Text(0) + ";\n\n";
  return text;
}

TEST(MigrateTest, MakesTheSchemaOfTheGoldenFile) {
  const std::string golden = SOURCE_ROOT "/tests/golden/schema.golden";
  const std::string schema = Schema(FreshDatabase());
  if (std::getenv("PLOTMETER_GOLDEN") != nullptr) std::ofstream(golden) << schema;
  std::stringstream expected;
  expected << std::ifstream(golden).rdbuf();
  EXPECT_EQ(schema, expected.str()) << "run with PLOTMETER_GOLDEN=write to rewrite " << golden;
}

TEST(MigrateTest, RemembersHowFarItCame) {
  const std::string path = FreshPath();
  EXPECT_EQ(SqliteStore::Create(path), 0);
  EXPECT_EQ(SqliteStore::Create(path), LatestSchema()) << "a second time nothing is done";
  Database db(path, Database::Mode::kReadOnly);
  Statement q = db.Prepare("PRAGMA user_version");
  ASSERT_TRUE(q.Step());
  EXPECT_EQ(q.Int(0), LatestSchema());
}

TEST(MigrateTest, RefusesADatabaseOfANewerProgram) {
  const std::string path = FreshDatabase();
  {
    Database db(path, Database::Mode::kReadWrite);
    db.Execute("PRAGMA user_version=4711");
  }
  EXPECT_THROW(SqliteStore::Create(path), NewerDatabase);
  try {
    SqliteStore store(path);
    FAIL() << "it was opened";
  } catch (const NewerDatabase& refused) {
    EXPECT_NE(std::string(refused.what()).find("schema 4711"), std::string::npos) << refused.what();
  }
}

TEST(MigrateTest, AsksForTheMigrationOfAnOlderDatabase) {
  const std::string path = FreshPath();
  { Database empty(path, Database::Mode::kReadWriteCreate); }
  try {
    SqliteStore store(path);
    FAIL() << "it was opened";
  } catch (const std::runtime_error& refused) {
    EXPECT_NE(std::string(refused.what()).find("plotmeter-portal migrate"), std::string::npos);
  }
}

TEST(MigrateTest, LetsTokensOfBeforeDoAllThatTheirRoleMay) {
  const std::string path = FreshPath();
  {
    Database db(path, Database::Mode::kReadWriteCreate);
    for (std::size_t i = 0; i < 7; ++i) db.Execute(kMigrations[i]);
    db.Execute(
        "PRAGMA user_version=7; INSERT INTO reseller(id, name, created_at) VALUES('res_A', 'A', 0);"
        "INSERT INTO api_token(id, reseller_id, hash, role, name, created_at)"
        " VALUES('tok_A', 1, 'h', 'reseller_admin', 'old', 0)");
  }
  EXPECT_EQ(SqliteStore::Create(path), 7);
  SqliteStore store(path);
  EXPECT_EQ(store.TokenByHash("h")->scopes, "*");
  EXPECT_EQ(store.TokenByHash("h")->reseller.value, "res_A");
  EXPECT_EQ(store.Resellers().size(), 1u);
}

TEST(MigrateTest, PutsEveryTableIntoATenantsHands) {
  Database db(FreshDatabase(), Database::Mode::kReadOnly);
  Statement tables = db.Prepare("SELECT name FROM sqlite_schema WHERE type='table'");
  int count = 0;
  while (tables.Step()) {
    ++count;
    Statement column = db.Prepare(
        "SELECT 1 FROM pragma_table_info(?) WHERE name='reseller_id' AND type='INTEGER'");
    EXPECT_TRUE(column.Bind(tables.Text(0)).Step()) << tables.Text(0);
  }
  EXPECT_GT(count, 10);
}

}  // namespace
}  // namespace plotmeter
