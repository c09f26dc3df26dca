#include "portal/store/accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/portal/store/fleet.h"

namespace plotmeter {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class AccountsTest : public testing::Test {
 protected:
  PersonAdded Add(const ResellerId& reseller, const std::string& email,
                  const std::string& role = "reseller_admin", const std::string& customer = "") {
    return store_.AddPerson(
        reseller, {.email = email, .name = "Anna Meier", .role = role, .customer = customer},
        {.hash = "link of " + email, .kind = "invite", .expires_at = noon_ + hours(1)}, by_, noon_);
  }

  std::vector<std::string> Audited(const ResellerId& reseller) {
    std::vector<std::string> rows;
    store_.EachAuditRow(reseller, [&](const AuditRow& row) {
      rows.push_back(row.who + " " + row.what + " " + row.before + " " + row.after);
    });
    return rows;
  }

  bool Session(const std::string& person, const std::string& hash) {
    return store_.AddSession(
        north_.reseller, person,
        {.hash = hash,
         .device = "device",
         .expires_at = noon_ + hours(24),
         .password_changes = store_.SecretsOf(north_.reseller, person).password_changes},
        noon_);
  }

  const std::string path_ = FreshDatabase();
  SqliteStore store_{path_};
  Tenant north_ = AddTenant(store_, "north");
  Tenant south_ = AddTenant(store_, "south");
  const Instant noon_ = At("2026-11-10T12:00:00Z");
  const Actor by_{"usr_ADMIN000"};
};

TEST_F(AccountsTest, KeepsTheOperatorApartFromResellers) {
  for (const Reseller& reseller : store_.Resellers()) EXPECT_NE(reseller.id, kTheOperator);
  EXPECT_EQ(store_.Resellers().size(), 2u);
  EXPECT_EQ(store_.AddCustomer(kTheOperator, "x", noon_, kPortalItself), std::nullopt);
  EXPECT_FALSE(store_.RenameReseller(kTheOperator, "x", by_, noon_));
  EXPECT_EQ(Add(kTheOperator, "op@example.org", "operator").outcome, PersonAdded::Outcome::kAdded);
  EXPECT_THROW(Add(kTheOperator, "a@example.org"), SqliteError) << "an admin of no reseller";
  EXPECT_THROW(Add(north_.reseller, "b@example.org", "operator"), SqliteError);
  EXPECT_THAT(store_.People({}, "", 10), IsEmpty()) << "nobody is not the operator";
  EXPECT_THAT(store_.People({"res_NONE"}, "", 10), IsEmpty());
  EXPECT_EQ(Add({}, "c@example.org").outcome, PersonAdded::Outcome::kNoSuchReseller);
  EXPECT_FALSE(store_.AddToken({}, {.hash = "h", .role = "operator", .name = "t"}, kPortalItself));
}

TEST_F(AccountsTest, ShowsAResellerNobodyOfAnother) {
  const std::string id = Add(north_.reseller, "a@example.org").id;
  EXPECT_TRUE(store_.FindPerson(north_.reseller, id));
  EXPECT_FALSE(store_.FindPerson(south_.reseller, id));
  EXPECT_FALSE(store_.FindPerson(kTheOperator, id));
  EXPECT_THAT(store_.People(south_.reseller, "", 10), IsEmpty());
  EXPECT_EQ(store_.ChangePerson(south_.reseller, id, {.disabled = true}, by_, noon_),
            PersonChanged::kNoSuchPerson);
  EXPECT_FALSE(store_.AddLink(south_.reseller, id, {.hash = "x", .kind = "reset"}, by_, noon_));
  EXPECT_FALSE(store_.UseLink(south_.reseller, "link of a@example.org", "hash", noon_));
  EXPECT_EQ(store_.SecretsOf(south_.reseller, id).password, "");
  EXPECT_THROW(store_.SetPassword(south_.reseller, id, "x", "", {}, by_, noon_),
               std::runtime_error);
  EXPECT_FALSE(store_.BeginTotp(south_.reseller, id, "sealed"));
  EXPECT_EQ(Add(north_.reseller, "c@example.org", "customer_viewer", south_.customer).outcome,
            PersonAdded::Outcome::kNoSuchCustomer);
  EXPECT_EQ(store_.FindReseller(north_.reseller)->name, "north");
}

TEST_F(AccountsTest, HasAnAddressOnceWhateverItsCase) {
  const std::string id = Add(north_.reseller, "a@example.org").id;
  EXPECT_EQ(Add(south_.reseller, "A@Example.ORG").outcome, PersonAdded::Outcome::kEmailTaken);
  const auto known = store_.PersonByEmail("A@EXAMPLE.org");
  ASSERT_TRUE(known);
  EXPECT_EQ(known->reseller, north_.reseller);
  EXPECT_EQ(known->id, id);
  EXPECT_FALSE(store_.PersonByEmail("b@example.org"));
}

TEST_F(AccountsTest, UsesALinkOnceAndInTime) {
  const std::string id = Add(north_.reseller, "a@example.org").id;
  EXPECT_FALSE(store_.FindPerson(north_.reseller, id)->accepted);
  EXPECT_FALSE(store_.UseLink(north_.reseller, "link of a@example.org", "hash", noon_ + hours(1)));
  EXPECT_EQ(store_.UseLink(north_.reseller, "link of a@example.org", "hash", noon_), id);
  EXPECT_FALSE(store_.UseLink(north_.reseller, "link of a@example.org", "other", noon_));
  EXPECT_EQ(store_.SecretsOf(north_.reseller, id).password, "hash");
  EXPECT_TRUE(store_.LinkByHash("link of a@example.org")->used);
  const LinkOffer first{.hash = "one", .kind = "reset", .expires_at = noon_ + hours(1)};
  const LinkOffer second{.hash = "two", .kind = "reset", .expires_at = noon_ + hours(1)};
  EXPECT_TRUE(store_.AddLink(north_.reseller, id, first, by_, noon_));
  EXPECT_TRUE(store_.AddLink(north_.reseller, id, second, by_, noon_));
  EXPECT_FALSE(store_.LinkByHash("one")) << "the next one voids it";
  EXPECT_TRUE(store_.LinkByHash("two"));
}

TEST_F(AccountsTest, VoidsTheLinksOfBeforeWithAPassword) {
  const std::string id = Add(north_.reseller, "a@example.org").id;
  const LinkOffer reset{.hash = "reset", .kind = "reset", .expires_at = noon_ + hours(1)};
  EXPECT_TRUE(store_.AddLink(north_.reseller, id, reset, by_, noon_));
  store_.SetPassword(north_.reseller, id, "hash", "", {}, by_, noon_);
  EXPECT_FALSE(store_.LinkByHash("reset")) << "whoever has it would set another one";
}

TEST_F(AccountsTest, EndsSessionsWhereItHasTo) {
  const std::string id = Add(north_.reseller, "a@example.org").id;
  const auto open = [&] {
    std::string all;
    for (const char* hash : {"1", "2", "3"}) {
      if (store_.SessionByHash(hash)) all += hash;
    }
    return all;
  };
  for (const char* hash : {"1", "2", "3"}) Session(id, hash);
  EXPECT_EQ(open(), "123");
  store_.EndSession(south_.reseller, "1");
  EXPECT_EQ(open(), "123");
  store_.EndSession(north_.reseller, "1");
  EXPECT_EQ(open(), "23");
  EXPECT_TRUE(store_.KnowsDevice(north_.reseller, id, "device"));
  store_.SetPassword(north_.reseller, id, "hash", "3", {}, by_, noon_);
  EXPECT_EQ(open(), "3");
  EXPECT_EQ(store_.EndSessions(north_.reseller, id, by_, noon_), 1);
  EXPECT_EQ(open(), "");
  EXPECT_FALSE(store_.KnowsDevice(north_.reseller, id, "device"));
  Session(id, "1");
  store_.ChangePerson(north_.reseller, id, {.disabled = true}, by_, noon_);
  EXPECT_EQ(open(), "");
  EXPECT_FALSE(store_.LinkByHash("link of a@example.org"));
  EXPECT_FALSE(Session(id, "1")) << "disabled";
  store_.ChangePerson(north_.reseller, id, {.disabled = false}, by_, noon_);
  Session(id, "1");
  EXPECT_EQ(open(), "1");
}

TEST_F(AccountsTest, TellsOfASessionWhatItsPersonMayDoNow) {
  const std::string id = Add(north_.reseller, "a@example.org").id;
  Session(id, "1");
  EXPECT_EQ(store_.SessionByHash("1")->role, "reseller_admin");
  store_.ChangePerson(north_.reseller, id, {.role = "customer_viewer", .customer = north_.customer},
                      by_, noon_);
  EXPECT_EQ(store_.SessionByHash("1")->role, "customer_viewer");
  EXPECT_EQ(store_.SessionByHash("1")->customer, north_.customer);
  EXPECT_EQ(
      store_.ChangePerson(north_.reseller, id,
                          {.role = "customer_viewer", .customer = south_.customer}, by_, noon_),
      PersonChanged::kNoSuchCustomer);
  EXPECT_EQ(store_.SessionByHash("1")->customer, north_.customer);
}

TEST_F(AccountsTest, KeepsFiftySessionsAPerson) {
  const std::string id = Add(north_.reseller, "a@example.org").id;
  for (int i = 0; i < 51; ++i) {
    store_.AddSession(north_.reseller, id,
                      {.hash = std::to_string(i),
                       .device = "d" + std::to_string(i),
                       .expires_at = noon_ + hours(24)},
                      noon_ + seconds(i));
  }
  EXPECT_FALSE(store_.SessionByHash("0"));
  EXPECT_TRUE(store_.SessionByHash("1"));
  EXPECT_FALSE(store_.KnowsDevice(north_.reseller, id, "d30"));
  EXPECT_TRUE(store_.KnowsDevice(north_.reseller, id, "d31"));
}

TEST_F(AccountsTest, AcceptsNoCodeTwice) {
  const std::string id = Add(north_.reseller, "a@example.org").id;
  EXPECT_FALSE(store_.ConfirmTotp(north_.reseller, id, 41, {}, by_, noon_)) << "nothing was begun";
  EXPECT_TRUE(store_.BeginTotp(north_.reseller, id, "sealed"));
  EXPECT_FALSE(store_.UseTotpStep(north_.reseller, id, 41)) << "not confirmed";
  EXPECT_TRUE(store_.ConfirmTotp(north_.reseller, id, 41, {"r1", "r2"}, by_, noon_));
  EXPECT_FALSE(store_.BeginTotp(north_.reseller, id, "another")) << "one is on";
  EXPECT_FALSE(store_.UseTotpStep(north_.reseller, id, 41));
  EXPECT_TRUE(store_.UseTotpStep(north_.reseller, id, 42));
  EXPECT_FALSE(store_.UseTotpStep(north_.reseller, id, 42));
  EXPECT_EQ(store_.SecretsOf(north_.reseller, id).recovery_codes, 2);
  EXPECT_TRUE(store_.UseRecoveryCode(north_.reseller, id, "r1", by_, noon_));
  EXPECT_FALSE(store_.UseRecoveryCode(north_.reseller, id, "r1", by_, noon_));
  EXPECT_FALSE(store_.UseRecoveryCode(south_.reseller, id, "r2", by_, noon_));
  EXPECT_EQ(store_.SecretsOf(north_.reseller, id).recovery_codes, 1);
  store_.DropTotp(north_.reseller, id, by_, noon_);
  EXPECT_EQ(store_.SecretsOf(north_.reseller, id).totp, "");
  EXPECT_EQ(store_.SecretsOf(north_.reseller, id).recovery_codes, 0);
}

TEST_F(AccountsTest, CountsAnAttemptBeforeItIsLookedAt) {
  std::vector<std::int64_t> seen;
  const auto take = [&](seconds wait) {
    return store_.TakeAttempt(
        kTheOperator, {"pair", "address"},
        [&](std::size_t, const SignInTries& tries) {
          seen.push_back(tries.failures);
          return JudgedTry{wait, tries.failures + 1};
        },
        noon_);
  };
  EXPECT_EQ(take(seconds(0)), seconds(0));
  EXPECT_EQ(take(seconds(7)), seconds(7));
  EXPECT_EQ(take(seconds(0)), seconds(0));
  EXPECT_THAT(seen, ElementsAre(0, 0, 1, 1, 1, 1)) << "who has to wait is not counted";
  store_.Forgive(kTheOperator, "pair", Accounts::Forgiven::kAll);
  store_.Forgive(kTheOperator, "address", Accounts::Forgiven::kOne);
  seen.clear();
  take(seconds(0));
  EXPECT_THAT(seen, ElementsAre(0, 1));
}

TEST_F(AccountsTest, WritesDownWhoChangedWhatAndNobodysName) {
  const std::string id =
      Add(north_.reseller, "a@example.org", "customer_viewer", north_.customer).id;
  store_.ChangePerson(north_.reseller, id, {.name = "Berta", .disabled = true}, by_, noon_);
  const auto rows = Audited(north_.reseller);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0], "portal customer.add {} {}");
  EXPECT_THAT(rows[1], HasSubstr("portal site.add {} {\"customer\":\"" + north_.customer));
  EXPECT_THAT(rows[2], HasSubstr("usr_ADMIN000 user.invite {} {\"customer\":\""));
  EXPECT_THAT(rows[3], HasSubstr("\"disabled\":false"));
  EXPECT_THAT(rows[3], HasSubstr("\"disabled\":true,\"name\":\"changed\""));
  for (const std::string& row : rows) {
    for (const char* name : {"Anna", "Berta", "example.org", "north's"}) {
      EXPECT_THAT(row, Not(HasSubstr(name)));
    }
  }
  EXPECT_THAT(Audited(kTheOperator), ElementsAre("portal reseller.add {} {\"name\":\"north\"}",
                                                 "portal reseller.add {} {\"name\":\"south\"}"));
  EXPECT_EQ(Audited(south_.reseller).size(), 2u);
}

TEST_F(AccountsTest, WritesNothingDownThatDidNotHappen) {
  const auto before = Audited(north_.reseller);
  EXPECT_FALSE(store_.AddCustomer(north_.reseller, "north's customer", noon_, kPortalItself));
  EXPECT_FALSE(store_.RevokeToken(north_.reseller, "tok_NONE", noon_, by_));
  EXPECT_FALSE(store_.RevokeCollector(north_.reseller, "col_NONE", noon_, kPortalItself));
  EXPECT_FALSE(store_.ProposeSettings(north_.reseller, "col_NONE", "{}", noon_, kPortalItself));
  EXPECT_FALSE(store_.AddCode(north_.reseller, {.hash = "x", .site = south_.site}, kPortalItself));
  EXPECT_EQ(Audited(north_.reseller), before);
}

TEST_F(AccountsTest, ChainsTheAuditLogAndNeverChangesIt) {
  std::vector<AuditRow> rows;
  store_.EachAuditRow(north_.reseller, [&](const AuditRow& row) { rows.push_back(row); });
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].number, 1);
  EXPECT_EQ(rows[0].previous, AuditGenesis(north_.reseller));
  EXPECT_EQ(rows[1].previous, rows[0].hash);
  for (const AuditRow& row : rows) EXPECT_EQ(row.hash, AuditHash(north_.reseller, row));
  EXPECT_NE(rows[0].hash, AuditHash(south_.reseller, rows[0]));
  Database db(path_, Database::Mode::kReadWrite);
  EXPECT_THROW(db.Execute("UPDATE audit SET who='x'"), SqliteError);
  EXPECT_THROW(db.Execute("DELETE FROM audit"), SqliteError);
  EXPECT_THROW(db.Execute("INSERT OR REPLACE INTO audit SELECT reseller_id, number, at, 'x', what,"
                          " subject, before, after, previous, hash FROM audit"),
               SqliteError);
  EXPECT_EQ(store_.AuditRows(north_.reseller, 2, 10).size(), 1u);
  EXPECT_EQ(store_.AuditRows(north_.reseller, INT64_MAX, 1).at(0).number, 2);
}

TEST_F(AccountsTest, RevokesATokenOnce) {
  const std::string id = *store_.AddToken(
      north_.reseller,
      {.hash = "h", .role = "reseller_viewer", .name = "t", .scopes = "usage.read"}, by_);
  EXPECT_FALSE(store_.RevokeToken(south_.reseller, id, noon_, by_));
  store_.NoteTokenUse(north_.reseller, id, noon_);
  EXPECT_TRUE(store_.RevokeToken(north_.reseller, id, noon_, by_));
  EXPECT_TRUE(store_.RevokeToken(north_.reseller, id, noon_ + hours(1), by_));
  const auto known = store_.TokenByHash("h");
  EXPECT_EQ(known->revoked_at, noon_);
  EXPECT_EQ(known->last_used_at, noon_);
  EXPECT_EQ(known->scopes, "usage.read");
  EXPECT_EQ(known->id, id);
}

TEST_F(AccountsTest, RenamesAReseller) {
  EXPECT_TRUE(store_.RenameReseller(north_.reseller, "Nord", by_, noon_));
  EXPECT_EQ(store_.FindReseller(north_.reseller)->name, "Nord");
  EXPECT_THROW(store_.RenameReseller(north_.reseller, "south", by_, noon_), SqliteError);
  EXPECT_FALSE(store_.RenameReseller({"res_NONE"}, "x", by_, noon_));
  EXPECT_EQ(Audited(kTheOperator).back(),
            "usr_ADMIN000 reseller.rename {\"name\":\"north\"} {\"name\":\"Nord\"}");
}

}  // namespace
}  // namespace plotmeter
