#include "collector/status_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/doctor.h"

namespace plotmeter {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

const Instant kNoon = *ParseInstant("2026-11-22T12:00:00Z");

Json Row(const std::string& host, const char* answered, const Json& error,
         Json remarks = Json::array()) {
  return {{"address", host + ":161"},
          {"model", "HP DesignJet Z9"},
          {"serial", "CN9541H01M"},
          {"last_success", answered == nullptr ? Json() : Json(answered)},
          {"last_kept", Json()},
          {"last_error", error},
          {"remarks", std::move(remarks)}};
}

StatusParts Fleet() {
  StatusParts parts;
  const char* hour_ago = "2026-11-22T11:00:00Z";
  parts.book = {
      {"written_at", "2026-11-22T11:57:00Z"},
      {"last_receipt_at", "2026-11-22T09:00:00Z"},
      {"trouble", "https://portal.example: connection refused"},
      {"next_try_at", "2026-11-22T12:04:00Z"},
      {"events", Json::array({{{"at", hour_ago}, {"kind", "moved"}, {"serial", "CN1"}}})},
      {"printers",
       Json::array({Row("10.0.0.1", hour_ago, Json()),
                    Row("10.0.0.2", hour_ago, Json(), {"piws: it sleeps: HTTP 503"}),
                    Row("10.0.0.3", nullptr, "snmp: no answer within 2000 ms after 2 tries"),
                    Row("10.0.0.4", hour_ago, "it says no serial number"),
                    Row("10.0.0.9", hour_ago, Json())})}};
  for (const char* host : {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", ""}) {
    parts.known.push_back({.host = host, .identity = {.serial = "CN9541H01M"}});
  }
  parts.waiting = {.readings = 1, .jobs = 12, .batches = 1};
  parts.identity =
      Identity{.portal_url = "https://portal.example", .collector = "col_7Q2M9K4T", .site = "Yard"};
  parts.service = 4711;
  parts.book["spool_checked_at"] = "2026-11-20T12:00:00Z";
  parts.spool_bytes = 1'234'567;
  parts.spool_limit = 4'000'000'000;
  parts.set_aside = {{.file = "spool.db.damaged-20260901T000000Z", .bytes = 2'000'000}};
  parts.mishaps = {{*ParseInstant(hour_ago), "full", "the spool was full, and these went: jobs"},
                   {*ParseInstant("2026-09-01T00:00:00Z"), "damaged", "long ago"}};
  return parts;
}

TEST(StatusViewTest, TellsWellAsleepSilentTroubledAndNewApart) {
  const Json status = StatusOf(Fleet());
  std::vector<std::string> states;
  for (const Json& printer : status.at("printers")) states.push_back(printer.at("state"));
  EXPECT_EQ(states, (std::vector<std::string>{"well", "asleep", "silent", "trouble", "new"}))
      << "and 10.0.0.9 is not known any more";
}

TEST(StatusViewTest, SaysItInWordsWithAges) {
  EXPECT_EQ(StatusText(StatusOf(Fleet()), kNoon),
            "A service runs (process 4711); it wrote this 3 minutes ago.\n"
            "Enrolled as col_7Q2M9K4T for Yard at https://portal.example.\n"
            "Sending waits: https://portal.example: connection refused. Next try in 4 minutes. "
            "plotmeter-collector doctor says more.\n"
            "The portal's last receipt came 3 hours ago.\n"
            "Waiting: 1 reading, 12 jobs, 0 alerts, 0 events; 1 batch cut.\n"
            "The spool holds 1.2 MB of at most 4.0 GB; it was checked in full 2 days ago.\n"
            "  full (60 minutes ago): the spool was full, and these went: jobs.\n"
            "  spool.db.damaged-20260901T000000Z lies there, 2.0 MB.\n"
            "\n5 printers: 1 well, 1 asleep, 1 silent, 1 trouble, 1 new\n"
            "  well     10.0.0.1:161  HP DesignJet Z9  CN9541H01M  answered 60 minutes ago\n"
            "  asleep   10.0.0.2:161  HP DesignJet Z9  CN9541H01M  answered 60 minutes ago\n"
            "           piws: it sleeps: HTTP 503\n"
            "  silent   10.0.0.3:161  HP DesignJet Z9  CN9541H01M  has never answered\n"
            "           snmp: no answer within 2000 ms after 2 tries\n"
            "  trouble  10.0.0.4:161  HP DesignJet Z9  CN9541H01M  answered 60 minutes ago\n"
            "           it says no serial number\n"
            "  new      10.0.0.5:161                   CN9541H01M  not read yet\n"
            "\nWhat happened last:\n"
            "  CN1 moved, 60 minutes ago\n");
}

TEST(StatusViewTest, LeavesOutTheChannelsThatAPrinterDoesNotHave) {
  const std::string nobody = "piws: it takes no connection";
  StatusParts parts;
  parts.known = {{.host = "10.0.0.1"}, {.host = "10.0.0.2"}};
  parts.book = {
      {"printers", Json::array({Row("10.0.0.1", "2026-11-22T11:59:00Z", Json(),
                                    {nobody + "; ledm: no LEDM: HTTP 404", "ink is low"}),
                                Row("10.0.0.2", nullptr, nobody + "; snmp: no answer")})}};
  const std::string text = StatusText(StatusOf(parts), kNoon);
  EXPECT_THAT(text, HasSubstr("answered 1 minute ago\n           ink is low\n  silent"));
  EXPECT_THAT(text, HasSubstr("has never answered\n"
                              "           piws: it takes no connection\n"
                              "           snmp: no answer\n"));
}

TEST(StatusViewTest, SaysWhatToDoWhereNothingIsThereYet) {
  const std::string text = StatusText(StatusOf({}), kNoon);
  for (const char* words : {"No service runs here", "Not enrolled", "Nothing was sent yet",
                            "Nothing waits", "plotmeter-collector discover"}) {
    EXPECT_THAT(text, HasSubstr(words));
  }
}

TEST(StatusViewTest, BearsABookThatSomebodyElseWrote) {
  StatusParts parts = Fleet();
  parts.book = {{"printers", Json::array({Json{{"address", 3}}, Json{{"remarks", 7}}})},
                {"remote", Json{{"outcome", "taken"}, {"settings", Json{{"interval", 3}}}}},
                {"events", "none"}};
  EXPECT_THAT(StatusText(StatusOf(parts), kNoon), HasSubstr("5 new"));
}

TEST(StatusViewTest, SaysWhatThePortalChanged) {
  StatusParts parts;
  parts.installed = "0.9.1";
  parts.book = {{"last_heartbeat_at", "2026-11-22T11:58:00Z"},
                {"newer_version", "0.10.0"},
                {"remote", Json{{"version", 4},
                                {"outcome", "applied"},
                                {"reason", nullptr},
                                {"settings", Json{{"interval", Json::array({"1h"})}}}}}};
  const std::string text = StatusText(StatusOf(parts), kNoon);
  for (const char* words :
       {"It answered the last heartbeat 2 minutes ago.",
        "Version 0.10.0 is available; installed is 0.9.1. Nothing is installed by itself.\n",
        "Settings from the portal, version 4: applied.\n  interval = 1h\n"}) {
    EXPECT_THAT(text, HasSubstr(words));
  }
}

TEST(StatusViewTest, SaysNothingOfAVersionThatIsNotNewer) {
  for (const char* said : {"0.10.0", "0.9.1", "0.10.0-rc.1", "latest", ""}) {
    StatusParts parts;
    parts.installed = "0.10.0";  // updated since the service wrote its book
    parts.book = {{"newer_version", said}};
    const Json status = StatusOf(parts);
    EXPECT_EQ(status.at("newer_version"), Json()) << said;
    EXPECT_EQ(status.at("installed_version"), "0.10.0");
    EXPECT_THAT(StatusText(status, kNoon), testing::Not(HasSubstr("available"))) << said;
  }
}

TEST(StatusViewTest, GivesAgesInTheUnitThatMatters) {
  EXPECT_EQ(WhenText(kNoon, kNoon), "just now");
  EXPECT_EQ(WhenText(kNoon - seconds(59), kNoon), "59 seconds ago");
  EXPECT_EQ(WhenText(kNoon + minutes(1), kNoon), "in 1 minute");
  EXPECT_EQ(SpanText(minutes(119)), "119 minutes");
  EXPECT_EQ(SpanText(minutes(120)), "2 hours");
  EXPECT_EQ(SpanText(std::chrono::hours(48)), "2 days");
}

TEST(DoctorTest, FailsWhenOneFindingFails) {
  Findings findings;
  findings.Ok("disk", "room");
  findings.Warn("clock", "late", "set it");
  EXPECT_FALSE(findings.failed());
  findings.Fail("tls", "expired", "renew it");
  EXPECT_TRUE(findings.failed());
  EXPECT_EQ(
      ToJson(findings, kNoon).dump(),
      R"({"at":"2026-11-22T12:00:00Z","findings":[)"
      R"({"advice":null,"check":"disk","result":"ok","seen":"room"},)"
      R"({"advice":"set it","check":"clock","result":"warn","seen":"late"},)"
      R"({"advice":"renew it","check":"tls","result":"fail","seen":"expired"}],"version":1,"well":false})");
}

}  // namespace
}  // namespace plotmeter
