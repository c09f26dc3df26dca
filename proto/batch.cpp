// Writes a batch: the members in alphabetical order, nothing between them, and what is not known
// left out.

#include "proto/batch.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/crypto.h"
#include "common/json.h"
#include "proto/reading_text.h"
#include "proto/words.h"

namespace plotmeter {
namespace {

Json Member(const std::string& text) { return CleanText(text); }
Json Member(const Decimal& number) { return number.text(); }
Json Member(Instant at) { return FormatInstant(at); }
Json Member(std::int64_t number) { return number; }
Json Member(bool flag) { return flag; }
Json Member(const Quantity& quantity) {
  const std::string unit = quantity.unit.empty() ? "?" : CleanText(quantity.unit);
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
void SayAll(Json& object, const char* name, const std::vector<Row>& rows,
            Json (*write)(const Row&)) {
  for (const auto& row : rows) object[name].push_back(write(row));
}

Json WriteReading(const BatchReading& row) {
  return ParseJson(ReadingText(row.reading, row.printer));
}

Json WriteInk(const InkUse& ink) {
  Json out = Member(ink.amount);
  out["colorant"] = CleanText(ink.colorant);
  return out;
}

Json WriteTrait(const Trait& trait) { return ParseJson(TraitText(trait)); }

Json WriteJob(const BatchJob& row) {
  const JobRecord& job = row.job;
  Json out = {{"printer", PrinterLabel(row.printer)},
              {"channel", ToText(job.channel)},
              {"job", CleanText(job.job)},
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
  SayAll(out, "traits", job.traits, WriteTrait);
  return out;
}

Json WriteBatchAlert(const BatchAlert& row) {
  Json out = ParseJson(AlertText(row.alert));
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
              {"key", CleanText(event.key)},
              {"at", FormatInstant(event.at)}};
  if (event.channel != ChannelKind::kNone) out["channel"] = ToText(event.channel);
  Say(out, "code", event.code);
  Say(out, "text", event.text);
  Say(out, "printer_time", event.printer_time);
  Say(out, "clock_offset_ms", event.clock_offset_ms);
  SayCount(out, "printer_pages", event.printer_pages);
  Say(out, "was", event.was);
  Say(out, "is", event.is);
  return out;
}

Json WriteVoided(const Voided& voided) {
  return {{"sequence", voided.sequence},
          {"sha256", voided.sha256},
          {"reason", CleanText(voided.reason)}};
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

Json WriteWhereabouts(const Whereabouts& place) {
  Json out = Json::object();
  Say(out, "ip", place.ip);
  Say(out, "name", place.name);
  Say(out, "location", place.location);
  for (const std::string& mac : place.macs) {
    if (out["macs"].size() < kMaxMacs) out["macs"].push_back(CleanText(mac));
  }
  return out;
}

std::string WriteNames(const Batch& batch) {
  Json jobs = Json::object();
  for (const auto& row : batch.jobs) {
    if (!row.job.name) continue;
    jobs[NamesKey(row.printer, row.job.channel, CleanText(row.job.job))] = {
        {"name", CleanText(*row.job.name)}};
  }
  Json out = {{"salt", batch.names_salt}, {"jobs", std::move(jobs)}};
  for (const auto& [printer, place] : batch.whereabouts) {
    out["printers"][PrinterLabel(printer)] = WriteWhereabouts(place);
  }
  return JsonText(out);
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
