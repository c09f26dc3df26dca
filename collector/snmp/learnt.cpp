#include "collector/snmp/learnt.h"

#include <stdexcept>
#include <tuple>

#include "common/json.h"

namespace plotmeter {
namespace {

template <typename Oids>
Json OidList(const Oids& oids) {
  Json list = Json::array();
  for (const Oid& oid : oids) list.push_back(oid.ToText());
  return list;
}

std::vector<Oid> OidsFrom(const Json& list) {
  std::vector<Oid> oids;
  for (const Json& text : list) {
    auto oid = Oid::Parse(text.get_ref<const std::string&>());
    if (!oid) throw std::invalid_argument("no object identifier");
    oids.push_back(*std::move(oid));
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
    return std::tie(k.whose, k.explored_at, k.offers, k.started_at, k.bulk);
  };
  return kept(a) == kept(b);
}

std::string LearntText(const SnmpLearnt& learnt) {
  const auto& [version, found, printer] = learnt;
  Json json = {{"whose", printer.whose},
               {"offers", OidList(printer.offers)},
               {"bulk", static_cast<int>(printer.bulk)},
               {"objects", OidList(found.objects)},
               {"verdict", static_cast<int>(found.verdict)},
               {"rows", found.printer_rows},
               {"identity", IdentityJson(found.identity)}};
  if (version && *version != SnmpVersion::k3) json["version"] = static_cast<int>(*version);
  Put(json, "explored_at", printer.explored_at);
  Put(json, "started_at", printer.started_at);
  // With these a start of the collector is not taken for one of the printer.
  json["uptime"] = printer.uptime.count();
  Put(json, "uptime_at", printer.uptime_at);
  return JsonText(json);
}

std::optional<SnmpLearnt> LearntFrom(std::string_view text) {
  try {
    const Json json = ParseJson(text);
    SnmpLearnt learnt;
    if (const auto version = json.find("version"); version != json.end()) {
      learnt.version = version->get<int>() == 0 ? SnmpVersion::k1 : SnmpVersion::k2c;
    }
    learnt.found = {.objects = OidsFrom(json.at("objects")),
                    .verdict = static_cast<Verdict>(json.at("verdict").get<int>()),
                    .printer_rows = json.at("rows").get<std::vector<std::uint32_t>>(),
                    .identity = IdentityFrom(json.at("identity"))};
    learnt.printer.whose = json.at("whose").get<std::string>();
    learnt.printer.explored_at = InstantFrom(json, "explored_at");
    learnt.printer.started_at = InstantFrom(json, "started_at");
    learnt.printer.uptime = std::chrono::milliseconds(json.value("uptime", std::int64_t{0}));
    learnt.printer.uptime_at = InstantFrom(json, "uptime_at").value_or(Instant{});
    for (Oid& oid : OidsFrom(json.at("offers"))) learnt.printer.offers.insert(std::move(oid));
    const int bulk = json.at("bulk").get<int>();
    if (bulk == static_cast<int>(SnmpBulk::kWorked)) learnt.printer.bulk = SnmpBulk::kWorked;
    if (bulk == static_cast<int>(SnmpBulk::kFailed)) learnt.printer.bulk = SnmpBulk::kFailed;
    return learnt;
  } catch (const std::exception&) {  // of another version of this program, or damaged
    return std::nullopt;
  }
}

}  // namespace plotmeter
