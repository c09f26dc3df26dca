// Jobs beside meters, and usage by job, over the API.

#include "portal/ledger/bookkeeping.h"
#include "tests/portal/controllers/fleet_world.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;

class ReconciliationTest : public FleetTest {
 protected:
  // Pages that the printer's meter has, and a job of so many that ended some hours later.
  void Print(const Sender& sender, std::int64_t sequence, Instant at, const std::string& pages,
             std::int64_t printed) {
    Parcel parcel(sender.id, sequence, "PLOTTER", at);
    parcel.reading.meters.push_back(
        {.meter = "impressions", .value = {*Decimal::Parse(pages), "impressions"}});
    if (printed > 0) {
      parcel.Job("job " + std::to_string(sequence));
      JobRecord& job = parcel.jobs.back();
      job.seen_at = at + std::chrono::hours(4);
      job.printed_pages = printed;
      job.media = "2070";
    }
    store.StoreBatch(sender.tenant.reseller, parcel.record, [](const auto&) { return "receipt"; });
  }
  void PrintSome() {
    const Instant at = At("2026-11-10T06:00:00Z");
    std::int64_t sequence = 0;
    for (const auto& [pages, printed] :
         {std::pair("100", 1), std::pair("101", 4), std::pair("107", 3), std::pair("110", 0),
          std::pair("110", 0)}) {
      ++sequence;
      Print(north, sequence, at + std::chrono::hours(24 * sequence), pages, printed);
    }
    Bookkeeper(store, store, store).Tick([] { return true; });
  }
  // Another customer, whose collector reads the same printer; its id.
  std::string AddGuest() {
    Sender guest{.tenant = north.tenant};
    const auto to = store.AddCustomer(north.tenant.reseller, "a guest", clock.now, kPortalItself);
    const auto site =
        store.AddSite(north.tenant.reseller, {.customer = *to, .name = "hall", .time_zone = "UTC"},
                      clock.now, kPortalItself);
    guest.tenant.customer = *to;
    guest.tenant.site = *site;
    guest.id = AddCollector(store, guest.tenant, "guest's thumb");
    Print(guest, 1, At("2026-11-20T06:00:00Z"), "200", 50);
    Bookkeeper(store, store, store).Tick([] { return true; });
    return *to;
  }
  static constexpr const char* kMonth = "/api/v1/reconciliation?month=2026-11";
};

TEST_F(ReconciliationTest, ShowsWhatDoesNotFit) {
  PrintSome();
  const Json page = ParseJson(Get(kMonth, viewer()).body);
  ASSERT_EQ(page.at("printers").size(), 1U);
  const Json& printer = page.at("printers").at(0);
  EXPECT_EQ(printer.at("serial"), "PLOTTER");
  ASSERT_EQ(printer.at("meters").size(), 1U) << printer;
  const Json& meter = printer.at("meters").at(0);
  EXPECT_EQ(meter.at("meter"), "impressions");
  EXPECT_EQ(meter.at("metered_base"), "9");
  EXPECT_EQ(meter.at("in_jobs_base"), "7");
  EXPECT_EQ(meter.at("residue_base"), "2");
  EXPECT_EQ(meter.at("fit"), "job-missing");
  EXPECT_EQ(meter.at("shows_to"), "2026-11-13T06:00:00Z");
  EXPECT_EQ(ParseJson(Get(kMonth, customer()).body), page) << "it is the customer's own";
  EXPECT_TRUE(ParseJson(Get(kMonth, stranger()).body).at("printers").empty());
  EXPECT_EQ(Get(std::string(kMonth) + "&printer=prn_NOBODYS0", viewer()).status, 404);
  EXPECT_THAT(Words(Get("/api/v1/reconciliation?month=2026-13", viewer())), HasSubstr("'month'"));
  EXPECT_THAT(Words(Get("/api/v1/reconciliation", viewer())), HasSubstr("'month' is missing"));
}

TEST_F(ReconciliationTest, ShowsACustomerOnlyWhatItsOwnCollectorsTold) {
  PrintSome();
  AddGuest();
  const Json page = ParseJson(Get(kMonth, customer()).body);
  const Json& meter = page.at("printers").at(0).at("meters").at(0);
  EXPECT_EQ(meter.at("metered_base"), "9");
  EXPECT_EQ(meter.at("in_jobs_base"), "7");
}

// Whoever asks: what two customers are shown of one printer is not the same printing.
TEST_F(ReconciliationTest, IsACustomersViewForTheResellerToo) {
  PrintSome();
  const std::string guest = "&customer=" + AddGuest();
  const std::string own = "&customer=" + north.tenant.customer;
  const auto pages = [&](const std::string& of) {
    const Json rows =
        ParseJson(Get("/api/v1/usage/jobs?month=2026-11&by=type" + of, viewer()).body).at("rows");
    return rows.at(0).at("pages").at("base").get<std::string>();
  };
  EXPECT_EQ(pages(own), "8");
  EXPECT_EQ(pages(guest), "50");
  EXPECT_EQ(ParseJson(Get(kMonth + own, viewer()).body), ParseJson(Get(kMonth, customer()).body));
}

// Nobody waits any more: a fleet's jobs are not read to the end for that.
TEST_F(ReconciliationTest, StopsWhenNobodyWaits) {
  PrintSome();
  for (const std::string& target :
       {std::string("/api/v1/usage/jobs?month=2026-11&by=type"), std::string(kMonth)}) {
    Request request("GET", target);
    request.With("Authorization", "Bearer " + viewer())
        .WithDeadline(std::chrono::steady_clock::now());
    EXPECT_EQ(Ask(std::move(request)).status, 503) << target;
  }
}

TEST_F(ReconciliationTest, SumsUsageByJob) {
  PrintSome();
  const std::string jobs = "/api/v1/usage/jobs?month=2026-11&by=";
  const Json page = ParseJson(Get(jobs + "media", viewer()).body);
  EXPECT_EQ(page.at("by"), "media");
  ASSERT_EQ(page.at("rows").size(), 1U);
  const Json& row = page.at("rows").at(0);
  EXPECT_EQ(row.at("key"), "2070");
  EXPECT_EQ(row.at("jobs"), 3);
  EXPECT_EQ(row.at("pages"), (Json{{"base", "8"}, {"base_unit", "1"}, {"jobs", 3}}));
  EXPECT_EQ(row.at("ink").at("magenta"),
            (Json{{"base", "630000"}, {"base_unit", "nL"}, {"jobs", 3}}));
  EXPECT_FALSE(row.contains("area")) << "nobody says it";
  for (const char* by : {"type", "quality", "color", "coverage", "day"}) {
    EXPECT_EQ(Get(jobs + by, customer()).status, 200) << by;
  }
  EXPECT_TRUE(ParseJson(Get(jobs + "type", stranger()).body).at("rows").empty());
  EXPECT_THAT(Words(Get(jobs + "user", viewer())), HasSubstr("expected type, media"));
}

// What no unit is confirmed of is in no sum, and no 0 either.
TEST_F(ReconciliationTest, SumsUsageBySite) {
  const Instant at = At("2026-11-10T06:00:00Z");
  for (std::int64_t sequence = 1; sequence < 3; ++sequence) {
    Parcel parcel(north.id, sequence, "PLOTTER", at + std::chrono::hours(sequence));
    const Decimal count = Decimal::FromInteger(100 + sequence);
    parcel.reading.meters = {{.meter = "impressions", .value = {count, "impressions"}},
                             {.meter = "media.area", .value = {count, "?"}}};
    store.StoreBatch(north.tenant.reseller, parcel.record, [](const auto&) { return "receipt"; });
  }
  Bookkeeper(store, store, store).Tick([] { return true; });
  const std::string sites = "/api/v1/usage/sites?month=2026-11";
  const Json rows = ParseJson(Get(sites, viewer()).body).at("rows");
  ASSERT_EQ(rows.size(), 2U) << rows;
  EXPECT_EQ(rows.at(0).at("meter"), "impressions");
  EXPECT_EQ(rows.at(0).at("used_base"), "1");
  EXPECT_EQ(rows.at(0).at("printers"), 1);
  EXPECT_EQ(rows.at(0).at("unconverted"), 0);
  EXPECT_EQ(rows.at(1).at("meter"), "media.area");
  EXPECT_EQ(rows.at(1).at("printers"), 0);
  EXPECT_EQ(rows.at(1).at("unconverted"), 1);
  EXPECT_FALSE(rows.at(1).contains("used_base"));
  EXPECT_FALSE(rows.at(1).contains("base_unit"));
  EXPECT_EQ(ParseJson(Get(sites, customer()).body).at("rows"), rows);
  EXPECT_TRUE(ParseJson(Get(sites, stranger()).body).at("rows").empty());
}

}  // namespace
}  // namespace plotmeter
