#include "portal/http/loops.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <future>
#include <memory>

#include "common/log.h"

namespace plotmeter {

namespace net = boost::asio;

bool Loop::Lent::Return() {
  Loop& loop = *std::exchange(loop_, nullptr);
  std::uint64_t turn = turn_;
  if (!loop.turn_.compare_exchange_strong(turn, turn_ + 1)) {
    *is_replaced_ = true;
    return false;
  }
  loop.all_.workers_.Release();
  return true;
}

std::optional<Loop::Lent> Loop::Lend() {
  if (!all_.workers_.Keep()) return std::nullopt;
  bool* const who_talks = is_replaced_;
  const std::uint64_t turn = ++turn_;  // from here on it may be given away at any moment
  all_.WakeWatch();
  return Lent(*this, turn, who_talks);
}

void Loop::Leave() { throw Left(); }

void Loop::Post(std::function<void()> work) { net::post(io_, std::move(work)); }

// What throws here beside Leave is lack of memory, and costs the connection it happened to.
void Loop::Talk() {
  thread_local bool is_replaced;  // one talk a thread
  is_replaced = false;
  is_replaced_ = &is_replaced;
  while (!is_replaced) {
    try {
      io_.run();
      return;
    } catch (const Left&) {
    } catch (const std::exception& error) {
      Log(LogLevel::kError, "connection_failed", {{"why", error.what()}});
    }
  }
}

Loops::Loops(std::size_t count, Workers& workers) : workers_(workers) {
  for (std::size_t i = 0; i < count; ++i) loops_.emplace_back(*this);
}

void Loops::Start() {
  for (Loop& loop : loops_) {
    threads_.emplace_back([this, &loop] {
      loop.Talk();
      workers_.Join();  // for the one that took its place
    });
  }
  watch_ = std::thread([this] { Watch(); });
}

void Loops::Stop() {
  for (Loop& loop : loops_) loop.io_.stop();
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
  }
  changed_.notify_all();
  if (watch_.joinable()) watch_.join();
  workers_.Stop();
  for (auto& thread : threads_) thread.join();
}

bool Loops::AnswerWithin(std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  std::vector<std::future<void>> answers;
  for (Loop& loop : loops_) {
    const auto answer = std::make_shared<std::promise<void>>();  // outlives a late answer
    answers.push_back(answer->get_future());
    loop.Post([answer] { answer->set_value(); });
  }
  return std::ranges::all_of(answers, [end](const std::future<void>& answer) {
    return answer.wait_until(end) == std::future_status::ready;
  });
}

void Loop::LookAgain() {
  const std::uint64_t turn = turn_;
  const bool is_slow = turn % 2 == 1 && turn == seen_;
  seen_ = turn;
  if (!is_slow || !turn_.compare_exchange_strong(seen_, turn + 1)) return;
  all_.workers_.Call([this] { Talk(); });
}

// Sleeps while nothing is asked, so that a portal at rest is at rest.
void Loops::Watch() {
  std::unique_lock lock(mutex_);
  while (!stops_) {
    const auto is_new = [](const Loop& loop) { return loop.turn_ != loop.seen_; };
    const bool was_quiet = std::ranges::none_of(loops_, is_new);
    const auto is_lent = [](const Loop& loop) { return loop.turn_ % 2 == 1; };
    for (Loop& loop : loops_) loop.LookAgain();
    if (was_quiet) {
      watches_ = false;  // from here on whoever lends wakes us; who did before is seen
      if (std::ranges::none_of(loops_, is_lent)) {
        changed_.wait(lock, [this] { return stops_ || watches_; });
      }
      watches_ = true;
    }
    changed_.wait_for(lock, kBetweenLooks, [this] { return stops_; });
  }
}

void Loops::WakeWatch() {
  if (watches_) return;
  {
    const std::lock_guard lock(mutex_);
    watches_ = true;
  }
  changed_.notify_one();
}

}  // namespace plotmeter
