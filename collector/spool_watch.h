// The full check of the spool: every few days, in a thread of its own, at a lower priority, so that
// neither printers nor the portal wait for it.
//
//    SpoolWatch watch("/var/lib/plotmeter/spool.db");
//    if (SpoolWatch::IsDue(last, now)) watch.Begin();
//    if (auto found = watch.Take()) …                  empty text: it is sound
//
// It reads through a connection of its own and changes nothing. One thread uses it.

#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "common/clock.h"
#include "common/sqlite.h"

namespace plotmeter {

class SpoolWatch {
 public:
  explicit SpoolWatch(std::string path) : path_(std::move(path)) {}
  ~SpoolWatch();  // ends a check that is under way
  SpoolWatch(const SpoolWatch&) = delete;
  SpoolWatch& operator=(const SpoolWatch&) = delete;

  static constexpr std::chrono::days kEvery{3};
  // `last`: when one ended. One that lies in the future was dated by a clock that was wrong.
  static bool IsDue(const std::optional<Instant>& last, Instant now);

  // Nothing while one is under way.
  void Begin();

  // What the last one found, once; nothing while it is under way, and when it could not be done.
  std::optional<std::string> Take();

  // Ends one that is under way, and forgets what the last one found: for a file that is about to be
  // another.
  void Stop();

 private:
  void Check();

  std::string path_;
  std::mutex mutex_;  // guards all below but the thread
  std::condition_variable changed_;
  bool runs_ = false;
  Database* db_ = nullptr;  // while it is read
  std::optional<std::string> found_ = {};
  std::thread thread_;
};

}  // namespace plotmeter
