#include <windows.h>
// after it
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <stdexcept>

#include "collector/state_lock.h"
#include "common/private_file.h"
#include "common/system.h"
#include "common/windows_text.h"

namespace plotmeter {
namespace {

// Whoever has it open for writing lets others read, who it is stands in it, but nobody write.
HANDLE OpenLock(const std::string& path, DWORD access, DWORD share, DWORD creation) {
  return CreateFileW(Wide(path).c_str(), access, share, nullptr, creation, FILE_ATTRIBUTE_NORMAL,
                     nullptr);
}

struct OpenFile {
  HANDLE handle = INVALID_HANDLE_VALUE;
  ~OpenFile() {
    if (handle != INVALID_HANDLE_VALUE) CloseHandle(handle);
  }
};

}  // namespace

struct StateLock::File : OpenFile {};

StateLock::StateLock(const std::string& directory) : file_(std::make_unique<File>()) {
  MakePrivateFolder(directory);
  const std::string path = directory + "/run.lock";
  file_->handle = OpenLock(path, GENERIC_WRITE, FILE_SHARE_READ, CREATE_ALWAYS);
  if (file_->handle == INVALID_HANDLE_VALUE) {
    const DWORD error = GetLastError();
    if (error == ERROR_SHARING_VIOLATION) {
      throw std::runtime_error(
          fmt::format("another plotmeter-collector run works in {}; one is enough", directory));
    }
    throw std::runtime_error(
        fmt::format("cannot write {}: {}", path, ErrorText(static_cast<int>(error))));
  }
  const std::string process = fmt::format("{}\n", GetCurrentProcessId());
  DWORD wrote = 0;
  WriteFile(file_->handle, process.data(), static_cast<DWORD>(process.size()), &wrote, nullptr);
}

StateLock::~StateLock() = default;

int LockHolder(const std::string& directory) {
  const std::string path = directory + "/run.lock";
  const OpenFile writer{
      OpenLock(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_EXISTING)};
  if (writer.handle != INVALID_HANDLE_VALUE || GetLastError() != ERROR_SHARING_VIOLATION) return 0;
  const OpenFile reader{
      OpenLock(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_EXISTING)};
  std::array<char, 16> text{};
  DWORD octets = 0;
  int process = 0;
  if (ReadFile(reader.handle, text.data(), text.size(), &octets, nullptr) != 0)
    std::from_chars(text.data(), text.data() + octets, process);
  return process;
}

}  // namespace plotmeter
