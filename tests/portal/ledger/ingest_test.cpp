#include "portal/ledger/ingest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "portal/ledger/export.h"
#include "proto/rotation.h"
#include "tests/portal/ledger/sealed_world.h"

namespace plotmeter {
namespace {

class IngestTest : public testing::Test, protected SealedWorld {
 protected:
  // "200", or "422 schema", with the signed word checked against the plain one.
  std::string Take(const std::string& sealed) {
    const IngestResult result = ingest.Take(sealed);
    if (const auto* accepted = std::get_if<Accepted>(&result)) {
      receipt_ = ReadReceipt(accepted->receipt, portal.signing.public_key());
      EXPECT_TRUE(receipt_);
      jws_ = accepted->receipt;
      return accepted->repeated ? "200 again" : "200";
    }
    if (const auto* postponed = std::get_if<Postponed>(&result)) return "503 " + postponed->why;
    const Refused& refused = std::get<Refused>(result);
    const auto note = ReadRefusal(refused.signed_note, portal.signing.public_key());
    EXPECT_TRUE(note);
    EXPECT_EQ(note->status, refused.status);
    EXPECT_EQ(note->check, refused.check);
    EXPECT_EQ(note->sealed_sha256, Base64Url(Sha256(sealed)));
    EXPECT_FALSE(refused.detail.empty());
    note_ = note.value_or(RefusalNote{});
    return std::to_string(refused.status) + " " + refused.check;
  }

  std::string Csv(const Sender& sender) {
    UsageExport usage(store, store, sender.tenant.reseller, {},
                      {*PeriodEdge::Parse("2026-11-01"), *PeriodEdge::Parse("2026-12-01")},
                      ExportFormat::kCsv);
    std::string out;
    while (usage.Next(out)) {
    }
    return out;
  }

  std::int64_t Rows(const std::string& table) {
    Database db(path, Database::Mode::kReadOnly);
    Statement q = db.Prepare("SELECT count(*) FROM " + table);
    q.Step();
    return q.Int(0);
  }

  const Instant noon_ = At("2026-11-10T12:00:00Z");
  std::optional<Receipt> receipt_;
  RefusalNote note_;
  std::string jws_;
};

TEST_F(IngestTest, TakesOfAReplacedKeyWhatWasCutBefore) {
  const std::string stream = MakeBatch(north, 1, {"1"}, noon_).stream;
  const PrivateKey next = PrivateKey::Generate();
  const std::string old_thumbprint = Thumbprint(north.key.public_key());
  const KeyChange change{.collector = north.id,
                         .old = old_thumbprint,
                         .thumbprint = Thumbprint(next.public_key()),
                         .old_jwk = JsonText(ToJwk(north.key.public_key())),
                         .jwk = JsonText(ToJwk(next.public_key())),
                         .last = WriteMarks({{stream, 2}}),
                         .rotation = "word"};
  const std::string nonce =
      store.ReplaceKey(north.tenant.reseller, change, "", "n", clock.now).nonce;
  ASSERT_EQ(store.ReplaceKey(north.tenant.reseller, change, nonce, "m", clock.now).use,
            KeyUse::kReplaced);
  EXPECT_EQ(Take(Sealed(MakeBatch(north, 1, {"1"}, noon_), north)), "200");
  const Batch second = MakeBatch(north, 2, {"2"}, noon_);
  EXPECT_EQ(Take(Sealed(second, north)), "200");
  EXPECT_EQ(Take(Sealed(second, north)), "200 again");
  EXPECT_EQ(Take(Sealed(MakeBatch(north, 3, {"3"}, noon_), north)), "401 key-replaced");
  Batch elsewhere = MakeBatch(north, 1, {"3"}, noon_);
  elsewhere.stream = "00000000-0000-4000-8000-000000000000";
  EXPECT_EQ(Take(Sealed(elsewhere, north)), "401 key-replaced") << "a stream of a thief's own";
  EXPECT_EQ(Take(Sealed(WriteBatch(MakeBatch(north, 3, {"3"}, noon_)), next)), "200");
  store.RevokeCollector(north.tenant.reseller, north.id, clock.now, kPortalItself);
  EXPECT_EQ(Take(Sealed(second, north)), "401 revoked") << "with all its keys";
  EXPECT_EQ(Take(Sealed(WriteBatch(MakeBatch(north, 4, {"4"}, noon_)), next)), "401 revoked");
}

TEST_F(IngestTest, GoesByItsEarlierNameAndSignsAgainWhatItsOldKeySigned) {
  const Batch batch = MakeBatch(north, 1, {"1"}, noon_);
  const std::string sealed = Sealed(batch, north);
  EXPECT_EQ(Take(sealed), "200");
  const std::string first_name = portal.thumbprint;
  portal.earlier.insert(first_name);
  portal.signing = PrivateKey::Generate();
  portal.thumbprint = Thumbprint(portal.signing.public_key());
  in_use.Replace(portal);
  EXPECT_EQ(Take(sealed), "200 again");  // Take checks that the key of now signed it
  EXPECT_EQ(receipt_->portal, first_name);
  Batch second = MakeBatch(north, 2, {"2"}, noon_);
  second.portal = first_name;
  EXPECT_EQ(Take(Sealed(second, north)), "200");
  EXPECT_EQ(receipt_->portal, first_name);
  second.portal = Thumbprint(PrivateKey::Generate().public_key());
  second.sequence = 3;
  EXPECT_EQ(Take(Sealed(second, north)), "422 portal");
}

TEST_F(IngestTest, StoresABatchAndSignsForIt) {
  const Batch batch = MakeBatch(north, 1, {"433", "440"}, noon_);
  const BatchText text = WriteBatch(batch);
  EXPECT_EQ(Take(Sealed(text, north.key)), "200");
  EXPECT_EQ(*receipt_, (Receipt{.portal = portal.thumbprint,
                                .collector = north.id,
                                .stream = batch.stream,
                                .batch = batch.batch,
                                .sequence = 1,
                                .sha256 = Base64Url(Sha256(text.payload)),
                                .stored_at = clock.now}));
  Database db(path, Database::Mode::kReadOnly);
  Statement q = db.Prepare(
      "SELECT e.payload, e.names, received_at, doubtful FROM batch JOIN evidence e"
      " ON e.batch = number");
  ASSERT_TRUE(q.Step());
  EXPECT_EQ(Inflate(q.Text(0), kMaxMessage), text.payload) << "the evidence, byte for byte";
  EXPECT_EQ(Inflate(q.Text(1), kMaxMessage), text.names);
  EXPECT_EQ(q.Int(2), ToMillis(clock.now));
  EXPECT_EQ(q.Int(3), 0);
}

TEST_F(IngestTest, TurnsReadingsIntoUsage) {
  clock.now = noon_ + std::chrono::hours(3);
  Take(Sealed(MakeBatch(north, 1, {"433", "440.5"}, noon_), north));
  const std::string csv = Csv(north);
  EXPECT_THAT(csv,
              testing::HasSubstr("\r\nnorth's customer,main,HP,HP DesignJet Z9 24in,CN9541H01M,"
                                 "piws,ink.used,magenta,,cc,433,2026-11-10T12:00:00Z,440.5,"
                                 "2026-11-10T13:00:00Z,7.5,nL,7500000,measured,0,"));
  EXPECT_EQ(Csv(south), csv.substr(0, csv.find("\r\n") + 2)) << "a header, and nothing of north";
}

TEST_F(IngestTest, KeepsWhatPrintersSayOfThemselves) {
  Batch batch = MakeBatch(north, 1, {"433", "440"}, noon_);
  const Trait life{.trait = "nominal-life", .part = "printhead-3", .value = "1000", .unit = "cc"};
  // The later reading stands first.
  std::swap(batch.readings[0].reading.at, batch.readings[1].reading.at);
  batch.readings[0].reading.traits = {life, {.trait = "width", .value = "36"}};
  batch.readings[1].reading.traits = {{.trait = "width", .value = "24"}};
  JobRecord job{.job = "J", .revision = 1, .channel = ChannelKind::kPiws, .seen_at = noon_};
  job.traits = {life};
  batch.jobs.push_back({0, job});
  batch.events.push_back({0,
                          {.kind = "error-log",
                           .key = "E",
                           .channel = ChannelKind::kPiws,
                           .at = noon_,
                           .printer_time = noon_,
                           .clock_offset_ms = -1500}});
  clock.now = noon_ + std::chrono::hours(3);
  EXPECT_EQ(Take(Sealed(batch, north)), "200");
  const ResellerId& reseller = north.tenant.reseller;
  const std::string printer = store.Printers(reseller, {}, "", 1).at(0).id;
  const auto traits = store.ListTraits(reseller, "", printer, {}, 9).rows;
  ASSERT_EQ(traits.size(), 2u);
  EXPECT_EQ(traits[0].value, "36");
  EXPECT_EQ(traits[0].at, noon_ + std::chrono::hours(1));
  EXPECT_EQ(traits[0].unit, std::nullopt);
  EXPECT_EQ(traits[1].part, "printhead-3");
  EXPECT_EQ(traits[1].unit, "cc");
  EXPECT_EQ(store.ListJobs(reseller, {}, {{}, clock.now}, {}, 9).rows.at(0).traits,
            R"([["nominal-life","printhead-3","1000","cc"]])");
  EXPECT_EQ(store.ListEvents(reseller, "", printer, {}, 9).rows.at(0).clock_offset_ms, -1500);
}

TEST_F(IngestTest, AnswersARepeatedBatchWithTheSameReceipt) {
  const BatchText text = WriteBatch(MakeBatch(north, 1, {"433"}, noon_));
  EXPECT_EQ(Take(Sealed(text, north.key)), "200");
  const std::string first = jws_;
  clock.now += std::chrono::hours(30);
  EXPECT_EQ(Take(Sealed(text, north.key)), "200 again") << "sealed anew, the same content";
  EXPECT_EQ(jws_, first);
  EXPECT_EQ(Rows("batch"), 1);
  EXPECT_EQ(Rows("meter_reading"), 1);
}

TEST_F(IngestTest, KeepsAPrintersPlaceApartAndForgetsItWhenTheSiteDoes) {
  const auto place = [this] {
    return store.Printers(north.tenant.reseller, {}, "", 9)[0].whereabouts;
  };
  Batch batch = MakeBatch(north, 1, {"433"}, noon_);
  batch.whereabouts[0] = {.ip = "10.0.0.7",
                          .macs = {"00:1b:78:aa:bb:cc"},
                          .name = "plotter-2",
                          .location = "copy room"};
  EXPECT_EQ(Take(Sealed(batch, north)), "200");
  EXPECT_EQ(place(), batch.whereabouts[0]);
  EXPECT_EQ(Rows("printer_whereabouts"), 1);

  // Jobs alone say nothing of a place, and an older reading takes nothing away.
  Batch jobs = MakeBatch(north, 2, {}, noon_);
  jobs.jobs.push_back(
      {0, {.job = "A", .revision = 1, .channel = ChannelKind::kPiws, .seen_at = noon_}});
  EXPECT_EQ(Take(Sealed(jobs, north)), "200");
  EXPECT_EQ(Take(Sealed(MakeBatch(north, 3, {"400"}, noon_ - std::chrono::hours(5)), north)),
            "200");
  EXPECT_EQ(place(), batch.whereabouts[0]);

  clock.now += std::chrono::hours(3);
  EXPECT_EQ(Take(Sealed(MakeBatch(north, 4, {"434"}, noon_ + std::chrono::hours(3)), north)),
            "200");
  EXPECT_EQ(place(), Whereabouts{}) << "the site lets it leave no more";
  EXPECT_EQ(Rows("printer_whereabouts"), 0);
  EXPECT_EQ(Rows("meter_reading"), 3) << "and nothing else is forgotten";
}

TEST_F(IngestTest, ShowsNoCustomerThePlaceThatAnothersCollectorTells) {
  Sender other;  // of another customer of the same reseller, with the same serial number
  other.tenant = north.tenant;
  other.tenant.customer = *store.AddCustomer(north.tenant.reseller, "other", noon_, kPortalItself);
  other.tenant.site = *store.AddSite(
      north.tenant.reseller,
      {.customer = other.tenant.customer, .name = "other", .time_zone = "Europe/Berlin"}, noon_,
      kPortalItself);
  other.id = AddCollector(store, other.tenant, Thumbprint(other.key.public_key()),
                          JsonText(ToJwk(other.key.public_key())));
  const auto place = [this] {
    return store.Printers(north.tenant.reseller, {}, "", 9)[0].whereabouts;
  };
  Batch own = MakeBatch(north, 1, {"433"}, noon_);
  own.whereabouts[0] = {.location = "copy room"};
  EXPECT_EQ(Take(Sealed(own, north)), "200");
  Batch foreign = MakeBatch(other, 1, {"434"}, noon_ + std::chrono::hours(3));
  foreign.whereabouts[0] = {.ip = "10.9.9.9", .location = "somebody else's"};
  EXPECT_EQ(Take(Sealed(foreign, other)), "200");
  EXPECT_EQ(place(), own.whereabouts[0]);
}

TEST_F(IngestTest, RefusesWhatIsTooLargeBeforeReadingIt) {
  EXPECT_EQ(Take(std::string(kMaxSealed + 1, 'A')), "413 too-large");
}

TEST_F(IngestTest, RefusesWhatIsNoBatch) {
  EXPECT_EQ(Take(""), "400 form");
  EXPECT_EQ(Take("a.b.c.d.e"), "400 form");
  EXPECT_EQ(Take("{\"version\":1}"), "400 form");
}

TEST_F(IngestTest, RefusesOneFlippedBitInEveryPart) {
  const std::string sealed = Sealed(MakeBatch(north, 1, {"433"}, noon_), north);
  for (std::size_t at = 3; at < sealed.size(); at += 17) {
    if (sealed[at] == '.') continue;
    std::string bent = sealed;
    bent[at] = bent[at] == 'A' ? 'B' : 'A';
    if (bent == sealed) continue;
    EXPECT_EQ(Take(bent).substr(0, 3), "400") << "at " << at;
  }
  EXPECT_EQ(Rows("batch"), 0);
  EXPECT_EQ(Rows("printer"), 0);
}

TEST_F(IngestTest, RefusesABatchSealedToAKeyThatIsNotOurs) {
  const BatchText text = WriteBatch(MakeBatch(north, 1, {"433"}, noon_));
  const std::string elsewhere =
      Seal(JoinMessage(SignDetachedJws(kBatchJws, text.payload, north.key), text),
           PrivateKey::Generate().public_key());
  EXPECT_EQ(Take(elsewhere), "400 key-retired");
}

TEST_F(IngestTest, RefusesAStranger) {
  const BatchText text = WriteBatch(MakeBatch(north, 1, {"433"}, noon_));
  EXPECT_EQ(Take(Sealed(text, PrivateKey::Generate())), "401 signer");
  EXPECT_EQ(note_.collector, "") << "nobody we could name";
}

TEST_F(IngestTest, RefusesARevokedCollector) {
  store.RevokeCollector(north.tenant.reseller, north.id, noon_, kPortalItself);
  EXPECT_EQ(Take(Sealed(MakeBatch(north, 1, {"433"}, noon_), north)), "401 revoked");
}

TEST_F(IngestTest, RefusesABatchForAnotherPortal) {
  Batch batch = MakeBatch(north, 1, {"433"}, noon_);
  batch.portal = Thumbprint(PrivateKey::Generate().public_key());
  EXPECT_EQ(Take(Sealed(batch, north)), "422 portal");
  EXPECT_EQ(note_.collector, north.id);
  EXPECT_EQ(Rows("batch"), 0);
}

TEST_F(IngestTest, RefusesABatchInAnotherCollectorsName) {
  EXPECT_EQ(Take(Sealed(MakeBatch(north, 1, {"433"}, noon_), south)), "422 collector");
  EXPECT_EQ(Rows("batch"), 0);
}

TEST_F(IngestTest, RefusesWhatDoesNotFitTheSchema) {
  const BatchText text = WriteBatch(MakeBatch(north, 1, {"433"}, noon_));
  BatchText bent = text;
  bent.payload.replace(bent.payload.find("\"433\""), 5, "4.3e2");
  EXPECT_EQ(Take(Sealed(bent, north.key)), "422 schema");
  EXPECT_EQ(note_.sha256, Base64Url(Sha256(bent.payload)));
  BatchText swapped = text;
  swapped.names = WriteBatch(MakeBatch(north, 2, {"1"}, noon_)).names;
  EXPECT_EQ(Take(Sealed(swapped, north.key)), "422 schema") << "N is not the one that P names";
  EXPECT_EQ(Rows("batch"), 0);
}

TEST_F(IngestTest, NamesAForkAndTellsAPerson) {
  EXPECT_EQ(Take(Sealed(MakeBatch(north, 1, {"433"}, noon_), north)), "200");
  EXPECT_EQ(Take(Sealed(MakeBatch(north, 1, {"999"}, noon_), north)), "409 fork");
  const auto gaps = store.Gaps(north.tenant.reseller);
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].kind, "fork");
  EXPECT_EQ(gaps[0].sequence, 1);
  EXPECT_EQ(Rows("meter_reading"), 1);
}

TEST_F(IngestTest, NamesAConflict) {
  Batch batch = MakeBatch(north, 1, {"433"}, noon_);
  EXPECT_EQ(Take(Sealed(batch, north)), "200");
  batch.readings[0].reading.meters[0].value.value = *Decimal::Parse("434");
  EXPECT_EQ(Take(Sealed(batch, north)), "409 conflict");
  EXPECT_EQ(Rows("meter_reading"), 1);
}

TEST_F(IngestTest, AsksAgainForWhatIsMissing) {
  Take(Sealed(MakeBatch(north, 1, {"1"}, noon_), north));
  Take(Sealed(MakeBatch(north, 4, {"2"}, noon_), north));
  EXPECT_THAT(receipt_->resend, testing::ElementsAre(2, 3));
  Batch batch = MakeBatch(north, 5, {"3"}, noon_ + std::chrono::hours(5));
  batch.voided = {{.sequence = 2, .sha256 = Base64Url(Sha256("2")), .reason = "refused: schema"}};
  Take(Sealed(batch, north));
  EXPECT_THAT(receipt_->resend, testing::ElementsAre(3));
}

TEST_F(IngestTest, MarksADoubtfulClockAndRefusesNoTime) {
  Batch batch = MakeBatch(north, 1, {"433"}, At("2019-01-01T00:00:00Z"));
  batch.clock.offset_ms = -600'001;
  batch.clock.offset_at = noon_;
  EXPECT_EQ(Take(Sealed(batch, north)), "200");
  Batch sound = MakeBatch(north, 2, {"434"}, At("2035-01-01T00:00:00Z"));
  sound.clock.offset_ms = 600'000;
  sound.clock.offset_at = noon_;
  EXPECT_EQ(Take(Sealed(sound, north)), "200");
  Database db(path, Database::Mode::kReadOnly);
  Statement q = db.Prepare("SELECT group_concat(doubtful) FROM batch");
  ASSERT_TRUE(q.Step());
  EXPECT_EQ(q.Text(0), "1,0");
}

TEST_F(IngestTest, KeepsTenantsApartThatReportTheSameSerial) {
  Take(Sealed(MakeBatch(north, 1, {"433"}, noon_), north));
  Take(Sealed(MakeBatch(south, 1, {"7"}, noon_), south));
  EXPECT_EQ(Rows("printer"), 2);
  EXPECT_THAT(Csv(south), testing::Not(testing::HasSubstr("433")));
}

TEST_F(IngestTest, TakesABatchAtItsWordBeforeItLooksAtTheRest) {
  const BatchText text = WriteBatch(MakeBatch(north, 1, {"433"}, noon_));
  EXPECT_EQ(Take(Sealed(text, north.key)), "200");
  BatchText elsewhere = WriteBatch(MakeBatch(south, 1, {"433"}, noon_));
  elsewhere.payload.replace(elsewhere.payload.find("\"433\""), 5, "4.3e2");
  EXPECT_EQ(Take(Sealed(elsewhere, north.key)), "422 collector") << "8 comes before 10";
  BatchText forked = WriteBatch(MakeBatch(north, 1, {"434"}, noon_));
  forked.payload.replace(forked.payload.find("\"434\""), 5, "4.3e2");
  EXPECT_EQ(Take(Sealed(forked, north.key)), "409 fork") << "9 comes before 10";
}

// "[{},{},…": 64 MiB of it would become 2 GB of values.
TEST_F(IngestTest, RefusesMoreValuesThanThereIsMemoryFor) {
  BatchText text = WriteBatch(MakeBatch(north, 1, {"433"}, noon_));
  std::string many(std::size_t{60} << 20, ',');
  for (std::size_t i = 0; i < many.size(); i += 3) many.replace(i, 2, "{}");
  text.payload.insert(text.payload.size() - 1, ",\"unknown\":[" + many + "{}]");
  const std::string bomb = Sealed(text, north.key);
  many = {};
  text = {};
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const long before = usage.ru_maxrss;
  EXPECT_EQ(Take(bomb), "413 inflation");
  getrusage(RUSAGE_SELF, &usage);
  EXPECT_LT((usage.ru_maxrss - before) / 1024, 250) << "megabytes";
}

TEST_F(IngestTest, PostponesWhatTheMemoryOfAllDoesNotHold) {
  BatchText text = WriteBatch(MakeBatch(north, 1, {"433"}, noon_));
  text.payload.append(std::size_t{24} << 20, ' ');
  const std::string large = Sealed(text, north.key);
  const std::string small = Sealed(MakeBatch(south, 1, {"433"}, noon_), south);
  // Asked for the time when a batch is parsed and not yet stored: then others come.
  struct Meanwhile : FixedClock {
    Instant Now() const override {
      if (happens) std::exchange(happens, nullptr)();
      return now;
    }
    mutable std::function<void()> happens;
  } meanwhile;
  Ingest narrow(store, store, portal, meanwhile, std::size_t{90} << 20);
  meanwhile.happens = [&] {
    const IngestResult second = narrow.Take(large);
    ASSERT_TRUE(std::holds_alternative<Postponed>(second));
    EXPECT_EQ(std::get<Postponed>(second).why, "too many large batches at once");
    EXPECT_TRUE(std::holds_alternative<Accepted>(narrow.Take(small)));
  };
  EXPECT_TRUE(std::holds_alternative<Accepted>(narrow.Take(large)));
  EXPECT_FALSE(meanwhile.happens);
  EXPECT_TRUE(std::get<Accepted>(narrow.Take(large)).repeated) << "what was taken is given back";
}

TEST_F(IngestTest, PostponesWhileAnotherProcessHoldsTheDatabase) {
  const std::string sealed = Sealed(MakeBatch(north, 1, {"433"}, noon_), north);
  Database other(path, Database::Mode::kReadWrite);
  {
    Transaction holding(other);
    EXPECT_EQ(Take(sealed), "503 the database is busy");
  }
  EXPECT_EQ(Take(sealed), "200");
}

// What stands in the file when the power goes: a copy of it, between the commit and the answer.
TEST_F(IngestTest, AnswersAfterACrashWhatItWouldHaveAnswered) {
  const std::string sealed = Sealed(MakeBatch(north, 1, {"433", "440"}, noon_), north);
  EXPECT_EQ(Take(sealed), "200");
  const std::string lost = jws_;
  const std::string copy = FreshPath();
  for (const char* suffix : {"", "-wal"}) std::filesystem::copy_file(path + suffix, copy + suffix);
  SqliteStore restored(copy);
  Ingest again(restored, restored, portal, clock);
  const auto accepted = std::get<Accepted>(again.Take(sealed));
  EXPECT_TRUE(accepted.repeated);
  EXPECT_EQ(accepted.receipt, lost);
}

}  // namespace
}  // namespace plotmeter
