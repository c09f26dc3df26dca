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
  ForgetSetAside(directory_, *ParseInstant("2026-10-02T09:00:00Z"));
  EXPECT_EQ(Names().size(), 5U);
  ForgetSetAside(directory_, then + kKeepSetAside);
  EXPECT_EQ(Names(), (std::vector<std::string>{"spool.db.damaged", aside[2], aside[3]}));
  ForgetSetAside(directory_, then + kKeepSetAside + days(1));
  EXPECT_EQ(Names(), (std::vector<std::string>{"spool.db.damaged", aside[3]}));
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/spool.db"));
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/spool.db-wal"));
}

}  // namespace
}  // namespace plotmeter
