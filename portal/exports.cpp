// export usage and export jobs: the same bytes the API streams, into a file or to standard output.

#include <fmt/format.h>

#include "portal/commands.h"
#include "portal/ledger/export.h"
#include "portal/lookup.h"
#include "portal/output.h"
#include "portal/portal_settings.h"

namespace plotmeter {
namespace {

PeriodEdge EdgeOf(const Arguments& arguments, const std::string& name) {
  const auto edge = PeriodEdge::Parse(arguments.Text(name));
  if (edge) return *edge;
  throw UsageError(
      fmt::format("'{}' is '{}'; expected {}", name, arguments.Text(name), PeriodEdge::kExample));
}

ExportFormat FormatOf(const Arguments& arguments) {
  const std::string format = arguments.Text("format");
  if (format == "csv") return ExportFormat::kCsv;
  if (format == "ndjson") return ExportFormat::kNdjson;
  throw UsageError(fmt::format("'format' is '{}'; expected csv or ndjson", format));
}

Period PeriodOf(const Arguments& arguments) {
  const Period period{EdgeOf(arguments, "from"), EdgeOf(arguments, "to")};
  if (period.from.In("UTC") < period.to.In("UTC")) return period;
  throw UsageError(fmt::format("'to' is '{}'; expected something after 'from', which is '{}'",
                               arguments.Text("to"), arguments.Text("from")));
}

template <typename Open>
int Run(const Arguments& arguments, const Open& open) {
  const Period period = PeriodOf(arguments);
  const ExportFormat format = FormatOf(arguments);
  SqliteStore store(DataDirectory(arguments).existing_database());
  const Reseller reseller = FindReseller(store, arguments.Text("reseller"));
  auto source = open(store, reseller.id, period, format);
  Output output(arguments.Text("output"));
  std::string chunk;
  for (bool more = true; more; chunk.clear()) {
    more = source.Next(chunk);
    output.Write(chunk);
  }
  output.Finish();
  return 0;
}

}  // namespace

void CheckExport(const Arguments& arguments) {
  PeriodOf(arguments);
  FormatOf(arguments);
}

int ExportUsage(const Arguments& arguments) {
  return Run(arguments, [](SqliteStore& store, const ResellerId& reseller, const Period& period,
                           ExportFormat format) {
    return UsageExport(store, store, reseller, {}, period, format);
  });
}

int ExportJobs(const Arguments& arguments) {
  return Run(arguments,
             [](SqliteStore& store, const ResellerId& reseller, const Period& period,
                ExportFormat format) { return JobExport(store, reseller, {}, period, format); });
}

}  // namespace plotmeter
