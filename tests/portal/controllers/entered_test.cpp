// Printers and readings by hand, over the API.

#include "portal/ledger/bookkeeping.h"
#include "tests/portal/controllers/fleet_world.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;

class EnteredApiTest : public FleetTest {
 protected:
  Response Add(const std::string& serial, const std::string& token) {
    return Send("POST", "/api/v1/printers",
                JsonText({{"manufacturer", "HP"},
                          {"model", "HP DesignJet T730"},
                          {"serial", serial},
                          {"site", north.tenant.site}}),
                token);
  }
  Response Enter(const std::string& printer, std::initializer_list<Json> meters,
                 const std::string& at = "2026-11-10T11:00:00Z") {
    return Send("POST", "/api/v1/entered",
                JsonText({{"printer", printer},
                          {"at", at},
                          {"meters", Json(Json::array_t(meters))},
                          {"note", "panel"}}),
                admin());
  }
  static Json Area(const std::string& value) {
    return {{"meter", "media.area"}, {"value", value}, {"unit", "m2"}};
  }
};

TEST_F(EnteredApiTest, EntersShowsAndWithdraws) {
  const Response added = Add(" cn0001a01m", admin());
  ASSERT_EQ(added.status, 201) << added.body;
  const Json printer = ParseJson(added.body);
  EXPECT_EQ(printer.at("serial"), "CN0001A01M");
  EXPECT_THAT(Words(Add("CN0001A01M", admin())), "409 there is a printer 'CN0001A01M' already: " +
                                                     printer.at("id").get<std::string>());
  EXPECT_EQ(Add("CN2", viewer()).status, 403);
  EXPECT_EQ(Add("CN2", stranger()).status, 422) << "it is no site of that reseller's";
  EXPECT_THAT(Words(Add("", admin())), HasSubstr("422 'serial'"));

  const std::string id = printer.at("id");
  ASSERT_EQ(Enter(id, {Area("100")}, "2026-11-01T11:00:00Z").status, 201);
  const Response entered = Enter(id, {Area("133.5")});
  ASSERT_EQ(entered.status, 201) << entered.body;
  const Json row = ParseJson(entered.body);
  EXPECT_EQ(*entered.headers.Find("Location"),
            "/api/v1/entered/" + row.at("id").get<std::string>());
  EXPECT_EQ(row.at("note"), "panel");
  EXPECT_EQ(row.at("who").get<std::string>().substr(0, 4), "tok_");
  EXPECT_THAT(Words(Enter(id, {Area("134")})), HasSubstr("409 one of the meters was entered"));

  Bookkeeper(store, store, store).Tick([] { return true; });
  const std::string usage = "/api/v1/usage?from=2026-11-01&to=2026-12-01";
  const Json used = ParseJson(Get(usage, admin()).body).at("rows").at(0);
  EXPECT_EQ(used.at("channel"), "manual");
  EXPECT_EQ(used.at("used"), "33.5");
  EXPECT_EQ(used.at("known_as"), "entered");
  EXPECT_EQ(used.at("closing_batch"), row.at("id"));
  EXPECT_EQ(ParseJson(Get(usage, customer()).body).at("rows").size(), 1U);
  const Json shown = ParseJson(Get("/api/v1/printers/" + id, admin()).body);
  EXPECT_EQ(shown.at("meters").at(0).at("batch"), row.at("id"));

  const std::string its_path = "/api/v1/entered/" + row.at("id").get<std::string>();
  EXPECT_EQ(Get(its_path, customer()).status, 200);
  EXPECT_EQ(Get(its_path, stranger()).status, 404);
  EXPECT_EQ(Send("POST", its_path + "/withdrawal", R"({"reason":"x"})", viewer()).status, 403);
  EXPECT_EQ(Send("POST", its_path + "/withdrawal", R"({"reason":"x"})", stranger()).status, 404);
  EXPECT_THAT(Words(Send("POST", its_path + "/withdrawal", "{}", admin())), HasSubstr("'reason'"));
  const Response withdrawn =
      Send("POST", its_path + "/withdrawal", R"({"reason":"a slip"})", admin());
  EXPECT_EQ(ParseJson(withdrawn.body).at("withdrawal").at("reason"), "a slip");
  EXPECT_EQ(Send("POST", its_path + "/withdrawal", R"({"reason":"x"})", admin()).status, 409);
  Bookkeeper(store, store, store).Tick([] { return true; });
  EXPECT_EQ(ParseJson(Get("/api/v1/printers/" + id + "/entered?limit=1", viewer()).body)
                .at("entered")
                .size(),
            1U);

  std::vector<std::string> written;
  for (const AuditRow& one : store.AuditRows(north.tenant.reseller, 1000, 9)) {
    written.push_back(one.what);
  }
  for (const char* what : {"printer.add", "reading.enter", "reading.withdraw"}) {
    EXPECT_THAT(written, testing::Contains(what));
  }
}

TEST_F(EnteredApiTest, SaysWhatIsWrong) {
  const std::string id = ParseJson(Add("CN1", admin()).body).at("id");
  Json area = Area("1");
  EXPECT_THAT(Words(Enter(id, {})), HasSubstr("422 'meters'"));
  EXPECT_THAT(Words(Enter(id, {Area("1"), Area("2")})), "409 a meter is named twice");
  area["unit"] = "cc";
  EXPECT_THAT(Words(Enter(id, {Area("1"), area})),
              HasSubstr("'meters[1].unit' is \"cc\"; expected one of m2"));
  area["unit"] = 5;
  EXPECT_THAT(Words(Enter(id, {area})), HasSubstr("'meters[0].unit'"));
  EXPECT_THAT(Words(Enter(id, {Area("-1")})), HasSubstr("'meters[0].value'"));
  EXPECT_THAT(Words(Enter(id, {Json("x")})), HasSubstr("'meters[0]'"));
  EXPECT_THAT(Words(Enter(id, {{{"metre", "x"}}})), HasSubstr("'meters[0].metre'"));
  EXPECT_THAT(Words(Enter(id, {Json::object()})), HasSubstr("'meters[0].meter'"));
  EXPECT_THAT(Words(Enter(id, {Area("1")}, "2027-01-01T00:00:00Z")), HasSubstr("422 'at'"));
  EXPECT_THAT(Words(Enter("prn_NOBODYS0", {Area("1")})), HasSubstr("there is no such printer"));
}

}  // namespace
}  // namespace plotmeter
