#include "collector/spool/set_aside.h"

#include <fstream>

#include "tests/collector/spool/spool_fixture.h"

namespace plotmeter {
namespace {

using std::chrono::days;

class SetAsideTest : public SpoolFixture {
 protected:
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const SetAsideFile& file : SetAsideFiles(directory_)) names.push_back(file.file);
    return names;
  }
  // As the service does between its rounds, having run for so long since.
  void Care(Instant now, std::chrono::milliseconds ran = {}) {
    ForgetSetAside(directory_, now, ran, seen_);
  }

  SeenAside seen_;
};

TEST_F(SetAsideTest, GoesAfterItsTimeUnlessItWasNoSpool) {
  const std::vector<std::string> aside = {
      "spool.db.begun-20261001T090000429Z", "spool.db.damaged-20261001T090000Z-2-wal",
      "spool.db.damaged-20261022T090000Z", "spool.db.foreign-20261001T090000Z"};
  for (const std::string& name : aside) std::ofstream(directory_ + "/" + name) << "1234";
  for (const char* name : {"spool.db", "spool.db-wal", "status.json", "spool.db.damaged"}) {
    std::ofstream(directory_ + "/" + name) << "other";
  }
  ASSERT_EQ(Names().size(), 5U) << "one without a time among them";
  EXPECT_EQ(SetAsideFiles(directory_)[0].bytes, 4);
  const Instant then = *ParseInstant("2026-10-22T09:00:00Z");
  Care(*ParseInstant("2026-10-02T09:00:00Z"));
  Care(*ParseInstant("2026-10-09T09:00:00Z"), kSeenAside);
  EXPECT_EQ(Names().size(), 5U);
  Care(then + kKeepSetAside);
  EXPECT_EQ(Names(), (std::vector<std::string>{"spool.db.damaged", aside[2], aside[3]}));
  Care(then + kKeepSetAside + days(1));
  EXPECT_EQ(Names(), (std::vector<std::string>{"spool.db.damaged", aside[3]}));
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/spool.db"));
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/spool.db-wal"));
  EXPECT_TRUE(seen_.empty()) << "what is gone is not counted any more";
}

TEST_F(SetAsideTest, IsNotOldBecauseAClockLeapt) {
  const std::string name = "spool.db.damaged-20261001T090000Z";
  std::ofstream(directory_ + "/" + name) << "1234";
  const Instant wrong = *ParseInstant("2036-10-02T09:00:00Z");
  Care(wrong, days(400));  // it ran so long before there was such a file, for all that it knows
  EXPECT_EQ(Names().size(), 1U);
  for (int hours = 0; hours < 24 * 7 - 1; ++hours) Care(wrong, std::chrono::hours(1));
  EXPECT_EQ(Names().size(), 1U);
  SeenAside lost;  // with status.json: then it is counted anew
  lost.swap(seen_);
  Care(wrong, std::chrono::hours(1));
  EXPECT_EQ(Names().size(), 1U);
  lost.swap(seen_);
  Care(wrong, std::chrono::hours(1));
  EXPECT_TRUE(Names().empty()) << "nor does it stay for ever where the clock stays wrong";
}

}  // namespace
}  // namespace plotmeter
