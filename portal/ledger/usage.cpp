#include "portal/ledger/usage.h"

#include "portal/store/entered.h"

namespace plotmeter {
namespace {

std::optional<std::int64_t> Sum(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  std::int64_t sum = 0;
  if (!a || !b || __builtin_add_overflow(*a, *b, &sum)) return std::nullopt;
  return sum;
}

}  // namespace

void Add(std::optional<MeterUsage>& usage, const Entry& entry,
         const std::optional<Exact>& decided) {
  if (!usage) usage = MeterUsage{.opening = entry.opening};
  usage->closing = entry.closing;
  if (entry.kind == EntryKind::kBase) return;
  usage->counted = true;
  const Exact used = IsGap(entry.kind) ? decided.value_or(Exact()) : entry.used;
  if (usage->used) usage->used = usage->used->Plus(used);
  if (!IsGap(entry.kind)) return;
  if (decided) {
    usage->entered = true;
  } else {
    ++usage->gaps;
    usage->hidden = Sum(usage->hidden, entry.most);
  }
}

UsageRow MakeUsageRow(const PrinterRow& printer, const std::string& channel,
                      const StoredMeter& meter, const MeterUsage& usage) {
  const bool is_known = usage.counted && usage.used;
  UsageRow row{.customer = printer.site.customer_name,
               .site = printer.site.name,
               .manufacturer = printer.manufacturer,
               .model = printer.model,
               .serial = printer.serial,
               .channel = channel,
               .meter = meter.meter,
               .colorant = meter.colorant,
               .media = meter.media,
               .unit = meter.unit,
               .opening = usage.opening.value.text(),
               .opening_at = FormatInstant(usage.opening.at),
               .closing = usage.closing.value.text(),
               .closing_at = FormatInstant(usage.closing.at),
               .used = is_known ? usage.used->Text() : "",
               .known_as = "raw",
               .gaps = usage.gaps,
               .outranked = meter.outranked,
               .printer = printer.id};
  if (const auto unit = BaseUnit(meter.meter, meter.unit)) {
    row.base_unit = *unit;
    row.known_as = usage.gaps > 0                               ? "bounded"
                   : usage.entered || channel == kManualChannel ? "entered"
                                                                : "measured";
    const auto base = is_known ? ToBase(meter.meter, meter.unit, *usage.used) : std::nullopt;
    if (base) row.used_base = std::to_string(base->amount);
    if (base && usage.gaps > 0) {
      if (const auto most = Sum(base->amount, usage.hidden)) {
        row.used_base_at_most = std::to_string(*most);
      }
    }
  }
  // Several printers without a serial may hide behind one name: nobody should bill by it unseen.
  if (printer.serial.empty()) row.known_as = "unidentified";
  return row;
}

}  // namespace plotmeter
