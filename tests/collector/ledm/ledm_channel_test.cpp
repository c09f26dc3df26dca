#include "collector/ledm/ledm_channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>

#include "collector/piws/piws_channel.h"
#include "tests/collector/ledm/written.h"
#include "tests/common/http/stranger.h"

namespace plotmeter {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
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

const char kTree[] = "/DevMgmt/DiscoveryTree.xml";
const char kConfig[] = "/DevMgmt/ProductConfigDyn.xml";
const char kEvents[] = "/EventMgmt/EventTable";
const char kUsage[] = "/DevMgmt/ProductUsageDyn.xml";
const char kSupplies[] = "/DevMgmt/ConsumableConfigDyn.xml";
const char kMedia[] = "/DevMgmt/MediaHandlingDyn.xml";
const char kStatus[] = "/DevMgmt/ProductStatusDyn.xml";
const char kJobs[] = "/Jobs/JobList";
const char kLogs[] = "/DevMgmt/ProductLogsDyn.xml";

std::string EventTable(const std::string& power_up, const std::string& alerts,
                       const std::string& jobs) {
  const auto event = [](const std::string& category, const std::string& stamp) {
    return "<Event><UnqualifiedEventCategory>" + category +
           "</UnqualifiedEventCategory><AgingStamp>" + stamp + "</AgingStamp></Event>";
  };
  return "<EventTable>" + event("PowerUpEvent", power_up) + event("AlertTableChanged", alerts) +
         event("JobEvent", jobs) + "</EventTable>";
}

// A printer that serves the documents of tests/golden/ledm, but for what a test sets.
class Printer {
 public:
  explicit Printer(std::map<std::string, Stranger::Answer> other = {},
                   Stranger::Speaks speaks = Stranger::Speaks::kTls, std::uint16_t port = 0)
      : other_(std::move(other)),
        server_([this](const Stranger::Request& asked) { return Find(asked.path); }, speaks,
                nullptr, port) {}

  void Set(const std::string& path, Stranger::Answer answer) {
    const std::lock_guard lock(mutex_);
    other_[path] = std::move(answer);
  }

  PrinterAddress address() const { return {.host = "127.0.0.1", .https_port = server_.port()}; }
  const Stranger& server() const { return server_; }

  // What was asked for since the last call.
  std::vector<std::string> Asked() {
    std::vector<std::string> paths;
    const auto all = server_.asked();
    for (std::size_t i = seen_; i < all.size(); ++i) {
      EXPECT_EQ(all[i].method, "GET");
      paths.push_back(all[i].path);
    }
    seen_ = all.size();
    return paths;
  }

 private:
  Stranger::Answer Find(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (const auto set = other_.find(path); set != other_.end()) return set->second;
    if (const auto set = other_.find("*"); set != other_.end()) return set->second;
    std::string name = path.substr(path.rfind('/') + 1);
    if (name.find('.') == std::string::npos) name += ".xml";
    const bool known = path.starts_with("/DevMgmt/") || path == kEvents || path == kJobs;
    const std::string body = known ? LedmGolden(name) : "";
    return body.empty() ? Stranger::Status(404) : Stranger::Ok(body, "text/xml");
  }

  std::mutex mutex_;
  std::map<std::string, Stranger::Answer> other_;
  Stranger server_;
  std::size_t seen_ = 0;
};

class LedmChannelTest : public testing::Test {
 protected:
  enum class Ask { kIdentify, kRead, kWatch };

  Told Tell(const PrinterAddress& address, Ask ask = Ask::kRead) {
    auto promise = std::make_shared<std::promise<Told>>();
    auto future = promise->get_future();
    const auto told = [promise](Told t) { promise->set_value(std::move(t)); };
    if (ask == Ask::kIdentify) channel_->Identify(address, told);
    if (ask == Ask::kRead) channel_->Read(address, told);
    if (ask == Ask::kWatch) channel_->Watch(address, told);
    if (future.wait_for(30s) != std::future_status::ready) {
      ADD_FAILURE() << "no callback";
      return {};
    }
    return future.get();
  }

  void Use(WebSettings web, LedmSettings settings = {}) {
    channel_.reset();
    web_ = std::make_unique<PrinterWeb>(clock_, certificates_, std::move(web));
    channel_ = std::make_unique<LedmChannel>(*web_, settings);
  }
  void UsePort(std::uint16_t port) { Use({.deadline = 5s, .connect = 5s}, {.http_port = port}); }

  SetClock clock_;
  Certificates certificates_;
  std::unique_ptr<PrinterWeb> web_ = std::make_unique<PrinterWeb>(
      clock_, certificates_, WebSettings{.deadline = 5s, .connect = 5s});
  std::unique_ptr<LedmChannel> channel_ =
      std::make_unique<LedmChannel>(*web_, LedmSettings{.http_port = 0});
};

TEST_F(LedmChannelTest, ReadsAWholePrinter) {
  Printer printer;
  const Told told = Tell(printer.address());
  EXPECT_EQ(told.seen, Seen::kAnswered) << told.detail;
  EXPECT_EQ(told.at, clock_.Now());
  ExpectLedmGolden("ledm/channel.golden", WrittenLedm(told.answers));
  EXPECT_THAT(printer.Asked(), ElementsAre(kTree, kConfig, kEvents, kUsage, kSupplies, kMedia,
                                           kStatus, kJobs, kLogs));
  for (const auto& event : told.answers.events) EXPECT_EQ(event.at, clock_.Now());
  for (const auto& request : printer.server().asked()) EXPECT_EQ(request.connection, 1);
}

TEST_F(LedmChannelTest, KnowsAnOfficePrinterByItsModel) {
  Printer printer;
  EXPECT_EQ(Tell(printer.address()).answers.is_large_format, true);
  EXPECT_EQ(Tell(printer.address(), Ask::kWatch).answers.is_large_format, true);
  Printer office({{kConfig, Stranger::Ok("<ProductConfigDyn><ProductInformation>"
                                         "<MakeAndModel>HP LaserJet MFP M130nw</MakeAndModel>"
                                         "<SerialNumber>VNB3K12345</SerialNumber>"
                                         "</ProductInformation></ProductConfigDyn>")}});
  const Told told = Tell(office.address());
  EXPECT_EQ(told.seen, Seen::kAnswered) << told.detail;
  EXPECT_EQ(told.answers.is_large_format, false);
}

TEST_F(LedmChannelTest, AsksForNothingThatIsNotListed) {
  Printer printer({{kTree, Stranger::Ok("<DiscoveryTree><SupportedTree><ResourceURI>"
                                        "/DevMgmt/ProductConfigDyn.xml</ResourceURI>"
                                        "</SupportedTree></DiscoveryTree>")}});
  EXPECT_EQ(Tell(printer.address()).seen, Seen::kAnswered);
  EXPECT_THAT(printer.Asked(), ElementsAre(kTree, kConfig));
}

TEST_F(LedmChannelTest, TakesTheUsualPlacesWithoutATree) {
  Printer printer({{kTree, Stranger::Status(404)},
                   {kMedia, Stranger::Status(404)},
                   {"/DevMgmt/MediaHandlingDyn.json", Stranger::Status(404)}});
  const Told told = Tell(printer.address());
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_FALSE(told.answers.meters.empty());
  EXPECT_THAT(told.answers.remarks, Not(Contains(HasSubstr("MediaHandling"))));
  printer.Asked();
  Tell(printer.address());
  EXPECT_THAT(printer.Asked(), Not(Contains(HasSubstr("MediaHandling"))));
}

TEST_F(LedmChannelTest, FallsBackToJson) {
  Printer printer({{kUsage, Stranger::Status(404)}});
  const Told told = Tell(printer.address());
  EXPECT_EQ(told.answers.meters.at(0).value.value.text(), "88");
}

TEST_F(LedmChannelTest, ReadsTheTreeOnceAWeek) {
  Printer printer;
  Tell(printer.address());
  clock_.millis += ToMillis(FromMillis(0) + std::chrono::hours(167));
  printer.Asked();
  Tell(printer.address());
  EXPECT_THAT(printer.Asked(), Not(Contains(kTree)));
  clock_.millis += ToMillis(FromMillis(0) + std::chrono::hours(1));
  Tell(printer.address());
  EXPECT_THAT(printer.Asked(), Contains(kTree));
}

TEST_F(LedmChannelTest, WatchesWithOneRequestWhileNothingChanges) {
  Printer printer;
  Tell(printer.address());
  printer.Asked();
  clock_.millis += 300'000;
  const Told told = Tell(printer.address(), Ask::kWatch);
  EXPECT_THAT(printer.Asked(), ElementsAre(kEvents));
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_EQ(told.at, clock_.Now());
  EXPECT_EQ(told.answers.identity.serial, "CN5T16L001");
  EXPECT_EQ(told.answers.alerts, std::nullopt);  // no statement: they are as they were
  EXPECT_TRUE(told.answers.meters.empty());
  EXPECT_TRUE(told.answers.jobs.empty());
}

TEST_F(LedmChannelTest, AsksForWhatTheEventTableSaysIsNew) {
  Printer printer;
  Tell(printer.address());
  printer.Asked();
  printer.Set(kEvents, Stranger::Ok(EventTable("31-1", "31-12", "31-11")));
  EXPECT_TRUE(Tell(printer.address(), Ask::kWatch).answers.alerts);
  EXPECT_THAT(printer.Asked(), ElementsAre(kEvents, kStatus));
  printer.Set(kEvents, Stranger::Ok(EventTable("31-1", "31-12", "31-13")));
  EXPECT_EQ(Tell(printer.address(), Ask::kWatch).answers.jobs.size(), 3u);
  EXPECT_THAT(printer.Asked(), ElementsAre(kEvents, kJobs));
}

TEST_F(LedmChannelTest, LooksAtTheSuppliesWhenOneOfThemSaysSomething) {
  const auto with = [](const std::string& supplies) {
    std::string table = EventTable("31-1", "31-9", "31-11");
    const std::string end = "</EventTable>";
    table.replace(table.size() - end.size(), end.size(),
                  "<Event><UnqualifiedEventCategory>ConsumableEvent</UnqualifiedEventCategory>"
                  "<AgingStamp>" +
                      supplies + "</AgingStamp></Event>" + end);
    return Stranger::Ok(table);
  };
  Printer printer({{kEvents, with("31-2")}});
  Tell(printer.address());
  printer.Asked();
  EXPECT_TRUE(Tell(printer.address(), Ask::kWatch).answers.supplies.empty());
  EXPECT_THAT(printer.Asked(), ElementsAre(kEvents));

  printer.Set(kEvents, with("31-3"));
  EXPECT_FALSE(Tell(printer.address(), Ask::kWatch).answers.supplies.empty());
  EXPECT_THAT(printer.Asked(), ElementsAre(kEvents, kSupplies));
  EXPECT_TRUE(Tell(printer.address(), Ask::kWatch).answers.supplies.empty());
  EXPECT_THAT(printer.Asked(), ElementsAre(kEvents));
}

TEST_F(LedmChannelTest, TriesAgainWhatItCouldNotGet) {
  Printer printer({{kStatus, Stranger::Status(500)},
                   {"/DevMgmt/ProductStatusDyn.json", Stranger::Status(500)}});
  EXPECT_THAT(Tell(printer.address()).answers.remarks, Contains("ProductStatusDyn: HTTP 500"));
  printer.Asked();
  Tell(printer.address(), Ask::kWatch);
  EXPECT_THAT(printer.Asked(), Contains(kStatus));
}

TEST_F(LedmChannelTest, FollowsAJobThatIsUnderWay) {
  Printer printer({{kJobs, Stranger::Ok("<JobList><Job><JobUrl>/Jobs/JobList/4</JobUrl>"
                                        "<JobState>Processing</JobState></Job></JobList>")}});
  Tell(printer.address());
  printer.Asked();
  Tell(printer.address(), Ask::kWatch);
  EXPECT_THAT(printer.Asked(), ElementsAre(kEvents, kJobs));
}

TEST_F(LedmChannelTest, AlwaysFetchesEverythingForAReading) {
  Printer printer;
  Tell(printer.address());
  printer.Asked();
  EXPECT_FALSE(Tell(printer.address()).answers.meters.empty());
  EXPECT_THAT(printer.Asked(),
              ElementsAre(kConfig, kEvents, kUsage, kSupplies, kMedia, kStatus, kJobs, kLogs));
}

TEST_F(LedmChannelTest, NoticesARestartAndLooksAtEverythingAnew) {
  Printer printer;
  Tell(printer.address());
  printer.Asked();
  printer.Set(kEvents, Stranger::Ok(EventTable("40-1", "40-2", "40-3")));
  const Told told = Tell(printer.address(), Ask::kWatch);
  ASSERT_EQ(told.answers.events.size(), 1u);
  EXPECT_EQ(told.answers.events[0].kind, "restarted");
  EXPECT_EQ(told.answers.events[0].was, "31-1");
  EXPECT_EQ(told.answers.events[0].is, "40-1");
  EXPECT_THAT(printer.Asked(), ElementsAre(kEvents, kTree, kConfig, kStatus, kJobs));
  EXPECT_EQ(told.answers.jobs.at(0).job, "/Jobs/JobList/1@40-1");
  EXPECT_TRUE(Tell(printer.address(), Ask::kWatch).answers.events.empty());
}

// Seen in a recording: a table that lists what happened last, and no start. The ids of jobs must
// not change over that, or each would count again.
TEST_F(LedmChannelTest, GoesOnWithTheStartItKnowsWhenTheTableForgetsIt) {
  Printer printer;
  const std::string id = Tell(printer.address()).answers.jobs.at(0).job;
  EXPECT_EQ(id, "/Jobs/JobList/1@31-1");
  printer.Set(kEvents, Stranger::Ok("<EventTable><Event><UnqualifiedEventCategory>JobEvent"
                                    "</UnqualifiedEventCategory><AgingStamp>32-456</AgingStamp>"
                                    "</Event></EventTable>"));
  const Told told = Tell(printer.address(), Ask::kWatch);
  EXPECT_TRUE(told.answers.events.empty());
  EXPECT_EQ(told.answers.jobs.at(0).job, id);
  printer.Set(kEvents, Stranger::Ok(EventTable("31-1", "32-2", "32-457")));
  const Told again = Tell(printer.address(), Ask::kWatch);
  EXPECT_TRUE(again.answers.events.empty());
  EXPECT_EQ(again.answers.jobs.at(0).job, id);
}

// Numbers of jobs begin anew with a start: without its stamp two jobs would be taken for one.
TEST_F(LedmChannelTest, TellsNoJobsWhereNothingSaysWhenThePrinterStarted) {
  Printer printer({{kEvents, Stranger::Ok("<EventTable><Event><UnqualifiedEventCategory>JobEvent"
                                          "</UnqualifiedEventCategory><AgingStamp>10-456"
                                          "</AgingStamp></Event></EventTable>")}});
  const Told told = Tell(printer.address());
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_TRUE(told.answers.jobs.empty());
  EXPECT_FALSE(told.answers.tells_jobs);
  EXPECT_THAT(told.answers.remarks, Contains(HasSubstr("jobs are left out: no PowerUpEvent")));
  EXPECT_THAT(printer.Asked(), Not(Contains(kJobs)));
}

TEST_F(LedmChannelTest, TellsNoJobsWhileTheEventTableCannotBeRead) {
  Printer printer;
  Tell(printer.address());
  printer.Asked();
  printer.Set(kEvents, Stranger::Status(500));
  EXPECT_TRUE(Tell(printer.address()).answers.jobs.empty());
  EXPECT_THAT(printer.Asked(), Not(Contains(kJobs)));
  printer.Set(kEvents, Stranger::Ok(EventTable("31-1", "31-2", "31-3")));
  EXPECT_FALSE(Tell(printer.address(), Ask::kWatch).answers.jobs.empty()) << "it may have changed";
}

TEST_F(LedmChannelTest, ReadsTheTreeAgainWithOtherFirmware) {
  Printer printer;
  Tell(printer.address());
  printer.Asked();
  std::string config = LedmGolden("ProductConfigDyn.xml");
  config.replace(config.find("AENEAS_03"), 9, "AENEAS_04");
  printer.Set(kConfig, Stranger::Ok(config));
  EXPECT_EQ(Tell(printer.address()).answers.identity.firmware, "AENEAS_04_21_01.2");
  EXPECT_THAT(printer.Asked(), Contains(kTree));
}

TEST_F(LedmChannelTest, IdentifiesWithTwoRequests) {
  Printer printer;
  const Told told = Tell(printer.address(), Ask::kIdentify);
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_EQ(told.answers.identity.model, "HP DesignJet T1600 PostScript Printer");
  EXPECT_THAT(printer.Asked(), ElementsAre(kTree, kConfig));
}

TEST_F(LedmChannelTest, SaysWhatElseItMaySee) {
  const auto seen = [&](const Stranger::Answer& answer) {
    Printer printer({{"*", answer}});
    return Tell(printer.address()).seen;
  };
  EXPECT_EQ(seen(Stranger::Status(404)), Seen::kNotSpoken);
  EXPECT_EQ(seen(Stranger::Status(302, "Location: /index.html\r\n")), Seen::kNotSpoken);
  EXPECT_EQ(seen(Stranger::Ok("<html>welcome</html>", "text/html")), Seen::kNotSpoken);
  EXPECT_EQ(seen(Stranger::Ok("<DiscoveryTree/>")), Seen::kNotSpoken);
  EXPECT_EQ(seen(Stranger::Status(401)), Seen::kRefused);
  EXPECT_EQ(seen(Stranger::Status(503)), Seen::kAsleep);
  EXPECT_EQ(seen(Stranger::Ok("rubbish")), Seen::kUnreadable);
  EXPECT_EQ(seen({"SSH-2.0-x\r\n\r\n", Stranger::Answer::Then::kClose}), Seen::kUnreadable);
}

TEST_F(LedmChannelTest, FallsAsleepWhileItIsWatched) {
  Printer printer;
  Tell(printer.address());
  printer.Set("*", Stranger::Status(503));
  for (const char* path : {kEvents, kStatus, kJobs}) printer.Set(path, Stranger::Status(503));
  printer.Asked();
  EXPECT_EQ(Tell(printer.address(), Ask::kWatch).seen, Seen::kAsleep);
  EXPECT_EQ(printer.Asked().size(), 1u);  // nothing more that might wake it
}

TEST_F(LedmChannelTest, GivesUpAPrinterThatDripsOrHangs) {
  Use({.deadline = 200ms, .connect = 200ms}, {.http_port = 0});
  Printer printer(
      {{"*", {"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<a", Stranger::Answer::Then::kHang}}});
  const Told told = Tell(printer.address());
  EXPECT_EQ(told.seen, Seen::kUnreachable);
  EXPECT_EQ(told.detail, "no whole answer within 200 ms");
}

TEST_F(LedmChannelTest, BoundsWhatItIsSent) {
  const std::string endless = "HTTP/1.1 200 OK\r\n\r\n" + std::string(64 << 10, 'x');
  Printer printer({{kTree, {endless, Stranger::Answer::Then::kRepeatForEver}}});
  Told told = Tell(printer.address());
  EXPECT_EQ(told.seen, Seen::kUnreadable);
  EXPECT_EQ(told.detail, "DiscoveryTree: more than 4194304 bytes");
  EXPECT_LT(web_->traffic().bytes_received, std::uint64_t{8} << 20);

  std::string bomb;
  for (int i = 0; i < 5'000; ++i) bomb += "<a>";
  printer.Set(kTree, Stranger::Ok(bomb));
  channel_->ProbeAgain(printer.address());
  told = Tell(printer.address());
  EXPECT_EQ(told.seen, Seen::kUnreadable);
  EXPECT_THAT(told.detail, HasSubstr("DiscoveryTree: "));
}

TEST_F(LedmChannelTest, KeepsTheRestWhenOneDocumentIsHostile) {
  const std::string endless = "HTTP/1.1 200 OK\r\n\r\n" + std::string(64 << 10, 'x');
  Printer printer({{kUsage, {endless, Stranger::Answer::Then::kRepeatForEver}},
                   {"/DevMgmt/ProductUsageDyn.json", Stranger::Status(404)},
                   {kSupplies, Stranger::Ok("<a><b></a>")},
                   {"/DevMgmt/ConsumableConfigDyn.json", Stranger::Ok("[[[[[[[[")}});
  const Told told = Tell(printer.address());
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_THAT(told.answers.remarks, Contains(HasSubstr("ProductUsageDyn: HTTP 404")));
  EXPECT_THAT(told.answers.remarks, Contains(HasSubstr("ConsumableConfigDyn: ")));
  EXPECT_FALSE(told.answers.media.empty());
}

TEST_F(LedmChannelTest, RefusesAnotherKey) {
  std::uint16_t port = 0;
  {
    Printer printer;
    port = printer.server().port();
    EXPECT_EQ(Tell(printer.address()).seen, Seen::kAnswered);
    EXPECT_EQ(certificates_.kept["serial CN5T16L001"],
              printer.server().certificate().fingerprint());
  }
  Printer other({}, Stranger::Speaks::kTls, port);
  for (const Ask ask : {Ask::kWatch, Ask::kRead, Ask::kIdentify}) {
    const Told told = Tell(other.address(), ask);
    EXPECT_EQ(told.seen, Seen::kRefused);
    EXPECT_THAT(told.answers.remarks, ElementsAre("certificate changed"));
    EXPECT_EQ(told.answers.identity, PrinterIdentity{});
  }
}

TEST_F(LedmChannelTest, AsksALatexForWhatItHasBesideItsTree) {
  const char kWear[] = "/LFPWebServices/FibonacciDyn.xml";
  const auto wear = Stranger::Ok(
      "<FibonacciDyn><maintenanceKitUsage><Usage>37</Usage></maintenanceKitUsage></FibonacciDyn>",
      "text/xml");
  Printer other({{kWear, wear}});
  Tell(other.address());
  EXPECT_THAT(other.Asked(), Not(Contains(kWear)));
  Printer latex({{kConfig, Stranger::Ok("<ProductConfigDyn><ProductInformation><MakeAndModel>"
                                        "HP Latex 570 Printer</MakeAndModel></ProductInformation>"
                                        "</ProductConfigDyn>",
                                        "text/xml")},
                 {kWear, wear}});
  const Told told = Tell(latex.address());
  ASSERT_FALSE(told.answers.supplies.empty());
  EXPECT_EQ(told.answers.supplies.back().remark, "usage 37");
  latex.Set(kWear, Stranger::Status(404));
  EXPECT_THAT(Tell(latex.address()).answers.remarks, Not(Contains(HasSubstr("Fibonacci"))))
      << "what is only said of a model is no trouble where it is not";
  latex.Asked();
  Tell(latex.address());
  EXPECT_THAT(latex.Asked(), Not(Contains(kWear))) << "until the tree is asked for again";
}

TEST_F(LedmChannelTest, SpeaksPlainHttpWhereNothingSpeaksTls) {
  Printer printer({}, Stranger::Speaks::kPlain);
  UsePort(printer.server().port());
  // What stands at the HTTPS port is the same plain server: it speaks no TLS.
  const Told told = Tell(printer.address());
  EXPECT_EQ(told.seen, Seen::kAnswered) << told.detail;
  EXPECT_FALSE(told.answers.meters.empty());
  EXPECT_TRUE(certificates_.kept.empty());
  printer.Asked();
  Tell(printer.address(), Ask::kWatch);
  EXPECT_THAT(printer.Asked(), ElementsAre(kConfig, kEvents));  // no key proves who it is
}

TEST_F(LedmChannelTest, SpeaksNoPlainHttpToWhoOnceHadAKey) {
  certificates_.kept["serial CN5T16L001"] = "aa";
  Printer printer({}, Stranger::Speaks::kPlain);
  UsePort(printer.server().port());
  const Told told = Tell(printer.address());
  EXPECT_EQ(told.seen, Seen::kRefused);
  EXPECT_EQ(told.detail, "certificate changed; now it comes without TLS");
  EXPECT_TRUE(told.answers.meters.empty());
}

TEST_F(LedmChannelTest, DoesNotAskForEverForWhatIsNotThere) {
  Printer printer({{"*", Stranger::Status(404)}});
  int asked = 0;
  std::string detail;
  for (int minutes = 0; minutes < 7 * 24 * 60; minutes += 5) {
    const Told told = Tell(printer.address(), Ask::kWatch);
    EXPECT_EQ(told.seen, Seen::kNotSpoken);
    detail = told.detail;
    if (!printer.Asked().empty()) ++asked;
    clock_.millis += 300'000;
  }
  EXPECT_EQ(detail, "no LEDM: HTTP 404");
  EXPECT_GT(asked, 5);
  EXPECT_LT(asked, 12);
  channel_->ProbeAgain(printer.address());
  Tell(printer.address(), Ask::kWatch);
  EXPECT_THAT(printer.Asked(), Not(IsEmpty()));
}

TEST_F(LedmChannelTest, LeavesJobsToPiwsWhereItTellsThem) {
  const std::string pi = "/LFPWebServices/PI";
  Printer printer(
      {{pi + "/Identification.xml",
        Stranger::Ok("<Identification><SerialNumber>CN5T16L001</SerialNumber></Identification>")},
       {pi + "/JQ/JobQueueCollection",
        Stranger::Ok(R"({"JobQueueCollection": {"Queue": {"Type": "print", "URI": "/JQ/a-1"}}})")},
       {pi + "/JQ/JobQueue/a-1/jobs/all?fromModificationNumber=0",
        Stranger::Ok(R"({"JobQueueSnapshot": {"Jobs": {}}})")}});
  PiwsChannel piws(*web_, {.queue_pause = 0ms});
  EXPECT_FALSE(Tell(printer.address()).answers.jobs.empty());
  std::promise<Told> promise;
  piws.Read(printer.address(), [&](Told t) { promise.set_value(std::move(t)); });
  EXPECT_EQ(promise.get_future().get().seen, Seen::kAnswered);
  printer.Asked();
  EXPECT_TRUE(Tell(printer.address()).answers.jobs.empty());
  EXPECT_THAT(printer.Asked(), Each(Not(std::string(kJobs))));
}

TEST_F(LedmChannelTest, AsksLessAndLessForWhatIsListedAndNotThere) {
  Printer printer({{kLogs, Stranger::Status(404)}});
  std::vector<bool> asked;
  const auto visit = [&] {
    Tell(printer.address());
    const auto paths = printer.Asked();
    asked.push_back(std::ranges::find(paths, kLogs) != paths.end());
    clock_.millis += 600'000;
  };
  for (int visits = 0; visits < 8; ++visits) visit();
  EXPECT_THAT(asked, ElementsAre(true, true, false, true, false, false, false, true));
  printer.Set(kLogs, Stranger::Ok(LedmGolden("ProductLogsDyn.xml"), "text/xml"));
  clock_.millis += 4'800'000;
  asked.clear();
  for (int visits = 0; visits < 3; ++visits) visit();
  EXPECT_THAT(asked, Each(true)) << "it is there";
}

TEST_F(LedmChannelTest, SaysHowFarTheClockOfTheLogIsFromOurs) {
  const std::string log =
      "<ProductLogsDyn><EventLog><Event><EventCode>12</EventCode>"
      "<TimeStamp>2026-05-23T16:00:00Z</TimeStamp></Event><Event><EventCode>13</EventCode>"
      "<TotalImpressions>400</TotalImpressions></Event></EventLog></ProductLogsDyn>";
  Printer printer(
      {{kLogs, Stranger::Ok(log, "text/xml", "Date: Sat, 23 May 2026 16:30:56 GMT\r\n")}});
  const Told told = Tell(printer.address());
  ASSERT_EQ(told.answers.events.size(), 2U);
  EXPECT_EQ(told.answers.events[0].clock_offset_ms,
            (told.at - *ParseInstant("2026-05-23T16:30:56Z")).count());
  EXPECT_EQ(told.answers.events[1].clock_offset_ms, std::nullopt) << "it tells no time";
  printer.Set(kLogs, Stranger::Ok(log, "text/xml", "Date: Thu, 01 Jan 1970 00:04:00 GMT\r\n"));
  EXPECT_EQ(Tell(printer.address()).answers.events.at(0).clock_offset_ms, std::nullopt)
      << "its clock was not set when it said so";
}

TEST_F(LedmChannelTest, GoesStraightToThePlaceThatIsThere) {
  Printer printer({{kUsage, Stranger::Status(404)}});
  Tell(printer.address());
  printer.Asked();
  EXPECT_FALSE(Tell(printer.address()).answers.meters.empty());
  const auto paths = printer.Asked();
  EXPECT_THAT(paths, Contains("/DevMgmt/ProductUsageDyn.json"));
  EXPECT_THAT(paths, Not(Contains(kUsage)));
  channel_->ProbeAgain(printer.address());  // it started anew
  Tell(printer.address());
  EXPECT_THAT(printer.Asked(), Contains(kUsage));
}

TEST_F(LedmChannelTest, IsNotAskedWhereThePrinterJustSaidThatItSleeps) {
  const std::string identification = "/LFPWebServices/PI/Identification.xml";
  Printer printer({{identification, Stranger::Ok("<Identification><ProductName>HP DesignJet Z9"
                                                 "</ProductName><SerialNumber>CN5T16L001"
                                                 "</SerialNumber></Identification>")}});
  PiwsChannel piws(*web_, {.queue_pause = 0ms});
  const auto ask_piws = [&] {
    std::promise<Told> promise;
    piws.Read(printer.address(), [&](Told t) { promise.set_value(std::move(t)); });
    return promise.get_future().get().seen;
  };
  EXPECT_EQ(ask_piws(), Seen::kAnswered);
  EXPECT_EQ(Tell(printer.address()).seen, Seen::kAnswered);
  for (const char* path : {kTree, kConfig, kEvents}) printer.Set(path, Stranger::Status(503));
  printer.Set(identification, Stranger::Status(503));
  printer.Asked();
  EXPECT_EQ(ask_piws(), Seen::kAsleep);
  const Told told = Tell(printer.address());
  EXPECT_EQ(told.seen, Seen::kAsleep);
  EXPECT_EQ(told.detail, "it sleeps: HTTP 503");
  EXPECT_EQ(told.at, clock_.Now());
  EXPECT_THAT(printer.Asked(), ElementsAre(identification));
  clock_.millis += 60'000;
  EXPECT_EQ(Tell(printer.address()).seen, Seen::kAsleep);
  EXPECT_THAT(printer.Asked(), ElementsAre(kConfig)) << "that was a while ago";
}

TEST_F(LedmChannelTest, LeavesJobsToPiwsWhileItCannotBeSaidWhetherItTellsThem) {
  const std::string identification = "/LFPWebServices/PI/Identification.xml";
  Printer printer({{identification, Stranger::Status(503)}});
  PiwsChannel piws(*web_, {.queue_pause = 0ms});
  const auto ask_piws = [&] {
    std::promise<Told> promise;
    piws.Read(printer.address(), [&](Told t) { promise.set_value(std::move(t)); });
    return promise.get_future().get().seen;
  };
  EXPECT_EQ(ask_piws(), Seen::kAsleep);
  EXPECT_TRUE(Tell(printer.address()).answers.jobs.empty());
  printer.Set(identification, Stranger::Status(404));
  printer.Set("/LFPWebServices/PI/Identification.json", Stranger::Status(404));
  EXPECT_EQ(ask_piws(), Seen::kNotSpoken);
  EXPECT_FALSE(Tell(printer.address()).answers.jobs.empty());
}

// Who says no serial there is the same printer all the same: it has the same key.
TEST_F(LedmChannelTest, LeavesJobsToPiwsAlsoWhereLedmSaysNoSerial) {
  const std::string identification = "/LFPWebServices/PI/Identification.xml";
  Printer printer({{identification, Stranger::Ok("<Identification><ProductName>HP DesignJet Z9"
                                                 "</ProductName><SerialNumber>CN5T16L001"
                                                 "</SerialNumber></Identification>")},
                   {kConfig, Stranger::Ok("<ProductConfigDyn><ProductInformation><MakeAndModel>"
                                          "HP DesignJet Z9</MakeAndModel></ProductInformation>"
                                          "</ProductConfigDyn>")}});
  PiwsChannel piws(*web_, {.queue_pause = 0ms});
  std::promise<Told> promise;
  piws.Read(printer.address(), [&](Told t) { promise.set_value(std::move(t)); });
  EXPECT_EQ(promise.get_future().get().seen, Seen::kAnswered);
  for (int visit = 0; visit < 2; ++visit) {
    const Told told = Tell(printer.address());
    EXPECT_EQ(told.seen, Seen::kAnswered);
    EXPECT_TRUE(told.answers.jobs.empty()) << visit;
  }
}

TEST_F(LedmChannelTest, FindsTheTlsOfAPrinterThatBeganWithout) {
  std::uint16_t tls_port = 0;
  {
    Printer gone;
    tls_port = gone.server().port();
  }
  Printer plain({}, Stranger::Speaks::kPlain);
  UsePort(plain.server().port());
  const PrinterAddress address{.host = "127.0.0.1", .https_port = tls_port};
  EXPECT_EQ(Tell(address).seen, Seen::kAnswered);
  Printer tls({}, Stranger::Speaks::kTls, tls_port);
  // PIWS, which only speaks TLS, has seen its key meanwhile.
  certificates_.kept["serial CN5T16L001"] = tls.server().certificate().fingerprint();
  Tell(address);
  EXPECT_EQ(Tell(address).seen, Seen::kAnswered);
}

// Whoever kept TLS away once keeps it away for a week at most.
TEST_F(LedmChannelTest, LooksForTlsAgainWheneverItAsksForTheTree) {
  std::uint16_t tls_port = 0;
  {
    Printer gone;
    tls_port = gone.server().port();
  }
  Printer plain({}, Stranger::Speaks::kPlain);
  UsePort(plain.server().port());
  const PrinterAddress address{.host = "127.0.0.1", .https_port = tls_port};
  EXPECT_EQ(Tell(address).seen, Seen::kAnswered);
  Printer tls({}, Stranger::Speaks::kTls, tls_port);
  clock_.millis += ToMillis(FromMillis(0) + std::chrono::hours(168));
  plain.Asked();
  EXPECT_EQ(Tell(address).seen, Seen::kAnswered);
  EXPECT_THAT(plain.Asked(), IsEmpty());
  EXPECT_EQ(certificates_.kept["serial CN5T16L001"], tls.server().certificate().fingerprint());
}

TEST_F(LedmChannelTest, LooksAgainWithinTheHourAtAPrinterThatWasStarting) {
  const char kJson[] = "/DevMgmt/ProductUsageDyn.json";
  Printer printer({{kTree, Stranger::Status(404)},
                   {kUsage, Stranger::Status(404)},
                   {kJson, Stranger::Status(404)}});
  EXPECT_TRUE(Tell(printer.address()).answers.meters.empty());
  printer.Set(kTree, Stranger::Ok(LedmGolden("DiscoveryTree.xml"), "text/xml"));
  printer.Set(kUsage, Stranger::Ok(LedmGolden("ProductUsageDyn.xml"), "text/xml"));
  clock_.millis += 3'600'000;
  EXPECT_FALSE(Tell(printer.address()).answers.meters.empty());
}

TEST_F(LedmChannelTest, ForgetsWhatSomebodyElseListed) {
  std::uint16_t port = 0;
  {
    Printer other({{kTree, Stranger::Ok("<DiscoveryTree><SupportedTree><ResourceURI>"
                                        "/DevMgmt/ProductConfigDyn.xml</ResourceURI>"
                                        "</SupportedTree></DiscoveryTree>")}});
    port = other.server().port();
    certificates_.kept["serial CN5T16L001"] = "the printer's own";
    EXPECT_EQ(Tell(other.address()).seen, Seen::kRefused);
  }
  Printer printer({}, Stranger::Speaks::kTls, port);
  certificates_.kept["serial CN5T16L001"] = printer.server().certificate().fingerprint();
  EXPECT_FALSE(Tell(printer.address()).answers.meters.empty());
}

TEST_F(LedmChannelTest, EndsAVisitThatTakesTooLong) {
  Use({.deadline = 5s, .connect = 5s, .visit = 0ms}, {.http_port = 0});
  Printer printer;
  const Told told = Tell(printer.address());
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_THAT(told.answers.remarks, Contains("it stopped answering: it takes too long"));
  EXPECT_THAT(printer.Asked(), ElementsAre(kTree, kConfig));
}

}  // namespace
}  // namespace plotmeter
