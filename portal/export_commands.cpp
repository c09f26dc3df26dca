#include "portal/export_commands.h"

#include <fmt/format.h>

#include <string>

#include "portal/exports.h"
#include "portal/portal_settings.h"

namespace plotmeter {
namespace {

// Which rows, and how they are to look: of an export, and of one that is made every month.
std::vector<Setting> FilterSettings() {
  return {Flag("customer", "CUSTOMER", "only this one's; id or name", false),
          Flag("site", "SITE", "only this one's; id or name", false),
          Flag("printer", "PRINTER", "only this one's; id or serial", false)};
}

std::vector<Setting> ShapeSettings() {
  return {
      {.name = "format",
       .value = "FORMAT",
       .fallback = "csv",
       .help = "csv or ndjson",
       .flag_only = true},
      Flag("columns", "FILE", "a column profile: which columns, called what, written how", false)};
}

Command ExportOf(const ExportKind& kind) {
  std::vector<Setting> settings = {DataSetting(), ResellerSetting()};
  std::string example =
      fmt::format("plotmeter-portal export {} --data DIR --reseller North", kind.name);
  if (kind.period != PeriodUse::kNone) {
    const bool needed = kind.period == PeriodUse::kNeeded;
    settings.push_back(
        Flag("from", "D", "a date (midnight where each site is) or an RFC 3339 instant", needed));
    settings.push_back(Flag("to", "D", "the same; the period ends there", needed));
    example += " --from 2026-11-01 --to 2026-12-01";
  }
  for (const auto& part : {FilterSettings(), ShapeSettings()}) {
    settings.insert(settings.end(), part.begin(), part.end());
  }
  settings.push_back(OutputSetting());
  return {.name = fmt::format("export {}", kind.name),
          .summary = fmt::format("Writes {}.", kind.summary),
          .more = "Example: " + example + " --output " + std::string(kind.name) +
                  ".csv\ndocs/exports.md says what the columns mean, and what a column profile is.",
          .settings = std::move(settings),
          .run = [&kind](const Arguments& arguments) { return RunExport(kind, arguments); },
          .check = [&kind](const Arguments& arguments) { CheckExport(kind, arguments); }};
}

}  // namespace

std::vector<Command> ExportCommands() {
  std::vector<Command> commands;
  for (const ExportKind& kind : ExportKinds()) commands.push_back(ExportOf(kind));
  return commands;
}

}  // namespace plotmeter
