#include "portal/alerts/ledger_findings.h"

#include "portal/ledger/bookkeeping.h"
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

// Magenta over two channels, one of which is billed.
class ChannelsApartTest : public LedgerFindingsTest {
 protected:
  static constexpr hours kDay{24};
  static constexpr hours kAfterwards = 24 * kDay;  // in December

  // What each channel says, the second one so much later; nullptr: nothing.
  void Read(hours after, const char* piws, const char* snmp, minutes later = minutes(1)) {
    const Instant at = kMorning + after;
    Parcel parcel(collector_, ++sequence_, "CN1", at);
    parcel.record.received_at = at + hours(1);
    parcel.record.readings.clear();
    parcel.reading.meters.push_back({.meter = meter_,
                                     .colorant = "magenta",
                                     .value = {*Decimal::Parse(piws ? piws : "0"), unit_}});
    if (piws) parcel.record.readings.push_back({0, &parcel.reading});
    Reading other = {.at = at + later, .channel = ChannelKind::kSnmp};
    other.meters.push_back({.meter = meter_,
                            .colorant = "magenta",
                            .value = {*Decimal::Parse(snmp), other_unit_},
                            .outranked = true});
    parcel.record.readings.push_back({0, &other});
    Put(parcel);
  }
  std::vector<LedgerFinding> Found(hours after = kAfterwards) {
    Bookkeeper(store_, store_, store_).Tick([] { return true; });
    const PrinterRow printer = store_.Printers(north_.reseller, {}, "", 1).at(0);
    return ChannelsApartOf(store_, north_.reseller, printer.id, kMorning + after);
  }

  std::string meter_ = "ink.used", unit_ = "cc", other_unit_ = "1/1000 ml";
};

TEST_F(ChannelsApartTest, NamesWhatDiffersByMoreThanFivePercent) {
  Read(hours(0), "400", "400000");
  Read(2 * kDay, "500", "511000");
  EXPECT_TRUE(Found(19 * kDay).empty()) << "the month is not over";
  const auto found = Found();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, LedgerFinding::Kind::kChannelsApart);
  EXPECT_EQ(found[0].key, "2026-11");
  EXPECT_EQ(found[0].what,
            "ink.used of magenta in 2026-11: 100.000 cc by piws, 111.000 cc by snmp");
  const PrinterRow printer = store_.Printers(north_.reseller, {}, "", 1).at(0);
  EXPECT_EQ(FindingsOf(store_, north_.reseller, printer.id, kMorning + kAfterwards).size(), 1U);
  EXPECT_TRUE(ChannelsApartOf(store_, south_.reseller, printer.id, kMorning + kAfterwards).empty());
  EXPECT_TRUE(Found(65 * kDay).empty()) << "it has been billed";
}

TEST_F(ChannelsApartTest, IsSilentOfLess) {
  Read(hours(0), "400", "400000");
  Read(2 * kDay, "500", "504900");
  EXPECT_TRUE(Found().empty());
}

TEST_F(ChannelsApartTest, IsSilentOfWhatDigitsHide) {
  Read(hours(0), "400", "400000");
  Read(2 * kDay, "403", "404900");
  EXPECT_TRUE(Found().empty());
  Read(3 * kDay, "404", "407100");
  EXPECT_EQ(Found().size(), 1U);
}

TEST_F(ChannelsApartTest, SeesIntoTheNightOfOneChannel) {
  Read(hours(0), "400", "400000");
  Read(kDay, "500", "511000");
  Read(2 * kDay, nullptr, "511000");  // its web server sleeps
  EXPECT_EQ(Found().size(), 1U);
}

TEST_F(ChannelsApartTest, IsSilentOfAJobThatOneChannelSawLater) {
  Read(hours(0), "400", "400000");
  Read(kDay, "410", "410000");
  Read(kDay + hours(3), "410", "410000");
  Read(2 * kDay, "410", "430000", minutes(4));  // it prints
  EXPECT_TRUE(Found().empty());
}

TEST_F(ChannelsApartTest, IsSilentOfReadingsThatAreFarApart) {
  Read(hours(0), "400", "400000", minutes(6));
  Read(2 * kDay, "500", "600000", minutes(6));
  EXPECT_TRUE(Found().empty());
}

TEST_F(ChannelsApartTest, IsSilentOfCountsThatFell) {
  Read(hours(0), "400", "400000");
  Read(kDay, "450", "10");
  Read(2 * kDay, "500", "20");
  EXPECT_TRUE(Found().empty());
}

TEST_F(ChannelsApartTest, IsSilentOfPages) {
  meter_ = "impressions";
  unit_ = other_unit_ = "impressions";
  Read(hours(0), "400", "400");
  Read(2 * kDay, "500", "600");
  EXPECT_TRUE(Found().empty()) << "which pages a channel counts is said nowhere";
}

TEST_F(ChannelsApartTest, TellsNobodyHowMuchAnotherCustomerPrinted) {
  Read(hours(0), "400", "400000");
  Read(2 * kDay, "500", "511000");
  Tenant other = north_;
  other.customer = *store_.AddCustomer(north_.reseller, "Other", clock_.Now(), kPortalItself);
  other.site = *store_.AddSite(north_.reseller,
                               {.customer = other.customer, .name = "there", .time_zone = "UTC"},
                               clock_.Now(), kPortalItself);
  collector_ = AddCollector(store_, other, "thumb-other");
  sequence_ = 0;
  Read(3 * kDay, "500", "511000");
  const auto found = Found();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].what, "ink.used of magenta in 2026-11: two channels do not agree");
}

}  // namespace
}  // namespace plotmeter
