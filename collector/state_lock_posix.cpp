#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "collector/state_lock.h"
#include "common/private_file.h"

namespace plotmeter {

struct StateLock::File {
  int descriptor = -1;
  ~File() {
    if (descriptor >= 0) close(descriptor);
  }
};

StateLock::StateLock(const std::string& directory) : file_(std::make_unique<File>()) {
  MakePrivateFolder(directory);
  const std::string path = directory + "/run.lock";
  file_->descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_->descriptor < 0) {
    throw std::runtime_error(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  }
  if (flock(file_->descriptor, LOCK_EX | LOCK_NB) == 0) return;
  if (errno == EWOULDBLOCK) {
    throw std::runtime_error(
        fmt::format("another plotmeter-collector run works in {}; one is enough", directory));
  }
  throw std::runtime_error(fmt::format("cannot lock {}: {}", path, std::strerror(errno)));
}

StateLock::~StateLock() = default;

// As proc(5) tells it in /proc/locks.
int LockHolder(const std::string& directory) {
  struct stat about {};
  if (::stat((directory + "/run.lock").c_str(), &about) != 0) return 0;
  const std::string place =
      fmt::format("{:02x}:{:02x}:{}", major(about.st_dev), minor(about.st_dev), about.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    // "1: FLOCK  ADVISORY  WRITE 4711 fd:01:131095 0 EOF"
    std::istringstream words(line);
    std::string number, kind, advisory, write, at;
    int process = 0;
    words >> number >> kind >> advisory >> write >> process >> at;
    if (kind == "FLOCK" && at == place) return process;
  }
  return 0;
}

}  // namespace plotmeter
