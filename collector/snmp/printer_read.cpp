#include "collector/snmp/printer_read.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "collector/snmp/date_and_time.h"
#include "collector/snmp/mib.h"
#include "collector/snmp/printer_mib.h"
#include "collector/snmp/text.h"
#include "collector/snmp/watch_look.h"

namespace plotmeter {
namespace {

// From one read to the next, with the network's delay.
constexpr std::chrono::minutes kClocksDiffer{1};
constexpr std::chrono::hours kRecent{24};
constexpr std::size_t kFewMore = 8;  // rows than a watch saw before

std::vector<Oid> RowsBelow(const SnmpTable& table, const Oid& subtree) {
  std::vector<Oid> rows;
  for (const auto& [oid, value] : table.Below(subtree)) rows.push_back(oid);
  return rows;
}

// For how long the card has been up. TimeTicks have 32 bits, whatever came.
std::optional<std::chrono::milliseconds> UptimeOf(const Probed& probed) {
  const auto ticks = NumberAt(probed.table, mib::kSysUpTime);
  if (!ticks || *ticks <= 0 || *ticks > UINT32_MAX) return std::nullopt;
  return std::chrono::milliseconds(*ticks * 10);
}
constexpr std::chrono::milliseconds kUptimeWraps{(std::int64_t{UINT32_MAX} + 1) * 10};

// Whether it ran all the time since it was asked last. Not by when it would have started: that
// wanders with both clocks, and jumps when one is set.
bool RanOn(const PrinterKnowledge& known, Instant at, std::chrono::milliseconds uptime) {
  const auto since = at - known.uptime_at;
  const auto differs = [&](std::chrono::milliseconds up) {
    return std::chrono::abs(up - known.uptime - since) > kClocksDiffer;
  };
  if (uptime < known.uptime) return !differs(uptime + kUptimeWraps);  // after 497 days
  return uptime >= since || !differs(uptime);
}

// Shared by the callbacks that follow each other; the last one lets go of it.
class PrinterRead : public std::enable_shared_from_this<PrinterRead> {
 public:
  PrinterRead(SnmpSession& session, const Profiles& profiles, SnmpPeer peer, Probed probed,
              PrinterKnowledge known, Curiosity curiosity,
              std::function<void(Told, PrinterKnowledge)> done, bool watches)
      : session_(session),
        profiles_(profiles),
        peer_(std::move(peer)),
        probed_(std::move(probed)),
        known_(std::move(known)),
        curiosity_(curiosity),
        done_(std::move(done)),
        watches_(watches) {
    bulk_peer_ = peer_;
    bulk_peer_.objects_at_once = kManyObjects;
    peer_.bulk_values = 0;
  }

  void Start() {
    const Fingerprint& printer = probed_.fingerprint;
    const std::string whose =
        fmt::format("{} {} {}", printer.serial, printer.product, printer.firmware);
    if (known_.whose != whose) known_ = {.whose = whose};
    NoticeRestart();
    explores_ = !known_.explored_at || probed_.at < *known_.explored_at ||
                probed_.at - *known_.explored_at >= kExploreAgain;
    if (explores_) known_.bulk = SnmpBulk::kNotTried;
    MayBeAsItWas() ? Look() : ReadAll();
  }

 private:
  bool MayBeAsItWas() const {
    return watches_ && !explores_ && !known_.look.empty() && UptimeOf(probed_) &&
           probed_.credentials.version != SnmpVersion::k1;
  }

  void Look() {
    const auto compare = [self = shared_from_this()](SnmpResult result) {
      if (!HasTable(result.seen)) return void(self->Take(std::move(result)));
      SnmpTable now = self->probed_.table;
      now.Merge(std::move(result.table));
      const bool is_whole = result.seen == SnmpSeen::kAnswered && result.cut.empty();
      if (!is_whole || !IsAsItWas(now, self->known_)) return self->ReadAll();
      self->probed_.at = result.at;
      self->probed_.table = std::move(now);
      self->is_as_it_was_ = true;
      self->Tell();
    };
    // As many as there were and a few: more would bring what lies behind the columns.
    Walk(LookSubtrees(known_), compare, std::min(known_.look.size() + kFewMore, kMaxWalkRows));
  }

  void ReadAll() {
    Forget(mib::kHpErrorLog);  // its end, which is looked at again
    Walk(Subtrees(), [self = shared_from_this()](SnmpResult result) {
      const bool nothing = result.table.empty();
      if (!self->Take(std::move(result))) return;
      if (nothing) self->remarks_.push_back("no Printer-MIB answers");
      self->Learn();
      self->AskObjects();
    });
  }

  // By GETBULK, about so many values at once and no more than the peer's.
  void Walk(std::vector<Oid> subtrees, SnmpCallback done, std::size_t values = kMaxWalkRows) {
    const bool bulk = known_.bulk == SnmpBulk::kWorked;
    SnmpPeer peer = bulk ? bulk_peer_ : peer_;
    peer.bulk_values = std::min(peer.bulk_values, static_cast<int>(values));
    const auto is_of_jobs = [](const Oid& subtree) {
      return std::ranges::any_of(JobStateColumns(),
                                 [&](const Oid& column) { return column.Contains(subtree); });
    };
    std::vector<Oid> of_jobs;
    std::ranges::copy_if(subtrees, std::back_inserter(of_jobs), is_of_jobs);
    std::erase_if(subtrees, is_of_jobs);
    const auto walked = [self = shared_from_this(), of_jobs, done](SnmpResult result) {
      if (result.bulk == SnmpBulk::kFailed) self->known_.bulk = result.bulk;
      if (of_jobs.empty() || !HasTable(result.seen)) return done(std::move(result));
      self->WalkJobs(of_jobs, std::move(result), done);
    };
    session_.Walk(peer, std::move(subtrees), walked);
  }

  // By GETNEXT: behind the states of jobs stand their owners, and GETBULK would bring them.
  void WalkJobs(std::vector<Oid> columns, SnmpResult before, const SnmpCallback& done) {
    session_.Walk(peer_, std::move(columns),
                  [before = std::move(before), done](SnmpResult result) mutable {
                    if (!HasTable(result.seen)) return done(std::move(result));
                    result.table.Merge(std::move(before.table));
                    result.cut.insert(result.cut.end(), before.cut.begin(), before.cut.end());
                    if (!before.detail.empty()) result.detail = before.detail;
                    if (before.seen != SnmpSeen::kAnswered) result.seen = before.seen;
                    done(std::move(result));
                  });
  }

  // The numbers of jobs begin anew with a start, and who started may have been changed. It is told
  // only where the uptime fell: a clock that was set far ahead looks like a start too. Its key is
  // the start before, which is known to the millisecond also if this one is reckoned once more.
  void NoticeRestart() {
    const auto uptime = UptimeOf(probed_);
    if (!uptime) return;
    const auto before = known_.started_at;
    const bool ran_on = before && RanOn(known_, probed_.at, *uptime);
    const bool fell = *uptime < known_.uptime;
    known_.uptime = *uptime;
    known_.uptime_at = probed_.at;
    if (ran_on) return;
    known_.started_at = probed_.at - *uptime;
    known_.explored_at.reset();
    known_.jobs.clear();
    if (!before || !fell) return;
    starts_.push_back({.kind = "restarted",
                       .key = FormatInstant(*before),
                       .channel = ChannelKind::kSnmp,
                       .at = probed_.at,
                       .was = FormatInstant(*before),
                       .is = FormatInstant(*known_.started_at)});
    known_.recent.push_back(starts_.back());
  }

  std::vector<Oid> Subtrees() const {
    std::vector<Oid> subtrees = PrinterMibColumns();
    for (const Oid& subtree : OptionalSubtrees(probed_.fingerprint)) {
      if (!explores_ && !known_.offers.contains(subtree)) continue;
      if (subtree == mib::kHpErrorLog && !ReadsWholeLog()) {
        const auto end = ErrorLogEndSubtrees(known_.log);
        subtrees.insert(subtrees.end(), end.begin(), end.end());
        continue;
      }
      subtrees.push_back(subtree);
    }
    return subtrees;
  }

  void Learn() {
    if (!explores_) return;
    known_.explored_at = probed_.at;
    known_.offers.clear();
    for (const Oid& subtree : OptionalSubtrees(probed_.fingerprint)) {
      // The error log is empty as long as all is well.
      if (subtree == mib::kHpErrorLog || IsCut(subtree) || !probed_.table.Below(subtree).empty()) {
        known_.offers.insert(subtree);
      }
    }
    // Nothing is printed most of the time, and then the table of jobs is empty too.
    if (known_.offers.erase(mib::kJmActiveJobs) > 0) known_.offers.insert(mib::kJmJobState);
  }

  void AskObjects() {
    known_.objects = PrinterMibObjects(probed_.table, probed_.fingerprint);
    std::vector<Oid> objects = known_.objects;
    std::erase_if(objects, [this](const Oid& object) {
      return std::ranges::find(probed_.asked, object) != probed_.asked.end();
    });
    const std::vector<Oid> of_jobs = JobObjects(probed_.table, known_.jobs);
    objects.insert(objects.end(), of_jobs.begin(), of_jobs.end());
    if (curiosity_.printer_name) objects.push_back(mib::kSysName);
    if (curiosity_.location) objects.push_back(mib::kSysLocation);
    const bool bulk = known_.bulk == SnmpBulk::kWorked;
    const SnmpPeer& peer = bulk ? bulk_peer_ : peer_;
    session_.Get(peer, std::move(objects), [self = shared_from_this()](SnmpResult result) {
      if (self->Take(std::move(result))) self->AskMoreOfJobs();
    });
  }

  void AskMoreOfJobs() {
    std::vector<Oid> objects = MoreJobObjects(probed_.table, known_.jobs);
    // In v1 each that is not there costs a question.
    if (objects.empty() || probed_.credentials.version == SnmpVersion::k1) return AskErrorLog();
    const bool bulk = known_.bulk == SnmpBulk::kWorked;
    SnmpPeer peer = bulk ? bulk_peer_ : peer_;
    peer.retries = std::min(peer.retries, 1);
    session_.Get(peer, std::move(objects), [self = shared_from_this()](SnmpResult result) {
      // Without them the reading is worth as much.
      if (HasTable(result.seen) && !self->Take(std::move(result))) return;
      self->AskErrorLog();
    });
  }

  // Nobody knows yet where it ended.
  bool ReadsWholeLog() const { return explores_ || known_.log == ErrorLogEnd{}; }

  // The whole log again only when its end is another than it was.
  void AskErrorLog() {
    const ErrorLogEnd end = EndOfErrorLog(probed_.table);
    const bool is_whole = ReadsWholeLog();
    if (is_whole || end == known_.log) {
      known_.log = end;
      return is_whole ? AskClock() : TryBulk();
    }
    Walk({mib::kHpErrorLog}, [self = shared_from_this()](SnmpResult result) {
      self->Forget(mib::kHpErrorLog);  // its end may have moved on meanwhile
      if (!self->Take(std::move(result))) return;
      self->known_.log = EndOfErrorLog(self->probed_.table);
      self->AskClock();
    });
  }

  // Entries of the log are kept when they are seen first, so later reads need no offset. Without
  // one the reading is worth as much.
  void AskClock() {
    if (!TellsTimes(probed_.table)) return TryBulk();
    SnmpPeer peer = peer_;
    peer.retries = std::min(peer.retries, 1);
    session_.Get(peer, {mib::kHrSystemDate}, [self = shared_from_this()](SnmpResult result) {
      const auto said = OctetsAt(result.table, mib::kHrSystemDate);
      if (const auto its_time = DateAndTime(said.value_or(""))) {
        self->clock_offset_ms_ = ToMillis(result.at) - ToMillis(*its_time);
      }
      self->TryBulk();
    });
  }

  // Right is what says the same as GETNEXT did; a table that changed just now counts as wrong.
  void TryBulk() {
    if (known_.bulk != SnmpBulk::kNotTried || bulk_peer_.bulk_values == 0 ||
        probed_.credentials.version == SnmpVersion::k1) {
      return Tell();
    }
    Oid longest;
    std::vector<Oid> rows;
    for (const Oid& column : PrinterMibColumns()) {
      std::vector<Oid> here = RowsBelow(probed_.table, column);
      if (here.size() <= rows.size()) continue;
      longest = column;
      rows = std::move(here);
    }
    if (rows.empty()) return Tell();
    SnmpPeer peer = bulk_peer_;
    peer.retries = std::min(peer.retries, 1);
    session_.Walk(peer, {longest}, [self = shared_from_this(), longest, rows](SnmpResult result) {
      const bool same = RowsBelow(result.table, longest) == rows;
      if (result.bulk != SnmpBulk::kNotTried) {
        self->known_.bulk = same ? result.bulk : SnmpBulk::kFailed;
      }
      self->Tell();
    });
  }

  // True if something of it, or that it is a part of, was cut short.
  bool IsCut(const Oid& subtree) const {
    return std::ranges::any_of(
        cut_, [&](const Oid& cut) { return subtree.Contains(cut) || cut.Contains(subtree); });
  }

  void Forget(const Oid& subtree) { probed_.table.EraseBelow(subtree); }

  bool Take(SnmpResult result) {
    if (!HasTable(result.seen)) {
      done_({.seen = result.seen == SnmpSeen::kMalformed ? Seen::kUnreadable : Seen::kUnreachable,
             .detail = std::move(result.detail),
             .answers = {.events = std::move(starts_)}},
            std::move(known_));
      return false;
    }
    if (!result.detail.empty()) remarks_.push_back(result.detail);
    if (!result.table.empty()) probed_.at = result.at;
    probed_.table.Merge(std::move(result.table));
    cut_.insert(cut_.end(), result.cut.begin(), result.cut.end());
    // One marker of several would be taken for the only one.
    if (IsCut(mib::kPrtMarkerLifeCount)) Forget(mib::kPrtMarkerLifeCount);
    return true;
  }

  void Tell() {
    Told told{.seen = Seen::kAnswered, .at = probed_.at};
    told.answers = ReadPrinterMib(probed_.table, probed_.fingerprint, profiles_);
    if (curiosity_.printer_name) told.answers.name = TextAt(mib::kSysName);
    if (curiosity_.location) told.answers.location = TextAt(mib::kSysLocation);
    for (PrinterEvent& event : told.answers.events) {
      event.at = told.at;
      if (event.printer_time) event.clock_offset_ms = clock_offset_ms_;
    }
    std::ranges::move(starts_, std::back_inserter(told.answers.events));
    TellRecent(told.answers.events);
    const bool has_table = HasAlertTable(probed_.table);
    if (has_table) told.answers.alerts_since = known_.started_at;
    // One that is not there may be active; and who did not show the table may have one all the same,
    // whose alerts the error bits would clear.
    known_.shows_alerts |= has_table;
    if (IsCut(mib::kPrtAlert) ||
        (!has_table && (known_.shows_alerts || IsCut(mib::kPrtAlertCriticalEvents)))) {
      told.answers.alerts.reset();
    }
    if (is_as_it_was_) {
      told.answers.alerts.reset();  // and of the table no more was asked for than which there are
    } else {
      known_.look = cut_.empty() ? LookOf(probed_.table) : SnmpTable();
    }
    told.answers.jobs = Jobs();
    told.answers.tells_jobs = !told.answers.jobs.empty();
    told.answers.remarks.insert(told.answers.remarks.end(), remarks_.begin(), remarks_.end());
    done_(std::move(told), std::move(known_));
  }

  void TellRecent(std::vector<PrinterEvent>& events) {
    std::erase_if(known_.recent, [&](const PrinterEvent& event) {
      return probed_.at < event.at || probed_.at - event.at >= kRecent;
    });
    const auto is_in = [](const std::vector<PrinterEvent>& list, const PrinterEvent& event) {
      return std::ranges::any_of(list, [&](const PrinterEvent& one) {
        return one.kind == event.kind && one.key == event.key;
      });
    };
    for (const PrinterEvent& event : events) {
      // The entries of a log that is read for the first time are told at each exploration.
      const bool is_news = !explores_ || event.kind == "restarted";
      if (is_news && !is_in(known_.recent, event)) known_.recent.push_back(event);
    }
    for (const PrinterEvent& event : known_.recent) {
      if (!is_in(events, event)) events.push_back(event);
    }
  }

  std::optional<std::string> TextAt(const Oid& object) const {
    const auto octets = OctetsAt(probed_.table, object);
    return octets ? std::optional(DecodeText(*octets).utf8) : std::nullopt;
  }

  std::vector<JobRecord> Jobs() {
    SnmpJobs read = ReadSnmpJobs(probed_.table, known_.jobs, known_.started_at);
    known_.jobs = std::move(read.finished);
    for (JobRecord& job : read.jobs) job.seen_at = probed_.at;
    return std::move(read.jobs);
  }

  SnmpSession& session_;
  const Profiles& profiles_;
  SnmpPeer peer_;
  Probed probed_;
  SnmpPeer bulk_peer_ = {};  // the same, asked by GETBULK
  PrinterKnowledge known_;
  const Curiosity curiosity_;
  std::function<void(Told, PrinterKnowledge)> done_;
  const bool watches_;
  bool explores_ = true;
  bool is_as_it_was_ = false;
  std::vector<Oid> cut_ = {};
  std::vector<std::string> remarks_ = {};
  std::vector<PrinterEvent> starts_ = {};
  std::optional<std::int64_t> clock_offset_ms_ = {};  // of the printer's clock, if it was asked
};

}  // namespace

void ReadProbed(SnmpSession& session, const Profiles& profiles, SnmpPeer peer, Probed probed,
                PrinterKnowledge known, Curiosity curiosity,
                std::function<void(Told, PrinterKnowledge)> done) {
  std::make_shared<PrinterRead>(session, profiles, std::move(peer), std::move(probed),
                                std::move(known), curiosity, std::move(done), false)
      ->Start();
}

void WatchProbed(SnmpSession& session, const Profiles& profiles, SnmpPeer peer, Probed probed,
                 PrinterKnowledge known, Curiosity curiosity,
                 std::function<void(Told, PrinterKnowledge)> done) {
  std::make_shared<PrinterRead>(session, profiles, std::move(peer), std::move(probed),
                                std::move(known), curiosity, std::move(done), true)
      ->Start();
}

}  // namespace plotmeter
