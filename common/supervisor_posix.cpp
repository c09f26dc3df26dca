#include "common/supervisor.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "common/log.h"

namespace plotmeter {
namespace {

constexpr std::size_t kLongestStatus = 200;  // bytes; one line of a terminal, or two

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::int64_t PositiveNumber(const char* name, const std::string& text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end || number <= 0) {
    throw std::runtime_error(
        fmt::format("the variable {} is '{}'; expected a whole number above 0", name, text));
  }
  return number;
}

// One line: what follows the first line break would be taken for another message.
std::string StatusLine(std::string_view status) {
  std::string line(status.substr(0, kLongestStatus));
  std::ranges::replace(line, '\n', ' ');
  return "STATUS=" + line;
}

}  // namespace

Supervisor::Supervisor(const Clock& clock, const std::string& socket,
                       std::optional<std::chrono::microseconds> watchdog)
    : clock_(clock), address_(socket) {
  if (socket.empty()) return;
  const bool is_abstract = socket[0] == '@';
  if ((!is_abstract && socket[0] != '/') || socket.size() < 2 ||
      socket.size() >= sizeof(sockaddr_un::sun_path)) {
    throw std::runtime_error(
        fmt::format("the variable NOTIFY_SOCKET is '{}'; expected a path or @name of at most {} "
                    "bytes",
                    socket, sizeof(sockaddr_un::sun_path) - 1));
  }
  if (is_abstract) address_[0] = '\0';
  // A quarter of the time, so that one late turn of the loop is no death.
  if (watchdog) pulse_ = std::chrono::duration_cast<std::chrono::milliseconds>(*watchdog / 4);
}

Supervisor Supervisor::FromEnvironment(const Clock& clock) {
  std::optional<std::chrono::microseconds> watchdog;
  const std::string process = Environment("WATCHDOG_PID");
  const std::string time = Environment("WATCHDOG_USEC");
  // A child that inherited the variables is not the one that is watched.
  const bool is_meant = process.empty() || PositiveNumber("WATCHDOG_PID", process) == ::getpid();
  if (!time.empty() && is_meant) {
    watchdog = std::chrono::microseconds(PositiveNumber("WATCHDOG_USEC", time));
  }
  return Supervisor(clock, Environment("NOTIFY_SOCKET"), watchdog);
}

void Supervisor::Say(const std::string& lines) {
  if (address_.empty()) return;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  int why = 0;
  const int out = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (out < 0 || ::sendto(out, lines.data(), lines.size(), MSG_NOSIGNAL,
                          reinterpret_cast<const sockaddr*>(&to), length) < 0) {
    why = errno;
  }
  if (out >= 0) ::close(out);
  if (why != 0 && !unheard_) {
    Log(LogLevel::kWarning, "supervisor_unheard", {{"why", std::strerror(why)}});
  }
  unheard_ = why != 0;
}

void Supervisor::Ready(std::string_view status) {
  status_ = StatusLine(status);
  Say("READY=1\n" + status_);
}

void Supervisor::Status(std::string_view status) {
  std::string line = StatusLine(status);
  if (line == status_) return;
  status_ = std::move(line);
  Say(status_);
}

void Supervisor::Stopping() { Say("STOPPING=1"); }

void Supervisor::Alive() {
  if (!pulse_) return;
  const std::chrono::milliseconds now = clock_.Steady();
  if (last_alive_ && now - *last_alive_ < *pulse_) return;
  last_alive_ = now;
  Say("WATCHDOG=1");
}

}  // namespace plotmeter
