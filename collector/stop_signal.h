// That somebody wants the program to end, as a stop token: SIGTERM and SIGINT, or on Windows
// Ctrl-C, Ctrl-Break, a console that is closed, and the service manager. Made before any other
// thread, so that none of them takes the signal for itself.
//
//    StopSignal signal;
//    Serve(signal.token());     // returns soon after the first SIGTERM

#pragma once

#include <memory>
#include <stop_token>

namespace plotmeter {

class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  struct Watch;
  std::stop_source source_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace plotmeter
