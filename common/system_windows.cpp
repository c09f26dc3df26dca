#include <windows.h>
// after it
#include <fmt/format.h>
#include <shellapi.h>

#include <memory>

#include "common/system.h"
#include "common/windows_text.h"

namespace plotmeter {

std::wstring Wide(std::string_view utf8) {
  const int length = static_cast<int>(utf8.size());
  std::wstring wide(
      static_cast<std::size_t>(MultiByteToWideChar(CP_UTF8, 0, utf8.data(), length, nullptr, 0)),
      L'\0');
  MultiByteToWideChar(CP_UTF8, 0, utf8.data(), length, wide.data(), static_cast<int>(wide.size()));
  return wide;
}

std::string Utf8(std::wstring_view utf16) {
  const int length = static_cast<int>(utf16.size());
  std::string text(static_cast<std::size_t>(WideCharToMultiByte(CP_UTF8, 0, utf16.data(), length,
                                                                nullptr, 0, nullptr, nullptr)),
                   '\0');
  WideCharToMultiByte(CP_UTF8, 0, utf16.data(), length, text.data(), static_cast<int>(text.size()),
                      nullptr, nullptr);
  return text;
}

CommandLine::CommandLine(int, char**) {
  SetConsoleOutputCP(CP_UTF8);
  for (const DWORD stream : {STD_OUTPUT_HANDLE, STD_ERROR_HANDLE}) {
    DWORD mode = 0;
    const HANDLE console = GetStdHandle(stream);
    if (GetConsoleMode(console, &mode) != 0)
      SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
  }
  int count = 0;
  const std::unique_ptr<LPWSTR[], decltype(&LocalFree)> wide(
      CommandLineToArgvW(GetCommandLineW(), &count), &LocalFree);
  for (int i = 0; wide && i < count; ++i) words_.push_back(Utf8(wide[static_cast<std::size_t>(i)]));
  for (std::string& word : words_) pointers_.push_back(word.data());
  pointers_.push_back(nullptr);
}

std::optional<std::string> EnvironmentVariable(const std::string& name) {
  constexpr DWORD kLongest = 32767;  // characters, the end included
  std::wstring value(kLongest, L'\0');
  SetLastError(NO_ERROR);
  const DWORD length = GetEnvironmentVariableW(Wide(name).c_str(), value.data(), kLongest);
  if (length == 0 && GetLastError() != NO_ERROR) return std::nullopt;
  value.resize(length);
  return Utf8(value);
}

// GetVersionEx answers for the version a program was written for; the kernel says what is there.
std::string SystemName() {
  RTL_OSVERSIONINFOW about{};
  about.dwOSVersionInfoSize = sizeof about;
  using RtlGetVersion = LONG(WINAPI*)(RTL_OSVERSIONINFOW*);
  const auto ask = reinterpret_cast<RtlGetVersion>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "RtlGetVersion")));
  if (ask == nullptr || ask(&about) != 0) return "Windows x86_64";
  return fmt::format("Windows {}.{}.{} x86_64", about.dwMajorVersion, about.dwMinorVersion,
                     about.dwBuildNumber);
}

bool ErrorsGoToATerminal() {
  DWORD mode = 0;
  return GetConsoleMode(GetStdHandle(STD_ERROR_HANDLE), &mode) != 0;
}

std::string ErrorText(int number) {
  wchar_t* words = nullptr;
  const DWORD length = FormatMessageW(
      FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
          FORMAT_MESSAGE_MAX_WIDTH_MASK,
      nullptr, static_cast<DWORD>(number), 0, reinterpret_cast<wchar_t*>(&words), 0, nullptr);
  const std::unique_ptr<wchar_t, decltype(&LocalFree)> freed(words, &LocalFree);
  std::string text = Utf8({words, length});
  while (text.ends_with(' ') || text.ends_with('.')) text.pop_back();
  return text.empty() ? fmt::format("Windows error {}", number) : text;
}

}  // namespace plotmeter
