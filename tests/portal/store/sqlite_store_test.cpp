#include "portal/store/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "tests/portal/store/fleet.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kHour = std::chrono::hours(1);

class SqliteStoreTest : public testing::Test {
 protected:
  // A batch of one printer whose ink meter said `value` at `at`.
  struct Parcel {
    Reading reading = {};
    std::string jws = "S", payload = "P", names = "N";
    BatchRecord record = {};
  };

  std::unique_ptr<Parcel> Ink(std::int64_t sequence, const std::string& serial, Instant at,
                              const std::string& value) {
    auto parcel = std::make_unique<Parcel>();
    parcel->reading = {.at = at, .channel = ChannelKind::kPiws};
    parcel->reading.meters.push_back(
        {.meter = "ink.used", .colorant = "magenta", .value = {*Decimal::Parse(value), "cc"}});
    parcel->record = {.collector = collector_,
                      .batch = "batch " + std::to_string(sequence),
                      .stream = "stream",
                      .sequence = sequence,
                      .previous = sequence == 1 ? "" : "sha " + std::to_string(sequence - 1),
                      .sha256 = "sha " + std::to_string(sequence),
                      .jws = &parcel->jws,
                      .payload = &parcel->payload,
                      .names = &parcel->names,
                      .received_at = at};
    parcel->record.printers.push_back(
        {.manufacturer = "HP", .serial = serial, .model = "HP DesignJet Z9", .firmware = "F1"});
    parcel->record.readings.push_back({0, &parcel->reading});
    return parcel;
  }

  // Stores it and answers what its receipt asks for again.
  std::vector<std::int64_t> Put(const BatchRecord& record) {
    std::vector<std::int64_t> resend;
    const BatchFound found =
        store_.StoreBatch(north_.reseller, record, [&](const std::vector<std::int64_t>& missing) {
          resend = missing;
          return "receipt of " + record.batch;
        });
    EXPECT_EQ(found.place, BatchPlace::kFree);
    EXPECT_EQ(found.receipt, "receipt of " + record.batch);
    return resend;
  }

  // "CN1 ink.used 433": what was read up to and with `to`.
  std::vector<std::string> Values(const Tenant& tenant, Instant to) {
    std::vector<std::string> values;
    for (const PrinterRow& printer : store_.PrintersInOrder(tenant.reseller, {})) {
      store_.EachChannel(tenant.reseller, "", printer.id, {}, to, [&](const auto& channel) {
        for (const StoredReading& reading : channel.readings) {
          for (const auto& [number, value] : reading.values) {
            const auto meter = std::ranges::find(channel.meters, number, &StoredMeter::number);
            values.push_back(printer.serial + " " + meter->meter + " " + value.text());
          }
        }
      });
    }
    return values;
  }

  const std::string path_ = FreshDatabase();
  SqliteStore store_{path_};
  Tenant north_ = AddTenant(store_, "north");
  Tenant south_ = AddTenant(store_, "south");
  std::string collector_ = AddCollector(store_, north_, "thumb-north");
  const Instant noon_ = At("2026-11-10T12:00:00Z");
};

TEST_F(SqliteStoreTest, GivesANameOnceInItsScope) {
  EXPECT_EQ(store_.AddReseller("north", noon_, kPortalItself), std::nullopt);
  EXPECT_EQ(store_.AddCustomer(north_.reseller, "north's customer", noon_, kPortalItself),
            std::nullopt);
  EXPECT_TRUE(store_.AddCustomer(south_.reseller, "north's customer", noon_, kPortalItself));
  EXPECT_EQ(store_.AddSite(north_.reseller,
                           {.customer = north_.customer, .name = "main", .time_zone = "UTC"}, noon_,
                           kPortalItself),
            std::nullopt);
}

TEST_F(SqliteStoreTest, ShowsAResellerNothingOfAnother) {
  Put(Ink(1, "CN1", noon_, "1")->record);
  store_.AddToken(north_.reseller, {.hash = "h", .role = "reseller_admin", .name = "t"},
                  kPortalItself);
  EXPECT_EQ(store_.FindSite(south_.reseller, north_.site), std::nullopt);
  EXPECT_EQ(store_.Sites(south_.reseller).size(), 1u);
  EXPECT_EQ(store_.Customers(south_.reseller).size(), 1u);
  EXPECT_THAT(store_.Tokens(south_.reseller), IsEmpty());
  EXPECT_THAT(store_.Codes(south_.reseller), IsEmpty());
  EXPECT_THAT(store_.Collectors(south_.reseller), IsEmpty());
  EXPECT_THAT(store_.Printers(south_.reseller, {}, "", 10), IsEmpty());
  EXPECT_THAT(store_.PrintersInOrder(south_.reseller, {.site = north_.site}), IsEmpty());
  EXPECT_FALSE(store_.RevokeCollector(south_.reseller, collector_, noon_, kPortalItself));
  EXPECT_EQ(store_.AddSite(south_.reseller,
                           {.customer = north_.customer, .name = "x", .time_zone = "UTC"}, noon_,
                           kPortalItself),
            std::nullopt);
  EXPECT_FALSE(store_.AddCode(south_.reseller, {.hash = "x", .site = north_.site}, kPortalItself));
  EXPECT_FALSE(store_.AddToken(
      south_.reseller,
      {.hash = "x", .role = "customer_viewer", .customer = north_.customer, .name = "t"},
      kPortalItself));
  EXPECT_EQ(store_.FindBatch(south_.reseller, Ink(1, "CN1", noon_, "1")->record).place,
            BatchPlace::kFree);
  const auto mine = store_.PrintersInOrder(north_.reseller, {});
  ASSERT_EQ(mine.size(), 1u);
  int visits = 0;
  store_.EachChannel(south_.reseller, "", mine[0].id, {}, noon_, [&](const auto&) { ++visits; });
  EXPECT_EQ(visits, 0);
}

TEST_F(SqliteStoreTest, ShowsNobodyWhereNoResellerIsNamed) {
  Put(Ink(1, "CN1", noon_, "1")->record);
  for (const ResellerId& nobody : {ResellerId{}, ResellerId{"res_NOBODYXX"}}) {
    EXPECT_THAT(store_.Printers(nobody, {}, "", 10), IsEmpty());
    EXPECT_THAT(store_.Sites(nobody), IsEmpty());
    EXPECT_EQ(store_.AddCustomer(nobody, "x", noon_, kPortalItself), std::nullopt);
  }
}

TEST_F(SqliteStoreTest, RefusesABatchOfAnotherTenantsCollector) {
  const auto parcel = Ink(1, "CN1", noon_, "1");
  EXPECT_THROW(store_.StoreBatch(south_.reseller, parcel->record,
                                 [](const std::vector<std::int64_t>&) { return ""; }),
               std::invalid_argument);
}

TEST_F(SqliteStoreTest, UsesACodeOnceAndAnswersTheSameKeyAgain) {
  const EnrolmentOffer offer{
      .hash = "h", .site = north_.site, .created_at = noon_, .expires_at = noon_ + kHour};
  ASSERT_TRUE(store_.AddCode(north_.reseller, offer, kPortalItself));
  EXPECT_EQ(store_.ResellerOfCode("h")->value, north_.reseller.value);
  const Newcomer one{.name = "PC", .jwk = "{}", .thumbprint = "one"};
  const Newcomer two{.name = "PC", .jwk = "{}", .thumbprint = "two"};
  const CodeUsed first = store_.UseCode(north_.reseller, "h", one, noon_);
  EXPECT_EQ(first.use, CodeUse::kEnrolled);
  EXPECT_EQ(first.site_name, "main");
  const CodeUsed again = store_.UseCode(north_.reseller, "h", one, noon_ + 2 * kHour);
  EXPECT_EQ(again.use, CodeUse::kEnrolled) << "a lost answer burns nothing";
  EXPECT_EQ(again.collector, first.collector);
  EXPECT_EQ(store_.UseCode(north_.reseller, "h", two, noon_).use, CodeUse::kUsed);
  EXPECT_EQ(store_.UseCode(south_.reseller, "h", two, noon_).use, CodeUse::kUnknown);
  EXPECT_EQ(store_.CollectorByKey("one")->collector, first.collector);
  EXPECT_EQ(store_.CollectorByKey("two"), std::nullopt);
}

TEST_F(SqliteStoreTest, LetsACodeExpire) {
  store_.AddCode(
      north_.reseller,
      {.hash = "h", .site = north_.site, .created_at = noon_, .expires_at = noon_ + kHour},
      kPortalItself);
  EXPECT_EQ(store_.UseCode(north_.reseller, "h", {.thumbprint = "one"}, noon_ + kHour).use,
            CodeUse::kExpired);
}

TEST_F(SqliteStoreTest, KeepsAKeyWithItsSite) {
  const Newcomer known{.name = "PC", .jwk = "{}", .thumbprint = "thumb-north"};
  const EnrolmentOffer offer{
      .hash = "h", .site = north_.site, .created_at = noon_, .expires_at = noon_ + kHour};
  store_.AddCode(north_.reseller, offer, kPortalItself);
  EXPECT_EQ(store_.UseCode(north_.reseller, "h", known, noon_).collector, collector_)
      << "at the same site it keeps its id";
  EnrolmentOffer elsewhere = offer;
  elsewhere.hash = "h2";
  elsewhere.site = south_.site;
  store_.AddCode(south_.reseller, elsewhere, kPortalItself);
  EXPECT_EQ(store_.UseCode(south_.reseller, "h2", known, noon_).use, CodeUse::kKeyTaken);
}

TEST_F(SqliteStoreTest, RemembersARevocation) {
  EXPECT_FALSE(store_.CollectorByKey("thumb-north")->revoked);
  EXPECT_TRUE(store_.RevokeCollector(north_.reseller, collector_, noon_, kPortalItself));
  EXPECT_TRUE(store_.RevokeCollector(north_.reseller, collector_, noon_ + kHour, kPortalItself));
  EXPECT_TRUE(store_.CollectorByKey("thumb-north")->revoked);
  EXPECT_EQ(store_.Collectors(north_.reseller).at(0).revoked_at, noon_);
}

TEST_F(SqliteStoreTest, StoresABatchOnce) {
  const auto parcel = Ink(1, "CN1", noon_, "433");
  Put(parcel->record);
  const BatchFound again =
      store_.StoreBatch(north_.reseller, parcel->record,
                        [](const std::vector<std::int64_t>&) { return "another receipt"; });
  EXPECT_EQ(again.place, BatchPlace::kStored);
  EXPECT_EQ(again.receipt, "receipt of batch 1") << "the same receipt again";
  BatchRecord other = parcel->record;
  other.sha256 = "other";
  EXPECT_EQ(store_.FindBatch(north_.reseller, other).place, BatchPlace::kConflict);
  other.batch = "batch 1b";
  EXPECT_EQ(store_.FindBatch(north_.reseller, other).place, BatchPlace::kFork);
}

TEST_F(SqliteStoreTest, CountsAReadingOnce) {
  Put(Ink(1, "CN1", noon_, "433")->record);
  Put(Ink(2, "CN1", noon_, "500")->record);  // the same instant: the first word stays
  Put(Ink(3, "CN1", noon_ + kHour, "434")->record);
  EXPECT_THAT(Values(north_, noon_ + kHour), ElementsAre("CN1 ink.used 433", "CN1 ink.used 434"));
  EXPECT_THAT(Values(north_, noon_), ElementsAre("CN1 ink.used 433"));
  EXPECT_THAT(Values(north_, noon_ - kHour), IsEmpty());
}

TEST_F(SqliteStoreTest, RemembersTheLatestWordOnWhichChannelIsBelieved) {
  const auto outranked = [&] {
    std::vector<bool> found;
    const std::string id = store_.PrintersInOrder(north_.reseller, {}).at(0).id;
    store_.EachChannel(north_.reseller, "", id, {}, noon_ + 9 * kHour, [&](const auto& channel) {
      for (const StoredMeter& meter : channel.meters) found.push_back(meter.outranked);
    });
    return found;
  };
  auto parcel = Ink(1, "CN1", noon_, "433");
  Put(parcel->record);
  EXPECT_THAT(outranked(), ElementsAre(false));
  parcel = Ink(2, "CN1", noon_ + kHour, "434");
  parcel->reading.meters[0].outranked = true;
  Put(parcel->record);
  EXPECT_THAT(outranked(), ElementsAre(true)) << "the same meter, not another one";
  Put(Ink(3, "CN1", noon_ + 2 * kHour, "435")->record);
  EXPECT_THAT(outranked(), ElementsAre(false));
}

TEST_F(SqliteStoreTest, KeepsAnEventOnce) {
  const PrinterEvent logged{.kind = "error-log",
                            .key = "1437049356/610010",
                            .channel = ChannelKind::kSnmp,
                            .at = noon_,
                            .code = "610010"};
  PrinterEvent later = logged;
  later.at = noon_ + kHour;
  for (int i = 1; i <= 2; ++i) {
    auto parcel = Ink(i, "CN1", noon_ + i * kHour, "433");
    parcel->record.events.push_back({0, i == 1 ? &logged : &later});
    Put(parcel->record);
  }
  Database db(path_, Database::Mode::kReadOnly);
  Statement q = db.Prepare("SELECT kind, code, at FROM event");
  ASSERT_TRUE(q.Step());
  EXPECT_EQ(q.Text(0), "error-log");
  EXPECT_EQ(q.Text(1), "610010");
  EXPECT_EQ(q.Int(2), ToMillis(noon_));
  EXPECT_FALSE(q.Step());
}

TEST_F(SqliteStoreTest, StoresNothingOfABatchThatFails) {
  const auto parcel = Ink(1, "CN1", noon_, "433");
  parcel->record.readings.push_back({7, &parcel->reading});  // no such printer
  EXPECT_THROW(Put(parcel->record), std::out_of_range);
  EXPECT_THAT(store_.Printers(north_.reseller, {}, "", 10), IsEmpty());
  EXPECT_EQ(store_.FindBatch(north_.reseller, parcel->record).place, BatchPlace::kFree);
  parcel->record.readings.pop_back();
  Put(parcel->record);
  EXPECT_THAT(Values(north_, noon_), ElementsAre("CN1 ink.used 433"))
      << "no meter was remembered that is not there";
}

TEST_F(SqliteStoreTest, AsksForWhatIsMissing) {
  EXPECT_THAT(Put(Ink(1, "CN1", noon_, "1")->record), IsEmpty());
  EXPECT_THAT(Put(Ink(4, "CN1", noon_ + kHour, "2")->record), ElementsAre(2, 3));
  EXPECT_THAT(Put(Ink(3, "CN1", noon_ + kHour, "2")->record), ElementsAre(2));
  const auto last = Ink(6, "CN1", noon_ + 2 * kHour, "3");
  last->record.voided = {{2, "refused: schema"}, {4, "it is here"}, {9, "not yet cut"}};
  EXPECT_THAT(Put(last->record), ElementsAre(5));
  const auto gaps = store_.Gaps(north_.reseller);
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].sequence, 2);
  EXPECT_EQ(gaps[0].kind, "void");
  EXPECT_THAT(Put(Ink(5, "CN1", noon_ + 2 * kHour, "3")->record), IsEmpty());
  EXPECT_THAT(Put(Ink(2, "CN1", noon_ + kHour, "1")->record), IsEmpty());
  EXPECT_THAT(store_.Gaps(north_.reseller), IsEmpty()) << "what was given up came after all";
}

TEST_F(SqliteStoreTest, AsksForAThousandAtMost) {
  const auto resend = Put(Ink(1'000'000'000'000, "CN1", noon_, "1")->record);
  ASSERT_EQ(resend.size(), kMaxResend);
  EXPECT_EQ(resend.front(), 1);
  EXPECT_EQ(resend.back(), 1000);
}

TEST_F(SqliteStoreTest, ReportsAChainThatDoesNotFit) {
  Put(Ink(1, "CN1", noon_, "1")->record);
  const auto broken = Ink(2, "CN1", noon_ + kHour, "2");
  broken->record.previous = "not the batch before";
  Put(broken->record);
  const auto gaps = store_.Gaps(north_.reseller);
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].kind, "chain");
  EXPECT_EQ(gaps[0].sequence, 2);
  EXPECT_THAT(store_.Gaps(south_.reseller), IsEmpty());
}

TEST_F(SqliteStoreTest, KnowsAPrinterByMakerAndSerial) {
  Put(Ink(1, "CN1", noon_, "1")->record);
  const auto same = Ink(2, "CN1", noon_ + kHour, "2");
  same->record.printers[0].manufacturer = "";  // this channel did not say
  same->record.printers[0].firmware = "F2";
  Put(same->record);
  const auto late = Ink(3, "CN1", noon_ - kHour, "0");  // waited longer than the others
  Put(late->record);
  const auto printers = store_.Printers(north_.reseller, {}, "", 10);
  ASSERT_EQ(printers.size(), 1u);
  EXPECT_EQ(printers[0].manufacturer, "HP");
  EXPECT_EQ(printers[0].firmware, "F2") << "an older batch brings back nothing";
  EXPECT_EQ(printers[0].last_seen, noon_ + kHour);
  EXPECT_EQ(printers[0].site.id, north_.site);
}

TEST_F(SqliteStoreTest, FlagsAPrinterThatShowsUpAtASecondSite) {
  Put(Ink(1, "CN1", noon_, "1")->record);
  Tenant branch = north_;
  branch.site = *store_.AddSite(north_.reseller,
                                {.customer = north_.customer, .name = "branch", .time_zone = "UTC"},
                                noon_, kPortalItself);
  const auto moved = Ink(1, "CN1", noon_ + kHour, "2");
  moved->record.collector = AddCollector(store_, branch, "thumb-branch");
  Put(moved->record);
  const auto printers = store_.Printers(north_.reseller, {}, "", 10);
  ASSERT_EQ(printers.size(), 1u);
  EXPECT_EQ(printers[0].site.id, north_.site) << "not moved silently";
  EXPECT_THAT(printers[0].claimed_by, ElementsAre(branch.site));
}

TEST_F(SqliteStoreTest, TellsACustomerNothingOfTheSitesOfOthers) {
  Put(Ink(1, "CN1", noon_, "1")->record);
  Tenant other = north_;
  other.customer = *store_.AddCustomer(north_.reseller, "another customer", noon_, kPortalItself);
  other.site = *store_.AddSite(north_.reseller,
                               {.customer = other.customer, .name = "main", .time_zone = "UTC"},
                               noon_, kPortalItself);
  const auto moved = Ink(1, "CN1", noon_ + kHour, "2");
  moved->record.collector = AddCollector(store_, other, "thumb-other");
  Put(moved->record);
  const PrinterFilter filter{.customer = north_.customer};
  EXPECT_THAT(store_.Printers(north_.reseller, filter, "", 10).at(0).claimed_by, IsEmpty());
  EXPECT_THAT(store_.Printers(north_.reseller, {}, "", 10).at(0).claimed_by,
              ElementsAre(other.site));
}

TEST_F(SqliteStoreTest, ForgetsNoNewsForAClockThatWasAhead) {
  const auto ahead = Ink(1, "CN1", noon_ + 100'000 * kHour, "1");
  ahead->record.received_at = noon_;
  Put(ahead->record);
  const auto sound = Ink(2, "CN1", noon_ + kHour, "2");
  sound->record.received_at = noon_ + kHour;
  sound->record.printers[0].firmware = "F2";
  Put(sound->record);
  const auto printers = store_.Printers(north_.reseller, {}, "", 10);
  EXPECT_EQ(printers.at(0).firmware, "F2");
  EXPECT_EQ(printers.at(0).last_seen, noon_ + kHour);
}

TEST_F(SqliteStoreTest, KeepsPrintersWithoutASerialApartByCollector) {
  const auto here = Ink(1, "", noon_, "1");
  Put(here->record);
  const auto there = Ink(1, "", noon_, "1");
  there->record.collector = AddCollector(store_, north_, "thumb-second");
  Put(there->record);
  EXPECT_EQ(store_.Printers(north_.reseller, {}, "", 10).size(), 2u);
}

TEST_F(SqliteStoreTest, KeepsTheHighestRevisionOfAJob) {
  JobRecord job{.job = "J1",
                .revision = 2,
                .channel = ChannelKind::kPiws,
                .seen_at = noon_,
                .type = "print",
                .status = "printed"};
  job.ink.push_back({"magenta", {*Decimal::Parse("0.21"), "cc"}});
  JobRecord older = job;
  older.revision = 1;
  older.status = "pending";
  older.ink.clear();
  const auto first = Ink(1, "CN1", noon_, "1");
  first->record.jobs.push_back({0, &job});
  Put(first->record);
  const auto second = Ink(2, "CN1", noon_ + kHour, "1");
  second->record.jobs.push_back({0, &older});
  Put(second->record);
  std::vector<std::string> seen;
  const auto printer = store_.Printers(north_.reseller, {}, "", 1).at(0).id;
  const auto note = [&](const JobRow& row) {
    seen.push_back(row.job + row.status + row.ink);
    return true;
  };
  store_.EachJob(north_.reseller, "", printer, noon_, noon_ + kHour, {}, note);
  EXPECT_THAT(seen, ElementsAre(R"(J1printed[["magenta","0.21","cc"]])"));
  store_.EachJob(north_.reseller, "", printer, noon_ + kHour, noon_ + 2 * kHour, {}, note);
  store_.EachJob(south_.reseller, "", printer, noon_, noon_ + kHour, {}, note);
  EXPECT_EQ(seen.size(), 1u);
}

TEST_F(SqliteStoreTest, ALevelThatIsDatedAheadGivesWayToWhatIsSeenLater) {
  const auto tell = [&](std::int64_t sequence, Instant at, Instant received, const char* level) {
    const auto parcel = Ink(sequence, "CN1", at, "1");
    parcel->record.received_at = received;
    parcel->reading.supplies.push_back(
        {.supply = "ink", .level = Quantity{*Decimal::Parse(level), "cc"}});
    Put(parcel->record);
  };
  tell(1, noon_ + std::chrono::days(365), noon_, "90");
  tell(2, noon_ + kHour, noon_ + kHour, "50");
  Database database(path_, Database::Mode::kReadOnly);
  Statement q = database.Prepare("SELECT group_concat(level) FROM supply");
  ASSERT_TRUE(q.Step());
  EXPECT_EQ(q.Text(0), "50");
}

TEST_F(SqliteStoreTest, PagesThroughPrinters) {
  for (int i = 1; i <= 5; ++i) Put(Ink(i, "CN" + std::to_string(i), noon_, "1")->record);
  std::vector<std::string> serials;
  std::string after;
  for (;;) {
    const auto page = store_.Printers(north_.reseller, {}, after, 2);
    if (page.empty()) break;
    for (const PrinterRow& row : page) serials.push_back(row.serial);
    after = page.back().id;
  }
  EXPECT_THAT(serials, testing::UnorderedElementsAre("CN1", "CN2", "CN3", "CN4", "CN5"));
}

// A write that began with a question would be refused at once, and a build with assertions says so
// (common/sqlite.h): then this is another error.
TEST_F(SqliteStoreTest, WaitsForAnotherProcessThatWrites) {
  SqliteStore store(path_, std::chrono::milliseconds(1));
  const ResellerId& north = north_.reseller;
  const std::function<void()> writes[] = {
      [&] { store.AddReseller("West", noon_, kPortalItself); },
      [&] { store.AddCustomer(north, "Bridge", noon_, kPortalItself); },
      [&] {
        store.AddSite(north, {.customer = north_.customer, .name = "Yard", .time_zone = "UTC"},
                      noon_, kPortalItself);
      },
      [&] {
        store.AddToken(north, {.hash = "h", .role = "reseller_viewer", .name = "billing"},
                       kPortalItself);
      },
      [&] {
        store.AddCode(north, {.hash = "c", .site = north_.site, .expires_at = noon_},
                      kPortalItself);
      },
      [&] { store.ProposeSettings(north, north_.site, "{}", noon_, kPortalItself); },
      [&] {
        store.NoteGap(north, {collector_, "stream", 1, "fork", "twice"}, noon_);
      },
      [&] { store.RevokeCollector(north, collector_, noon_, kPortalItself); },
  };
  Database other(path_, Database::Mode::kReadWrite);
  {
    Transaction holding(other);
    for (const auto& write : writes) EXPECT_THROW(write(), SqliteBusy);
  }
  for (const auto& write : writes) EXPECT_NO_THROW(write());
}

TEST_F(SqliteStoreTest, ReadsWhileAnotherThreadWrites) {
  std::jthread writer([&] {
    for (int i = 1; i <= 50; ++i) Put(Ink(i, "CN1", noon_ + i * kHour, "1")->record);
  });
  std::jthread reader([&] {
    for (int i = 0; i < 50; ++i) {
      EXPECT_LE(store_.Printers(north_.reseller, {}, "", 10).size(), 1u);
      EXPECT_TRUE(store_.CollectorByKey("thumb-north"));
    }
  });
  writer.join();
  reader.join();
  EXPECT_EQ(Values(north_, noon_ + 100 * kHour).size(), 50u);
}

}  // namespace
}  // namespace plotmeter
