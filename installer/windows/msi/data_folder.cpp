#include "data_folder.h"

#include <windows.h>
// after it
#include <aclapi.h>
#include <initguid.h>
#include <knownfolders.h>
#include <shlobj.h>

#include <memory>

namespace plotmeter {
namespace {

constexpr DWORD kLargest = 4 << 20;  // octets of a file of settings, or of certificates

struct CloseIt {
  using pointer = HANDLE;
  void operator()(HANDLE handle) const { CloseHandle(handle); }
};
using Handle = std::unique_ptr<HANDLE, CloseIt>;

Handle Open(const std::wstring& path, DWORD access, DWORD creation) {
  const HANDLE file = CreateFileW(path.c_str(), access, FILE_SHARE_READ, nullptr, creation,
                                  FILE_ATTRIBUTE_NORMAL, nullptr);
  return Handle(file == INVALID_HANDLE_VALUE ? nullptr : file);
}

// SYSTEM, Administrators, or whoever runs this action: on Windows that is SYSTEM.
bool IsTrusted(PSID owner) {
  if (IsWellKnownSid(owner, WinLocalSystemSid) != 0 ||
      IsWellKnownSid(owner, WinBuiltinAdministratorsSid) != 0)
    return true;
  HANDLE token = nullptr;
  if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token) == 0) return false;
  const Handle closed(token);
  BYTE user[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
  DWORD size = sizeof user;
  return GetTokenInformation(token, TokenUser, user, size, &size) != 0 &&
         EqualSid(owner, reinterpret_cast<TOKEN_USER*>(user)->User.Sid) != 0;
}

bool IsOurs(const std::wstring& path) {
  PSID owner = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (GetNamedSecurityInfoW(path.c_str(), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner,
                            nullptr, nullptr, nullptr, &descriptor) != ERROR_SUCCESS) {
    return false;
  }
  const std::unique_ptr<void, decltype(&LocalFree)> freed(descriptor, &LocalFree);
  return IsTrusted(owner);
}

// True when it is gone.
bool RemoveTree(MSIHANDLE setup, const std::wstring& path, DWORD attributes) {
  const bool is_folder = (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  if (is_folder && (attributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0) {
    WIN32_FIND_DATAW found;
    const HANDLE search = FindFirstFileW((path + L"\\*").c_str(), &found);
    for (BOOL more = search != INVALID_HANDLE_VALUE; more != 0;
         more = FindNextFileW(search, &found)) {
      const std::wstring name = found.cFileName;
      if (name != L"." && name != L"..")
        RemoveTree(setup, path + L"\\" + name, found.dwFileAttributes);
    }
    if (search != INVALID_HANDLE_VALUE) FindClose(search);
  }
  if ((attributes & FILE_ATTRIBUTE_READONLY) != 0)
    SetFileAttributesW(path.c_str(), FILE_ATTRIBUTE_NORMAL);
  if (is_folder ? RemoveDirectoryW(path.c_str()) != 0 : DeleteFileW(path.c_str()) != 0) return true;
  Say(setup, path + L" stays: " + SystemWords(GetLastError()));
  return false;
}

}  // namespace

std::optional<std::string> ReadFileAt(const std::wstring& path) {
  const Handle file = Open(path, GENERIC_READ, OPEN_EXISTING);
  if (!file) {
    const DWORD error = GetLastError();
    if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) return {};
    throw SetUpError{path + L" cannot be read: " + SystemWords(error)};
  }
  std::string content(kLargest + 1, '\0');
  DWORD octets = 0;
  if (ReadFile(file.get(), content.data(), kLargest + 1, &octets, nullptr) == 0)
    throw SetUpError{path + L" cannot be read: " + SystemWords(GetLastError())};
  if (octets > kLargest) throw SetUpError{path + L" is larger than 4 MB"};
  content.resize(octets);
  return content;
}

// Asked of the shell, as the collector does; a property could be set from outside.
DataFolder::DataFolder() {
  PWSTR found = nullptr;
  const HRESULT result = SHGetKnownFolderPath(FOLDERID_ProgramData, 0, nullptr, &found);
  if (result == S_OK) path_ = std::wstring(found) + L"\\Plotmeter";
  CoTaskMemFree(found);
  if (path_.empty()) throw SetUpError{L"Windows does not say where its ProgramData is"};
  const DWORD attributes = GetFileAttributesW(path_.c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES)
    throw SetUpError{path_ + L" cannot be opened: " + SystemWords(GetLastError())};
  if ((attributes & FILE_ATTRIBUTE_DIRECTORY) == 0 ||
      (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
    throw SetUpError{path_ +
                     L" is a file or a link; expected a folder. Look who made it, then remove it"};
  if (!IsOurs(path_)) {
    throw SetUpError{path_ +
                     L" belongs to somebody who could open what is kept there; expected SYSTEM or "
                     L"Administrators. Look who made it, "
                     L"then remove it"};
  }
}

bool DataFolder::Has(const std::wstring& name) const {
  return GetFileAttributesW(File(name).c_str()) != INVALID_FILE_ATTRIBUTES;
}

std::optional<std::string> DataFolder::Read(const std::wstring& name) const {
  return ReadFileAt(File(name));
}

void DataFolder::Put(const std::wstring& name, const std::string& content) const {
  const std::wstring path = File(name);
  const auto write = [](const std::wstring& to, const std::string& text) {
    const Handle file = Open(to, GENERIC_WRITE, CREATE_ALWAYS);
    DWORD wrote = 0;
    if (!file ||
        WriteFile(file.get(), text.data(), static_cast<DWORD>(text.size()), &wrote, nullptr) == 0 ||
        wrote != text.size() || FlushFileBuffers(file.get()) == 0) {
      throw SetUpError{to + L" cannot be written: " + SystemWords(GetLastError())};
    }
  };
  write(path + L".before", Read(name).value_or(""));
  write(path + L".new", content);
  if (MoveFileExW((path + L".new").c_str(), path.c_str(),
                  MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) == 0)
    throw SetUpError{path + L" cannot be written: " + SystemWords(GetLastError())};
}

// An empty file of before stands for none.
void DataFolder::Restore(const std::wstring& name) const {
  const std::optional<std::string> before = Read(name + L".before");
  if (!before) return;
  if (before->empty()) {
    DeleteFileW(File(name).c_str());
    Accept(name);
  } else {
    MoveFileExW(File(name + L".before").c_str(), File(name).c_str(),
                MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH);
  }
}

void DataFolder::Accept(const std::wstring& name) const {
  DeleteFileW(File(name + L".before").c_str());
}

void DataFolder::Purge(MSIHANDLE setup) const {
  if (RemoveTree(setup, path_, FILE_ATTRIBUTE_DIRECTORY))
    Say(setup, path_ + L" is removed, as PURGE=1 asks");
}

}  // namespace plotmeter
