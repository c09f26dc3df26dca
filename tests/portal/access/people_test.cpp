#include "portal/access/people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "portal/access/audit_check.h"
#include "tests/portal/access/accounts_world.h"

namespace plotmeter {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::HasSubstr;

class PeopleTest : public testing::Test, protected AccountsWorld {
 protected:
  std::string Link(const std::string& email) {
    return Invite(store, north.reseller,
                  {.email = email, .name = "somebody", .role = "reseller_viewer"}, kPortalItself,
                  clock.now)
        .link.text.Reveal();
  }
};

TEST_F(PeopleTest, LetsInWhoeverHasTheLinkOnce) {
  const std::string link = Link("a@north.example");
  EXPECT_THAT(link, testing::StartsWith("pml_"));
  EXPECT_EQ(people.Accept(link + "x", kGoodPassword, "").accepted, LinkUse::kNoSuchLink);
  const AcceptAnswer refused = people.Accept(link, "password2026", "");
  EXPECT_EQ(refused.accepted, LinkUse::kRefusedPassword);
  EXPECT_THAT(refused.why, HasSubstr("common word"));
  EXPECT_EQ(people.Accept(link, "northreseller1", "").accepted, LinkUse::kRefusedPassword)
      << "made of the reseller's name and a common word";
  EXPECT_EQ(people.Accept(link, kGoodPassword, "").accepted, LinkUse::kYes);
  EXPECT_EQ(people.Accept(link, kGoodPassword, "").accepted, LinkUse::kNoSuchLink);
  EXPECT_NE(Cookie("a@north.example"), "");
}

TEST_F(PeopleTest, LetsNoLinkWorkLate) {
  const std::string link = Link("a@north.example");
  clock.now += kInvitationWorks;
  EXPECT_EQ(people.Accept(link, kGoodPassword, "").accepted, LinkUse::kNoSuchLink);
  const KnownPerson who = AddPerson(north.reseller, "b@north.example");
  const auto reset = IssueLink(store, north.reseller, who.id, kPortalItself, clock.now);
  EXPECT_EQ(reset->expires_at, clock.now + kResetWorks);
  clock.now += kResetWorks;
  EXPECT_EQ(people.Accept(reset->text.Reveal(), kGoodPassword, "").accepted, LinkUse::kNoSuchLink);
  EXPECT_FALSE(IssueLink(store, south.reseller, who.id, kPortalItself, clock.now));
  EXPECT_FALSE(IssueLink(store, north.reseller, "usr_NONE", kPortalItself, clock.now));
}

TEST_F(PeopleTest, EndsEverySessionWithAReset) {
  const KnownPerson who = AddPerson(north.reseller, "a@north.example");
  const std::string cookie = Cookie("a@north.example");
  const auto reset = IssueLink(store, north.reseller, who.id, kPortalItself, clock.now);
  EXPECT_TRUE(sessions.Find(cookie));
  EXPECT_EQ(people.Accept(reset->text.Reveal(), "another mitten kelp", "").accepted, LinkUse::kYes);
  EXPECT_FALSE(sessions.Find(cookie));
  EXPECT_EQ(Cookie("a@north.example"), "");
  EXPECT_NE(Cookie("a@north.example", "another mitten kelp"), "");
}

TEST_F(PeopleTest, KeepsTheSecondFactorThroughAReset) {
  const KnownPerson who = AddPerson(north.reseller, "a@north.example");
  const Secret secret = SwitchTotpOn(who);
  const auto reset = IssueLink(store, north.reseller, who.id, kPortalItself, clock.now);
  const std::string& link = reset->text.Reveal();
  EXPECT_EQ(people.Accept(link, "another mitten kelp", "").accepted, LinkUse::kCodeNeeded);
  EXPECT_EQ(people.Accept(link, "another mitten kelp", "no").accepted, LinkUse::kCodeWrong);
  clock.now += seconds(30);
  EXPECT_EQ(
      people.Accept(link, "another mitten kelp", TotpCode(secret, TotpStep(clock.now))).accepted,
      LinkUse::kYes);
}

TEST_F(PeopleTest, ChangesAPasswordAndKeepsTheSessionThatDidIt) {
  const KnownPerson who = AddPerson(north.reseller, "a@north.example");
  const std::string mine = Cookie("a@north.example");
  const std::string other = Cookie("a@north.example");
  const std::string hash = sessions.Find(mine)->hash;
  const std::string next = "another mitten kelp";
  EXPECT_EQ(people.ChangePassword(who, "guess", next, hash).proof.proved, Proved::kWrong);
  EXPECT_THAT(people.ChangePassword(who, kGoodPassword, "short", hash).why, HasSubstr("5 charact"));
  EXPECT_EQ(people.ChangePassword(who, kGoodPassword, next, hash).proof.proved, Proved::kYes);
  EXPECT_TRUE(sessions.Find(mine));
  EXPECT_FALSE(sessions.Find(other));
  EXPECT_NE(Cookie("a@north.example", next), "");
}

TEST_F(PeopleTest, MakesAStolenSessionWaitThatGuesses) {
  const KnownPerson who = AddPerson(north.reseller, "a@north.example");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(people.ProveAgain(who, "guess", "").proved, Proved::kWrong);
  EXPECT_EQ(people.ProveAgain(who, kGoodPassword, "").proved, Proved::kWait);
  EXPECT_NE(Cookie("a@north.example"), "") << "its owner signs in all the same";
}

TEST_F(PeopleTest, SwitchesASecondFactorOnWithAFirstCode) {
  const KnownPerson who = AddPerson(north.reseller, "a@north.example");
  EXPECT_TRUE(people.ConfirmTotp(who, "123456").empty()) << "nothing was begun";
  const auto begun = people.BeginTotp(who);
  EXPECT_THAT(begun->uri.Reveal(), HasSubstr("secret=" + begun->secret.Reveal()));
  EXPECT_TRUE(people.ConfirmTotp(who, "no").empty());
  EXPECT_NE(Cookie("a@north.example"), "") << "it is not on yet";
  const Secret secret = SwitchTotpOn(who);
  EXPECT_FALSE(people.BeginTotp(who)) << "it is on";
  EXPECT_EQ(Cookie("a@north.example"), "");
  EXPECT_EQ(people.RenewRecoveryCodes(who).size(), 10u);
  EXPECT_EQ(people.ProveAgain(who, kGoodPassword, "").proved, Proved::kCodeNeeded);
}

TEST_F(PeopleTest, InvitesNobodyWhoMakesNoSense) {
  const auto invite = [&](const ResellerId& reseller, const std::string& email,
                          const std::string& role, const std::string& customer) {
    Invite(store, reseller, {.email = email, .name = "x", .role = role, .customer = customer},
           kPortalItself, clock.now);
  };
  EXPECT_THROW(invite(north.reseller, "a", "reseller_admin", ""), std::invalid_argument);
  EXPECT_THROW(invite(north.reseller, "a@b", "root", ""), std::invalid_argument);
  EXPECT_THROW(invite(north.reseller, "a@b", "operator", ""), std::invalid_argument);
  EXPECT_THROW(invite(kTheOperator, "a@b", "reseller_admin", ""), std::invalid_argument);
  EXPECT_THROW(invite(north.reseller, "a@b", "customer_viewer", ""), std::invalid_argument);
  EXPECT_THROW(invite(north.reseller, "a@b", "reseller_viewer", north.customer),
               std::invalid_argument);
}

TEST_F(PeopleTest, KnowsAnAddressFromSomethingElse) {
  for (const char* good : {"a@b", "anna.meier+x@north.example", "ü@münchen.example"}) {
    EXPECT_TRUE(IsEmail(good)) << good;
  }
  for (const char* bad : {"", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\n"}) {
    EXPECT_FALSE(IsEmail(bad)) << bad;
  }
  EXPECT_FALSE(IsEmail("a@" + std::string(253, 'b')));
}

TEST(SecondFactorKeyTest, OpensItsOwnForThePersonOnly) {
  const SecondFactorKey key(Secret(std::string(32, 'a')));
  const SecondFactorKey other(Secret(std::string(32, 'b')));
  const std::string sealed = key.Seal(Secret("12345678901234567890"), "usr_A");
  EXPECT_EQ(key.Open(sealed, "usr_A")->Reveal(), "12345678901234567890");
  EXPECT_FALSE(key.Open(sealed, "usr_B"));
  EXPECT_FALSE(other.Open(sealed, "usr_A"));
  EXPECT_FALSE(key.Open("", "usr_A"));
  EXPECT_FALSE(key.Open("AAAA", "usr_A"));
  std::string altered = sealed;
  altered[30] = altered[30] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(key.Open(altered, "usr_A"));
  EXPECT_NE(key.Seal(Secret("12345678901234567890"), "usr_A"), sealed);
}

TEST(SecondFactorKeyTest, IsAFileOfItsOwnersAlone) {
  const std::filesystem::path data = FreshPath() + ".data";
  std::filesystem::create_directories(data / "keys");
  const std::string sealed = SecondFactorKey::LoadOrMake(data).Seal(Secret("s"), "usr_A");
  EXPECT_EQ(SecondFactorKey::LoadOrMake(data).Open(sealed, "usr_A")->Reveal(), "s");
  const auto file = data / "keys" / "second-factor.key";
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::resize_file(file, 10);
  EXPECT_THROW(SecondFactorKey::LoadOrMake(data), std::runtime_error);
}

class AuditTest : public testing::Test {
 protected:
  // The report after a statement that goes around the triggers, as who owns the file may.
  AuditReport After(const std::string& sql) {
    Database db(path_, Database::Mode::kReadWrite);
    db.Execute(
        "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_shortened;"
        "DROP TRIGGER audit_has_no_second_row;" +
        sql);
    return CheckAudit(store_, north_.reseller);
  }

  const std::string path_ = FreshDatabase();
  SqliteStore store_{path_};
  Tenant north_ = AddTenant(store_, "north");
  std::string third_ =
      *store_.AddCustomer(north_.reseller, "third", At("2026-11-10T12:00:00Z"), kPortalItself);
};

TEST_F(AuditTest, FindsNothingWrongWithWhatWasWritten) {
  const AuditReport report = CheckAudit(store_, north_.reseller);
  EXPECT_EQ(report.rows, 3);
  EXPECT_EQ(report.broken, 0) << report.why;
  EXPECT_EQ(report.last, store_.AuditRows(north_.reseller, INT64_MAX, 1).at(0).hash);
  EXPECT_EQ(CheckAudit(store_, kTheOperator).rows, 1);
  EXPECT_EQ(CheckAudit(store_, {"res_NONE"}).rows, 0);
}

TEST_F(AuditTest, NamesTheRowThatWasChanged) {
  EXPECT_EQ(After("UPDATE audit SET who='x' WHERE number=2").broken, 2);
}

TEST_F(AuditTest, NamesTheRowThatWasMadeToFitItself) {
  AuditRow row = store_.AuditRows(north_.reseller, 3, 1).at(0);
  row.who = "x";
  EXPECT_EQ(After("UPDATE audit SET who='x', hash='" + AuditHash(north_.reseller, row) +
                  "' WHERE number=2 AND reseller_id<>0")
                .broken,
            3)
      << "the next does not follow it";
}

TEST_F(AuditTest, NamesTheFirstAfterARowThatIsGone) {
  EXPECT_EQ(After("DELETE FROM audit WHERE number=2").broken, 3);
}

TEST_F(AuditTest, NamesARowThatIsNoJson) {
  EXPECT_EQ(After("UPDATE audit SET before='{' WHERE number=1").broken, 1);
}

TEST_F(AuditTest, TellsTheLastHashSoThatACutIsSeen) {
  const std::string last = CheckAudit(store_, north_.reseller).last;
  const AuditReport cut = After("DELETE FROM audit WHERE number=3");
  EXPECT_EQ(cut.broken, 0);
  EXPECT_NE(cut.last, last);
}

}  // namespace
}  // namespace plotmeter
