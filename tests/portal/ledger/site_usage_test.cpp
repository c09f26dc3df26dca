// Sums by site: what is in them, and what is seen to be missing.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portal/ledger/bookkeeping.h"
#include "portal/store/migrations.h"
#include "tests/portal/ledger/sealed_world.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SiteUsageTest : public testing::Test, protected SealedWorld {
 protected:
  // An hour's readings of media.area, in `unit`.
  void Send(const std::string& serial, const std::string& unit,
            const std::vector<std::string>& values, const std::string& from,
            bool outranked = false) {
    Batch batch = MakeBatch(north, ++sequence_, values, At(from), serial);
    for (BatchReading& one : batch.readings) {
      MeterValue& meter = one.reading.meters[0];
      meter = {.meter = "media.area", .value = {meter.value.value, unit}};
      meter.outranked = outranked;
    }
    clock.now = std::max(clock.now, At(from) + std::chrono::hours(values.size()));
    ASSERT_TRUE(std::holds_alternative<Accepted>(ingest.Take(Sealed(batch, north))));
  }
  void MakeAll() {
    Bookkeeper(store, store, store).Tick([] { return true; });
  }
  // "media.area: 200000000 of 1, 2 unconverted"
  std::vector<std::string> Sums(MonthNumber month = 202611) {
    std::vector<std::string> sums;
    for (const SiteUsage& sum : store.UsageBySite(north.tenant.reseller, month, {})) {
      sums.push_back(fmt::format("{}: {} of {}, {} unconverted", sum.meter, sum.used_base,
                                 sum.printers, sum.unconverted));
    }
    return sums;
  }
  std::int64_t sequence_ = 0;
};

TEST_F(SiteUsageTest, CountsPrintersWhoseUnitIsNotConfirmed) {
  Send("CN1", "m2", {"1", "3"}, "2026-11-10T12:00:00Z");
  Send("CN2", "?", {"1", "3"}, "2026-11-10T12:00:00Z");
  Send("CN3", "?", {"5", "5"}, "2026-11-10T12:00:00Z");
  Send("CN4", "?", {"5"}, "2026-11-10T12:00:00Z");  // a first reading is no usage
  Send("CN5", "?", {"5", "6"}, "2026-11-10T12:00:00Z", true);
  MakeAll();
  EXPECT_THAT(Sums(), ElementsAre("media.area: 200000000 of 1, 2 unconverted"));
  Send("CN1", "m2", {"4"}, "2026-11-11T12:00:00Z");
  Send("CN2", "?", {"4"}, "2026-11-11T12:00:00Z");
  Send("CN4", "?", {"6"}, "2026-11-11T12:00:00Z");
  MakeAll();
  EXPECT_THAT(Sums(), ElementsAre("media.area: 300000000 of 1, 3 unconverted"));
  store.ReopenBooks(north.tenant.reseller);
  MakeAll();
  EXPECT_THAT(Sums(), ElementsAre("media.area: 300000000 of 1, 3 unconverted"));
  EXPECT_THAT(Sums(202610), IsEmpty());
}

TEST_F(SiteUsageTest, HasARowWhereNobodysUnitIsConfirmed) {
  Send("CN2", "?", {"1", "3"}, "2026-11-10T12:00:00Z");
  MakeAll();
  EXPECT_THAT(Sums(), ElementsAre("media.area: 0 of 0, 1 unconverted"));
}

// A database of before: what was not counted then is counted by the migration, and the books that
// are made afterwards agree with it.
TEST_F(SiteUsageTest, CountsThemInADatabaseOfBefore) {
  Send("CN1", "m2", {"1", "3"}, "2026-11-10T12:00:00Z");
  Send("CN2", "?", {"1", "3"}, "2026-11-10T12:00:00Z");
  Send("CN6", "?", {"1", "3"}, "2026-12-10T12:00:00Z");
  MakeAll();
  {
    Database db(path, Database::Mode::kReadWrite);
    db.Execute(
        "DELETE FROM usage_site_month WHERE printers=0;"
        "ALTER TABLE usage_site_month DROP COLUMN unconverted;"
        "ALTER TABLE meter_gap DROP COLUMN outranked");
    db.Execute(kMigrations[16]);
  }
  EXPECT_THAT(Sums(), ElementsAre("media.area: 200000000 of 1, 1 unconverted"));
  EXPECT_THAT(Sums(202612), ElementsAre("media.area: 0 of 0, 1 unconverted"));
  store.ReopenBooks(north.tenant.reseller);
  MakeAll();
  EXPECT_THAT(Sums(), ElementsAre("media.area: 200000000 of 1, 1 unconverted"));
  EXPECT_THAT(Sums(202612), ElementsAre("media.area: 0 of 0, 1 unconverted"));
}

}  // namespace
}  // namespace plotmeter
