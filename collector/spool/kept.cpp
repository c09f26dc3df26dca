#include "collector/spool/kept.h"

#include "common/json.h"
#include "proto/batch.h"

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

Json InEnvelope(const char* member, const std::vector<std::string>& bodies, std::string& names) {
  const BatchText text = WriteBatch(Envelope());
  names = text.names;
  Json payload = ParseJson(text.payload);
  Json& list = payload[member] = Json::array();
  for (const std::string& body : bodies) list.push_back(ParseJson(body));
  return payload;
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
  Reading kept = reading;
  kept.alerts = {};
  Batch batch = Envelope();
  batch.readings.push_back({.printer = 0, .reading = kept});
  const BatchText text = WriteBatch(batch);
  ParseBatch(text.payload, text.names);  // what the portal would refuse is not kept, it throws
  return JsonText(ParseJson(text.payload).at("readings").at(0));
}

std::string KeptText(const JobRecord& job) {
  JobRecord kept = job;
  kept.name = {};
  Batch batch = Envelope();
  batch.jobs.push_back({.printer = 0, .job = kept});
  const BatchText text = WriteBatch(batch);
  ParseBatch(text.payload, text.names);
  return JsonText(ParseJson(text.payload).at("jobs").at(0));
}

std::string KeptText(const PrinterEvent& event) {
  Batch batch = Envelope();
  batch.events.push_back({.printer = 0, .event = event});
  const BatchText text = WriteBatch(batch);
  ParseBatch(text.payload, text.names);
  return JsonText(ParseJson(text.payload).at("events").at(0));
}

std::vector<Reading> ReadingsFrom(const std::vector<std::string>& bodies) {
  std::string names;
  const Json payload = InEnvelope("readings", bodies, names);
  std::vector<Reading> readings;
  for (BatchReading& entry : ParseBatch(JsonText(payload), names).readings) {
    readings.push_back(std::move(entry.reading));
  }
  return readings;
}

std::vector<PrinterEvent> EventsFrom(const std::vector<std::string>& bodies) {
  std::string names;
  const Json payload = InEnvelope("events", bodies, names);
  std::vector<PrinterEvent> events;
  for (BatchEvent& entry : ParseBatch(JsonText(payload), names).events) {
    events.push_back(std::move(entry.event));
  }
  return events;
}

std::vector<JobRecord> JobsFrom(const std::vector<std::string>& bodies) {
  std::string names;
  const Json payload = InEnvelope("jobs", bodies, names);
  std::vector<JobRecord> jobs;
  for (BatchJob& entry : ParseBatch(JsonText(payload), names).jobs) {
    jobs.push_back(std::move(entry.job));
  }
  return jobs;
}

}  // namespace plotmeter
