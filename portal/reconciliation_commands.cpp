// reconciliation: jobs beside lifetime meters, month by month (portal/ledger/reconciliation.h).

#include <fmt/format.h>

#include "common/clock.h"
#include "portal/commands.h"
#include "portal/ledger/bookkeeping.h"
#include "portal/ledger/month.h"
#include "portal/ledger/period.h"
#include "portal/ledger/quantity.h"
#include "portal/lookup.h"
#include "portal/portal_settings.h"

namespace plotmeter {
namespace {

constexpr std::size_t kPage = 1000;  // printers

// What --month says, or else the month before the one that it is now.
Month MonthMeant(const Arguments& arguments) {
  if (!arguments.Has("month")) {
    return Month::Of(Month::Of(SystemClock().Now()).first_day() - std::chrono::days(1));
  }
  const auto month = Month::Parse(arguments.Text("month"));
  if (month) return *month;
  throw UsageError(
      fmt::format("'month' is '{}'; expected {}", arguments.Text("month"), Month::kExample));
}

void CheckMonth(const Arguments& arguments) { MonthMeant(arguments); }

std::string TimeText(const std::optional<Instant>& instant) {
  return instant ? FormatInstant(*instant) : "";
}

// As the API has it: of what is too young to say no amount is shown.
std::vector<std::string> RowOf(const PrinterRow& printer, const NamedReconciled& named,
                               const ResellerId& reseller) {
  const ReconciledRow& row = named.row;
  const bool is_settled = row.fit != ToText(Fit::kUnsettled);
  const auto amount = [&](std::int64_t of) { return is_settled ? std::to_string(of) : ""; };
  return {printer.id,
          printer.serial,
          printer.model,
          printer.site.customer_name,
          printer.site.name,
          FormatMonth(row.month),
          named.channel,
          named.meter.meter,
          named.meter.colorant,
          row.fit,
          amount(row.metered),
          amount(row.in_jobs),
          amount(row.metered - row.in_jobs),
          amount(row.tolerance),
          std::string(BaseUnitOf(named.meter.meter).value_or("")),
          amount(row.jobs),
          amount(row.unsaid),
          amount(row.gaps),
          FormatInstant(row.from),
          FormatInstant(row.to),
          TimeText(row.shows_from),
          TimeText(row.shows_to),
          named.meter.outranked ? "yes" : "",
          reseller.value};
}

int ListReconciliation(const Arguments& arguments) {
  const MonthNumber month = *ParseMonth(MonthMeant(arguments).text());
  SqliteStore store(DataDirectory(arguments).existing_database());
  PrinterFilter filter;
  if (arguments.Has("printer")) {
    filter.printer = FindPrinter(store, arguments, arguments.Text("printer")).printer.id;
  }
  std::vector<std::vector<std::string>> rows;
  for (const Reseller& reseller : ResellersMeant(store, arguments)) {
    for (std::string after;;) {
      const auto printers = store.Printers(reseller.id, filter, after, kPage);
      for (const PrinterRow& printer : printers) {
        for (const NamedReconciled& named :
             ReconcileMonth(store, store, reseller.id, "", printer, month)) {
          rows.push_back(RowOf(printer, named, reseller.id));
        }
      }
      if (printers.size() < kPage) break;
      after = printers.back().id;
    }
  }
  PrintRows({"printer",      "serial",       "model",        "customer_name",  "site_name",
             "month",        "channel",      "meter",        "colorant",       "fit",
             "metered_base", "in_jobs_base", "residue_base", "tolerance_base", "base_unit",
             "jobs",         "jobs_unsaid",  "gaps",         "from",           "to",
             "shows_from",   "shows_to",     "outranked",    "reseller"},
            rows, arguments.Switch("json"));
  return 0;
}

}  // namespace

std::vector<Command> ReconciliationCommands() {
  return {
      {.name = "reconciliation list",
       .summary = "Puts jobs beside the meters of a month, and names what does not fit.",
       .more =
           "What `fit` says: fits, rounding, maintenance, unallocated and unsettled want nobody; "
           "job-missing, job-twice, meter-jumped, meter-stuck and not-explained want a look, from "
           "shows_from to shows_to. What a printer prints for itself (a calibration, a report) is "
           "in no job that it tells of, and shows as job-missing. Amounts are whole numbers of "
           "base_unit, months are those of each printer's site; `serve` reckons them. A printer "
           "whose meters have no counterpart in its jobs is not there.\n"
           "  plotmeter-portal reconciliation list --data DIR --month 2026-10 --printer "
           "CN9541H01M",
       .settings = {DataSetting(), ResellerSetting(false),
                    Flag("month", "MONTH", "such as 2026-10; unless set, last month (UTC)", false),
                    Flag("printer", "PRINTER", "only of this one; id or serial", false),
                    JsonSetting()},
       .run = ListReconciliation,
       .check = CheckMonth},
  };
}

}  // namespace plotmeter
