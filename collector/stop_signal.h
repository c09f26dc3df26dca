// SIGTERM and SIGINT as a stop token. Made before any other thread, so that none of them takes the
// signal for itself.
//
//    StopSignal signal;
//    Serve(signal.token());     // returns soon after the first SIGTERM

#pragma once

#include <functional>
#include <stop_token>
#include <thread>

namespace plotmeter {

class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  int signals_ = -1;
  int end_ = -1;
  std::thread watcher_;
};

}  // namespace plotmeter
