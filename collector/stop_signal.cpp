#include "collector/stop_signal.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <system_error>

namespace plotmeter {

StopSignal::StopSignal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC);
  end_ = eventfd(0, EFD_CLOEXEC);
  if (signals_ < 0 || end_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
  watcher_ = std::thread([this] {
    pollfd ready[2] = {{signals_, POLLIN, 0}, {end_, POLLIN, 0}};
    while (poll(ready, 2, -1) < 0 && errno == EINTR) {
    }
    if (ready[0].revents != 0) source_.request_stop();
  });
}

StopSignal::~StopSignal() {
  const std::uint64_t one = 1;
  if (write(end_, &one, sizeof one) != sizeof one) std::abort();  // the watcher would never end
  watcher_.join();
  close(signals_);
  close(end_);
}

}  // namespace plotmeter
