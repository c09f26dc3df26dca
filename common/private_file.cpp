#include "common/private_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace plotmeter {
namespace {

[[noreturn]] void Fail(const std::string& doing, const std::string& path) {
  throw std::runtime_error(fmt::format("cannot {} {}: {}", doing, path, std::strerror(errno)));
}

// A descriptor by scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

std::optional<Secret> ReadPrivateFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    if (!std::filesystem::exists(path)) return {};
    Fail("read", path);
  }
  return Secret(std::string(std::istreambuf_iterator<char>(in), {}));
}

void WritePrivateFile(const std::string& path, const Secret& content) {
  const std::string next = path + ".new";
  {
    const Descriptor file(open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    // An old leftover may have had another mode.
    if (file.get() < 0 || fchmod(file.get(), 0600) != 0) Fail("write", next);
    const std::string& text = content.Reveal();
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t wrote = write(file.get(), text.data() + done, text.size() - done);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote <= 0) Fail("write", next);
      done += static_cast<std::size_t>(wrote);
    }
    if (fsync(file.get()) != 0) Fail("write", next);
  }
  if (rename(next.c_str(), path.c_str()) != 0) Fail("write", path);
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string folder = parent.empty() ? std::string(".") : parent.string();
  const Descriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || fsync(directory.get()) != 0) Fail("write", folder);
}

}  // namespace plotmeter
