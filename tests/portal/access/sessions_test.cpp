#include "portal/access/sessions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "tests/portal/access/accounts_world.h"

namespace plotmeter {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const std::string kEmail = "anna@north.example";

class SessionsTest : public testing::Test, protected AccountsWorld {
 protected:
  // "in", "wrong", "code needed", "code wrong", or "wait 8".
  static std::string Say(const std::variant<SignedIn, ProofAnswer>& result) {
    const auto* answer = std::get_if<ProofAnswer>(&result);
    if (answer == nullptr) return "in";
    switch (answer->proved) {
      case Proved::kWait:
        return "wait " + std::to_string(answer->wait.count());
      case Proved::kCodeNeeded:
        return "code needed";
      case Proved::kCodeWrong:
        return "code wrong";
      default:
        return "wrong";
    }
  }

  std::string Code() { return TotpCode(secret_, TotpStep(clock.now)); }

  KnownPerson anna_ = AddPerson(north.reseller, kEmail);
  Secret secret_;
};

TEST_F(SessionsTest, LetsInWhoHasTheRightPassword) {
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword)), "in");
  EXPECT_EQ(Say(SignIn(" Anna@North.EXAMPLE", kGoodPassword)), "in");
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword + " ")), "wrong");
  EXPECT_EQ(Say(SignIn(kEmail, "")), "wrong");
  EXPECT_EQ(Say(SignIn("nobody@north.example", kGoodPassword)), "wrong");
  store.ChangePerson(north.reseller, anna_.id, {.disabled = true}, kPortalItself, clock.now);
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword)), "wrong");
}

TEST_F(SessionsTest, LetsNobodyInWhoHasNoPasswordYet) {
  Invite(store, north.reseller,
         {.email = "new@north.example", .name = "new", .role = "reseller_viewer"}, kPortalItself,
         clock.now);
  EXPECT_EQ(Say(SignIn("new@north.example", "")), "wrong");
}

TEST_F(SessionsTest, KnowsWhoseACookieIs) {
  const std::string cookie = Cookie(kEmail);
  const auto open = sessions.Find(cookie);
  ASSERT_TRUE(open);
  EXPECT_EQ(open->of.reseller, north.reseller);
  EXPECT_EQ(open->of.person, anna_.id);
  EXPECT_EQ(open->of.role, "reseller_admin");
  EXPECT_FALSE(sessions.Find(cookie + "x"));
  EXPECT_FALSE(sessions.Find(open->hash)) << "what is stored opens nothing";
  EXPECT_FALSE(sessions.Find(""));
}

TEST_F(SessionsTest, EndsASessionThatIsIdleOrOld) {
  const Instant start = clock.now;
  const std::string idle = Cookie(kEmail);
  clock.now = start + hours(12) - seconds(1);
  EXPECT_TRUE(sessions.Find(idle)) << "and it is good for another 12 h";
  clock.now += hours(12) - seconds(1);
  EXPECT_TRUE(sessions.Find(idle));
  clock.now += hours(12);
  EXPECT_FALSE(sessions.Find(idle));
  const Instant again = clock.now;
  const std::string busy = Cookie(kEmail);
  for (; clock.now < again + hours(7 * 24); clock.now += hours(11)) {
    EXPECT_TRUE(sessions.Find(busy));
  }
  clock.now = again + hours(7 * 24);
  EXPECT_FALSE(sessions.Find(busy));
}

TEST_F(SessionsTest, MakesWhoGuessesWait) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Say(SignIn(kEmail, "guess")), "wrong");
  EXPECT_EQ(Say(SignIn(kEmail, "guess")), "wait 1");
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword)), "wait 1") << "not even looked at";
  clock.now += seconds(1);
  EXPECT_EQ(Say(SignIn(kEmail, "guess")), "wrong");
  EXPECT_EQ(Say(SignIn(kEmail, "guess")), "wait 2");
  clock.now += seconds(2);
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword)), "in");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Say(SignIn(kEmail, "guess")), "wrong") << "forgiven";
}

TEST_F(SessionsTest, LetsNobodyLockAnotherOut) {
  auto first = SignIn(kEmail, kGoodPassword);
  const std::string device = std::get<SignedIn>(first).device.Reveal();
  for (int i = 0; i < 100; ++i) SignIn(kEmail, "guess", "", "198.51.100." + std::to_string(i));
  for (int i = 0; i < 100; ++i) SignIn(kEmail, "guess", "", "192.0.2.7");
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword, "", "203.0.113.5")), "in") << "another address";
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword, "", "198.51.100.1")), "in") << "one of theirs, even";
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword, "", "192.0.2.7")), "wait 1");
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword, "", "192.0.2.7", device)), "in") << "from a device";
  EXPECT_NE(Say(SignIn(kEmail, kGoodPassword, "", "192.0.2.7", "made up")), "in");
}

TEST_F(SessionsTest, CountsAGuesserOfManyNamesByTheAddress) {
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(Say(SignIn(std::to_string(i) + "@north.example", "guess")), "wrong");
  }
  EXPECT_EQ(Say(SignIn("61@north.example", "guess")), "wait 1");
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword, "", "198.51.100.1")), "in");
}

TEST_F(SessionsTest, AsksForACodeWhereASecondFactorIsOn) {
  secret_ = SwitchTotpOn(anna_);
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword)), "code needed");
  EXPECT_EQ(Say(SignIn(kEmail, "guess", Code())), "wrong");
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword, Code())), "code wrong") << "it confirmed the secret";
  clock.now += seconds(30);
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword, Code())), "in");
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword, Code())), "code wrong") << "a second time";
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword, "000000x")), "code wrong");
}

TEST_F(SessionsTest, TakesARecoveryCodeOnce) {
  std::vector<Secret> codes;
  SwitchTotpOn(anna_, &codes);
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword, codes[3].Reveal())), "in");
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword, codes[3].Reveal())), "code wrong");
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword, codes[4].Reveal())), "in");
}

TEST_F(SessionsTest, CountsCodesThatAreGuessedFromManyAddressesTogether) {
  secret_ = SwitchTotpOn(anna_);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword, "no", "198.51.100." + std::to_string(i))),
              "code wrong");
  }
  EXPECT_EQ(Say(SignIn(kEmail, kGoodPassword, "no", "198.51.100.99")), "wait 1");
}

TEST_F(SessionsTest, HashesAnewWhatWasCheap) {
  const Passwords dearer({.passes = 2, .bytes = 8192});
  const Proofs again(store, dearer, key, clock);
  const Sessions later(store, store, again, clock);
  const std::string before = store.SecretsOf(anna_.reseller, anna_.id).password;
  const auto result = later.SignIn({.email = kEmail, .password = Secret(kGoodPassword)});
  EXPECT_TRUE(std::holds_alternative<SignedIn>(result));
  const std::string after = store.SecretsOf(anna_.reseller, anna_.id).password;
  EXPECT_NE(after, before);
  EXPECT_FALSE(dearer.IsCheaper(after));
}

TEST_F(SessionsTest, HashesNothingAnewThatWasChangedMeanwhile) {
  // While the old password was hashed anew, its owner has set another one.
  const std::string before = store.SecretsOf(anna_.reseller, anna_.id).password;
  store.SetPassword(anna_.reseller, anna_.id, "another", "", {}, {anna_.id}, clock.now);
  store.Rehash(anna_.reseller, anna_.id, before, "the old one, hashed anew");
  EXPECT_EQ(store.SecretsOf(anna_.reseller, anna_.id).password, "another");
  store.Rehash(anna_.reseller, anna_.id, "another", "hashed anew");
  EXPECT_EQ(store.SecretsOf(anna_.reseller, anna_.id).password, "hashed anew");
}

// Hands out the secrets as they were, and lets something happen before they are used.
struct Meanwhile : SqliteStore {
  using SqliteStore::SqliteStore;
  PersonSecrets SecretsOf(const ResellerId& reseller, const std::string& person) override {
    PersonSecrets secrets = SqliteStore::SecretsOf(reseller, person);
    if (happens) std::exchange(happens, {})();
    return secrets;
  }
  std::function<void()> happens = {};
};

TEST_F(SessionsTest, MakesNoSessionWithAPasswordThatWasChangedMeanwhile) {
  Meanwhile slow(path);
  const Proofs proofs_of(slow, passwords, key, clock);
  const Sessions later(slow, slow, proofs_of, clock);
  const auto sign_in = [&] {
    return Say(later.SignIn({.email = kEmail, .password = Secret(kGoodPassword)}));
  };
  EXPECT_EQ(sign_in(), "in");
  slow.happens = [&] {
    store.SetPassword(anna_.reseller, anna_.id, "another", "", {}, {anna_.id}, clock.now);
  };
  EXPECT_EQ(sign_in(), "wrong");
  Database db(path, Database::Mode::kReadOnly);
  Statement q = db.Prepare("SELECT COUNT(*) FROM session");
  ASSERT_TRUE(q.Step());
  EXPECT_EQ(q.Int(0), 0);
}

TEST_F(SessionsTest, OfTwoWhoShowTheSamePasswordTheFirstChangesIt) {
  Meanwhile slow(path);
  const Proofs proofs_of(slow, passwords, key, clock);
  const People thief(slow, slow, passwords, proofs_of, key, clock);
  slow.happens = [&] {
    EXPECT_EQ(people.ChangePassword(anna_, kGoodPassword, "tangle orchid basin", "").proof.proved,
              Proved::kYes);
  };
  EXPECT_EQ(thief.ChangePassword(anna_, kGoodPassword, "mitten kelp harbour", "").proof.proved,
            Proved::kWrong);
  EXPECT_EQ(Say(SignIn(kEmail, "tangle orchid basin")), "in");
}

TEST(CsrfTokenTest, IsTheSessionsAlone) {
  EXPECT_EQ(CsrfTokenOf("a"), CsrfTokenOf("a"));
  EXPECT_NE(CsrfTokenOf("a"), CsrfTokenOf("b"));
  EXPECT_NE(CsrfTokenOf("a"), HashOfSecret("a"));
}

}  // namespace
}  // namespace plotmeter
