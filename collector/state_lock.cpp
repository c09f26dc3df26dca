#include "collector/state_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace plotmeter {

StateLock::StateLock(const std::string& directory) {
  std::filesystem::create_directories(directory);
  const std::string path = directory + "/run.lock";
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) {
    throw std::runtime_error(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  }
  if (flock(file_, LOCK_EX | LOCK_NB) == 0) return;
  const int why = errno;
  close(file_);
  if (why == EWOULDBLOCK) {
    throw std::runtime_error(
        fmt::format("another plotmeter-collector run works in {}; one is enough", directory));
  }
  throw std::runtime_error(fmt::format("cannot lock {}: {}", path, std::strerror(why)));
}

StateLock::~StateLock() { close(file_); }

}  // namespace plotmeter
