#include "collector/spool/kept.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <optional>
#include <stdexcept>

#include "common/json.h"
#include "common/sqlite.h"
#include "proto/batch.h"
#include "proto/reading_text.h"

namespace plotmeter {
namespace {

// A batch that goes nowhere, round what is kept: its form is right, its names are nobody's.
Batch Envelope() {
  Batch batch;
  batch.portal = std::string(43, 'A');
  batch.collector = "col_00000000";
  batch.stream = "00000000-0000-4000-8000-000000000000";
  batch.sequence = 1;
  batch.batch = "00000000-0000-7000-8000-000000000000";
  batch.salt = std::string(22, 'A');
  batch.names_salt = std::string(22, 'A');
  batch.printers.push_back({.manufacturer = "HP", .serial = "KEPT00"});
  return batch;
}

// The one row of a batch as it will travel. What the portal would refuse is not kept: it throws.
std::string RowText(const Batch& batch, const char* member) {
  BatchJson written = WriteBatchJson(batch);
  const std::string names = written.names;
  const BatchDocument document(std::move(written));
  document.Read(names);
  return JsonText(document.json().at(member).at(0));
}

// It was right when it was written, so it is the file that changed.
template <typename Parse>
auto AsWritten(const Parse& parse) {
  try {
    return parse();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw SqliteError::Damage(
        fmt::format("what was kept is not what was written: {}", error.what()));
  }
}

Batch InEnvelope(const char* member, const std::vector<std::string>& bodies) {
  BatchJson written = WriteBatchJson(Envelope());
  Json& list = written.payload[member] = Json::array();
  return AsWritten([&] {
    for (const std::string& body : bodies) list.push_back(ParseJson(body));
    const std::string names = written.names;
    return BatchDocument(std::move(written)).Read(names);
  });
}

// ["00:1b:78:aa:bb:cc"] and its like, which are read twice a round for each printer; empty for a
// list that has to be read as JSON.
std::optional<std::vector<std::string>> PlainTexts(std::string_view list) {
  if (list.size() < 2 || list.front() != '[' || list.back() != ']') return std::nullopt;
  std::vector<std::string> texts;
  list = list.substr(1, list.size() - 2);
  while (!list.empty()) {
    if (!texts.empty()) {
      if (list.front() != ',') return std::nullopt;
      list.remove_prefix(1);
    }
    const std::size_t end = list.find('"', 1);
    if (list.empty() || list.front() != '"' || end == list.npos) return std::nullopt;
    const std::string_view text = list.substr(1, end - 1);
    const auto is_plain = [](char c) { return c >= ' ' && c < '\x7f' && c != '\\'; };
    if (!std::ranges::all_of(text, is_plain)) return std::nullopt;
    texts.emplace_back(text);
    list.remove_prefix(end + 1);
  }
  return texts;
}

}  // namespace

Severity SeverityOf(std::string_view text) {
  for (const Severity severity :
       {Severity::kInformation, Severity::kWarning, Severity::kCritical}) {
    if (text == ToText(severity)) return severity;
  }
  return Severity::kUnknown;
}

std::optional<std::string> ValueOf(const std::optional<Quantity>& quantity) {
  return quantity ? std::optional(quantity->value.text()) : std::nullopt;
}

std::optional<std::string> UnitOf(const std::optional<Quantity>& quantity) {
  return quantity ? std::optional(quantity->unit) : std::nullopt;
}

std::optional<Quantity> QuantityOf(const std::optional<std::string>& value,
                                   const std::optional<std::string>& unit) {
  const auto number = value ? Decimal::Parse(*value) : std::nullopt;
  if (!number || !unit) return std::nullopt;
  return Quantity{*number, *unit};
}

std::string KeptText(const Reading& reading) {
  if (!reading.alerts && IsPlainlyRight(reading)) return ReadingText(reading);
  Reading kept = reading;
  kept.alerts = {};
  Batch batch = Envelope();
  batch.readings.push_back({.printer = 0, .reading = std::move(kept)});
  return RowText(batch, "readings");
}

std::string KeptText(const JobRecord& job) {
  JobRecord kept = job;
  kept.name = {};
  Batch batch = Envelope();
  batch.jobs.push_back({.printer = 0, .job = std::move(kept)});
  return RowText(batch, "jobs");
}

std::string KeptText(const PrinterEvent& event) {
  Batch batch = Envelope();
  batch.events.push_back({.printer = 0, .event = event});
  return RowText(batch, "events");
}

std::vector<Reading> ReadingsFrom(const std::vector<std::string>& bodies) {
  std::vector<Reading> readings;
  for (BatchReading& entry : InEnvelope("readings", bodies).readings) {
    readings.push_back(std::move(entry.reading));
  }
  return readings;
}

std::vector<PrinterEvent> EventsFrom(const std::vector<std::string>& bodies) {
  std::vector<PrinterEvent> events;
  for (BatchEvent& entry : InEnvelope("events", bodies).events) {
    events.push_back(std::move(entry.event));
  }
  return events;
}

std::vector<JobRecord> JobsFrom(const std::vector<std::string>& bodies) {
  std::vector<JobRecord> jobs;
  for (BatchJob& entry : InEnvelope("jobs", bodies).jobs) {
    jobs.push_back(std::move(entry.job));
  }
  return jobs;
}

std::vector<std::string> TextsFrom(const std::string& list) {
  if (auto plain = PlainTexts(list)) return *std::move(plain);
  return AsWritten([&] { return ParseJson(list).get<std::vector<std::string>>(); });
}

std::string SparesText(const std::vector<SpareAddress>& spares) {
  Json list = Json::array();
  for (const SpareAddress& spare : spares) {
    list.push_back({spare.host, spare.snmp_port, spare.https_port, spare.access,
                    ToMillis(spare.since), spare.proven});
  }
  return JsonText(list);
}

std::vector<SpareAddress> SparesFrom(const std::string& text) {
  if (text == "[]") return {};  // as nearly all of them
  return AsWritten([&] {
    std::vector<SpareAddress> spares;
    for (const Json& spare : ParseJson(text)) {
      spares.push_back({.host = spare.at(0).get<std::string>(),
                        .snmp_port = spare.at(1).get<std::uint16_t>(),
                        .https_port = spare.at(2).get<std::uint16_t>(),
                        .access = spare.at(3).get<std::string>(),
                        .since = FromMillis(spare.at(4).get<std::int64_t>()),
                        .proven = spare.size() < 6 || spare.at(5).get<bool>()});  // as of old
    }
    return spares;
  });
}

}  // namespace plotmeter
