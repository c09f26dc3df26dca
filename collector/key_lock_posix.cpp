#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "collector/key_lock.h"
#include "common/private_file.h"

namespace plotmeter {

struct KeyLock::File {
  explicit File(const std::string& directory) {
    MakePrivateFolder(directory);
    const std::string path = directory + "/key.lock";
    descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor >= 0) return;
    throw std::runtime_error(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  }
  ~File() { close(descriptor); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int descriptor = -1;
};

KeyLock::KeyLock(const std::string& directory) : file_(std::make_unique<File>(directory)) {
  while (flock(file_->descriptor, LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    throw std::runtime_error(
        fmt::format("cannot lock {}/key.lock: {}", directory, std::strerror(errno)));
  }
  has_ = true;
}

KeyLock::KeyLock(const std::string& directory, Try)
    : file_(std::make_unique<File>(directory)),
      has_(flock(file_->descriptor, LOCK_EX | LOCK_NB) == 0) {}

KeyLock::~KeyLock() = default;

}  // namespace plotmeter
