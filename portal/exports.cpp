// export usage, jobs, readings, supplies, alerts, printers: the same bytes the API streams, into a
// file or to standard output.

#include "portal/exports.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "portal/commands.h"
#include "portal/ledger/layout.h"
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

std::optional<Period> PeriodOf(const Arguments& arguments) {
  if (!arguments.Has("from") && !arguments.Has("to")) return std::nullopt;
  for (const auto& [given, missing] : {std::pair{"from", "to"}, std::pair{"to", "from"}}) {
    if (!arguments.Has(missing)) {
      throw UsageError(fmt::format("--{} goes with --{}", given, missing));
    }
  }
  const Period period{EdgeOf(arguments, "from"), EdgeOf(arguments, "to")};
  if (period.from.In("UTC") < period.to.In("UTC")) return period;
  throw UsageError(fmt::format("'to' is '{}'; expected something after 'from', which is '{}'",
                               arguments.Text("to"), arguments.Text("from")));
}

std::string TextOfFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw UsageError(
        fmt::format("'columns' is '{}', which cannot be read: {}", path, std::strerror(errno)));
  }
  std::string text;
  constexpr std::size_t kMost = std::size_t{2} << 20;  // ReadLayout refuses less
  for (char c = 0; text.size() < kMost && in.get(c);) text += c;
  return text;
}

}  // namespace

ExportFormat FormatOf(const Arguments& arguments) {
  const std::string format = arguments.Text("format");
  if (format == "csv") return ExportFormat::kCsv;
  if (format == "ndjson") return ExportFormat::kNdjson;
  throw UsageError(fmt::format("'format' is '{}'; expected csv or ndjson", format));
}

std::string LayoutText(const Arguments& arguments, const ExportKind& kind) {
  if (!arguments.Has("columns")) return "";
  const std::string text = TextOfFile(arguments.Text("columns"));
  ReadLayout(arguments.Text("columns"), text, kind.columns);
  return text;
}

PrinterFilter FilterOf(SqliteStore& store, const ResellerId& reseller, const Arguments& arguments) {
  PrinterFilter filter;
  if (arguments.Has("customer")) {
    filter.customer = FindCustomer(store, arguments, arguments.Text("customer")).customer.id;
  }
  if (arguments.Has("site")) {
    filter.site = FindSite(store, arguments, arguments.Text("site")).site.id;
  }
  if (!arguments.Has("printer")) return filter;
  const std::string text = arguments.Text("printer");
  auto found = store.Printers(reseller, {.printer = text}, "", 1);
  if (found.empty() && !text.empty()) found = store.Printers(reseller, {.serial = text}, "", 2);
  if (found.empty()) throw std::runtime_error(fmt::format("there is no printer '{}'", text));
  if (found.size() > 1) {
    throw std::runtime_error(
        fmt::format("'{}' is the serial of several printers; expected an id, prn_…", text));
  }
  filter.printer = found[0].id;
  return filter;
}

void CheckExport(const ExportKind& kind, const Arguments& arguments) {
  PeriodOf(arguments);
  FormatOf(arguments);
  LayoutText(arguments, kind);
}

int RunExport(const ExportKind& kind, const Arguments& arguments) {
  const std::optional<Period> period = PeriodOf(arguments);
  RowShape shape = FormatOf(arguments);
  if (const std::string layout = LayoutText(arguments, kind); arguments.Has("columns")) {
    shape.layout =
        std::make_shared<const Layout>(ReadLayout(arguments.Text("columns"), layout, kind.columns));
  }
  SqliteStore store(DataDirectory(arguments).existing_database());
  const Reseller reseller = FindReseller(store, arguments.Text("reseller"));
  const PrinterFilter filter = FilterOf(store, reseller.id, arguments);
  const auto rows = MakeExport(kind, {store, store, store, reseller.id, filter, period}, shape);
  Output output(arguments.Text("output"));
  std::string chunk;
  for (bool more = true; more; chunk.clear()) {
    more = rows->Next(chunk);
    output.Write(chunk);
  }
  output.Finish();
  return 0;
}

}  // namespace plotmeter
