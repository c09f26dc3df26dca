#include "portal/http/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "common/sqlite.h"
#include "tests/fakes/fake_clock.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

class Pages {
 public:
  void Map(Router& router) const {
    router.Get("/healthz", kAnyone, this, &Pages::WhoAmI);
    router.Get("/api/v1/printers/{printer}", kViewers, this, &Pages::Printer);
    router.Get("/api/v1/printers/export.csv", kResellers, this, &Pages::WhoAmI);
    router.Delete("/api/v1/printers/{printer}", Role::kResellerAdmin, this, &Pages::Printer);
    router.Get("/api/v1/{kind}/last", kAnyone, this, &Pages::Kind);
    router.Get("/api/v1/tenants", Role::kOperator, this, &Pages::WhoAmI);
    router.Get("/api/v1/locked", Role::kNobody, this, &Pages::WhoAmI);
    router.Post("/api/v1/batches", kAnyone, this, &Pages::WhoAmI)
        .MaxBody(4 << 20)
        .Accepts("application/jose");
    router.Put("/api/v1/notes", kAnyone, this, &Pages::WhoAmI).TakesChunked();
    router.Patch("/api/v1/notes", kAnyone, this, &Pages::Fails);
    router.Get("/api/v1/split", kAnyone, this, &Pages::Splits);
    router.Get("/api/v1/cookie", kAnyone, this, &Pages::SplitsACookie);
    router.Post("/api/v1/notes", kAnyone, this, &Pages::Waits);
  }

 private:
  Response WhoAmI(const Request&, const Caller& caller) const {
    return Ok(std::string(ToText(caller.role)) + " of " + caller.reseller.value);
  }
  Response Printer(const Request& request, const Caller&) const {
    return Ok("printer " + request.Parameter("printer"));
  }
  Response Kind(const Request& request, const Caller&) const {
    return Ok("last of " + request.Parameter("kind"));
  }
  Response Fails(const Request&, const Caller&) const {
    throw std::runtime_error("database is locked at /var/lib/plotmeter");
  }
  Response Waits(const Request&, const Caller&) const { throw SqliteBusy(5, "database is locked"); }
  Response Splits(const Request&, const Caller&) const {
    return {.content_type = "text/csv\r\nSet-Cookie: a=b"};
  }
  Response SplitsACookie(const Request&, const Caller&) const {
    return {.cookies = {"a=b\r\nLocation: /"}};
  }
};

std::optional<Caller> Known(const Request& request) {
  const auto token = request.BearerToken();
  if (token == "customer") return Caller{.reseller = {"north"}, .role = Role::kCustomerViewer};
  if (token == "viewer") return Caller{.reseller = {"north"}, .role = Role::kResellerViewer};
  if (token == "admin") return Caller{.reseller = {"north"}, .role = Role::kResellerAdmin};
  if (token == "operator") return Caller{.role = Role::kOperator};
  if (token == "zero") return Caller{};
  if (token == "narrow") throw Problem(403, "this token has not the scope");
  return std::nullopt;
}

class RouterTest : public testing::Test {
 protected:
  RouterTest() { pages_.Map(router_); }

  Response Answer(const std::string& method, const std::string& target, const std::string& token) {
    Request request(method, target);
    if (!token.empty()) request.With("Authorization", "Bearer " + token);
    return router_.Handle(request);
  }

  std::string Admitted(Request request) {
    try {
      return std::to_string(router_.Admit(request));
    } catch (const Problem& problem) {
      return ToResponse(problem).body;
    }
  }

  Pages pages_;
  Router router_{Known};
};

TEST_F(RouterTest, FindsTheHandlerAndAsksWhoMayCome) {
  const struct {
    const char* method;
    const char* target;
    const char* token;
    int status;
    const char* body;
  } kCases[] = {
      {"GET", "/healthz", "", 200, "nobody of "},
      {"GET", "/healthz", "wrong", 200, "nobody of "},
      {"HEAD", "/healthz", "", 200, "nobody of "},
      {"GET", "/api/v1/printers/CN1", "customer", 200, "printer CN1"},
      {"GET", "/api/v1/printers/CN%C3%9C%20", "admin", 200, "printer CNÜ "},
      {"GET", "/api/v1/printers/CN1", "operator", 403, "this is for customer-viewer|reseller-"},
      {"GET", "/api/v1/printers/CN1", "zero", 403, "this is for"},
      {"GET", "/api/v1/printers/CN1", "", 401, "this needs an API token"},
      {"GET", "/api/v1/printers/CN1", "narrow", 403, "this token has not the scope"},
      {"GET", "/api/v1/printers/CN1", "stolen", 401, "unknown, expired or withdrawn"},
      {"DELETE", "/api/v1/printers/CN1", "viewer", 403, "this is for reseller-admin"},
      {"DELETE", "/api/v1/printers/CN1", "admin", 200, "printer CN1"},
      {"GET", "/api/v1/printers/export.csv", "viewer", 200, "reseller-viewer of north"},
      {"GET", "/api/v1/printers/export.csv", "customer", 403, "reseller-viewer|reseller-admin"},
      {"GET", "/api/v1/printers/last", "admin", 200, "printer last"},
      {"GET", "/api/v1/sites/last", "", 200, "last of sites"},
      {"GET", "/api/v1/tenants", "operator", 200, "operator of "},
      {"GET", "/api/v1/tenants", "admin", 403, "this is for operator; who asks is reseller-admin"},
      {"GET", "/api/v1/locked", "zero", 403, "this is for nobody; who asks is nobody"},
      {"GET", "/api/v1/locked", "operator", 403, "this is for nobody"},
      {"GET", "/", "", 404, "there is nothing at this path"},
      {"GET", "/healthz/", "", 404, "there is nothing"},
      {"GET", "//healthz", "", 404, "there is nothing"},
      {"GET", "/Healthz", "", 404, "there is nothing"},
      {"GET", "/api/v1/printers/", "admin", 404, "there is nothing"},
      {"GET", "/api/v1/printers/a/b", "admin", 404, "there is nothing"},
      {"POST", "/healthz", "", 405, "POST is not among what this path takes: GET, HEAD"},
  };
  for (const auto& c : kCases) {
    const Response response = Answer(c.method, c.target, c.token);
    EXPECT_EQ(response.status, c.status) << c.method << ' ' << c.target << ' ' << c.token;
    EXPECT_THAT(response.body, HasSubstr(c.body)) << c.method << ' ' << c.target << ' ' << c.token;
    EXPECT_EQ(response.content_type,
              c.status == 200 ? "application/json" : "application/problem+json");
  }
}

TEST_F(RouterTest, SaysHowToAuthenticate) {
  EXPECT_EQ(*Answer("GET", "/api/v1/tenants", "").headers.Find("WWW-Authenticate"),
            "Bearer realm=\"plotmeter\"");
  EXPECT_EQ(*Answer("GET", "/api/v1/tenants", "wrong").headers.Find("WWW-Authenticate"),
            "Bearer realm=\"plotmeter\", error=\"invalid_token\"");
  const auto said = [&](const char* field, const char* value) {
    return router_.Handle(Request("GET", "/api/v1/tenants").With(field, value)).body;
  };
  EXPECT_THAT(said("Authorization", "Basic YWxhZGRpbjpvcGVu"),
              HasSubstr("'Authorization' is something else; expected Bearer TOKEN"));
  EXPECT_THAT(said("Authorization", "Basic YWxhZGRpbjpvcGVu"), Not(HasSubstr("YWx")));
  EXPECT_THAT(said("Cookie", "a=b"), HasSubstr("of no session that lasts: sign in anew"));
}

TEST_F(RouterTest, SaysWhatAPathTakes) {
  EXPECT_EQ(*Answer("PUT", "/api/v1/printers/CN1", "").headers.Find("Allow"), "DELETE, GET, HEAD");
  EXPECT_EQ(*Answer("GET", "/api/v1/batches", "").headers.Find("Allow"), "POST");
}

TEST_F(RouterTest, TellsNobodyWhyItFailed) {
  const Response response = Answer("PATCH", "/api/v1/notes", "");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, R"({"detail":"the portal failed; its log says why","status":500,)"
                           R"("title":"Internal Server Error","type":"about:blank"})");
  EXPECT_EQ(Answer("GET", "/api/v1/split", "").status, 500);
  EXPECT_EQ(Answer("GET", "/api/v1/cookie", "").status, 500);
}

TEST_F(RouterTest, AsksToComeAgainWhereTheDatabaseIsHeld) {
  const Response response = Answer("POST", "/api/v1/notes", "");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(*response.headers.Find("Retry-After"), "5");
}

TEST_F(RouterTest, LetsNobodyInWithoutAnAuthenticator) {
  Router router;
  pages_.Map(router);
  EXPECT_EQ(router.Handle(Request("GET", "/healthz")).status, 200);
  EXPECT_EQ(
      router.Handle(Request("GET", "/api/v1/tenants").With("Authorization", "Bearer x")).status,
      401);
}

TEST_F(RouterTest, TakesACallerFromATest) {
  const Caller south{.reseller = {"south"}, .role = Role::kResellerViewer};
  EXPECT_EQ(router_.Handle(Request("GET", "/api/v1/printers/export.csv"), south).body,
            R"("reseller-viewer of south")");
  EXPECT_EQ(router_.Handle(Request("GET", "/api/v1/tenants"), south).status, 403);
}

TEST_F(RouterTest, ReadsAtOnceWhatAGetAsks) {
  int reads = 0;
  bool is_reading = false;
  router_.ReadWith([&](const std::function<void()>& read) {
    ++reads;
    is_reading = true;
    read();
    is_reading = false;
  });
  router_.Add("GET", "/api/v1/reading", kAnyone,
              [&](const Request&, const Caller&) { return Ok(is_reading); });
  EXPECT_EQ(Answer("GET", "/api/v1/reading", "").body, "true");
  EXPECT_EQ(Answer("HEAD", "/healthz", "").status, 200);
  EXPECT_EQ(reads, 2);
  EXPECT_EQ(Answer("DELETE", "/api/v1/printers/CN1", "admin").status, 200);
  EXPECT_EQ(reads, 2);
}

TEST_F(RouterTest, JudgesABodyBeforeItIsRead) {
  const auto post = [] { return Request("POST", "/api/v1/batches"); };
  EXPECT_EQ(Admitted(post().With("Content-Type", "application/jose")), "4194304");
  EXPECT_EQ(Admitted(post().With("Content-Type", "Application/JOSE ; a=b")), "4194304");
  EXPECT_THAT(Admitted(post()), HasSubstr("'Content-Type' is missing; expected application/jose"));
  EXPECT_THAT(Admitted(post().With("Content-Type", "text/plain")),
              HasSubstr("'Content-Type' is 'text/plain'; expected application/jose"));
  EXPECT_THAT(Admitted(post().With("Content-Type", "text/\xff")),
              HasSubstr("'Content-Type' is something else; expected application/jose"));
  EXPECT_THAT(Admitted(post().With("Content-Type", "application/json")),
              HasSubstr("\"status\":415"));
  EXPECT_THAT(Admitted(post().With("Content-Length", "4194305")),
              HasSubstr("the body has 4194305 bytes; at most 4194304"));
  EXPECT_THAT(Admitted(post().With("Transfer-Encoding", "chunked")), HasSubstr("\"status\":411"));
  EXPECT_EQ(Admitted(Request("PUT", "/api/v1/notes").With("Transfer-Encoding", "chunked")),
            "1048576");
  EXPECT_THAT(Admitted(Request("GET", "/healthz").With("Content-Length", "1")),
              HasSubstr("\"status\":413"));
  EXPECT_EQ(Admitted(Request("GET", "/healthz").With("Content-Length", "0")), "0");
  EXPECT_THAT(Admitted(Request("GET", "/nowhere")), HasSubstr("\"status\":404"));
  EXPECT_THAT(Admitted(Request("PUT", "/healthz")), HasSubstr("\"status\":405"));
}

// A page of one word, which PATCH sets.
class Word {
 public:
  void Map(Router& router) const {
    router.Get("/word", kResellers, this, &Word::Show);
    router.Patch("/word", Role::kResellerAdmin, this, &Word::Set);
    router.Get("/words", kResellers, this, &Word::Stream);
    router.Delete("/nothing", Role::kResellerAdmin, this, &Word::Set);
  }

 private:
  Response Show(const Request&, const Caller&) const { return Ok(word_); }
  Response Set(const Request& request, const Caller&) const {
    word_ = request.body();
    return Ok(word_);
  }
  Response Stream(const Request&, const Caller&) const {
    return {.pull = [](std::string&) { return false; }};
  }
  mutable std::string word_ = "one";
};

TEST(RouterConditionsTest, SpareWhoHasThePageTheReading) {
  Word word;
  Router router;
  word.Map(router);
  const Caller admin{.role = Role::kResellerAdmin};
  const Response first = router.Handle(Request("GET", "/word"), admin);
  const std::string etag = *first.headers.Find("ETag");
  const auto again = [&](const std::string& tags) {
    return router.Handle(Request("GET", "/word").With("If-None-Match", tags), admin);
  };
  EXPECT_EQ(again(etag).status, 304);
  EXPECT_EQ(again(etag).body, "");
  EXPECT_EQ(again(etag).content_type, "");
  EXPECT_EQ(*again(etag).headers.Find("ETag"), etag);
  EXPECT_EQ(again("\"other\"").body, first.body);
  EXPECT_EQ(router.Handle(Request("GET", "/words"), admin).headers.Find("ETag"), nullptr);
}

TEST(RouterConditionsTest, ChangeNothingThatSomebodyElseHasChanged) {
  Word word;
  Router router;
  word.Map(router);
  const Caller admin{.role = Role::kResellerAdmin};
  const auto set = [&](const std::string& to, const std::string& if_match) {
    Request request("PATCH", "/word");
    if (!if_match.empty()) request.With("If-Match", if_match);
    return router.Handle(request.WithBody(to), admin);
  };
  const Response now = router.Handle(Request("GET", "/word"), admin);
  const std::string etag = *now.headers.Find("ETag");
  EXPECT_EQ(set("two", "\"other\"").status, 412);
  EXPECT_EQ(router.Handle(Request("GET", "/word"), admin).body, now.body);
  const Response two = set("two", etag);
  EXPECT_EQ(two.status, 200);
  EXPECT_EQ(set("three", etag).status, 412) << "it is no longer that";
  EXPECT_EQ(set("three", *two.headers.Find("ETag")).status, 200) << "PATCH tells the next one";
  EXPECT_EQ(set("four", "*").status, 200);
  EXPECT_EQ(set("five", "").status, 200);
  EXPECT_EQ(router.Handle(Request("DELETE", "/nothing").With("If-Match", "*"), admin).status, 412)
      << "there is nothing to compare with";
}

// Two that are answered at the same time, or neither in time.
struct Together {
  Response Meet(const Request&, const Caller&) const {
    std::unique_lock lock(mutex_);
    ++here_;
    both_.notify_all();
    const bool met = both_.wait_for(lock, std::chrono::seconds(10), [&] { return here_ == 2; });
    return met ? NoContent() : Ok("alone");
  }
  mutable std::mutex mutex_;
  mutable std::condition_variable both_;
  mutable int here_ = 0;
};

TEST(RouterConditionsTest, LetNobodyWaitWhereNothingCanBeCompared) {
  // Everybody's password has one path: who changes theirs must not hold up the others.
  Together together;
  Router router;
  router.Put("/password", Role::kResellerAdmin, &together, &Together::Meet);
  const Caller admin{.role = Role::kResellerAdmin};
  auto other = std::async(std::launch::async,
                          [&] { return router.Handle(Request("PUT", "/password"), admin).status; });
  EXPECT_EQ(router.Handle(Request("PUT", "/password"), admin).status, 204);
  EXPECT_EQ(other.get(), 204);
}

TEST_F(RouterTest, SlowsDownWhoAsksTooOften) {
  FakeClock clock;
  RateLimits limits(clock, {.caller = {.burst = 1, .every = std::chrono::seconds(1)},
                            .address = {.burst = 3, .every = std::chrono::seconds(60)},
                            .collectors = {.burst = 1, .every = std::chrono::seconds(1)}});
  router_.Limit(&limits);
  EXPECT_EQ(Answer("GET", "/healthz", "").status, 200);
  EXPECT_EQ(Answer("GET", "/api/v1/tenants", "wrong").status, 401);
  EXPECT_EQ(Answer("GET", "/healthz", "").status, 200);
  const Response refused = Answer("GET", "/healthz", "");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(*refused.headers.Find("Retry-After"), "60");
  EXPECT_THAT(refused.body, HasSubstr("too many requests; come again in 60 s"));
}

TEST_F(RouterTest, ListsItsRoutes) {
  const auto routes = router_.Routes();
  ASSERT_EQ(routes.size(), 13u);
  EXPECT_EQ(
      routes[1],
      (Router::Line{.method = "GET", .path = "/api/v1/printers/{printer}", .roles = kViewers}));
  EXPECT_EQ(routes[7], (Router::Line{.method = "POST",
                                     .path = "/api/v1/batches",
                                     .roles = kAnyone,
                                     .max_body = 4 << 20,
                                     .media_type = "application/jose"}));
}

TEST_F(RouterTest, RefusesASecondRouteForOnePath) {
  const auto nothing = [](const Request&, const Caller&) { return NoContent(); };
  EXPECT_THROW(router_.Add("GET", "/api/v1/printers/{id}", kAnyone, nothing), std::logic_error);
  EXPECT_THROW(router_.Add("GET", "healthz", kAnyone, nothing), std::logic_error);
  router_.Add("PUT", "/api/v1/printers/{id}", kAnyone, nothing);
  EXPECT_EQ(Answer("PUT", "/api/v1/printers/CN1", "").status, 204);
}

}  // namespace
}  // namespace plotmeter
