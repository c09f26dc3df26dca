// What becomes of deliveries: that each arrives once, in order, however often the other side fails.

#include "portal/alerts/courier.h"

#include "portal/alerts/message.h"
#include "tests/portal/alerts/alerts_world.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(CourierWaitTest, DoublesUpToAnHour) {
  using std::chrono::minutes;
  EXPECT_EQ(WaitAfter(1, 50), minutes(1));
  EXPECT_EQ(WaitAfter(2, 50), minutes(2));
  EXPECT_EQ(WaitAfter(6, 50), minutes(32));
  EXPECT_EQ(WaitAfter(7, 50), minutes(60));
  EXPECT_EQ(WaitAfter(1'000'000'000, 50), minutes(60));
  EXPECT_EQ(WaitAfter(1, 0), std::chrono::seconds(54));
  EXPECT_LE(WaitAfter(1, 99), std::chrono::seconds(66));
}

class CourierTest : public AlertsWorld {
 protected:
  DeliveryRow Only(const std::string& recipient) {
    const auto rows = store_.DeliveriesTo(north_.reseller, recipient);
    EXPECT_EQ(rows.size(), 1u);
    return rows.at(0);
  }
};

TEST_F(CourierTest, TriesAgainUntilItArrivesAndThenNeverMore) {
  const std::string to = AddRecipient({.severity = "critical"});
  Beat();
  mail_works_ = false;
  Say("CN1", "0");
  Look();
  DeliveryRow row = Only(to);
  EXPECT_EQ(row.tries, 1);
  EXPECT_EQ(row.trouble, "the port is closed");
  EXPECT_TRUE(store_.FindRecipient(north_.reseller, to)->failing_since);
  Look();
  EXPECT_EQ(Only(to).tries, 1) << "not before its time";
  Pass(minutes(30));
  EXPECT_GE(Only(to).tries, 4);
  mail_works_ = true;
  Pass(minutes(70));
  row = Only(to);
  EXPECT_TRUE(row.done_at);
  EXPECT_FALSE(row.trouble);
  EXPECT_FALSE(store_.FindRecipient(north_.reseller, to)->failing_since);
  EXPECT_THAT(Take(mailed_), ElementsAre("raised supply-empty"));
  Pass(minutes(120));
  EXPECT_THAT(Take(mailed_), IsEmpty());
}

TEST_F(CourierTest, GivesUpAfterThreeDays) {
  const std::string to = AddRecipient({.severity = "critical"});
  Beat();
  mail_works_ = false;
  Say("CN1", "0");
  Look();
  for (int i = 0; i < 60; ++i) {
    clock_.Advance(std::chrono::minutes(75));
    mails_.Tick();
  }
  const DeliveryRow row = Only(to);
  EXPECT_TRUE(row.given_up_at);
  EXPECT_FALSE(row.done_at);
  EXPECT_GE(*row.given_up_at - row.made_at, kGivenUpAfter);
  mail_works_ = true;
  clock_.Advance(std::chrono::hours(10));
  mails_.Tick();
  EXPECT_THAT(mailed_, IsEmpty());
}

TEST_F(CourierTest, SaysFirstWhatCameFirst) {
  AddRecipient({.severity = "critical"});
  Beat();
  mail_works_ = false;
  Say("CN1", "0");
  Look();
  clock_.Advance(minutes(1));
  Say("CN1", "100");
  Look();
  Pass(minutes(20));
  mail_works_ = true;
  Pass(minutes(110));
  EXPECT_THAT(Take(mailed_), ElementsAre("raised supply-empty", "cleared supply-empty"));
}

TEST_F(CourierTest, IsKnownByItsIdWhenACrashMadeItUncertain) {
  AddRecipient({.kind = "webhook", .severity = "critical"});
  Beat();
  Say("CN1", "0");
  watch_.Tick();
  // Sent, and the power goes before that is noted.
  const auto sent = store_.DueDeliveries(north_.reseller, "webhook", clock_.Now(), 16);
  ASSERT_EQ(sent.size(), 1u);
  hooks_.Tick();
  ASSERT_EQ(posted_.size(), 1u);
  EXPECT_EQ(posted_[0].id, sent[0].id);
  EXPECT_EQ(posted_[0].body, sent[0].body) << "the same to the byte";
}

TEST_F(CourierTest, LetsNobodyWaitForAnother) {
  AddRecipient({.severity = "critical"});
  AddRecipient({.kind = "webhook", .severity = "critical"});
  Beat();
  mail_works_ = false;
  Say("CN1", "0");
  Look();
  EXPECT_THAT(Take(mailed_), IsEmpty());
  EXPECT_THAT(Take(posted_), ElementsAre("raised supply-empty"));
}

TEST_F(CourierTest, DropsWhatWaitsForWhomNobodyTellsAnyMore) {
  const std::string to = AddRecipient({});
  Beat();
  mail_works_ = false;
  Say("CN1", "0");
  Look();
  EXPECT_TRUE(store_.RemoveRecipient(north_.reseller, to, kPortalItself, clock_.Now()));
  mail_works_ = true;
  Pass(minutes(60));
  EXPECT_THAT(mailed_, IsEmpty());
}

TEST_F(CourierTest, KeepsALinkSealedAndNoLongerThanItIsNeeded) {
  store_.AddPerson(north_.reseller,
                   {.email = "anna@north.example", .name = "Anna", .role = "reseller_admin"},
                   {.hash = "h", .kind = "invite", .expires_at = clock_.Now() + hours(1)},
                   kPortalItself, clock_.Now());
  const std::string anna = store_.People(north_.reseller, "", 1).at(0).id;
  store_.AddLinkMail(north_.reseller, anna, "invite", "SEALED-1", clock_.Now());
  store_.AddLinkMail(north_.reseller, anna, "invite", "SEALED-2", clock_.Now());
  const auto due = store_.DueDeliveries(north_.reseller, "email", clock_.Now(), 16);
  ASSERT_EQ(due.size(), 1u) << "the first one is void";
  EXPECT_EQ(due[0].address, "anna@north.example");
  EXPECT_EQ(due[0].body, "SEALED-2");
  EXPECT_EQ(due[0].what, "invite");
  store_.NoteTries(north_.reseller, {{.delivery = due[0].id, .outcome = Try::Outcome::kDone}},
                   clock_.Now());
  Database db(path_, Database::Mode::kReadOnly);
  Statement q = db.Prepare("SELECT count(*) FROM notice WHERE body<>''");
  q.Step();
  EXPECT_EQ(q.Int(0), 0);
}

const char* const kBody =
    R"({"id":"inc_1","kind":"supply-low","severity":"warning","what":"magenta: 9 % left",)"
    R"("since":"2026-11-10T08:00:00Z","raised_at":"2026-11-10T08:00:05Z",)"
    R"("printer":{"id":"prn_1","model":"HP Z9","serial":"CN1"},"site":{"id":"s","name":"Yard"},)"
    R"("customer":{"id":"c","name":"Bridge"}})";

TEST(MessageTest, WritesAMailForPeople) {
  const Mail mail = MailOf({.id = "d-1",
                            .address = "ops@north.example",
                            .what = "raised",
                            .body = kBody,
                            .made_at = kMorning},
                           {.portal = "https://portal.example.org"});
  EXPECT_EQ(mail.to, "ops@north.example");
  EXPECT_EQ(mail.id, "d-1");
  EXPECT_EQ(mail.at, kMorning);
  EXPECT_EQ(mail.subject, "[Plotmeter] warning: HP Z9 CN1: magenta: 9 % left");
  EXPECT_EQ(mail.text,
            "HP Z9 CN1: magenta: 9 % left\n\n"
            "Where         Bridge, Yard\n"
            "Severity      warning\n"
            "Since         2026-11-10T08:00:00Z\n"
            "Raised        2026-11-10T08:00:05Z\n"
            "Incident      inc_1\n"
            "Portal        https://portal.example.org\n");
}

TEST(MessageTest, WritesALinkForItsPerson) {
  const Mail mail = MailOf({.person = "usr_1", .address = "a@b", .what = "reset"},
                           {.portal = "https://p.example", .link = Secret("pml_x")});
  EXPECT_EQ(mail.subject, "Another password for Plotmeter");
  EXPECT_THAT(mail.text, HasSubstr("  pml_x\n"));
  EXPECT_THAT(mail.text, HasSubstr("https://p.example/api/v1/links/accept"));
}

// Worked out with openssl: printf '1795338000.{}' | openssl dgst -sha256 -hmac whs_test
TEST(MessageTest, SignsTimestampAndBody) {
  EXPECT_EQ(SignatureOf(Secret("whs_test"), "1795338000", "{}"),
            "v1=6f20666b6c9aad26263789bc449eed89f92f6fb4138d6b2c9285a8a1dce64af0");
  const FetchRequest request = WebhookOf({.id = "d-1",
                                          .address = "https://hooks.example/",
                                          .what = "raised",
                                          .body = kBody,
                                          .at = kMorning},
                                         Secret("whs_test"), FromMillis(1'795'338'000'123));
  EXPECT_EQ(request.url, "https://hooks.example/");
  const Json json = ParseJson(request.body);
  EXPECT_EQ(json.at("event"), "incident.raised");
  EXPECT_EQ(json.at("incident").at("id"), "inc_1");
  EXPECT_THAT(request.headers,
              ElementsAre(std::pair("Plotmeter-Delivery", "d-1"),
                          std::pair("Plotmeter-Timestamp", "1795338000"),
                          std::pair("Plotmeter-Signature",
                                    SignatureOf(Secret("whs_test"), "1795338000", request.body))));
}

}  // namespace
}  // namespace plotmeter
