#include "portal/http/workers.h"

#include <exception>
#include <utility>

#include "common/log.h"

namespace plotmeter {

Workers::Workers(std::size_t threads, std::size_t queue) : queue_(queue), free_(threads) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

Workers::~Workers() { Stop(); }

bool Workers::Offer(Job job) { return Add(std::move(job), false); }

bool Workers::Continue(Job job) { return Add(std::move(job), true); }

bool Workers::Add(Job job, bool even_if_full) {
  bool is_one_free = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || (waiting_.size() >= queue_ && !even_if_full)) return false;
    waiting_.push_back(std::move(job));
    is_one_free = free_ > kept_;
  }
  if (is_one_free) changed_.notify_one();
  return true;
}

bool Workers::Keep() {
  const std::lock_guard lock(mutex_);
  if (stopped_ || !waiting_.empty() || free_ <= kept_) return false;
  ++kept_;
  return true;
}

void Workers::Release() {
  bool does_one_wait = false;
  {
    const std::lock_guard lock(mutex_);
    --kept_;
    ++ended_;
    does_one_wait = !waiting_.empty();
  }
  if (does_one_wait) changed_.notify_one();
}

void Workers::Call(Job job) {
  {
    const std::lock_guard lock(mutex_);
    called_.push_back(std::move(job));
  }
  changed_.notify_one();
}

void Workers::Join() {
  {
    const std::lock_guard lock(mutex_);
    ++free_;
  }
  Run();
}

std::size_t Workers::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

bool Workers::AreStuck() {
  const std::lock_guard lock(mutex_);
  const bool stuck = !waiting_.empty() && waited_when_asked_ && ended_ == ended_when_asked_;
  waited_when_asked_ = !waiting_.empty();
  ended_when_asked_ = ended_;
  return stuck;
}

void Workers::Stop() {
  std::deque<Job> forgotten;  // destroyed outside the lock: a job may own what calls back here
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    forgotten.swap(waiting_);
  }
  changed_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Workers::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] {
      return stopped_ || !called_.empty() || (!waiting_.empty() && free_ > kept_);
    });
    if (stopped_) return;
    auto& jobs = called_.empty() ? waiting_ : called_;
    if (!called_.empty()) --kept_;
    --free_;
    Job job = std::move(jobs.front());
    jobs.pop_front();
    lock.unlock();
    try {
      job();
    } catch (const std::exception& error) {
      Log(LogLevel::kError, "worker_failed", {{"why", error.what()}});
    }
    job = nullptr;  // what it owns ends outside the lock
    lock.lock();
    ++free_;
    ++ended_;
  }
}

}  // namespace plotmeter
