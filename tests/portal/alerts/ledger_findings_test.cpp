#include "portal/alerts/ledger_findings.h"

#include "tests/portal/alerts/alerts_world.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

class LedgerFindingsTest : public AlertsWorld {
 protected:
  // A printer whose November does not fit: 400 pages in jobs, 412 by its meter.
  void Print() {
    Parcel parcel(collector_, ++sequence_, "CN1", kMorning);
    parcel.reading.meters.push_back(
        {.meter = "impressions", .value = {*Decimal::Parse("412"), "impressions"}});
    Put(parcel);
    Miss();
  }
  void Miss() {
    const StalePrinter stale = store_.StalePrinters(north_.reseller, 1).at(0);
    std::int64_t meter = 0;
    store_.EachChannel(north_.reseller, "", stale.printer, {}, kMorning,
                       [&](const auto& channel) { meter = channel.meters.at(0).number; });
    ASSERT_TRUE(store_.KeepBooks(north_.reseller, stale,
                                 {.from_month = 202611,
                                  .reconciled = {{.meter = meter,
                                                  .month = 202611,
                                                  .from = kMorning - hours(48),
                                                  .to = kMorning,
                                                  .metered = 412,
                                                  .in_jobs = 400,
                                                  .fit = "job-missing",
                                                  .shows_from = kMorning - hours(24),
                                                  .shows_to = kMorning}}}));
  }
  LedgerFinding Found(const Tenant& tenant) {
    const PrinterRow printer = store_.Printers(tenant.reseller, {}, "", 1).at(0);
    return MismatchesOf(store_, tenant.reseller, printer.id, kMorning + hours(24)).at(0);
  }
};

TEST_F(LedgerFindingsTest, SaysWhatDoesNotFit) {
  Print();
  const LedgerFinding found = Found(north_);
  EXPECT_EQ(found.key, "2026-11/job-missing");
  EXPECT_EQ(found.what,
            "impressions in 2026-11: 400 in jobs, 412 by the meter (job-missing, "
            "or pages that the printer printed for itself)");
  EXPECT_EQ(found.since, kMorning);
  const std::string printer = store_.Printers(north_.reseller, {}, "", 1).at(0).id;
  EXPECT_TRUE(MismatchesOf(store_, south_.reseller, printer, kMorning).empty());
  EXPECT_TRUE(
      MismatchesOf(store_, north_.reseller, printer, kMorning + std::chrono::days(62)).empty());
}

// It is told to the customer where the printer stands, who reads what others printed nowhere.
TEST_F(LedgerFindingsTest, TellsNobodyHowMuchAnotherCustomerPrinted) {
  Print();
  Tenant other = north_;
  other.customer = *store_.AddCustomer(north_.reseller, "Other", clock_.Now(), kPortalItself);
  other.site = *store_.AddSite(north_.reseller,
                               {.customer = other.customer, .name = "there", .time_zone = "UTC"},
                               clock_.Now(), kPortalItself);
  const std::string printer = store_.Printers(north_.reseller, {}, "", 1).at(0).id;
  ASSERT_EQ(store_.MovePrinter(north_.reseller, printer, other.site, kPortalItself, clock_.Now()),
            Moved::kDone);
  const LedgerFinding found = Found(north_);
  EXPECT_EQ(found.key, "2026-11/job-missing") << "it is the same as before";
  EXPECT_THAT(found.what, HasSubstr("impressions in 2026-11"));
  EXPECT_THAT(found.what, Not(HasSubstr("400")));
  EXPECT_THAT(found.what, Not(HasSubstr("412")));
}

}  // namespace
}  // namespace plotmeter
