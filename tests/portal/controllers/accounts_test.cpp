// People and programs over the API: signing in and out, one's own password and second factor,
// users, tokens, resellers, the audit log.

#include "portal/ledger/bookkeeping.h"
#include "tests/portal/controllers/controllers_world.h"

namespace plotmeter {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kGoodPassword = "kelp harbour mitten";
const std::string kAnna = "anna@north.example";

class AccountsApiTest : public ControllersTest {
 protected:
  // A browser: keeps the cookies and sends the CSRF token, unless told otherwise.
  struct Browser {
    std::string session = {};
    std::string device = {};
    std::string csrf_token = {};
    std::string address = "192.0.2.7";
  };

  static std::string ValueOf(const std::string& cookie) {
    const auto start = cookie.find('=') + 1;
    return cookie.substr(start, cookie.find(';') - start);
  }

  Response Send(Browser& browser, const std::string& method, const std::string& target,
                const Json& body = {}) {
    Request request(method, target);
    if (!body.is_null()) {
      request.With("Content-Type", "application/json").WithBody(JsonText(body));
    }
    if (!browser.session.empty() || !browser.device.empty()) {
      request.With("Cookie", "other=1; __Host-plotmeter=" + browser.session +
                                 "; __Host-plotmeter-device=" + browser.device);
    }
    if (!browser.csrf_token.empty()) request.With("X-CSRF-Token", browser.csrf_token);
    request.WithPeer({.address = browser.address});
    Response response = Ask(std::move(request));
    for (const std::string& cookie : response.cookies) {
      (cookie.starts_with("__Host-plotmeter-device=") ? browser.device : browser.session) =
          ValueOf(cookie);
    }
    if (response.status == 201 && target == "/api/v1/sessions") {
      browser.csrf_token = ParseJson(response.body).at("csrf_token");
    }
    return response;
  }

  Response Program(const std::string& token, const std::string& method, const std::string& target,
                   const Json& body = {}) {
    Request request(method, target);
    request.With("Authorization", "Bearer " + token);
    if (!body.is_null()) {
      request.With("Content-Type", "application/json").WithBody(JsonText(body));
    }
    return Ask(std::move(request));
  }

  // An administrator of north whose invitation was accepted; its id.
  std::string AddAnna(const std::string& role = "reseller_admin") {
    const Response invited = Program(tokens_["north"][0], "POST", "/api/v1/users",
                                     {{"email", kAnna}, {"name", "Anna Meier"}, {"role", role}});
    EXPECT_EQ(invited.status, 201) << invited.body;
    const Json json = ParseJson(invited.body);
    EXPECT_EQ(Accept(json.at("link"), kGoodPassword).status, 204);
    return json.at("user").at("id");
  }

  Response Accept(const std::string& link, const std::string& password,
                  const std::string& code = "") {
    Json body = {{"link", link}, {"password", password}};
    if (!code.empty()) body["code"] = code;
    Browser nobody;
    return Send(nobody, "POST", "/api/v1/links/accept", body);
  }

  Response SignIn(Browser& browser, const std::string& password = kGoodPassword,
                  const std::string& code = "") {
    Json body = {{"email", kAnna}, {"password", password}};
    if (!code.empty()) body["code"] = code;
    return Send(browser, "POST", "/api/v1/sessions", body);
  }

  static std::string Field(const Response& response) {
    const Json json = ParseJson(response.body);
    return std::to_string(response.status) + " " + json.value("field", "-");
  }
};

TEST_F(AccountsApiTest, SignsInWithTwoCookiesThatNoScriptSees) {
  AddAnna();
  Browser browser;
  const Response response = SignIn(browser);
  EXPECT_EQ(response.status, 201) << response.body;
  ASSERT_EQ(response.cookies.size(), 2u);
  EXPECT_THAT(response.cookies[0], StartsWith("__Host-plotmeter="));
  EXPECT_THAT(response.cookies[0],
              HasSubstr("; Path=/; Max-Age=604800; Secure; HttpOnly; SameSite=Strict"));
  EXPECT_THAT(response.cookies[1], StartsWith("__Host-plotmeter-device="));
  EXPECT_THAT(response.body, Not(HasSubstr(browser.session)));
  const Json me = ParseJson(Send(browser, "GET", "/api/v1/me").body);
  EXPECT_EQ(me.at("user").at("email"), kAnna);
  EXPECT_EQ(me.at("reseller").at("id"), north.tenant.reseller.value);
  EXPECT_EQ(me.at("csrf_token"), browser.csrf_token);
  EXPECT_EQ(Send(browser, "GET", "/api/v1/printers").status, 200);
}

TEST_F(AccountsApiTest, TellsNobodyWhatWasWrong) {
  AddAnna();
  Browser browser;
  const Response wrong = SignIn(browser, "guess");
  EXPECT_EQ(wrong.status, 401);
  const Response nobody = Send(browser, "POST", "/api/v1/sessions",
                               {{"email", "nobody@north.example"}, {"password", "guess"}});
  EXPECT_EQ(nobody.body, wrong.body);
  EXPECT_TRUE(browser.session.empty());
}

TEST_F(AccountsApiTest, RepeatsNoSecretThatItCannotRead) {
  Browser browser;
  const auto sign_in = [&](const Json& body) {
    return Send(browser, "POST", "/api/v1/sessions", body);
  };
  for (const Json& body : {Json{{"email", kAnna}, {"password", Json::array({kGoodPassword})}},
                           Json{{"email", kAnna}, {"password", std::string(2000, 'x')}},
                           Json{{"email", kAnna}, {"pasword", kGoodPassword}}}) {
    const Response response = sign_in(body);
    EXPECT_EQ(response.status, 422);
    EXPECT_THAT(response.body, Not(HasSubstr(kGoodPassword)));
    EXPECT_LT(response.body.size(), 400u);
  }
  const Response bare = sign_in(kGoodPassword);
  EXPECT_EQ(bare.status, 400);
  EXPECT_THAT(bare.body, Not(HasSubstr(kGoodPassword)));
  EXPECT_LT(sign_in({{std::string(10'000, 'x'), 1}}).body.size(), 1000u);
}

TEST_F(AccountsApiTest, SaysHowLongToWait) {
  AddAnna();
  Browser browser;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(SignIn(browser, "guess").status, 401);
  const Response wait = SignIn(browser);
  EXPECT_EQ(wait.status, 429);
  EXPECT_EQ(*wait.headers.Find("Retry-After"), "1");
  clock.now += seconds(1);
  EXPECT_EQ(SignIn(browser).status, 201);
}

TEST_F(AccountsApiTest, ChangesNothingWithoutTheTokenAgainstForgedRequests) {
  AddAnna();
  Browser browser;
  SignIn(browser);
  Browser forged = browser;
  for (const std::string& token : {std::string(), std::string("x"), browser.session}) {
    forged.csrf_token = token;
    EXPECT_EQ(Send(forged, "DELETE", "/api/v1/sessions").status, 403) << token;
  }
  EXPECT_EQ(Send(forged, "GET", "/api/v1/me").status, 200) << "reading needs none";
  EXPECT_EQ(Send(browser, "DELETE", "/api/v1/sessions").status, 204);
}

TEST_F(AccountsApiTest, TakesJsonAloneToSignIn) {
  try {
    router_.Admit(Request("POST", "/api/v1/sessions")
                      .With("Content-Type", "application/x-www-form-urlencoded")
                      .With("Content-Length", "2"));
    FAIL() << "a form was taken";
  } catch (const Problem& problem) {
    EXPECT_EQ(problem.status, 415);
  }
}

TEST_F(AccountsApiTest, SignsOutHereAndEverywhere) {
  AddAnna();
  Browser first, second, third;
  for (Browser* browser : {&first, &second, &third}) SignIn(*browser);
  Browser gone = first;
  EXPECT_EQ(Send(first, "DELETE", "/api/v1/sessions/current").status, 204);
  EXPECT_TRUE(first.session.empty());
  EXPECT_EQ(Send(gone, "GET", "/api/v1/me").status, 401) << "the cookie is worth nothing any more";
  EXPECT_EQ(Send(second, "GET", "/api/v1/me").status, 200);
  EXPECT_EQ(Send(second, "DELETE", "/api/v1/sessions").status, 204);
  EXPECT_EQ(Send(third, "GET", "/api/v1/me").status, 401);
}

TEST_F(AccountsApiTest, SwitchesASecondFactorOnAndOff) {
  AddAnna();
  Browser browser;
  SignIn(browser);
  EXPECT_EQ(Field(Send(browser, "POST", "/api/v1/me/totp", {{"password", "guess"}})),
            "403 password");
  EXPECT_EQ(Field(Send(browser, "PUT", "/api/v1/me/totp", {{"code", "123456"}})), "422 code");
  const Response begun = Send(browser, "POST", "/api/v1/me/totp", {{"password", kGoodPassword}});
  ASSERT_EQ(begun.status, 200) << begun.body;
  const auto who = store.PersonByEmail(kAnna);
  const Secret secret = *proofs_.SharedSecret(*who);
  EXPECT_EQ(ParseJson(begun.body).at("secret"), Base32(secret.Reveal()));
  const auto code = [&] {
    clock.now += seconds(30);
    return TotpCode(secret, TotpStep(clock.now));
  };
  const Response on = Send(browser, "PUT", "/api/v1/me/totp", {{"code", code()}});
  ASSERT_EQ(on.status, 200) << on.body;
  const std::string recovery = ParseJson(on.body).at("recovery_codes").at(0);
  EXPECT_EQ(
      Send(browser, "POST", "/api/v1/me/totp", {{"password", kGoodPassword}, {"code", code()}})
          .status,
      409);

  Browser another;
  const Response needs = SignIn(another);
  EXPECT_EQ(needs.status, 401);
  EXPECT_EQ(ParseJson(needs.body).at("needs"), "code");
  EXPECT_EQ(SignIn(another, kGoodPassword, "000000x").status, 401);
  EXPECT_EQ(SignIn(another, kGoodPassword, code()).status, 201);
  EXPECT_EQ(SignIn(another, kGoodPassword, recovery).status, 201);

  EXPECT_EQ(
      Field(Send(browser, "POST", "/api/v1/me/recovery-codes", {{"password", kGoodPassword}})),
      "403 code");
  EXPECT_EQ(Send(browser, "POST", "/api/v1/me/recovery-codes",
                 {{"password", kGoodPassword}, {"code", code()}})
                .status,
            200);
  EXPECT_EQ(SignIn(another, kGoodPassword, recovery).status, 401) << "void";
  EXPECT_EQ(Send(browser, "POST", "/api/v1/me/totp/removal",
                 {{"password", kGoodPassword}, {"code", code()}})
                .status,
            204);
  EXPECT_EQ(SignIn(another).status, 201);
  EXPECT_EQ(
      Send(another, "POST", "/api/v1/me/recovery-codes", {{"password", kGoodPassword}}).status,
      409);
}

TEST_F(AccountsApiTest, ChangesAPassword) {
  AddAnna();
  Browser browser, other;
  SignIn(browser);
  SignIn(other);
  const auto change = [&](const std::string& current, const std::string& next) {
    return Send(browser, "PUT", "/api/v1/me/password",
                {{"current_password", current}, {"new_password", next}});
  };
  EXPECT_EQ(Field(change("guess", "another mitten kelp")), "403 current_password");
  const Response weak = change(kGoodPassword, "password2026");
  EXPECT_EQ(Field(weak), "422 new_password");
  EXPECT_THAT(weak.body, Not(HasSubstr("password2026")));
  EXPECT_EQ(change(kGoodPassword, "another mitten kelp").status, 204);
  EXPECT_EQ(Send(browser, "GET", "/api/v1/me").status, 200);
  EXPECT_EQ(Send(other, "GET", "/api/v1/me").status, 401);
  EXPECT_EQ(SignIn(other).status, 401);
  EXPECT_EQ(SignIn(other, "another mitten kelp").status, 201);
}

TEST_F(AccountsApiTest, UsesALinkOnce) {
  const Json json =
      ParseJson(Program(tokens_["north"][0], "POST", "/api/v1/users",
                        {{"email", kAnna}, {"name", "Anna"}, {"role", "reseller_viewer"}})
                    .body);
  const std::string link = json.at("link");
  EXPECT_EQ(Field(Accept(link, "password2026")), "422 password");
  EXPECT_EQ(Field(Accept("pml_none", kGoodPassword)), "404 link");
  EXPECT_EQ(Accept(link, kGoodPassword).status, 204);
  EXPECT_EQ(Field(Accept(link, kGoodPassword)), "404 link");
}

TEST_F(AccountsApiTest, ResetsAPasswordAndNotTheSecondFactor) {
  const std::string anna = AddAnna();
  const KnownPerson who{north.tenant.reseller, anna};
  people_.BeginTotp(who);
  const Secret secret = *proofs_.SharedSecret(who);
  people_.ConfirmTotp(who, TotpCode(secret, TotpStep(clock.now)));
  const Response made = Program(tokens_["north"][0], "POST", "/api/v1/users/" + anna + "/links");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string link = ParseJson(made.body).at("link");
  EXPECT_EQ(Field(Accept(link, "another mitten kelp")), "403 code");
  EXPECT_EQ(Field(Accept(link, "another mitten kelp", "no")), "403 code");
  // Its app is lost: an administrator switches it off.
  EXPECT_EQ(
      Program(tokens_["north"][0], "PATCH", "/api/v1/users/" + anna, {{"second_factor", false}})
          .status,
      200);
  EXPECT_EQ(Accept(link, "another mitten kelp").status, 204);
}

TEST_F(AccountsApiTest, InvitesWithWordsForWhatIsWrong) {
  const std::string& admin = tokens_["north"][0];
  const auto invite = [&](const Json& body) {
    return Program(admin, "POST", "/api/v1/users", body);
  };
  const Json good = {{"email", kAnna}, {"name", "Anna"}, {"role", "reseller_admin"}};
  const auto with = [&](const char* member, const Json& value) {
    Json body = good;
    if (value.is_null()) {
      body.erase(member);
    } else {
      body[member] = value;
    }
    return Field(invite(body));
  };
  EXPECT_EQ(with("email", Json()), "422 email");
  EXPECT_EQ(with("email", 7), "422 email");
  EXPECT_EQ(with("email", "anna"), "422 email");
  EXPECT_EQ(with("name", ""), "422 name");
  EXPECT_EQ(with("name", "a\nb"), "422 name");
  EXPECT_EQ(with("role", "operator"), "422 role");
  EXPECT_EQ(with("role", "root"), "422 role");
  EXPECT_EQ(with("role", "customer_viewer"), "422 customer");
  EXPECT_EQ(with("customer", north.tenant.customer), "422 customer");
  EXPECT_EQ(with("roll", "x"), "422 roll");
  EXPECT_EQ(Field(invite({{"email", kAnna},
                          {"name", "Anna"},
                          {"role", "customer_viewer"},
                          {"customer", south.tenant.customer}})),
            "422 customer");
  EXPECT_THAT(invite({{"emial", kAnna}}).body, HasSubstr("did you mean email?"));
  EXPECT_EQ(Program(admin, "POST", "/api/v1/users", Json::array()).status, 400);
  EXPECT_EQ(
      Ask(Request("POST", "/api/v1/users").With("Authorization", "Bearer " + admin).WithBody("{"))
          .status,
      400);
  EXPECT_EQ(invite(good).status, 201);
  EXPECT_EQ(Field(invite(good)), "409 email");
}

TEST_F(AccountsApiTest, DisablesAPersonAtOnce) {
  const std::string anna = AddAnna();
  Browser browser;
  SignIn(browser);
  const std::string target = "/api/v1/users/" + anna;
  EXPECT_EQ(Send(browser, "PATCH", target, {{"disabled", true}}).status, 409) << "not oneself";
  EXPECT_EQ(Send(browser, "PATCH", target, {{"role", "reseller_viewer"}}).status, 409);
  EXPECT_EQ(Send(browser, "PATCH", target, {{"name", "Anna M"}}).status, 200);
  const std::string& admin = tokens_["north"][0];
  EXPECT_EQ(Field(Program(admin, "PATCH", target, {{"second_factor", true}})), "422 second_factor");
  EXPECT_EQ(Field(Program(admin, "PATCH", target, {{"disabled", "yes"}})), "422 disabled");
  EXPECT_EQ(Program(admin, "PATCH", target, {{"role", "reseller_viewer"}}).status, 200);
  EXPECT_EQ(Send(browser, "GET", "/api/v1/users").status, 403) << "from the next request on";
  EXPECT_EQ(Program(admin, "PATCH", target, {{"disabled", true}}).status, 200);
  EXPECT_EQ(Send(browser, "GET", "/api/v1/me").status, 401);
  EXPECT_EQ(SignIn(browser).status, 401);
  EXPECT_EQ(Program(admin, "POST", target + "/links").status, 409);
  EXPECT_EQ(Program(admin, "PATCH", target, {{"disabled", false}}).status, 200);
  Browser again;
  EXPECT_EQ(SignIn(again).status, 201);
  EXPECT_EQ(Program(admin, "DELETE", target + "/sessions").status, 204);
  EXPECT_EQ(Send(again, "GET", "/api/v1/me").status, 401);
}

TEST_F(AccountsApiTest, LetsNoStolenSessionTakeAnAccountOver) {
  // Of oneself a password or its code is asked for; as an administrator nobody goes round that.
  const std::string anna = AddAnna();
  Browser browser;
  SignIn(browser);
  const KnownPerson who{north.tenant.reseller, anna};
  people_.BeginTotp(who);
  const Secret secret = *proofs_.SharedSecret(who);
  people_.ConfirmTotp(who, TotpCode(secret, TotpStep(clock.now)));
  const std::string target = "/api/v1/users/" + anna;
  EXPECT_EQ(Send(browser, "PATCH", target, {{"second_factor", false}}).status, 409);
  EXPECT_TRUE(store.FindPerson(who.reseller, anna)->second_factor);
  EXPECT_EQ(Send(browser, "POST", target + "/links").status, 409);
}

TEST_F(AccountsApiTest, LetsATokenMakeNobodyWhoMayMoreThanItself) {
  const std::string anna = AddAnna();
  const std::string text = ParseJson(Program(tokens_["north"][0], "POST", "/api/v1/tokens",
                                             {{"name", "t"},
                                              {"role", "reseller_admin"},
                                              {"scopes", {"users.read", "users.write"}}})
                                         .body)
                               .at("text");
  const Json invitation = {{"email", "b@north.example"}, {"name", "B"}, {"role", "reseller_admin"}};
  EXPECT_EQ(Program(text, "POST", "/api/v1/users", invitation).status, 403);
  const std::string target = "/api/v1/users/" + anna;
  EXPECT_EQ(Program(text, "POST", target + "/links").status, 403) << "it could sign in as Anna";
  EXPECT_EQ(Program(text, "PATCH", target, {{"role", "reseller_admin"}}).status, 403);
  EXPECT_EQ(Program(text, "PATCH", target, {{"second_factor", false}}).status, 403);
  EXPECT_EQ(Program(text, "PATCH", target, {{"disabled", true}}).status, 200) << "that takes away";
  EXPECT_EQ(Program(text, "PATCH", target, {{"disabled", false}}).status, 403);
  EXPECT_EQ(Program(text, "DELETE", target + "/sessions").status, 204);
}

TEST_F(AccountsApiTest, RefusesParametersThatItDoesNotKnow) {
  // A filter that is misspelt would show, or do, something else than was meant.
  const std::string& admin = tokens_["north"][0];
  for (const char* target :
       {"/api/v1/users?reseler=x", "/api/v1/tokens?limits=1", "/api/v1/audit?limt=1",
        "/api/v1/me?x=1", "/api/v1/usage?from=2026-11-01&to=2026-12-01&custmer=x",
        "/api/v1/usage.csv?from=2026-11-01&to=2026-12-01&custmer=x"}) {
    EXPECT_EQ(Program(admin, "GET", target).status, 400) << target;
  }
  const std::string& op = tokens_["operator"][0];
  EXPECT_EQ(Program(op, "GET", "/api/v1/resellers?name=x").status, 400);
  EXPECT_EQ(Program(op, "POST", "/api/v1/users?reseler=x",
                    {{"email", kAnna}, {"name", "Anna"}, {"role", "operator"}})
                .status,
            400);
}

TEST_F(AccountsApiTest, ListsPeopleAPageAtATime) {
  const std::string& admin = tokens_["north"][0];
  for (int i = 0; i < 5; ++i) {
    Program(admin, "POST", "/api/v1/users",
            {{"email", std::to_string(i) + "@north.example"},
             {"name", "x"},
             {"role", "reseller_viewer"}});
  }
  std::set<std::string> seen;
  std::string target = "/api/v1/users?limit=2";
  for (int pages = 0; pages < 9; ++pages) {
    const Json page = ParseJson(Program(admin, "GET", target).body);
    for (const Json& user : page.at("users")) seen.insert(user.at("id"));
    if (!page.contains("next")) break;
    target = "/api/v1/users?limit=2&cursor=" + page.at("next").get<std::string>();
  }
  EXPECT_EQ(seen.size(), 5u);
  EXPECT_EQ(Field(Program(admin, "GET", "/api/v1/users?cursor=x")), "400 cursor");
  EXPECT_EQ(Field(Program(admin, "GET", "/api/v1/users?limit=0")), "400 limit");
}

TEST_F(AccountsApiTest, LetsTheOperatorInviteTheFirstAdministrator) {
  const std::string& op = tokens_["operator"][0];
  const Response added = Program(op, "POST", "/api/v1/resellers", {{"name", "West"}});
  ASSERT_EQ(added.status, 201) << added.body;
  const std::string west = ParseJson(added.body).at("id");
  EXPECT_EQ(Field(Program(op, "POST", "/api/v1/resellers", {{"name", "West"}})), "409 name");
  EXPECT_EQ(Program(op, "GET", "/api/v1/resellers/" + west).status, 200);
  EXPECT_EQ(Program(op, "GET", "/api/v1/resellers/operator").status, 404);
  EXPECT_EQ(Program(op, "PATCH", "/api/v1/resellers/operator", {{"name", "x"}}).status, 404);
  EXPECT_EQ(Field(Program(op, "PATCH", "/api/v1/resellers/" + west, {{"name", "north"}})),
            "409 name");
  EXPECT_EQ(Program(op, "PATCH", "/api/v1/resellers/" + west, {{"name", "Westwind"}}).status, 200);
  EXPECT_THAT(Program(op, "GET", "/api/v1/resellers").body, HasSubstr("Westwind"));
  const Json first = {{"email", "w@west.example"}, {"name", "W"}, {"role", "reseller_admin"}};
  EXPECT_EQ(Field(Program(op, "POST", "/api/v1/users", first)), "422 role") << "of the operator's";
  EXPECT_EQ(Program(op, "POST", "/api/v1/users?reseller=res_NONE", first).status, 404);
  EXPECT_EQ(Program(op, "POST", "/api/v1/users?reseller=" + west, first).status, 201);
  EXPECT_THAT(Program(op, "GET", "/api/v1/users?reseller=" + west).body,
              HasSubstr("w@west.example"));
  EXPECT_THAT(Program(op, "GET", "/api/v1/users").body, Not(HasSubstr("w@west.example")));
  EXPECT_EQ(Program(tokens_["north"][0], "GET", "/api/v1/users?reseller=" + west).status, 404);
  EXPECT_EQ(Program(op, "GET", "/api/v1/printers").status, 403) << "tenants' printers are not his";
}

TEST_F(AccountsApiTest, GivesATokenItsScopesAndNoMore) {
  const std::string& admin = tokens_["north"][0];
  const auto make = [&](const std::string& by, const Json& scopes) {
    return Program(by, "POST", "/api/v1/tokens",
                   {{"name", "t"}, {"role", "reseller_admin"}, {"scopes", scopes}});
  };
  EXPECT_EQ(Field(make(admin, "usage.read")), "422 scopes");
  EXPECT_EQ(Field(make(admin, Json::array())), "422 scopes");
  EXPECT_EQ(Field(make(admin, {"usage.reed"})), "422 scopes");
  const Response made = make(admin, {"usage.read", "tokens.write", "me.read"});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string text = ParseJson(made.body).at("text");
  EXPECT_EQ(Program(text, "GET", "/api/v1/usage?from=2026-11-01&to=2026-12-01").status, 200);
  EXPECT_EQ(Program(text, "GET", "/api/v1/usage.csv?from=2026-11-01&to=2026-12-01").status, 200);
  const Json me = ParseJson(Program(text, "GET", "/api/v1/me").body);
  EXPECT_EQ(me.at("token").at("role"), "reseller_admin");
  EXPECT_FALSE(me.at("token").contains("customer"));
  const Json viewer = ParseJson(Program(tokens_["north"][2], "GET", "/api/v1/me").body);
  EXPECT_EQ(viewer.at("token").at("customer"), north.tenant.customer);
  const Response refused = Program(text, "GET", "/api/v1/printers");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(ParseJson(refused.body).at("scope"), "printers.read");
  EXPECT_EQ(Program(text, "GET", "/api/v1/tokens").status, 403);
  EXPECT_EQ(make(text, {"usage.read"}).status, 201);
  EXPECT_EQ(make(text, {"users.write"}).status, 403) << "more than it has";
  EXPECT_EQ(make(text, {"*"}).status, 403);
  EXPECT_EQ(
      Program(text, "POST", "/api/v1/tokens", {{"name", "t"}, {"role", "reseller_viewer"}}).status,
      403)
      << "all, if none is named";
  EXPECT_EQ(Program(tokens_["north"][0], "PUT", "/api/v1/me/password",
                    {{"current_password", "x"}, {"new_password", "y"}})
                .status,
            403)
      << "for people";
  EXPECT_EQ(Program(tokens_["north"][0], "DELETE", "/api/v1/sessions").status, 403);
}

TEST_F(AccountsApiTest, MakesTokensThatEndAndRevokesThem) {
  const std::string& admin = tokens_["north"][0];
  const Json json = ParseJson(
      Program(admin, "POST", "/api/v1/tokens",
              {{"name", "t"}, {"role", "reseller_viewer"}, {"scopes", {"me.read"}}, {"days", 2}})
          .body);
  const std::string id = json.at("token").at("id");
  const std::string text = json.at("text");
  EXPECT_EQ(Program(text, "GET", "/api/v1/me").status, 200);
  EXPECT_EQ(Program(tokens_["south"][0], "DELETE", "/api/v1/tokens/" + id).status, 404);
  const std::string listed = Program(admin, "GET", "/api/v1/tokens").body;
  EXPECT_THAT(listed, HasSubstr(id));
  EXPECT_THAT(listed, Not(HasSubstr(text)));
  EXPECT_THAT(listed, HasSubstr("last_used_at"));
  clock.now += hours(48);
  EXPECT_EQ(Program(text, "GET", "/api/v1/me").status, 401);
  clock.now -= hours(48);
  EXPECT_EQ(Program(admin, "DELETE", "/api/v1/tokens/" + id).status, 204);
  EXPECT_EQ(Program(admin, "DELETE", "/api/v1/tokens/" + id).status, 204);
  EXPECT_EQ(Program(text, "GET", "/api/v1/me").status, 401);
  EXPECT_EQ(Field(Program(admin, "POST", "/api/v1/tokens",
                          {{"name", "t"}, {"role", "reseller_viewer"}, {"days", 0}})),
            "422 days");
  EXPECT_EQ(Field(Program(admin, "POST", "/api/v1/tokens", {{"name", "t"}, {"role", "operator"}})),
            "422 role");
}

TEST_F(AccountsApiTest, ShowsWhoChangedWhatNewestFirst) {
  const std::string anna = AddAnna();
  Browser browser;
  SignIn(browser);
  Send(browser, "POST", "/api/v1/tokens", {{"name", "t"}, {"role", "reseller_viewer"}});
  const Json page = ParseJson(Send(browser, "GET", "/api/v1/audit?limit=2").body);
  ASSERT_EQ(page.at("rows").size(), 2u);
  EXPECT_EQ(page["rows"][0].at("what"), "token.add");
  EXPECT_EQ(page["rows"][0].at("who"), anna);
  EXPECT_EQ(page["rows"][1].at("what"), "user.accept");
  EXPECT_EQ(page["rows"][0].at("previous"), page["rows"][1].at("hash"));
  const Json next =
      ParseJson(Send(browser, "GET",
                     "/api/v1/audit?limit=2&cursor=" + std::to_string(page.at("next").get<int>()))
                    .body);
  EXPECT_EQ(next["rows"][0].at("what"), "user.invite");
  EXPECT_EQ(Field(Send(browser, "GET", "/api/v1/audit?cursor=x")), "400 cursor");
  EXPECT_THAT(Program(tokens_["south"][0], "GET", "/api/v1/audit").body, Not(HasSubstr(anna)));
}

// Every route of the router, as every role of two tenants, once as a program and once as a person:
// whoever is not among the roles that proto/openapi.yaml names hears 403, and nobody reaches a row
// of another tenant.
class RoleMatrixTest : public AccountsApiTest {
 protected:
  struct Somebody {
    std::string role = {};    // as openapi.yaml has it
    std::string tenant = {};  // north, south, operator
    std::string email = {};
    std::string token = {};
    Browser browser = {};
  };

  RoleMatrixTest() {
    for (Sender* sender : {&north, &south}) {
      const std::string tenant = sender == &north ? "north" : "south";
      for (const char* role : {"reseller_admin", "reseller_viewer", "customer_viewer"}) {
        Add(tenant, sender->tenant.reseller, role,
            std::string(role) == "customer_viewer" ? sender->tenant.customer : "");
      }
    }
    Add("operator", kTheOperator, "operator", "");
    AddRows("north", north.tenant.reseller, "reseller_viewer");
    AddRows("south", south.tenant.reseller, "reseller_viewer");
    AddRows("operator", kTheOperator, "operator");
    AddFleet("north", north, "NORTH1");
    AddFleet("south", south, "SOUTH1");
    for (const char* name :
         {"customer", "site", "collector", "printer", "incident", "gap", "entered"}) {
      ids_["operator"][name] = "none_of_it";
    }
  }

  // What stands in the paths: somebody who is disabled and signed out, a token that is revoked.
  void AddRows(const std::string& tenant, const ResellerId& reseller, const std::string& role) {
    ids_[tenant]["reseller"] = reseller.value;
    ids_[tenant]["user"] =
        Invite(store, reseller, {.email = "row@" + tenant + ".example", .name = "x", .role = role},
               kPortalItself, clock.now)
            .added.id;
    ids_[tenant]["recipient"] =
        store
            .AddRecipient(reseller, {.kind = "email", .name = "x", .address = "x@y.example"},
                          kPortalItself, clock.now)
            .value();
    ids_[tenant]["token"] =
        IssueToken(store, reseller, {.role = role, .name = "row"}, clock.now, kPortalItself)->id;
  }

  void AddFleet(const std::string& tenant, const Sender& sender, const std::string& serial) {
    Store(sender, serial);
    auto& ids = ids_[tenant];
    ids["customer"] = sender.tenant.customer;
    ids["site"] = sender.tenant.site;
    ids["collector"] = sender.id;
    ids["printer"] = store.Printers(sender.tenant.reseller, {}, "", 1).at(0).id;
    store.NoteVerdicts(sender.tenant.reseller,
                       {{.collector = sender.id,
                         .verdict = {.conditions = {{.kind = "collector-silent",
                                                     .key = "collector-silent/" + sender.id,
                                                     .what = "x"}}}}},
                       clock.now);
    // The meter falls, and counts on.
    const Batch fallen = MakeBatch(sender, 2, {"5", "25"}, At("2026-11-10T15:00:00Z"), serial);
    EXPECT_TRUE(std::holds_alternative<Accepted>(ingest.Take(Sealed(fallen, sender))));
    Bookkeeper(store, store, store).Tick([] { return true; });
    const Span ever{.from = {}, .to = At("2030-01-01T00:00:00Z")};
    ids["gap"] = store.MeterGaps(sender.tenant.reseller, {}, false, ever, {}, 1).rows.at(0).gap.id;
    ids["entered"] = store
                         .Enter(sender.tenant.reseller,
                                {.printer = ids["printer"],
                                 .at = At("2026-11-10T12:00:00Z"),
                                 .values = {{.meter = "media.area", .unit = "m2", .value = "433"}}},
                                kPortalItself, clock.now)
                         .id;
    ids["incident"] = store.ListIncidents(sender.tenant.reseller, {}, {}, 1).rows.at(0).id;
  }

  void Add(const std::string& tenant, const ResellerId& reseller, const std::string& role,
           const std::string& customer) {
    const std::string email = role + "@" + tenant + ".example";
    const Invited invited =
        Invite(store, reseller, {.email = email, .name = "x", .role = role, .customer = customer},
               kPortalItself, clock.now);
    EXPECT_EQ(people_.Accept(invited.link.text.Reveal(), kGoodPassword, "").accepted,
              LinkUse::kYes);
    Somebody somebody{.role = role, .tenant = tenant, .email = email};
    std::ranges::replace(somebody.role, '_', '-');
    somebody.token = IssueToken(store, reseller, {.role = role, .customer = customer, .name = "x"},
                                clock.now, kPortalItself)
                         ->text.Reveal();
    const Response in = Send(somebody.browser, "POST", "/api/v1/sessions",
                             {{"email", email}, {"password", kGoodPassword}});
    EXPECT_EQ(in.status, 201) << in.body;
    everybody_.push_back(std::move(somebody));
  }

  // The path with the rows of that tenant in it.
  std::string Filled(std::string target, const std::string& tenant) {
    for (const auto& [name, id] : ids_.at(tenant)) {
      const std::string mark = "{" + name + "}";
      if (const auto at = target.find(mark); at != target.npos) target.replace(at, mark.size(), id);
    }
    EXPECT_EQ(target.find('{'), target.npos) << target << ": the matrix has no row for it";
    return target;
  }

  // The status for a body that is empty, so that who is let in changes nothing.
  int StatusAs(Somebody& who, bool as_person, const std::string& method,
               const std::string& target) {
    Request request(method, target);
    if (method != "GET") request.With("Content-Type", "application/json").WithBody("{}");
    if (as_person) {
      request.With("Cookie", "__Host-plotmeter=" + who.browser.session);
      request.With("X-CSRF-Token", who.browser.csrf_token);
    } else {
      request.With("Authorization", "Bearer " + who.token);
    }
    return router_.Handle(std::move(request)).status;
  }

  // METHOD and path, with the roles of openapi.yaml.
  std::map<std::string, std::string> Described() {
    const auto [output, ended_well] = Shell(Python("routes"));
    EXPECT_TRUE(ended_well) << output;
    std::map<std::string, std::string> described;
    std::istringstream lines(output);
    for (std::string method, target, roles, rest; lines >> method >> target >> roles;) {
      std::getline(lines, rest);
      described[method + " " + target] = "|" + roles + "|";
    }
    return described;
  }

  std::vector<Somebody> everybody_;
  std::map<std::string, std::map<std::string, std::string>> ids_;
};

TEST_F(RoleMatrixTest, LetsInWhoTheDescriptionNamesAndNobodyElse) {
  const auto described = Described();
  int asked = 0;
  for (const Router::Line& line : router_.Routes()) {
    const auto route = described.find(line.method + " " + line.path);
    ASSERT_NE(route, described.end()) << line.path;
    if (route->second == "|anyone|") continue;
    const bool ends_session = line.path.starts_with("/api/v1/sessions");
    for (Somebody& who : everybody_) {
      const bool may = route->second.find("|" + who.role + "|") != std::string::npos;
      const std::string target = Filled(line.path, who.tenant);
      for (const bool as_person : {false, true}) {
        const Browser kept = who.browser;
        if (ends_session && as_person) {
          who.browser = {};
          Send(who.browser, "POST", "/api/v1/sessions",
               {{"email", who.email}, {"password", kGoodPassword}});
        }
        const int status = StatusAs(who, as_person, line.method, target);
        const bool is_for_people =
            !as_person && (ends_session || line.path.starts_with("/api/v1/me/"));
        EXPECT_EQ(status == 403, !may || is_for_people)
            << line.method << ' ' << target << " as " << who.role << " of " << who.tenant << ": "
            << status;
        EXPECT_LT(status, 500) << line.method << ' ' << target << " as " << who.role;
        ++asked;
        who.browser = kept;
        if (line.path == "/api/v1/sessions" && as_person) {  // all of them have ended
          Send(who.browser, "POST", "/api/v1/sessions",
               {{"email", who.email}, {"password", kGoodPassword}});
        }
      }
    }
    EXPECT_EQ(router_.Handle(Request(line.method, Filled(line.path, "north"))).status, 401)
        << line.path;
  }
  EXPECT_GT(asked, 200);
}

TEST_F(RoleMatrixTest, HasNoRowOfAnotherTenant) {
  int asked = 0;
  for (const Router::Line& line : router_.Routes()) {
    if (line.path.find('{') == std::string::npos || line.roles.is_anyone()) continue;
    for (Somebody& who : everybody_) {
      if (who.role == "operator") continue;
      const std::string other = who.tenant == "north" ? "south" : "north";
      for (const std::string& tenant : {other, std::string("operator")}) {
        for (const bool as_person : {false, true}) {
          const int status = StatusAs(who, as_person, line.method, Filled(line.path, tenant));
          EXPECT_TRUE(status == 404 || status == 403)
              << line.method << ' ' << line.path << " of " << tenant << " as " << who.role << " of "
              << who.tenant << ": " << status;
          if (who.role == "reseller-admin" && line.path.find("resellers") == std::string::npos) {
            EXPECT_EQ(status, 404) << line.method << ' ' << line.path;
          }
          ++asked;
        }
      }
    }
  }
  EXPECT_GT(asked, 50);
}

}  // namespace
}  // namespace plotmeter
