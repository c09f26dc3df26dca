// The spool on a disk that is full, and who may read what is there.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "tests/collector/spool/spool_fixture.h"

namespace plotmeter {
namespace {

using std::chrono::minutes;

class SpoolDiskTest : public SpoolFixture {};

// No file of this process grows beyond so many bytes while it lives.
class ShortOfRoom {
 public:
  explicit ShortOfRoom(rlim_t bytes) {
    signal_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~ShortOfRoom() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }
  ShortOfRoom(const ShortOfRoom&) = delete;
  ShortOfRoom& operator=(const ShortOfRoom&) = delete;

 private:
  void (*signal_)(int) = SIG_DFL;
  rlimit before_ = {};
};

// Enough is kept in one turn that SQLite must write before its end; it then gives up the whole
// turn.
TEST_F(SpoolDiskTest, TakesAFullDiskInTheMiddleOfATurnForAFullDisk) {
  Spool spool = Open();
  spool.Keep(ReadingOf(1, clock_.Now()));
  {
    const ShortOfRoom room(512 << 10);
    spool.SyncLater();
    bool refused = false;
    for (int value = 2; value < 30'000 && !refused; ++value) {
      try {
        spool.Together([&] { spool.Keep(ReadingOf(value, clock_.Now() + minutes(value))); });
      } catch (const SqliteError& error) {
        EXPECT_TRUE(error.may_pass()) << error.what();
        refused = true;
      }
    }
    ASSERT_TRUE(refused) << "nothing was written before the end of the turn";
    try {
      spool.Sync();
      ADD_FAILURE() << "what was lost must be told";
    } catch (const SqliteError& error) {
      EXPECT_TRUE(error.may_pass()) << error.what();
    }
  }
  spool.Keep(ReadingOf(2, clock_.Now() + minutes(1)));
  EXPECT_EQ(Open().CountWaiting().readings, 2) << "the turn was lost as a whole, and told so";
}

TEST_F(SpoolDiskTest, KeepsTheMaskingKeyToItself) {
  Open();
  struct stat info = {};
  ASSERT_EQ(stat((directory_ + "/masking.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(info.st_size, 32);
}

}  // namespace
}  // namespace plotmeter
