#include "collector/spool/kept.h"

#include <fmt/format.h>

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

Batch InEnvelope(const char* member, const std::vector<std::string>& bodies) {
  BatchJson written = WriteBatchJson(Envelope());
  Json& list = written.payload[member] = Json::array();
  // It was right when it was written, so it is the file that changed.
  try {
    for (const std::string& body : bodies) list.push_back(ParseJson(body));
    const std::string names = written.names;
    return BatchDocument(std::move(written)).Read(names);
  } catch (const std::runtime_error& error) {
    throw SqliteError::Damage(
        fmt::format("what was kept is not what was written: {}", error.what()));
  }
}

}  // namespace

Severity SeverityOf(std::string_view text) {
  for (const Severity severity :
       {Severity::kInformation, Severity::kWarning, Severity::kCritical}) {
    if (text == ToText(severity)) return severity;
  }
  return Severity::kUnknown;
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

}  // namespace plotmeter
