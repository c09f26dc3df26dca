#include <windows.h>
// after it
#include <memory>
#include <stdexcept>

#include "common/event_log.h"
#include "common/system.h"
#include "common/windows_text.h"
#include "events.h"  // made of events.mc

namespace plotmeter {
namespace {

struct Event {
  DWORD id;
  WORD type;
};

Event EventOf(EventKind kind) {
  switch (kind) {
    case EventKind::kStarted:
      return {PLOTMETER_STARTED, EVENTLOG_INFORMATION_TYPE};
    case EventKind::kStopped:
      return {PLOTMETER_STOPPED, EVENTLOG_INFORMATION_TYPE};
    case EventKind::kWarning:
      return {PLOTMETER_WARNING, EVENTLOG_WARNING_TYPE};
    case EventKind::kError:
      return {PLOTMETER_ERROR, EVENTLOG_ERROR_TYPE};
    case EventKind::kFailed:
      break;
  }
  return {PLOTMETER_FAILED, EVENTLOG_ERROR_TYPE};
}

std::wstring KeyOf(const std::wstring& source) {
  return L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\" + source;
}

void Expect(LSTATUS status, const char* doing) {
  if (status != ERROR_SUCCESS)
    throw std::runtime_error(std::string(doing) + ": " + ErrorText(static_cast<int>(status)));
}

}  // namespace

EventLog::EventLog(const std::wstring& source)
    : handle_(RegisterEventSourceW(nullptr, source.c_str())) {}

EventLog::~EventLog() {
  if (handle_ != nullptr) DeregisterEventSource(handle_);
}

void EventLog::Write(EventKind kind, const std::string& text) const {
  if (handle_ == nullptr) return;
  const std::wstring wide = Wide(text);
  const wchar_t* const strings[] = {wide.c_str()};
  const Event event = EventOf(kind);
  ReportEventW(handle_, event.type, 0, event.id, nullptr, 1, 0, const_cast<LPCWSTR*>(strings),
               nullptr);
}

std::string EventSentence(EventKind kind, const std::string& text) {
  const std::wstring wide = Wide(text);
  DWORD_PTR arguments[] = {reinterpret_cast<DWORD_PTR>(wide.c_str())};
  wchar_t* words = nullptr;
  const DWORD length = FormatMessageW(
      FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_ARGUMENT_ARRAY,
      nullptr, EventOf(kind).id, 0, reinterpret_cast<wchar_t*>(&words), 0,
      reinterpret_cast<va_list*>(arguments));
  const std::unique_ptr<wchar_t, decltype(&LocalFree)> freed(words, &LocalFree);
  std::string sentence = Utf8({words, length});
  while (sentence.ends_with('\n') || sentence.ends_with('\r')) sentence.pop_back();
  return sentence;
}

void InstallEventSource(const std::wstring& source, const std::wstring& exe) {
  HKEY key = nullptr;
  Expect(RegCreateKeyExW(HKEY_LOCAL_MACHINE, KeyOf(source).c_str(), 0, nullptr, 0, KEY_SET_VALUE,
                         nullptr, &key, nullptr),
         "the source of events cannot be made");
  const std::unique_ptr<HKEY__, decltype(&RegCloseKey)> closed(key, &RegCloseKey);
  const DWORD types = EVENTLOG_ERROR_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_INFORMATION_TYPE;
  Expect(RegSetValueExW(key, L"EventMessageFile", 0, REG_EXPAND_SZ,
                        reinterpret_cast<const BYTE*>(exe.c_str()),
                        static_cast<DWORD>((exe.size() + 1) * sizeof(wchar_t))),
         "the source of events cannot be named");
  Expect(RegSetValueExW(key, L"TypesSupported", 0, REG_DWORD, reinterpret_cast<const BYTE*>(&types),
                        sizeof types),
         "the source of events cannot be described");
}

void RemoveEventSource(const std::wstring& source) {
  const LSTATUS status = RegDeleteKeyW(HKEY_LOCAL_MACHINE, KeyOf(source).c_str());
  if (status != ERROR_FILE_NOT_FOUND) Expect(status, "the source of events cannot be removed");
}

}  // namespace plotmeter
