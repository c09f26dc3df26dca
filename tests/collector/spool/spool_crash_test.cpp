// The power goes out at every place we could think of. A child process is the machine that dies;
// the parent opens what it left.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <map>
#include <random>

#include "tests/collector/spool/spool_fixture.h"

namespace plotmeter {
namespace {

class SpoolCrashTest : public SpoolFixture {
 protected:
  // Runs `act` in a process that dies without a word at its end, or in it.
  void InAMachineThatDies(const std::function<void()>& act) {
    const pid_t child = fork();
    if (child == 0) {
      try {
        act();
      } catch (...) {
        _exit(3);
      }
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }

  std::vector<int> ReadingsOf(const CutBatch& batch) {
    std::vector<int> values;
    for (const auto& row : Opened(batch).readings) {
      values.push_back(static_cast<int>(row.reading.meters[0].value.value.digits()));
    }
    return values;
  }
};

TEST_F(SpoolCrashTest, MakesNothingForWhoOnlyLooks) {
  std::filesystem::remove_all(directory_);
  EXPECT_THROW(Spool({.directory = directory_, .make = false}, clock_), std::runtime_error);
  EXPECT_FALSE(std::filesystem::exists(directory_));
  Open();
  EXPECT_EQ(Spool({.directory = directory_, .make = false}, clock_).CountWaiting().readings, 0);
}

TEST_F(SpoolCrashTest, NeverWaitsToLookWhileAnotherWrites) {
  Spool writer = Open();
  writer.Together([&] {
    writer.Keep(ReadingOf(1, clock_.Now()));
    Spool looks({.directory = directory_, .make = false},
                clock_);  // would be busy for 5 s, then fail
    EXPECT_EQ(looks.CountWaiting().readings, 0);
    EXPECT_TRUE(looks.Outbox().empty());
  });
}

TEST_F(SpoolCrashTest, KeepsWhatWasKeptAndNothingHalf) {
  InAMachineThatDies([&] {
    Spool spool = Open();
    spool.Keep(ReadingOf(1, clock_.Now()));
    spool.Together([&] {
      spool.Keep(ReadingOf(2, clock_.Now()));
      spool.Keep(Plotter(), JobOf("j", "printed"));
      _exit(0);
    });
  });
  Spool spool = Open();
  const Waiting waiting = spool.CountWaiting();
  EXPECT_EQ(waiting.readings, 1);
  EXPECT_EQ(waiting.jobs, 0);
}

TEST_F(SpoolCrashTest, CutsWhollyOrNotAtAll) {
  Open().Keep(ReadingOf(1, clock_.Now()));
  InAMachineThatDies([&] {
    Spool spool = Open();
    spool.Together([&] {
      spool.Cut(signer());
      _exit(0);
    });
  });
  {
    Spool spool = Open();
    EXPECT_FALSE(spool.Next());
    EXPECT_EQ(spool.CountWaiting().readings, 1);
  }
  InAMachineThatDies([&] {
    Spool spool = Open();
    spool.Cut(signer());
    _exit(0);
  });
  Spool spool = Open();
  ASSERT_TRUE(spool.Next());
  EXPECT_EQ(spool.Next()->sequence, 1);
  EXPECT_EQ(spool.CountWaiting().readings, 0);
}

TEST_F(SpoolCrashTest, ForgetsWhollyOrNotAtAll) {
  std::string batch;
  {
    Spool spool = Open();
    spool.Keep(ReadingOf(1, clock_.Now()));
    batch = spool.Cut(signer())->batch;
  }
  for (const bool moved : {false, true}) {
    InAMachineThatDies([&] {
      Spool spool = Open();
      spool.Together([&] {
        if (moved) {
          spool.NewStream("fork");
        } else {
          spool.Receipted(batch, "r");
        }
        _exit(0);
      });
    });
    Spool spool = Open();
    ASSERT_TRUE(spool.Next());
    EXPECT_EQ(spool.Next()->batch, batch);
  }
}

// The machine is killed while it works as fast as it can; everything it had announced is there.
TEST_F(SpoolCrashTest, HasEverythingItAnnouncedBeforeItWasKilled) {
  std::mt19937 random(7);
  std::set<int> announced;
  int next = 0;
  std::map<int, int> seen;
  for (int round = 0; round < 10; ++round) {
    int ready[2];
    ASSERT_EQ(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
      Spool spool = Open();
      for (int value = next;; ++value) {
        spool.Keep(ReadingOf(value, clock_.Now()));
        if (write(ready[1], &value, sizeof value) != sizeof value) _exit(1);
        if (value % 3 == 0) spool.Cut(signer());
        if (value % 7 == 0) {
          if (const auto batch = spool.Next()) spool.Sending(batch->batch, 1);
        }
      }
    }
    close(ready[1]);
    const int until = next + static_cast<int>(random() % 20) + 1;
    int value = -1;
    while (value < until && read(ready[0], &value, sizeof value) == sizeof value) {
      announced.insert(value);
    }
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    while (read(ready[0], &value, sizeof value) == sizeof value) announced.insert(value);
    close(ready[0]);
    next = *announced.rbegin() +
           2;  // the one under way may be there or not; its number is not used again
  }
  Spool spool = Open();
  while (spool.Cut(signer())) {
  }
  std::int64_t sequence = 0;
  std::string previous;
  while (const auto batch = spool.Next()) {
    EXPECT_EQ(batch->sequence, ++sequence);
    EXPECT_EQ(Opened(*batch).previous, previous);
    previous = batch->sha256;
    for (const int value : ReadingsOf(*batch)) ++seen[value];
    spool.Receipted(batch->batch, "r");
  }
  for (const auto& [value, times] : seen) EXPECT_EQ(times, 1) << value;
  EXPECT_GE(announced.size(), 10U);
  for (const int value : announced) EXPECT_EQ(seen.count(value), 1U) << value;
}

// Any order of keeping, cutting, receipts, lost receipts, refusals for size, forks and crashes:
// every reading is in the portal exactly once when all is done, and none is lost.
TEST_F(SpoolCrashTest, LosesNothingAndCountsNothingTwiceInAnyOrder) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    std::mt19937 random(seed);
    std::filesystem::remove_all(directory_);
    auto spool = std::make_unique<Spool>(SpoolSettings{.directory = directory_}, clock_);
    int kept = 0;
    // What the portal stored, by (stream, sequence): it says a second time what it said first.
    std::map<std::pair<std::string, std::int64_t>, CutBatch> stored;
    std::set<int> in_portal;  // a reading counts once by its instant, however often it comes
    const auto store = [&](const CutBatch& batch) {
      const auto [at, fresh] = stored.emplace(std::pair(batch.stream, batch.sequence), batch);
      EXPECT_EQ(at->second.message, batch.message) << "a cut batch changed";
      for (const int value : ReadingsOf(batch)) in_portal.insert(value);
      (void)fresh;
    };
    for (int step = 0; step < 120; ++step) {
      clock_.Advance(std::chrono::minutes(1));
      switch (random() % 9) {
        case 0:
        case 1:
        case 2:
          spool->Keep(ReadingOf(kept++, clock_.Now()));
          break;
        case 3:
          spool->Cut(signer(), {.readings = 1 + random() % 4});
          break;
        case 4:  // sent, stored, receipt arrives
        case 5:
          if (const auto batch = spool->Next()) {
            store(*batch);
            spool->Receipted(batch->batch, "r");
          }
          break;
        case 6:  // sent, stored, receipt lost
          if (const auto batch = spool->Next()) store(*batch);
          break;
        case 7:
          if (const auto batch = spool->Next(); batch && random() % 3 == 0) {
            if (batch->items > 1 && random() % 2 == 0) {
              spool->CutAnew(batch->batch, "too large");
            } else {
              spool->NewStream("fork");
            }
          }
          break;
        default: {  // the machine dies in the middle of something and comes back
          spool.reset();
          const auto where = random() % 3;
          InAMachineThatDies([&] {
            Spool dying = Open();
            dying.Together([&] {
              if (where == 0) dying.Keep(ReadingOf(1'000'000, clock_.Now()));
              if (where == 1) dying.Cut(signer());
              if (where == 2) dying.NewStream("never happened");
              _exit(0);
            });
          });
          spool = std::make_unique<Spool>(SpoolSettings{.directory = directory_}, clock_);
        }
      }
    }
    for (;;) {
      auto batch = spool->Next();
      if (!batch) batch = spool->Cut(signer());
      if (!batch) break;
      store(*batch);
      spool->Receipted(batch->batch, "r");
    }
    std::set<int> all;
    for (int value = 0; value < kept; ++value) all.insert(value);
    EXPECT_EQ(in_portal, all) << "seed " << seed;
  }
}

}  // namespace
}  // namespace plotmeter
