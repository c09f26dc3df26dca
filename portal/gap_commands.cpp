// gap: what was printed between two epochs of a meter, and what a person says of it.

#include <fmt/format.h>

#include <stdexcept>

#include "common/clock.h"
#include "portal/commands.h"
#include "portal/ledger/by_hand.h"
#include "portal/ledger/quantity.h"
#include "portal/lookup.h"
#include "portal/portal_settings.h"

namespace plotmeter {
namespace {

constexpr std::size_t kPage = 1000;

// All that a row says of what was decided: by whom it is empty where nothing was.
std::vector<std::string> RowOf(const NamedGap& named, const ResellerId& reseller) {
  const auto& decision = named.decision;
  const auto base = BaseUnit(named.meter.meter, named.meter.unit);
  return {named.gap.id,
          named.serial,
          named.site.customer_name,
          named.site.name,
          named.channel,
          named.meter.meter,
          named.meter.colorant,
          named.meter.media,
          named.meter.unit,
          named.gap.kind,
          named.gap.opening,
          FormatInstant(named.gap.opening_at),
          named.gap.closing,
          FormatInstant(named.gap.closing_at),
          base && named.gap.hidden_base ? std::to_string(*named.gap.hidden_base) : "",
          std::string(base.value_or("")),
          decision ? decision->used.value_or("") : "",
          decision ? decision->who : "",
          decision ? decision->reason : "",
          reseller.value};
}

int ListGaps(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  PrinterFilter filter;
  if (arguments.Has("printer")) {
    filter.printer = FindPrinter(store, arguments, arguments.Text("printer")).printer.id;
  }
  const Span ever{.from = Instant{}, .to = *ParseInstant("9999-12-31T00:00:00Z")};
  std::vector<std::vector<std::string>> rows;
  for (const Reseller& reseller : ResellersMeant(store, arguments)) {
    for (Position after;;) {
      const auto page =
          store.MeterGaps(reseller.id, filter, !arguments.Switch("all"), ever, after, kPage);
      for (const NamedGap& named : page.rows) rows.push_back(RowOf(named, reseller.id));
      if (!page.next) break;
      after = *page.next;
    }
  }
  PrintRows({"id",        "serial",     "customer_name", "site_name",  "channel",
             "meter",     "colorant",   "media",         "unit",       "kind",
             "opening",   "opening_at", "closing",       "closing_at", "hidden_base_at_most",
             "base_unit", "used",       "decided_by",    "reason",     "reseller"},
            rows, arguments.Switch("json"));
  return 0;
}

struct GapMeant {
  ResellerId reseller = {};
  NamedGap named = {};
};

GapMeant FindGap(SqliteStore& store, const Arguments& arguments) {
  const std::string id = arguments.Text("gap");
  for (const Reseller& reseller : ResellersMeant(store, arguments)) {
    if (auto named = store.FindGap(reseller.id, "", id)) return {reseller.id, *std::move(named)};
  }
  throw std::runtime_error(fmt::format("there is no gap '{}'; see 'gap list'", id));
}

void Decide(SqliteStore& store, const GapMeant& meant, const Arguments& arguments,
            std::optional<std::string> used) {
  const GapDecision decision{.gap = meant.named.gap.id,
                             .meter = meant.named.gap.meter,
                             .used = std::move(used),
                             .reason = arguments.Text("reason"),
                             .who = kCommandLine.id,
                             .at = SystemClock().Now()};
  if (!store.Decide(meant.reseller, decision, kCommandLine)) {
    throw std::runtime_error("the gap is gone");
  }
}

void CheckDecision(const Arguments& arguments) {
  if (IsUsed(arguments.Text("used"))) return;
  throw UsageError(fmt::format("'used' is '{}'; expected decimal text such as 12.5, 0 or more",
                               arguments.Text("used")));
}

int DecideGap(const Arguments& arguments) {
  CheckDecision(arguments);
  SqliteStore store(DataDirectory(arguments).existing_database());
  const GapMeant meant = FindGap(store, arguments);
  const std::string used = arguments.Text("used");
  if (!CanBeIn(meant.named, used)) {
    throw std::runtime_error(
        fmt::format("'used' is '{}'; that is more than can be in the gap", used));
  }
  Decide(store, meant, arguments, used);
  fmt::print("gap {}: {} {} used\n", meant.named.gap.id, used, meant.named.meter.unit);
  return 0;
}

int UndoGap(const Arguments& arguments) {
  SqliteStore store(DataDirectory(arguments).existing_database());
  const GapMeant meant = FindGap(store, arguments);
  if (!meant.named.decision || !meant.named.decision->used) {
    throw std::runtime_error(fmt::format("nothing was decided on gap {}", meant.named.gap.id));
  }
  Decide(store, meant, arguments, std::nullopt);
  fmt::print("gap {} is not decided any more\n", meant.named.gap.id);
  return 0;
}

Setting GapSetting() { return Flag("gap", "GAP", "its id, gap_…"); }

}  // namespace

std::vector<Command> GapCommands() {
  return {
      {.name = "gap list",
       .summary = "Lists gaps that nobody has decided on.",
       .more =
           "What was printed in a gap is not in the usage; hidden_base_at_most is the most that "
           "it can be.\n"
           "  plotmeter-portal gap list --data DIR --printer CN9541H01M --all",
       .settings = {DataSetting(),
                    ResellerSetting(false),
                    Flag("printer", "PRINTER", "only of this one; id or serial", false),
                    {.name = "all", .help = "those that are decided, too", .flag_only = true},
                    JsonSetting()},
       .run = ListGaps},
      {.name = "gap decide",
       .summary = "Says how much was used in a gap; the last word counts.",
       .more = "  plotmeter-portal gap decide --data DIR --gap gap_q3Lr0v1mXk2c8ZfYt5uWbA --used "
               "12.5 --reason \"the service report of 3 November\"",
       .settings = {DataSetting(), ResellerSetting(false), GapSetting(),
                    Flag("used", "N", "in the meter's own unit, 0 or more"),
                    Flag("reason", "TEXT", "how it is known")},
       .run = DecideGap,
       .check = CheckDecision},
      {.name = "gap undo",
       .summary = "Takes back what was decided on a gap.",
       .more = "Example: plotmeter-portal gap undo --data DIR --gap gap_q3Lr0v1mXk2c8ZfYt5uWbA "
               "--reason \"it was another printer\"",
       .settings = {DataSetting(), ResellerSetting(false), GapSetting(),
                    Flag("reason", "TEXT", "why")},
       .run = UndoGap},
  };
}

}  // namespace plotmeter
