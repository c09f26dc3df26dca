#include "portal/ledger/usage.h"

namespace plotmeter {

std::optional<MeterUsage> Count(const std::vector<MeterPoint>& points, Instant from) {
  if (points.empty() || points.back().at <= from) return std::nullopt;
  MeterUsage usage{.opening = points.front().value,
                   .opening_at = points.front().at,
                   .closing = points.back().value,
                   .closing_at = points.back().at};
  if (points.size() == 1) return usage;  // a base, and nothing to compare it with
  std::optional<Exact> used = Exact();
  for (std::size_t i = 1; i < points.size(); ++i) {
    const auto step = Exact::Of(points[i].value).Minus(Exact::Of(points[i - 1].value));
    if (step && step->IsNegative()) {
      ++usage.gaps;
    } else if (used) {
      used = step ? used->Plus(*step) : std::nullopt;
    }
  }
  usage.used = used;
  return usage;
}

UsageRow MakeUsageRow(const PrinterRow& printer, const MeterSeries& series,
                      const MeterUsage& usage) {
  UsageRow row{.customer = printer.site.customer_name,
               .site = printer.site.name,
               .manufacturer = printer.manufacturer,
               .model = printer.model,
               .serial = printer.serial,
               .channel = series.channel,
               .meter = series.meter,
               .colorant = series.colorant,
               .media = series.media,
               .unit = series.unit,
               .opening = usage.opening.text(),
               .opening_at = FormatInstant(usage.opening_at),
               .closing = usage.closing.text(),
               .closing_at = FormatInstant(usage.closing_at),
               .used = usage.used ? usage.used->Text() : "",
               .known_as = "raw",
               .gaps = usage.gaps,
               .outranked = series.outranked,
               .opening_batch = series.first_batch,
               .closing_batch = series.last_batch};
  if (const auto unit = BaseUnit(series.meter, series.unit)) {
    row.base_unit = *unit;
    row.known_as = "measured";
    const auto base = usage.used ? ToBase(series.meter, series.unit, *usage.used) : std::nullopt;
    if (base) row.used_base = std::to_string(base->amount);
  }
  // Several printers without a serial may hide behind one name: nobody should bill by it unseen.
  if (printer.serial.empty()) row.known_as = "unidentified";
  return row;
}

}  // namespace plotmeter
