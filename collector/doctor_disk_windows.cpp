// doctor: room on the disk of the state directory, and who may open what lies there.

#include <windows.h>
// after it
#include <fmt/format.h>

#include "collector/doctor_disk.h"
#include "common/private_file.h"
#include "common/system.h"
#include "common/windows_text.h"

namespace plotmeter {
namespace {

// A file that is gone when it is closed. NO_ERROR, or why there was none.
DWORD TryToWrite(const std::string& directory) {
  const std::wstring path = Wide(fmt::format("{}/doctor-{}.tmp", directory, GetCurrentProcessId()));
  const HANDLE file = CreateFileW(path.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_NEW,
                                  FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, nullptr);
  if (file == INVALID_HANDLE_VALUE) return GetLastError();
  CloseHandle(file);
  return NO_ERROR;
}

}  // namespace

void ExamineRoom(const std::string& directory, Findings& findings) {
  const DWORD error = TryToWrite(directory);
  ULARGE_INTEGER free{};
  const bool known = GetDiskFreeSpaceExW(Wide(directory).c_str(), &free, nullptr, nullptr) != 0;
  const std::string room =
      fmt::format("{} MB are free for {}", free.QuadPart / kMegabyte, directory);
  const std::string words = ErrorText(static_cast<int>(error));
  if (error == ERROR_DISK_FULL || error == ERROR_HANDLE_DISK_FULL ||
      (known && error == NO_ERROR && free.QuadPart < kTooLittle)) {
    return findings.Fail(
        "disk",
        error == NO_ERROR ? room : fmt::format("the disk of {} is full: {}", directory, words),
        "make room (Settings, System, Storage); what was read until then is "
        "kept, and printers go on counting meanwhile");
  }
  if (error == ERROR_WRITE_PROTECT) {
    return findings.Fail("disk", fmt::format("the disk of {} is write-protected", directory),
                         "give another directory with --state");
  }
  if (error != NO_ERROR) {
    return findings.Fail("disk", fmt::format("nothing can be written in {}: {}", directory, words),
                         "call the doctor as an administrator (Run as administrator): the "
                         "directory of the service is closed to others");
  }
  if (known && free.QuadPart < kLittle) {
    return findings.Warn("disk", room,
                         "make room before it is full: a portal that is away for long "
                         "needs some for what waits");
  }
  findings.Ok("disk", room);
}

bool ExaminePermissions(const std::string& directory, Findings& findings) {
  const DWORD attributes = GetFileAttributesW(Wide(directory).c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES || (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
    findings.Fail("state",
                  attributes == INVALID_FILE_ATTRIBUTES && GetLastError() == ERROR_ACCESS_DENIED
                      ? fmt::format("{} may not be opened by you", directory)
                      : fmt::format("there is no directory {}", directory),
                  "call the doctor as an administrator (Run as administrator), or give the "
                  "directory of the service with --state; enrol makes it");
    return false;
  }
  bool well = true;
  const auto examine = [&](const std::string& path, bool is_key) {
    const std::string exposure = ExposureOf(path);
    if (exposure.empty()) return;
    well = false;
    const std::string seen = fmt::format("{}: {}", path, exposure);
    is_key ? findings.Fail("permissions", seen,
                           CloseCommand(path) +
                               "; if somebody may have copied it, enrol again in a directory of "
                               "its own and have this collector revoked")
           : findings.Warn("permissions", seen, CloseCommand(path));
  };
  examine(directory, false);
  for (const Kept& kept : kFiles) examine(directory + "/" + kept.name, kept.is_key);
  if (well) {
    findings.Ok("permissions",
                fmt::format("{} is closed to all but administrators and its owner", directory));
  }
  return true;
}

}  // namespace plotmeter
