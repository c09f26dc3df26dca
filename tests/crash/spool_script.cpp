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

// A folder that holds what the disk did, and the key that the spool masks with.
std::string Unpack(const CrashDisk::Contents& contents, const std::string& home) {
  const std::string folder = FreshDirectory("after_the_crash");
  fs::copy_file(home + "/masking.key", folder + "/masking.key");
  for (const auto& [path, bytes] : contents) {
    std::ofstream(folder + "/" + fs::path(path).filename().string(), std::ios::binary) << bytes;
  }
  return folder;
}

std::string JobNamed(std::uint64_t number) { return "job " + std::to_string(number % 7); }

}  // namespace

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
  const auto cut = [&](const std::optional<CutBatch>& batch) {
    if (batch) batches_[batch->batch] = {.cut = disk_->ops(), .message = batch->message};
  };
  switch (chance() % 12) {
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
    case 4: {
      const std::string id = JobNamed(chance());
      const std::string ink = std::to_string(next_ + 1);
      if (spool.Keep(Plotter(), JobOf(id, "printing", ink.c_str()))) {
        jobs_[id] = {disk_->ops(), jobs_[id].second + 1};
      }
      break;
    }
    case 5:
      spool.Alerts(Plotter(), ChannelKind::kPiws,
                   chance() % 2 == 0 ? std::vector<Alert>{{.key = "a", .code = "jam"}}
                                     : std::vector<Alert>{});
      break;
    case 6:
    case 7:
      cut(spool.Cut(signer(), {.readings = 1 + chance() % 8}));
      break;
    case 8:
    case 9:
      if (const auto batch = spool.Next()) {
        spool.Sending(batch->batch, batch->message.size());
        spool.Receipted(batch->batch, "receipt");
        batches_[batch->batch].receipted = disk_->ops();
      }
      break;
    case 10:
      if (const auto batch = spool.Next(); batch && batch->items > 1 && chance() % 2 == 0) {
        spool.CutAnew(batch->batch, "too large");
      } else if (chance() % 3 == 0) {
        spool.NewStream("fork");
        for (auto& [id, job] : jobs_) job.second = 0;  // goes on above, wherever that is
      }
      break;
    default:
      spool.Resend({1, 2, 3});
      spool.ForgetOld();
  }
}

Broken SpoolScript::Check(std::size_t op, CrashDisk::Loss loss, std::mt19937_64& chance) {
  Broken broken;
  const auto expect = [&](bool holds, const std::string& sentence) {
    if (!holds) broken.push_back(sentence);
  };
  const std::string folder = Unpack(disk_->After(op, loss, chance), home_);
  const SpoolSettings settings{.directory = folder};
  const PublicKey signed_by = key_.public_key();
  if (lies_) RescueSpool(settings, clock_, &signed_by);
  Spool spool(settings, clock_);
  {
    Database db(folder + "/spool.db", Database::Mode::kReadOnly);
    const std::string wrong = CheckWhole(db);
    if (lies_ && !wrong.empty()) spool.Rescue(wrong, &signed_by);
    if (!lies_) expect(wrong.empty(), "the file is damaged: " + wrong);
    Statement holes = db.Prepare(
        "SELECT stream FROM batch GROUP BY stream HAVING max(sequence) <>"
        " count(*)");
    if (!lies_) expect(!holes.Step(), "a sequence has holes");
  }
  std::map<int, int> seen;
  std::map<std::string, std::uint32_t> told;
  const auto see = [&](const CutBatch& batch) {
    const Batch opened = Opened(batch);
    for (const auto& row : opened.readings) {
      ++seen[static_cast<int>(row.reading.meters[0].value.value.digits())];
    }
    for (const auto& row : opened.jobs) {
      told[row.job.job] = std::max(told[row.job.job], row.job.revision);
    }
  };
  for (const auto& [id, promised] : batches_) {
    const auto entry = spool.Shown(id);
    if (!lies_ && promised.cut <= op) expect(entry.has_value(), "a batch that was cut is gone");
    if (!entry) continue;
    if (!entry->batch.message.empty()) {
      expect(entry->batch.message == promised.message, "a batch that was cut has changed");
    }
    const bool has_receipt = !entry->receipt.empty();
    if (!lies_ && promised.receipted > 0 && promised.receipted <= op) {
      expect(has_receipt, "a receipt is forgotten");
    }
  }
  for (const OutboxEntry& entry : spool.Outbox()) {
    if (entry.state != BatchState::kReceipted) continue;
    const auto kept = spool.Shown(entry.batch.batch);
    if (kept->batch.message.empty() && lies_) continue;  // what the portal has of it, it has
    see(kept->batch);
  }
  for (;;) {  // the portal takes all that is left
    auto batch = spool.Next();
    if (!batch) batch = spool.Cut(signer());
    if (!batch) break;
    see(*batch);
    spool.Receipted(batch->batch, "receipt");
  }
  lost_ = 0;
  for (const auto& [value, since] : kept_) {
    if (since <= op && !seen.contains(value)) ++lost_;
  }
  if (!lies_) expect(lost_ == 0, fmt::format("{} readings that were kept are gone", lost_));
  for (const auto& [value, times] : seen) {
    expect(times == 1 || lies_, fmt::format("reading {} is there {} times", value, times));
    expect(value < next_, fmt::format("nobody read {}", value));
  }
  for (const auto& [id, job] : jobs_) {
    if (lies_ || job.first > op) continue;
    expect(told[id] >= job.second,
           fmt::format("{} is told in revision {}, not {}", id, told[id], job.second));
  }
  fs::remove_all(folder);
  return broken;
}

}  // namespace plotmeter::crash
