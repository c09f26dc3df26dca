#include "tests/simulator/console.h"

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "tests/simulator/address.h"

namespace plotmeter::simulator {

namespace {

constexpr int kTick = 250;                  // milliseconds
constexpr std::size_t kLongestLine = 4096;  // octets

[[noreturn]] void Fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Console::Console(const std::string& control) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);  // somebody who left is no reason to end
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC);
  if (signals_ < 0) Fail("signalfd");
  if (control.empty()) return;
  if (control == "-") {
    input_ = STDIN_FILENO;
    output_ = STDOUT_FILENO;
    return;
  }
  const auto endpoint = ParseEndpoint(control);
  if (!endpoint) throw std::invalid_argument("'" + control + "' is not a loopback ADDR:PORT");
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_addr.s_addr = htonl(endpoint->address);
  local.sin_port = htons(endpoint->port);
  socklen_t size = sizeof local;
  if (listener_ < 0 || ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(listener_, reinterpret_cast<sockaddr*>(&local), sizeof local) != 0 ||
      ::listen(listener_, 4) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&local), &size) != 0) {
    Fail("control " + control);
  }
  port_ = ntohs(local.sin_port);
}

Console::~Console() {
  if (listener_ >= 0 && input_ >= 0) ::close(input_);
  if (listener_ >= 0) ::close(listener_);
  if (signals_ >= 0) ::close(signals_);
}

void Console::Run(const std::function<ControlAnswer(std::string_view)>& answer,
                  const std::function<void()>& tick) {
  while (true) {
    // A connection is served before the next is taken.
    const int waits_for = input_ >= 0 ? input_ : listener_;
    std::array<pollfd, 2> waiting{pollfd{signals_, POLLIN, 0}, pollfd{waits_for, POLLIN, 0}};
    if (::poll(waiting.data(), waiting.size(), kTick) < 0 && errno != EINTR) Fail("poll");
    tick();
    if (waiting[0].revents != 0) return;
    if (waiting[1].revents == 0) continue;
    if (input_ < 0) {
      input_ = output_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      text_.clear();
    } else if (!TakeLines(answer)) {
      return;
    }
  }
}

// False when the program is to end.
bool Console::TakeLines(const std::function<ControlAnswer(std::string_view)>& answer) {
  std::array<char, 4096> buffer{};
  const ssize_t size = ::read(input_, buffer.data(), buffer.size());
  if (size < 0 && errno == EINTR) return true;
  bool open = size > 0;
  if (open) text_.append(buffer.data(), static_cast<std::size_t>(size));
  for (auto end = text_.find('\n'); open && end != std::string::npos; end = text_.find('\n')) {
    const ControlAnswer said = answer(std::string_view(text_).substr(0, end));
    text_.erase(0, end + 1);
    open = WriteAll(output_, said.line + "\n");
    if (said.quit) return false;
  }
  if (open && text_.size() <= kLongestLine) return true;
  if (listener_ < 0) return false;
  ::close(input_);
  input_ = output_ = -1;
  return true;
}

}  // namespace plotmeter::simulator
