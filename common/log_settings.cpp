#include "common/log_settings.h"

#include "common/log.h"

namespace plotmeter {
namespace {

constexpr std::int64_t kMegabyte = 1'000'000;

struct Wishes {
  std::string path = {};  // empty: standard error
  std::size_t max_bytes = 0;
  std::size_t kept = 0;
};

Wishes WishesOf(const Arguments& arguments) {
  return {.path = arguments.Text("log-file"),
          .max_bytes = static_cast<std::size_t>(arguments.Number("log-size", 1, 1000) * kMegabyte),
          .kept = static_cast<std::size_t>(arguments.Number("log-count", 1, 100))};
}

}  // namespace

std::vector<Setting> LogSettings() {
  return {
      {.name = "log-file",
       .value = "FILE",
       .help = "write the log there instead of to standard error",
       .why = "Standard error of a service is the journal, which dates and keeps lines by itself.",
       .example = "/var/log/plotmeter.log"},
      {.name = "log-size",
       .value = "MB",
       .fallback = "10",
       .help = "megabytes after which the file of the log is renamed and begun anew",
       .why = "A line is about a hundred bytes, and a healthy day has few."},
      {.name = "log-count",
       .value = "N",
       .fallback = "5",
       .help = "old files of the log that are kept: FILE.1, FILE.2 and so on",
       .why = "With the size above, the log never takes more than 60 MB."}};
}

void CheckLogSettings(const Arguments& arguments) { WishesOf(arguments); }

void StartLog(const Arguments& arguments, const std::string& otherwise) {
  Wishes wishes = WishesOf(arguments);
  if (wishes.path.empty()) wishes.path = otherwise;
  if (!wishes.path.empty()) LogToFile(wishes.path, wishes.max_bytes, wishes.kept);
}

}  // namespace plotmeter
