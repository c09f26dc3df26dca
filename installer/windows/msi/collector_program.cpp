#include "collector_program.h"

#include <memory>

#include "properties.h"

namespace plotmeter {
namespace {

struct CloseIt {
  using pointer = HANDLE;
  void operator()(HANDLE handle) const { CloseHandle(handle); }
};
using Handle = std::unique_ptr<HANDLE, CloseIt>;

constexpr std::wstring_view kOurs = L"PLOTMETER_";

// NAME=VALUE and a zero, again and again, and a zero at the end.
std::wstring Environment(const std::map<std::wstring, std::wstring>& variables) {
  std::wstring block;
  wchar_t* const inherited = GetEnvironmentStringsW();
  for (const wchar_t* entry = inherited; *entry != L'\0';) {
    const std::wstring_view text = entry;
    if (!text.starts_with(kOurs)) block.append(text).push_back(L'\0');
    entry += text.size() + 1;
  }
  FreeEnvironmentStringsW(inherited);
  for (const auto& [name, value] : variables)
    block.append(name).append(L"=").append(value).push_back(L'\0');
  block.push_back(L'\0');
  return block;
}

}  // namespace

Ended RunCollector(const std::wstring& exe, const std::wstring& arguments,
                   const std::map<std::wstring, std::wstring>& variables) {
  SECURITY_ATTRIBUTES inherited{
      .nLength = sizeof inherited, .lpSecurityDescriptor = nullptr, .bInheritHandle = TRUE};
  HANDLE read = nullptr;
  HANDLE write = nullptr;
  if (CreatePipe(&read, &write, &inherited, 0) == 0)
    throw SetUpError{L"no pipe can be made: " + SystemWords(GetLastError())};
  const Handle reader(read);
  Handle writer(write);
  SetHandleInformation(read, HANDLE_FLAG_INHERIT, 0);

  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdOutput = write;
  startup.hStdError = write;
  PROCESS_INFORMATION process{};
  std::wstring line = L"\"" + exe + L"\" " + arguments;
  std::wstring environment = Environment(variables);
  const BOOL is_started = CreateProcessW(exe.c_str(), line.data(), nullptr, nullptr, TRUE,
                                         CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT,
                                         environment.data(), nullptr, &startup, &process);
  const DWORD error = GetLastError();
  Wipe(environment);
  if (is_started == 0) throw SetUpError{exe + L" cannot be started: " + SystemWords(error)};
  const Handle thread(process.hThread);
  const Handle ended(process.hProcess);
  writer.reset();  // so that the pipe ends with the program

  constexpr std::size_t kMost = 4000;
  std::string said;
  char part[512];
  for (DWORD octets = 0; ReadFile(read, part, sizeof part, &octets, nullptr) != 0 && octets > 0;)
    if (said.size() < kMost) said.append(part, octets);
  WaitForSingleObject(process.hProcess, INFINITE);
  Ended result;
  DWORD code = 1;
  GetExitCodeProcess(process.hProcess, &code);
  result.code = code;
  result.words = Wide(said);
  while (!result.words.empty() && (result.words.back() == L'\n' || result.words.back() == L'\r'))
    result.words.pop_back();
  return result;
}

std::wstring Wide(const std::string& utf8) {
  const int octets = static_cast<int>(utf8.size());
  std::wstring wide(
      static_cast<std::size_t>(MultiByteToWideChar(CP_UTF8, 0, utf8.data(), octets, nullptr, 0)),
      L'\0');
  MultiByteToWideChar(CP_UTF8, 0, utf8.data(), octets, wide.data(), static_cast<int>(wide.size()));
  return wide;
}

std::string Utf8(const std::wstring& wide) {
  const int letters = static_cast<int>(wide.size());
  std::string utf8(static_cast<std::size_t>(WideCharToMultiByte(CP_UTF8, 0, wide.data(), letters,
                                                                nullptr, 0, nullptr, nullptr)),
                   '\0');
  WideCharToMultiByte(CP_UTF8, 0, wide.data(), letters, utf8.data(), static_cast<int>(utf8.size()),
                      nullptr, nullptr);
  return utf8;
}

}  // namespace plotmeter
