// Incidents, rules and recipients over the API.

#include "portal/access/webhook_secret.h"
#include "tests/portal/controllers/fleet_world.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class IncidentsApiTest : public FleetTest {
 protected:
  // An incident of north's collector, and one of its printer; their ids.
  void Raise() {
    Say(north, 1, "x", clock.now);
    const auto due = store.DuePrinters(north.tenant.reseller, clock.now, 9).at(0);
    printer_ = due.printer.id;
    store.NoteVerdicts(north.tenant.reseller,
                       {{.printer = due.number,
                         .touched = due.touched,
                         .verdict = {.conditions = {{.kind = "supply-low",
                                                     .key = "a",
                                                     .severity = Severity::kWarning,
                                                     .since = clock.now,
                                                     .what = "magenta: 9 % left",
                                                     .facts = {{"percent", 9}}}}}},
                        {.collector = north.id,
                         .verdict = {.conditions = {{.kind = "collector-silent",
                                                     .key = "b",
                                                     .severity = Severity::kCritical,
                                                     .what = "silent"}}}}},
                       clock.now);
  }

  Json Listed(const std::string& target, const std::string& token) {
    const Response response = Get(target, token);
    EXPECT_EQ(response.status, 200) << response.body;
    return ParseJson(response.body).at("incidents");
  }

  std::string Id(const std::string& kind) {
    return Listed("/api/v1/incidents?kind=" + kind, admin()).at(0).at("id");
  }

  std::string printer_;
};

TEST_F(IncidentsApiTest, ListsWhatNeedsAPerson) {
  Raise();
  EXPECT_THAT(Listed("/api/v1/incidents", viewer()), SizeIs(2));
  const Json low = Listed("/api/v1/incidents?kind=supply-low&state=open", customer()).at(0);
  EXPECT_EQ(low.at("what"), "magenta: 9 % left");
  EXPECT_EQ(low.at("facts").at("percent"), 9);
  EXPECT_EQ(low.at("printer").at("id"), printer_);
  EXPECT_EQ(low.at("customer").at("id"), north.tenant.customer);
  EXPECT_THAT(Listed("/api/v1/incidents?severity=critical", viewer()), SizeIs(1));
  EXPECT_THAT(Listed("/api/v1/incidents?state=cleared", viewer()), SizeIs(0));
  EXPECT_THAT(Listed("/api/v1/incidents?customer=" + north.tenant.customer, viewer()), SizeIs(2));
  EXPECT_THAT(Listed("/api/v1/incidents?site=" + north.tenant.site, viewer()), SizeIs(2));
  EXPECT_THAT(Listed("/api/v1/printers/" + printer_ + "/incidents", customer()), SizeIs(1));
  EXPECT_THAT(Listed("/api/v1/incidents", stranger()), SizeIs(0));
  EXPECT_THAT(Listed("/api/v1/incidents", tokens_["operator"][0]), SizeIs(0));
  EXPECT_EQ(Words(Get("/api/v1/incidents?state=new", viewer())),
            "400 'state' is 'new'; expected open or cleared");
  EXPECT_EQ(Get("/api/v1/incidents?kind=x", viewer()).status, 400);
  EXPECT_EQ(Get("/api/v1/incidents?severety=x", viewer()).status, 400);
}

TEST_F(IncidentsApiTest, TurnsPagesNewestFirst) {
  Raise();
  std::set<std::string> seen;
  std::string target = "/api/v1/incidents?limit=1";
  for (int pages = 0; pages < 9; ++pages) {
    const Json page = ParseJson(Get(target, viewer()).body);
    for (const Json& row : page.at("incidents")) seen.insert(row.at("id"));
    if (!page.contains("next")) break;
    target = "/api/v1/incidents?limit=1&cursor=" + page.at("next").get<std::string>();
  }
  EXPECT_EQ(seen.size(), 2u);
}

TEST_F(IncidentsApiTest, LetsPeopleWorkWithThem) {
  Raise();
  const std::string target = "/api/v1/incidents/" + Id("supply-low");
  Response changed = Send("PATCH", target, R"({"acknowledged":true})", admin());
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_TRUE(ParseJson(changed.body).contains("acknowledged_at"));
  const std::string until = FormatInstant(clock.now + std::chrono::hours(2));
  EXPECT_EQ(Send("PATCH", target, R"({"snoozed_until":")" + until + "\"}", admin()).status, 200);
  EXPECT_EQ(ParseJson(Get(target, viewer()).body).at("snoozed_until"), until);
  EXPECT_EQ(Send("PATCH", target, R"({"snoozed_until":null})", admin()).status, 200);
  EXPECT_FALSE(ParseJson(Get(target, viewer()).body).contains("snoozed_until"));
  const std::string anna =
      Invite(store, north.tenant.reseller,
             {.email = "anna@north.example", .name = "Anna", .role = "reseller_viewer"},
             kPortalItself, clock.now)
          .added.id;
  EXPECT_EQ(Send("PATCH", target, R"({"assigned_to":")" + anna + "\"}", admin()).status, 200);
  EXPECT_THAT(Listed("/api/v1/incidents?assigned_to=" + anna, viewer()), SizeIs(1));
  const Response commented =
      Send("POST", target + "/comments", R"({"text":"ordered\ntoday"})", admin());
  EXPECT_EQ(commented.status, 201) << commented.body;
  const Json detail = ParseJson(Get(target, viewer()).body);
  EXPECT_EQ(detail.at("comments").at(0).at("text"), "ordered\ntoday");
  EXPECT_EQ(detail.at("assigned_to"), anna);
  const Json seen = ParseJson(Get(target, customer()).body);
  for (const char* ours : {"comments", "assigned_to", "acknowledged_by"}) {
    EXPECT_FALSE(seen.contains(ours)) << ours;
  }
  EXPECT_EQ(store.AuditRows(north.tenant.reseller, 1000, 1).at(0).what, "incident.comment");
}

TEST_F(IncidentsApiTest, SaysWhatIsWrong) {
  Raise();
  const std::string target = "/api/v1/incidents/" + Id("supply-low");
  const auto words = [&](const std::string& json) {
    return Words(Send("PATCH", target, json, admin()));
  };
  EXPECT_EQ(words(R"({"acknowledged":"yes"})"),
            "422 'acknowledged' is \"yes\"; expected true or false");
  EXPECT_EQ(words(R"({"snoozed_until":"2020-01-01T00:00:00Z"})"),
            "422 'snoozed_until' is \"2020-01-01T00:00:00Z\"; expected an instant within the next "
            "366 days");
  EXPECT_EQ(words(R"({"assigned_to":"usr_NOBODY"})"),
            "422 'assigned_to' is \"usr_NOBODY\"; expected the id of somebody of your own such as "
            "usr_9F1TB6QW, or null");
  EXPECT_THAT(words(R"({"asigned_to":null})"), HasSubstr("did you mean assigned_to?"));
  EXPECT_EQ(Send("POST", target + "/comments", R"({"text":""})", admin()).status, 422);
  EXPECT_EQ(Send("PATCH", "/api/v1/incidents/inc_NONE", "{}", admin()).status, 404);
  store.ClearGone(north.tenant.reseller, clock.now, clock.now);
  store.NoteVerdicts(north.tenant.reseller, {{.collector = north.id}}, clock.now);
  store.ClearGone(north.tenant.reseller, clock.now, clock.now);
  const std::string over = "/api/v1/incidents/" + Id("collector-silent");
  const std::string until = FormatInstant(clock.now + std::chrono::hours(2));
  EXPECT_EQ(Send("PATCH", over, R"({"snoozed_until":")" + until + "\"}", admin()).status, 409);
}

TEST_F(IncidentsApiTest, SetsRulesAtThreeLevels) {
  Say(north, 1, "x", clock.now);
  const std::string printer = store.Printers(north.tenant.reseller, {}, "", 1).at(0).id;
  const std::string of_customer = "/api/v1/customers/" + north.tenant.customer + "/incident-rules";
  const std::string of_printer = "/api/v1/printers/" + printer + "/incident-rules";
  EXPECT_EQ(Send("PUT", "/api/v1/incident-rules",
                 R"({"rules":{"supply_low_percent":20,"supply_low_days":3}})", admin())
                .status,
            200);
  EXPECT_EQ(Send("PUT", of_customer, R"({"rules":{"supply_low_days":9}})", admin()).status, 200);
  const Response set = Send("PUT", of_printer, R"({"rules":{"printer_silent":false}})", admin());
  ASSERT_EQ(set.status, 200) << set.body;
  const Json json = ParseJson(Get(of_printer, viewer()).body);
  EXPECT_EQ(json.at("rules").size(), 1u);
  EXPECT_EQ(json.at("effective").at("supply_low_percent"), 20);
  EXPECT_EQ(json.at("effective").at("supply_low_days"), 9);
  EXPECT_EQ(json.at("effective").at("printer_silent"), false);
  EXPECT_EQ(ParseJson(Get("/api/v1/incident-rules", stranger()).body).at("rules").size(), 0u);
  EXPECT_EQ(Words(Send("PUT", of_customer, R"({"rules":{"supply_low_percent":200}})", admin())),
            "422 'rules.supply_low_percent' is 200; expected a whole number from 0 to 100");
  EXPECT_THAT(Words(Send("PUT", of_customer, R"({"rules":{"supply_low_percnt":2}})", admin())),
              HasSubstr("did you mean supply_low_percent?"));
  EXPECT_EQ(Send("PUT", of_customer, "{}", admin()).status, 422);
  EXPECT_EQ(ParseJson(store.AuditRows(north.tenant.reseller, 1000, 1).at(0).after).size(), 1u);
}

TEST_F(IncidentsApiTest, AddsWhoIsTold) {
  const Response mail = Send(
      "POST", "/api/v1/recipients",
      R"({"kind":"email","name":"On call","address":"Ops@North.Example","severity":"critical",)"
      R"("digest_at":"07:30","time_zone":"Europe/Berlin"})",
      admin());
  ASSERT_EQ(mail.status, 201) << mail.body;
  const Json json = ParseJson(mail.body).at("recipient");
  EXPECT_EQ(json.at("address"), "ops@north.example");
  EXPECT_EQ(json.at("digest_at"), "07:30");
  EXPECT_FALSE(ParseJson(mail.body).contains("secret"));

  const Response hook = Send(
      "POST", "/api/v1/recipients",
      R"({"kind":"webhook","name":"Desk","address":"https://hooks.north.example/p"})", admin());
  ASSERT_EQ(hook.status, 201) << hook.body;
  const std::string secret = ParseJson(hook.body).at("secret");
  const std::string id = ParseJson(hook.body).at("recipient").at("id");
  EXPECT_THAT(Get("/api/v1/recipients", viewer()).body, Not(HasSubstr(secret)));
  const auto stored = store.FindRecipient(north.tenant.reseller, id);
  EXPECT_EQ(OpenForWebhook(second_factors_, stored->secret, stored->address)->Reveal(), secret);
  EXPECT_FALSE(OpenForWebhook(second_factors_, stored->secret, "https://elsewhere.example/"));

  const std::string target = "/api/v1/recipients/" + id;
  EXPECT_EQ(Send("PATCH", target, R"({"kinds":["supply-low"],"at_once":false})", admin()).status,
            200);
  EXPECT_EQ(ParseJson(Get(target, viewer()).body).at("kinds").at(0), "supply-low");
  const Response test = Ask(Request("POST", target + "/tests")
                                .With("Authorization", "Bearer " + admin())
                                .With("Content-Length", "0"));
  EXPECT_EQ(test.status, 202) << test.body;
  const Json deliveries = ParseJson(Get(target + "/deliveries", viewer()).body).at("deliveries");
  ASSERT_EQ(deliveries.size(), 1u);
  EXPECT_EQ(deliveries[0].at("id"), ParseJson(test.body).at("delivery"));
  EXPECT_EQ(deliveries[0].at("state"), "waiting");
  const Response gone = Ask(Request("DELETE", target).With("Authorization", "Bearer " + admin()));
  EXPECT_EQ(gone.status, 204);
  EXPECT_EQ(Get(target, viewer()).status, 404);
}

TEST_F(IncidentsApiTest, RefusesWhoCannotBeReached) {
  const auto words = [&](const std::string& members) {
    return Words(Send("POST", "/api/v1/recipients", R"({"name":"x",)" + members + "}", admin()));
  };
  EXPECT_EQ(words(R"("kind":"sms","address":"1")"),
            "422 'kind' is \"sms\"; expected email or webhook");
  EXPECT_EQ(words(R"("kind":"email","address":"ops")"),
            "422 'address' is \"ops\"; expected an address such as ops@north.example");
  EXPECT_EQ(words(R"("kind":"webhook","address":"http://10.0.0.7/")"),
            "422 'address' is \"http://10.0.0.7/\"; expected a URL that begins with https://");
  EXPECT_THAT(words(R"("kind":"email","address":"a@b","digest_at":"25:00")"),
              HasSubstr("expected a time of the day such as 07:30, or null"));
  EXPECT_THAT(words(R"("kind":"email","address":"a@b","time_zone":"Mars")"),
              HasSubstr("expected a time zone"));
  EXPECT_THAT(words(R"("kind":"email","address":"a@b","kinds":["x"])"), HasSubstr("'kinds'"));
  EXPECT_THAT(
      words(R"("kind":"email","address":"a@b","customer":")" + south.tenant.customer + "\""),
      HasSubstr("expected the id of a customer, or null"));
}

TEST_F(IncidentsApiTest, MailsLinksToTheirPeople) {
  const Response invited =
      Send("POST", "/api/v1/users",
           R"({"email":"anna@north.example","name":"Anna","role":"reseller_viewer"})", admin());
  ASSERT_EQ(invited.status, 201) << invited.body;
  const Json json = ParseJson(invited.body);
  EXPECT_EQ(json.at("mailed"), true);
  const auto due = store.DueDeliveries(north.tenant.reseller, "email", clock.now, 9);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].what, "invite");
  EXPECT_EQ(due[0].address, "anna@north.example");
  EXPECT_THAT(due[0].body, Not(HasSubstr(json.at("link").get<std::string>())));
  EXPECT_EQ(json.at("link"), OpenLink(second_factors_, due[0].body, due[0].person)->Reveal());
}

}  // namespace
}  // namespace plotmeter
