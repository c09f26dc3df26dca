#include "properties.h"

#include <wincrypt.h>

namespace plotmeter {
namespace {

void Tell(MSIHANDLE setup, INSTALLMESSAGE kind, const std::wstring& words) {
  const MSIHANDLE record = MsiCreateRecord(1);
  MsiRecordSetStringW(record, 0, L"Plotmeter Collector: [1]");
  MsiRecordSetStringW(record, 1, words.c_str());
  MsiProcessMessage(setup, kind, record);
  MsiCloseHandle(record);
}

constexpr wchar_t kDigits[] = L"0123456789abcdef";

std::wstring ToHex(const DATA_BLOB& octets) {
  std::wstring text;
  for (DWORD i = 0; i < octets.cbData; ++i) {
    text += kDigits[octets.pbData[i] >> 4];
    text += kDigits[octets.pbData[i] & 15];
  }
  return text;
}

std::vector<BYTE> FromHex(const std::wstring& text) {
  const std::wstring digits = kDigits;
  std::vector<BYTE> octets;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const std::size_t high = digits.find(text[i]);
    const std::size_t low = digits.find(text[i + 1]);
    if (high > 15 || low > 15) return {};
    octets.push_back(static_cast<BYTE>(high << 4 | low));
  }
  return octets;
}

}  // namespace

std::wstring Property(MSIHANDLE setup, const wchar_t* name) {
  DWORD length = 0;  // without the zero at the end
  wchar_t none[] = L"";
  if (MsiGetPropertyW(setup, name, none, &length) != ERROR_MORE_DATA) return {};
  std::wstring value(++length, L'\0');
  if (MsiGetPropertyW(setup, name, value.data(), &length) != ERROR_SUCCESS) return {};
  value.resize(length);
  return value;
}

void SetProperty(MSIHANDLE setup, const wchar_t* name, const std::wstring& value) {
  if (MsiSetPropertyW(setup, name, value.c_str()) != ERROR_SUCCESS)
    throw SetUpError{std::wstring(L"the property ") + name + L" cannot be set"};
}

void Say(MSIHANDLE setup, const std::wstring& words) { Tell(setup, INSTALLMESSAGE_INFO, words); }

void Refuse(MSIHANDLE setup, const std::wstring& words) {
  Tell(setup, static_cast<INSTALLMESSAGE>(INSTALLMESSAGE_ERROR | MB_OK | MB_ICONERROR), words);
}

// Each text with a zero behind it, sealed, as hexadecimal digits.
std::wstring Seal(const std::vector<std::wstring>& texts) {
  std::wstring plain;
  for (const std::wstring& text : texts) plain.append(text.c_str(), text.size() + 1);
  DATA_BLOB open{.cbData = static_cast<DWORD>(plain.size() * sizeof(wchar_t)),
                 .pbData = reinterpret_cast<BYTE*>(plain.data())};
  DATA_BLOB sealed{};
  const BOOL is_sealed =
      CryptProtectData(&open, L"Plotmeter Collector", nullptr, nullptr, nullptr,
                       CRYPTPROTECT_LOCAL_MACHINE | CRYPTPROTECT_UI_FORBIDDEN, &sealed);
  const DWORD error = GetLastError();
  Wipe(plain);
  if (is_sealed == 0) throw SetUpError{L"what was given cannot be sealed: " + SystemWords(error)};
  std::wstring text = ToHex(sealed);
  LocalFree(sealed.pbData);
  return text;
}

std::vector<std::wstring> Unseal(MSIHANDLE setup, const wchar_t* name, std::size_t count) {
  std::vector<BYTE> octets = FromHex(Property(setup, name));
  DATA_BLOB sealed{.cbData = static_cast<DWORD>(octets.size()), .pbData = octets.data()};
  DATA_BLOB open{};
  if (CryptUnprotectData(&sealed, nullptr, nullptr, nullptr, nullptr, CRYPTPROTECT_UI_FORBIDDEN,
                         &open) == 0)
    throw SetUpError{L"what the action was handed cannot be opened: " +
                     SystemWords(GetLastError())};
  std::wstring plain(reinterpret_cast<const wchar_t*>(open.pbData), open.cbData / sizeof(wchar_t));
  SecureZeroMemory(open.pbData, open.cbData);
  LocalFree(open.pbData);
  std::vector<std::wstring> texts;
  for (std::size_t begin = 0, end = 0; (end = plain.find(L'\0', begin)) != std::wstring::npos;
       begin = end + 1)
    texts.push_back(plain.substr(begin, end - begin));
  Wipe(plain);
  if (texts.size() != count)
    throw SetUpError{L"the action was handed something else than it expects"};
  return texts;
}

std::wstring SystemWords(DWORD error) {
  wchar_t* text = nullptr;
  const DWORD length = FormatMessageW(
      FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
      nullptr, error, 0, reinterpret_cast<wchar_t*>(&text), 0, nullptr);
  std::wstring words =
      length == 0 ? L"error " + std::to_wstring(error) : std::wstring(text, length);
  LocalFree(text);
  while (!words.empty() && (words.back() == L'\n' || words.back() == L'\r' ||
                            words.back() == L'.' || words.back() == L' '))
    words.pop_back();
  return words;
}

void Wipe(std::wstring& text) {
  SecureZeroMemory(text.data(), text.size() * sizeof(wchar_t));
  text.clear();
}

}  // namespace plotmeter
