#include "collector/spool_watch.h"

#ifdef __linux__
#include <sys/resource.h>
#endif

#include "collector/spool/soundness.h"
#include "common/log.h"

namespace plotmeter {
namespace {

// Of the calling thread, which is what Linux means by process here.
void StandBack() {
#ifdef __linux__
  constexpr int kNice = 10;
  ::setpriority(PRIO_PROCESS, 0, kNice);
#endif
}

}  // namespace

SpoolWatch::~SpoolWatch() { Stop(); }

void SpoolWatch::Stop() {
  if (!thread_.joinable()) return;
  {
    std::unique_lock lock(mutex_);
    // Between two statements there is nothing to interrupt, so more than once.
    while (runs_) {
      if (db_ != nullptr) db_->Interrupt();
      changed_.wait_for(lock, std::chrono::milliseconds(10));
    }
  }
  thread_.join();
  found_.reset();
}

bool SpoolWatch::IsDue(const std::optional<Instant>& last, Instant now) {
  return !last || now - *last >= kEvery || *last - now >= kEvery;
}

void SpoolWatch::Begin() {
  {
    const std::lock_guard lock(mutex_);
    if (runs_ || found_) return;
    runs_ = true;
  }
  if (thread_.joinable()) thread_.join();
  thread_ = std::thread([this] { Check(); });
}

std::optional<std::string> SpoolWatch::Take() {
  const std::lock_guard lock(mutex_);
  if (runs_) return {};
  return std::exchange(found_, std::nullopt);
}

void SpoolWatch::Check() {
  StandBack();
  std::optional<std::string> found;
  try {
    if (IsHollow(path_)) throw SqliteError::Damage("its file is empty or gone");
    Database db(path_, Database::Mode::kReadOnly);
    {
      const std::lock_guard lock(mutex_);
      db_ = &db;
    }
    const auto leave = [this] {
      const std::lock_guard lock(mutex_);
      db_ = nullptr;
    };
    try {
      found = CheckWhole(db);
    } catch (...) {
      leave();
      throw;
    }
    leave();
  } catch (const SqliteError& error) {
    // Interrupted, or the disk is in trouble, which others notice: it is tried again.
    if (error.is_damage()) found = error.what();
  }
  const std::lock_guard lock(mutex_);
  found_ = std::move(found);
  runs_ = false;
  changed_.notify_all();
}

}  // namespace plotmeter
