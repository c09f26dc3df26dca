// Lists and single rows: whose they are, how they are paged, and what they say.

#include "tests/portal/controllers/fleet_world.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ReadsTest : public FleetTest {
 protected:
  ReadsTest() {
    Say(north, 1, "NORTH1", clock.now);
    Say(south, 1, "SOUTH1", clock.now);
  }

  std::string PrinterOf(const Sender& sender) {
    return store.Printers(sender.tenant.reseller, {}, "", 1).at(0).id;
  }

  // Every route that shows rows, as it is for one tenant.
  std::vector<std::string> Targets(const Sender& sender) {
    const std::string printer = "/api/v1/printers/" + PrinterOf(sender);
    return {"/api/v1/printers",
            "/api/v1/supplies",
            "/api/v1/jobs",
            "/api/v1/alerts",
            "/api/v1/customers",
            "/api/v1/sites",
            "/api/v1/collectors",
            printer,
            printer + "/readings",
            printer + "/supplies",
            printer + "/jobs",
            printer + "/alerts",
            printer + "/events",
            printer + "/traits",
            "/api/v1/customers/" + sender.tenant.customer,
            "/api/v1/sites/" + sender.tenant.site,
            "/api/v1/collectors/" + sender.id};
  }

  // The rows of all pages, two a page, by what `name` finds in one.
  std::vector<std::string> All(const std::string& target, const std::string& list,
                               const std::string& name) {
    std::vector<std::string> found;
    std::string cursor;
    for (int pages = 0; pages < 20; ++pages) {
      const Json page = ParseJson(Get(target + cursor, admin()).body);
      for (const Json& row : page.at(list)) found.push_back(row.at(name).get<std::string>());
      if (!page.contains("next")) return found;
      cursor = "&cursor=" + page.at("next").get<std::string>();
    }
    ADD_FAILURE() << "it never ends";
    return found;
  }
};

TEST_F(ReadsTest, ShowsEveryRoleOfATenantItsOwnAndNothingOfAnother) {
  for (const Sender* sender : {&north, &south}) {
    const bool is_north = sender == &north;
    const std::string other_name = is_north ? "SOUTH1" : "NORTH1";
    const Sender& other = is_north ? south : north;
    for (const std::string& token : tokens_[is_north ? "north" : "south"]) {
      for (const std::string& target : Targets(*sender)) {
        const Response response = Get(target, token);
        EXPECT_EQ(response.status, 200) << target << response.body;
        EXPECT_GT(response.body.size(), 40u) << target << ": there is something in it";
        for (const std::string& foreign :
             {other_name, other.id, other.tenant.customer, other.tenant.site, PrinterOf(other)}) {
          EXPECT_THAT(response.body, Not(HasSubstr(foreign))) << target;
        }
      }
      const auto foreign = Targets(other);
      for (std::size_t i = 7; i < foreign.size(); ++i) {
        EXPECT_EQ(Get(foreign[i], token).status, 404) << foreign[i];
      }
    }
  }
}

TEST_F(ReadsTest, ConfinesACustomerViewerToTheCustomer) {
  const std::string second =
      *store.AddCustomer(north.tenant.reseller, "another", clock.now, kPortalItself);
  const auto token =
      IssueToken(store, north.tenant.reseller, {.role = "customer_viewer", .customer = second},
                 clock.now, kPortalItself);
  const std::string text = token->text.Reveal();
  const auto targets = Targets(north);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const Response response = Get(targets[i], text);
    EXPECT_EQ(response.status, i < 7 ? 200 : 404) << targets[i];
    EXPECT_THAT(response.body, Not(HasSubstr("NORTH1"))) << targets[i];
    EXPECT_THAT(response.body, Not(HasSubstr("north's customer"))) << targets[i];
  }
  EXPECT_EQ(ParseJson(Get("/api/v1/customers", text).body).at("customers").size(), 1u);
  for (const std::string& one : {second, north.tenant.customer}) {
    const auto of =
        IssueToken(store, north.tenant.reseller, {.role = "customer_viewer", .customer = one},
                   clock.now, kPortalItself);
    const Json page = ParseJson(Get("/api/v1/customers?limit=1", of->text.Reveal()).body);
    EXPECT_EQ(page.at("customers").size(), 1u);
    EXPECT_FALSE(page.contains("next")) << "it would tell that there are others";
  }
  const std::string narrowed = "/api/v1/alerts?customer=" + north.tenant.customer;
  EXPECT_EQ(Get(narrowed, text).status, 404);
  EXPECT_EQ(Get(narrowed, admin()).status, 200);
}

TEST_F(ReadsTest, ShowsAReadingWithItsEvidence) {
  const Json page =
      ParseJson(Get("/api/v1/printers/" + PrinterOf(north) + "/readings", viewer()).body);
  ASSERT_EQ(page.at("readings").size(), 1u);
  EXPECT_EQ(page.at("readings")[0], Json({{"channel", "piws"},
                                          {"meter", "ink.used"},
                                          {"unit", "cc"},
                                          {"value", "433"},
                                          {"at", "2026-11-10T12:00:00Z"},
                                          {"outranked", false},
                                          {"batch", "batch 1"},
                                          {"sha256", "sha 1"},
                                          {"collector", north.id}}));
  const Json printer = ParseJson(Get("/api/v1/printers/" + PrinterOf(north), viewer()).body);
  EXPECT_EQ(printer.at("meters"), page.at("readings"));
}

TEST_F(ReadsTest, ShowsWhatAPrinterSaysOfItselfOfItsJobsAndWhen) {
  Parcel parcel(north.id, 2, "NORTH1", clock.now + std::chrono::hours(1));
  parcel.Says("nominal-life", "1000", "printhead-3", "cc").Says("status", "<b>ready</b>");
  parcel.Job("J").Event("E");
  parcel.jobs.back().traits = {
      {.trait = "folding", .value = "fan"},
      {.trait = "remaining-time", .part = "page 1", .value = "40", .unit = "s"}};
  parcel.events.back().printer_time = clock.now;
  parcel.events.back().clock_offset_ms = -1500;
  store.StoreBatch(north.tenant.reseller, parcel.record, [](const auto&) { return "receipt"; });
  const std::string printer = "/api/v1/printers/" + PrinterOf(north);
  const auto first = [&](const char* list) {
    return ParseJson(Get(printer + "/" + list, customer()).body).at(list).at(0);
  };
  EXPECT_EQ(ParseJson(Get(printer + "/traits", customer()).body), ParseJson(R"({"traits":[
      {"channel":"piws","trait":"status","value":"<b>ready</b>","at":"2026-11-10T13:00:00Z"},
      {"channel":"piws","trait":"nominal-life","part":"printhead-3","value":"1000","unit":"cc",
       "at":"2026-11-10T13:00:00Z"}]})"));
  EXPECT_THAT(All(printer + "/traits?limit=1", "traits", "trait"),
              ElementsAre("status", "nominal-life"));
  EXPECT_EQ(first("jobs").at("traits"), ParseJson(R"([
      {"trait":"folding","value":"fan"},
      {"trait":"remaining-time","part":"page 1","value":"40","unit":"s"}])"));
  EXPECT_EQ(first("events"), ParseJson(R"({"kind":"error-log","key":"E",
      "at":"2026-11-10T13:00:00Z","code":"610010","printer_time":"2026-11-10T12:00:00Z",
      "clock_offset_ms":-1500})"));
  const Json jobs = ParseJson(Get("/api/v1/jobs", admin()).body).at("jobs");
  EXPECT_FALSE(jobs.at(1).contains("traits")) << "it has none";
}

TEST_F(ReadsTest, PagesThroughWhatHappened) {
  for (int i = 2; i <= 5; ++i) {
    Say(north, i, "N" + std::to_string(i), clock.now + std::chrono::hours(i));
  }
  EXPECT_THAT(All("/api/v1/alerts?limit=2", "alerts", "key"),
              ElementsAre("N5", "N4", "N3", "N2", "NORTH1"));
  EXPECT_THAT(All("/api/v1/jobs?limit=2&to=2026-11-10T17:00:00Z", "jobs", "job"),
              ElementsAre("N4", "N3", "N2", "NORTH1"));
  EXPECT_EQ(All("/api/v1/supplies?limit=2", "supplies", "supply").size(), 5u);
  EXPECT_EQ(All("/api/v1/printers?limit=2", "printers", "serial").size(), 5u);
}

TEST_F(ReadsTest, NarrowsByWhatIsAsked) {
  const auto serials = [&](const std::string& query) {
    return All("/api/v1/printers?limit=9&" + query, "printers", "serial").size();
  };
  EXPECT_EQ(serials("q=north"), 1u);
  EXPECT_EQ(serials("q=nobody"), 0u);
  EXPECT_EQ(serials("serial=NORTH1&model=HP+DesignJet+Z9"), 1u);
  EXPECT_EQ(serials("state=printing"), 0u);
  EXPECT_EQ(serials("site=" + north.tenant.site), 1u);
  const auto alerts = [&](const std::string& query) {
    return ParseJson(Get("/api/v1/alerts?" + query, admin()).body).at("alerts").size();
  };
  EXPECT_EQ(alerts("active=true"), 1u);
  EXPECT_EQ(alerts("active=false"), 0u);
  // The first hour of 11 November in Berlin is still the 10th in UTC.
  Say(north, 2, "LATE", At("2026-11-10T23:30:00Z"));
  const auto jobs = [&](const std::string& target) {
    return ParseJson(Get(target + "from=2026-11-11", admin()).body).at("jobs").size();
  };
  EXPECT_EQ(jobs("/api/v1/jobs?"), 0u);
  EXPECT_EQ(jobs("/api/v1/jobs?site=" + north.tenant.site + "&"), 1u);
}

TEST_F(ReadsTest, NamesTheParameterItCannotRead) {
  const std::string alerts = ParseJson(Get("/api/v1/alerts?limit=1", admin()).body).dump();
  Say(north, 2, "N2", clock.now + std::chrono::hours(1));
  const Json page = ParseJson(Get("/api/v1/alerts?limit=1", admin()).body);
  const std::string cursor = page.at("next").get<std::string>();
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"/api/v1/printers?sit=x", "400 'sit' is no parameter of this; expected customer, site, "},
      {"/api/v1/printers?sit=x&limit=1", "400 'sit' is no parameter of this"},
      {"/api/v1/printers?cursor=" + cursor, "400 'cursor' is of another list"},
      {"/api/v1/printers?cursor=%21", "400 'cursor' is '!'; expected the 'next'"},
      {"/api/v1/printers?q=", "400 'q' is ''; expected 1 to 100 bytes"},
      {"/api/v1/printers/x", "404 'printer' is 'x'; there is no such printer"},
      {"/api/v1/sites?customer=cus_1", "404 'customer' is 'cus_1'; there is no such customer"},
      {"/api/v1/alerts?active=yes", "400 'active' is 'yes'; expected true or false"},
      {"/api/v1/jobs?from=2026-12-01&to=2026-11-01", "400 'to' is '2026-11-01'; expected"},
      {"/api/v1/customers/" + north.tenant.customer + "?x=1", "400 'x' is no parameter of this"},
  };
  for (const auto& [target, sentence] : wrong) {
    EXPECT_THAT(Words(Get(target, admin())), StartsWith(sentence)) << target;
  }
  EXPECT_THAT(Words(Get("/api/v1/printers?sit=x", admin())), HasSubstr("did you mean site?"));
}

// It may show nothing, or be refused; it breaks nothing.
TEST_F(ReadsTest, WithstandsCursorsThatNobodyGave) {
  const auto targets = Targets(north);
  for (const char* made : {R"({"n":[9223372036854775807,9223372036854775807],"t":[]})",
                           R"({"n":[-9223372036854775808,-9223372036854775808],"t":["",""]})",
                           R"({"n":[1,9223372036854775807],"t":["",""]})",
                           R"({"n":[9223372036854775807],"t":["\u0000","'","%"]})",
                           R"({"n":[1e300,0.5],"t":[]})", R"({"n":["1"],"t":[1]})", R"({"n":[]})",
                           R"({"n":{},"t":{}})", R"([])", R"({"n":[],"t":["\ud800"]})", "x"}) {
    for (const std::string& target : targets) {
      const Response response = Get(target + "?cursor=" + Base64Url(made), admin());
      EXPECT_TRUE(response.status == 200 || response.status == 400) << target << ' ' << made;
      EXPECT_THAT(response.body, Not(HasSubstr("SOUTH1")));
    }
  }
}

TEST_F(ReadsTest, ShowsEnrolmentsButNoCodes) {
  const auto code = enrolments_.Offer(north.tenant.reseller, north.tenant.site,
                                      std::chrono::days(7), kPortalItself);
  const Response response = Get("/api/v1/enrolments", viewer());
  const Json codes = ParseJson(response.body).at("enrolments");
  ASSERT_EQ(codes.size(), 2u);
  EXPECT_EQ(codes[0].at("state"), "open");
  EXPECT_EQ(codes[1].at("state"), "used");
  EXPECT_EQ(codes[1].at("collector"), north.id);
  EXPECT_THAT(response.body, Not(HasSubstr(code->Reveal())));
  EXPECT_EQ(Get("/api/v1/enrolments", customer()).status, 403);
  EXPECT_THAT(Get("/api/v1/enrolments", stranger()).body, Not(HasSubstr(north.tenant.site)));
}

}  // namespace
}  // namespace plotmeter
