#include "collector/snmp/printer_read.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "collector/snmp/mib.h"
#include "collector/snmp/printer_mib.h"
#include "tests/fakes/recorded_session.h"

namespace plotmeter {
namespace {

using namespace std::chrono_literals;

// A printer with one error in its log that has been up for an hour.
class PrinterReadTest : public testing::Test {
 protected:
  PrinterReadTest() {
    session_.table()[mib::kPrtMarkerLifeCount + Oid{1, 1}] = Count(3);
    LogError(1, 1437049356, 610010);
    session_.SetNow(now_);
  }

  static Value Count(std::int64_t number) { return Value::Number(ValueType::kCounter32, number); }
  void LogError(std::uint32_t n, std::int64_t time, std::int64_t code) {
    session_.table()[mib::kHpErrorLog + Oid{n, 1, 0}] = Count(time);
    session_.table()[mib::kHpErrorLog + Oid{n, 2, 0}] = Count(code);
  }

  Told Read(const std::string& firmware = "1") { return Ask(&ReadProbed, {}, firmware); }
  Told Watch(SnmpVersion version = SnmpVersion::k2c) {
    return Ask(&WatchProbed, WatchObjects(known_), "1", version);
  }

  // `also` is asked for together with who it is, and answered where it is there.
  Told Ask(decltype(&ReadProbed) ask, std::vector<Oid> also, const std::string& firmware,
           SnmpVersion version = SnmpVersion::k2c) {
    Probed probed{.seen = SnmpSeen::kAnswered,
                  .table = {{mib::kSysUpTime, Count((now_ - started_).count() / 10)}},
                  .fingerprint = {.verdict = Verdict::kLargeFormat,
                                  .firmware = firmware,
                                  .printer_rows = {1}},
                  .at = now_,
                  .credentials = {.version = version},
                  .asked = also};
    for (const Oid& object : also) {
      const auto row = session_.table().find(object);
      if (row != session_.table().end()) probed.table.emplace(object, row->second);
    }
    Told told;
    session_.ForgetAsked();
    ask(session_, BuiltInProfiles(), {.address = "10.0.0.7", .bulk_values = bulk_values_}, probed,
        known_, {}, [&](Told answer, PrinterKnowledge known) {
          told = std::move(answer);
          known_ = std::move(known);
        });
    return told;
  }
  void Pass(std::chrono::milliseconds time) {
    now_ += time;
    session_.SetNow(now_);
  }
  std::ptrdiff_t Asked(const Oid& oid) const { return std::ranges::count(session_.asked(), oid); }

  RecordedSession session_{SnmpTable{}};
  PrinterKnowledge known_ = {};
  int bulk_values_ = 0;
  Instant now_ = *ParseInstant("2026-11-22T10:00:00Z");
  Instant started_ = *ParseInstant("2026-11-22T09:00:00Z");
};

TEST_F(PrinterReadTest, AsksForWhatFewModelsHaveOnceAndThenWhereItWasThere) {
  session_.table()[mib::kHpLifetimeInk + Oid{1, 1, 0}] = Count(5000);
  EXPECT_EQ(Read().answers.meters.size(), 2U);
  for (const Oid& subtree : OptionalSubtrees({.verdict = Verdict::kLargeFormat})) {
    EXPECT_EQ(Asked(subtree), 1) << subtree.ToText();
  }
  Pass(5min);
  EXPECT_EQ(Read().answers.meters.size(), 2U);
  for (const Oid& subtree : OptionalSubtrees({.verdict = Verdict::kLargeFormat})) {
    EXPECT_EQ(Asked(subtree), subtree == mib::kHpLifetimeInk ? 1 : 0) << subtree.ToText();
  }
}

TEST_F(PrinterReadTest, ExploresAgainAfterAWeekARestartAndNewFirmware) {
  const auto explores = [&] { return Asked(mib::kHpEnginePages) == 1; };
  Read();
  Pass(kExploreAgain - 1min);
  Read();
  EXPECT_FALSE(explores());
  Pass(1min);
  Read();
  EXPECT_TRUE(explores());
  Read();
  EXPECT_FALSE(explores());
  started_ = now_ - 1min;
  Read();
  EXPECT_TRUE(explores()) << "it was switched off and on";
  Read("2");
  EXPECT_TRUE(explores()) << "its firmware is another";
}

TEST_F(PrinterReadTest, WalksTheErrorLogAgainOnlyWhenItsEndIsAnother) {
  EXPECT_EQ(Read().answers.events.size(), 1U);
  Pass(5min);
  const Told same = Read();
  EXPECT_EQ(Asked(mib::kHpErrorLog), 0);
  ASSERT_EQ(same.answers.events.size(), 1U);
  EXPECT_EQ(same.answers.events[0].at, now_);
  LogError(2, 1437049400, 610010);
  LogError(3, 1437049401, 610011);
  EXPECT_EQ(Read().answers.events.size(), 3U);
  EXPECT_EQ(Asked(mib::kHpErrorLog), 1);
  Read();
  EXPECT_EQ(Asked(mib::kHpErrorLog), 0);
}

// 2026-11-22 12:00:00.5 +01:00 by the printer's clock, which is an hour ahead.
TEST_F(PrinterReadTest, TellsNewErrorsWithTheOffsetOfThePrintersClock) {
  const std::string date("\x07\xEA\x0B\x16\x0C\x00\x00\x05+\x01\x00", 11);
  session_.table()[mib::kHrSystemDate] = Value::Octets(date);
  const auto first = Read().answers.events;
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].clock_offset_ms, -3'600'500);
  EXPECT_EQ(Asked(mib::kHrSystemDate), 1);
  Read();
  EXPECT_EQ(Asked(mib::kHrSystemDate), 0) << "nothing is new";
  LogError(2, 15232, 610011);  // a log that counts pages as well
  const auto more = Read().answers.events;
  ASSERT_EQ(more.size(), 2U);
  EXPECT_EQ(more[0].clock_offset_ms, -3'600'500);
  EXPECT_EQ(more[1].clock_offset_ms, std::nullopt) << "it names no time";

  session_.table()[mib::kHrSystemDate] = Value::Octets(date.substr(0, 8));
  LogError(3, 1437049500, 610012);
  EXPECT_EQ(Read().answers.events.at(2).clock_offset_ms, std::nullopt)
      << "no time zone, no instant";
}

TEST_F(PrinterReadTest, DoesNotAskForTheClockOfALogThatCountsPages) {
  session_.table().EraseBelow(mib::kHpErrorLog);
  EXPECT_TRUE(Read().answers.events.empty());
  EXPECT_EQ(Asked(mib::kHrSystemDate), 0);
  LogError(1, 15232, 610010);
  EXPECT_EQ(Read().answers.events.size(), 1U);
  EXPECT_EQ(Asked(mib::kHrSystemDate), 0);
}

TEST_F(PrinterReadTest, SeesTheFirstErrorOfALogThatWasEmpty) {
  session_.table().erase(mib::kHpErrorLog + Oid{1, 1, 0});
  session_.table().erase(mib::kHpErrorLog + Oid{1, 2, 0});
  EXPECT_TRUE(Read().answers.events.empty());
  LogError(1, 1437049356, 610010);
  EXPECT_EQ(Read().answers.events.size(), 1U);
}

TEST_F(PrinterReadTest, ReadsJobsAlsoOfAPrinterThatHadNoneWhenItWasFirstAsked) {
  session_.table()[mib::kJmActiveJobs + Oid{1}] = Count(0);
  EXPECT_TRUE(Read().answers.jobs.empty());
  session_.table()[mib::kJmJobState + Oid{1, 7}] = Count(9);
  session_.table()[mib::kJmAttributeNumber + Oid{1, 7, 131, 1}] = Count(2);
  const auto jobs = Read().answers.jobs;
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].printed_pages, 2);
  EXPECT_EQ(jobs[0].seen_at, now_);
  EXPECT_EQ(Read().answers.jobs, jobs);
  EXPECT_EQ(Asked(mib::kJmAttributeNumber + Oid{1, 7, 131, 1}), 0) << "it is at its end";
}

TEST_F(PrinterReadTest, AsksForEveryColorantOfAJob) {
  session_.table()[mib::kJmJobState + Oid{1, 7}] = Count(9);
  for (std::uint32_t row = 1; row <= 3; ++row) {
    session_.table()[mib::kJmAttributeOctets + Oid{1, 7, 173, row}] =
        Value::Octets("ink " + std::to_string(row));
  }
  const auto traits = Read().answers.jobs.at(0).traits;
  ASSERT_EQ(traits.size(), 3U);
  EXPECT_EQ(traits[2], (Trait{.trait = "colorant-consumed", .value = "ink 3"}));
  EXPECT_EQ(Read().answers.jobs.at(0).traits, traits) << "as long as it is listed";
  EXPECT_EQ(Asked(mib::kJmAttributeOctets + Oid{1, 7, 173, 3}), 0);
}

TEST_F(PrinterReadTest, AJobOfTheSameNumberAfterARestartIsReadAnew) {
  session_.table()[mib::kJmJobState + Oid{1, 7}] = Count(9);
  const auto before = Read().answers.jobs;
  started_ = now_ + 1h;
  Pass(2h);
  session_.table()[mib::kJmAttributeNumber + Oid{1, 7, 131, 1}] = Count(5);
  const auto after = Read().answers.jobs;
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].printed_pages, 5);
  EXPECT_NE(after[0].job, before.at(0).job);
}

// Each of its jobs would be listed once more under another id.
TEST_F(PrinterReadTest, AClockThatWasSetIsNoStart) {
  session_.table()[mib::kJmJobState + Oid{1, 7}] = Count(9);
  started_ = now_ - 5h;
  const std::string id = Read().answers.jobs.at(0).job;
  Pass(5min);
  for (const auto set : {std::chrono::milliseconds(3h), std::chrono::milliseconds(-48h)}) {
    now_ += set;
    started_ += set;
    Pass(5min);
    EXPECT_EQ(Read().answers.jobs.at(0).job, id);
  }
}

TEST_F(PrinterReadTest, AnUptimeThatWrapsIsNoStart) {
  session_.table()[mib::kJmJobState + Oid{1, 7}] = Count(9);
  constexpr auto kWraps = std::chrono::milliseconds(std::int64_t{10} << 32);
  started_ = now_ - kWraps + 1min;
  const std::string id = Read().answers.jobs.at(0).job;
  Pass(5min);
  started_ += kWraps;
  EXPECT_EQ(Read().answers.jobs.at(0).job, id);
}

TEST_F(PrinterReadTest, SeesASecondStartSoonAfterTheFirst) {
  session_.table()[mib::kJmJobState + Oid{1, 7}] = Count(9);
  started_ = now_ - 1min;
  const std::string id = Read().answers.jobs.at(0).job;
  Pass(5min);
  started_ = now_ - 3min;
  EXPECT_NE(Read().answers.jobs.at(0).job, id);
}

TEST_F(PrinterReadTest, TellsForADayThatThePrinterWasStarted) {
  const auto starts = [](const Told& told) {
    std::vector<PrinterEvent> events = told.answers.events;
    std::erase_if(events, [](const auto& event) { return event.kind != "restarted"; });
    return events;
  };
  EXPECT_TRUE(starts(Read()).empty()) << "nothing was known before";
  const PrinterKnowledge before = known_;
  Pass(5min);
  started_ = now_ - 1min;
  const auto told = starts(Read());
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].channel, ChannelKind::kSnmp);
  EXPECT_EQ(told[0].at, now_);
  EXPECT_EQ(told[0].was, "2026-11-22T09:00:00Z");
  EXPECT_EQ(told[0].is, "2026-11-22T10:04:00Z");
  Pass(23h);
  EXPECT_EQ(starts(Read()), told) << "it counts once by its key, and a disk may have been full";
  Pass(1h);
  EXPECT_TRUE(starts(Read()).empty());

  now_ -= 24h;
  session_.SetNow(now_);
  known_ = before;  // it was not kept: the collector ended too soon
  Pass(5min);
  started_ += 500ms;  // and both clocks wander
  const auto again = starts(Read());
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].key, told[0].key);
}

TEST_F(PrinterReadTest, TellsAStartAlsoWhenNothingElseIsTold) {
  Read();
  Pass(5min);
  started_ = now_ - 1min;
  session_.FallSilent();
  const Told told = Read();
  EXPECT_EQ(told.seen, Seen::kUnreachable);
  ASSERT_EQ(told.answers.events.size(), 1U);
  EXPECT_EQ(told.answers.events[0].kind, "restarted");
}

// A clock that was set far ahead looks as if it had been up for too short a time.
TEST_F(PrinterReadTest, TellsNoStartWhereTheUptimeDidNotFall) {
  Read();
  now_ += 48h;
  started_ += 48h;
  Pass(5min);
  for (const PrinterEvent& event : Read().answers.events) EXPECT_NE(event.kind, "restarted");
}

TEST_F(PrinterReadTest, TakesNoTableThatWasCutShortForAnEmptyOne) {
  session_.table()[mib::kPrtAlertCriticalEvents + Oid{1}] = Count(1);
  session_.table()[mib::kPrtAlert + Oid{2, 1, 1}] = Count(3);
  const auto alerts = Read().answers.alerts;
  ASSERT_TRUE(alerts);
  EXPECT_EQ(alerts->size(), 1U);
  session_.CutShort(mib::kPrtAlert + Oid{2});
  EXPECT_FALSE(Read().answers.alerts) << "the alert may still be active";
}

// The bits say of no alert of the table whether it has passed.
TEST_F(PrinterReadTest, TellsNoErrorBitsWhereATableMayBeThatWasCutShort) {
  session_.table()[mib::kHrPrinterErrorState + Oid{1}] = Value::Octets("\x04");
  const auto told = Read().answers;
  ASSERT_TRUE(told.alerts);
  ASSERT_EQ(told.alerts->size(), 1U);
  EXPECT_EQ(told.alerts->at(0).key, "jammed");
  EXPECT_EQ(told.alerts_since, std::nullopt) << "a bit has no number that would come again";
  for (const Oid& column :
       {mib::kPrtAlert + Oid{2}, mib::kPrtAlert + Oid{9}, mib::kPrtAlertCriticalEvents}) {
    session_.CutShort(column);
    EXPECT_FALSE(Read().answers.alerts) << column.ToText();
  }
  session_.CutShort({});
  EXPECT_TRUE(Read().answers.alerts);
  session_.table().erase(mib::kHrPrinterErrorState + Oid{1});
  EXPECT_FALSE(Read().answers.alerts) << "who answers neither makes no statement";
}

TEST_F(PrinterReadTest, ATableTakesTheErrorBitsPlaceWithinARead) {
  session_.table()[mib::kHrPrinterErrorState + Oid{1}] = Value::Octets("\x04");
  session_.table()[mib::kPrtAlert + Oid{2, 1, 9}] = Count(3);
  const auto told = Read().answers;
  ASSERT_EQ(told.alerts->size(), 1U);
  EXPECT_EQ(told.alerts->at(0).key, "9");
  EXPECT_EQ(told.alerts_since, started_);
}

TEST_F(PrinterReadTest, TakesNoMarkerForTheOnlyOneWhenTheColumnWasCutShort) {
  session_.table()[mib::kPrtMarkerLifeCount + Oid{1, 2}] = Count(4);
  EXPECT_EQ(Read().answers.meters.size(), 2U);
  session_.table().erase(mib::kPrtMarkerLifeCount + Oid{1, 1});
  EXPECT_EQ(Read().answers.meters.size(), 1U);
  Told told;
  SnmpTable table{{mib::kPrtMarkerLifeCount + Oid{1, 2}, Count(4)}};
  session_.CutShort(mib::kPrtMarkerLifeCount);
  Probed probed{.seen = SnmpSeen::kAnswered, .table = table, .at = now_};
  ReadProbed(session_, BuiltInProfiles(), {.address = "10.0.0.7"}, probed, {}, {},
             [&](Told answer, const PrinterKnowledge&) { told = std::move(answer); });
  EXPECT_TRUE(told.answers.meters.empty());
}

TEST_F(PrinterReadTest, AsksAgainForWhatWasCutShortWhenItExplored) {
  session_.table()[mib::kHpLifetimeInk + Oid{1, 1, 0}] = Count(5000);
  session_.CutShort(mib::kHpLifetimeInk);
  EXPECT_EQ(Read().answers.meters.size(), 1U);
  session_.CutShort({});
  EXPECT_EQ(Read().answers.meters.size(), 2U) << "and not in a week";
}

TEST_F(PrinterReadTest, TriesGetbulkAgainAfterAWeek) {
  Read();
  known_.bulk = SnmpBulk::kFailed;
  Pass(kExploreAgain - 1min);
  Read();
  EXPECT_EQ(known_.bulk, SnmpBulk::kFailed);
  Pass(1min);
  Read();
  EXPECT_EQ(known_.bulk, SnmpBulk::kNotTried);
}

TEST_F(PrinterReadTest, DoesNotTrustGetbulkOfAnotherPrinterOrOtherFirmware) {
  Read();
  known_.bulk = SnmpBulk::kWorked;
  Read();
  EXPECT_EQ(known_.bulk, SnmpBulk::kWorked);
  Read("2");
  EXPECT_EQ(known_.bulk, SnmpBulk::kNotTried);
}

// Behind the states of jobs stand their owners.
TEST_F(PrinterReadTest, WalksTheStatesOfJobsByGetnext) {
  session_.table()[mib::kJmJobState + Oid{1, 7}] = Count(9);
  Read();
  bulk_values_ = 64;
  known_.bulk = SnmpBulk::kWorked;
  EXPECT_EQ(Read().answers.jobs.size(), 1U);
  EXPECT_TRUE(session_.in_bulk().contains(mib::kPrtMarkerLifeCount));
  for (const Oid& column : JobStateColumns()) {
    EXPECT_FALSE(session_.in_bulk().contains(column)) << column.ToText();
  }
}

TEST_F(PrinterReadTest, IsReadAlsoWhereItDropsTheFurtherRowsOfAJob) {
  session_.table()[mib::kJmJobState + Oid{1, 7}] = Count(9);
  session_.table()[mib::kJmAttributeOctets + Oid{1, 7, 173, 1}] = Value::Octets("cyan");
  session_.Drop(mib::kJmAttributeOctets + Oid{1, 7, 173, 2});
  const Told told = Read();
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_EQ(told.answers.meters.size(), 1U);
  ASSERT_EQ(told.answers.jobs.size(), 1U);
  EXPECT_EQ(told.answers.jobs[0].traits,
            (std::vector<Trait>{{.trait = "colorant-consumed", .value = "cyan"}}));
}

// A printer that has an alert, a job at its end and an error in its log, and was read.
class PrinterWatchTest : public PrinterReadTest {
 protected:
  PrinterWatchTest() {
    session_.table()[mib::kHrDeviceStatus + Oid{1}] = Count(2);
    session_.table()[mib::kHrPrinterStatus + Oid{1}] = Count(3);
    session_.table()[mib::kHrPrinterErrorState + Oid{1}] = Value::Octets(std::string(1, '\0'));
    session_.table()[mib::kPrtAlertCriticalEvents + Oid{1}] = Count(0);
    Raise(7, 4);
    session_.table()[mib::kJmJobState + Oid{1, 7}] = Count(9);
    Read();
    Pass(1min);
  }

  void Raise(std::uint32_t alert, std::int64_t severity) {
    session_.table()[mib::kPrtAlert + Oid{2, 1, alert}] = Count(severity);
    session_.table()[mib::kPrtAlert + Oid{7, 1, alert}] = Count(8);
  }
  void Clear(std::uint32_t alert) {
    session_.table().erase(mib::kPrtAlert + Oid{2, 1, alert});
    session_.table().erase(mib::kPrtAlert + Oid{7, 1, alert});
  }
  bool WasReadInFull() const { return Asked(mib::kPrtMarkerLifeCount) > 0; }
  // Watched once more, nothing is left to tell.
  void ExpectQuiet() {
    Pass(1min);
    EXPECT_FALSE(Watch().answers.alerts);
    EXPECT_FALSE(WasReadInFull());
  }
};

TEST_F(PrinterWatchTest, TellsWhatItKnowsWhileNothingHappens) {
  const Told told = Watch();
  EXPECT_FALSE(WasReadInFull());
  EXPECT_EQ(session_.asked(),
            (std::vector<Oid>{mib::kPrtAlert + Oid{2}, mib::kPrtAlert + Oid{7}, mib::kJmJobState}));
  EXPECT_EQ(told.seen, Seen::kAnswered);
  EXPECT_EQ(told.at, now_);
  EXPECT_EQ(told.answers.state, "idle");
  EXPECT_EQ(told.answers.uptime->value.text(), "366000");
  EXPECT_FALSE(told.answers.alerts) << "they are known";
  ASSERT_EQ(told.answers.jobs.size(), 1U);
  EXPECT_EQ(told.answers.jobs[0].seen_at, now_);
  EXPECT_TRUE(told.answers.tells_jobs);
  ASSERT_EQ(told.answers.events.size(), 1U);
  EXPECT_EQ(told.answers.events[0].at, now_);
  ExpectQuiet();
}

TEST_F(PrinterWatchTest, TellsAnAlertThatCameAndOneThatWent) {
  Raise(8, 3);
  const auto came = Watch().answers.alerts;
  ASSERT_TRUE(came);
  EXPECT_EQ(came->size(), 2U);
  ExpectQuiet();
  Clear(7);
  const auto went = Watch().answers.alerts;
  ASSERT_TRUE(went);
  ASSERT_EQ(went->size(), 1U);
  EXPECT_EQ(went->at(0).key, "8");
  ExpectQuiet();
  Clear(8);
  EXPECT_EQ(Watch().answers.alerts, std::vector<Alert>());
  ExpectQuiet();
}

// It was told by a reading, so what a watch knew before that counts no more.
TEST_F(PrinterWatchTest, TellsAnAlertThatWentSinceTheReadingThatToldIt) {
  Raise(8, 3);
  EXPECT_EQ(Read().answers.alerts->size(), 2U);
  Clear(8);
  const auto went = Watch().answers.alerts;
  ASSERT_TRUE(went);
  EXPECT_EQ(went->size(), 1U);
}

TEST_F(PrinterWatchTest, SaysNothingOfAlertsOfATableThatHasGone) {
  Clear(7);
  session_.table().erase(mib::kPrtAlertCriticalEvents + Oid{1});
  EXPECT_FALSE(Watch().answers.alerts) << "its bits would clear what the table told";
}

TEST_F(PrinterWatchTest, TellsErrorBitsOfAnAgentWithoutATable) {
  Clear(7);
  session_.table().erase(mib::kPrtAlertCriticalEvents + Oid{1});
  known_ = {};
  EXPECT_EQ(Read().answers.alerts, std::vector<Alert>());
  ExpectQuiet();
  session_.table()[mib::kHrPrinterErrorState + Oid{1}] = Value::Octets("\x04");
  const auto jammed = Watch().answers.alerts;
  ASSERT_TRUE(jammed);
  EXPECT_EQ(jammed->size(), 1U);
  ExpectQuiet();
  session_.table()[mib::kHrPrinterErrorState + Oid{1}] = Value::Octets(std::string(1, '\0'));
  EXPECT_EQ(Watch().answers.alerts, std::vector<Alert>());
}

TEST_F(PrinterWatchTest, TellsAStart) {
  started_ = now_ - 10s;
  const Told told = Watch();
  EXPECT_TRUE(WasReadInFull());
  EXPECT_TRUE(told.answers.alerts);
  EXPECT_EQ(std::ranges::count(told.answers.events, "restarted", &PrinterEvent::kind), 1);
  ExpectQuiet();
}

TEST_F(PrinterWatchTest, TellsANewErrorOfALogThatHadOneAndOfOneThatHadNone) {
  const auto tells = [](const Told& told, std::string_view key) {
    return std::ranges::count(told.answers.events, key, &PrinterEvent::key) == 1;
  };
  LogError(2, 1437049400, 610011);
  EXPECT_EQ(Watch().answers.events.size(), 2U);
  ExpectQuiet();
  EXPECT_TRUE(tells(Watch(), "1437049400/610011")) << "a disk may have been full";
  session_.table().EraseBelow(mib::kHpErrorLog);
  EXPECT_FALSE(WasReadInFull());
  Watch();
  EXPECT_TRUE(WasReadInFull());
  ExpectQuiet();
  LogError(1, 1437049500, 610012);
  EXPECT_TRUE(tells(Watch(), "1437049500/610012"));
  ExpectQuiet();
  LogError(1, 1437049600, 610012);  // a full log moves down
  EXPECT_TRUE(tells(Watch(), "1437049600/610012"));
  ExpectQuiet();
  Pass(24h);
  EXPECT_EQ(Watch().answers.events.size(), 1U) << "what stands at its end";
}

TEST_F(PrinterWatchTest, ReadsAJobUntilItIsAtItsEnd) {
  session_.table()[mib::kJmJobState + Oid{1, 8}] = Count(5);
  EXPECT_EQ(Watch().answers.jobs.size(), 2U);
  for (int pages = 1; pages <= 2; ++pages) {
    session_.table()[mib::kJmAttributeNumber + Oid{1, 8, 131, 1}] = Count(pages);
    const auto jobs = Watch().answers.jobs;
    const auto job = std::ranges::find(jobs, "printing", &JobRecord::status);
    ASSERT_NE(job, jobs.end());
    EXPECT_EQ(job->printed_pages, pages) << "though its state is as it was";
  }
  session_.table()[mib::kJmJobState + Oid{1, 8}] = Count(9);
  EXPECT_EQ(std::ranges::count(Watch().answers.jobs, "printed", &JobRecord::status), 2);
  ExpectQuiet();
}

TEST_F(PrinterWatchTest, ReadsInFullWhatIsNotClear) {
  session_.table()[mib::kHrPrinterStatus + Oid{1}] = Count(4);
  EXPECT_EQ(Watch().answers.state, "printing");
  EXPECT_TRUE(WasReadInFull()) << "it is another way now";
  session_.CutShort(mib::kPrtAlert + Oid{7});
  EXPECT_FALSE(Watch().answers.alerts) << "the table did not come whole";
  EXPECT_TRUE(WasReadInFull());
  session_.CutShort({});
  EXPECT_TRUE(Watch().answers.alerts) << "so it was not told";
  EXPECT_TRUE(WasReadInFull());
  ExpectQuiet();
  Watch(SnmpVersion::k1);
  EXPECT_TRUE(WasReadInFull());
  known_.look = {};
  Watch();
  EXPECT_TRUE(WasReadInFull()) << "another process told what it knew";
  Pass(kExploreAgain);
  Watch();
  EXPECT_TRUE(WasReadInFull());
  ExpectQuiet();
}

TEST_F(PrinterWatchTest, WhatWasNotToldIsStillNews) {
  const PrinterKnowledge before = known_;
  Raise(8, 3);
  session_.FallSilent();
  EXPECT_EQ(Watch().seen, Seen::kUnreachable);
  EXPECT_FALSE(WasReadInFull()) << "it would be waited for twice";
  EXPECT_EQ(known_.look, before.look);
}

}  // namespace
}  // namespace plotmeter
