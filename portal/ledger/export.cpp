#include "portal/ledger/export.h"

#include <algorithm>
#include <array>
#include <utility>

#include "portal/ledger/bookkeeping.h"
#include "portal/ledger/export_columns.h"

namespace plotmeter {
namespace {

constexpr std::size_t kChunk = std::size_t{64} << 10;  // bytes; a chunk ends after the row that
                                                       // fills it

template <typename Row>
void Write(RowWriter& writer, std::string& out, const std::vector<Column<Row>>& columns,
           const Row& row) {
  std::array<Cell, 32> cells;  // no export has so many columns
  std::size_t count = 0;
  for (const Column<Row>& column : columns) cells.at(count++) = column.of(row);
  writer.Row(out, {cells.data(), count});
}

}  // namespace

Export::Export(Store& store, ResellerId reseller, const PrinterFilter& filter,
               std::vector<ColumnWords> columns, RowShape shape)
    : store_(store),
      reseller_(std::move(reseller)),
      customer_(filter.customer),
      writer_(std::move(columns), std::move(shape)),
      printers_(store.PrintersInOrder(reseller_, filter)) {}

bool Export::Next(std::string& chunk) {
  if (!std::exchange(started_, true)) writer_.Head(chunk);
  for (const std::size_t full = chunk.size() + kChunk;
       next_ < printers_.size() && chunk.size() < full;) {
    if (!WriteOf(printers_[next_], chunk, full)) ++next_;
  }
  return next_ < printers_.size();
}

UsageExport::UsageExport(Store& store, Books& books, ResellerId reseller,
                         const PrinterFilter& filter, Period period, RowShape shape)
    : Export(store, std::move(reseller), filter, WordsOf(UsageColumns()), std::move(shape)),
      books_(books),
      period_(period) {}

bool UsageExport::WriteOf(const PrinterRow& printer, std::string& chunk, std::size_t) {
  const Instant from = period_.from.In(printer.site.time_zone);
  const Instant to = period_.to.In(printer.site.time_zone);
  const bool is_shared = !customer_.empty() && books_.IsShared(reseller_, printer.id);
  for (const CountedMeter& counted :
       CountPeriod(books_, reseller_, customer_, printer.id, from, to)) {
    UsageRow row = MakeUsageRow(printer, counted.channel, counted.meter, counted.usage);
    row.opening_batch = books_.BatchId(reseller_, counted.usage.opening.batch);
    row.closing_batch = books_.BatchId(reseller_, counted.usage.closing.batch);
    if (is_shared) row.known_as = "shared";
    Write(writer_, chunk, UsageColumns(), row);
  }
  return false;
}

JobExport::JobExport(Store& store, ResellerId reseller, const PrinterFilter& filter, Period period,
                     RowShape shape)
    : Export(store, std::move(reseller), filter, WordsOf(JobColumns()), std::move(shape)),
      period_(period) {}

bool JobExport::WriteOf(const PrinterRow& printer, std::string& chunk, std::size_t full) {
  const std::string& zone = printer.site.time_zone;
  bool more = false;
  store_.EachJob(reseller_, customer_, printer.id, period_.from.In(zone), period_.to.In(zone),
                 after_, [&](const JobRow& row) {
                   Write(writer_, chunk, JobColumns(), {printer, row});
                   more = chunk.size() >= full;
                   if (more) after_ = {row.ended_at, row.channel, row.job};
                   return !more;
                 });
  if (!more) after_ = {};
  return more;
}

namespace {

constexpr std::size_t kPage = 500;  // rows

// Pages of what a printer said, until the chunk is full. `page(after)` asks for one, `write` writes
// a row.
template <typename Ask, typename Row>
bool WritePages(const Ask& ask, const Row& write, Position& after, const std::string& chunk,
                std::size_t full) {
  while (chunk.size() < full) {
    const auto page = ask(after);
    for (const auto& row : page.rows) write(row);
    after = page.next.value_or(Position{});
    if (!page.next) return false;
  }
  return true;
}

// From the first to the last of all times, where nobody names a period.
Span SpanOf(const std::optional<Period>& period, const std::string& zone) {
  if (!period) return {.from = Instant{}, .to = *ParseInstant("9999-12-31T00:00:00Z")};
  return {.from = period->from.In(zone), .to = period->to.In(zone)};
}

class ReadingExport : public Export {
 public:
  ReadingExport(const ExportQuestion& question, RowShape shape)
      : Export(question.store, question.reseller, question.filter, WordsOf(ReadingColumns()),
               std::move(shape)),
        lists_(question.lists),
        period_(question.period) {}

 private:
  bool WriteOf(const PrinterRow& printer, std::string& chunk, std::size_t full) override {
    const Span span = SpanOf(period_, printer.site.time_zone);
    return WritePages(
        [&](const Position& after) {
          return lists_.ListReadings(reseller_, customer_, printer.id, "", span, after, kPage);
        },
        [&](const ReadingRow& row) {
          Write(writer_, chunk, ReadingColumns(), {printer, row});
        },
        after_, chunk, full);
  }

  Lists& lists_;
  const std::optional<Period> period_;
  Position after_ = {};
};

class SupplyExport : public Export {
 public:
  SupplyExport(const ExportQuestion& question, RowShape shape)
      : Export(question.store, question.reseller, question.filter, WordsOf(SupplyColumns()),
               std::move(shape)),
        lists_(question.lists) {}

 private:
  bool WriteOf(const PrinterRow& printer, std::string& chunk, std::size_t full) override {
    return WritePages(
        [&](const Position& after) {
          return lists_.ListSupplies(reseller_, {.customer = customer_, .printer = printer.id},
                                     after, kPage);
        },
        [&](const SupplyRow& row) {
          Write(writer_, chunk, SupplyColumns(), {printer, row});
        },
        after_, chunk, full);
  }

  Lists& lists_;
  Position after_ = {};
};

// Those that lasted at some time of the period.
class AlertExport : public Export {
 public:
  AlertExport(const ExportQuestion& question, RowShape shape)
      : Export(question.store, question.reseller, question.filter, WordsOf(AlertColumns()),
               std::move(shape)),
        lists_(question.lists),
        period_(question.period) {}

 private:
  bool WriteOf(const PrinterRow& printer, std::string& chunk, std::size_t full) override {
    const Span span = SpanOf(period_, printer.site.time_zone);
    // Newest first, from the last that began before the period's end.
    const Position begin = {.numbers = {ToMillis(span.to), INT64_MIN, INT64_MIN},
                            .texts = {"", ""}};
    return WritePages(
        [&](const Position& after) {
          return lists_.ListAlerts(reseller_, {.customer = customer_, .printer = printer.id},
                                   AlertsWanted::kAll, after == Position{} ? begin : after, kPage);
        },
        [&](const AlertRow& row) {
          if (row.cleared_at && *row.cleared_at <= span.from) return;
          Write(writer_, chunk, AlertColumns(), {printer, row});
        },
        after_, chunk, full);
  }

  Lists& lists_;
  const std::optional<Period> period_;
  Position after_ = {};
};

class PrinterExport : public Export {
 public:
  PrinterExport(const ExportQuestion& question, RowShape shape)
      : Export(question.store, question.reseller, question.filter, WordsOf(PrinterColumns()),
               std::move(shape)) {}

 private:
  bool WriteOf(const PrinterRow& printer, std::string& chunk, std::size_t) override {
    Write(writer_, chunk, PrinterColumns(), PrinterTexts(printer));
    return false;
  }
};

}  // namespace

std::span<const ExportKind> ExportKinds() {
  static const std::array<ExportKind, 6> kinds = {{
      {"usage", PeriodUse::kNeeded, "what every meter counted in a period",
       "channel, meter, colorant, media, unit", WordsOf(UsageColumns())},
      {"jobs", PeriodUse::kNeeded, "the jobs that ended in a period", "ended_at, channel, job",
       WordsOf(JobColumns())},
      {"readings", PeriodUse::kNeeded, "the meter readings of a period, as they came",
       "channel, meter, colorant, media, unit, at", WordsOf(ReadingColumns())},
      {"supplies", PeriodUse::kNone, "the latest word on each supply", "channel, supply",
       WordsOf(SupplyColumns())},
      {"alerts", PeriodUse::kAllowed, "the alerts that lasted at some time of a period, or ever",
       "newest first", WordsOf(AlertColumns())},
      {"printers", PeriodUse::kNone, "the printers, and where they stand", "",
       WordsOf(PrinterColumns())},
  }};
  return kinds;
}

const ExportKind* FindExport(std::string_view name) {
  const auto found = std::ranges::find(ExportKinds(), name, &ExportKind::name);
  return found == ExportKinds().end() ? nullptr : &*found;
}

std::unique_ptr<Export> MakeExport(const ExportKind& kind, const ExportQuestion& question,
                                   RowShape shape) {
  if ((kind.period == PeriodUse::kNeeded) > question.period.has_value() ||
      (kind.period == PeriodUse::kNone && question.period)) {
    throw std::logic_error("an export has a period that it cannot have, or has none");
  }
  if (kind.name == "usage") {
    return std::make_unique<UsageExport>(question.store, question.books, question.reseller,
                                         question.filter, *question.period, std::move(shape));
  }
  if (kind.name == "jobs") {
    return std::make_unique<JobExport>(question.store, question.reseller, question.filter,
                                       *question.period, std::move(shape));
  }
  if (kind.name == "readings") return std::make_unique<ReadingExport>(question, std::move(shape));
  if (kind.name == "supplies") return std::make_unique<SupplyExport>(question, std::move(shape));
  if (kind.name == "alerts") return std::make_unique<AlertExport>(question, std::move(shape));
  return std::make_unique<PrinterExport>(question, std::move(shape));
}

}  // namespace plotmeter
