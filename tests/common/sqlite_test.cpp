#include "common/sqlite.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

std::string Fresh(const std::string& name) {
  const std::string path = Scratch() + "/" + name;
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  return path;
}

TEST(SqliteTest, KeepsWhatWasBound) {
  Database db(":memory:", Database::Mode::kReadWriteCreate);
  db.Execute("CREATE TABLE t(a, b, c)");
  db.Prepare("INSERT INTO t VALUES(?, ?, ?)")
      .Run(std::int64_t{1} << 60, std::string("x\0y", 3), std::nullopt);
  Statement q = db.Prepare("SELECT a, b, c FROM t WHERE a > ?");
  ASSERT_TRUE(q.Bind(0).Step());
  EXPECT_EQ(q.Int(0), std::int64_t{1} << 60);
  EXPECT_EQ(q.Text(1), std::string("x\0y", 3));
  EXPECT_EQ(q.MaybeText(2), std::nullopt);
  EXPECT_FALSE(q.Step());
  ASSERT_TRUE(
      db.Prepare("SELECT ? IS NULL, ? = ''").Bind(std::optional<int>(), std::string_view()).Step());
}

TEST(SqliteTest, RollsBackWhatWasNotCommitted) {
  const std::string path = Fresh("sqlite_test.db");
  Database db(path, Database::Mode::kReadWriteCreate);
  db.Execute("CREATE TABLE t(a)");
  {
    Transaction lost(db);
    db.Execute("INSERT INTO t VALUES(1)");
  }
  {
    Transaction kept(db);
    db.Execute("INSERT INTO t VALUES(2)");
    kept.Commit();
  }
  Database other(path, Database::Mode::kReadOnly);
  Statement q = other.Prepare("SELECT group_concat(a) FROM t");
  ASSERT_TRUE(q.Step());
  EXPECT_EQ(q.Text(0), "2");
}

TEST(SqliteTest, SurvivesAPowerCutByItsPragmas) {
  Database db(Fresh("sqlite_pragmas.db"), Database::Mode::kReadWriteCreate);
  Statement journal = db.Prepare("PRAGMA journal_mode");
  ASSERT_TRUE(journal.Step());
  EXPECT_EQ(journal.Text(0), "wal");
  Statement synchronous = db.Prepare("PRAGMA synchronous");
  ASSERT_TRUE(synchronous.Step());
  EXPECT_EQ(synchronous.Int(0), 2);  // FULL
}

TEST(SqliteTest, SaysWhatWentWrong) {
  EXPECT_THROW(Database("/nowhere/at/all.db", Database::Mode::kReadWriteCreate), SqliteError);
  Database db(":memory:", Database::Mode::kReadWriteCreate);
  db.Execute("CREATE TABLE t(a UNIQUE)");
  db.Execute("INSERT INTO t VALUES(1)");
  try {
    db.Prepare("INSERT INTO t VALUES(?)").Run(1);
    FAIL();
  } catch (const SqliteError& error) {
    EXPECT_EQ(error.code, 2067);  // SQLITE_CONSTRAINT_UNIQUE
    EXPECT_STREQ(error.what(), "INSERT INTO t VALUES(?): UNIQUE constraint failed: t.a");
  }
}

TEST(SqliteTest, NamesTheFileThatIsDamaged) {
  const std::string path = Fresh("sqlite_damaged.db");
  std::ofstream(path) << std::string(5000, 'x');
  try {
    Database(path, Database::Mode::kReadWriteCreate);
    FAIL();
  } catch (const SqliteError& error) {
    EXPECT_NE(std::string(error.what()).find("/sqlite_damaged.db is damaged"), std::string::npos)
        << error.what();
    EXPECT_FALSE(error.may_pass());
  }
}

TEST(SqliteTest, KnowsAFullDiskFromABrokenProgram) {
  Database db(Fresh("sqlite_full.db"), Database::Mode::kReadWriteCreate);
  db.Execute("CREATE TABLE t(a); PRAGMA max_page_count=2");
  try {
    db.Prepare("INSERT INTO t VALUES(?)").Run(std::string(100'000, 'x'));
    FAIL();
  } catch (const SqliteError& error) {
    EXPECT_TRUE(error.may_pass()) << error.what();
  }
  db.Prepare("INSERT INTO t VALUES(?)").Run(1);  // and works again
  try {
    db.Execute("SELECT nothing");
    FAIL();
  } catch (const SqliteError& error) {
    EXPECT_FALSE(error.may_pass()) << error.what();
  }
}

}  // namespace
}  // namespace plotmeter
