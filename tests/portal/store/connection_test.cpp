#include "portal/store/connection.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/portal/store/fleet.h"

namespace plotmeter {
namespace {

// A row is still being read at each COMMIT, as it is wherever one row was asked for.
TEST(ConnectionPoolTest, KeepsTheLogShortThoughARowIsStillRead) {
  const std::string path = FreshDatabase();
  Database(path, Database::Mode::kReadWrite)
      .Execute("CREATE TABLE page(number INTEGER, text TEXT)");
  ConnectionPool pool(path, std::chrono::milliseconds(20));
  const std::string text(400, 'x');
  for (int round = 0; round < 150; ++round) {
    auto writer = pool.Writer();
    Transaction transaction(writer->db());
    for (int i = 0; i < 300; ++i) {
      writer->Sql("INSERT INTO page(number, text) VALUES(?, ?)").Run(i, text);
    }
    ASSERT_TRUE(writer->Sql("SELECT number FROM page").Bind().Step());
    transaction.Commit();
  }
  EXPECT_LT(std::filesystem::file_size(path + "-wal"), std::size_t{8} << 20);  // of 20 MB written
}

class OneInstantTest : public ::testing::Test {
 protected:
  OneInstantTest() {
    auto writer = pool_.Writer();
    writer->db().Execute("CREATE TABLE page(number INTEGER)");
  }

  void Add() { pool_.Writer()->Sql("INSERT INTO page(number) VALUES(1)").Run(); }
  void AddElsewhere() {
    std::thread([&] { Add(); }).join();
  }
  std::int64_t Count() {
    auto reader = pool_.Reader();
    Statement& q = reader->Sql("SELECT count(*) FROM page");
    q.Bind().Step();
    return q.Int(0);
  }

  const std::string path_ = FreshDatabase();
  ConnectionPool pool_{path_, std::chrono::milliseconds(20)};
};

TEST_F(OneInstantTest, SeesNothingOfWhatOthersChangeMeanwhile) {
  pool_.AtOneInstant([&] {
    EXPECT_EQ(Count(), 0);
    AddElsewhere();
    EXPECT_EQ(Count(), 0);
  });
  EXPECT_EQ(Count(), 1);
}

TEST_F(OneInstantTest, BeginsWithTheFirstQuestion) {
  pool_.AtOneInstant([&] {
    AddElsewhere();
    EXPECT_EQ(Count(), 1);
  });
}

TEST_F(OneInstantTest, ItsOwnChangesAreSeen) {
  pool_.AtOneInstant([&] {
    EXPECT_EQ(Count(), 0);
    Add();
    AddElsewhere();
    EXPECT_EQ(Count(), 2);
    AddElsewhere();
    EXPECT_EQ(Count(), 2);
  });
}

TEST_F(OneInstantTest, AChangeInTheMiddleOfAnAnswerIsSeenAfterIt) {
  Add();
  pool_.AtOneInstant([&] {
    {
      auto reader = pool_.Reader();
      Statement& q = reader->Sql("SELECT number FROM page");
      ASSERT_TRUE(q.Bind().Step());
      Add();
      EXPECT_EQ(Count(), 2);  // within another: as it is by now
      EXPECT_FALSE(q.Step());
    }
    EXPECT_EQ(Count(), 2);
  });
}

TEST_F(OneInstantTest, WithinAReaderIsAnInstantOfItsOwn) {
  pool_.AtOneInstant([&] {
    EXPECT_EQ(Count(), 0);
    auto reader = pool_.Reader();
    AddElsewhere();
    pool_.AtOneInstant([&] {
      EXPECT_EQ(Count(), 1);
      AddElsewhere();
      EXPECT_EQ(Count(), 1);
      Add();
      EXPECT_EQ(Count(), 3);
    });
  });
  EXPECT_EQ(Count(), 3);
}

TEST_F(OneInstantTest, EndsWithWhatWasThrown) {
  EXPECT_THROW(pool_.AtOneInstant([&] {
    Count();
    throw std::runtime_error("on purpose");
  }),
               std::runtime_error);
  AddElsewhere();
  EXPECT_EQ(Count(), 1);
}

TEST_F(OneInstantTest, IsOfOnePoolAndOneThread) {
  ConnectionPool other(path_, std::chrono::milliseconds(20));
  pool_.AtOneInstant([&] {
    EXPECT_EQ(Count(), 0);
    other.Writer()->Sql("INSERT INTO page(number) VALUES(1)").Run();
    EXPECT_EQ(Count(), 0);
    std::int64_t seen = 0;
    std::thread([&] { seen = Count(); }).join();
    EXPECT_EQ(seen, 1);
  });
}

// A read that were left open would hold the log back.
TEST_F(OneInstantTest, LeavesNoReadOpen) {
  pool_.AtOneInstant([&] { Count(); });
  Add();
  Database mine(path_, Database::Mode::kReadWrite);
  Statement checkpoint = mine.Prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  ASSERT_TRUE(checkpoint.Step());
  EXPECT_EQ(checkpoint.Int(0), 0);  // not busy
}

}  // namespace
}  // namespace plotmeter
