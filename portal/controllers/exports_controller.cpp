#include "portal/controllers/exports_controller.h"

#include <fmt/format.h>

#include <memory>

#include "portal/controllers/filter.h"

namespace plotmeter {
namespace {

std::optional<Period> PeriodOf(const ExportKind& kind, const Request& request) {
  const bool is_named = request.QueryText("from") != nullptr || request.QueryText("to") != nullptr;
  if (kind.period == PeriodUse::kNeeded || is_named) return ReadPeriod(request);
  return std::nullopt;
}

// "usage-2026-11-01-2026-12-01.csv"
std::string NameOf(const ExportKind& kind, const Request& request, std::string_view ending) {
  std::string name(kind.name);
  for (const char* edge : {"from", "to"}) {
    if (const std::string* text = request.QueryText(edge)) name += '-' + *text;
  }
  return fmt::format("{}.{}", name, ending);
}

}  // namespace

void ExportsController::Map(Router& router) const {
  // /api/v1/usage.csv, /api/v1/usage.ndjson, /api/v1/jobs.csv, …
  for (const ExportKind& kind : ExportKinds()) {
    for (const auto& [ending, format] :
         {std::pair{"csv", ExportFormat::kCsv}, std::pair{"ndjson", ExportFormat::kNdjson}}) {
      router.Add("GET", fmt::format("/api/v1/{}.{}", kind.name, ending), kViewers,
                 [this, &kind, format = format](const Request& request, const Caller& caller) {
                   return Stream(kind, format, request, caller);
                 });
    }
  }
}

Response ExportsController::Stream(const ExportKind& kind, ExportFormat format,
                                   const Request& request, const Caller& caller) const {
  std::vector<std::string> known = {"customer", "site", "printer"};
  if (kind.period != PeriodUse::kNone) known.insert(known.end(), {"from", "to"});
  request.OnlyQuery(known);
  const std::optional<Period> period = PeriodOf(kind, request);
  const PrinterFilter filter = ReadPrinterFilter(store_, lists_, request, caller);
  const std::shared_ptr<Export> rows =
      MakeExport(kind, {store_, lists_, books_, caller.reseller, filter, period}, format);
  const bool is_csv = format == ExportFormat::kCsv;
  return LongFile([rows](std::string& chunk) { return rows->Next(chunk); },
                  is_csv ? "text/csv" : "application/x-ndjson",
                  NameOf(kind, request, is_csv ? "csv" : "ndjson"));
}

}  // namespace plotmeter
