#include <windows.h>
// after it
#include <fmt/format.h>

#include <stdexcept>

#include "collector/key_lock.h"
#include "common/private_file.h"
#include "common/system.h"
#include "common/windows_text.h"

namespace plotmeter {

// Open for writing by one process only.
struct KeyLock::File {
  explicit File(const std::string& directory) {
    MakePrivateFolder(directory);
    path = directory + "/key.lock";
  }
  ~File() {
    if (handle != INVALID_HANDLE_VALUE) CloseHandle(handle);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // False when another process has it.
  bool Open() {
    handle = CreateFileW(Wide(path).c_str(), GENERIC_WRITE, FILE_SHARE_READ, nullptr, OPEN_ALWAYS,
                         FILE_ATTRIBUTE_NORMAL, nullptr);
    if (handle != INVALID_HANDLE_VALUE) return true;
    const DWORD error = GetLastError();
    if (error == ERROR_SHARING_VIOLATION) return false;
    throw std::runtime_error(
        fmt::format("cannot write {}: {}", path, ErrorText(static_cast<int>(error))));
  }

  std::string path;
  HANDLE handle = INVALID_HANDLE_VALUE;
};

KeyLock::KeyLock(const std::string& directory) : file_(std::make_unique<File>(directory)) {
  constexpr DWORD kPause = 50;  // ms
  while (!file_->Open()) Sleep(kPause);
  has_ = true;
}

KeyLock::KeyLock(const std::string& directory, Try)
    : file_(std::make_unique<File>(directory)), has_(file_->Open()) {}

KeyLock::~KeyLock() = default;

}  // namespace plotmeter
