#include "collector/piws/piws_channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>

#include "tests/collector/piws/written.h"
#include "tests/common/http/stranger.h"

namespace plotmeter {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class SetClock : public Clock {
 public:
  Instant Now() const override { return FromMillis(millis); }
  std::atomic<std::int64_t> millis = ToMillis(*ParseInstant("2026-05-23T16:31:00Z"));
};

class Certificates : public CertificateMemory {
 public:
  std::optional<std::string> Get(const std::string& printer) override {
    const std::lock_guard lock(mutex);
    const auto found = kept.find(printer);
    return found != kept.end() ? std::optional(found->second) : std::nullopt;
  }
  void Set(const std::string& printer, const std::string& fingerprint) override {
    const std::lock_guard lock(mutex);
    kept[printer] = fingerprint;
  }
  std::mutex mutex;
  std::map<std::string, std::string> kept;
};

// A printer that serves the samples, but for the paths a test gives another answer.
class Printer {
 public:
  explicit Printer(std::map<std::string, Stranger::Answer> other = {}, std::uint16_t port = 0)
      : other_(std::move(other)),
        server_([this](const Stranger::Request& asked) { return Answer(asked); },
                Stranger::Speaks::kTls, nullptr, port) {}

  void Set(const std::string& path, Stranger::Answer answer) {
    const std::lock_guard lock(mutex_);
    other_[path] = std::move(answer);
  }

  PrinterAddress address() const { return {.host = "127.0.0.1", .https_port = server_.port()}; }
  const Stranger& server() const { return server_; }
  std::vector<std::string> paths() const {
    std::vector<std::string> paths;
    for (const auto& request : server_.asked()) {
      EXPECT_EQ(request.method, "GET");
      paths.push_back(request.path.substr(std::string("/LFPWebServices/PI").size()));
    }
    return paths;
  }
  // What it was asked since this was said last.
  std::vector<std::string> Asked() {
    const auto all = paths();
    const auto from = std::exchange(told_of_, all.size());
    return {all.begin() + static_cast<std::ptrdiff_t>(from), all.end()};
  }
  int at_once() const { return most_; }

 private:
  Stranger::Answer Answer(const Stranger::Request& asked) {
    const int now = ++busy_;
    if (now > most_) most_ = now;
    auto answer = Find(asked.path);
    --busy_;
    return answer;
  }

  Stranger::Answer Find(const std::string& path) {
    static const std::map<std::string, std::string> kSamples = {
        {"/Identification.xml", "Identification.xml"},
        {"/InkSystem.json", "InkSystem.json"},
        {"/DeviceStatus.json", "DeviceStatus.json"},
        {"/MediaSystem.json", "MediaSystem.json"},
        {"/PrintheadsStatus.json", "PrintheadsStatus.json"},
        {"/PrinterMaintenance.json", "PrinterMaintenance.json"},
        {"/Discovery.json", "Discovery.json"},
        {"/DeviceCounters", "DeviceCounters.xml"},
        {"/Alerts.json/ActiveAlerts", "ActiveAlerts.json"},
        {"/Paper/List", "PaperList.json"},
        {"/JQ/JobQueueCollection", "JobQueueCollection.json"},
        {"/JQ/JobQueue/22222222-2222-4222-8222-222222222222/jobs/all?fromModificationNumber=0",
         "jobs.xml"},
    };
    const std::string below = path.substr(std::string("/LFPWebServices/PI").size());
    const std::lock_guard lock(mutex_);
    if (const auto set = other_.find(below); set != other_.end()) return set->second;
    if (const auto set = other_.find("*"); set != other_.end()) return set->second;
    const auto sample = kSamples.find(below);
    return sample != kSamples.end() ? Stranger::Ok(Golden(sample->second)) : Stranger::Status(404);
  }

  std::mutex mutex_;
  std::map<std::string, Stranger::Answer> other_;
  std::size_t told_of_ = 0;
  std::atomic<int> busy_ = 0;
  std::atomic<int> most_ = 0;
  Stranger server_;
};

class PiwsChannelTest : public testing::Test {
 protected:
  Told Ask(const PrinterAddress& address, bool everything = true) {
    return Wait([&](auto told) {
      everything ? channel_->Read(address, told) : channel_->Identify(address, told);
    });
  }

  Told Watch(const PrinterAddress& address) {
    return Wait([&](auto told) { channel_->Watch(address, told); });
  }

  Told Wait(const std::function<void(std::function<void(Told)>)>& ask) {
    auto promise = std::make_shared<std::promise<Told>>();
    auto future = promise->get_future();
    ask([promise](Told t) { promise->set_value(std::move(t)); });
    if (future.wait_for(30s) != std::future_status::ready) {
      ADD_FAILURE() << "no callback";
      return {};
    }
    return future.get();
  }

  void UseTimeOut(std::chrono::milliseconds time) {
    channel_.reset();
    web_ = std::make_unique<PrinterWeb>(clock_, certificates_,
                                        WebSettings{.deadline = time, .connect = time});
    channel_ = std::make_unique<PiwsChannel>(*web_, PiwsSettings{.queue_pause = 0ms});
  }

  SetClock clock_;
  Certificates certificates_;
  std::unique_ptr<PrinterWeb> web_ = std::make_unique<PrinterWeb>(
      clock_, certificates_, WebSettings{.deadline = 5s, .connect = 5s});
  std::unique_ptr<PiwsChannel> channel_ =
      std::make_unique<PiwsChannel>(*web_, PiwsSettings{.queue_pause = 0ms});
};

const char kJobs[] =
    "/JQ/JobQueue/22222222-2222-4222-8222-222222222222/jobs/all?fromModificationNumber=0";
const char kNewJobs[] = "/JQ/JobQueue/new-1/jobs/all?fromModificationNumber=0";
const char kAlerts[] = "/Alerts.json/ActiveAlerts";

// The printer was started, and its queue has another id.
void Restart(Printer& printer) {
  printer.Set(kJobs, Stranger::Status(404));
  printer.Set(
      "/JQ/JobQueueCollection",
      Stranger::Ok(R"({"JobQueueCollection": {"JobQueue": {"URI": "/JQ/JobQueue/new-1"}}})"));
  printer.Set(kNewJobs, Stranger::Ok(Golden("jobs.json")));
}

// A queue with one job on this paper.
std::string QueueWith(const std::string& paper, bool timed = true) {
  return std::string(R"({"JobQueueSnapshot": {)") +
         (timed ? R"("Timestamp": "2026-05-23T16:30:56Z",)" : "") +
         R"("Jobs": {"Job": {"Job2DPrint": {"UUID": "A1", "Status": {"JobStatus": "Paused"},
         "Pages": {"Page": {"Settings": {"MediaType": ")" +
         paper + R"("}}}}}}}})";
}

std::string ListOf(const std::string& paper, const std::string& name) {
  return R"({"PaperList": {"Paper": {"Id": ")" + paper +
         R"(", "Localizations": {"ISOCode": "en", "Value": ")" + name + R"("}}}})";
}

TEST_F(PiwsChannelTest, ReadsAWholePrinter) {
  Printer printer;
  const Told told = Ask(printer.address());
  EXPECT_EQ(told.seen, Seen::kAnswered) << told.detail;
  EXPECT_EQ(told.at, clock_.Now());
  EXPECT_EQ(told.answers.is_large_format, true) << "no others have PIWS";
  ExpectGolden("channel.golden", Written(told.answers));
  EXPECT_THAT(
      printer.paths(),
      ElementsAre("/Identification.xml", "/InkSystem.json", "/DeviceStatus.json", "/Paper/List",
                  "/MediaSystem.json", "/PrintheadsStatus.json", "/PrinterMaintenance.json",
                  "/Discovery.json", "/DeviceCounters", "/Usage.json", "/Counters.json",
                  "/Alerts.json/ActiveAlerts", "/JQ/JobQueueCollection", kJobs));
  EXPECT_EQ(printer.at_once(), 1);
  for (const char* person : {"Mona", "mona", "leonardo", "Louvre"}) {
    EXPECT_THAT(Written(told.answers), Not(HasSubstr(person)));
  }
}

TEST_F(PiwsChannelTest, IdentifiesWithOneRequest) {
  Printer printer;
  const Told told = Ask(printer.address(), false);
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_EQ(told.answers.identity.serial, "CN1A2B3C4D");
  EXPECT_TRUE(told.answers.meters.empty());
  EXPECT_THAT(printer.paths(), ElementsAre("/Identification.xml"));
}

TEST_F(PiwsChannelTest, FallsBackToTheOtherForm) {
  Printer printer({{"/Identification.xml", Stranger::Status(404)},
                   {"/Identification.json", Stranger::Ok(Golden("Identification.json"))},
                   {"/InkSystem.json", Stranger::Status(404)},
                   {"/InkSystem.xml", Stranger::Ok(Golden("InkSystem.xml"))}});
  const Told told = Ask(printer.address());
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_EQ(told.answers.identity.serial, "SG5E6F7G8H");
  EXPECT_FALSE(told.answers.meters.empty());
}

TEST_F(PiwsChannelTest, AsksForPapersOnceAnHourAndForTheQueueOnce) {
  Printer printer;
  Ask(printer.address());
  clock_.millis += 59 * 60 * 1000;
  const auto before = printer.paths().size();
  Ask(printer.address());
  const auto all = printer.paths();
  EXPECT_THAT(
      std::vector(all.begin() + static_cast<std::ptrdiff_t>(before), all.end()),
      ElementsAre("/Identification.xml", "/InkSystem.json", "/DeviceStatus.json",
                  "/MediaSystem.json", "/PrintheadsStatus.json", "/PrinterMaintenance.json",
                  "/Discovery.json", "/DeviceCounters", "/Alerts.json/ActiveAlerts", kJobs));
  clock_.millis += 60 * 1000;
  Ask(printer.address());
  EXPECT_EQ(printer.paths().size(), all.size() + 11);
}

TEST_F(PiwsChannelTest, AsksAgainForWhatAPrinterHasNotAfterAWeekAndWithNewFirmware) {
  Printer printer;
  const auto asks = [&] { return std::ranges::count(printer.paths(), "/Usage.json"); };
  Ask(printer.address());
  Ask(printer.address());
  EXPECT_EQ(asks(), 1);
  clock_.millis += 7 * 24 * 3600 * 1000;
  Ask(printer.address());
  EXPECT_EQ(asks(), 2);
  std::string newer = Golden("Identification.xml");
  newer.replace(newer.find("JGR9_01_02_03.4"), 15, "JGR9_01_02_03.5");
  printer.Set("/Identification.xml", Stranger::Ok(newer));
  Ask(printer.address());
  EXPECT_EQ(asks(), 3);
}

TEST_F(PiwsChannelTest, FindsTheQueueAgainAfterARestartOfThePrinter) {
  Printer printer;
  EXPECT_THAT(Ask(printer.address()).answers.events, IsEmpty()) << "nothing was known before";
  Restart(printer);
  const Told told = Ask(printer.address());
  EXPECT_EQ(told.answers.jobs.size(), 8u);
  EXPECT_EQ(printer.paths().back(), kNewJobs);
  ASSERT_EQ(told.answers.events.size(), 1u);
  const PrinterEvent& event = told.answers.events[0];
  EXPECT_EQ(event.kind, "restarted");
  EXPECT_EQ(event.key, "new-1");
  EXPECT_EQ(event.channel, ChannelKind::kPiws);
  EXPECT_EQ(event.at, clock_.Now());
  EXPECT_EQ(event.was, "22222222-2222-4222-8222-222222222222");
  EXPECT_EQ(event.is, "new-1");
  EXPECT_THAT(Ask(printer.address()).answers.events, IsEmpty());
}

TEST_F(PiwsChannelTest, NoticesARestartAlsoWhenTheQueueWasGoneForAWhile) {
  Printer printer;
  Ask(printer.address());
  printer.Set(kJobs, Stranger::Status(404));
  printer.Set("/JQ/JobQueueCollection", Stranger::Status(503));
  EXPECT_THAT(Watch(printer.address()).answers.events, IsEmpty());
  Restart(printer);
  EXPECT_EQ(Watch(printer.address()).answers.events.size(), 1u);
}

TEST_F(PiwsChannelTest, TakesAQueueThatWasOnlyAwayForNoRestart) {
  Printer printer;
  Ask(printer.address());
  printer.Set(kJobs, Stranger::Status(500));
  Ask(printer.address());
  printer.Set(kJobs, Stranger::Ok(Golden("jobs.xml")));
  EXPECT_THAT(Ask(printer.address()).answers.events, IsEmpty());
}

TEST_F(PiwsChannelTest, TakesAnotherPrinterAtTheAddressForNoRestart) {
  Printer printer;
  Ask(printer.address());
  Restart(printer);
  std::string other = Golden("Identification.xml");
  other.replace(other.find("cn1a2b3c4d"), 10, "cn1a2b3c4e");
  printer.Set("/Identification.xml", Stranger::Ok(other));
  EXPECT_THAT(Ask(printer.address()).answers.events, IsEmpty());
}

TEST_F(PiwsChannelTest, WatchesAlertsAndJobsAndNothingElse) {
  Printer printer;
  const Told read = Ask(printer.address());
  printer.Asked();
  clock_.millis += 10 * 60 * 1000;
  const Told told = Watch(printer.address());
  EXPECT_THAT(printer.Asked(), ElementsAre("/Identification.xml", kAlerts, kJobs));
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_EQ(told.at, clock_.Now());
  EXPECT_EQ(told.answers.identity, read.answers.identity);
  EXPECT_EQ(told.answers.alerts, read.answers.alerts);
  EXPECT_TRUE(told.answers.tells_jobs);
  ASSERT_EQ(told.answers.jobs.size(), read.answers.jobs.size());
  EXPECT_EQ(told.answers.jobs[0].media_name, read.answers.jobs[0].media_name);
  EXPECT_TRUE(told.answers.jobs[0].clock_offset_ms);
  EXPECT_THAT(told.answers.meters, IsEmpty());
  EXPECT_THAT(told.answers.supplies, IsEmpty());
  EXPECT_THAT(told.answers.media, IsEmpty());
}

// As after a start of the collector, when no reading is due.
TEST_F(PiwsChannelTest, WatchesAPrinterThatItNeverRead) {
  Printer printer;
  const Told told = Watch(printer.address());
  EXPECT_THAT(printer.Asked(), ElementsAre("/Identification.xml", kAlerts, "/JQ/JobQueueCollection",
                                           kJobs, "/Paper/List"));
  EXPECT_EQ(told.answers.jobs.at(0).media_name, "Photo Satin Paper");
  Ask(printer.address());
  EXPECT_THAT(printer.Asked(), Contains("/Usage.json")) << "a watch explores nothing";
}

TEST_F(PiwsChannelTest, WatchesARestart) {
  Printer printer;
  Ask(printer.address());
  printer.Asked();
  Restart(printer);
  const Told told = Watch(printer.address());
  EXPECT_THAT(printer.Asked(), ElementsAre("/Identification.xml", kAlerts, kJobs,
                                           "/JQ/JobQueueCollection", kNewJobs));
  EXPECT_EQ(told.answers.jobs.size(), 8u);
  EXPECT_EQ(told.answers.events.size(), 1u);
}

TEST_F(PiwsChannelTest, TellsSleepFromNothingToSayAlsoWhileItWatches) {
  Printer printer;
  Ask(printer.address());
  printer.Asked();
  printer.Set(kAlerts, Stranger::Status(503));
  printer.Set(kJobs, Stranger::Status(503));
  const Told told = Watch(printer.address());
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_EQ(told.answers.alerts, std::nullopt);
  EXPECT_FALSE(told.answers.tells_jobs);
  EXPECT_THAT(printer.Asked(),
              ElementsAre("/Identification.xml", kAlerts, "/DeviceStatus.json", kJobs));
  printer.Set("*", Stranger::Status(503));
  printer.Set("/DeviceStatus.json", Stranger::Status(503));
  EXPECT_EQ(Watch(printer.address()).seen, Seen::kAsleep);
  printer.Asked();
  printer.Set("/Identification.xml", Stranger::Ok(Golden("Identification.xml")));
  clock_.millis += 10 * 60 * 1000;
  EXPECT_EQ(Watch(printer.address()).seen, Seen::kAsleep);
  EXPECT_THAT(printer.Asked(), ElementsAre("/Identification.xml", kAlerts, "/DeviceStatus.json"));
}

// Alerts may be absent where all else sleeps.
TEST_F(PiwsChannelTest, SeesASleepingPrinterByItsQueueToo) {
  Printer printer;
  Ask(printer.address());
  printer.Set(kAlerts, Stranger::Status(404));
  printer.Set(kJobs, Stranger::Status(503));
  printer.Asked();
  EXPECT_EQ(Watch(printer.address()).seen, Seen::kAnswered) << "it has nothing to say";
  EXPECT_THAT(printer.Asked(),
              ElementsAre("/Identification.xml", kAlerts, kJobs, "/DeviceStatus.json"));
  printer.Set("/DeviceStatus.json", Stranger::Status(503));
  printer.Set("/DeviceStatus.xml", Stranger::Status(503));
  EXPECT_EQ(Watch(printer.address()).seen, Seen::kAsleep);
}

// Jobs that were read are not lost with what is asked for after them.
TEST_F(PiwsChannelTest, KeepsJobsOfAWatchThatNeverHearsTheClock) {
  UseTimeOut(300ms);
  Printer printer({{kAlerts, Stranger::Status(404)},
                   {kJobs, Stranger::Ok(QueueWith("2070", false))},
                   {"/Discovery.json", {"", Stranger::Answer::Then::kHang}},
                   {"/Paper/List", {"", Stranger::Answer::Then::kHang}},
                   {"/PaperListStatus.xml", {"", Stranger::Answer::Then::kHang}}});
  const Told told = Watch(printer.address());
  EXPECT_EQ(told.seen, Seen::kAnswered) << told.detail;
  EXPECT_EQ(told.answers.jobs.size(), 1U);
}

TEST_F(PiwsChannelTest, SaysWhyAWatchBringsNoAlertsOrJobs) {
  Printer printer({{kAlerts, Stranger::Status(500)}, {kJobs, Stranger::Status(401)}});
  const Told told = Watch(printer.address());
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_EQ(told.answers.alerts, std::nullopt);
  EXPECT_THAT(told.answers.remarks,
              ElementsAre("ActiveAlerts: HTTP 500", "job queue wants credentials"));
}

TEST_F(PiwsChannelTest, WatchesAPrinterWhoseAlertsAndJobsAreSlow) {
  UseTimeOut(300ms);
  Printer printer({{kAlerts, {"", Stranger::Answer::Then::kHang}},
                   {kJobs, {"", Stranger::Answer::Then::kHang}}});
  EXPECT_EQ(Watch(printer.address()).seen, Seen::kAnswered) << "else it is silent";
  printer.Set("/DeviceStatus.json", {"", Stranger::Answer::Then::kHang});
  EXPECT_EQ(Watch(printer.address()).seen, Seen::kUnreachable);
}

// Where the queue has no Timestamp, Discovery says the printer's clock.
TEST_F(PiwsChannelTest, TellsThePrintersClockAlsoWhileItWatches) {
  Printer printer({{kJobs, Stranger::Ok(QueueWith("2070", false))}});
  const auto offset = Ask(printer.address()).answers.jobs.at(0).clock_offset_ms;
  ASSERT_TRUE(offset);
  printer.Asked();
  EXPECT_EQ(Watch(printer.address()).answers.jobs.at(0).clock_offset_ms, offset);
  EXPECT_THAT(printer.Asked(),
              ElementsAre("/Identification.xml", kAlerts, kJobs, "/Discovery.json"));
  printer.Set("/Discovery.json", Stranger::Status(404));
  EXPECT_EQ(Watch(printer.address()).answers.jobs.at(0).clock_offset_ms, std::nullopt);
  printer.Asked();
  Watch(printer.address());
  EXPECT_THAT(printer.Asked(), ElementsAre("/Identification.xml", kAlerts, kJobs));
}

TEST_F(PiwsChannelTest, LooksUpAPaperItDoesNotKnowAtOnce) {
  Printer printer;
  Ask(printer.address());
  printer.Asked();
  printer.Set(kJobs, Stranger::Ok(QueueWith("CAFE")));
  printer.Set("/Paper/List", Stranger::Ok(ListOf("CAFE", "Hers")));
  const Told told = Watch(printer.address());
  EXPECT_EQ(told.answers.jobs.at(0).media_name, "Hers");
  EXPECT_THAT(printer.Asked(), ElementsAre("/Identification.xml", kAlerts, kJobs, "/Paper/List"));

  std::string loaded = Golden("MediaSystem.json");
  loaded.replace(loaded.find("2070"), 4, "BEEF");
  printer.Set("/MediaSystem.json", Stranger::Ok(loaded));
  printer.Set("/Paper/List", Stranger::Ok(ListOf("BEEF", "His")));
  clock_.millis += 60 * 1000;
  const Told read = Ask(printer.address());
  EXPECT_EQ(read.answers.media.at(0).name, "His");
  EXPECT_EQ(read.answers.media.at(1).name, "Büttenpapier 308") << "it was known before";
  EXPECT_EQ(read.answers.jobs.at(0).media_name, "Hers") << "the customer deleted it since";
  EXPECT_EQ(std::ranges::count(printer.Asked(), "/Paper/List"), 1);
}

TEST_F(PiwsChannelTest, KeepsTheNamesOfPapersThatAreNotListedAnyMore) {
  Printer printer;
  Ask(printer.address());
  printer.Set("/Paper/List", Stranger::Ok(ListOf("2070", "Satin, renamed")));
  clock_.millis += 60 * 60 * 1000;
  const Told told = Ask(printer.address());
  EXPECT_EQ(told.answers.media.at(0).name, "Satin, renamed");
  EXPECT_EQ(told.answers.media.at(1).name, "Büttenpapier 308");
}

TEST_F(PiwsChannelTest, LooksUpAPaperThatNobodyKnowsOnlyOnceAnHour) {
  Printer printer({{kJobs, Stranger::Ok(QueueWith("CAFE"))}});
  const auto looks = [&] { return std::ranges::count(printer.Asked(), "/Paper/List"); };
  Ask(printer.address());
  EXPECT_EQ(looks(), 1);
  for (int minutes = 10; minutes < 60; minutes += 10) {
    clock_.millis += 10 * 60 * 1000;
    Watch(printer.address());
    EXPECT_EQ(looks(), 0) << minutes;
  }
  printer.Set(kJobs, Stranger::Ok(QueueWith("BEEF")));
  Watch(printer.address());
  EXPECT_EQ(looks(), 1) << "another one";
  Watch(printer.address());
  EXPECT_EQ(looks(), 0);
  printer.Set(kJobs, Stranger::Ok(QueueWith("CAFE")));
  clock_.millis += 10 * 60 * 1000;
  Watch(printer.address());
  EXPECT_EQ(looks(), 1);
}

TEST_F(PiwsChannelTest, KeepsTheJobsWhenTheListOfPapersIsSilent) {
  UseTimeOut(300ms);
  Printer printer({{"/Paper/List", {"", Stranger::Answer::Then::kHang}}});
  const Told told = Watch(printer.address());
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_THAT(told.answers.jobs, Each(Field(&JobRecord::media_name, std::optional<std::string>())));
  EXPECT_EQ(told.answers.jobs.size(), Ask(printer.address()).answers.jobs.size());
}

// Some firmware may answer otherwise than with 404 for a queue of before its start; jobs would be
// missed for as long as the collector runs.
TEST_F(PiwsChannelTest, LooksForTheQueueAgainWhenSomethingElseAnswersInItsPlace) {
  for (const Stranger::Answer& answer :
       {Stranger::Status(500), Stranger::Ok(R"({"Error": "Unkownw QueueID"})")}) {
    certificates_.kept.clear();
    Printer printer;
    Ask(printer.address());
    printer.Set(kJobs, answer);
    Ask(printer.address());
    printer.Set(
        "/JQ/JobQueueCollection",
        Stranger::Ok(R"({"JobQueueCollection": {"JobQueue": {"URI": "/JQ/JobQueue/new-1"}}})"));
    Ask(printer.address());
    EXPECT_EQ(printer.paths().back(), kNewJobs);
  }
}

TEST_F(PiwsChannelTest, LooksForTheQueueOnlyOnceAVisit) {
  Printer printer({{kJobs, Stranger::Status(404)}});
  const Told told = Ask(printer.address());
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_EQ(std::ranges::count(printer.paths(), "/JQ/JobQueueCollection"), 1);
}

TEST_F(PiwsChannelTest, TellsSleepFromSilence) {
  Printer printer({{"*", Stranger::Status(503)}});
  EXPECT_EQ(Ask(printer.address()).seen, Seen::kAsleep);
  EXPECT_THAT(printer.paths(), ElementsAre("/Identification.xml"));  // nothing that might wake it
}

TEST_F(PiwsChannelTest, FallsAsleepInTheMiddle) {
  Printer printer({{"*", Stranger::Status(503)},
                   {"/Identification.xml", Stranger::Ok(Golden("Identification.xml"))}});
  EXPECT_EQ(Ask(printer.address()).seen, Seen::kAsleep);
}

TEST_F(PiwsChannelTest, SaysWhatElseItMaySee) {
  const auto seen = [&](const Stranger::Answer& answer) {
    Printer printer({{"*", answer}});
    return Ask(printer.address()).seen;
  };
  EXPECT_EQ(seen(Stranger::Status(404)), Seen::kNotSpoken);
  EXPECT_EQ(seen(Stranger::Status(302, "Location: /index.html\r\n")), Seen::kNotSpoken);
  EXPECT_EQ(seen(Stranger::Ok("<html>welcome</html>", "text/html")), Seen::kNotSpoken);
  EXPECT_EQ(seen(Stranger::Status(401)), Seen::kRefused);
  EXPECT_EQ(seen(Stranger::Ok("rubbish")), Seen::kUnreadable);
  EXPECT_EQ(seen(Stranger::Ok("{\"Identification\": {}}")), Seen::kUnreadable);
  EXPECT_EQ(seen({"SSH-2.0-x\r\n\r\n", Stranger::Answer::Then::kClose}), Seen::kUnreadable);
}

TEST_F(PiwsChannelTest, GivesUpASilentPrinter) {
  UseTimeOut(200ms);
  Printer printer({{"*", {"", Stranger::Answer::Then::kHang}}});
  const Told told = Ask(printer.address());
  EXPECT_EQ(told.seen, Seen::kUnreachable);
  EXPECT_EQ(told.detail, "no whole answer within 200 ms");
}

TEST_F(PiwsChannelTest, KeepsWhatItHasWhenAPrinterFallsSilent) {
  UseTimeOut(300ms);
  Printer printer({{"*", {"", Stranger::Answer::Then::kHang}},
                   {"/Identification.xml", Stranger::Ok(Golden("Identification.xml"))},
                   {"/InkSystem.json", Stranger::Ok(Golden("InkSystem.json"))}});
  const Told told = Ask(printer.address());
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_FALSE(told.answers.meters.empty());
  EXPECT_THAT(told.answers.remarks,
              Contains("it stopped answering: no whole answer within 300 ms"));
  EXPECT_EQ(printer.paths().size(), 4u);  // two in a row without an answer end it
}

TEST_F(PiwsChannelTest, TakesNoAlertsAndNoQueueForNoStatement) {
  for (const int status : {404, 503}) {
    Printer printer({{"/Alerts.json/ActiveAlerts", Stranger::Status(status)},
                     {"/JQ/JobQueueCollection", Stranger::Status(status)},
                     {"/InkSystem.json", Stranger::Ok("<InkSystem/>")}});
    const Told told = Ask(printer.address());
    EXPECT_EQ(told.seen, Seen::kAnswered);
    EXPECT_EQ(told.answers.alerts, std::nullopt);
    EXPECT_TRUE(told.answers.jobs.empty());
    EXPECT_THAT(told.answers.remarks, IsEmpty());
    certificates_.kept.clear();  // the next printer has a key of its own
  }
}

TEST_F(PiwsChannelTest, SaysThatTheQueueWantsCredentials) {
  Printer printer({{kJobs, Stranger::Status(401)}});
  const Told told = Ask(printer.address());
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_THAT(told.answers.remarks, Contains("job queue wants credentials"));
}

TEST_F(PiwsChannelTest, RemarksOnADocumentItCouldNotGet) {
  Printer printer({{"/DeviceStatus.json", Stranger::Status(500)},
                   {"/DeviceStatus.xml", Stranger::Status(500)},
                   {"/MediaSystem.json", Stranger::Ok("{\"Else\": 1}")}});
  const Told told = Ask(printer.address());
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_EQ(told.answers.state, std::nullopt);
  EXPECT_THAT(told.answers.remarks, Contains("DeviceStatus: HTTP 500"));
  EXPECT_THAT(told.answers.remarks, Contains("MediaSystem: another document"));
}

TEST_F(PiwsChannelTest, RemembersTheKeyOfASerialAndRefusesAnother) {
  std::uint16_t port = 0;
  {
    Printer printer;
    port = printer.server().port();
    EXPECT_EQ(Ask(printer.address(), false).seen, Seen::kAnswered);
    EXPECT_EQ(certificates_.kept["serial CN1A2B3C4D"],
              printer.server().certificate().fingerprint());
  }
  Printer other({}, port);
  for (const bool everything : {false, true}) {
    const Told told = Ask(other.address(), everything);
    EXPECT_EQ(told.seen, Seen::kRefused);
    EXPECT_THAT(told.detail, HasSubstr("certificate changed"));
    EXPECT_THAT(told.answers.remarks, ElementsAre("certificate changed"));
    ASSERT_EQ(told.answers.events.size(), 1U);
    EXPECT_EQ(told.answers.events[0].kind, "certificate-changed");
    EXPECT_EQ(told.answers.events[0].key, other.server().certificate().fingerprint());
    EXPECT_EQ(told.answers.events[0].channel, ChannelKind::kNone) << "whichever channel met it";
    EXPECT_TRUE(told.answers.meters.empty());
    EXPECT_EQ(told.answers.identity, PrinterIdentity{});
  }
  EXPECT_THAT(other.paths(), ElementsAre("/Identification.xml", "/Identification.xml"));

  certificates_.kept.clear();  // a person had it forgotten
  EXPECT_EQ(Ask(other.address()).seen, Seen::kAnswered);
}

TEST_F(PiwsChannelTest, KnowsAMovedPrinterByItsKey) {
  const auto key = std::make_shared<const SelfSigned>();
  const auto serve = [](const Stranger::Request&) {
    return Stranger::Ok(Golden("Identification.xml"));
  };
  Stranger here(serve, Stranger::Speaks::kTls, key);
  Stranger there(serve, Stranger::Speaks::kTls, key);
  EXPECT_EQ(Ask({.piws_url = here.url("")}, false).seen, Seen::kAnswered);
  EXPECT_EQ(Ask({.piws_url = there.url("/")}, false).seen, Seen::kAnswered);
}

TEST_F(PiwsChannelTest, RemembersAPrinterWithoutASerialByItsAddress) {
  Printer printer(
      {{"/Identification.xml", Stranger::Ok(R"({"Identification": {"ModelName": "HP X"}})")}});
  Ask(printer.address(), false);
  EXPECT_EQ(
      certificates_.kept.count("address 127.0.0.1:" + std::to_string(printer.server().port())), 1u);
}

TEST_F(PiwsChannelTest, AsksOnePrinterOneThingAtATime) {
  Printer printer;
  std::vector<std::future<Told>> all;
  for (int i = 0; i < 4; ++i) {
    auto promise = std::make_shared<std::promise<Told>>();
    all.push_back(promise->get_future());
    channel_->Read(printer.address(), [promise](Told t) { promise->set_value(std::move(t)); });
  }
  for (auto& future : all) {
    ASSERT_EQ(future.wait_for(30s), std::future_status::ready);
    EXPECT_EQ(future.get().seen, Seen::kAnswered);
  }
  EXPECT_EQ(printer.at_once(), 1);
  for (const auto& request : printer.server().asked()) EXPECT_EQ(request.connection, 1);
}

TEST_F(PiwsChannelTest, ReadsManyPrintersAtOnce) {
  // Each answers only when both have been asked: one after the other would never end.
  std::promise<void> both;
  std::shared_future<void> asked = both.get_future().share();
  std::atomic<int> count = 0;
  const auto serve = [&](const Stranger::Request&) {
    if (++count == 2) both.set_value();
    asked.wait_for(20s);
    return Stranger::Status(404);
  };
  Stranger first(serve);
  Stranger second(serve);
  std::promise<Told> one;
  std::promise<Told> two;
  channel_->Identify({.piws_url = first.url("")}, [&](Told t) { one.set_value(std::move(t)); });
  channel_->Identify({.piws_url = second.url("")}, [&](Told t) { two.set_value(std::move(t)); });
  EXPECT_EQ(one.get_future().get().seen, Seen::kNotSpoken);
  EXPECT_EQ(two.get_future().get().seen, Seen::kNotSpoken);
}

TEST_F(PiwsChannelTest, CallsEverybodyBackWhenItEnds) {
  Printer printer({{"*", {"", Stranger::Answer::Then::kHang}}});
  std::atomic<int> told = 0;
  for (int i = 0; i < 3; ++i) {
    channel_->Read(printer.address(), [&](const Told& t) { told += t.seen == Seen::kUnreachable; });
  }
  channel_.reset();
  EXPECT_EQ(told, 3);
}

}  // namespace
}  // namespace plotmeter
