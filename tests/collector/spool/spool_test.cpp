#include "collector/spool/spool.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "common/json.h"
#include "proto/seal.h"
#include "tests/collector/spool/spool_fixture.h"

namespace plotmeter {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

class SpoolTest : public SpoolFixture {};

TEST_F(SpoolTest, CutsWhatWasKeptIntoASignedBatch) {
  Spool spool = Open();
  spool.Keep(ReadingOf(433, clock_.Now()));
  spool.Keep(Plotter(), JobOf("32222D2B", "printed", "0.21"));
  const std::optional<CutBatch> cut = spool.Cut(signer());
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->sequence, 1);
  EXPECT_EQ(cut->items, 2);

  const MessageParts parts = PartsOf(cut->message);
  const auto jws = ReadJws(parts.jws);
  ASSERT_TRUE(jws);
  EXPECT_EQ(jws->header.typ, kBatchJws);
  EXPECT_TRUE(jws->VerifyDetached(key_.public_key(), parts.payload));
  EXPECT_EQ(cut->sha256, Base64Url(Sha256(parts.payload)));

  const Batch batch = Opened(*cut);
  EXPECT_EQ(batch.portal, portal_);
  EXPECT_EQ(batch.collector, "col_7Q2M9K4T");
  EXPECT_EQ(batch.stream, spool.stream());
  EXPECT_EQ(batch.previous, "");
  EXPECT_EQ(batch.clock.created_at, clock_.Now());
  ASSERT_EQ(batch.printers.size(), 1U);
  EXPECT_EQ(batch.printers[0], Plotter());
  ASSERT_EQ(batch.readings.size(), 1U);
  EXPECT_EQ(batch.readings[0].reading, ReadingOf(433, clock_.Now()));
  ASSERT_EQ(batch.jobs.size(), 1U);
  EXPECT_EQ(batch.jobs[0].job.revision, 1U);
}

TEST_F(SpoolTest, AnswersForWhatWasKeptWhileItDidNotWaitForTheDisk) {
  Spool spool = Open();
  spool.SyncLater();
  spool.Keep(ReadingOf(433, clock_.Now()));
  EXPECT_EQ(spool.CountWaiting().readings, 1);
  spool.Sync();
  EXPECT_EQ(spool.CountWaiting().readings, 1);
}

TEST_F(SpoolTest, KeepsWhatWaitsForTheDiskInOneTurnAndHarmsNoOtherWithOneThatFails) {
  Spool spool = Open();
  spool.SyncLater();
  spool.Keep(ReadingOf(1, clock_.Now()));
  EXPECT_THROW(spool.Together([&] {
    spool.Keep(ReadingOf(2, clock_.Now()));
    throw std::runtime_error("half way");
  }),
               std::runtime_error);
  spool.Keep(ReadingOf(3, clock_.Now()));
  EXPECT_EQ(Open().CountWaiting().readings, 0) << "not on disk yet";
  spool.Sync();
  EXPECT_EQ(Open().CountWaiting().readings, 2);
  spool.Keep(ReadingOf(4, clock_.Now()));
  EXPECT_EQ(Open().CountWaiting().readings, 3) << "again at once";
}

TEST_F(SpoolTest, RemembersTheFirstKeyOfASerialNumberAndTheLastAtAnAddress) {
  Spool spool = Open();
  for (const char* key : {"first", "second"}) {
    spool.RememberCertificate("serial CN1A2B3C4D", key);
    spool.RememberCertificate("10.0.0.7:443", key);
  }
  EXPECT_THAT(spool.Certificates(),
              testing::UnorderedElementsAre(testing::Pair("serial CN1A2B3C4D", "first"),
                                            testing::Pair("10.0.0.7:443", "second")));
}

TEST_F(SpoolTest, ForgetsTheKeysOfOneAddressAndOfThePrinterThatIsReadThere) {
  Spool spool = Open();
  spool.Know({.host = "10.0.0.7", .identity = {.serial = "CN1A2B3C4D"}});
  spool.Know({.host = "10.0.0.70", .identity = {.serial = "CN5E6F7G8H"}});
  for (const char* printer : {"serial CN1A2B3C4D", "address 10.0.0.7:443", "address 10.0.0.7:631",
                              "serial CN5E6F7G8H", "address 10.0.0.70:443"}) {
    spool.RememberCertificate(printer, "the key of a whole series");
  }
  EXPECT_EQ(spool.ForgetCertificates("10.0.0.7"), 3);
  EXPECT_THAT(spool.Certificates(),
              testing::UnorderedElementsAre(testing::Key("serial CN5E6F7G8H"),
                                            testing::Key("address 10.0.0.70:443")));
  EXPECT_EQ(spool.ForgetCertificates("10.0.0.7"), 0);
}

TEST_F(SpoolTest, KeepsNoEndlessListOfPrintersThatLeft) {
  Spool spool = Open();
  EXPECT_FALSE(spool.KnowsAnyPrinter());
  spool.Know({.host = "10.0.0.7", .identity = {.serial = "CN0000001"}});
  EXPECT_TRUE(spool.KnowsAnyPrinter());
  spool.Together([&] {
    for (int i = 0; i < 1100; ++i) {
      spool.Know({.identity = {.serial = "GONE" + std::to_string(i)}});
    }
  });
  EXPECT_EQ(spool.KnownPrinters().size(), 1001U);
}

TEST_F(SpoolTest, SendsEverythingOnce) {
  Spool spool = Open();
  spool.Keep(ReadingOf(1, clock_.Now()));
  ASSERT_TRUE(spool.Cut(signer()));
  EXPECT_FALSE(spool.Cut(signer()));
  spool.Keep(ReadingOf(2, clock_.Now()));
  const auto second = spool.Cut(signer());
  ASSERT_TRUE(second);
  EXPECT_EQ(Opened(*second).readings.size(), 1U);
  EXPECT_EQ(Opened(*second).readings[0].reading.meters[0].value.value.text(), "2");
}

TEST_F(SpoolTest, ChainsTheBatchesOfAStream) {
  Spool spool = Open();
  std::string previous;
  for (int i = 1; i <= 3; ++i) {
    spool.Keep(ReadingOf(i, clock_.Now()));
    const auto cut = spool.Cut(signer());
    ASSERT_TRUE(cut);
    EXPECT_EQ(cut->sequence, i);
    EXPECT_EQ(Opened(*cut).previous, previous);
    previous = cut->sha256;
  }
}

TEST_F(SpoolTest, NeverChangesACutBatch) {
  std::string message;
  {
    Spool spool = Open();
    spool.Keep(ReadingOf(1, clock_.Now()));
    message = spool.Cut(signer())->message;
    spool.Keep(ReadingOf(2, clock_.Now()));
    spool.Keep(Plotter(), JobOf("j", "printed", "0.21"));
    clock_.Advance(hours(5));
    EXPECT_EQ(spool.Next()->message, message);
    spool.Sending(spool.Next()->batch, 1);
  }
  Spool again = Open();
  EXPECT_EQ(again.Next()->message, message);
  EXPECT_EQ(again.Next()->tries, 1);
}

TEST_F(SpoolTest, ForgetsOnlyWithAReceipt) {
  Spool spool = Open();
  spool.Keep(ReadingOf(1, clock_.Now()));
  const auto cut = spool.Cut(signer());
  EXPECT_EQ(spool.Next()->batch, cut->batch);
  EXPECT_EQ(spool.Next()->batch, cut->batch);
  spool.Receipted(cut->batch, "re.ce.ipt");
  EXPECT_FALSE(spool.Next());
  const auto outbox = spool.Outbox();
  ASSERT_EQ(outbox.size(), 1U);
  EXPECT_EQ(outbox[0].state, BatchState::kReceipted);
  EXPECT_EQ(outbox[0].receipt, "re.ce.ipt");
  EXPECT_EQ(outbox[0].receipted_at, clock_.Now());
}

TEST_F(SpoolTest, KeepsTheBestRecordOfAJob) {
  Spool spool = Open();
  EXPECT_TRUE(spool.Keep(Plotter(), JobOf("j", "printing", "0.10")));
  EXPECT_FALSE(spool.Keep(Plotter(), JobOf("j", "printing", "0.10")));
  EXPECT_TRUE(spool.Keep(Plotter(), JobOf("j", "printed", "0.21")));
  EXPECT_FALSE(spool.Keep(Plotter(), JobOf("j", "printed")));
  Batch batch = Opened(*spool.Cut(signer()));
  ASSERT_EQ(batch.jobs.size(), 1U);
  EXPECT_EQ(batch.jobs[0].job.revision, 2U);
  EXPECT_EQ(batch.jobs[0].job.ink[0].amount.value.text(), "0.21");
  // Sent; only something better is sent again.
  EXPECT_FALSE(spool.Keep(Plotter(), JobOf("j", "cancelled")));
  EXPECT_FALSE(spool.Cut(signer()));
  EXPECT_TRUE(spool.Keep(Plotter(), JobOf("j", "printed", "0.25")));
  batch = Opened(*spool.Cut(signer()));
  EXPECT_EQ(batch.jobs.at(0).job.revision, 3U);
}

// The start is the collector's clock less the card's uptime: after a restart of the collector it is
// reckoned anew, on the other side of the hour here, and no job may be listed twice for that.
TEST_F(SpoolTest, CountsAJobOnceHoweverItsStartIsReckoned) {
  const auto told = [](const char* started) {
    JobRecord job = JobOf(std::string("301/~") + started, "printed", "0.21");
    job.channel = ChannelKind::kSnmp;
    return job;
  };
  {
    Spool spool = Open();
    EXPECT_TRUE(spool.Keep(Plotter(), told("2026-11-22T08:59:59Z")));
  }
  Spool spool = Open();
  EXPECT_FALSE(spool.Keep(Plotter(), told("2026-11-22T09:00:02Z")));
  EXPECT_TRUE(spool.Keep(Plotter(2), told("2026-11-22T09:00:02Z"))) << "another printer";
  const Batch batch = Opened(*spool.Cut(signer()));
  ASSERT_EQ(batch.jobs.size(), 2U);
  EXPECT_EQ(batch.jobs[0].job.job, "301/2026-11-22T08:00:00Z");
  EXPECT_EQ(batch.jobs[1].job.job, "301/2026-11-22T09:00:00Z");
  // Switched off and on, and then once more within the hour: its numbers began anew each time.
  EXPECT_TRUE(spool.Keep(Plotter(), told("2026-11-22T10:05:00Z")));
  EXPECT_TRUE(spool.Keep(Plotter(), told("2026-11-22T10:35:00Z")));
  EXPECT_FALSE(spool.Keep(Plotter(), told("2026-11-22T10:34:58Z")));
}

TEST_F(SpoolTest, TellsJobsApartByPrinterAndChannel) {
  Spool spool = Open();
  JobRecord over_snmp = JobOf("j", "printed");
  over_snmp.channel = ChannelKind::kSnmp;
  EXPECT_TRUE(spool.Keep(Plotter(1), JobOf("j", "printed")));
  EXPECT_TRUE(spool.Keep(Plotter(2), JobOf("j", "printed")));
  EXPECT_TRUE(spool.Keep(Plotter(1), over_snmp));
  EXPECT_EQ(spool.CountWaiting().jobs, 3);
}

TEST_F(SpoolTest, TakesAnswersThatAreNotUtf8ForTheSameTwice) {
  Spool spool = Open(MaskMode::kSent);
  JobRecord job = JobOf("j", "printed", "0.21");
  job.media_name = "Papier gl\xe4nzend";
  job.name = "Pl\xe4ne";
  EXPECT_TRUE(spool.Keep(Plotter(), job));
  EXPECT_FALSE(spool.Keep(Plotter(), job));
  EXPECT_TRUE(spool.Cut(signer()));
}

TEST_F(SpoolTest, LetsNoJobNameOutUnlessTold) {
  JobRecord job = JobOf("j", "printed");
  job.name = "Divorce papers.pdf";
  for (const MaskMode mode : {MaskMode::kOff, MaskMode::kHashed}) {
    Spool spool({.directory = FreshDirectory("names"), .masks = {.job_names = mode}}, clock_);
    spool.Keep(Plotter(), job);
    const auto cut = spool.Cut(signer());
    EXPECT_EQ(cut->message.find("Divorce"), std::string::npos);
    const auto name = Opened(*cut).jobs.at(0).job.name;
    EXPECT_EQ(name.has_value(), mode == MaskMode::kHashed);
  }
  // Not on disk either.
  std::ifstream file(FreshDirectory("names") + "/spool.db", std::ios::binary);
  std::stringstream all;
  all << file.rdbuf();
  EXPECT_EQ(all.str().find("Divorce"), std::string::npos);
  Spool open({.directory = FreshDirectory("names"), .masks = {.job_names = MaskMode::kSent}},
             clock_);
  open.Keep(Plotter(), job);
  const auto cut = open.Cut(signer());
  const MessageParts parts = PartsOf(cut->message);
  EXPECT_EQ(parts.payload.find("Divorce"), std::string::npos) << "only N may hold a name";
  EXPECT_NE(parts.names.find("Divorce papers.pdf"), std::string::npos);
}

TEST_F(SpoolTest, NarrowsAModeForWhatAlreadyWaits) {
  JobRecord job = JobOf("j", "printed");
  job.name = "Divorce papers.pdf";
  Open(MaskMode::kSent).Keep(Plotter(), job);
  Spool narrowed = Open(MaskMode::kHashed);
  EXPECT_EQ(narrowed.Cut(signer())->message.find("Divorce"), std::string::npos);
}

TEST_F(SpoolTest, KeepsAnEventOnceHoweverOftenItIsShown) {
  const PrinterEvent logged{.kind = "error-log",
                            .key = "1437049356/610010",
                            .channel = ChannelKind::kSnmp,
                            .at = clock_.Now(),
                            .code = "610010"};
  Spool spool = Open();
  EXPECT_TRUE(spool.Keep(Plotter(), logged));
  EXPECT_FALSE(spool.Keep(Plotter(), logged));
  const auto cut = spool.Cut(signer());
  ASSERT_TRUE(cut);
  ASSERT_EQ(Opened(*cut).events.size(), 1U);
  EXPECT_EQ(Opened(*cut).events[0].event, logged);
  spool.Receipted(cut->batch, "receipt");
  for (int day = 0; day < 100; ++day) {
    clock_.Advance(days(1));
    EXPECT_FALSE(spool.Keep(Plotter(), logged)) << "the log is read again on day " << day;
    spool.ForgetOld();
  }
  EXPECT_FALSE(spool.Cut(signer()));
  clock_.Advance(days(40));
  spool.ForgetOld();
  EXPECT_TRUE(spool.Keep(Plotter(), logged)) << "it was not shown for weeks, and is forgotten";
}

TEST_F(SpoolTest, MovesEventsIntoANewStream) {
  const PrinterEvent changed{
      .kind = "firmware-changed", .key = "2", .at = clock_.Now(), .was = "1", .is = "2"};
  Spool spool = Open();
  spool.Keep(Plotter(), changed);
  ASSERT_TRUE(spool.Cut(signer()));
  spool.NewStream("a clone");
  const auto again = spool.Cut(signer());
  ASSERT_TRUE(again);
  ASSERT_EQ(Opened(*again).events.size(), 1U);
  EXPECT_EQ(Opened(*again).events[0].event, changed);
}

TEST_F(SpoolTest, KeepsMessagesForFiveWeeksAndTheOutboxLonger) {
  Spool spool = Open();
  spool.Keep(ReadingOf(1, clock_.Now()));
  spool.Receipted(spool.Cut(signer())->batch, "r");
  clock_.Advance(days(34));
  spool.ForgetOld();
  spool.Resend({1});
  EXPECT_TRUE(spool.Next());
  spool.Receipted(spool.Next()->batch, "r");
  clock_.Advance(days(36));
  spool.ForgetOld();
  EXPECT_EQ(spool.Outbox().size(), 1U);
  EXPECT_EQ(spool.Outbox()[0].receipt, "r");
}

TEST_F(SpoolTest, RemembersAJobAsLongAsItIsShown) {
  Spool spool = Open();
  spool.Keep(Plotter(), JobOf("shown", "printed", "0.21"));
  spool.Keep(Plotter(), JobOf("gone", "printed", "0.21"));
  spool.Receipted(spool.Cut(signer())->batch, "r");
  for (int day = 0; day < 40; ++day) {
    clock_.Advance(days(1));
    EXPECT_FALSE(spool.Keep(Plotter(), JobOf("shown", "printed", "0.21"))) << day;
    spool.ForgetOld();
  }
  EXPECT_FALSE(spool.Cut(signer()));
}

// The printer is switched off for longer than jobs are remembered, with a job in its list.
TEST_F(SpoolTest, ForgetsAJobOnlyOnceItsPrinterHasShownItsListWithoutIt) {
  Spool spool = Open();
  spool.Keep(Plotter(), JobOf("held", "held"));
  spool.ShowedJobs(Plotter(), ChannelKind::kPiws);
  spool.Receipted(spool.Cut(signer())->batch, "r");
  clock_.Advance(days(90));
  spool.ForgetOld();
  EXPECT_TRUE(spool.Keep(Plotter(), JobOf("held", "printed", "0.21")));
  spool.ShowedJobs(Plotter(), ChannelKind::kPiws);
  const auto cut = spool.Cut(signer());
  EXPECT_EQ(Opened(*cut).jobs.at(0).job.revision, 2U);
  spool.Receipted(cut->batch, "r");
  for (int day = 0; day < 40; ++day) {
    clock_.Advance(days(1));
    spool.ShowedJobs(Plotter(), ChannelKind::kPiws);
    spool.ShowedJobs(Plotter(2), ChannelKind::kPiws);
    spool.ForgetOld();
  }
  EXPECT_TRUE(spool.Keep(Plotter(), JobOf("held", "printed", "0.21")));
  EXPECT_EQ(Opened(*spool.Cut(signer())).jobs.at(0).job.revision, 1U) << "it was forgotten";
}

// Put back to yesterday's, the spool knows a job in an older revision than the portal does.
TEST_F(SpoolTest, TellsJobsAboveAnyRevisionOfTheTimeBefore) {
  Spool spool = Open();
  spool.Keep(Plotter(), JobOf("a", "printing"));
  spool.Keep(Plotter(), JobOf("b", "printed", "0.21"));
  spool.Receipted(spool.Cut(signer())->batch, "r");
  clock_.Advance(days(1));
  EXPECT_TRUE(spool.Keep(Plotter(), JobOf("a", "printed", "0.4")));
  spool.NewStream("the portal has more of it");
  // What waited is what it was: the portal may have a better one by the same number.
  std::map<std::string, std::uint32_t> moved;
  for (const auto& row : Opened(*spool.Cut(signer())).jobs) moved[row.job.job] = row.job.revision;
  EXPECT_EQ(moved, (std::map<std::string, std::uint32_t>{{"a", 2}}));
  spool.Receipted(spool.Next()->batch, "r");
  const auto now = static_cast<std::uint32_t>(ToMillis(clock_.Now()) / 1000);
  EXPECT_TRUE(spool.Keep(Plotter(), JobOf("a", "printed", "0.4"))) << "as its printer shows it now";
  EXPECT_TRUE(spool.Keep(Plotter(), JobOf("b", "printed", "0.21")));
  EXPECT_FALSE(spool.Keep(Plotter(), JobOf("b", "printed", "0.21"))) << "once";
  EXPECT_TRUE(spool.Keep(Plotter(), JobOf("new", "printing")));
  for (const auto& row : Opened(*spool.Cut(signer())).jobs) {
    EXPECT_EQ(row.job.revision, now + 1) << row.job.job;
  }
  spool.NewStream("and again, within the second");
  EXPECT_TRUE(spool.Keep(Plotter(), JobOf("b", "printed", "0.21")));
  for (const auto& row : Opened(*spool.Cut(signer())).jobs) {
    EXPECT_EQ(row.job.revision, row.job.job == "b" ? now + 2 : now + 1) << row.job.job;
  }
}

TEST_F(SpoolTest, TellsJobsAboveThoseOfASpoolThatIsGone) {
  {
    Spool spool = Open();
    EXPECT_TRUE(spool.Keep(Plotter(), JobOf("a", "printed")));
    EXPECT_EQ(Opened(*spool.Cut(signer())).jobs.at(0).job.revision, 1U);
  }
  for (const char* part : {"spool.db", "spool.db-wal", "spool.db-shm"}) {
    std::filesystem::remove(directory_ + "/" + part);
  }
  Spool spool = Open();
  spool.Keep(Plotter(), JobOf("a", "printed"));
  EXPECT_GT(Opened(*spool.Cut(signer())).jobs.at(0).job.revision, 1'000'000U);
}

TEST_F(SpoolTest, PreviewsWithoutChangingAnything) {
  Spool spool = Open();
  EXPECT_FALSE(spool.Preview(signer()));
  spool.Keep(ReadingOf(433, clock_.Now()));
  const auto preview = spool.Preview(signer());
  ASSERT_TRUE(preview);
  EXPECT_EQ(ParseBatch(preview->payload, preview->names).sequence, 1);
  EXPECT_FALSE(spool.Next());
  const auto cut = spool.Cut(signer());
  EXPECT_EQ(cut->sequence, 1);
  // The same but for what is made freshly each time.
  Json shown = ParseJson(preview->payload);
  Json written = ParseJson(PartsOf(cut->message).payload);
  for (const char* fresh : {"batch", "salt", "names"}) {
    shown.erase(fresh);
    written.erase(fresh);
  }
  EXPECT_EQ(shown, written);
}

TEST_F(SpoolTest, CarriesTheMeasuredOffset) {
  Spool spool = Open();
  spool.MeasuredOffset(std::chrono::milliseconds(-120), clock_.Now());
  spool.Keep(ReadingOf(1, clock_.Now()));
  const Batch batch = Opened(*spool.Cut(signer()));
  EXPECT_EQ(batch.clock.offset_ms, -120);
  EXPECT_EQ(batch.clock.offset_at, clock_.Now());
}

TEST_F(SpoolTest, KeepsNothingOfAPrinterWithoutASerial) {
  Spool spool = Open();
  Reading nobody = ReadingOf(1, clock_.Now());
  nobody.printer.serial = "";
  EXPECT_THROW(spool.Keep(nobody), BatchError);
  EXPECT_EQ(spool.CountWaiting().readings, 0);
}

TEST_F(SpoolTest, TakesOfAPrinterWhatIsSaidAnewAndLeavesWhatIsNot) {
  const auto said = [this](const PrinterIdentity& printer) {
    Reading reading = ReadingOf(1, clock_.Now());
    reading.printer = printer;
    Spool spool = Open();
    spool.Keep(reading);
    spool.Keep(reading);  // as it is known by now
    const std::vector<PrinterIdentity> all = spool.Printers();
    return all.size() == 1 ? all[0] : PrinterIdentity{};
  };
  PrinterIdentity printer = Plotter();
  EXPECT_EQ(said(printer), printer);
  EXPECT_EQ(said({.manufacturer = "HP", .serial = printer.serial}), printer);
  printer.firmware = "AENEAS_04";
  EXPECT_EQ(said(printer), printer);
  printer.product = "W3Z72A";
  EXPECT_EQ(said({.manufacturer = "HP", .serial = printer.serial, .product = "W3Z72A"}), printer);
  printer.model = "HP DesignJet Z9 44in";
  EXPECT_EQ(said(printer), printer);
}

TEST_F(SpoolTest, KnowsPrintersByTheirAddress) {
  Spool spool = Open();
  KnownPrinter printer{.host = "10.0.0.7", .identity = Plotter(), .found_at = clock_.Now()};
  spool.Know(printer);
  printer.identity.firmware = "AENEAS_04";
  spool.Know(printer);
  const auto known = Open().KnownPrinters();
  ASSERT_EQ(known.size(), 1U);
  EXPECT_EQ(known[0].identity.firmware, "AENEAS_04");
  EXPECT_EQ(known[0].snmp_port, 161);
}

TEST_F(SpoolTest, KeepsAllThatIsKnownOfAPrinterWhereverItWent) {
  KnownPrinter printer{
      .host = "10.0.0.7",
      .snmp_port = 1161,
      .identity = Plotter(),
      .found_at = clock_.Now(),
      .access = "plant",
      .name = "plotter.example.com",
      .label = "Bridge & Partners, 2nd floor",
      .note = "key at the desk",
      .macs = {"00:1b:78:aa:bb:cc"},
      .spares = {{.host = "10.0.0.8", .access = "plant", .since = clock_.Now(), .proven = false}}};
  Open().Know(printer);
  std::vector<KnownPrinter> known = Open().KnownPrinters();
  ASSERT_EQ(known.size(), 1U);
  printer.id = known[0].id;
  EXPECT_EQ(known[0], printer);

  for (const std::vector<std::string>& macs : std::vector<std::vector<std::string>>{
           {}, {"00:1b:78:aa:bb:cc", "00:1b:78:aa:bb:cd"}, {""}, {"a,\"b\"", "\\c", "\xC3\xA9"}}) {
    printer.macs = macs;
    Open().Know(printer);
    EXPECT_EQ(Open().KnownPrinters().at(0).macs, macs);
  }

  printer.host = "10.0.0.9";
  Open().Know(printer);
  known = Open().KnownPrinters();
  ASSERT_EQ(known.size(), 1U) << "it moved";
  EXPECT_EQ(known[0].host, "10.0.0.9");
  printer.host = "";
  Open().Know(printer);
  Open().Know({.host = "10.0.0.9"});
  Open().Know({.host = "", .identity = {.serial = "SG8ZY11001"}});
  EXPECT_EQ(Open().KnownPrinters().size(), 3U) << "two without an address";
}

TEST_F(SpoolTest, RemembersHowFarASweepHasCome) {
  SweepRecord sweep{.what = "10.0.0.0/24",
                    .next = 17,
                    .told = std::string("\xFF\0\x01", 3),
                    .started_at = clock_.Now()};
  EXPECT_FALSE(Open().LastSweep("plant"));
  Open().RecordSweep("plant", sweep);
  EXPECT_EQ(Open().LastSweep("plant"), sweep);
  sweep.finished_at = clock_.Now();
  Open().RecordSweep("plant", sweep);
  EXPECT_EQ(Open().LastSweep("plant"), sweep);
  EXPECT_FALSE(Open().LastSweep("default"));
}

TEST_F(SpoolTest, RemembersWhatWasLearntOfPrintersAsLongAsTheyAreKnown) {
  Spool spool = Open();
  spool.Know({.host = "10.0.0.7", .snmp_port = 161});
  spool.RememberLearnt({{{"10.0.0.7", 161}, "a"}, {{"10.0.0.8", 161}, "b"}});
  EXPECT_EQ(Open().LearntOfPrinters(), (Spool::Learnt{{{"10.0.0.7", 161}, "a"}}));
  spool.Know({.host = "10.0.0.9", .snmp_port = 1161});
  spool.RememberLearnt({{{"10.0.0.7", 161}, "c"}, {{"10.0.0.9", 1161}, "d"}});
  EXPECT_EQ(Open().LearntOfPrinters(),
            (Spool::Learnt{{{"10.0.0.7", 161}, "c"}, {{"10.0.0.9", 1161}, "d"}}));
}

TEST_F(SpoolTest, RefusesASpoolOfANewerProgram) {
  { Open(); }
  Database(directory_ + "/spool.db", Database::Mode::kReadWrite)
      .Execute("PRAGMA user_version = 99");
  EXPECT_THROW(Open(), std::runtime_error);
}

TEST_F(SpoolTest, RemembersWhichChannelGaveWhichMeter) {
  const std::set<GivenMeter> given = {{"CN9541H01M", "ink.used", ChannelKind::kPiws},
                                      {"CN9541H01M", "ink.used", ChannelKind::kSnmp}};
  Open().RememberGiven(given);
  Spool spool = Open();
  EXPECT_EQ(spool.GivenMeters(), given);
  spool.RememberGiven({{"CN9541H01M", "ink.used", ChannelKind::kSnmp}});
  EXPECT_EQ(spool.GivenMeters(), given);
}

Whereabouts CopyRoom() {
  return {.ip = "10.0.0.7",
          .macs = {"02:4d:11:aa:bb:cc", "02:4d:11:aa:bb:cd"},
          .name = "plotter-2",
          .location = "copy room"};
}

MaskModes AllOf(MaskMode mode) {
  MaskModes modes;
  for (const MaskedField& field : kMaskedFields) modes.*field.mode = mode;
  return modes;
}

std::string FilesIn(const std::string& directory) {
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ifstream in(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(in), {});
  }
  return bytes;
}

class PlaceTest : public SpoolFixture {
 protected:
  Spool OpenWith(const MaskModes& masks) {
    return Spool({.directory = directory_, .masks = masks}, clock_);
  }
  static void Read(Spool& spool, const Whereabouts& said, int value = 1) {
    spool.Keep(ReadingOf(value, FromMillis(value)));
    spool.Keep(Plotter(), said);
  }
};

TEST_F(PlaceTest, LeavesNothingOfItByDefault) {
  Spool spool = OpenWith({});
  Read(spool, CopyRoom());
  EXPECT_TRUE(Opened(*spool.Cut(signer())).whereabouts.empty());
  const std::string kept = FilesIn(directory_);
  for (const char* text : {"10.0.0.7", "02:4d:11", "plotter-2", "copy room"}) {
    EXPECT_EQ(kept.find(text), std::string::npos) << text;
  }
}

TEST_F(PlaceTest, TravelsWithReadingsAndWithNothingElse) {
  Spool spool = OpenWith(AllOf(MaskMode::kSent));
  Read(spool, CopyRoom());
  EXPECT_EQ(Opened(*spool.Cut(signer())).whereabouts,
            (std::map<std::size_t, Whereabouts>{{0, CopyRoom()}}));
  spool.Keep(Plotter(), JobOf("A", "printed"));
  EXPECT_TRUE(Opened(*spool.Cut(signer())).whereabouts.empty());
  Read(spool, {}, 2);  // nothing new is said of it
  EXPECT_EQ(Opened(*spool.Cut(signer())).whereabouts.at(0), CopyRoom());
}

TEST_F(PlaceTest, IsHashedFieldByField) {
  Spool spool = OpenWith(AllOf(MaskMode::kHashed));
  Whereabouts same = CopyRoom();
  same.location = "plotter-2";  // as the name is, and yet another hash
  Read(spool, same);
  const Whereabouts left = Opened(*spool.Cut(signer())).whereabouts.at(0);
  ASSERT_EQ(left.macs.size(), 2U);
  for (const auto& hash : {*left.ip, left.macs[0], left.macs[1], *left.name, *left.location}) {
    EXPECT_TRUE(LooksHashed(hash)) << hash;
  }
  EXPECT_NE(left.name, left.location);
  EXPECT_EQ(FilesIn(directory_).find("plotter-2"), std::string::npos);
}

TEST_F(PlaceTest, IsForgottenWhenThePrinterSaysThatThereIsNone) {
  Spool spool = OpenWith(AllOf(MaskMode::kSent));
  Read(spool, CopyRoom());
  Whereabouts now = CopyRoom();
  now.location = "";
  Read(spool, now, 2);
  EXPECT_EQ(Opened(*spool.Cut(signer())).whereabouts.at(0).location, std::nullopt);
}

TEST_F(PlaceTest, IsMaskedAgainWhenAModeWasNarrowed) {
  {
    Spool open = OpenWith(AllOf(MaskMode::kSent));
    open.MaskAgain();
    Read(open, CopyRoom());
    JobRecord job = JobOf("A", "printed");
    job.name = "Plan Miller.pdf";
    open.Keep(Plotter(), job);
    EXPECT_NE(FilesIn(directory_).find("Plan Miller"), std::string::npos);
  }
  MaskModes narrow = AllOf(MaskMode::kOff);
  narrow.job_names = MaskMode::kHashed;
  Spool spool = OpenWith(narrow);
  EXPECT_EQ(spool.MaskedUnder(), AllOf(MaskMode::kSent));
  spool.MaskAgain();
  EXPECT_EQ(spool.MaskedUnder(), narrow);
  const std::string kept = FilesIn(directory_);
  for (const char* text : {"10.0.0.7", "02:4d:11", "plotter-2", "copy room", "Plan Miller"}) {
    EXPECT_EQ(kept.find(text), std::string::npos) << text << " is still on the disk";
  }
  const Batch left = Opened(*spool.Cut(signer()));
  EXPECT_TRUE(left.whereabouts.empty());
  EXPECT_TRUE(LooksHashed(*left.jobs.at(0).job.name));
}

TEST_F(PlaceTest, IsMaskedAsItIsCutWhoeverCuts) {
  {
    Spool open = OpenWith(AllOf(MaskMode::kSent));
    Read(open, CopyRoom());
  }
  Spool spool = OpenWith({});  // `preview --cut` without the service's settings
  const auto preview = spool.Preview(signer());
  EXPECT_EQ(preview->names.find("copy room"), std::string::npos);
  EXPECT_TRUE(Opened(*spool.Cut(signer())).whereabouts.empty());
}

TEST_F(PlaceTest, StaysInWhatWasCutBefore) {
  Spool open = OpenWith(AllOf(MaskMode::kSent));
  Read(open, CopyRoom());
  const CutBatch before = *open.Cut(signer());
  Spool spool = OpenWith({});
  spool.MaskAgain();
  EXPECT_EQ(spool.Next()->message, before.message);
}

TEST_F(SpoolTest, ShowsWhatWasSentByAnyOfItsNames) {
  Spool spool = Open();
  spool.Keep(ReadingOf(1, FromMillis(1)));
  const CutBatch cut = *spool.Cut(signer());
  spool.Sending(cut.batch, 1234);
  spool.Receipted(cut.batch, "receipt");
  for (const std::string& name : {cut.sha256, cut.batch, std::string("1")}) {
    const auto shown = spool.Shown(name);
    ASSERT_TRUE(shown) << name;
    EXPECT_EQ(shown->batch.message, cut.message);
    EXPECT_EQ(shown->sent_bytes, 1234);
    EXPECT_EQ(shown->receipt, "receipt");
  }
  EXPECT_FALSE(spool.Shown("2"));
  EXPECT_FALSE(spool.Shown(""));
}

}  // namespace
}  // namespace plotmeter
