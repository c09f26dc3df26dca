// Whatever an administrator's list of printers holds, it is rows with an address each, or an error
// that names the file, the line and what was expected.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "collector/discovery/csv.h"
#include "collector/discovery/hosts.h"
#include "common/settings.h"

namespace {

using namespace plotmeter;

void Check(bool is_so) {
  if (!is_so) std::abort();
}

bool Says(const UsageError& error, std::string_view words) {
  return std::string_view(error.what()).find(words) != std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    std::size_t line = 0;
    for (const CsvRow& row : ParseCsv("hosts.csv", text)) {
      Check(row.line > line && !row.fields.empty());
      line = row.line;
    }
    for (const HostRow& host : ParseHosts("hosts.csv", text)) {
      Check(host.line > 1 && host.line <= line && !host.at.host.empty());
      const HostName again = HostName::Parse("address", host.at.host);
      Check(again.host == host.at.host && again.is_name() == host.at.is_name());
    }
  } catch (const UsageError& error) {
    Check(Says(error, "hosts.csv") && Says(error, "expected") && Says(error, "line"));
  }
  return 0;
}
