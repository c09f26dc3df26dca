#include "portal/store/connection.h"

#include <gtest/gtest.h>

#include <filesystem>

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

}  // namespace
}  // namespace plotmeter
