// Windows only: the Event Log, "Application" of the Event Viewer, where administrators and their
// tools look.
//
//    InstallEventSource(L"Plotmeter Collector", exe);
//    EventLog log(L"Plotmeter Collector");
//    log.Write(EventKind::kWarning, "portal_unreachable why=\"no answer\"");
//
// The texts of the events are message resources of the program itself (events.mc), so an event is
// read in whole sentences; the source tells Windows where they are.

#pragma once

#include <string>

namespace plotmeter {

enum class EventKind { kStarted, kStopped, kWarning, kError, kFailed };

class EventLog {
 public:
  explicit EventLog(const std::wstring& source);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  // What cannot be written is lost: there is nobody else to tell. From any thread.
  void Write(EventKind kind, const std::string& text) const;

 private:
  void* handle_;
};

// Of this program: the sentence for an event, as the Event Viewer shows it. Empty when the resource
// is not there.
std::string EventSentence(EventKind kind, const std::string& text);

// In the registry of the machine, for which it takes an administrator. Throw std::runtime_error.
void InstallEventSource(const std::wstring& source, const std::wstring& exe);
void RemoveEventSource(const std::wstring& source);  // no error when there is none

}  // namespace plotmeter
