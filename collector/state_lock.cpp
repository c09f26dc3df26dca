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

namespace {

int OpenLock(const std::string& directory, const char* name) {
  std::filesystem::create_directories(directory);
  const std::string path = directory + name;
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file >= 0) return file;
  throw std::runtime_error(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

constexpr const char* kKeyLock = "/key.lock";

}  // namespace

KeyLock::KeyLock(const std::string& directory) : file_(OpenLock(directory, kKeyLock)) {
  while (flock(file_, LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    const int why = errno;
    close(file_);
    throw std::runtime_error(
        fmt::format("cannot lock {}{}: {}", directory, kKeyLock, std::strerror(why)));
  }
  has_ = true;
}

KeyLock::KeyLock(const std::string& directory, Try)
    : file_(OpenLock(directory, kKeyLock)), has_(flock(file_, LOCK_EX | LOCK_NB) == 0) {}

KeyLock::~KeyLock() { close(file_); }

StateLock::StateLock(const std::string& directory) : file_(OpenLock(directory, "/run.lock")) {
  if (flock(file_, LOCK_EX | LOCK_NB) == 0) return;
  const int why = errno;
  close(file_);
  if (why == EWOULDBLOCK) {
    throw std::runtime_error(
        fmt::format("another plotmeter-collector run works in {}; one is enough", directory));
  }
  throw std::runtime_error(
      fmt::format("cannot lock {}/run.lock: {}", directory, std::strerror(why)));
}

StateLock::~StateLock() { close(file_); }

}  // namespace plotmeter
