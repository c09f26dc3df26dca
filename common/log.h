// One line an event: a name and fields. Transitions, not repetitions; never a secret, never a
// person.
//
//    Log(LogLevel::kInfo, "batch_stored", {{"sequence", "41"}, {"bytes", "3120"}});
//    2026-11-22T09:00:03Z info batch_stored sequence=41 bytes=3120
//
// Values with blanks, quotes or control characters are written as JSON strings. Safe from any
// thread.
//
// Lines go to standard error. Where that is the journal of systemd (JOURNAL_STREAM names it, as in
// systemd.exec(5)), they begin with the priority that sd-daemon(3) defines instead of an instant
// and a level, which the journal keeps by itself:
//
//    <6>batch_stored sequence=41 bytes=3120

#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace plotmeter {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

using LogField = std::pair<std::string_view, std::string>;

void Log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

// What is below is not written. The default is kInfo.
void SetLogLevel(LogLevel level);

// Told of every line that is written, as `batch_stored sequence=41 bytes=3120`, besides: the Event
// Log of Windows. From any thread; may not log itself. Not while other threads log.
using LogEar = std::function<void(LogLevel level, const std::string& line)>;
void TellLogTo(LogEar ear);

// From now on to this file, instead of standard error. One that would grow beyond `max_bytes` is
// renamed to collector.1.log (of collector.log), the one before to collector.2.log, and so on;
// `kept` old ones stay. Not while other threads log. Throws std::runtime_error when it cannot be
// written.
void LogToFile(const std::string& path, std::size_t max_bytes, std::size_t kept);

// Whether `stream` (the variable JOURNAL_STREAM, "8:12345": device and inode) names what is open as
// `descriptor`. A child may have inherited the variable and write elsewhere.
bool IsJournal(std::string_view stream, int descriptor);

}  // namespace plotmeter
