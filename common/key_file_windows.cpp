// Keys at rest on Windows, sealed by the system (DPAPI).
//
//    file = "plotmeter key 1 dpapi" LF blob
//
// The blob is what CryptProtectData made for the machine, not for a user: an administrator enrols,
// the service, which is SYSTEM, sends. Whoever may open the file could therefore unseal it on this
// machine; its access list keeps others away.

#include <windows.h>
// after it
#include <dpapi.h>
#include <fmt/format.h>

#include <memory>
#include <stdexcept>
#include <string_view>

#include "common/private_file.h"
#include "common/system.h"

namespace plotmeter {
namespace {

constexpr std::string_view kMark = "plotmeter key 1 dpapi\n";
constexpr DWORD kForTheMachine = CRYPTPROTECT_LOCAL_MACHINE | CRYPTPROTECT_UI_FORBIDDEN;

// The functions only read what they are given, but do not say so.
DATA_BLOB BlobOf(std::string_view text) {
  return {.cbData = static_cast<DWORD>(text.size()),
          .pbData = reinterpret_cast<BYTE*>(const_cast<char*>(text.data()))};
}

std::string TakeText(DATA_BLOB& blob) {
  std::string text(reinterpret_cast<const char*>(blob.pbData), blob.cbData);
  SecureZeroMemory(blob.pbData, blob.cbData);
  LocalFree(blob.pbData);
  return text;
}

}  // namespace

std::optional<Secret> ReadKeyFile(const std::string& path) {
  const std::optional<Secret> file = ReadPrivateFile(path);
  if (!file) return {};
  std::string_view text = file->Reveal();
  if (!text.starts_with(kMark)) {
    throw std::runtime_error(
        fmt::format("{} was not sealed by Windows: it is a key of another system, or of a newer "
                    "version. Keys do not move "
                    "from machine to machine; enrol this one in another state directory",
                    path));
  }
  text.remove_prefix(kMark.size());
  DATA_BLOB sealed = BlobOf(text);
  DATA_BLOB open{};
  if (CryptUnprotectData(&sealed, nullptr, nullptr, nullptr, nullptr, kForTheMachine, &open) == 0) {
    throw std::runtime_error(fmt::format(
        "{} cannot be opened by this machine ({}): it is damaged, or was copied from another one. "
        "Restore it, or enrol in another state directory",
        path, ErrorText(static_cast<int>(GetLastError()))));
  }
  return Secret(TakeText(open));
}

void WriteKeyFile(const std::string& path, const Secret& content) {
  DATA_BLOB open = BlobOf(content.Reveal());
  DATA_BLOB sealed{};
  if (CryptProtectData(&open, L"Plotmeter", nullptr, nullptr, nullptr, kForTheMachine, &sealed) ==
      0) {
    throw std::runtime_error(
        fmt::format("cannot seal {}: {}", path, ErrorText(static_cast<int>(GetLastError()))));
  }
  WritePrivateFile(path, Secret(std::string(kMark) + TakeText(sealed)));
}

}  // namespace plotmeter
