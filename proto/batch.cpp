// Writes a batch: the members in alphabetical order, nothing between them, and what is not known
// left out.

#include "proto/batch.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/crypto.h"
#include "common/json.h"
#include "proto/words.h"

namespace plotmeter {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// See WriteBatch: the text as a portal will take it.
std::string Clean(std::string text) {
  const auto is_plain = [](char c) { return static_cast<unsigned char>(c) - 1U < 0x7fU; };
  if (!std::ranges::all_of(text, is_plain)) {
    text = ParseJson(JsonText(Json(text))).get<std::string>();  // now it is UTF-8
    for (auto at = text.find('\0'); at != std::string::npos; at = text.find('\0', at)) {
      text.replace(at, 1, kReplacement);
    }
  }
  if (text.size() <= kMaxText) return text;
  std::size_t end = kMaxText;
  while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not inside a character
  text.resize(end);
  return text;
}

Json Member(const std::string& text) { return Clean(text); }
Json Member(const Decimal& number) { return number.text(); }
Json Member(Instant at) { return FormatInstant(at); }
Json Member(std::int64_t number) { return number; }
Json Member(bool flag) { return flag; }
Json Member(const Quantity& quantity) {
  const std::string unit = quantity.unit.empty() ? "?" : Clean(quantity.unit);
  return {{"value", quantity.value.text()}, {"unit", unit}};
}

template <typename Value>
void Say(Json& object, const char* name, const std::optional<Value>& value) {
  if (value) object[name] = Member(*value);
}

// A count below 0 is a printer's way of saying that it does not know.
void SayCount(Json& object, const char* name, const std::optional<std::int64_t>& count) {
  if (count && *count >= 0) object[name] = *count;
}

// Of identities and the like empty text means that nothing was said.
void Say(Json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = Member(text);
}

template <typename Row>
Json AllOf(const std::vector<Row>& rows, Json (*write)(const Row&)) {
  Json all = Json::array();
  for (const auto& row : rows) all.push_back(write(row));
  return all;
}

template <typename Row>
void SayAll(Json& object, const char* name, const std::vector<Row>& rows,
            Json (*write)(const Row&)) {
  if (!rows.empty()) object[name] = AllOf(rows, write);
}

Json WriteMeter(const MeterValue& meter) {
  Json out = Member(meter.value);
  out["meter"] = meter.meter;
  Say(out, "colorant", meter.colorant);
  Say(out, "media", meter.media);
  Say(out, "source", meter.source);
  if (meter.outranked) out["outranked"] = true;
  return out;
}

Json WriteSupply(const Supply& supply) {
  Json out = {{"supply", Clean(supply.supply)}};
  Say(out, "kind", supply.kind);
  Say(out, "colorant", supply.colorant);
  Say(out, "description", supply.description);
  Say(out, "level", supply.level);
  Say(out, "capacity", supply.capacity);
  Say(out, "percent", supply.percent);
  Say(out, "remark", supply.remark);
  Say(out, "state", supply.state);
  Say(out, "part_number", supply.part_number);
  Say(out, "serial", supply.serial);
  Say(out, "installed", supply.installed);
  return out;
}

Json WriteMedia(const LoadedMedia& media) {
  Json out = {{"input", Clean(media.input)}};
  Say(out, "media", media.media);
  Say(out, "name", media.name);
  Say(out, "width", media.width);
  Say(out, "length_left", media.length_left);
  Say(out, "state", media.state);
  return out;
}

Json WriteAlert(const Alert& alert) {
  Json out = {{"severity", ToText(alert.severity)}};
  Say(out, "key", alert.key);
  Say(out, "code", alert.code);
  Say(out, "text", alert.text);
  Say(out, "part", alert.part);
  return out;
}

Json WriteReading(const BatchReading& row) {
  const Reading& reading = row.reading;
  Json out = {{"printer", PrinterLabel(row.printer)},
              {"at", FormatInstant(reading.at)},
              {"channel", ToText(reading.channel)}};
  SayAll(out, "meters", reading.meters, WriteMeter);
  SayAll(out, "supplies", reading.supplies, WriteSupply);
  SayAll(out, "media", reading.media, WriteMedia);
  Say(out, "state", reading.state);
  Say(out, "uptime", reading.uptime);
  if (reading.alerts) out["alerts"] = AllOf(*reading.alerts, WriteAlert);
  return out;
}

Json WriteInk(const InkUse& ink) {
  Json out = Member(ink.amount);
  out["colorant"] = Clean(ink.colorant);
  return out;
}

Json WriteJob(const BatchJob& row) {
  const JobRecord& job = row.job;
  Json out = {{"printer", PrinterLabel(row.printer)},
              {"channel", ToText(job.channel)},
              {"job", Clean(job.job)},
              {"revision", job.revision},
              {"seen_at", FormatInstant(job.seen_at)},
              {"type", job.type},
              {"status", job.status}};
  Say(out, "element", job.element);
  Say(out, "status_raw", job.status_raw);
  Say(out, "client_job", job.client_job);
  Say(out, "submitted", job.submitted);
  Say(out, "started", job.started);
  Say(out, "finished", job.finished);
  Say(out, "clock_offset_ms", job.clock_offset_ms);
  SayCount(out, "pages", job.pages);
  SayCount(out, "printed_pages", job.printed_pages);
  SayCount(out, "copies", job.copies);
  SayCount(out, "printed_copies", job.printed_copies);
  Say(out, "media", job.media);
  Say(out, "media_name", job.media_name);
  Say(out, "media_source", job.media_source);
  Say(out, "area", job.area);
  Say(out, "length", job.length);
  Say(out, "page_width", job.page_width);
  Say(out, "page_height", job.page_height);
  Say(out, "quality", job.quality);
  Say(out, "economode", job.economode);
  Say(out, "maximum_detail", job.maximum_detail);
  Say(out, "gray_coverage", job.gray_coverage);
  Say(out, "color_coverage", job.color_coverage);
  SayAll(out, "ink", job.ink, WriteInk);
  return out;
}

Json WriteBatchAlert(const BatchAlert& row) {
  Json out = WriteAlert(row.alert);
  out["printer"] = PrinterLabel(row.printer);
  if (row.channel != ChannelKind::kNone) out["channel"] = ToText(row.channel);
  out["since"] = FormatInstant(row.since);
  Say(out, "cleared_at", row.cleared_at);
  return out;
}

Json WriteEvent(const BatchEvent& row) {
  const PrinterEvent& event = row.event;
  Json out = {{"printer", PrinterLabel(row.printer)},
              {"kind", event.kind},
              {"key", Clean(event.key)},
              {"at", FormatInstant(event.at)}};
  if (event.channel != ChannelKind::kNone) out["channel"] = ToText(event.channel);
  Say(out, "code", event.code);
  Say(out, "text", event.text);
  Say(out, "printer_time", event.printer_time);
  SayCount(out, "printer_pages", event.printer_pages);
  Say(out, "was", event.was);
  Say(out, "is", event.is);
  return out;
}

Json WriteVoided(const Voided& voided) {
  return {
      {"sequence", voided.sequence}, {"sha256", voided.sha256}, {"reason", Clean(voided.reason)}};
}

Json WritePrinters(const std::vector<PrinterIdentity>& printers) {
  Json all = Json::array();
  for (const auto& printer : printers) {
    Json out = {{"printer", PrinterLabel(all.size())}};
    Say(out, "manufacturer", printer.manufacturer);
    Say(out, "serial", printer.serial);
    Say(out, "product", printer.product);
    Say(out, "model", printer.model);
    Say(out, "firmware", printer.firmware);
    all.push_back(std::move(out));
  }
  return all;
}

std::string WriteNames(const Batch& batch) {
  Json jobs = Json::object();
  for (const auto& row : batch.jobs) {
    if (!row.job.name) continue;
    jobs[NamesKey(row.printer, row.job.channel, Clean(row.job.job))] = {
        {"name", Clean(*row.job.name)}};
  }
  return JsonText({{"salt", batch.names_salt}, {"jobs", std::move(jobs)}});
}

}  // namespace

std::string PrinterLabel(std::size_t index) { return fmt::format("p{}", index + 1); }

std::string NamesKey(std::size_t printer, ChannelKind channel, std::string_view job) {
  return fmt::format("{}/{}/{}", PrinterLabel(printer), ToText(channel), job);
}

std::string JobText(const JobRecord& job) {
  Json out = WriteJob({.printer = 0, .job = job});
  out.erase("printer");
  return JsonText(out);
}

BatchText WriteBatch(const Batch& batch) {
  BatchJson written = WriteBatchJson(batch);
  return {.payload = JsonText(written.payload), .names = std::move(written.names)};
}

BatchJson WriteBatchJson(const Batch& batch) {
  BatchJson written{.names = WriteNames(batch)};
  Json clock = {{"created_at", FormatInstant(batch.clock.created_at)}};
  Say(clock, "offset_ms", batch.clock.offset_ms);
  Say(clock, "offset_at", batch.clock.offset_at);
  Json out = {{"version", kBatchVersion},
              {"portal", batch.portal},
              {"collector", batch.collector},
              {"stream", batch.stream},
              {"sequence", batch.sequence},
              {"batch", batch.batch},
              {"clock", std::move(clock)},
              {"salt", batch.salt},
              {"names", Base64Url(Sha256(written.names))},
              {"printers", WritePrinters(batch.printers)}};
  Say(out, "previous", batch.previous);
  SayAll(out, "readings", batch.readings, WriteReading);
  SayAll(out, "jobs", batch.jobs, WriteJob);
  SayAll(out, "alerts", batch.alerts, WriteBatchAlert);
  SayAll(out, "events", batch.events, WriteEvent);
  SayAll(out, "void", batch.voided, WriteVoided);
  written.payload = std::move(out);
  return written;
}

}  // namespace plotmeter
