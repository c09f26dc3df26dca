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

#include "common/private_file.h"

namespace plotmeter {
namespace {

constexpr std::string_view kKeyOfWindows = "plotmeter key ";

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

void KeepNewFilesPrivate() { ::umask(0077); }

void MakePrivateFolder(const std::string& path) { std::filesystem::create_directories(path); }

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
  SyncFolder(folder);
}

void SyncFolder(const std::string& folder) {
  const Descriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || fsync(directory.get()) != 0) Fail("write", folder);
}

std::optional<Secret> ReadKeyFile(const std::string& path) {
  std::optional<Secret> key = ReadPrivateFile(path);
  if (key && key->Reveal().starts_with(kKeyOfWindows)) {
    throw std::runtime_error(
        fmt::format("{} was sealed by a Windows machine, which alone can open it; enrol this one "
                    "in another state directory",
                    path));
  }
  return key;
}

void WriteKeyFile(const std::string& path, const Secret& content) {
  WritePrivateFile(path, content);
}

std::string ExposureOf(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0 || (about.st_mode & 0077U) == 0) return {};
  return fmt::format("mode {:03o}", about.st_mode & 0777U);
}

std::string CloseCommand(const std::string& path) { return "chmod 600 " + path; }

Secret ReadPersonsFile(const std::string& path, std::size_t most) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const auto fail = [] {
    throw std::runtime_error(fmt::format("which cannot be read: {}", std::strerror(errno)));
  };
  if (file.get() < 0) fail();
  struct stat about {};
  if (fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
    throw std::runtime_error("which is no file");
  }
  std::string text(most, '\0');
  const ssize_t octets = read(file.get(), text.data(), text.size());
  if (octets < 0) fail();
  text.resize(static_cast<std::size_t>(octets));
  return Secret(std::move(text));
}

}  // namespace plotmeter
