#include "portal/access/keys_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace plotmeter {

KeysLock KeysLock::ToRead(const std::filesystem::path& data) { return {data, LOCK_SH}; }

KeysLock KeysLock::ToChange(const std::filesystem::path& data) { return {data, LOCK_EX | LOCK_NB}; }

KeysLock KeysLock::WaitToChange(const std::filesystem::path& data) { return {data, LOCK_EX}; }

KeysLock::KeysLock(const std::filesystem::path& data, int how) {
  const std::filesystem::path path = data / "keys";
  const auto fail = [&](const char* doing, int error) {
    if (folder_ >= 0) ::close(folder_);
    throw std::runtime_error(fmt::format("cannot {} {}: {}", doing, path.string(),
                                         std::generic_category().message(error)));
  };
  folder_ = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_ < 0) fail("read", errno);
  while (::flock(folder_, how) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) fail("lock", errno);
    ::close(folder_);
    throw std::runtime_error(fmt::format(
        "another command changes or copies the keys in {} just now; nothing was changed. Look at "
        "'plotmeter-portal keys list' before you try again",
        path.string()));
  }
}

KeysLock::~KeysLock() { ::close(folder_); }

}  // namespace plotmeter
