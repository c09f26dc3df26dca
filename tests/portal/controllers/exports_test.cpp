// Rows that leave the house: whose they are, who may ask, and what is refused.

#include "portal/controllers/exports_controller.h"
#include "tests/portal/controllers/fleet_world.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ExportsTest : public FleetTest {
 protected:
  ExportsTest() {
    Say(north, 1, "NORTH1", clock.now);
    Say(south, 1, "SOUTH1", clock.now);
  }

  // Every export as CSV and as NDJSON, with a period where it may have one.
  static std::vector<std::string> Targets() {
    std::vector<std::string> targets;
    for (const ExportKind& kind : ExportKinds()) {
      for (const std::string ending : {".csv", ".ndjson"}) {
        targets.push_back("/api/v1/" + std::string(kind.name) + ending +
                          (kind.period == PeriodUse::kNone ? "?" : kPeriod));
      }
    }
    return targets;
  }

  std::string PrinterOf(const Sender& sender) {
    return store.Printers(sender.tenant.reseller, {}, "", 1).at(0).id;
  }

  static inline const std::string kPeriod = "?from=2026-11-01&to=2026-12-01";
};

TEST_F(ExportsTest, GivesEveryRoleOfATenantItsOwnAndNothingOfAnother) {
  for (const auto& [tenant, own, other] :
       {std::tuple("north", "NORTH1", "SOUTH1"), std::tuple("south", "SOUTH1", "NORTH1")}) {
    for (const std::string& token : tokens_[tenant]) {
      for (const std::string& target : Targets()) {
        const Response response = Get(target, token);
        EXPECT_EQ(response.status, 200) << target << response.body;
        EXPECT_THAT(response.body, HasSubstr(own)) << target;
        EXPECT_THAT(response.body, Not(HasSubstr(other))) << target;
      }
    }
  }
  for (const std::string& target : Targets()) {
    EXPECT_EQ(Get(target).status, 401) << target;
    EXPECT_EQ(Get(target, tokens_["operator"][0]).status, 403) << target;
  }
}

TEST_F(ExportsTest, ConfinesACustomerViewerToTheCustomer) {
  const std::string second =
      *store.AddCustomer(north.tenant.reseller, "another", clock.now, kPortalItself);
  const auto token =
      IssueToken(store, north.tenant.reseller, {.role = "customer_viewer", .customer = second},
                 clock.now, kPortalItself);
  const std::string text = token->text.Reveal();
  for (const std::string& target : Targets()) {
    const Response response = Get(target, text);
    EXPECT_EQ(response.status, 200) << target;
    EXPECT_THAT(response.body, Not(HasSubstr("NORTH1"))) << target;
    for (const std::string& narrowed :
         {"&customer=" + north.tenant.customer, "&site=" + north.tenant.site,
          "&printer=" + PrinterOf(north)}) {
      EXPECT_EQ(Get(target + narrowed, text).status, 404) << target << narrowed;
      EXPECT_EQ(Get(target + narrowed, stranger()).status, 404) << target << narrowed;
      EXPECT_EQ(Get(target + narrowed, viewer()).status, 200) << target << narrowed;
    }
  }
}

TEST_F(ExportsTest, IsAFileWithANameOfItsOwn) {
  const Response jobs = Get("/api/v1/jobs.csv" + kPeriod, viewer());
  EXPECT_EQ(jobs.content_type, "text/csv");
  EXPECT_EQ(*jobs.headers.Find("Content-Disposition"),
            "attachment; filename=\"jobs-2026-11-01-2026-12-01.csv\"");
  EXPECT_THAT(jobs.body, StartsWith("customer,site,serial,channel,job,"));
  const Response printers = Get("/api/v1/printers.ndjson", viewer());
  EXPECT_EQ(printers.content_type, "application/x-ndjson");
  EXPECT_EQ(*printers.headers.Find("Content-Disposition"),
            "attachment; filename=\"printers.ndjson\"");
  EXPECT_EQ(ParseJson(printers.body).at("serial"), "NORTH1");
  EXPECT_THAT(Get("/api/v1/alerts.csv", viewer()).body, HasSubstr("NORTH1")) << "all that ever was";
}

TEST_F(ExportsTest, NamesTheParameterItCannotRead) {
  const struct {
    const char* target;
    const char* sentence;
  } wrong[] = {
      {"/api/v1/jobs.csv", "400 'from' is missing"},
      {"/api/v1/readings.ndjson?from=2026-11-01", "400 'to' is missing"},
      {"/api/v1/alerts.csv?to=2026-11-01", "400 'from' is missing"},
      {"/api/v1/jobs.csv?from=2026-13-01&to=2026-12-01", "400 'from' is '2026-13-01'; expected"},
      {"/api/v1/jobs.csv?from=2026-12-01&to=2026-11-01", "400 'to' is '2026-11-01'; expected"},
      {"/api/v1/printers.csv?from=2026-11-01&to=2026-12-01", "400 "},
      {"/api/v1/supplies.csv?sites=x", "400 "},
      {"/api/v1/usage.csv?from=2026-11-01&to=2026-12-01&printer=", "404 'printer' is ''"},
  };
  for (const auto& [target, sentence] : wrong) {
    EXPECT_THAT(Words(Get(target, viewer())), StartsWith(sentence)) << target;
  }
}

TEST_F(ExportsTest, AsksForTheScopeOfItsWord) {
  const auto token = IssueToken(store, north.tenant.reseller,
                                {.role = "reseller_viewer", .name = "erp", .scopes = {"jobs.read"}},
                                clock.now, kPortalItself);
  const std::string text = token->text.Reveal();
  EXPECT_EQ(Get("/api/v1/jobs.csv" + kPeriod, text).status, 200);
  EXPECT_EQ(Get("/api/v1/readings.csv" + kPeriod, text).status, 403);
}

}  // namespace
}  // namespace plotmeter
