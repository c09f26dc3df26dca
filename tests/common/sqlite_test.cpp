#include "common/sqlite.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

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

TEST(SqliteTest, PreparesATextOnceAndForgetsWhatWasBound) {
  Database db(":memory:", Database::Mode::kReadWriteCreate);
  constexpr const char* kSql = "SELECT ?";
  const std::string first = [&] {
    Statement s = db.Prepare(kSql);
    s.Bind("secret").Step();
    return s.Text(0);
  }();
  EXPECT_EQ(first, "secret");
  Statement again = db.Prepare(kSql);
  ASSERT_TRUE(again.Step());  // from its beginning
  EXPECT_TRUE(again.IsNull(0));
  // While one is in use, the same text is another statement.
  Statement nested = db.Prepare(kSql);
  ASSERT_TRUE(nested.Bind(2).Step());
  EXPECT_EQ(nested.Int(0), 2);
  EXPECT_TRUE(again.IsNull(0));
}

TEST(SqliteTest, AStatementThatIsDoneHoldsNothingBack) {
  const std::string path = Fresh("sqlite_shelf.db");
  Database db(path, Database::Mode::kReadWriteCreate);
  db.Execute("CREATE TABLE t(a); INSERT INTO t VALUES(1), (2)");
  db.Prepare("SELECT a FROM t").Step();  // not to its end
  {
    Statement checkpoint = db.Prepare("PRAGMA wal_checkpoint(TRUNCATE)");
    ASSERT_TRUE(checkpoint.Step());
    EXPECT_EQ(checkpoint.Int(0), 0);  // not busy
  }
  db.Execute("DROP TABLE t; CREATE TABLE t(a, b); INSERT INTO t VALUES(3, 4)");
  Statement after = db.Prepare("SELECT a FROM t");  // of the table that is there now
  ASSERT_TRUE(after.Step());
  EXPECT_EQ(after.Int(0), 3);
}

TEST(SqliteTest, WaitsForAnotherThatWrites) {
  const std::string path = Fresh("sqlite_wait.db");
  Database db(path, Database::Mode::kReadWriteCreate);
  db.Execute("CREATE TABLE t(a)");
  Database other(path, Database::Mode::kReadWrite);
  std::optional<Transaction> holding(std::in_place, other);
  other.Execute("INSERT INTO t VALUES(1)");
  std::thread later([&] {
    Transaction waiting(db);  // begins to wait before, or after, the other one ends: both are right
    db.Execute("INSERT INTO t SELECT max(a) + 1 FROM t");
    waiting.Commit();
  });
  holding->Commit();
  holding.reset();
  later.join();
  Statement q = db.Prepare("SELECT group_concat(a) FROM t");
  ASSERT_TRUE(q.Step());
  EXPECT_EQ(q.Text(0), "1,2");
  Transaction held(other);
  db.set_patience(std::chrono::milliseconds(1));
  q.Reset();
  EXPECT_THROW(Transaction(db).Commit(), SqliteBusy) << "and not for ever";
}

// What is refused when another one writes, however patient it is.
TEST(SqliteTest, FindsAWriteThatCouldNotWait) {
#ifdef NDEBUG
  GTEST_SKIP() << "only a build with assertions looks";
#endif
  Database db(Fresh("sqlite_cannot_wait.db"), Database::Mode::kReadWriteCreate);
  db.Execute("CREATE TABLE t(a); INSERT INTO t VALUES(1), (2)");
  Statement reading = db.Prepare("SELECT a FROM t");
  ASSERT_TRUE(reading.Step());
  EXPECT_THROW(db.Prepare("UPDATE t SET a=3").Run(), std::logic_error);
  EXPECT_THROW(Transaction(db).Commit(), std::logic_error);
  reading.Reset();
  Transaction first(db);
  ASSERT_TRUE(reading.Step());
  db.Prepare("UPDATE t SET a=3").Run();
  first.Commit();
}

TEST(SqliteTest, StatementsMayOutliveTheirDatabaseAndBeMany) {
  std::optional<Database> db(std::in_place, ":memory:", Database::Mode::kReadWriteCreate);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(db->Prepare("SELECT " + std::to_string(i)).Step());
  }
  Statement last = db->Prepare("SELECT 7");
  db.reset();
  ASSERT_TRUE(last.Step());
  EXPECT_EQ(last.Int(0), 7);
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
    EXPECT_NE(std::string(error.what()).find("sqlite_damaged.db is damaged"), std::string::npos)
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
