// Customers, sites, codes, collectors and their settings, as a reseller's admin changes them.

#include "portal/access/revocations.h"
#include "tests/portal/controllers/fleet_world.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class WritesTest : public FleetTest {
 protected:
  const std::string customer_ = "/api/v1/customers/" + north.tenant.customer;
  const std::string site_ = "/api/v1/sites/" + north.tenant.site;
  const std::string collector_ = "/api/v1/collectors/" + north.id;
};

TEST_F(WritesTest, AddsACustomerAndASite) {
  const Response added = Send("POST", "/api/v1/customers", R"({"name":"Bridge"})", admin());
  EXPECT_EQ(added.status, 201) << added.body;
  const std::string* where = added.headers.Find("Location");
  ASSERT_NE(where, nullptr);
  EXPECT_EQ(Get(*where, viewer()).body, added.body);
  const std::string id = ParseJson(added.body).at("id");
  const Response site =
      Send("POST", "/api/v1/sites",
           JsonText({{"customer", id}, {"name", "Yard"}, {"time_zone", "Europe/Madrid"}}), admin());
  EXPECT_EQ(site.status, 201) << site.body;
  EXPECT_EQ(Get(*site.headers.Find("Location"), viewer()).body, site.body);
  EXPECT_EQ(ParseJson(site.body).at("customer").at("name"), "Bridge");
  EXPECT_EQ(ParseJson(Get("/api/v1/sites?customer=" + id, viewer()).body).at("sites").size(), 1u);
}

TEST_F(WritesTest, ChangesWhatIsNamedAndNothingElse) {
  const Response renamed = Send("PATCH", site_, R"({"name":"Yard"})", admin());
  EXPECT_EQ(renamed.status, 200) << renamed.body;
  EXPECT_EQ(ParseJson(renamed.body).at("time_zone"), "Europe/Berlin");
  EXPECT_EQ(Get(site_, viewer()).body, renamed.body);
  const Response moved = Send("PATCH", site_, R"({"time_zone":"UTC"})", admin());
  EXPECT_EQ(ParseJson(moved.body).at("name"), "Yard");
  EXPECT_EQ(store.FindSite(north.tenant.reseller, north.tenant.site)->time_zone, "UTC");
  EXPECT_EQ(Send("PATCH", customer_, R"({"name":"Harbour"})", admin()).status, 200);
  EXPECT_EQ(ParseJson(Get(customer_, viewer()).body).at("name"), "Harbour");
}

TEST_F(WritesTest, SaysWhatIsWrongWithABody) {
  Send("POST", "/api/v1/customers", R"({"name":"taken"})", admin());
  const std::string sites = "/api/v1/sites";
  const std::string theirs =
      JsonText({{"customer", south.tenant.customer}, {"name", "x"}, {"time_zone", "UTC"}});
  const std::vector<std::tuple<std::string, std::string, std::string, std::string>> wrong = {
      {"POST", "/api/v1/customers", "{}", "422 'name' is missing; expected 1 to 200 bytes of text"},
      {"POST", "/api/v1/customers", R"({"name":5})", "422 'name' is 5; expected 1 to 200 bytes"},
      {"POST", "/api/v1/customers", R"({"name":""})", "422 'name' is \"\"; expected"},
      {"POST", "/api/v1/customers", R"({"name":"a\nb"})", "422 'name' is \"a\\nb\"; expected"},
      {"POST", "/api/v1/customers", R"({"nmae":"x"})",
       "422 \"nmae\" is no member of this; expected "
       "name; did you mean name?"},
      {"POST", "/api/v1/customers", R"({"name":"taken"})", "409 'name' is 'taken'; there is a"},
      {"POST", "/api/v1/customers", "[]", "400 the body is something else; expected a JSON object"},
      {"POST", "/api/v1/customers", "{", "400 the body is not acceptable JSON"},
      {"PATCH", customer_, R"({"name":"taken"})", "409 'name' is 'taken'"},
      {"POST", customer_ + "/erasure", "{}", "422 'name' is missing; expected 1 to 200 bytes"},
      {"POST", customer_ + "/erasure", R"({"name":"taken"})",
       "422 'name' is \"taken\"; expected what the customer to be erased is called"},
      {"PATCH", customer_, R"({"id":"cus_1"})", "422 \"id\" is no member of this; expected name"},
      {"POST", sites, theirs,
       "422 'customer' is '" + south.tenant.customer + "'; there is no such"},
      {"PATCH", site_, R"({"time_zone":"Mars"})",
       "422 'time_zone' is \"Mars\"; expected a time zone"},
      {"POST", site_ + "/enrolments", R"({"days":0})", "422 'days' is 0; expected a whole number"},
      {"POST", site_ + "/enrolments", R"({"days":1.5})", "422 'days' is 1.5; expected"},
      {"PUT", site_ + "/settings", "{}", "422 'settings' is missing; expected an object of"},
      {"PUT", site_ + "/settings", R"({"settings":{"intervall":"1h"}})",
       "422 'settings.intervall' is nothing that can be proposed"},
      {"PUT", site_ + "/settings", R"({"settings":{"interval":"often"}})",
       "422 'settings.interval' is \"often\"; expected a time such as"},
      {"PUT", site_ + "/settings", R"({"settings":{"range":[]}})",
       "422 'settings.range' is []; expected 1 to 100 addresses"},
      {"PUT", site_ + "/settings", R"({"settings":{"interval":["1h","2h"]}})",
       "422 'settings.interval' is [\"1h\",\"2h\"]; expected"},
  };
  for (const auto& [method, target, body, sentence] : wrong) {
    EXPECT_THAT(Words(Send(method, target, body, admin())), StartsWith(sentence)) << body;
  }
}

TEST_F(WritesTest, LetsAdminsOfTheResellerWriteAndNobodyElse) {
  const std::vector<std::tuple<std::string, std::string, std::string>> writes = {
      {"POST", "/api/v1/customers", R"({"name":"x"})"},
      {"PATCH", customer_, R"({"name":"x"})"},
      {"POST", customer_ + "/erasure", R"({"name":"north's customer"})"},
      {"POST", "/api/v1/sites", "{}"},
      {"PATCH", site_, R"({"name":"x"})"},
      {"POST", site_ + "/enrolments", "{}"},
      {"PUT", site_ + "/settings", R"({"settings":{}})"},
      {"PUT", collector_ + "/settings", R"({"settings":{}})"},
      {"POST", collector_ + "/revocation", "{}"},
  };
  for (const auto& [method, target, body] : writes) {
    EXPECT_EQ(Send(method, target, body, viewer()).status, 403) << target;
    EXPECT_EQ(Send(method, target, body, customer()).status, 403) << target;
    EXPECT_EQ(Send(method, target, body, "pmt_wrong").status, 401) << target;
    if (target != "/api/v1/customers" && target != "/api/v1/sites") {
      EXPECT_EQ(Send(method, target, body, stranger()).status, 404) << target;
    }
  }
  EXPECT_EQ(ParseJson(Get(customer_, admin()).body).at("name"), "north's customer");
  EXPECT_FALSE(store.FindCollector(north.tenant.reseller, north.id)->collector.revoked_at);
  EXPECT_FALSE(store.SettingsFor(north.tenant.reseller, north.id));
}

TEST_F(WritesTest, ErasesACustomerWhoseNameIsSaid) {
  Store(north, "NORTH1");
  Store(south, "SOUTH1");
  const Response erased =
      Send("POST", customer_ + "/erasure", R"({"name":"north's customer"})", admin());
  EXPECT_EQ(erased.status, 200) << erased.body;
  const Json report = ParseJson(erased.body);
  EXPECT_EQ(report.at("customer"), north.tenant.customer);
  EXPECT_EQ(report.at("erased").at("printers"), 1);
  EXPECT_EQ(report.at("erased").at("batches"), 1);
  EXPECT_EQ(Send("POST", customer_ + "/erasure", R"({"name":"north's customer"})", admin()).status,
            404);
  for (const std::string& gone : {customer_, site_, collector_, site_ + "/settings"}) {
    EXPECT_EQ(Get(gone, admin()).status, 404) << gone;
  }
  EXPECT_EQ(Get("/api/v1/printers", customer()).status, 401) << "its token is no more";
  EXPECT_EQ(ParseJson(Get("/api/v1/printers", admin()).body).at("printers").size(), 0u);
  EXPECT_EQ(ParseJson(Get("/api/v1/printers", stranger()).body).at("printers").size(), 1u);
  EXPECT_EQ(CheckOf(Post("/api/v1/batches",
                         Sealed(MakeBatch(north, 2, {"441"}, At("2026-11-10T15:00:00Z")), north))),
            "401 revoked");
  EXPECT_THAT(RevokedIn(journal_), testing::Contains(north.id));
}

TEST_F(WritesTest, MakesACodeThatWorksOnce) {
  const Response made = Send("POST", site_ + "/enrolments", R"({"days":2})", admin());
  EXPECT_EQ(made.status, 201) << made.body;
  const Json json = ParseJson(made.body);
  EXPECT_EQ(json.at("expires_at"), FormatInstant(clock.now + std::chrono::days(2)));
  const auto code = EnrolmentCode::Parse(json.at("code").get<std::string>());
  ASSERT_TRUE(code);
  EXPECT_EQ(code->portal, keys_.thumbprint());
  EXPECT_TRUE(store.ResellerOfCode(Base64Url(Sha256(code->secret.Reveal()))));
}

TEST_F(WritesTest, RevokesACollectorForGood) {
  const Response revoked = Send("POST", collector_ + "/revocation", "{}", admin());
  EXPECT_EQ(revoked.status, 200) << revoked.body;
  EXPECT_EQ(ParseJson(revoked.body).at("revoked_at"), FormatInstant(clock.now));
  EXPECT_THAT(RevokedIn(journal_), testing::ElementsAre(north.id));
  clock.now += std::chrono::hours(1);
  EXPECT_EQ(Send("POST", collector_ + "/revocation", "{}", admin()).body, revoked.body);
  const std::string sealed = Sealed(MakeBatch(north, 1, {"433"}, clock.now), north);
  EXPECT_EQ(CheckOf(Post("/api/v1/batches", sealed)), "401 revoked");
}

TEST_F(WritesTest, ProposesSettingsAndSaysWhatBecameOfThem) {
  const Json before = ParseJson(Get(collector_ + "/settings", viewer()).body);
  EXPECT_EQ(before, Json({{"version", 0}, {"settings", Json::object()}, {"outcome", "none"}}));
  const Response site =
      Send("PUT", site_ + "/settings", R"({"settings":{"interval":"1h"}})", admin());
  EXPECT_EQ(site.status, 200) << site.body;
  EXPECT_EQ(ParseJson(site.body).at("settings"), Json({{"interval", {"1h"}}}));
  const Json holds = ParseJson(Get(collector_ + "/settings", viewer()).body);
  EXPECT_EQ(holds.at("target"), north.tenant.site);
  EXPECT_EQ(holds.at("outcome"), "waits");

  HeartbeatNote note{.collector = north.id,
                     .received_at = clock.now,
                     .at = clock.now,
                     .version = "1",
                     .stream = "s",
                     .settings_version = 1,
                     .settings_outcome = "refused",
                     .settings_reason = "too often"};
  const auto first = store.TakeHeartbeat(north.tenant.reseller, note, "", "one");
  store.TakeHeartbeat(north.tenant.reseller, note, first.nonce, "two");
  const Json said = ParseJson(Get(site_ + "/settings", viewer()).body).at("collectors").at(0);
  EXPECT_EQ(said, Json({{"collector", north.id},
                        {"version", 1},
                        {"outcome", "refused"},
                        {"reason", "too often"}}));
  const Json shown = ParseJson(Get(collector_, viewer()).body);
  EXPECT_EQ(shown.at("heartbeat").at("version"), "1");

  const Response own = Send("PUT", collector_ + "/settings",
                            R"({"settings":{"range":["10.0.0.0/24","plotter"]}})", admin());
  EXPECT_EQ(ParseJson(own.body).at("version"), 2);
  EXPECT_EQ(ParseJson(own.body).at("target"), north.id) << "its own comes first";
  EXPECT_EQ(ParseJson(own.body).at("outcome"), "waits");
  const Response taken_back = Send("PUT", collector_ + "/settings", R"({"settings":{}})", admin());
  EXPECT_EQ(ParseJson(taken_back.body).at("settings"), Json::object());
  EXPECT_EQ(Get(collector_ + "/settings", customer()).status, 403);
}

TEST_F(WritesTest, ChangesNothingThatSomebodyElseHasChanged) {
  const std::string etag = *Get(customer_, admin()).headers.Find("ETag");
  const auto rename = [&](const std::string& name) {
    return Ask(Request("PATCH", customer_)
                   .With("Authorization", "Bearer " + admin())
                   .With("Content-Type", "application/json")
                   .With("If-Match", etag)
                   .WithBody(JsonText({{"name", name}})));
  };
  EXPECT_EQ(rename("first").status, 200);
  EXPECT_EQ(rename("second").status, 412);
  EXPECT_EQ(store.FindCustomer(north.tenant.reseller, north.tenant.customer)->name, "first");
  const Response same =
      Ask(Request("GET", customer_)
              .With("Authorization", "Bearer " + viewer())
              .With("If-None-Match", *Get(customer_, viewer()).headers.Find("ETag")));
  EXPECT_EQ(same.status, 304);
}

TEST_F(WritesTest, MakesOneCodeHoweverOftenItIsAsked) {
  const auto offer = [&](const std::string& key, const std::string& body,
                         const std::string& token) {
    return Ask(Request("POST", site_ + "/enrolments")
                   .With("Authorization", "Bearer " + token)
                   .With("Content-Type", "application/json")
                   .With("Idempotency-Key", key)
                   .WithBody(body));
  };
  const std::string key = "0193a1c2-7b1e-7c3a-9f52-0d6f3f1b8a11";
  const std::size_t before = store.Codes(north.tenant.reseller).size();
  const Response first = offer(key, R"({"days":2})", admin());
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(offer(key, R"({"days":2})", admin()).body, first.body) << "the secret again";
  EXPECT_EQ(store.Codes(north.tenant.reseller).size(), before + 1);
  EXPECT_EQ(offer(key, R"({"days":3})", admin()).status, 422);
  EXPECT_EQ(offer("short", R"({"days":3})", admin()).status, 400);
  EXPECT_EQ(offer(key, R"({"days":2})", viewer()).status, 403) << "before anything else";
  EXPECT_EQ(offer(key, R"({"days":2})", stranger()).status, 404);
  clock.now += std::chrono::hours(24);
  EXPECT_NE(offer(key, R"({"days":2})", admin()).body, first.body) << "a day later it is new";
  Database db(path, Database::Mode::kReadOnly);
  Statement q = db.Prepare("SELECT instr(answer, 'PM1-') FROM kept_answer");
  while (q.Step()) EXPECT_EQ(q.Int(0), 0);
}

TEST_F(WritesTest, TakesJsonAndNotMuchOfIt) {
  const auto admitted = [&](const char* type, const char* length) {
    try {
      return std::to_string(router_.Admit(Request("POST", "/api/v1/customers")
                                              .With("Content-Type", type)
                                              .With("Content-Length", length)));
    } catch (const Problem& problem) {
      return std::to_string(problem.status) + " " + problem.what();
    }
  };
  EXPECT_EQ(admitted("application/json; charset=utf-8", "10"), "65536");
  EXPECT_THAT(admitted("text/plain", "10"),
              HasSubstr("415 'Content-Type' is 'text/plain'; expected application/json"));
  EXPECT_THAT(admitted("application/json", "65537"), HasSubstr("413 the body has 65537 bytes"));
}

}  // namespace
}  // namespace plotmeter
