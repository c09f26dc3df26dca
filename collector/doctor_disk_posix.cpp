// doctor: room on the disk of the state directory, and who may open what lies there.

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "collector/doctor_disk.h"

namespace plotmeter {
namespace {

constexpr off_t kTried = 4'000'000;  // bytes that must find room

std::string NameOf(uid_t user) {
  const passwd* entry = ::getpwuid(user);
  return entry != nullptr ? entry->pw_name : fmt::format("user {}", user);
}

std::string Words(int error) { return std::system_category().message(error); }

// Makes a file without a name, which is gone when it is closed, and asks for room for it. 0 or why
// not.
int TryToWrite(const std::string& directory) {
  const int file = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) {
    // A file system that knows no such files: what the permissions say must do.
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT) return errno;
    return ::access(directory.c_str(), W_OK) == 0 ? 0 : errno;
  }
  const int code = ::posix_fallocate(file, 0, kTried);
  ::close(file);
  return code == EOPNOTSUPP || code == EINVAL ? 0 : code;
}

}  // namespace

void ExamineRoom(const std::string& directory, Findings& findings) {
  const int code = TryToWrite(directory);
  struct statvfs disk {};
  const bool known = ::statvfs(directory.c_str(), &disk) == 0;
  const std::uint64_t free = known ? std::uint64_t{disk.f_bavail} * disk.f_frsize : 0;
  const std::string room = fmt::format("{} MB are free for {}", free / kMegabyte, directory);
  if (code == ENOSPC || code == EDQUOT || (known && code == 0 && free < kTooLittle)) {
    return findings.Fail(
        "disk",
        code == 0 ? room : fmt::format("the disk of {} is full: {}", directory, Words(code)),
        fmt::format("make room (df -h {}); what was read until then is kept, and printers go on "
                    "counting meanwhile",
                    directory));
  }
  if (code == EROFS) {
    return findings.Fail(
        "disk", fmt::format("{} is on a file system that is mounted read-only", directory),
        "mount it for writing, or give another directory with --state; a disk that "
        "became read-only by itself is failing (dmesg)");
  }
  if (code != 0) {
    return findings.Fail(
        "disk",
        fmt::format("{} cannot write in {}: {}", NameOf(::geteuid()), directory, Words(code)),
        fmt::format("call the doctor as the user whom the service runs as; if it is "
                    "that one: chown -R {} {}",
                    NameOf(::geteuid()), directory));
  }
  if (known && disk.f_files > 0 && disk.f_favail < 100) {
    return findings.Fail("disk",
                         fmt::format("the disk of {} has no room for more files", directory),
                         fmt::format("remove files there (df -i {})", directory));
  }
  if (known && free < kLittle) {
    return findings.Warn("disk", room,
                         "make room before it is full: a portal that is away for long "
                         "needs some for what waits");
  }
  findings.Ok("disk", room);
}

bool ExaminePermissions(const std::string& directory, Findings& findings) {
  struct stat about {};
  if (::stat(directory.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) {
    findings.Fail("state",
                  errno == EACCES
                      ? fmt::format("{} may not be opened by {}", directory, NameOf(::geteuid()))
                      : fmt::format("there is no directory {}", directory),
                  "give the directory of the service with --state (as root it is "
                  "/var/lib/plotmeter); enrol makes it");
    return false;
  }
  std::size_t wrong = 0;
  const auto say = [&](bool grave, std::string seen, std::string advice) {
    ++wrong;
    grave ? findings.Fail("permissions", std::move(seen), std::move(advice))
          : findings.Warn("permissions", std::move(seen), std::move(advice));
  };
  const auto mode = [](const struct stat& of) { return of.st_mode & 0777U; };
  if ((mode(about) & 0700U) != 0700U) {
    say(true,
        fmt::format("{} has mode {:03o}: its owner may not write there", directory, mode(about)),
        fmt::format("chmod 700 {}", directory));
  } else if ((mode(about) & 0077U) != 0) {
    say(false, fmt::format("{} may be opened by others (mode {:03o})", directory, mode(about)),
        fmt::format("chmod 700 {}", directory));
  }
  if (::geteuid() != 0 && ::geteuid() != about.st_uid) {
    say(true,
        fmt::format("{} belongs to {}, and this is {}", directory, NameOf(about.st_uid),
                    NameOf(::geteuid())),
        fmt::format("call the doctor as {}", NameOf(about.st_uid)));
  }
  for (const Kept& kept : kFiles) {
    const std::string path = directory + "/" + kept.name;
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0) continue;
    if ((mode(file) & 0077U) != 0) {
      say(kept.is_key, fmt::format("{} may be opened by others (mode {:03o})", path, mode(file)),
          fmt::format("chmod 600 {}{}", path,
                      kept.is_key ? "; if somebody may have copied it, enrol again in a directory "
                                    "of its own and have this collector revoked"
                                  : ""));
    } else if ((mode(file) & 0600U) != 0600U) {
      say(true, fmt::format("{} has mode {:03o}: its owner may not write it", path, mode(file)),
          fmt::format("chmod 600 {}", path));
    }
    if (file.st_uid != about.st_uid) {
      say(true,
          fmt::format("{} belongs to {}, its directory to {}", path, NameOf(file.st_uid),
                      NameOf(about.st_uid)),
          fmt::format("chown {} {}: a command was called as another user than the service's",
                      NameOf(about.st_uid), path));
    }
  }
  if (wrong == 0) {
    findings.Ok("permissions", fmt::format("{} is {}'s alone", directory, NameOf(about.st_uid)));
  }
  return true;
}

}  // namespace plotmeter
