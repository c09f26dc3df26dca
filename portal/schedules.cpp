// schedule add, list and remove: exports that are written every month.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "common/http/mail.h"
#include "portal/commands.h"
#include "portal/exports.h"
#include "portal/ledger/month.h"
#include "portal/lookup.h"
#include "portal/portal_settings.h"

namespace plotmeter {
namespace {

const ExportKind& KindOf(const Arguments& arguments) {
  const std::string name = arguments.Text("export");
  if (const ExportKind* kind = FindExport(name)) return *kind;
  std::string names;
  for (const ExportKind& kind : ExportKinds()) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", kind.name);
  }
  throw UsageError(fmt::format("'export' is '{}'; expected one of {}", name, names));
}

// All that can be said without the database.
ScheduledExport ScheduleOf(const Arguments& arguments, Instant now) {
  FormatOf(arguments);
  ScheduledExport schedule{.what = std::string(KindOf(arguments).name),
                           .format = arguments.Text("format"),
                           .columns = LayoutText(arguments, KindOf(arguments)),
                           .folder = arguments.Text("folder"),
                           .mail = arguments.Has("mail") ? arguments.Text("mail") : "",
                           .day = static_cast<int>(arguments.Number("day", 1, 28)),
                           .hour = static_cast<int>(arguments.Number("hour", 0, 23)),
                           .time_zone = arguments.Text("time-zone")};
  if (!std::filesystem::path(schedule.folder).is_absolute()) {
    throw UsageError(fmt::format(
        "'folder' is '{}'; expected a path from the root on, such as /srv/erp", schedule.folder));
  }
  if (!schedule.mail.empty() && !IsMailbox(schedule.mail)) {
    throw UsageError(fmt::format("'mail' is '{}'; expected an address such as books@north.example",
                                 schedule.mail));
  }
  if (!IsTimeZone(schedule.time_zone)) {
    throw UsageError(
        fmt::format("'time-zone' is '{}'; expected one such as Europe/Berlin", schedule.time_zone));
  }
  const Month present = Month::Of(LocalTime(now, schedule.time_zone));
  schedule.first_month = present.text();
  if (arguments.Has("first-month")) {
    const auto first = Month::Parse(arguments.Text("first-month"));
    if (!first) {
      throw UsageError(fmt::format("'first-month' is '{}'; expected {}",
                                   arguments.Text("first-month"), Month::kExample));
    }
    schedule.first_month = first->text();
  }
  return schedule;
}

}  // namespace

void CheckSchedule(const Arguments& arguments) { ScheduleOf(arguments, SystemClock().Now()); }

int AddSchedule(const Arguments& arguments) {
  const Instant now = SystemClock().Now();
  ScheduledExport schedule = ScheduleOf(arguments, now);
  SqliteStore store(DataDirectory(arguments).existing_database());
  const Reseller reseller = FindReseller(store, arguments.Text("reseller"));
  schedule.filter = FilterOf(store, reseller.id, arguments);
  if (!std::filesystem::is_directory(schedule.folder)) {
    throw std::runtime_error(fmt::format("there is no directory {}", schedule.folder));
  }
  const std::string id = store.AddSchedule(reseller.id, schedule, kCommandLine, now);
  if (arguments.Switch("json")) {
    fmt::print("{}\n", JsonText({{"id", id}}));
  } else {
    fmt::print("{}\n", id);
    fmt::print(stderr,
               "From {} on, {} of each month is written into {} when that is over. The portal has "
               "to be allowed to write there.\n",
               schedule.first_month, schedule.what, schedule.folder);
  }
  return 0;
}

int ListSchedules(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  std::vector<std::vector<std::string>> rows;
  for (const Reseller& reseller : ResellersMeant(store, arguments)) {
    for (const ScheduledExport& schedule : store.ScheduledExports(reseller.id)) {
      const auto months = store.MonthsOf(reseller.id, schedule.id);
      const auto last =
          std::ranges::find_if(months.rbegin(), months.rend(), &ScheduledMonth::is_done);
      const bool any = last != months.rend();
      rows.push_back({schedule.id, reseller.id.value, schedule.what, schedule.filter.customer,
                      schedule.filter.site, schedule.filter.printer, schedule.format,
                      schedule.columns.empty() ? "" : "yes", schedule.folder, schedule.mail,
                      schedule.first_month, std::to_string(schedule.day),
                      std::to_string(schedule.hour), schedule.time_zone, any ? last->month : "",
                      any ? FormatInstant(last->at) : ""});
    }
  }
  PrintRows(
      {"id", "reseller", "export", "customer", "site", "printer", "format", "columns", "folder",
       "mail", "first_month", "day", "hour", "time_zone", "last_month", "written_at"},
      rows, arguments.Switch("json"));
  return 0;
}

int RemoveSchedule(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  const std::string id = arguments.Text("schedule");
  for (const Reseller& reseller : ResellersMeant(store, arguments)) {
    if (!store.RemoveSchedule(reseller.id, id, kCommandLine, SystemClock().Now())) continue;
    fmt::print("schedule {} is removed\n", id);
    return 0;
  }
  throw std::runtime_error(fmt::format("there is no schedule '{}'; see 'schedule list'", id));
}

}  // namespace plotmeter
