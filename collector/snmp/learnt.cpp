#include "collector/snmp/learnt.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include "common/json.h"

namespace plotmeter {
namespace {

// A line of them. Not in the JSON, because a thousand printers' are read at each start.
template <typename Oids>
std::string OidLine(const Oids& oids) {
  std::string line;
  for (const Oid& oid : oids) line += (line.empty() ? "" : " ") + oid.ToText();
  return line;
}

std::string_view TakeLine(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == text.npos) throw std::invalid_argument("a line is missing");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::vector<Oid> OidsFrom(std::string_view line) {
  std::vector<Oid> oids;
  while (!line.empty()) {
    const std::string_view word = line.substr(0, line.find(' '));
    auto oid = Oid::Parse(word);
    if (!oid) throw std::invalid_argument("no object identifier");
    oids.push_back(*std::move(oid));
    line.remove_prefix(std::min(word.size() + 1, line.size()));
  }
  return oids;
}

Json IdentityJson(const PrinterIdentity& identity) {
  return {identity.manufacturer, identity.serial, identity.product, identity.model,
          identity.firmware};
}

PrinterIdentity IdentityFrom(const Json& list) {
  return {.manufacturer = list.at(0).get<std::string>(),
          .serial = list.at(1).get<std::string>(),
          .product = list.at(2).get<std::string>(),
          .model = list.at(3).get<std::string>(),
          .firmware = list.at(4).get<std::string>()};
}

void Put(Json& json, const char* member, const std::optional<Instant>& at) {
  if (at) json[member] = ToMillis(*at);
}

std::optional<Instant> InstantFrom(const Json& json, const char* member) {
  const auto at = json.find(member);
  if (at == json.end()) return std::nullopt;
  return FromMillis(at->get<std::int64_t>());
}

}  // namespace

bool IsSameOnDisk(const PrinterKnowledge& a, const PrinterKnowledge& b) {
  const auto kept = [](const PrinterKnowledge& k) {
    return std::tie(k.whose, k.explored_at, k.offers, k.started_at, k.bulk, k.objects);
  };
  return kept(a) == kept(b);
}

std::string LearntText(const SnmpLearnt& learnt) {
  const auto& [version, found, printer] = learnt;
  Json json = {{"whose", printer.whose},
               {"bulk", static_cast<int>(printer.bulk)},
               {"verdict", static_cast<int>(found.verdict)},
               {"rows", found.printer_rows},
               {"identity", IdentityJson(found.identity)}};
  if (version && *version != SnmpVersion::k3) json["version"] = static_cast<int>(*version);
  Put(json, "explored_at", printer.explored_at);
  Put(json, "started_at", printer.started_at);
  // With these a start of the collector is not taken for one of the printer.
  json["uptime"] = printer.uptime.count();
  Put(json, "uptime_at", printer.uptime_at);
  std::string text = JsonText(json) + "\n";
  for (const std::string& line :
       {OidLine(found.objects), OidLine(printer.offers), OidLine(printer.objects)}) {
    text += line + "\n";
  }
  return text;
}

std::optional<SnmpLearnt> LearntFrom(std::string_view text) {
  try {
    const Json json = ParseJson(TakeLine(text));
    SnmpLearnt learnt;
    if (const auto version = json.find("version"); version != json.end()) {
      learnt.version = version->get<int>() == 0 ? SnmpVersion::k1 : SnmpVersion::k2c;
    }
    learnt.found = {.objects = OidsFrom(TakeLine(text)),
                    .verdict = static_cast<Verdict>(json.at("verdict").get<int>()),
                    .printer_rows = json.at("rows").get<std::vector<std::uint32_t>>(),
                    .identity = IdentityFrom(json.at("identity"))};
    learnt.printer.whose = json.at("whose").get<std::string>();
    learnt.printer.explored_at = InstantFrom(json, "explored_at");
    learnt.printer.started_at = InstantFrom(json, "started_at");
    learnt.printer.uptime = std::chrono::milliseconds(json.value("uptime", std::int64_t{0}));
    learnt.printer.uptime_at = InstantFrom(json, "uptime_at").value_or(Instant{});
    for (Oid& oid : OidsFrom(TakeLine(text))) learnt.printer.offers.insert(std::move(oid));
    learnt.printer.objects = OidsFrom(TakeLine(text));
    const int bulk = json.at("bulk").get<int>();
    if (bulk == static_cast<int>(SnmpBulk::kWorked)) learnt.printer.bulk = SnmpBulk::kWorked;
    if (bulk == static_cast<int>(SnmpBulk::kFailed)) learnt.printer.bulk = SnmpBulk::kFailed;
    return learnt;
  } catch (const std::exception&) {  // of another version of this program, or damaged
    return std::nullopt;
  }
}

}  // namespace plotmeter
