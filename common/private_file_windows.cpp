#include <windows.h>
// after it
#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <utility>

#include "common/access_windows.h"
#include "common/path.h"
#include "common/private_file.h"
#include "common/system.h"
#include "common/windows_text.h"

namespace plotmeter {
namespace {

[[noreturn]] void Fail(const char* doing, const std::string& path, DWORD error) {
  throw std::runtime_error(
      fmt::format("cannot {} {}: {}", doing, path, ErrorText(static_cast<int>(error))));
}

struct CloseIt {
  using pointer = HANDLE;
  void operator()(HANDLE handle) const { CloseHandle(handle); }
};
using Handle = std::unique_ptr<HANDLE, CloseIt>;

Handle Open(const std::string& path, DWORD access, DWORD creation, SECURITY_ATTRIBUTES* security) {
  const HANDLE file = CreateFileW(Wide(path).c_str(), access,
                                  FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, security,
                                  creation, FILE_ATTRIBUTE_NORMAL, nullptr);
  return Handle(file == INVALID_HANDLE_VALUE ? nullptr : file);
}

void WriteAll(HANDLE file, const std::string& text, const std::string& path) {
  for (std::size_t done = 0; done < text.size();) {
    DWORD wrote = 0;
    const auto left = static_cast<DWORD>(std::min<std::size_t>(text.size() - done, 1U << 20));
    if (WriteFile(file, text.data() + done, left, &wrote, nullptr) == 0 || wrote == 0)
      Fail("write", path, GetLastError());
    done += wrote;
  }
  if (FlushFileBuffers(file) == 0) Fail("write", path, GetLastError());
}

// Somebody who has the old file open for a moment (a command that reads it, a scanner for viruses)
// is in the way of a new one: it is tried for a second.
void Replace(const std::string& next, const std::string& path) {
  constexpr int kTries = 50;
  constexpr DWORD kPause = 20;  // ms
  for (int tried = 1;; ++tried) {
    if (MoveFileExW(Wide(next).c_str(), Wide(path).c_str(),
                    MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) != 0) {
      return;
    }
    const DWORD error = GetLastError();
    const bool may_pass = error == ERROR_ACCESS_DENIED || error == ERROR_SHARING_VIOLATION;
    if (!may_pass || tried == kTries) Fail("write", path, error);
    Sleep(kPause);
  }
}

}  // namespace

void KeepNewFilesPrivate() {}

void MakePrivateFolder(const std::string& path) {
  const std::filesystem::path folder = PathOf(path);
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path());
  PrivateAccess access;
  if (CreateDirectoryW(folder.c_str(), access.get()) != 0) return;
  if (const DWORD error = GetLastError(); error != ERROR_ALREADY_EXISTS) Fail("make", path, error);
  if (const std::string stranger = StrangeOwnerOf(path); !stranger.empty()) {
    throw std::runtime_error(
        fmt::format("{} belongs to {}, who could open what is kept there; expected SYSTEM or "
                    "Administrators. Look who made it, then remove it or give another with --state",
                    path, stranger));
  }
}

std::optional<Secret> ReadPrivateFile(const std::string& path) {
  const Handle file = Open(path, GENERIC_READ, OPEN_EXISTING, nullptr);
  if (!file) {
    const DWORD error = GetLastError();
    if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) return {};
    Fail("read", path, error);
  }
  std::string text;
  std::array<char, 4096> part{};
  for (DWORD octets = 1; octets > 0;) {
    if (ReadFile(file.get(), part.data(), part.size(), &octets, nullptr) == 0)
      Fail("read", path, GetLastError());
    text.append(part.data(), octets);
  }
  SecureZeroMemory(part.data(), part.size());
  return Secret(std::move(text));
}

void WritePrivateFile(const std::string& path, const Secret& content) {
  const std::string next = path + ".new";
  DeleteFileW(Wide(next).c_str());  // an old leftover would keep its own access list
  {
    PrivateAccess access;
    const Handle file = Open(next, GENERIC_WRITE, CREATE_NEW, access.get());
    if (!file) Fail("write", next, GetLastError());
    WriteAll(file.get(), content.Reveal(), next);
  }
  Replace(next, path);
}

void SyncFolder(const std::string&) {}

std::string CloseCommand(const std::string& path) {
  return fmt::format("icacls \"{}\" /inheritance:r /grant *S-1-5-18:F *S-1-5-32-544:F", path);
}

Secret ReadPersonsFile(const std::string& path, std::size_t most) {
  const Handle file = Open(path, GENERIC_READ, OPEN_EXISTING, nullptr);
  if (!file) {
    const DWORD error = GetLastError();
    if ((GetFileAttributesW(Wide(path).c_str()) & FILE_ATTRIBUTE_DIRECTORY) != 0 &&
        GetFileAttributesW(Wide(path).c_str()) != INVALID_FILE_ATTRIBUTES) {
      throw std::runtime_error("which is no file");
    }
    throw std::runtime_error("which cannot be read: " + ErrorText(static_cast<int>(error)));
  }
  if (GetFileType(file.get()) != FILE_TYPE_DISK) throw std::runtime_error("which is no file");
  std::string text(most, '\0');
  DWORD octets = 0;
  if (ReadFile(file.get(), text.data(), static_cast<DWORD>(most), &octets, nullptr) == 0) {
    throw std::runtime_error("which cannot be read: " +
                             ErrorText(static_cast<int>(GetLastError())));
  }
  text.resize(octets);
  return Secret(std::move(text));
}

}  // namespace plotmeter
