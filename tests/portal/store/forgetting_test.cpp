// What is forgotten is gone, byte for byte, and what others have is as it was.

#include "portal/store/forgetting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/portal/store/fleet.h"
#include "tests/portal/store/parcel.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr auto kDay = std::chrono::hours(24);

class ForgettingTest : public testing::Test {
 protected:
  void Put(Parcel& parcel, const std::string& names = "names", const std::string& payload = "P") {
    parcel.record.names = &names;
    parcel.record.payload = &payload;
    EXPECT_EQ(store_
                  .StoreBatch(north_.reseller, parcel.record,
                              [](const auto&) { return std::string("receipt"); })
                  .place,
              BatchPlace::kFree);
  }

  std::int64_t Count(const std::string& what) {
    Database db(path_, Database::Mode::kReadOnly);
    Statement q = db.Prepare("SELECT count(*) FROM " + what);
    q.Step();
    return q.Int(0);
  }

  std::string Bytes() const {
    std::stringstream all;
    for (const char* suffix : {"", "-wal"}) all << std::ifstream(path_ + suffix).rdbuf();
    return all.str();
  }

  std::int64_t Counted(const ErasureReport& report, const std::string& kind) {
    for (const auto& [name, count] : report.counts) {
      if (name == kind) return count;
    }
    return -1;
  }

  // The customer's own people, tokens, codes, settings and heartbeats.
  void Populate() {
    store_.AddPerson(north_.reseller,
                     {.email = "secret-viewer@harbour.example",
                      .name = "Secret Viewer",
                      .role = "customer_viewer",
                      .customer = north_.customer},
                     {.hash = "link", .kind = "invite", .expires_at = noon_ + kDay}, kPortalItself,
                     noon_);
    person_ = store_.People(north_.reseller, "", 1).at(0).id;
    store_.AddSession(north_.reseller, person_,
                      {.hash = "session", .device = "device", .expires_at = noon_ + kDay}, noon_);
    store_.AddToken(north_.reseller,
                    {.hash = "token",
                     .role = "customer_viewer",
                     .customer = north_.customer,
                     .name = "Secret books"},
                    kPortalItself);
    store_.ProposeSettings(north_.reseller, collector_, R"({"range":["10.99.98.97"]})", noon_,
                           kPortalItself);
    store_.TakeHeartbeat(north_.reseller, {.collector = collector_}, "", "nonce");
  }

  // What was raised of its printer and its collector, and who is told of it.
  void Watch() {
    store_.AddRecipient(north_.reseller,
                        {.kind = "email",
                         .name = "Secret recipient",
                         .address = "secret-ops@harbour.example",
                         .customer = north_.customer},
                        kPortalItself, noon_);
    const std::string all =
        store_
            .AddRecipient(north_.reseller, {.kind = "email", .name = "x", .address = "a@b"},
                          kPortalItself, noon_)
            .value();
    const Condition condition{.kind = "printer-silent", .key = "k", .what = "SECRETWORDS"};
    for (const DuePrinter& due : store_.DuePrinters(north_.reseller, noon_, 9)) {
      store_.NoteVerdicts(
          north_.reseller,
          {{.printer = due.number,
            .touched = due.touched,
            .verdict = {.conditions = {condition}},
            .levels = {{"piws", "secret-ink", {noon_, {*Decimal::Parse("5"), "cc"}}}}}},
          noon_);
    }
    const auto row = store_.ListIncidents(north_.reseller, {}, {}, 1).rows.at(0);
    store_.AddComment(north_.reseller, row.id, "SECRETCOMMENT", kPortalItself, noon_);
    store_.SetRules(north_.reseller, north_.customer, {{"supplies", false}}, kPortalItself, noon_);
    store_.NoteDigest(north_.reseller, {.id = all, .kind = "email"}, "", noon_, noon_);
  }

  // One printer of the customer's with one of everything.
  void Print(std::int64_t sequence = 1) {
    Parcel parcel(collector_, sequence, "SECRETSERIAL", noon_);
    parcel.Meter("ink.used", "433").Level("secret-ink", "5").Job("SECRETJOB");
    parcel.Alarm("k").Event("e").Says("width", "SECRETTRAIT", "SECRETPART");
    parcel.alerts.back().text = "SECRETALERT";
    const std::map<std::size_t, Whereabouts> where = {
        {0, {.ip = "10.11.12.13", .name = "SECRETNAME", .location = "SECRETROOM"}}};
    parcel.record.whereabouts = &where;
    Put(parcel, "SECRETTENDER", "SECRETPAYLOAD");
  }

  // Read off by a person, and wrong.
  void Enter() {
    const std::string id =
        store_
            .Enter(north_.reseller,
                   {.printer = store_.Printers(north_.reseller, {}, "", 1).at(0).id,
                    .at = noon_,
                    .values = {{.meter = "media.area", .unit = "m2", .value = "433.125"}},
                    .note = "SECRETNOTE"},
                   kPortalItself, noon_)
            .id;
    store_.Withdraw(north_.reseller, id, "SECRETREASON", kPortalItself, noon_);
  }

  std::optional<ErasureReport> Erase() {
    return store_.EraseCustomer(north_.reseller, north_.customer, {"usr_ADMIN"}, noon_ + kDay);
  }

  const std::string path_ = FreshDatabase();
  SqliteStore store_{path_};
  Tenant north_ = AddTenant(store_, "north");
  Tenant south_ = AddTenant(store_, "south");
  std::string collector_ = AddCollector(store_, north_, "thumb-north");
  const Instant noon_ = At("2026-11-10T12:00:00Z");
  std::string person_;
};

TEST_F(ForgettingTest, LeavesNoRowAndNoByteOfACustomer) {
  Populate();
  Print();
  Enter();
  Watch();
  EXPECT_THAT(Bytes(), HasSubstr("SECRETTENDER"));
  EXPECT_THAT(Bytes(), HasSubstr("SECRETREASON"));
  const auto report = Erase();
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->log_emptied);
  for (const char* kind :
       {"readings", "jobs", "supplies", "traits", "alerts", "events", "whereabouts", "printers",
        "sessions", "people", "tokens", "enrolment_codes", "batches", "collectors", "sites",
        "incidents", "recipients", "entered"}) {
    EXPECT_EQ(Counted(*report, kind), 1) << kind;
  }
  for (const char* table : {"printer",
                            "meter",
                            "meter_reading",
                            "job",
                            "supply",
                            "trait",
                            "alert",
                            "event",
                            "printer_whereabouts",
                            "printer_claim",
                            "sighting",
                            "person",
                            "session",
                            "link",
                            "device",
                            "api_token",
                            "enrolment_code",
                            "settings_proposal",
                            "heartbeat",
                            "incident",
                            "incident_comment",
                            "notice",
                            "delivery",
                            "rule_set",
                            "printer_watch",
                            "collector_watch",
                            "supply_level",
                            "device_reading",
                            "account_state",
                            "account_stale",
                            "usage_month",
                            "usage_site_month",
                            "meter_gap",
                            "reconciled_month",
                            "gap_decision",
                            "printer_place",
                            "entered_reading",
                            "entered_value",
                            "entered_withdrawal"}) {
    EXPECT_EQ(Count(table), 0) << table;
  }
  EXPECT_EQ(Count("recipient"), 1) << "who is told of all customers stays";
  const std::string bytes = Bytes();
  EXPECT_THAT(bytes, HasSubstr("south's customer")) << "the file is looked at rightly";
  for (const char* secret :
       {"north's customer", "secret-viewer",    "Secret Viewer", "Secret books", "SECRETSERIAL",
        "SECRETJOB",        "SECRETALERT",      "SECRETNAME",    "SECRETROOM",   "10.11.12.13",
        "10.99.98.97",      "SECRETTENDER",     "SECRETPAYLOAD", "secret-ink",   "SECRETWORDS",
        "SECRETCOMMENT",    "Secret recipient", "secret-ops",    "SECRETNOTE",   "SECRETREASON",
        "SECRETTRAIT",      "SECRETPART"}) {
    EXPECT_EQ(bytes.find(secret), bytes.npos) << secret;
  }
}

TEST_F(ForgettingTest, KeepsWhatTheChainNeedsAndShowsItToNobody) {
  Print();
  ASSERT_TRUE(Erase());
  int batches = 0;
  store_.EachBatch(north_.reseller, "", [&](const EvidenceRow& row) {
    ++batches;
    EXPECT_EQ(row.sha256, "sha 1");
    EXPECT_EQ(row.receipt, "receipt");
    EXPECT_EQ(row.jws, "x");
    EXPECT_FALSE(row.payload);
    EXPECT_FALSE(row.names);
  });
  EXPECT_EQ(batches, 1);
  const Collector collector = store_.Collectors(north_.reseller).at(0);
  EXPECT_EQ(collector.thumbprint, "thumb-north");
  EXPECT_EQ(collector.revoked_at, noon_ + kDay);
  EXPECT_EQ(collector.name, "");
  EXPECT_THAT(store_.Customers(north_.reseller), IsEmpty());
  EXPECT_THAT(store_.Sites(north_.reseller), IsEmpty());
  EXPECT_FALSE(store_.FindCustomer(north_.reseller, north_.customer));
  EXPECT_FALSE(store_.FindSite(north_.reseller, north_.site));
  EXPECT_FALSE(store_.FindCollector(north_.reseller, collector_));
  EXPECT_THAT(store_.ListCustomers(north_.reseller, {}, {}, 10).rows, IsEmpty());
  EXPECT_THAT(store_.ListSites(north_.reseller, {}, {}, 10).rows, IsEmpty());
  EXPECT_THAT(store_.ListCollectors(north_.reseller, {}, {}, 10).rows, IsEmpty());
}

TEST_F(ForgettingTest, HappensOnceAndToOnesOwnCustomerOnly) {
  EXPECT_FALSE(store_.EraseCustomer(south_.reseller, north_.customer, kPortalItself, noon_));
  EXPECT_FALSE(store_.EraseCustomer(north_.reseller, "cus_NONE", kPortalItself, noon_));
  EXPECT_TRUE(Erase());
  EXPECT_FALSE(Erase());
  const AuditRow row = store_.AuditRows(north_.reseller, 1000, 1).at(0);
  EXPECT_EQ(row.what, "customer.erase");
  EXPECT_EQ(row.who, "usr_ADMIN");
  EXPECT_EQ(row.subject, north_.customer);
  EXPECT_EQ(ParseJson(row.after).at("collectors"), 1);
}

TEST_F(ForgettingTest, LetsNothingOfTheCustomerComeBack) {
  ASSERT_TRUE(Erase());
  Parcel late(collector_, 1, "CN1", noon_);
  EXPECT_EQ(store_
                .StoreBatch(north_.reseller, late.record,
                            [](const auto&) { return std::string("receipt"); })
                .place,
            BatchPlace::kRevoked);
  EXPECT_EQ(Count("batch"), 0);
  EXPECT_FALSE(store_.TakeHeartbeat(north_.reseller, {.collector = collector_}, "", "n").heard);
  EXPECT_EQ(Count("heartbeat"), 0);
  const ResellerId& reseller = north_.reseller;
  EXPECT_FALSE(store_.AddSite(reseller,
                              {.customer = north_.customer, .name = "x", .time_zone = "UTC"}, noon_,
                              kPortalItself));
  EXPECT_FALSE(store_.AddCode(reseller, {.hash = "h", .site = north_.site}, kPortalItself));
  EXPECT_FALSE(store_.AddToken(
      reseller, {.hash = "t", .role = "customer_viewer", .customer = north_.customer, .name = "x"},
      kPortalItself));
  EXPECT_EQ(store_
                .AddPerson(reseller,
                           {.email = "a@b.example",
                            .name = "x",
                            .role = "customer_viewer",
                            .customer = north_.customer},
                           {.hash = "l", .kind = "invite"}, kPortalItself, noon_)
                .outcome,
            PersonAdded::Outcome::kNoSuchCustomer);
  EXPECT_EQ(
      store_.RenameCustomer(reseller, {.id = north_.customer, .name = "x"}, kPortalItself, noon_),
      Renamed::kNotThere);
  EXPECT_EQ(store_.ChangeSite(reseller, {.id = north_.site, .name = "x", .time_zone = "UTC"},
                              kPortalItself, noon_),
            Renamed::kNotThere);
  EXPECT_TRUE(store_.AddCustomer(reseller, "north's customer", noon_, kPortalItself))
      << "the name is free again";
}

// A second customer of the same reseller, with a collector that reports the same serial.
class SharedPrinterTest : public ForgettingTest {
 protected:
  SharedPrinterTest() {
    other_.customer = *store_.AddCustomer(north_.reseller, "Other", noon_, kPortalItself);
    other_.site = *store_.AddSite(north_.reseller,
                                  {.customer = other_.customer, .name = "main", .time_zone = "UTC"},
                                  noon_, kPortalItself);
    others_ = AddCollector(store_, other_, "thumb-other");
  }

  void Report(const std::string& collector, int hour, const std::string& job) {
    Parcel parcel(collector, 1, "CN1", noon_ + std::chrono::hours(hour));
    parcel.record.batch += collector;
    parcel.Meter("ink.used", std::to_string(430 + hour)).Job(job);
    Put(parcel);
  }

  // What is there of the one printer: where it stands, its readings, its jobs.
  std::vector<std::string> Left() {
    std::vector<std::string> left;
    for (const PrinterRow& row : store_.Printers(north_.reseller, {}, "", 10)) {
      left.push_back(row.site.id);
      store_.EachChannel(north_.reseller, "", row.id, {}, noon_ + kDay, [&](const auto& channel) {
        for (const StoredReading& reading : channel.readings) {
          for (const auto& [meter, value] : reading.values) left.push_back(value.text());
        }
      });
      store_.EachJob(north_.reseller, "", row.id, {}, noon_ + kDay, {}, [&](const JobRow& job) {
        left.push_back(job.job);
        return true;
      });
      EXPECT_THAT(row.claimed_by, IsEmpty());
    }
    return left;
  }

  Tenant other_ = north_;
  std::string others_;
};

TEST_F(SharedPrinterTest, StaysWhereItWasClaimedFrom) {
  Report(collector_, 1, "mine");
  Report(others_, 2, "theirs");
  ASSERT_TRUE(Erase());
  EXPECT_THAT(Left(), ElementsAre(other_.site, "432", "theirs"));
}

TEST_F(SharedPrinterTest, StaysWhereItStandsWithoutWhatWasSeenFromElsewhere) {
  Report(others_, 1, "theirs");
  Report(collector_, 2, "mine");
  ASSERT_TRUE(Erase());
  EXPECT_THAT(Left(), ElementsAre(other_.site, "431", "theirs"));
}

// What others were billed by stays at the site where it was printed.
TEST_F(SharedPrinterTest, LeavesOthersTheirPlaces) {
  Report(others_, 1, "theirs");
  Report(collector_, 2, "mine");
  const std::string printer = store_.Printers(north_.reseller, {}, "", 1).at(0).id;
  const std::string yard = *store_.AddSite(
      north_.reseller, {.customer = other_.customer, .name = "yard", .time_zone = "UTC"}, noon_,
      kPortalItself);
  using Places = std::vector<std::pair<Instant, std::string>>;
  const auto places = [&] {
    Places all;
    for (const PrinterPlace& one : store_.PlacesOf(north_.reseller, printer)) {
      all.emplace_back(one.since, one.site);
    }
    return all;
  };
  const auto move = [&](const std::string& site, int hour) {
    ASSERT_EQ(store_.MovePrinter(north_.reseller, printer, site, kPortalItself,
                                 noon_ + std::chrono::hours(hour)),
              Moved::kDone);
  };
  move(north_.site, 3);
  move(other_.site, 4);
  move(yard, 5);
  const Instant fifth = noon_ + std::chrono::hours(5);
  ASSERT_TRUE(Erase());
  EXPECT_EQ(places(), (Places{{Instant{}, other_.site},
                              {noon_ + std::chrono::hours(4), other_.site},
                              {fifth, yard}}));
}

// It is left where it is known to be from the erasure on, and it was somewhere before.
TEST_F(SharedPrinterTest, GoesOnFromThePlacesThatAreLeft) {
  Report(collector_, 1, "mine");
  Report(others_, 2, "theirs");
  const std::string printer = store_.Printers(north_.reseller, {}, "", 1).at(0).id;
  const std::string yard = *store_.AddSite(
      north_.reseller, {.customer = other_.customer, .name = "yard", .time_zone = "UTC"}, noon_,
      kPortalItself);
  for (const auto& [site, hour] : {std::pair(yard, 3), std::pair(north_.site, 4)}) {
    ASSERT_EQ(store_.MovePrinter(north_.reseller, printer, site, kPortalItself,
                                 noon_ + std::chrono::hours(hour)),
              Moved::kDone);
  }
  ASSERT_TRUE(Erase());
  const auto places = store_.PlacesOf(north_.reseller, printer);
  ASSERT_EQ(places.size(), 1U);
  EXPECT_EQ(places[0].since, Instant{});
  EXPECT_EQ(places[0].site, yard);
  EXPECT_EQ(store_.Printers(north_.reseller, {}, "", 1).at(0).site.id, yard);
}

TEST_F(SharedPrinterTest, GivesNoNumberThatIsRememberedToAnotherPrinter) {
  Report(collector_, 1, "mine");
  // As 'customer erase' does beside a portal that runs and remembers its meters.
  ASSERT_TRUE(
      SqliteStore(path_).EraseCustomer(north_.reseller, north_.customer, kPortalItself, noon_));
  EXPECT_EQ(Count("meter"), 0);
  Report(others_, 2, "theirs");
  EXPECT_THAT(Left(), ElementsAre(other_.site, "432", "theirs"));
}

class RetentionOfRowsTest : public ForgettingTest {
 protected:
  RetentionOfRowsTest() {
    for (int day = 1; day <= 3; ++day) {
      Parcel parcel(collector_, day, "CN1", noon_ + day * kDay);
      parcel.Meter("ink.used", std::to_string(430 + day)).Job("job " + std::to_string(day));
      Put(parcel);
    }
  }
  const Instant third_day_ = noon_ + 3 * kDay;
};

TEST_F(RetentionOfRowsTest, ForgetsNamesSomeAtATime) {
  EXPECT_EQ(store_.ForgetNames(south_.reseller, third_day_, 10), 0);
  EXPECT_EQ(store_.ForgetNames(north_.reseller, third_day_, 1), 1);
  EXPECT_EQ(Count("evidence WHERE names IS NULL AND payload IS NOT NULL"), 1);
  EXPECT_EQ(store_.ForgetNames(north_.reseller, third_day_, 10), 1);
  EXPECT_EQ(store_.ForgetNames(north_.reseller, third_day_, 10), 0);
  EXPECT_EQ(Count("evidence WHERE names IS NOT NULL AND batch=3"), 1);
}

TEST_F(RetentionOfRowsTest, ForgetsEvidenceWithItsNamesAndKeepsHashes) {
  EXPECT_EQ(store_.ForgetEvidence(south_.reseller, third_day_, 10), 0);
  EXPECT_EQ(store_.ForgetEvidence(north_.reseller, third_day_, 10), 2);
  EXPECT_EQ(store_.ForgetEvidence(north_.reseller, third_day_, 10), 0);
  EXPECT_EQ(Count("evidence WHERE names IS NULL AND payload IS NULL"), 2);
  EXPECT_EQ(Count("batch WHERE sha256<>'' AND jws<>'' AND receipt<>''"), 3);
}

TEST_F(RetentionOfRowsTest, ForgetsBatchesThatWereKeptAsText) {
  Database(path_, Database::Mode::kReadWrite)
      .Execute(
          "UPDATE batch SET payload='P', names='N' WHERE number=1; DELETE FROM evidence WHERE "
          "batch=1");
  EXPECT_EQ(store_.ForgetNames(north_.reseller, noon_ + 2 * kDay, 10), 1);
  EXPECT_EQ(Count("batch WHERE payload='P' AND names IS NULL"), 1);
  EXPECT_EQ(store_.ForgetEvidence(north_.reseller, noon_ + 2 * kDay, 10), 1);
  EXPECT_EQ(Count("batch WHERE payload IS NOT NULL"), 0);
}

TEST_F(RetentionOfRowsTest, ForgetsJobsAndNoReading) {
  EXPECT_EQ(store_.ForgetJobs(south_.reseller, third_day_, 10), 0);
  EXPECT_EQ(store_.ForgetJobs(north_.reseller, third_day_, 1), 1);
  EXPECT_EQ(Count("job WHERE job='job 1'"), 0) << "the oldest first";
  EXPECT_EQ(store_.ForgetJobs(north_.reseller, third_day_, 10), 1);
  EXPECT_EQ(store_.ForgetJobs(north_.reseller, third_day_, 10), 0);
  EXPECT_EQ(Count("job"), 1);
  EXPECT_EQ(Count("meter_reading"), 3);
}

}  // namespace
}  // namespace plotmeter
