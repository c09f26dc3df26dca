// What happens once: a POST with an Idempotency-Key and what is kept of it, together; lists of
// tokens and resellers a page at a time; what is revoked, and stays so.

#include "portal/access/revocations.h"
#include "tests/portal/controllers/fleet_world.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kKey = "0193a1c2-7b1e-7c3a-9f52-0d6f3f1b8a11";

// Notes whose disk is full once the change is made.
struct FullNotes : StoredRepeatNotes {
  using StoredRepeatNotes::StoredRepeatNotes;
  void Keep(const Caller& caller, const RepeatNote& note) override {
    if (is_full) throw std::runtime_error("the disk is full");
    StoredRepeatNotes::Keep(caller, note);
  }
  bool is_full = true;
};

class OnceTest : public FleetTest {
 protected:
  OnceTest() { std::filesystem::remove(journal_); }

  Response Send(const std::string& target, const std::string& json, const std::string& token) {
    Request request = Request("POST", target)
                          .With("Authorization", "Bearer " + token)
                          .With("Content-Type", "application/json")
                          .With("Idempotency-Key", kKey)
                          .WithBody(json);
    // A 500 is no answer that is described.
    return fails_ ? router_.Handle(std::move(request)) : Ask(std::move(request));
  }

  // Rows of a table, as somebody else reads them: what was committed.
  std::int64_t Count(const std::string& table) {
    Database db(path, Database::Mode::kReadOnly);
    Statement q = db.Prepare("SELECT COUNT(*) FROM " + table);
    return q.Step() ? q.Int(0) : -1;
  }

  FullNotes full_{store, clock};
  Repeats full_repeats_{full_};
  bool fails_ = false;
};

TEST_F(OnceTest, WhatIsMadeAndItsAnswerAreKeptTogetherOrNotAtAll) {
  const std::vector<std::pair<std::string, std::string>> posts = {
      {"/api/v1/customers", R"({"name":"New"})"},
      {"/api/v1/sites",
       R"({"customer":")" + north.tenant.customer + R"(","name":"New","time_zone":"UTC"})"},
      {"/api/v1/sites/" + north.tenant.site + "/enrolments", R"({"days":2})"},
      {"/api/v1/tokens", R"({"name":"new","role":"reseller_viewer"})"},
      {"/api/v1/users", R"({"email":"new@north.example","name":"New","role":"reseller_viewer"})"}};
  const std::vector<std::string> tables = {"customer", "site", "enrolment_code", "api_token",
                                           "person"};
  router_.Remember(&full_repeats_);
  for (std::size_t i = 0; i < posts.size(); ++i) {
    const auto& [target, json] = posts[i];
    const std::int64_t before = Count(tables[i]);
    const std::int64_t audited = Count("audit");
    full_.is_full = fails_ = true;
    EXPECT_EQ(Send(target, json, admin()).status, 500) << target;
    EXPECT_EQ(Count(tables[i]), before) << target;
    EXPECT_EQ(Count("audit"), audited) << target;
    full_.is_full = fails_ = false;
    const Response made = Send(target, json, admin());
    EXPECT_EQ(made.status, 201) << target << made.body;
    EXPECT_EQ(Send(target, json, admin()).body, made.body) << target;
    EXPECT_EQ(Count(tables[i]), before + 1) << target;
    EXPECT_EQ(Count("audit"), audited + 1) << target;
    Database(path, Database::Mode::kReadWrite).Execute("DELETE FROM kept_answer");
  }
}

TEST_F(OnceTest, WhatIsRefusedLeavesNothingBehindAndMayBeTriedAgain) {
  EXPECT_EQ(Send("/api/v1/customers", R"({"name":"north's customer"})", admin()).status, 409);
  EXPECT_EQ(Count("kept_answer"), 0);
  EXPECT_EQ(Send("/api/v1/customers", R"({"name":"another"})", admin()).status, 201);
}

TEST_F(OnceTest, KeepsNotMoreThanSoManyAnswersADay) {
  {
    Database db(path, Database::Mode::kReadWrite);
    Statement fill = db.Prepare(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<?1)"
        " INSERT INTO kept_answer(reseller_id, caller, key, request, answer, kept_at)"
        " SELECT t.reseller_id, t.id, 'key ' || i, '', x'', ?2 FROM n JOIN api_token t"
        " WHERE t.hash=?3");
    fill.Run(kMostAnswersKept, ToMillis(clock.now), HashOfSecret(admin()));
  }
  const Response refused = Send("/api/v1/customers", R"({"name":"New"})", admin());
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.headers.Find("Retry-After"), nullptr);
  EXPECT_EQ(store.Customers(north.tenant.reseller).size(), 1u);
  clock.now += kAnswersKept;
  EXPECT_EQ(Send("/api/v1/customers", R"({"name":"New"})", admin()).status, 201);
  EXPECT_EQ(Count("kept_answer"), 1) << "those of the day before are forgotten";
}

TEST_F(OnceTest, ListsTokensAndResellersAPageAtATime) {
  const auto all = [&](const std::string& target, const std::string& list, const std::string& name,
                       const std::string& token) {
    std::vector<std::string> found;
    std::string cursor;
    for (int pages = 0; pages < 20; ++pages) {
      const Response response = Get(target + cursor, token);
      EXPECT_EQ(response.status, 200) << response.body;
      const Json page = ParseJson(response.body);
      EXPECT_LE(page.at(list).size(), 2u);
      for (const Json& row : page.at(list)) found.push_back(row.at(name).get<std::string>());
      if (!page.contains("next")) return found;
      cursor = "&cursor=" + page.at("next").get<std::string>();
    }
    ADD_FAILURE() << "it never ends";
    return found;
  };
  for (int i = 0; i < 4; ++i) {
    IssueToken(store, north.tenant.reseller, {.role = "reseller_viewer", .name = "more"}, clock.now,
               kPortalItself);
  }
  std::vector<std::string> tokens;
  for (const ApiToken& token : store.Tokens(north.tenant.reseller)) tokens.push_back(token.id);
  std::ranges::sort(tokens);
  EXPECT_EQ(tokens.size(), 7u);
  EXPECT_EQ(all("/api/v1/tokens?limit=2", "tokens", "id", admin()), tokens);

  for (const char* name : {"West", "Atlas", "East"}) {
    store.AddReseller(name, clock.now, kPortalItself);
  }
  EXPECT_THAT(all("/api/v1/resellers?limit=2", "resellers", "name", tokens_["operator"][0]),
              ElementsAre("Atlas", "East", "West", "north", "south"));
  EXPECT_EQ(Get("/api/v1/tokens?limit=2&cursor=nonsense", admin()).status, 400);
}

TEST_F(OnceTest, ARevokedTokenStaysRevokedInADatabaseOfBefore) {
  const auto issued =
      IssueToken(store, north.tenant.reseller, {.role = "reseller_viewer", .name = "lost"},
                 clock.now, kPortalItself);
  const std::string before = FreshPath();
  Database(path, Database::Mode::kReadWrite).Prepare("VACUUM INTO ?").Run(before);
  const auto revoke = [&](const std::string& id, const std::string& token) {
    return Ask(Request("DELETE", "/api/v1/tokens/" + id).With("Authorization", "Bearer " + token))
        .status;
  };
  EXPECT_EQ(revoke(issued->id, stranger()), 404);
  EXPECT_EQ(revoke("tok_NOBODYS0", admin()), 404);
  EXPECT_FALSE(std::filesystem::exists(journal_)) << "what was not revoked is not noted";
  EXPECT_EQ(revoke(issued->id, admin()), 204);
  SqliteStore restored(before);
  EXPECT_FALSE(restored.TokenByHash(HashOfSecret(issued->text.Reveal()))->revoked_at);
  EXPECT_EQ(RepeatRevocations(journal_, restored), 1);
  EXPECT_TRUE(restored.TokenByHash(HashOfSecret(issued->text.Reveal()))->revoked_at);
  EXPECT_EQ(RepeatRevocations(journal_, restored), 0);
}

TEST_F(OnceTest, WhoIsDisabledStaysSoUnlessLetInAgain) {
  const auto invite = [&](const std::string& email) {
    return Invite(store, north.tenant.reseller,
                  {.email = email, .name = "x", .role = "reseller_viewer"}, kPortalItself,
                  clock.now)
        .added.id;
  };
  const std::string anna = invite("anna@north.example");
  const std::string bert = invite("bert@north.example");
  const std::string before = FreshPath();
  Database(path, Database::Mode::kReadWrite).Prepare("VACUUM INTO ?").Run(before);
  const auto change = [&](const std::string& id, const std::string& json) {
    return FleetTest::Send("PATCH", "/api/v1/users/" + id, json, admin()).status;
  };
  EXPECT_EQ(change(anna, R"({"disabled":true})"), 200);
  EXPECT_EQ(change(bert, R"({"disabled":true})"), 200);
  EXPECT_EQ(change(bert, R"({"disabled":false})"), 200);
  SqliteStore restored(before);
  EXPECT_EQ(RepeatDisablings(journal_, restored), 1);
  EXPECT_TRUE(restored.FindPerson(north.tenant.reseller, anna)->disabled_at);
  EXPECT_FALSE(restored.FindPerson(north.tenant.reseller, bert)->disabled_at);
  EXPECT_EQ(RepeatDisablings(journal_, restored), 0);
  EXPECT_EQ(RepeatDisablings(journal_, store), 0);
}

TEST_F(OnceTest, AChangeOfAPersonThatFailsDisablesNobodyLater) {
  const std::string anna =
      Invite(store, north.tenant.reseller,
             {.email = "anna@north.example", .name = "x", .role = "reseller_viewer"}, kPortalItself,
             clock.now)
          .added.id;
  const Response refused = FleetTest::Send(
      "PATCH", "/api/v1/users/" + anna,
      R"({"disabled":true,"role":"customer_viewer","customer":")" + south.tenant.customer + "\"}",
      admin());
  EXPECT_EQ(refused.status, 422) << refused.body;
  EXPECT_EQ(RepeatDisablings(journal_, store), 0);
}

}  // namespace
}  // namespace plotmeter
