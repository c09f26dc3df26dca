// doctor: the state directory, its disk, what lies there.

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "collector/doctor.h"
#include "collector/spool/spool_schema.h"
#include "common/sqlite.h"

namespace plotmeter {
namespace {

constexpr std::uint64_t kMegabyte = 1'000'000;
constexpr std::uint64_t kTooLittle = 16 * kMegabyte;  // not even a week of a small site
constexpr std::uint64_t kLittle = 256 * kMegabyte;
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

struct Kept {
  const char* name;
  bool is_key;
};
constexpr std::array kFiles = {Kept{"key.pem", true},        Kept{"masking.key", true},
                               Kept{"identity.json", false}, Kept{"spool.db", false},
                               Kept{"spool.db-wal", false},  Kept{"spool.db-shm", false},
                               Kept{"status.json", false},   Kept{"run.lock", false}};

// False when the directory is not even there.
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

// True when it is a spool of ours, whole, and of this program's version.
bool ExamineSpool(const std::string& path, Findings& findings) {
  const std::string keep = fmt::format(
      "start the service again: it moves {} aside as it is, with spool.db-wal, and goes on with "
      "what "
      "it can read of it in a new spool (docs/operating.md, The spool)",
      path);
  if (!std::filesystem::exists(path)) {
    findings.Warn("spool", "there is none yet: nothing was read",
                  "plotmeter-collector discover finds printers, run reads them");
    return false;
  }
  std::array<char, 16> head{};
  std::ifstream(path, std::ios::binary).read(head.data(), head.size());
  if (std::filesystem::file_size(path) > 0 &&
      std::string_view(head.data(), head.size()) != std::string_view("SQLite format 3\0", 16)) {
    findings.Fail("spool", fmt::format("{} is no spool: it begins like another kind of file", path),
                  keep);
    return false;
  }
  try {
    Database db(path, Database::Mode::kReadOnly);
    Statement check = db.Prepare("PRAGMA quick_check(1)");
    if (!check.Step() || check.Text(0) != "ok") {
      findings.Fail("spool", fmt::format("{} is damaged: {}", path, check.Text(0)), keep);
      return false;
    }
    Statement tables = db.Prepare(
        "SELECT count(*) FROM sqlite_master WHERE name IN ('stream', 'batch', 'known_printer')");
    tables.Step();
    Statement version = db.Prepare("PRAGMA user_version");
    version.Step();
    if (version.Int(0) > NewestSpoolVersion()) {
      findings.Fail("spool",
                    fmt::format("{} is of version {}, this program knows {}", path, version.Int(0),
                                NewestSpoolVersion()),
                    "use the newer program, which wrote it");
      return false;
    }
    if (tables.Int(0) != 3) {
      findings.Fail("spool", fmt::format("{} is the database of another program", path), keep);
      return false;
    }
    findings.Ok("spool",
                fmt::format("{} is sound, {} kB", path, std::filesystem::file_size(path) / 1000));
    return version.Int(0) == NewestSpoolVersion();
  } catch (const SqliteBusy&) {
    findings.Warn("spool", "another process keeps it busy", "look again in a minute");
  } catch (const SqliteError& error) {
    findings.Fail("spool", error.what(), keep);
  }
  return false;
}

std::optional<Identity> ExamineEnrolment(const std::string& directory, Findings& findings) {
  constexpr const char* kCheck = "enrolment";
  try {
    std::optional<Identity> identity = LoadIdentity(directory);
    if (!identity) {
      findings.Fail(kCheck, "this collector is not enrolled: what it reads waits here",
                    "ask the reseller for a code, then plotmeter-collector enrol --portal URL "
                    "--code CODE");
      return {};
    }
    if (!LoadKey(directory)) {
      findings.Fail(kCheck,
                    fmt::format("the key of {} is gone: {}/key.pem is missing", identity->collector,
                                directory),
                    "restore it, or enrol again with a new code");
      return identity;
    }
    findings.Ok(kCheck, fmt::format("enrolled as {}{} at {}", identity->collector,
                                    identity->site.empty() ? "" : ", " + identity->site,
                                    identity->portal_url));
    return identity;
  } catch (const std::exception& error) {
    // The words say what to do, too.
    findings.Fail(kCheck, error.what(), "then call the doctor again");
  }
  try {
    return LoadIdentity(directory);  // it was the key that was at fault
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace

int RunningService(const std::string& directory) {
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

StateSeen ExamineState(const std::string& directory, Findings& findings) {
  StateSeen seen;
  if (!ExaminePermissions(directory, findings)) return seen;
  ExamineRoom(directory, findings);
  const bool sound = ExamineSpool(directory + "/spool.db", findings);
  seen.has_spool = sound && std::filesystem::exists(directory + "/masking.key");
  seen.identity = ExamineEnrolment(directory, findings);
  const int process = RunningService(directory);
  if (process != 0) {
    findings.Ok("service", fmt::format("it runs, as process {}", process));
  } else {
    findings.Warn("service", "none runs on this directory",
                  "start it (systemctl start plotmeter-collector, or plotmeter-collector run)");
  }
  return seen;
}

}  // namespace plotmeter
