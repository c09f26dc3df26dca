// One line an event: a name and fields. Transitions, not repetitions; never a secret, never a
// person.
//
//    Log(LogLevel::kInfo, "batch_stored", {{"sequence", "41"}, {"bytes", "3120"}});
//    2026-11-22T09:00:03Z info batch_stored sequence=41 bytes=3120
//
// Values with blanks, quotes or control characters are written as JSON strings. Safe from any
// thread.

#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace plotmeter {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

using LogField = std::pair<std::string_view, std::string>;

void Log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

// What is below is not written. The default is kInfo; it goes to standard error.
void SetLogLevel(LogLevel level);

}  // namespace plotmeter
