#include <windows.h>
// after it
#include <initguid.h>
#include <knownfolders.h>
#include <shlobj.h>

#include <memory>

#include "collector/system_words.h"
#include "common/windows_text.h"

namespace plotmeter {

const SystemWords& Words() {
  static constexpr SystemWords words = {
      .state_default = "C:\\ProgramData\\Plotmeter",
      .state_example = "C:\\ProgramData\\Plotmeter",
      .state_why =
          "The service runs as SYSTEM, and the directory is closed to all but administrators: "
          "whoever looks at it (status, outbox) does so as an administrator.",
      .configuration = "C:\\ProgramData\\Plotmeter\\",
      .proxy_file = "keep it in C:\\ProgramData\\Plotmeter, which only administrators read",
      .look_up = "nslookup {}",
      .ask_clock = "w32tm /query /status",
      .keep_clock = "w32tm /resync",
      .start = "plotmeter-collector service start"};
  return words;
}

// Asked of the shell: the variable ProgramData can be wrong within a service.
std::string DefaultStateDirectory() {
  PWSTR found = nullptr;
  const HRESULT result = SHGetKnownFolderPath(FOLDERID_ProgramData, 0, nullptr, &found);
  const std::unique_ptr<wchar_t, decltype(&CoTaskMemFree)> freed(found, &CoTaskMemFree);
  return (result == S_OK ? Utf8(found) : std::string("C:\\ProgramData")) + "\\Plotmeter";
}

}  // namespace plotmeter
