// A quarter of a year in which everything happens that happens: clocks set back and forth by an
// hour and by a year, a day of sleep, a virtual machine that stood still, restarts, printers that
// sleep every night, die for a week or talk nonsense, a portal that is gone, busy, replaced by a
// hotel's sign-in page, and at last restored from a backup.
//
// In the end the portal has every reading and every job that the rules allow, none twice, none
// altered, none later than docs/operating.md says. What was there to be seen the simulator knows.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "collector/enrol/identity.h"
#include "collector/service.h"
#include "common/jose.h"
#include "common/json.h"
#include "tests/quarter/stand_ins.h"

namespace plotmeter {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Instant kBegin = *ParseInstant("2026-09-01T00:00:00Z");
constexpr days kQuarter{92};
constexpr hours kInterval{3};
constexpr minutes kRound{10};
constexpr minutes kHeartbeat{15};  // each costs five signatures; the default is 5
constexpr minutes kStep{1};        // the collector looks at the clock at least so often

struct Span {
  Instant from = {};
  Instant to = {};
};

// A quarter is a hundred thousand turns of the disk, and the disk is not what is tested: in memory,
// where there is such a folder and nobody said otherwise.
const bool in_memory =
    std::filesystem::is_directory("/dev/shm") && setenv("TEST_TMPDIR", "/dev/shm/", 0) == 0;

class QuarterTest : public testing::Test {
 protected:
  QuarterTest() : clocks_(kBegin), portal_(clocks_), channel_(clocks_, printers_) {
    std::filesystem::create_directories(directory_);
    arguments_.values = {
        {"state", {directory_}},   {"job-names", {"hashed"}}, {"interval", {"3h"}},
        {"job-interval", {"10m"}}, {"heartbeat", {"15m"}},    {"remote", {"schedule"}},
        {"port", {"161"}},         {"https-port", {"443"}},   {"http-port", {"0"}},
        {"timeout", {"2s"}},       {"community", {"public"}}, {"retries", {"0"}},
        {"rediscover", {"7d"}},
    };
    Spool spool({.directory = directory_}, clocks_);
    std::vector<const simulator::PrinterModel*> models;
    for (const simulator::PrinterModel& model : simulator::Models()) {
      const ModelProfile& profile = BuiltInProfiles().Of({.model = model.name});
      if (model.piws.present && !profile.Skips(ChannelKind::kPiws)) models.push_back(&model);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      const simulator::PrinterModel& model = *models[i % models.size()];
      QuarterPrinter one{.host = "127.70.0." + std::to_string(i + 1)};
      one.printer = std::make_unique<simulator::SimulatedPrinter>(
          model, simulator::JobSource{.seed = 11, .printer = i}, kBegin);
      spool.Know({.host = one.host, .identity = {.model = model.name}});
      printers_.push_back(std::move(one));
    }
    printers_[3].mad_every = 10;
    spans_.resize(printers_.size());

    const PrivateKey key = LoadOrMakeKey(directory_);
    const std::string keys = portal_.keys().Document(kBegin);
    SaveIdentity(directory_, {.portal_url = "https://portal.example",
                              .portal = portal_.keys().thumbprint(),
                              .collector = portal_.Enrol(JsonText(ToJwk(key.public_key())),
                                                         Thumbprint(key.public_key())),
                              .site = "main",
                              .keys_jws = keys,
                              .keys = *ReadKeys(keys, portal_.keys().thumbprint())});
  }

  bool IsBetween(Instant from, milliseconds span) const {
    return clocks_.truth >= from && clocks_.truth < from + span;
  }

  // Everything that happens at its minute. `day` is the beginning of day N of the quarter.
  void Happen() {
    const auto day = [](double n) {
      return kBegin + minutes(static_cast<std::int64_t>(n * 24 * 60));
    };
    const auto at = [&](Instant when) { return clocks_.truth == when; };
    const auto set = [&](Instant when, milliseconds by) {
      if (!at(when)) return;
      clocks_.wall_error += by;
      ++jumps_;
    };
    set(day(4.5), hours(1));  // summer time by hand, and back
    set(day(5.5), -hours(1));
    set(day(8), -hours(7));  // a wrong time server, put right
    set(day(8.25), hours(7));
    set(day(11), hours(24 * 365));
    set(day(11.5), -hours(24 * 365));
    set(day(14), -hours(24 * 365));
    set(day(14.5), hours(24 * 365));
    for (int i = 0; i < 12; ++i) set(day(16) + minutes(50 * i), i % 2 == 0 ? hours(2) : -hours(2));
    const milliseconds hour = clocks_.truth.time_since_epoch() % days(1);
    if (hour == hours(4)) {  // it is never quite right
      clocks_.wall_error +=
          clocks_.truth.time_since_epoch() / days(1) % 2 == 0 ? seconds(7) : -seconds(7);
    }

    printers_[1].mood = hour < hours(6) || hour >= hours(20) ? QuarterPrinter::Mood::kAsleep
                                                             : QuarterPrinter::Mood::kWell;
    printers_[2].mood =
        IsBetween(day(20), days(7)) || IsBetween(day(50), hours(13)) || clocks_.truth >= day(88)
            ? QuarterPrinter::Mood::kDead
            : QuarterPrinter::Mood::kWell;
    if (at(day(33.4))) printers_[0].printer->Reboot();

    portal_.mood = IsBetween(day(17), hours(6))    ? QuarterPortal::Mood::kUnreachable
                   : IsBetween(day(28), hours(2))  ? QuarterPortal::Mood::kBusy
                   : IsBetween(day(45), hours(12)) ? QuarterPortal::Mood::kNonsense
                                                   : QuarterPortal::Mood::kWell;
    if (at(day(55))) portal_.BackUp();
    if (at(day(57.5))) portal_.Restore();
    if (at(day(70))) {
      portal_.store().ProposeSettings(portal_.reseller(), collector(), R"({"interval":["2h"]})",
                                      clocks_.truth, kPortalItself);
    }
    if (at(day(77))) {
      portal_.store().ProposeSettings(portal_.reseller(), collector(), "{}", clocks_.truth,
                                      kPortalItself);
    }

    const auto minute = clocks_.truth.time_since_epoch() / minutes(1);
    if (minute % 4321 == 0) {
      printers_[0].alert = true;
      printers_[0].shows_new_alert = false;
      ++printers_[0].alerts;
    }
    if (minute % 4321 == 45) printers_[0].alert = false;

    for (const double restart : {11.3, 14.2, 14.7, 21.0, 30.0, 57.2, 60.0, 75.0}) {
      if (!at(day(restart))) continue;
      service_.reset();
      ++restarts_;
    }
  }

  // A day in which the machine does nothing. `knows`: its own clocks count it.
  void Pause(bool knows) {
    clocks_.truth += days(1);
    if (!knows) {
      clocks_.stood_still += days(1);
      clocks_.wall_error -= days(1);
    }
    ++jumps_;
  }

  void LiveOneMinute() {
    Happen();
    for (QuarterPrinter& one : printers_) one.printer->Advance(clocks_.truth);
    if (!service_) {
      service_ = std::make_unique<Service>(arguments_, clocks_, std::stop_token(),
                                           StandIns{.channels = {&channel_}, .portal = &portal_});
    }
    for (std::size_t i = 0; i < printers_.size(); ++i) {
      if (printers_[i].mood != QuarterPrinter::Mood::kWell) continue;
      if (spans_[i].empty() || spans_[i].back().to != clocks_.truth) {
        spans_[i].push_back({clocks_.truth, clocks_.truth});
      }
      spans_[i].back().to = clocks_.truth + kStep;
    }
    if (portal_.mood != QuarterPortal::Mood::kWell) portal_well_since_ = clocks_.truth + kStep;
    if (clocks_.truth >= portal_well_since_ + minutes(15)) {  // after that no back-off is longer
      if (portal_spans_.empty() || portal_spans_.back().to != clocks_.truth) {
        portal_spans_.push_back({clocks_.truth, clocks_.truth});
      }
      portal_spans_.back().to = clocks_.truth + kStep;
    }
    const milliseconds end = clocks_.truth.time_since_epoch() + kStep;
    while (clocks_.truth.time_since_epoch() < end) {
      const milliseconds wait = service_->Step();
      if (printers_[0].shows_new_alert) CheckAlert();
      if (wait.count() == 0) continue;
      clocks_.truth +=
          std::min(std::max(wait, milliseconds(10)), end - clocks_.truth.time_since_epoch());
    }
    if (clocks_.truth > portal_well_since_ + minutes(16) && end / minutes(1) % 5 == 0) {
      const Waiting waiting = service_->waiting();
      EXPECT_EQ(waiting.readings + waiting.batches, 0) << FormatInstant(clocks_.truth);
    }
  }

  // Sent within the very step that saw it: the clock has not moved.
  void CheckAlert() {
    printers_[0].shows_new_alert = false;
    if (portal_.mood != QuarterPortal::Mood::kWell) return;
    const Waiting waiting = service_->waiting();
    EXPECT_EQ(waiting.alerts + waiting.batches, 0)
        << "an alert waits at " << FormatInstant(clocks_.truth);
    ++alerts_checked_;
  }

  void LiveThroughIt() {
    const auto pause_at = kBegin + days(23);
    const auto stand_still_at = kBegin + days(25);
    while (clocks_.truth < kBegin + kQuarter) {
      if (clocks_.truth == pause_at) Pause(true);
      if (clocks_.truth == stand_still_at) {
        Pause(false);
        put_right_at_ = clocks_.truth + minutes(30);
      }
      if (clocks_.truth == put_right_at_) clocks_.wall_error += days(1);
      LiveOneMinute();
    }
  }

  std::string collector() { return portal_.store().Collectors(portal_.reseller()).at(0).id; }
  std::vector<PrinterRow> Rows() {
    return portal_.store().Printers(portal_.reseller(), {}, "", 100);
  }

  // Between two instants of `times` within each span in which a thing could have happened, and
  // between its ends and them, lies no more than `most`.
  static void ExpectNeverLongerThan(milliseconds most, const std::vector<Instant>& times,
                                    const std::vector<Span>& spans, const std::string& what) {
    milliseconds longest{0};
    Instant where = {};
    for (const Span& span : spans) {
      Instant last = span.from;
      const auto note = [&](Instant now) {
        if (now - last > longest) {
          longest = now - last;
          where = last;
        }
        last = now;
      };
      for (auto time = std::ranges::lower_bound(times, span.from);
           time != times.end() && *time < span.to; ++time) {
        note(*time);
      }
      note(span.to);
    }
    EXPECT_LE(longest, most) << what << " after " << FormatInstant(where);
    std::printf("%-44s at most %6.1f min apart\n", what.c_str(),
                static_cast<double>(longest.count()) / 60000);
  }

  // By their ids: while they were on the list with what they used, there was no time for two
  // rounds.
  std::set<std::string> JobsNobodyCouldSee() const {
    std::set<std::string> ids;
    for (std::size_t i = 0; i < printers_.size(); ++i) {
      for (Instant hour = kBegin; hour < kBegin + kQuarter; hour += hours(1)) {
        const Instant shown = hour + hours(1);
        const Instant gone = hour + hours(40);
        const bool could = std::ranges::any_of(spans_[i], [&](const Span& span) {
          return std::min(span.to, gone) - std::max(span.from, shown) >= 2 * kRound + 2 * kStep;
        });
        if (could) continue;
        const Json truth = printers_[i].printer->Truth(hour, shown);
        for (const Json& job : truth.at("jobs")) ids.insert(job.at("job").get<std::string>());
      }
    }
    return ids;
  }

  milliseconds Length(const std::vector<Span>& spans) const {
    milliseconds all{0};
    for (const Span& span : spans) all += span.to - span.from;
    return all;
  }

  std::string directory_ = Scratch() + "/quarter";
  Arguments arguments_;
  Clocks clocks_;
  QuarterPortal portal_;
  std::vector<QuarterPrinter> printers_;
  QuarterChannel channel_;
  std::unique_ptr<Service> service_;
  std::vector<std::vector<Span>> spans_;  // by printer: awake, and the collector too
  std::vector<Span> portal_spans_;        // the portal is well, and has been for a while
  Instant portal_well_since_ = kBegin;
  std::optional<Instant> put_right_at_;
  int jumps_ = 0;
  int restarts_ = 0;
  int alerts_checked_ = 0;
};

TEST_F(QuarterTest, LosesNothingDoublesNothingAndIsNeverLate) {
  std::printf("kept in %s\n", in_memory ? "memory" : "the folder for tests");
  LiveThroughIt();
  const Waiting waiting = service_->waiting();
  EXPECT_EQ(waiting.readings + waiting.batches + waiting.alerts + waiting.aside, 0);

  // Readings: exactly those that were told, with their values.
  std::map<std::string, std::string> stored;
  int points = 0;
  for (const PrinterRow& row : Rows()) {
    // By their own instants: in which order they stand is the ledger's business.
    Position after;
    for (bool more = true; more;) {
      const auto page =
          portal_.store().ListReadings(portal_.reseller(), "", row.id, "",
                                       {.from = Instant{}, .to = kBegin + days(3650)}, after, 1000);
      for (const ReadingRow& reading : page.rows) {
        ++points;
        stored[row.serial + " " + reading.meter + " " + reading.colorant + " " +
               FormatInstant(reading.at)] = reading.value;
      }
      more = page.next.has_value();
      after = page.next.value_or(Position{});
    }
  }
  EXPECT_EQ(stored.size(), channel_.readings.size());
  EXPECT_TRUE(stored == channel_.readings);
  EXPECT_EQ(points, static_cast<int>(stored.size()));

  // Jobs: every one that was on the list of a printer which could be asked for a round and a step.
  std::size_t expected = 0;
  std::size_t unseen = 0;
  const std::set<std::string> excused = JobsNobodyCouldSee();
  for (std::size_t i = 0; i < printers_.size(); ++i) {
    const QuarterPrinter& one = printers_[i];
    std::map<std::string, JobRow> got;
    for (const PrinterRow& row : Rows()) {
      if (row.serial != one.printer->serial()) continue;
      portal_.store().EachJob(portal_.reseller(), "", row.id, Instant{}, kBegin + days(3650), {},
                              [&](const JobRow& job) {
                                EXPECT_TRUE(got.emplace(job.job, job).second)
                                    << "twice " << job.job;
                                return true;
                              });
    }
    const Json truth = one.printer->Truth(kBegin, kBegin + kQuarter - hours(2));
    for (const Json& job : truth.at("jobs")) {
      if (job.at("type") != "print") continue;
      const std::string id = job.at("job").get<std::string>();
      if (job.at("vanished") == true && !got.contains(id)) continue;
      const auto found = got.find(id);
      if (found == got.end()) {
        ++unseen;
        EXPECT_TRUE(excused.contains(id)) << "lost " << id << " of printer " << i;
        continue;
      }
      ++expected;
      EXPECT_EQ(found->second.status, "printed") << id;
      EXPECT_EQ(found->second.area.value_or("?"), job.at("area").get<std::string>()) << id;
    }
  }
  std::printf("%d readings of meters, %zu jobs, %zu jobs nobody could see, %d batches twice\n",
              points, expected, unseen, portal_.repeated);
  EXPECT_GT(expected, 500U);
  // Never late, never too often.
  for (std::size_t i = 0; i < printers_.size(); ++i) {
    const QuarterPrinter& one = printers_[i];
    const std::string name = "printer " + std::to_string(i);
    const milliseconds mad = one.mad_every > 0 ? milliseconds(kRound) : milliseconds(0);
    ExpectNeverLongerThan(kRound + kStep, one.polled, spans_[i], name + ": rounds");
    ExpectNeverLongerThan(kInterval + kRound + mad + kStep, one.read, spans_[i],
                          name + ": readings");
    const auto most = static_cast<std::size_t>(Length(spans_[i]) / kInterval);
    EXPECT_LE(one.read.size(),
              most + most / 4 + static_cast<std::size_t>(jumps_ + restarts_) + spans_[i].size());
    EXPECT_LE(one.polled.size(), static_cast<std::size_t>(kQuarter / kRound) * 11 / 10 +
                                     static_cast<std::size_t>(jumps_ + restarts_));
    std::printf("%s: %zu readings, %zu rounds\n", name.c_str(), one.read.size(), one.polled.size());
  }
  EXPECT_GT(alerts_checked_, 20);
  std::printf(
      "%d critical alerts, each sent within the step that saw it; %zu heartbeats, %zu requests\n",
      alerts_checked_, portal_.heartbeats.size(), portal_.asked.size());
  ExpectNeverLongerThan(kHeartbeat + kStep, portal_.heartbeats, portal_spans_, "heartbeats");
  EXPECT_LE(portal_.heartbeats.size(), static_cast<std::size_t>(kQuarter / kHeartbeat) * 11 / 10);
  const std::vector<HeartbeatNote> notes = portal_.store().Heartbeats(portal_.reseller());
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].settings_outcome, "taken");
}

}  // namespace
}  // namespace plotmeter
