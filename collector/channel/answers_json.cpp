#include "collector/channel/answers_json.h"

#include <string>
#include <vector>

namespace plotmeter {
namespace {

Json Of(const std::string& text) { return text; }
Json Of(bool value) { return value; }
Json Of(std::int64_t value) { return value; }
Json Of(const Decimal& value) { return value.text(); }
Json Of(const Quantity& quantity) {
  return {{"value", quantity.value.text()}, {"unit", quantity.unit}};
}
Json Of(Instant instant) { return FormatInstant(instant); }

template <typename T>
void Set(Json& object, const char* name, const std::optional<T>& value) {
  if (value) object[name] = Of(*value);
}

void SetText(Json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

template <typename T, typename ToObject>
Json List(const std::vector<T>& values, ToObject to_object) {
  Json list = Json::array();
  for (const T& value : values) list.push_back(to_object(value));
  return list;
}

Json MeterJson(const MeterValue& meter) {
  Json object = {{"meter", meter.meter},
                 {"value", meter.value.value.text()},
                 {"unit", meter.value.unit},
                 {"source", meter.source}};
  Set(object, "colorant", meter.colorant);
  Set(object, "media", meter.media);
  if (meter.outranked) object["outranked"] = true;
  return object;
}

Json SupplyJson(const Supply& supply) {
  Json object = {{"supply", supply.supply}};
  Set(object, "kind", supply.kind);
  Set(object, "colorant", supply.colorant);
  Set(object, "description", supply.description);
  Set(object, "level", supply.level);
  Set(object, "capacity", supply.capacity);
  Set(object, "percent", supply.percent);
  Set(object, "remark", supply.remark);
  Set(object, "state", supply.state);
  Set(object, "part_number", supply.part_number);
  Set(object, "serial", supply.serial);
  Set(object, "installed", supply.installed);
  Set(object, "expires", supply.expires);
  Set(object, "warranty", supply.warranty);
  Set(object, "warranty_until", supply.warranty_until);
  return object;
}

Json MediaJson(const LoadedMedia& media) {
  Json object = {{"input", media.input}};
  Set(object, "kind", media.kind);
  Set(object, "media", media.media);
  Set(object, "name", media.name);
  Set(object, "width", media.width);
  Set(object, "length", media.length);
  Set(object, "length_left", media.length_left);
  Set(object, "state", media.state);
  return object;
}

Json AlertJson(const Alert& alert) {
  Json object = {{"key", alert.key}, {"severity", ToText(alert.severity)}, {"code", alert.code}};
  Set(object, "text", alert.text);
  Set(object, "part", alert.part);
  Set(object, "location", alert.location);
  Set(object, "raised", alert.raised);
  return object;
}

Json TraitJson(const Trait& trait) {
  Json object = {{"trait", trait.trait}, {"value", trait.value}};
  Set(object, "part", trait.part);
  SetText(object, "unit", trait.unit);
  return object;
}

Json EventJson(const PrinterEvent& event) {
  Json object = {{"kind", event.kind}, {"key", event.key}};
  Set(object, "code", event.code);
  Set(object, "text", event.text);
  Set(object, "printer_time", event.printer_time);
  Set(object, "clock_offset_ms", event.clock_offset_ms);
  Set(object, "printer_pages", event.printer_pages);
  Set(object, "was", event.was);
  Set(object, "is", event.is);
  return object;
}

Json JobJson(const JobRecord& job) {
  Json object = {{"job", job.job}, {"type", job.type}, {"status", job.status}};
  Set(object, "element", job.element);
  SetText(object, "status_raw", job.status_raw);
  Set(object, "client_job", job.client_job);
  Set(object, "submitted", job.submitted);
  Set(object, "started", job.started);
  Set(object, "finished", job.finished);
  Set(object, "clock_offset_ms", job.clock_offset_ms);
  Set(object, "pages", job.pages);
  Set(object, "printed_pages", job.printed_pages);
  Set(object, "copies", job.copies);
  Set(object, "printed_copies", job.printed_copies);
  Set(object, "media", job.media);
  Set(object, "media_name", job.media_name);
  Set(object, "media_source", job.media_source);
  Set(object, "area", job.area);
  Set(object, "length", job.length);
  Set(object, "page_width", job.page_width);
  Set(object, "page_height", job.page_height);
  Set(object, "quality", job.quality);
  Set(object, "economode", job.economode);
  Set(object, "maximum_detail", job.maximum_detail);
  Set(object, "gray_coverage", job.gray_coverage);
  Set(object, "color_coverage", job.color_coverage);
  object["ink"] = List(job.ink, [](const InkUse& ink) {
    return Json{
        {"colorant", ink.colorant}, {"value", ink.amount.value.text()}, {"unit", ink.amount.unit}};
  });
  if (!job.traits.empty()) object["traits"] = List(job.traits, TraitJson);
  return object;
}

}  // namespace

Json ToJson(const PrinterIdentity& identity) {
  Json object = Json::object();
  SetText(object, "manufacturer", identity.manufacturer);
  SetText(object, "serial", identity.serial);
  SetText(object, "product", identity.product);
  SetText(object, "model", identity.model);
  SetText(object, "firmware", identity.firmware);
  return object;
}

Json ToJson(const Answers& answers) {
  Json object = {{"identity", ToJson(answers.identity)},
                 {"meters", List(answers.meters, MeterJson)},
                 {"supplies", List(answers.supplies, SupplyJson)},
                 {"media", List(answers.media, MediaJson)}};
  Set(object, "state", answers.state);
  Set(object, "uptime", answers.uptime);
  if (!answers.traits.empty()) object["traits"] = List(answers.traits, TraitJson);
  if (answers.alerts) object["alerts"] = List(*answers.alerts, AlertJson);
  if (!answers.jobs.empty()) object["jobs"] = List(answers.jobs, JobJson);
  if (!answers.events.empty()) object["events"] = List(answers.events, EventJson);
  if (!answers.remarks.empty()) object["remarks"] = answers.remarks;
  return object;
}

}  // namespace plotmeter
