// A wait that is over as soon as the program is asked to end, for threads that look at something
// now and then.
//
//    StoppableWait wait(stop);
//    while (wait.For(std::chrono::minutes(1))) Tick();
//
// Each belongs to one thread.

#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

namespace plotmeter {

class StoppableWait {
 public:
  explicit StoppableWait(std::stop_token stop) : stop_(std::move(stop)) {}

  // False, at once, when somebody has asked to stop.
  bool For(std::chrono::milliseconds span) {
    std::unique_lock lock(mutex_);
    waked_.wait_for(lock, stop_, span, [] { return false; });
    return !stop_.stop_requested();
  }

 private:
  const std::stop_token stop_;
  std::mutex mutex_;
  std::condition_variable_any waked_;
};

}  // namespace plotmeter
