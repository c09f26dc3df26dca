// A batch to put into a store: its texts, and what they are derived from, which the record points
// at.

#pragma once

#include <list>
#include <string>

#include "portal/store/store.h"

namespace plotmeter {

struct Parcel {
  // One printer of that serial, read at `at` over PIWS, in a batch that arrived then.
  Parcel(const std::string& collector, std::int64_t sequence, const std::string& serial,
         Instant at) {
    reading = {.at = at, .channel = ChannelKind::kPiws};
    record = {.collector = collector,
              .batch = "batch " + std::to_string(sequence),
              .stream = "stream",
              .sequence = sequence,
              .previous = sequence == 1 ? "" : "sha " + std::to_string(sequence - 1),
              .sha256 = "sha " + std::to_string(sequence),
              .jws = &text,
              .payload = &text,
              .names = &text,
              .received_at = at};
    record.printers.push_back({.manufacturer = "HP",
                               .serial = serial,
                               .product = "W3Z71A",
                               .model = "HP DesignJet Z9",
                               .firmware = "F1"});
    record.readings.push_back({0, &reading});
  }
  Parcel(const Parcel&) = delete;
  Parcel& operator=(const Parcel&) = delete;

  Parcel& Meter(const std::string& meter, const std::string& value) {
    reading.meters.push_back({.meter = meter, .value = {*Decimal::Parse(value), "cc"}});
    return *this;
  }
  Parcel& Level(const std::string& supply, const std::string& level) {
    reading.supplies.push_back({.supply = supply, .level = Quantity{*Decimal::Parse(level), "cc"}});
    return *this;
  }
  Parcel& Says(const std::string& trait, const std::string& value,
               const std::optional<std::string>& part = {}, const std::string& unit = "") {
    reading.traits.push_back({.trait = trait, .part = part, .value = value, .unit = unit});
    return *this;
  }
  Parcel& Job(const std::string& job) {
    jobs.push_back({.job = job,
                    .revision = 1,
                    .channel = ChannelKind::kPiws,
                    .seen_at = reading.at,
                    .type = "print",
                    .status = "printed"});
    jobs.back().ink.push_back({"magenta", {*Decimal::Parse("0.21"), "cc"}});
    record.jobs.push_back({0, &jobs.back()});
    return *this;
  }
  Parcel& Alarm(const std::string& key, std::optional<Instant> cleared_at = {}) {
    alerts.push_back({.key = key, .severity = Severity::kCritical, .code = "808"});
    record.alerts.push_back(
        {0, ChannelKind::kSnmp, &alerts.back(), reading.at, std::move(cleared_at)});
    return *this;
  }
  Parcel& Event(const std::string& key) {
    events.push_back({.kind = "error-log", .key = key, .at = reading.at, .code = "610010"});
    record.events.push_back({0, &events.back()});
    return *this;
  }

  std::string text = "x";
  Reading reading = {};
  std::list<JobRecord> jobs = {};
  std::list<Alert> alerts = {};
  std::list<PrinterEvent> events = {};
  BatchRecord record = {};
};

}  // namespace plotmeter
