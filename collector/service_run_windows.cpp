#include <iostream>
#include <sstream>
#include <string_view>

#include "collector/service_name_windows.h"
#include "collector/service_run.h"
#include "common/event_log.h"
#include "common/log.h"
#include "common/private_file.h"
#include "common/windows_service.h"

namespace plotmeter {
namespace {

void WriteEvent(const EventLog& events, LogLevel level, const std::string& line) {
  switch (level) {
    case LogLevel::kWarning:
      return events.Write(EventKind::kWarning, line);
    case LogLevel::kError:
      return events.Write(EventKind::kError, line);
    case LogLevel::kInfo:
      if (line.starts_with("running ")) events.Write(EventKind::kStarted, line);
      return;
    case LogLevel::kDebug:
      return;
  }
}

// Nobody reads the standard error of a service: its last words go to the Event Log.
int RunAsService(const std::function<int()>& program) {
  const EventLog events(kEventSource);
  std::ostringstream said;
  std::streambuf* const before = std::cerr.rdbuf(said.rdbuf());
  TellLogTo([&](LogLevel level, const std::string& line) { WriteEvent(events, level, line); });
  const int code = program();
  TellLogTo({});
  std::cerr.rdbuf(before);
  code == 0 ? events.Write(EventKind::kStopped, said.str())
            : events.Write(EventKind::kFailed, said.str());
  return code;
}

}  // namespace

int RunAsStarted(const CommandLine& line, const std::function<int()>& program) {
  if (line.argc() < 2 || line.word(1) != "run") return program();
  return RunUnderServiceManager(kServiceName,
                                [&] { return IsService() ? RunAsService(program) : program(); });
}

std::string OwnLogFile(const std::string& state_directory) {
  if (!IsService()) return {};
  MakePrivateFolder(state_directory);  // before the log makes it, open to all who use the machine
  return state_directory + "\\collector.log";
}

}  // namespace plotmeter
