#include "portal/controllers/row_json.h"

namespace plotmeter {
namespace {

Json Named(const std::string& id, const std::string& name) { return {{"id", id}, {"name", name}}; }

void PutPlace(Json& json, const Site& site) {
  json["site"] = Named(site.id, site.name);
  json["customer"] = Named(site.customer, site.customer_name);
}

Json StartOf(const PrinterRef& printer) {
  Json who = {{"id", printer.id}};
  Put(who, "manufacturer", printer.manufacturer);
  Put(who, "serial", printer.serial);
  Put(who, "model", printer.model);
  Json json = {{"printer", std::move(who)}};
  PutPlace(json, printer.site);
  return json;
}

Json HeartbeatJson(const HeartbeatNote& note) {
  Json json = {
      {"received_at", FormatInstant(note.received_at)},
      {"at", FormatInstant(note.at)},
      {"version", note.version},
      {"stream", note.stream},
      {"sequence", note.sequence},
      {"waiting",
       {{"readings", note.readings},
        {"jobs", note.jobs},
        {"alerts", note.alerts},
        {"events", note.events},
        {"batches", note.batches}}},
      {"set_aside", note.aside},
      {"printers", {{"known", note.known}, {"answering", note.answering}, {"asleep", note.asleep}}},
      {"troubles", note.troubles}};
  Put(json, "offset_ms", note.offset_ms);
  Put(json, "disk", note.disk);
  return json;
}

Json JobTraits(const std::string& text) {
  Json traits = Json::array();
  for (const Json& said : ParseJson(text)) {
    Json trait = {{"trait", said.at(0)}, {"value", said.at(2)}};
    if (!said.at(1).is_null()) trait["part"] = said.at(1);
    if (said.at(3) != "") trait["unit"] = said.at(3);
    traits.push_back(std::move(trait));
  }
  return traits;
}

}  // namespace

void Put(Json& json, const char* name, const std::string& text) {
  if (!text.empty()) json[name] = text;
}

void Put(Json& json, const char* name, const std::optional<std::string>& text) {
  if (text) json[name] = *text;
}

void Put(Json& json, const char* name, const std::optional<std::int64_t>& number) {
  if (number) json[name] = *number;
}

void Put(Json& json, const char* name, const std::optional<Instant>& instant) {
  if (instant) json[name] = FormatInstant(*instant);
}

void Put(Json& json, const char* name, const std::optional<std::string>& value,
         const std::optional<std::string>& unit) {
  if (value) json[name] = {{"value", *value}, {"unit", unit.value_or("?")}};
}

Json ToJson(const Customer& customer) {
  return {{"id", customer.id},
          {"name", customer.name},
          {"created_at", FormatInstant(customer.created_at)}};
}

Json ToJson(const Site& site) {
  return {{"id", site.id},
          {"name", site.name},
          {"time_zone", site.time_zone},
          {"customer", Named(site.customer, site.customer_name)},
          {"created_at", FormatInstant(site.created_at)}};
}

Json ToJson(const PrinterRow& row) {
  Json json = {{"id", row.id}};
  Put(json, "first_seen", row.first_seen);
  Put(json, "last_seen", row.last_seen);
  PutPlace(json, row.site);
  Put(json, "manufacturer", row.manufacturer);
  Put(json, "serial", row.serial);
  Put(json, "product", row.product);
  Put(json, "model", row.model);
  Put(json, "firmware", row.firmware);
  Put(json, "state", row.state);
  // The serial was seen at these sites too: a person has to confirm a move.
  if (!row.claimed_by.empty()) json["also_seen_at"] = row.claimed_by;
  Put(json, "ip", row.whereabouts.ip);
  if (!row.whereabouts.macs.empty()) json["macs"] = row.whereabouts.macs;
  Put(json, "name", row.whereabouts.name);
  Put(json, "location", row.whereabouts.location);
  return json;
}

Json ToJson(const ReadingRow& row) {
  Json json = {
      {"channel", row.channel}, {"meter", row.meter},          {"unit", row.unit},
      {"value", row.value},     {"at", FormatInstant(row.at)}, {"outranked", row.outranked},
      {"batch", row.batch}};
  Put(json, "sha256", row.sha256);
  Put(json, "collector", row.collector);
  Put(json, "colorant", row.colorant);
  Put(json, "media", row.media);
  return json;
}

Json ToJson(const SupplyRow& row) {
  Json json = StartOf(row.printer);
  json["channel"] = row.channel;
  json["supply"] = row.supply;
  json["at"] = FormatInstant(row.at);
  Put(json, "kind", row.kind);
  Put(json, "colorant", row.colorant);
  Put(json, "description", row.description);
  Put(json, "level", row.level, row.level_unit);
  Put(json, "capacity", row.capacity, row.capacity_unit);
  Put(json, "percent", row.percent);
  Put(json, "remark", row.remark);
  Put(json, "state", row.state);
  Put(json, "part_number", row.part_number);
  Put(json, "serial", row.serial);
  Put(json, "installed", row.installed);
  Put(json, "expires", row.expires);
  Put(json, "warranty", row.warranty);
  Put(json, "warranty_until", row.warranty_until);
  return json;
}

Json ToJson(const TraitRow& row) {
  Json json = {{"channel", row.channel},
               {"trait", row.trait},
               {"value", row.value},
               {"at", FormatInstant(row.at)}};
  Put(json, "part", row.part);
  Put(json, "unit", row.unit);
  return json;
}

Json ToJson(const JobEntry& row) {
  Json json = StartOf(row.printer);
  json["channel"] = row.channel;
  json["job"] = row.job;
  json["revision"] = row.revision;
  json["type"] = row.type;
  json["status"] = row.status;
  json["ended_at"] = FormatInstant(row.ended_at);
  json["ended_by"] = EndedBy(row.end_is_told);
  Put(json, "submitted", row.submitted);
  Put(json, "started", row.started);
  Put(json, "finished", row.finished);
  Put(json, "copies", row.copies);
  Put(json, "printed_copies", row.printed_copies);
  Put(json, "pages", row.pages);
  Put(json, "printed_pages", row.printed_pages);
  Put(json, "media", row.media);
  Put(json, "area", row.area, row.area_unit);
  Put(json, "length", row.length, row.length_unit);
  Put(json, "quality", row.quality);
  Json ink = Json::array();
  for (const Json& use : ParseJson(row.ink)) {
    ink.push_back({{"colorant", use.at(0)}, {"value", use.at(1)}, {"unit", use.at(2)}});
  }
  if (!ink.empty()) json["ink"] = std::move(ink);
  if (row.traits) json["traits"] = JobTraits(*row.traits);
  json["batch"] = row.batch;
  json["sha256"] = row.sha256;
  return json;
}

Json ToJson(const AlertRow& row) {
  Json json = StartOf(row.printer);
  json["channel"] = row.channel;
  json["key"] = row.key;
  json["severity"] = row.severity;
  json["code"] = row.code;
  json["since"] = FormatInstant(row.since);
  Put(json, "text", row.text);
  Put(json, "part", row.part);
  Put(json, "cleared_at", row.cleared_at);
  return json;
}

Json ToJson(const EventRow& row) {
  Json json = {{"kind", row.kind}, {"key", row.key}, {"at", FormatInstant(row.at)}};
  if (row.channel != "none") json["channel"] = row.channel;
  Put(json, "code", row.code);
  Put(json, "text", row.text);
  Put(json, "was", row.was);
  Put(json, "is", row.is);
  Put(json, "printer_time", row.printer_time);
  Put(json, "clock_offset_ms", row.clock_offset_ms);
  Put(json, "printer_pages", row.printer_pages);
  return json;
}

Json ToJson(const CollectorRow& row) {
  const auto& heard = row.heartbeat;
  Json json = {{"id", row.collector.id},
               {"name", row.collector.name},
               {"version", heard ? heard->version : row.collector.version},
               {"system", row.system},
               {"thumbprint", row.collector.thumbprint},
               {"enrolled_at", FormatInstant(row.collector.enrolled_at)}};
  PutPlace(json, row.site);
  Put(json, "revoked_at", row.collector.revoked_at);
  if (heard) json["heartbeat"] = HeartbeatJson(*heard);
  return json;
}

Json ToJson(const CodeRow& row, Instant now) {
  const EnrolmentOffer& offer = row.offer;
  Json json = {{"created_at", FormatInstant(offer.created_at)},
               {"expires_at", FormatInstant(offer.expires_at)},
               {"state", offer.used_at             ? "used"
                         : offer.expires_at <= now ? "expired"
                                                   : "open"}};
  PutPlace(json, row.site);
  Put(json, "used_at", offer.used_at);
  Put(json, "collector", offer.collector);
  return json;
}

}  // namespace plotmeter
