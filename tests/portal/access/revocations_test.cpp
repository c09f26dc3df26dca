#include "portal/access/revocations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/fakes/scratch.h"
#include "tests/portal/store/fleet.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;

class RevocationsTest : public testing::Test {
 protected:
  RevocationsTest() { std::filesystem::remove(journal_); }
  ~RevocationsTest() override { std::filesystem::remove(journal_); }

  bool IsRevoked() {
    return store_.Collectors(north_.reseller).at(0).revoked_at == std::optional<Instant>(at_);
  }

  const std::string path_ = FreshDatabase();
  SqliteStore store_{path_};
  Tenant north_ = AddTenant(store_, "north");
  Tenant south_ = AddTenant(store_, "south");
  std::string collector_ = AddCollector(store_, north_, "thumbprint");
  const Instant at_ = At("2026-11-29T04:00:00Z");
  std::filesystem::path journal_ = Scratch() + "/plotmeter_journal.ndjson";
};

TEST_F(RevocationsTest, AreRepeatedOnceWhereTheDatabaseForgotThem) {
  EXPECT_EQ(RepeatRevocations(journal_, store_), 0) << "there is no journal yet";
  NoteRevocation(journal_, {north_.reseller, collector_, at_});
  EXPECT_EQ(RepeatRevocations(journal_, store_), 1);
  EXPECT_TRUE(IsRevoked());
  EXPECT_EQ(RepeatRevocations(journal_, store_), 0);
}

TEST_F(RevocationsTest, TouchNoOtherTenantAndNoStranger) {
  NoteRevocation(journal_, {south_.reseller, collector_, at_});
  NoteRevocation(journal_, {north_.reseller, "col_ZZZZZZZZ", at_});
  EXPECT_EQ(RepeatRevocations(journal_, store_), 0);
  EXPECT_FALSE(IsRevoked());
}

TEST_F(RevocationsTest, PassOverALineThatAPowerCutLeftHalf) {
  NoteRevocation(journal_, {north_.reseller, collector_, at_});
  std::ofstream(journal_, std::ios::app) << R"({"at":"2026-11)";
  EXPECT_EQ(RepeatRevocations(journal_, store_), 1);
}

TEST_F(RevocationsTest, WriteNoLineOntoAHalfOne) {
  NoteRevocation(journal_, {north_.reseller, "col_ZZZZZZZZ", at_});
  std::ofstream(journal_, std::ios::app) << R"({"at":"2026-11)";
  NoteRevocation(journal_, {north_.reseller, collector_, at_});
  EXPECT_EQ(RepeatRevocations(journal_, store_), 1);
}

TEST_F(RevocationsTest, ErasuresAreRepeatedInADatabaseOfBefore) {
  const std::string before = FreshPath();
  Database(path_, Database::Mode::kReadWrite).Prepare("VACUUM INTO ?").Run(before);
  EXPECT_FALSE(
      Erase(journal_, store_, store_, {south_.reseller, north_.customer, at_}, kPortalItself));
  EXPECT_FALSE(std::filesystem::exists(journal_)) << "what was not erased is not noted";
  EXPECT_TRUE(
      Erase(journal_, store_, store_, {north_.reseller, north_.customer, at_}, kPortalItself));
  EXPECT_EQ(RepeatErasures(journal_, store_), 0) << "it is done";
  SqliteStore restored(before);
  EXPECT_EQ(restored.Customers(north_.reseller).size(), 1u);
  EXPECT_EQ(RepeatRevocations(journal_, restored), 1);
  EXPECT_EQ(RepeatErasures(journal_, restored), 1);
  EXPECT_EQ(RepeatErasures(journal_, restored), 0);
  EXPECT_EQ(restored.Customers(north_.reseller).size(), 0u);
  EXPECT_EQ(restored.Customers(south_.reseller).size(), 1u);
  EXPECT_EQ(restored.AuditRows(north_.reseller, 1000, 1).at(0).who, "portal");
}

TEST_F(RevocationsTest, AnErasureThatWasOnlyNotedIsDoneAtTheNextStart) {
  NoteErasure(journal_, {north_.reseller, north_.customer, at_});
  NoteErasure(journal_, {north_.reseller, "cus_ZZZZZZZZ", at_});
  EXPECT_EQ(RepeatErasures(journal_, store_), 1);
  EXPECT_TRUE(IsRevoked());
}

TEST_F(RevocationsTest, NameTheLineThatIsNone) {
  NoteRevocation(journal_, {north_.reseller, "col_ZZZZZZZZ", at_});
  for (const char* line : {"{}", "nothing", R"({"at":"soon","reseller":"r","revoked":"c"})"}) {
    std::ofstream(journal_) << line << "\n";
    try {
      RepeatRevocations(journal_, store_);
      ADD_FAILURE() << line;
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("journal.ndjson, line 1")) << line;
    }
  }
}

}  // namespace
}  // namespace plotmeter
