#include "portal/ledger/export.h"

#include <functional>
#include <utility>

#include "portal/ledger/bookkeeping.h"
#include "portal/ledger/csv.h"

namespace plotmeter {
namespace {

constexpr std::size_t kChunk = std::size_t{64}
                               << 10;  // bytes; a chunk ends after the printer that fills it

constexpr std::string_view kUsageHeader =
    "customer,site,manufacturer,model,serial,channel,meter,colorant,media,unit,opening,opening_at,"
    "closing,closing_at,used,base_unit,used_base,known_as,gaps,opening_batch,closing_batch,"
    "outranked,used_base_at_most\r\n";
constexpr std::string_view kJobHeader =
    "customer,site,serial,channel,job,revision,type,status,submitted,finished,copies,pages,"
    "printed_pages,media,area,area_unit,length,length_unit,quality,ink\r\n";

void AppendCsv(std::string& out, const UsageRow& row) {
  CsvLine line(out);
  line.Text(row.customer).Text(row.site).Text(row.manufacturer).Text(row.model).Text(row.serial);
  line.Text(row.channel).Text(row.meter).Text(row.colorant).Text(row.media).Text(row.unit);
  line.Number(row.opening).Number(row.opening_at).Number(row.closing).Number(row.closing_at);
  line.Number(row.used).Text(row.base_unit).Number(row.used_base).Text(row.known_as);
  line.Number(std::to_string(row.gaps)).Text(row.opening_batch).Text(row.closing_batch);
  line.Text(row.outranked ? "yes" : "").Number(row.used_base_at_most).End();
}

std::string TimeText(const std::optional<Instant>& instant) {
  return instant ? FormatInstant(*instant) : "";
}

std::string CountText(const std::optional<std::int64_t>& count) {
  return count ? std::to_string(*count) : "";
}

// "magenta=0.21 cc;yellow=0.05 cc"
std::string InkColumn(const std::string& json) {
  std::string text;
  for (const Json& use : ParseJson(json)) {
    if (!text.empty()) text += ';';
    text += use.at(0).get<std::string>() + '=' + use.at(1).get<std::string>() + ' ' +
            use.at(2).get<std::string>();
  }
  return text;
}

void AppendCsv(std::string& out, const JobRow& row) {
  CsvLine line(out);
  line.Text(row.customer).Text(row.site).Text(row.serial).Text(row.channel).Text(row.job);
  line.Number(std::to_string(row.revision)).Text(row.type).Text(row.status);
  line.Number(TimeText(row.submitted)).Number(TimeText(row.finished));
  line.Number(CountText(row.copies)).Number(CountText(row.pages));
  line.Number(CountText(row.printed_pages)).Text(row.media.value_or(""));
  line.Number(row.area.value_or("")).Text(row.area_unit.value_or(""));
  line.Number(row.length.value_or("")).Text(row.length_unit.value_or(""));
  line.Text(row.quality.value_or("")).Text(InkColumn(row.ink)).End();
}

void Put(Json& json, const char* name, const std::string& text) {
  if (!text.empty()) json[name] = text;
}

template <typename T>
void Put(Json& json, const char* name, const std::optional<T>& value) {
  if (value) json[name] = *value;
}

void Put(Json& json, const char* name, const std::optional<Instant>& instant) {
  if (instant) json[name] = FormatInstant(*instant);
}

Json ToJson(const JobRow& row) {
  Json json = {{"customer", row.customer}, {"site", row.site},    {"serial", row.serial},
               {"channel", row.channel},   {"job", row.job},      {"revision", row.revision},
               {"type", row.type},         {"status", row.status}};
  Put(json, "submitted", row.submitted);
  Put(json, "finished", row.finished);
  Put(json, "copies", row.copies);
  Put(json, "pages", row.pages);
  Put(json, "printed_pages", row.printed_pages);
  Put(json, "media", row.media);
  Put(json, "area", row.area);
  Put(json, "area_unit", row.area_unit);
  Put(json, "length", row.length);
  Put(json, "length_unit", row.length_unit);
  Put(json, "quality", row.quality);
  for (const Json& use : ParseJson(row.ink)) {
    json["ink"].push_back({{"colorant", use.at(0)}, {"value", use.at(1)}, {"unit", use.at(2)}});
  }
  return json;
}

template <typename Row>
void Append(std::string& out, ExportFormat format, bool first, const Row& row) {
  if (format == ExportFormat::kCsv) return AppendCsv(out, row);
  if (format == ExportFormat::kJson && !first) out += ',';
  out += JsonText(ToJson(row));
  if (format == ExportFormat::kNdjson) out += '\n';
}

}  // namespace

Json ToJson(const UsageRow& row) {
  Json json = {{"channel", row.channel},
               {"meter", row.meter},
               {"unit", row.unit},
               {"known_as", row.known_as},
               {"gaps", row.gaps}};
  if (row.outranked) json["outranked"] = true;
  Put(json, "customer", row.customer);
  Put(json, "site", row.site);
  Put(json, "manufacturer", row.manufacturer);
  Put(json, "model", row.model);
  Put(json, "serial", row.serial);
  Put(json, "colorant", row.colorant);
  Put(json, "media", row.media);
  Put(json, "opening", row.opening);
  Put(json, "opening_at", row.opening_at);
  Put(json, "closing", row.closing);
  Put(json, "closing_at", row.closing_at);
  Put(json, "used", row.used);
  Put(json, "base_unit", row.base_unit);
  Put(json, "used_base", row.used_base);
  Put(json, "used_base_at_most", row.used_base_at_most);
  Put(json, "opening_batch", row.opening_batch);
  Put(json, "closing_batch", row.closing_batch);
  return json;
}

namespace {

// The usage of one printer in the period of its site's time zone, in the order of the columns.
void EachUsageRow(Books& books, const ResellerId& reseller, const PrinterRow& printer,
                  const Period& period, const std::function<void(const UsageRow&)>& visit) {
  const Instant from = period.from.In(printer.site.time_zone);
  const Instant to = period.to.In(printer.site.time_zone);
  for (const CountedMeter& counted : CountPeriod(books, reseller, printer.id, from, to)) {
    UsageRow row = MakeUsageRow(printer, counted.channel, counted.meter, counted.usage);
    row.opening_batch = books.BatchId(reseller, counted.usage.opening.batch);
    row.closing_batch = books.BatchId(reseller, counted.usage.closing.batch);
    visit(row);
  }
}

}  // namespace

UsageExport::UsageExport(Store& store, Books& books, ResellerId reseller,
                         const PrinterFilter& filter, Period period, ExportFormat format)
    : books_(books),
      reseller_(std::move(reseller)),
      period_(period),
      format_(format),
      printers_(store.PrintersInOrder(reseller_, filter)) {}

bool UsageExport::Next(std::string& chunk) {
  if (!std::exchange(started_, true) && format_ == ExportFormat::kCsv) chunk += kUsageHeader;
  for (const std::size_t full = chunk.size() + kChunk;
       next_ < printers_.size() && chunk.size() < full;) {
    EachUsageRow(books_, reseller_, printers_[next_++], period_, [&](const UsageRow& row) {
      Append(chunk, format_, std::exchange(first_, false), row);
    });
  }
  return next_ < printers_.size();
}

JobExport::JobExport(Store& store, ResellerId reseller, const PrinterFilter& filter, Period period,
                     ExportFormat format)
    : store_(store),
      reseller_(std::move(reseller)),
      period_(period),
      format_(format),
      printers_(store.PrintersInOrder(reseller_, filter)) {}

bool JobExport::Next(std::string& chunk) {
  if (!std::exchange(started_, true) && format_ == ExportFormat::kCsv) chunk += kJobHeader;
  for (const std::size_t full = chunk.size() + kChunk;
       next_ < printers_.size() && chunk.size() < full;) {
    const PrinterRow& printer = printers_[next_++];
    const std::string& zone = printer.site.time_zone;
    store_.EachJob(
        reseller_, printer.id, period_.from.In(zone), period_.to.In(zone),
        [&](const JobRow& row) { Append(chunk, format_, std::exchange(first_, false), row); });
  }
  return next_ < printers_.size();
}

}  // namespace plotmeter
