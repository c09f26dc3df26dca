#include "portal/export_commands.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "portal/commands.h"
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

std::vector<Setting> ScheduleSettings() {
  std::vector<Setting> settings = {
      DataSetting(), ResellerSetting(),
      Flag("export", "EXPORT", "usage, jobs, readings, supplies, alerts or printers"),
      Flag("folder", "DIR", "where the files go; on this machine, from its root on"),
      Flag("mail", "ADDRESS", "to whom they go by mail, too; up to 5 MiB each", false)};
  for (const auto& part : {FilterSettings(), ShapeSettings()}) {
    settings.insert(settings.end(), part.begin(), part.end());
  }
  const std::vector<Setting> when = {
      {.name = "day",
       .value = "N",
       .fallback = "2",
       .help = "of the month after, 1 to 28",
       .flag_only = true},
      {.name = "hour",
       .value = "N",
       .fallback = "4",
       .help = "of that day, 0 to 23",
       .flag_only = true},
      {.name = "time-zone",
       .value = "ZONE",
       .fallback = "UTC",
       .help = "by whose clocks, such as Europe/Berlin",
       .flag_only = true},
      Flag("first-month", "MONTH", "such as 2026-11; the month that runs now, if not given", false),
      JsonSetting()};
  settings.insert(settings.end(), when.begin(), when.end());
  return settings;
}

std::vector<Command> ScheduleCommands() {
  return {
      {.name = "schedule add",
       .summary = "Has an export written into a folder every month.",
       .more = "The portal writes it while it runs (serve), once a month, and makes up for what it "
               "missed. The profile of --columns is kept as it is now. Mail goes by the "
               "server that `serve` knows (smtp-server).\n"
               "  plotmeter-portal schedule add --data DIR --reseller North --export usage "
               "--folder /srv/erp --day 3 --time-zone Europe/Madrid",
       .settings = ScheduleSettings(),
       .run = AddSchedule,
       .check = CheckSchedule},
      {.name = "schedule list",
       .summary = "Lists what is written every month, and the last month that was.",
       .settings = {DataSetting(), ResellerSetting(false), JsonSetting()},
       .run = ListSchedules},
      {.name = "schedule remove",
       .summary = "Has an export written no more; the files stay.",
       .more = "Example: plotmeter-portal schedule remove --data DIR --schedule sch_7Q2M9K4T",
       .settings = {DataSetting(), ResellerSetting(false),
                    Flag("schedule", "SCHEDULE", "its id, sch_…")},
       .run = RemoveSchedule}};
}

}  // namespace

std::vector<Command> ExportCommands() {
  std::vector<Command> commands;
  for (const ExportKind& kind : ExportKinds()) commands.push_back(ExportOf(kind));
  for (Command& command : ScheduleCommands()) commands.push_back(std::move(command));
  return commands;
}

}  // namespace plotmeter
