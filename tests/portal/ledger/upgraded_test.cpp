// What an upgrade from the first schema does to bills and evidence: nothing.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portal/ledger/evidence.h"
#include "portal/ledger/export.h"
#include "portal/store/migrations.h"
#include "tests/portal/ledger/sealed_world.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class UpgradedTest : public testing::Test, protected SealedWorld {
 protected:
  UpgradedTest() {
    clock.now = At("2026-12-31T00:00:00Z");
    std::string previous;
    for (std::int64_t sequence = 1; sequence <= 6; ++sequence) {
      Batch batch = MakeBatch(north, sequence, kInk.at(static_cast<std::size_t>(sequence - 1)),
                              first_ + std::chrono::days(4 * sequence),
                              sequence % 2 == 0 ? "CN9541H01M" : "CN0002B02M");
      batch.previous = previous;
      Reading& reading = batch.readings[0].reading;
      reading.supplies = {{.supply = "slot-0", .kind = "ink-cartridge", .colorant = "magenta"}};
      batch.alerts.push_back({0, ChannelKind::kPiws, {.key = "231", .code = "8"}, reading.at});
      JobRecord job{.job = std::to_string(sequence), .revision = 1, .channel = ChannelKind::kPiws};
      job.seen_at = first_ + std::chrono::days(4 * sequence);
      job.type = "print";
      job.status = "printed";
      job.printed_pages = sequence;
      job.media = "HP-PLAIN-90";
      job.area = Quantity{*Decimal::Parse(fmt::format("{}.352", sequence)), "m2"};
      batch.jobs.push_back({0, job});
      const BatchText text = WriteBatch(batch);
      EXPECT_TRUE(std::holds_alternative<Accepted>(ingest.Take(Sealed(text, north.key))));
      previous = Base64Url(Sha256(text.payload));
    }
  }

  // The same tenants, readings, jobs and batches in a database of the first schema, as the first
  // portal kept them: evidence as text beside its batch.
  std::string OfTheFirstSchema() {
    std::string old = FreshPath();
    { Database(old, Database::Mode::kReadWriteCreate).Execute(kMigrations[0]); }
    Database db(path, Database::Mode::kReadWrite);
    db.Execute(fmt::format("ATTACH '{}' AS old; PRAGMA foreign_keys=OFF", old));
    for (const std::string& table :
         Texts(db, "SELECT name FROM old.sqlite_schema WHERE type='table'")) {
      const std::string columns = fmt::format(
          "{}",
          fmt::join(Texts(db, "SELECT name FROM pragma_table_info('" + table + "', 'old')"), ","));
      db.Execute(fmt::format(
          "INSERT INTO old.{0}({1}) SELECT {1} FROM main.{0} WHERE reseller_id>0", table, columns));
    }
    const auto payloads = Texts(db, "SELECT payload FROM main.evidence ORDER BY batch");
    const auto names = Texts(db, "SELECT names FROM main.evidence ORDER BY batch");
    Statement text = db.Prepare("UPDATE old.batch SET payload=?, names=? WHERE number=?");
    for (std::size_t i = 0; i < payloads.size(); ++i) {
      text.Run(*Inflate(payloads[i], kLarge), *Inflate(names[i], kLarge),
               static_cast<std::int64_t>(i + 1));
    }
    db.Execute("PRAGMA old.user_version=1");
    return old;
  }

  static std::vector<std::string> Texts(Database& db, const std::string& sql) {
    std::vector<std::string> texts;
    Statement q = db.Prepare(sql);
    while (q.Step()) texts.push_back(q.Text(0));
    return texts;
  }

  std::string Exported(SqliteStore& of, const char* what) {
    const ExportKind& kind = *FindExport(what);
    ExportQuestion question{of, of, of, north.tenant.reseller};
    if (kind.period != PeriodUse::kNone) {
      question.period = {*PeriodEdge::Parse("2026-11-01"), *PeriodEdge::Parse("2026-12-01")};
    }
    const auto source = MakeExport(kind, question, ExportFormat::kCsv);
    std::string out;
    while (source->Next(out)) {
    }
    return out;
  }

  static constexpr std::size_t kLarge = 1 << 20;
  // Of each batch; the meter of the second printer falls once.
  const std::vector<std::vector<std::string>> kInk = {
      {"433", "440.5"}, {"7", "9"}, {"441", "450"}, {"2", "30"}, {"460"}, {"31", "31", "33.25"}};
  const Instant first_ = At("2026-11-01T12:00:00Z");
};

TEST_F(UpgradedTest, BillsAreTheSameAndEvidenceVerifies) {
  const std::string old = OfTheFirstSchema();
  EXPECT_EQ(SqliteStore::Create(old), 1);
  SqliteStore upgraded(old);
  for (const ExportKind& kind : ExportKinds()) {
    const std::string what(kind.name);
    EXPECT_EQ(Exported(upgraded, what.c_str()), Exported(store, what.c_str())) << what;
  }
  EXPECT_THAT(Exported(upgraded, "usage"), HasSubstr("CN9541H01M,piws,ink.used,magenta,,cc,"));
  const EvidenceReport report =
      VerifyStored(upgraded, north.tenant.reseller, "", {.signing = portal.signing});
  EXPECT_THAT(report.faults, IsEmpty());
  EXPECT_THAT(report.missing, IsEmpty());
  EXPECT_EQ(report.batches, 6);
  EXPECT_EQ(report.erased, 0);
}

}  // namespace
}  // namespace plotmeter
