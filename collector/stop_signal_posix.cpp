#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <system_error>
#include <thread>

#include "collector/stop_signal.h"

namespace plotmeter {

struct StopSignal::Watch {
  int signals = -1;
  int end = -1;
  std::thread thread = {};

  ~Watch() {
    const std::uint64_t one = 1;
    if (thread.joinable()) {
      if (write(end, &one, sizeof one) != sizeof one) std::abort();  // it would never end
      thread.join();
    }
    if (signals >= 0) close(signals);
    if (end >= 0) close(end);
  }
};

StopSignal::StopSignal() : watch_(std::make_unique<Watch>()) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  watch_->signals = signalfd(-1, &set, SFD_CLOEXEC);
  watch_->end = eventfd(0, EFD_CLOEXEC);
  if (watch_->signals < 0 || watch_->end < 0)
    throw std::system_error(errno, std::generic_category(), "signalfd");
  watch_->thread = std::thread([this] {
    pollfd ready[2] = {{watch_->signals, POLLIN, 0}, {watch_->end, POLLIN, 0}};
    while (poll(ready, 2, -1) < 0 && errno == EINTR) {
    }
    if (ready[0].revents != 0) source_.request_stop();
  });
}

StopSignal::~StopSignal() = default;

}  // namespace plotmeter
