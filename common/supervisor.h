// Whoever started this program as a service and waits to hear how it goes: systemd, by the protocol
// of sd_notify(3), a datagram of lines to the socket that NOTIFY_SOCKET names.
//
//    Supervisor supervisor = Supervisor::FromEnvironment(clock);   nobody listens: all is silent
//    supervisor.Ready("3 printers are known");                     READY=1, STATUS=3 printers …
//    while (…) supervisor.Alive();                                 WATCHDOG=1, not too often
//    supervisor.Stopping();                                        STOPPING=1
//
// Alive is for the loop that does the work, and for no thread of its own: a loop that hangs must
// fall silent, so that the supervisor starts the program anew.
//
// Statuses are for people who type `systemctl status`; nothing secret, and one line.
// For one thread.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "common/clock.h"

namespace plotmeter {

class Supervisor {
 public:
  // Nobody listens.
  explicit Supervisor(const Clock& clock) : clock_(clock) {}

  // `socket` is a path, or "@name" for an abstract one; empty: nobody listens. With `watchdog` it
  // wants to hear Alive within that time. Throws std::runtime_error for a socket that cannot be
  // one. `clock` must outlive it.
  Supervisor(const Clock& clock, const std::string& socket,
             std::optional<std::chrono::microseconds> watchdog);

  // By NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID (sd_watchdog_enabled(3)); throws
  // std::runtime_error, naming the variable, for one that cannot be meant.
  static Supervisor FromEnvironment(const Clock& clock);

  void Ready(std::string_view status);
  void Status(std::string_view status);  // said only when it is another one
  void Stopping();
  void Alive();

  // How often Alive wants to be called at the least; absent where nobody watches.
  std::optional<std::chrono::milliseconds> pulse() const { return pulse_; }

 private:
  void Say(const std::string& lines);

  const Clock& clock_;
  std::string address_ = {};  // as the kernel takes it: an abstract name begins with a zero byte
  std::optional<std::chrono::milliseconds> pulse_ = {};
  std::optional<std::chrono::milliseconds> last_alive_ = {};  // by the steady clock
  std::string status_ = {};
  bool unheard_ = false;  // and that was logged
};

}  // namespace plotmeter
