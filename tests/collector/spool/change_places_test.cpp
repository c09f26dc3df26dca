#include "collector/spool/change_places.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace plotmeter {
namespace {

// A folder of which the power may be cut before any step. What was renamed or removed since its
// last sync may have reached the disk, each for itself, or not.
class CutFolder : public SpoolFolder {
 public:
  using Files = std::map<std::string, std::string>;
  struct PowerCut {};

  explicit CutFolder(Files files, int steps = 1000)
      : now_(files), synced_(std::move(files)), steps_(steps) {}

  std::set<std::string> Names() override {
    std::set<std::string> names;
    for (const auto& [name, content] : now_) names.insert(name);
    return names;
  }
  void Rename(const std::string& from, const std::string& to) override {
    EXPECT_FALSE(now_.contains(to)) << from << " goes over " << to;
    Do([from, to](Files& files) {
      if (!files.contains(from)) return;  // an earlier step did not reach the disk
      files[to] = files[from];
      files.erase(from);
    });
  }
  void Remove(const std::string& name) override {
    Do([name](Files& files) { files.erase(name); });
  }
  void Sync() override {
    Step();
    synced_ = now_;
    unsynced_.clear();
  }

  const Files& now() const { return now_; }
  // Everything the disk may hold after the cut.
  std::set<Files> Outcomes() const {
    std::set<Files> outcomes;
    for (unsigned chosen = 0; chosen < 1U << unsynced_.size(); ++chosen) {
      Files files = synced_;
      for (std::size_t i = 0; i < unsynced_.size(); ++i) {
        if ((chosen >> i & 1U) != 0) unsynced_[i](files);
      }
      outcomes.insert(std::move(files));
    }
    return outcomes;
  }

 private:
  void Step() {
    if (steps_-- <= 0) throw PowerCut();
  }
  void Do(const std::function<void(Files&)>& change) {
    Step();
    change(now_);
    unsynced_.push_back(change);
  }

  Files now_;
  Files synced_;
  std::vector<std::function<void(Files&)>> unsynced_ = {};
  int steps_;
};

using Files = CutFolder::Files;
using Is = Unfinished::Is;
const std::string kTag = "damaged-20261122T090000Z";

// Everything that the disk may hold when the power is cut at any step of `act`, and at its end.
std::set<Files> Cut(const Files& files, const std::function<void(SpoolFolder&)>& act) {
  std::set<Files> outcomes;
  for (int steps = 0;; ++steps) {
    CutFolder folder(files, steps);
    try {
      act(folder);
      outcomes.insert(folder.now());
      return outcomes;
    } catch (const CutFolder::PowerCut&) {
      outcomes.merge(folder.Outcomes());
    }
  }
}

bool Holds(const Files& files, const std::string& content) {
  return std::ranges::any_of(files, [&](const auto& file) { return file.second == content; });
}

TEST(ChangePlacesTest, HasTheOldOneOrTheNewOneWheneverThePowerIsCut) {
  const Files before = {{"spool.db", "old"},
                        {"spool.db-wal", "log"},
                        {"spool.db-shm", ""},
                        {"spool.db.rescuing", "new"},
                        {"masking.key", "key"}};
  const auto finish = [](SpoolFolder& folder) {
    const Is is = FinishEarlier(folder, "spool.db").is;
    EXPECT_TRUE(is == Is::kNothing || is == Is::kFinished);
  };
  const std::set<Files> cut =
      Cut(before, [](SpoolFolder& folder) { ChangePlaces(folder, "spool.db", kTag); });
  EXPECT_GT(cut.size(), 8U);
  int finished = 0;
  for (const Files& once : cut) {
    for (const Files& twice : Cut(once, finish)) {
      CutFolder folder(twice);
      finish(folder);
      const Files& after = folder.now();
      ASSERT_TRUE(after.contains("spool.db"));
      if (after.at("spool.db") == "old") {
        EXPECT_EQ(after.at("spool.db-wal"), "log");
        EXPECT_EQ(after.at("spool.db.rescuing"), "new") << "it is begun again";
        continue;
      }
      ++finished;
      EXPECT_EQ(after, (Files{{"spool.db", "new"},
                              {"spool.db." + kTag, "old"},
                              {"spool.db." + kTag + "-wal", "log"},
                              {"masking.key", "key"}}));
    }
  }
  EXPECT_GT(finished, 8);
}

// `discover` needs no lock, and a disk that lies about syncing keeps no order.
TEST(ChangePlacesTest, ThrowsNoSpoolAwayThatWasBegunMeanwhile) {
  const std::string ready = "spool.db.rescued-" + kTag;
  const Files before = {{"spool.db", "begun"},
                        {"spool.db-wal", "its log"},
                        {ready, "new"},
                        {"spool.db." + kTag, "old"},
                        {"spool.db." + kTag + "-wal", "log"}};
  {
    CutFolder folder(before);
    const Unfinished found = FinishEarlier(folder, "spool.db");
    EXPECT_EQ(found.is, Is::kBegun);
    EXPECT_EQ(found.ready, ready);
    EXPECT_EQ(folder.now(), before);
  }
  const auto finish = [&](SpoolFolder& folder) {
    if (FinishEarlier(folder, "spool.db").is == Is::kBegun) FinishWith(folder, "spool.db", ready);
  };
  for (const Files& once : Cut(before, finish)) {
    CutFolder folder(once);
    finish(folder);
    const Files& after = folder.now();
    EXPECT_EQ(after.at("spool.db"), "new");
    EXPECT_FALSE(after.contains("spool.db-wal"));
    EXPECT_EQ(after.at("spool.db." + kTag), "old");
    EXPECT_EQ(after.at("spool.db." + kTag + "-wal"), "log");
    EXPECT_TRUE(Holds(after, "begun"));
    EXPECT_TRUE(Holds(after, "its log"));
  }
}

TEST(ChangePlacesTest, TakesOneThatIsPerhapsHalfMadeWhenThereIsNoOther) {
  CutFolder folder(Files{{"spool.db.rescuing", "half"}, {"spool.db.rescuing-wal", "its log"}});
  EXPECT_EQ(FinishEarlier(folder, "spool.db").is, Is::kHalf);
  EXPECT_EQ(folder.now(), (Files{{"spool.db", "half"}, {"spool.db-wal", "its log"}}));
  CutFolder other(Files{{"spool.db", "old"}, {"spool.db.rescuing", "half"}});
  EXPECT_EQ(FinishEarlier(other, "spool.db").is, Is::kNothing);
}

TEST(ChangePlacesTest, GivesNoNameTwice) {
  CutFolder folder(Files{{"spool.db", ""}});
  EXPECT_EQ(FreeTag(folder, "spool.db", kTag), kTag);
  CutFolder second(Files{{"spool.db." + kTag, ""}, {"spool.db." + kTag + "-2-wal", ""}});
  EXPECT_EQ(FreeTag(second, "spool.db", kTag), kTag + "-3");
}

}  // namespace
}  // namespace plotmeter
