#include "collector/service.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "collector/spool/soundness.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() {
    std::filesystem::remove_all(directory_);
    arguments_.values = {
        {"state", {directory_}},   {"job-names", {"hashed"}}, {"interval", {"3h"}},
        {"job-interval", {"10m"}}, {"port", {"161"}},         {"https-port", {"443"}},
        {"http-port", {"0"}},      {"community", {"public"}}, {"timeout", {"200ms"}},
        {"retries", {"0"}},        {"piws-pause", {"0"}},     {"range", {"127.0.0.9"}},
        {"heartbeat", {"5m"}},     {"remote", {"none"}},
    };
  }
  // Nothing answers at this address: port 9 of loopback is closed.
  void KnowSilentPrinter() {
    std::filesystem::create_directories(directory_);
    Spool({.directory = directory_}, clock_)
        .Know({.host = "127.0.0.1", .snmp_port = 9, .https_port = 9});
  }

  std::string directory_ = Scratch() + "/plotmeter_service";
  Arguments arguments_;
  FakeClock clock_;
};

TEST_F(ServiceTest, SaysThatItIsNotEnrolledAndKeepsReading) {
  KnowSilentPrinter();
  Service service(arguments_, clock_, {});
  const RoundReport report = service.Round(true);
  EXPECT_EQ(report.printers, 1);
  EXPECT_EQ(report.answered, 0);
  service.Send();
  EXPECT_TRUE(service.trouble().starts_with("not enrolled")) << service.trouble();
  StatusBook book(directory_);
  EXPECT_FALSE(book.Of({.host = "127.0.0.1", .snmp_port = 9}).last_error.empty());
}

// A round is all that `run --once` does: it, too, keeps the spool within its limit, and so tells
// what went in one that died before it could tell.
TEST_F(ServiceTest, KeepsTheSpoolWithinItsLimitInEachRound) {
  KnowSilentPrinter();
  Spool spool({.directory = directory_}, clock_);
  spool.Keep(PrinterIdentity{.manufacturer = "HP", .serial = "CN1"},
             JobRecord{.job = "j", .channel = ChannelKind::kPiws, .status = "printed"});
  Database(directory_ + "/spool.db", Database::Mode::kReadWrite)
      .Execute(
          "INSERT INTO left_out VALUES(1, 'jobs', '2026-10-03T00:00:00Z', '2026-10-04T00:00:00Z',"
          " 7)");
  Service(arguments_, clock_, {}).Round(true);
  EXPECT_EQ(spool.CountWaiting().events, 1);
}

TEST_F(ServiceTest, RefusesAnIntervalOfNothing) {
  arguments_.values["interval"] = {"0"};
  EXPECT_THROW(Service(arguments_, clock_, {}), UsageError);
}

// Answers after a while.
class SlowChannel : public Channel {
 public:
  SlowChannel(FakeClock& clock, std::chrono::minutes takes) : clock_(clock), takes_(takes) {}
  ChannelKind kind() const override { return ChannelKind::kSnmp; }
  void Identify(const PrinterAddress&, std::function<void(Told)>) override {}
  void Read(const PrinterAddress&, std::function<void(Told)> told) override {
    ++read;
    Answer(told);
  }
  void Watch(const PrinterAddress&, std::function<void(Told)> told) override {
    ++watched;
    Answer(told);
  }
  int read = 0;
  int watched = 0;

 private:
  void Answer(const std::function<void(Told)>& told) {
    clock_.Advance(takes_);
    Told answer{.seen = Seen::kAnswered, .at = clock_.Now()};
    answer.answers.identity = {.manufacturer = "HP", .serial = "CN9541H01M"};
    told(std::move(answer));
  }

  FakeClock& clock_;
  std::chrono::minutes takes_;
};

// Whatever place within the interval its name gives it: each of these has another.
TEST_F(ServiceTest, ReadsASlowPrinterInEachRoundWhereJobsAreLookedForNoMoreOften) {
  arguments_.values.erase("range");
  arguments_.values["interval"] = {"10m"};
  for (int site = 0; site < 12; ++site) {
    arguments_.values["state"] = {directory_ += "x"};
    KnowSilentPrinter();
    SlowChannel channel(clock_, std::chrono::minutes(4));
    Service service(arguments_, clock_, {}, StandIns{.channels = {&channel}});
    for (const Instant end = clock_.Now() + std::chrono::hours(2); clock_.Now() < end;) {
      clock_.Advance(std::max(service.Step(), milliseconds(10)));
    }
    EXPECT_LE(channel.watched, 1) << "the first round begins anywhere";
    EXPECT_GE(channel.read, 11);
  }
}

TEST_F(ServiceTest, EndsAtOnceWhenItIsAskedTo) {
  KnowSilentPrinter();
  std::stop_source stop;
  Service service(arguments_, clock_, stop.get_token());
  std::thread runs([&] { service.RunUntilStopped(); });
  stop.request_stop();
  runs.join();
}

TEST_F(ServiceTest, GivesASignOfLifeWithEachTurnAndSaysHowItGoes) {
  KnowSilentPrinter();
  Service service(arguments_, clock_, {});
  int pulses = 0;
  service.set_pulse([&] { ++pulses; });
  EXPECT_EQ(service.summary(), "the first round is not over");
  service.Step();
  EXPECT_EQ(pulses, 1);
  service.Round(true);
  EXPECT_EQ(service.summary(), "1 printer: 0 answer, 0 sleep; sending waits");
}

// Beside the calling thread, which takes what it finds and how far it came.
TEST_F(ServiceTest, KeepsThatASweepWasMade) {
  arguments_.values["range"] = {"127.0.0.9-40"};
  arguments_.values["port"] = {"9"};  // closed
  arguments_.values["packets-per-second"] = {"1000"};
  {
    Service service(arguments_, clock_, {});
    service.FindPrinters();
  }
  Spool spool({.directory = directory_}, clock_);
  const std::optional<SweepRecord> sweep = spool.LastSweep("default");
  ASSERT_TRUE(sweep);
  EXPECT_TRUE(sweep->finished_at);
  EXPECT_EQ(sweep->next, 32U);
  EXPECT_TRUE(spool.KnownPrinters().empty());
}

TEST_F(ServiceTest, SharesItsDirectoryWithNoOther) {
  {
    const Service service(arguments_, clock_, {});
    try {
      Service(arguments_, clock_, {});
      FAIL() << "two services in one state directory";
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find("another"), std::string::npos) << error.what();
    }
  }
  Service(arguments_, clock_, {});  // the first one is gone
}

TEST_F(ServiceTest, GoesOnWhenItsStatusCannotBeWritten) {
  KnowSilentPrinter();
  Service service(arguments_, clock_, {});
  std::filesystem::create_directories(directory_ +
                                      "/status.json.new");  // no file can be made there
  EXPECT_EQ(service.Round(true).printers, 1);
  service.Send();
}

TEST_F(ServiceTest, GoesOnInTheSpoolThatWasSavedFromADamagedOne) {
  KnowSilentPrinter();
  std::string kept;
  {
    std::ifstream in(directory_ + "/spool.db", std::ios::binary);
    kept.assign(std::istreambuf_iterator<char>(in), {});
  }
  kept.replace(0, 4096, 4096, 'x');  // the page with the list of tables
  std::ofstream(directory_ + "/spool.db", std::ios::binary) << kept;
  Service service(arguments_, clock_, {});
  EXPECT_EQ(service.Round(true).printers, 1) << "it is known as before";
  Spool spool({.directory = directory_}, clock_);
  ASSERT_EQ(spool.Mishaps().size(), 1U);
  EXPECT_EQ(spool.Mishaps()[0].kind, "damaged");
}

// A quick look sees no fault in it, and the service reads it before its first step.
TEST_F(ServiceTest, StartsOnASpoolThatTurnsOutToBeDamagedMeanwhile) {
  KnowSilentPrinter();
  Database(directory_ + "/spool.db", Database::Mode::kReadWrite)
      .Execute(
          "INSERT INTO printer(id, manufacturer, serial, product, model, firmware)"
          " VALUES(1, 'HP', 'CN1', '', '', '');"
          "INSERT INTO whereabouts(printer, macs) VALUES(1, '[ half');"
          "INSERT INTO mask_mode VALUES('job-names', 'no mode')");
  EXPECT_THROW(Service(arguments_, clock_, {}), SqliteError);
  ASSERT_EQ(LookAtSpool(directory_ + "/spool.db").is, SpoolSeen::Is::kSound);
  const std::unique_ptr<Service> service = Service::Start(arguments_, clock_, {});
  EXPECT_EQ(service->Round(true).printers, 1) << "it is known as before";
  Spool spool({.directory = directory_}, clock_);
  ASSERT_EQ(spool.Mishaps().size(), 1U);
  EXPECT_EQ(spool.Mishaps()[0].kind, "damaged");
}

TEST_F(ServiceTest, WaitsForADiskThatIsInTroubleWhenItStarts) {
  KnowSilentPrinter();
  std::fstream(directory_ + "/spool.db", std::ios::binary | std::ios::in | std::ios::out)
      << std::string(4096, 'x');  // the page with the list of tables: it has to be saved first
  const std::string in_the_way = directory_ + "/spool.db.rescuing";
  std::filesystem::create_directories(in_the_way + "/full");
  std::stop_source stop;
  const auto end = [&](const std::string&) { stop.request_stop(); };
  EXPECT_EQ(Service::StartPatiently(arguments_, clock_, stop.get_token(), end), nullptr);
  int waits = 0;
  const auto service =
      Service::StartPatiently(arguments_, clock_, {}, [&](const std::string& trouble) {
        EXPECT_NE(trouble.find("the disk of " + directory_), std::string::npos) << trouble;
        if (++waits == 2) std::filesystem::remove_all(in_the_way);
      });
  EXPECT_EQ(waits, 2);
  ASSERT_NE(service, nullptr);
  EXPECT_EQ(service->Round(true).printers, 1) << "it is known as before";
}

// A disk that is full today is no reason to end, nor to copy the spool again and again.
TEST_F(ServiceTest, TriesTheRescueAgainWhenTheDiskDidNotLetIt) {
  KnowSilentPrinter();
  Service service(arguments_, clock_, {});
  const std::string in_the_way = directory_ + "/spool.db.rescuing";
  std::filesystem::create_directories(in_the_way + "/full");
  EXPECT_FALSE(service.Rescue("said so"));
  EXPECT_NE(service.trouble().find("spool.db.rescuing"), std::string::npos) << service.trouble();
  EXPECT_EQ(service.Round(true).printers, 1) << "it goes on with what it has";
  std::filesystem::remove_all(in_the_way);
  EXPECT_FALSE(service.Rescue("said so")) << "not at once";
  clock_.Advance(std::chrono::minutes(5));
  EXPECT_TRUE(service.Rescue("said so"));
  EXPECT_EQ(service.Round(true).printers, 1);
  clock_.Advance(std::chrono::minutes(5));
  EXPECT_THROW(service.Rescue("said so"), SqliteError) << "then it is not the file's fault";
}

// What it found is of the file that went aside.
TEST_F(ServiceTest, StopsTheFullCheckOfASpoolThatIsReplaced) {
  KnowSilentPrinter();
  SpoolWatch watch(directory_ + "/spool.db");
  watch.Begin();
  watch.Stop();
  EXPECT_FALSE(watch.Take());
  watch.Begin();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::optional<std::string> found;
  while (!found && std::chrono::steady_clock::now() < deadline) found = watch.Take();
  EXPECT_EQ(found, "");
}

// What only the full check sees, in a service that runs.
TEST_F(ServiceTest, SavesTheSpoolThatTheFullCheckFoundDamaged) {
  KnowSilentPrinter();
  Service service(arguments_, clock_, {});
  {
    Database db(directory_ + "/spool.db", Database::Mode::kReadWrite);
    db.Execute(
        "INSERT INTO printer(id, manufacturer, serial, product, model, firmware)"
        " VALUES(1, 'HP', 'CN1', '', '', '');"
        "INSERT INTO reading(printer, body) VALUES(1, '{ half')");
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::vector<Mishap> mishaps;
  while (mishaps.empty() && std::chrono::steady_clock::now() < deadline) {
    service.Step();
    mishaps = Spool({.directory = directory_}, clock_).Mishaps();
  }
  ASSERT_EQ(mishaps.size(), 1U);
  EXPECT_TRUE(mishaps[0].what.starts_with("reading 1 is not what was written")) << mishaps[0].what;
  EXPECT_EQ(service.waiting().readings, 0);
  EXPECT_EQ(service.Round(true).printers, 1);
  StatusBook book(directory_);
  EXPECT_TRUE(book.spool_checked_at);
}

}  // namespace
}  // namespace plotmeter
