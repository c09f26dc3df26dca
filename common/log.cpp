#include "common/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "common/json.h"
#include "common/path.h"
#include "common/system.h"

namespace plotmeter {
namespace {

constexpr int kStandardError = 2;  // its descriptor
constexpr const char* kPattern = "%Y-%m-%dT%H:%M:%SZ %l %v";

struct Target {
  std::shared_ptr<spdlog::logger> logger;
  bool is_journal = false;
  LogEar ear = {};
};

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      break;
  }
  return spdlog::level::err;
}

// syslog's numbers.
std::string_view PriorityOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "<7>";
    case LogLevel::kInfo:
      return "<6>";
    case LogLevel::kWarning:
      return "<4>";
    case LogLevel::kError:
      break;
  }
  return "<3>";
}

std::shared_ptr<spdlog::logger> Make(spdlog::sink_ptr sink, const char* pattern) {
  auto made = std::make_shared<spdlog::logger>("plotmeter", std::move(sink));
  made->set_pattern(pattern, spdlog::pattern_time_type::utc);
  made->flush_on(spdlog::level::info);
  return made;
}

Target& TheLog() {
  static Target target = [] {
    const std::optional<std::string> stream = EnvironmentVariable("JOURNAL_STREAM");
    const bool journal = stream && IsJournal(*stream, kStandardError);
    return Target{.logger = Make(std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                 journal ? "%v" : kPattern),
                  .is_journal = journal};
  }();
  return target;
}

bool IsPlain(char c) { return c > ' ' && c < 127 && c != '"' && c != '\\' && c != '='; }

}  // namespace

void Log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  const Target& target = TheLog();
  if (!target.logger->should_log(ToSpdlog(level))) return;
  std::string line(target.is_journal ? PriorityOf(level) : "");
  line += event;
  for (const auto& [name, value] : fields) {
    line += ' ';
    line += name;
    line += '=';
    const bool plain = !value.empty() && std::ranges::all_of(value, IsPlain);
    line += plain ? value : JsonText(value);
  }
  target.logger->log(ToSpdlog(level), spdlog::string_view_t(line));
  if (target.ear) target.ear(level, line);
}

void TellLogTo(LogEar ear) { TheLog().ear = std::move(ear); }

void SetLogLevel(LogLevel level) { TheLog().logger->set_level(ToSpdlog(level)); }

void LogToFile(const std::string& path, std::size_t max_bytes, std::size_t kept) {
  const spdlog::level::level_enum level = TheLog().logger->level();
  try {
    TheLog().logger = Make(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
                               PathOf(path).native(), max_bytes, kept),
                           kPattern);
    TheLog().is_journal = false;
  } catch (const spdlog::spdlog_ex& error) {
    throw std::runtime_error(fmt::format("the log cannot be written: {}", error.what()));
  }
  TheLog().logger->set_level(level);
}

}  // namespace plotmeter
