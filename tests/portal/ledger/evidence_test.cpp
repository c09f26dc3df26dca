#include "portal/ledger/evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/portal/ledger/sealed_world.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Two tenants that stored batches, and a hand that reaches into the database.
class StoredEvidenceTest : public SealedWorld, public testing::Test {
 protected:
  StoredEvidenceTest() {
    std::string previous;
    for (std::int64_t sequence = 1; sequence <= 3; ++sequence) {
      Batch batch = MakeBatch(north, sequence, {std::to_string(430 + sequence)},
                              noon_ + std::chrono::hours(3 * sequence));
      batch.previous = previous;
      const BatchText text = WriteBatch(batch);
      EXPECT_TRUE(std::holds_alternative<Accepted>(ingest.Take(Sealed(text, north.key))));
      previous = Base64Url(Sha256(text.payload));
    }
  }

  void Meddle(const std::string& sql) { Database(path, Database::Mode::kReadWrite).Execute(sql); }

  EvidenceReport Verify(const Sender& sender) {
    return VerifyStored(store, sender.tenant.reseller, "", {.signing = portal.signing});
  }

  const Instant noon_ = At("2026-11-10T12:00:00Z");
};

TEST_F(StoredEvidenceTest, IsCleanAndTheTenantsOwn) {
  const EvidenceReport report = Verify(north);
  EXPECT_THAT(report.faults, IsEmpty());
  EXPECT_EQ(report.batches, 3);
  EXPECT_EQ(report.readings, 3);
  EXPECT_EQ(Verify(south).batches, 0) << "another tenant's rows do not exist";
}

TEST_F(StoredEvidenceTest, NamesTheFirstBatchThatWasMeddledWith) {
  const std::string other = Deflate("{}");
  Database db(path, Database::Mode::kReadWrite);
  db.Prepare("UPDATE evidence SET payload=? WHERE batch=2").Run(Blob{other});
  EXPECT_THAT(Verify(north).faults, ElementsAre(HasSubstr("sequence 2: the signature")));
  db.Prepare("UPDATE evidence SET payload=? WHERE batch=2").Run(Blob{"no DEFLATE"});
  EXPECT_THAT(Verify(north).faults, ElementsAre(HasSubstr("sequence 2: the signature")));
}

TEST_F(StoredEvidenceTest, FindsABatchThatWasTakenOutAndOneThatWasMoved) {
  Meddle(
      "PRAGMA foreign_keys=OFF; DELETE FROM evidence WHERE batch=2; DELETE FROM batch WHERE "
      "number=2");
  EXPECT_THAT(Verify(north).missing, ElementsAre(HasSubstr("sequence 2")));
  Meddle("UPDATE batch SET sequence=2 WHERE number=3");
  EXPECT_THAT(Verify(north).faults, ElementsAre(HasSubstr("the receipt is for another batch")));
}

TEST_F(StoredEvidenceTest, CallsErasedWhatWasErased) {
  Meddle(
      "UPDATE evidence SET payload=NULL, names=NULL WHERE batch=1;"
      "UPDATE evidence SET names=NULL WHERE batch=2");
  const EvidenceReport report = Verify(north);
  EXPECT_THAT(report.faults, IsEmpty());
  EXPECT_EQ(report.erased, 1);
  EXPECT_EQ(report.names_erased, 1);
}

TEST_F(StoredEvidenceTest, IsCleanWhenItsCustomerIsErased) {
  ASSERT_TRUE(
      store.EraseCustomer(north.tenant.reseller, north.tenant.customer, kPortalItself, noon_));
  EvidenceReport report = Verify(north);
  EXPECT_THAT(report.faults, IsEmpty());
  EXPECT_THAT(report.missing, IsEmpty());
  EXPECT_EQ(report.erased, 3);
  Meddle("UPDATE batch SET sha256='x' WHERE number=2");
  EXPECT_FALSE(Verify(north).faults.empty()) << "the chain is still checked";
}

TEST_F(StoredEvidenceTest, ReadsBatchesThatWereStoredAsPlainText) {
  const Batch batch = MakeBatch(south, 1, {"7"}, noon_);
  const BatchText text = WriteBatch(batch);
  EXPECT_TRUE(std::holds_alternative<Accepted>(ingest.Take(Sealed(text, south.key))));
  Database db(path, Database::Mode::kReadWrite);
  db.Prepare("UPDATE batch SET payload=?, names=? WHERE collector=?")
      .Run(text.payload, text.names, south.id);
  db.Execute("DELETE FROM evidence WHERE batch=4");
  EXPECT_THAT(Verify(south).faults, IsEmpty());
  EXPECT_EQ(Verify(south).erased, 0);
}

TEST_F(StoredEvidenceTest, LeavesAsAFileWhoseEndIsSigned) {
  std::string file;
  ExportStored(store, north.tenant.reseller, "", {.signing = portal.signing}, clock.now,
               [&](std::string_view text) { file += text; });
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < file.size();) {
    const auto lf = file.find('\n', at);
    lines.push_back(file.substr(at, lf - at));
    at = lf + 1;
  }
  ASSERT_EQ(lines.size(), 5U);
  const auto head = std::get<EvidenceHead>(ReadEvidenceLine(lines[0]));
  EvidenceCheck check(EvidenceKeys::Of(head));
  for (int i = 1; i <= 3; ++i)
    check.Add(std::get<EvidenceBatch>(ReadEvidenceLine(lines[static_cast<std::size_t>(i)])));
  EXPECT_THAT(check.Finish().faults, IsEmpty());
  const auto last = std::get<EvidenceSigned>(ReadEvidenceLine(lines[4]));
  const auto end = ReadEvidenceEnd(last.jws, portal.signing.public_key());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->batches, 3);
  EXPECT_EQ(end->sha256, Base64Url(Sha256(file.substr(0, file.size() - lines[4].size() - 1))));
  EXPECT_FALSE(ReadEvidenceEnd(last.jws, north.key.public_key())) << "only the portal signs it";
}

}  // namespace
}  // namespace plotmeter
