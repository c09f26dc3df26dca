// The program's one loop: lines from whoever drives it, signals, and the ticking of real time.
//
//    Console console("-");     // before any thread is started: SIGINT and SIGTERM are its own
//    console.Run([&](std::string_view line) { return AnswerControl(fleet, line); },
//                [&] { Tick(); });
//
// "-" reads standard input and answers on standard output; its end ends Run. "127.0.0.1:0" accepts
// connections, one after the other, and their end ends nothing. "" takes no commands, and nobody's
// end of input matters.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tests/simulator/control.h"

namespace plotmeter::simulator {

class Console {
 public:
  // Throws std::invalid_argument for what is neither "-" nor "" nor a loopback ADDR:PORT,
  // std::system_error when it cannot be bound.
  explicit Console(const std::string& control);
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  std::uint16_t port() const { return port_; }  // 0 unless connections are accepted

  // Returns after `quit`, the end of standard input with "-", SIGINT or SIGTERM. `tick` is called
  // at least four times a second.
  void Run(const std::function<ControlAnswer(std::string_view)>& answer,
           const std::function<void()>& tick);

 private:
  bool TakeLines(const std::function<ControlAnswer(std::string_view)>& answer);

  int signals_ = -1;
  int listener_ = -1;
  int input_ = -1;  // lines come from here; -1: from nowhere now
  int output_ = -1;
  std::uint16_t port_ = 0;
  std::string text_;  // read, but without a line feed yet
};

}  // namespace plotmeter::simulator
