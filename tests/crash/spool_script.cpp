#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "collector/spool/soundness.h"
#include "collector/spool/spool_rescue.h"
#include "tests/collector/spool/spool_fixture.h"
#include "tests/crash/script.h"

namespace plotmeter::crash {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLogged = "error-log";
constexpr const char* kRefused = "refused";  // its contents stay in it, for people

// A folder that holds what the disk did, and the key that the spool masks with.
std::string Unpack(const CrashDisk::Contents& contents, const std::string& home) {
  const std::string folder = FreshDirectory("after_the_crash");
  for (const auto& [path, bytes] : contents) {
    const std::string name = fs::path(path).filename().string();
    std::ofstream(folder + "/" + name, std::ios::binary) << bytes;
    // The key is made once the spool is on the disk, not before.
    if (name == "spool.db" && !bytes.empty()) {
      fs::copy_file(home + "/masking.key", folder + "/masking.key");
    }
  }
  return folder;
}

void Expect(Broken& broken, bool holds, const std::string& sentence) {
  if (!holds) broken.push_back(sentence);
}

}  // namespace

struct SpoolScript::Told {
  struct JobTold {
    std::uint32_t revision = 0;
    PromisedJob job = {};
  };
  std::map<int, int> readings;  // how often
  std::map<std::string, std::vector<JobTold>> jobs;
  // The ends that were told; by key and beginning.
  std::map<std::pair<std::string, Instant>, std::set<Instant>> alerts;
  std::map<std::string, int> events;                       // how often
  std::set<std::pair<std::string, std::int64_t>> came;     // stream and sequence
  std::map<std::string, std::set<std::string>> named;      // stream: SHA-256 that will not come
  std::map<std::string, std::set<std::int64_t>> given_up;  // the same by sequence
  std::set<std::string> wrong;                             // what nobody ever said

  void Contents(const Batch& batch);
  void Place(const Batch& batch);
};

void SpoolScript::Told::Contents(const Batch& batch) {
  for (const BatchReading& row : batch.readings) {
    ++readings[static_cast<int>(row.reading.meters[0].value.value.digits())];
  }
  for (const BatchJob& row : batch.jobs) {
    const std::string ink = row.job.ink.empty() ? "" : row.job.ink[0].amount.value.text();
    jobs[row.job.job].push_back({row.job.revision, {.status = row.job.status, .ink = ink}});
  }
  for (const BatchAlert& row : batch.alerts) {
    auto& ends = alerts[{row.alert.key, row.since}];
    if (row.cleared_at) ends.insert(*row.cleared_at);
    if (row.alert.code != "code of " + row.alert.key) wrong.insert("alert " + row.alert.key);
  }
  for (const BatchEvent& row : batch.events) {
    if (row.event.kind != kLogged) continue;  // that the spool was damaged is one, too
    ++events[row.event.key];
    if (row.event.code != "code of " + row.event.key) wrong.insert("event " + row.event.key);
  }
}

void SpoolScript::Told::Place(const Batch& batch) {
  came.emplace(batch.stream, batch.sequence);
  for (const Voided& gone : batch.voided) given_up[batch.stream].insert(gone.sequence);
}

SpoolScript::SpoolScript(std::uint64_t seed, int steps, double lies)
    : Script(seed), home_(FreshDirectory("crashing_spool")), lies_(lies > 0) {
  std::mt19937_64 chance(seed);
  disk_->lies = lies;
  CrashDisk::Mounted here(*disk_);
  auto spool = std::make_unique<Spool>(SpoolSettings{.directory = home_}, clock_);
  for (int step = 0; step < steps; ++step) {
    if (chance() % 20 == 0) {  // it ends in order, and starts again
      spool.reset();
      spool = std::make_unique<Spool>(SpoolSettings{.directory = home_}, clock_);
    }
    Step(*spool, chance);
  }
}

BatchSigner SpoolScript::signer() const {
  return {.portal = portal_, .collector = "col_7Q2M9K4T", .key = &key_};
}

void SpoolScript::Step(Spool& spool, std::mt19937_64& chance) {
  clock_.Advance(std::chrono::minutes(1));
  switch (chance() % 16) {
    case 0:
    case 1:
    case 2:
      spool.Keep(ReadingOf(next_, clock_.Now()));
      Promise(next_++);
      break;
    case 3: {  // several in a turn of the disk
      const int first = next_;
      const auto count = static_cast<int>(chance() % 6) + 1;
      spool.SyncLater();
      while (next_ < first + count) spool.Keep(ReadingOf(next_++, clock_.Now()));
      spool.Sync();
      for (int value = first; value < next_; ++value) Promise(value);
      break;
    }
    case 4:
    case 5:
      SayJob(spool, chance);
      break;
    case 6:
    case 7:
      SayAlerts(spool, chance);
      break;
    case 8:
      SayEvent(spool, chance);
      break;
    case 9:
    case 10:
      if (const auto batch = spool.Cut(signer(), {.readings = 1 + chance() % 8})) {
        batches_[batch->batch] = {.cut = disk_->ops(), .message = batch->message};
        did_["void"] += static_cast<int>(Opened(*batch).voided.size());
      }
      break;
    case 11:
    case 12:
      if (const auto batch = spool.Next()) {
        spool.Sending(batch->batch, batch->message.size());
        spool.Receipted(batch->batch, "receipt");
        batches_[batch->batch].receipted = disk_->ops();
      }
      break;
    case 13:
      PutAside(spool, chance);
      break;
    case 14:
      if (chance() % 4 == 0) {
        spool.NewStream("fork");
        ++did_["stream"];
      }
      break;
    default:
      spool.Resend({1, 2, 3});
      spool.ForgetOld();
  }
}

// It prints, uses more and more ink, and is printed; then another job has its turn.
void SpoolScript::SayJob(Spool& spool, std::mt19937_64& chance) {
  const std::string stem = "job " + std::to_string(chance() % 5);
  std::string id = stem;
  const auto is_printed = [&] {
    const auto known = jobs_.find(id);
    return known != jobs_.end() && known->second.back().status == "printed";
  };
  for (int number = 1; is_printed(); ++number) id = fmt::format("{}, the {}th", stem, number);
  const PromisedJob said{.status = chance() % 3 == 0 ? "printed" : "printing",
                         .ink = std::to_string(disk_->ops() + 1)};
  spool.Keep(Plotter(), JobOf(id, said.status, said.ink.c_str()));
  jobs_[id].push_back({disk_->ops(), said.status, said.ink});
  ++did_["job"];
}

// The printer shows some of three alerts; what it showed before and does not now has ended.
void SpoolScript::SayAlerts(Spool& spool, std::mt19937_64& chance) {
  std::vector<Alert> active;
  for (const char* key : {"a", "b", "c"}) {
    if (chance() % 2 == 0) active.push_back({.key = key, .code = std::string("code of ") + key});
  }
  spool.Alerts(Plotter(), ChannelKind::kPiws, active);
  for (PromisedAlert& alert : alerts_) {
    const bool stands = std::erase_if(active, [&](const Alert& shown) {
                          return shown.key == alert.key && alert.cleared == 0;
                        }) > 0;
    if (stands || alert.cleared > 0) continue;
    alert.cleared_at = clock_.Now();
    alert.cleared = disk_->ops();
    ++did_["alert ended"];
  }
  for (const Alert& alert : active) {
    alerts_.push_back({.key = alert.key, .at = clock_.Now(), .since = disk_->ops()});
    ++did_["alert"];
  }
}

// Often one that it has said before, since logs are read again.
void SpoolScript::SayEvent(Spool& spool, std::mt19937_64& chance) {
  const std::string key = fmt::format("event {}", chance() % 12);
  spool.Keep(Plotter(), PrinterEvent{.kind = kLogged,
                                     .key = key,
                                     .channel = ChannelKind::kPiws,
                                     .at = clock_.Now(),
                                     .code = "code of " + key});
  if (events_.emplace(key, disk_->ops()).second) ++did_["event"];
}

void SpoolScript::PutAside(Spool& spool, std::mt19937_64& chance) {
  const auto batch = spool.Next();
  if (!batch) return;
  if (batch->items > 1 && chance() % 2 == 0) {
    spool.CutAnew(batch->batch, "too large");
    ++did_["cut anew"];
  } else if (chance() % 2 == 0) {
    spool.SetAside(batch->batch, kRefused);
    ++did_["set aside"];
  } else {
    return;
  }
  batches_[batch->batch].aside = disk_->ops();
}

Broken SpoolScript::Check(std::size_t op, const CrashDisk::Contents& left) {
  Broken broken;
  const std::string folder = Unpack(left, home_);
  const SpoolSettings settings{.directory = folder};
  const PublicKey signed_by = key_.public_key();
  // As every run begins. Only while the spool was being made may there be something to save.
  const bool is_used = std::ranges::any_of(kept_, [op](const auto& of) { return of.second <= op; });
  const bool is_rescued = RescueSpool(settings, clock_, &signed_by).has_value();
  if (!lies_) Expect(broken, !is_rescued || !is_used, "the spool had to be saved");
  Spool spool(settings, clock_);
  {
    Database db(folder + "/spool.db", Database::Mode::kReadOnly);
    const std::string wrong = CheckWhole(db);
    if (lies_ && !wrong.empty()) spool.Rescue(wrong, &signed_by);
    if (!lies_) Expect(broken, wrong.empty(), "the file is damaged: " + wrong);
    Statement holes = db.Prepare(
        "SELECT stream FROM batch GROUP BY stream HAVING max(sequence) <>"
        " count(*)");
    if (!lies_) Expect(broken, !holes.Step(), "a sequence has holes");
  }
  CheckBatches(spool, op, broken);
  Told told;
  TellAll(spool, told);
  CheckReadings(told, op, broken);
  CheckJobs(told, op, broken);
  CheckAlerts(told, op, broken);
  CheckEvents(told, op, broken);
  if (!lies_) CheckVoids(spool, told, broken);
  for (const std::string& what : told.wrong) broken.push_back(what + " is not what was said");
  fs::remove_all(folder);
  return broken;
}

void SpoolScript::CheckBatches(Spool& spool, std::size_t op, Broken& broken) const {
  for (const auto& [id, promised] : batches_) {
    const auto entry = spool.Shown(id);
    if (!lies_ && promised.cut <= op) {
      Expect(broken, entry.has_value(), "a batch that was cut is gone");
    }
    if (!entry) continue;
    if (!entry->batch.message.empty()) {
      Expect(broken, entry->batch.message == promised.message, "a batch that was cut has changed");
    }
    if (lies_) continue;
    if (promised.receipted > 0 && promised.receipted <= op) {
      Expect(broken, !entry->receipt.empty(), "a receipt is forgotten");
    }
    if (promised.aside > 0 && promised.aside <= op) {
      Expect(broken, entry->state == BatchState::kAside, "a batch that was set aside is not");
    }
  }
}

// What has its receipt; what was refused, which a person can still read; and all that is left. What
// a portal would then miss, it asks for, as it does with a receipt or a heartbeat.
void SpoolScript::TellAll(Spool& spool, Told& told) const {
  for (const OutboxEntry& entry : spool.Outbox()) {
    const auto kept = spool.Shown(entry.batch.batch);
    if (kept->batch.message.empty() && lies_) continue;  // what the portal has of it, it has
    const bool is_here = entry.state == BatchState::kReceipted;
    const bool is_aside = entry.state == BatchState::kAside;
    if (!is_here && !is_aside) continue;
    const Batch batch = Opened(kept->batch);
    if (is_here || entry.reason == kRefused) told.Contents(batch);
    if (is_here) told.Place(batch);
    for (const Voided& gone : batch.voided) told.named[batch.stream].insert(gone.sha256);
  }
  spool.Keep(ReadingOf(next_, clock_.Now()));  // so that there is something to cut
  const auto send = [&] {
    for (;;) {
      auto batch = spool.Next();
      if (!batch) batch = spool.Cut(signer());
      if (!batch) break;
      const Batch said = Opened(*batch);
      told.Contents(said);
      told.Place(said);
      for (const Voided& gone : said.voided) told.named[said.stream].insert(gone.sha256);
      spool.Receipted(batch->batch, "receipt");
    }
  };
  send();
  const StreamEnd end = spool.stream_end();
  std::vector<std::int64_t> missing;
  for (std::int64_t sequence = 1; sequence <= end.sequence; ++sequence) {
    if (told.came.contains({end.stream, sequence})) continue;
    if (!told.given_up[end.stream].contains(sequence)) missing.push_back(sequence);
  }
  if (missing.empty()) return;
  spool.Resend(missing);
  spool.Keep(ReadingOf(next_ + 1, clock_.Now()));
  send();
}

void SpoolScript::CheckReadings(const Told& told, std::size_t op, Broken& broken) {
  lost_ = 0;
  for (const auto& [value, since] : kept_) {
    if (since <= op && !told.readings.contains(value)) ++lost_;
  }
  if (!lies_) Expect(broken, lost_ == 0, fmt::format("{} readings that were kept are gone", lost_));
  for (const auto& [value, times] : told.readings) {
    Expect(broken, times == 1 || lies_, fmt::format("reading {} is there {} times", value, times));
    Expect(broken, value < next_ + 2, fmt::format("nobody read {}", value));
  }
}

// The highest revision is what was said last, or later than what is promised; a revision is one
// thing; and what was said later has the higher revision.
void SpoolScript::CheckJobs(const Told& told, std::size_t op, Broken& broken) const {
  for (const auto& [id, said] : jobs_) {
    const auto promised =
        std::ranges::count_if(said, [op](const PromisedJob& job) { return job.since <= op; });
    const auto heard = told.jobs.find(id);
    if (heard == told.jobs.end()) {
      Expect(broken, promised == 0 || lies_, id + " was kept and is not told");
      continue;
    }
    std::map<std::uint32_t, std::ptrdiff_t> places;  // of each revision among `said`, from 1
    for (const auto& [revision, job] : heard->second) {
      const std::ptrdiff_t place = std::ranges::find(said, job) - said.begin() + 1;
      Expect(broken, place <= std::ssize(said),
             fmt::format("{} was never {} with {}", id, job.status, job.ink));
      const auto [at, is_new] = places.emplace(revision, place);
      Expect(broken, is_new || at->second == place || lies_,
             fmt::format("revision {} of {} is two things", revision, id));
    }
    if (lies_) continue;
    Expect(broken, places.rbegin()->second >= promised,
           fmt::format("{} is told as it was said the {}th time, not the {}th", id,
                       places.rbegin()->second, promised));
    for (auto at = places.begin(); std::next(at) != places.end(); ++at) {
      Expect(
          broken, at->second <= std::next(at)->second,
          fmt::format("revision {} of {} is older than the one before", std::next(at)->first, id));
    }
  }
  for (const auto& [id, heard] : told.jobs) {
    Expect(broken, jobs_.contains(id), "nobody said anything of " + id);
  }
}

void SpoolScript::CheckAlerts(const Told& told, std::size_t op, Broken& broken) const {
  std::map<std::pair<std::string, Instant>, const PromisedAlert*> said;
  for (const PromisedAlert& alert : alerts_) {
    said[{alert.key, alert.at}] = &alert;
    if (alert.since > op || lies_) continue;
    const auto heard = told.alerts.find({alert.key, alert.at});
    if (heard == told.alerts.end()) {
      broken.push_back(fmt::format("alert {} is not told", alert.key));
    } else if (alert.cleared > 0 && alert.cleared <= op) {
      Expect(broken, heard->second.contains(*alert.cleared_at),
             fmt::format("the end of alert {} is not told", alert.key));
    }
  }
  for (const auto& [alert, ends] : told.alerts) {
    const auto known = said.find(alert);
    Expect(broken, known != said.end(), "nobody saw the alert " + alert.first);
    if (known == said.end() || lies_) continue;
    // Of one that had ended, and was forgotten when its batch was cut anew, a later end is told as
    // well; the portal takes the first.
    for (const Instant end : ends) {
      Expect(broken, known->second->cleared_at && end >= *known->second->cleared_at,
             fmt::format("alert {} did not end then", alert.first));
    }
  }
}

void SpoolScript::CheckEvents(const Told& told, std::size_t op, Broken& broken) const {
  for (const auto& [key, since] : events_) {
    if (since <= op && !lies_) Expect(broken, told.events.contains(key), key + " is not told");
  }
  for (const auto& [key, times] : told.events) {
    Expect(broken, events_.contains(key), key + " never happened");
    Expect(broken, times == 1 || lies_, fmt::format("{} is told {} times", key, times));
  }
}

// Every batch of the stream that is written now came, or was named by its hash.
void SpoolScript::CheckVoids(Spool& spool, const Told& told, Broken& broken) const {
  const StreamEnd end = spool.stream_end();
  const auto of = [&](const auto& map) {
    const auto found = map.find(end.stream);
    return found == map.end() ? typename std::decay_t<decltype(map)>::mapped_type{} : found->second;
  };
  const auto named = of(told.named);
  const auto given_up = of(told.given_up);
  for (const OutboxEntry& entry : spool.Outbox()) {
    if (entry.batch.stream != end.stream || entry.state != BatchState::kAside) continue;
    Expect(broken, named.contains(entry.batch.sha256), "no batch names one that will not come");
    Expect(broken, given_up.contains(entry.batch.sequence),
           "a portal asks for ever for a batch that will not come");
  }
  for (std::int64_t sequence = 1; sequence <= end.sequence; ++sequence) {
    Expect(broken, told.came.contains({end.stream, sequence}) || given_up.contains(sequence),
           fmt::format("batch {} neither came nor was given up", sequence));
  }
}

}  // namespace plotmeter::crash
