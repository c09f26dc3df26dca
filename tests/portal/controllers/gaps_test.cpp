// Gaps of meters over the API: who sees one, and who decides.

#include "portal/ledger/bookkeeping.h"
#include "tests/portal/controllers/fleet_world.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;

class GapsTest : public FleetTest {
 protected:
  GapsTest() {
    Count(north, "NORTHS");
    Count(north_too_, "OTHERS");
    Count(south, "SOUTHS");
    Bookkeeper(store, store, store).Tick([] { return true; });
  }

  // Another customer of north's.
  Sender AddOther() {
    Sender other{.tenant = {.reseller = north.tenant.reseller}};
    other.tenant.customer =
        *store.AddCustomer(other.tenant.reseller, "Other", clock.now, kPortalItself);
    other.tenant.site =
        *store.AddSite(other.tenant.reseller,
                       {.customer = other.tenant.customer, .name = "there", .time_zone = "UTC"},
                       clock.now, kPortalItself);
    other.id = AddCollector(store, other.tenant, "THUMB of the other");
    return other;
  }

  // A printer of that serial counts to 130 and falls to 5.
  void Count(const Sender& sender, const std::string& serial) {
    std::int64_t sequence = 0;
    for (const char* value : {"100", "130", "5", "25"}) {
      Parcel parcel(sender.id, ++sequence, serial, clock.now + std::chrono::hours(sequence));
      parcel.Meter("ink.used", value);
      store.StoreBatch(sender.tenant.reseller, parcel.record,
                       [](const auto&) { return "receipt"; });
    }
  }

  std::vector<Json> List(const std::string& token) {
    return ParseJson(Get("/api/v1/gaps", token).body).at("gaps").get<std::vector<Json>>();
  }
  std::string GapOf(const std::string& serial, const std::string& token) {
    for (const Json& gap : List(token)) {
      if (gap.at("serial") == serial) return gap.at("id");
    }
    return "none";
  }

  Sender north_too_ = AddOther();
};

TEST_F(GapsTest, ACustomerSeesItsOwnAndNoOther) {
  EXPECT_EQ(List(admin()).size(), 2U);
  ASSERT_EQ(List(customer()).size(), 1U);
  EXPECT_EQ(List(customer())[0].at("serial"), "NORTHS");
  const std::string own = GapOf("NORTHS", admin());
  const std::string other = GapOf("OTHERS", admin());
  const std::string foreign = GapOf("SOUTHS", stranger());
  EXPECT_EQ(Get("/api/v1/gaps/" + own, customer()).status, 200);
  for (const std::string& gap : {other, foreign}) {
    EXPECT_EQ(Words(Get("/api/v1/gaps/" + gap, customer())), "404 there is no gap '" + gap + "'");
  }
  EXPECT_EQ(Get("/api/v1/gaps/" + foreign, admin()).status, 404);
  EXPECT_EQ(Get("/api/v1/gaps?customer=" + north_too_.tenant.customer, customer()).status, 404);
}

TEST_F(GapsTest, AnAdminDecidesAndIsWrittenDown) {
  const std::string gap = GapOf("NORTHS", admin());
  const auto decide = [&](const std::string& body, const std::string& token) {
    return Send("POST", "/api/v1/gaps/" + gap + "/decisions", body, token);
  };
  EXPECT_EQ(decide(R"({"used":"12.5","reason":"r"})", customer()).status, 403);
  EXPECT_EQ(decide(R"({"used":"12.5","reason":"r"})", stranger()).status, 404);
  EXPECT_THAT(Words(decide(R"({"used":"-1","reason":"r"})", admin())), HasSubstr("422 'used'"));
  EXPECT_THAT(Words(decide(R"({"used":"99999999","reason":"r"})", admin())),
              HasSubstr("no more than can be in the gap"));
  const Response decided = decide(R"({"used":"12.5","reason":"the service report"})", admin());
  EXPECT_EQ(ParseJson(decided.body).at("decision").at("used"), "12.5");
  const AuditRow row = store.AuditRows(north.tenant.reseller, 1000, 1).at(0);
  EXPECT_EQ(row.what, "gap.decide");
  EXPECT_EQ(row.subject, gap);
  EXPECT_TRUE(ParseJson(Get("/api/v1/gaps?undecided=true", admin()).body).at("gaps").size() == 1U);
  EXPECT_FALSE(
      ParseJson(decide(R"({"reason":"a slip"})", admin()).body).at("decision").contains("used"));
}

// Books are made again beside whoever decides: the gap may be gone before, and after.
TEST_F(GapsTest, SaysThatAGapIsGone) {
  struct Vanishing : SqliteStore {
    using SqliteStore::SqliteStore;
    std::optional<NamedGap> FindGap(const ResellerId& reseller, const std::string& of,
                                    const std::string& id) override {
      return ++asked > 1 ? std::nullopt : SqliteStore::FindGap(reseller, of, id);
    }
    bool Decide(const ResellerId& reseller, const GapDecision& decision,
                const Actor& actor) override {
      return decides && SqliteStore::Decide(reseller, decision, actor);
    }
    int asked = 0;
    bool decides = false;
  };
  const std::string gap = GapOf("NORTHS", admin());
  const auto decide = [&](bool decides) {
    Vanishing vanishing(path);
    vanishing.decides = decides;
    const GapsController gaps(store, store, vanishing, clock);
    Router router;
    gaps.Map(router);
    Request request("POST", "/api/v1/gaps/" + gap + "/decisions");
    request.With("Content-Type", "application/json").WithBody(R"({"used":"1","reason":"r"})");
    return router.Handle(
        std::move(request),
        {.reseller = north.tenant.reseller, .role = Role::kResellerAdmin, .id = "usr_1"});
  };
  EXPECT_EQ(Words(decide(false)), "404 there is no gap '" + gap + "'");
  const Response decided = decide(true);
  ASSERT_EQ(decided.status, 200) << "it is decided, whatever became of it since";
  EXPECT_EQ(ParseJson(decided.body).at("decision").at("used"), "1");
}

}  // namespace
}  // namespace plotmeter
