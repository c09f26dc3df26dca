#include "collector/snmp/hp_objects.h"

#include <fmt/format.h>

#include "collector/snmp/mib.h"
#include "collector/snmp/mib_words.h"
#include "collector/snmp/text.h"

namespace plotmeter {
namespace {

constexpr std::uint32_t kHeads = 8;
constexpr std::uint32_t kHeadInk = 19;
constexpr std::uint32_t kTrayName = 4;
constexpr std::uint32_t kTrayWidth = 10;
constexpr std::uint32_t kTrayLength = 11;
constexpr std::uint32_t kTrayType = 17;
constexpr std::uint32_t kTrayMediaKey = 20;

std::string ColorantOf(std::uint32_t number, const ModelProfile& profile) {
  const auto known = profile.private_ink.find(number);
  return known != profile.private_ink.end() ? known->second : fmt::format("ink-{}", number);
}

Oid TrayObject(std::uint32_t source, std::uint32_t field) {
  return mib::kHpTray + Oid{source, field, 0};
}

// A PML text, unless it is empty or the "-1" by which a tray says that it knows nothing.
std::optional<std::string> TrayText(const SnmpTable& table, const Oid& oid) {
  const auto octets = OctetsAt(table, oid);
  if (!octets) return std::nullopt;
  std::string text = DecodePml(*octets).utf8;
  if (text.empty() || text == "-1") return std::nullopt;
  return text;
}

}  // namespace

std::vector<MeterValue> LifetimeInk(const SnmpTable& table, const ModelProfile& profile) {
  std::vector<MeterValue> meters;
  for (const auto& [oid, value] : table.Below(mib::kHpLifetimeInk)) {
    const Oid index = oid.After(mib::kHpLifetimeInk);
    const auto used = value.AsNumber();
    if (index.size() != 3 || index.parts()[1] != 1 || index.parts()[2] != 0) continue;
    if (!used || *used <= 0) continue;
    meters.push_back({.meter = "ink.used",
                      .colorant = ColorantOf(index.parts()[0], profile),
                      .value = {Decimal::FromInteger(*used), profile.private_ink_unit},
                      .source = oid.ToText()});
  }
  return meters;
}

std::vector<MeterValue> HeadInk(const SnmpTable& table) {
  std::vector<MeterValue> meters;
  for (std::uint32_t head = 1; head <= kHeads; ++head) {
    const Oid object = mib::kHpHeads + Oid{head, kHeadInk, 0};
    const auto used = NumberAt(table, object);
    if (!used || *used <= 0) continue;
    meters.push_back({.meter = fmt::format("x-printhead-ink-{}", head),
                      .value = {Decimal::FromInteger(*used), "1/10 ml"},
                      .source = object.ToText()});
  }
  return meters;
}

std::vector<Oid> HeadInkSubtrees() {
  std::vector<Oid> subtrees;
  for (std::uint32_t head = 1; head <= kHeads; ++head) {
    subtrees.push_back(mib::kHpHeads + Oid{head, kHeadInk});
  }
  return subtrees;
}

std::vector<MeterValue> EnginePages(const SnmpTable& table) {
  const Oid object = mib::kHpEnginePages + Oid{0};
  const auto pages = NumberAt(table, object);
  if (!pages || *pages <= 0) return {};
  return {{.meter = "x-engine-pages",
           .value = {Decimal::FromInteger(*pages), "pages"},
           .source = object.ToText()}};
}

HpTray TrayOf(const SnmpTable& table, std::uint32_t source) {
  HpTray tray{.media = TrayText(table, TrayObject(source, kTrayMediaKey)),
              .name = TrayText(table, TrayObject(source, kTrayName))};
  tray.kind = TrayKindWords(NumberAt(table, TrayObject(source, kTrayType)));
  const auto length_at = [&](std::uint32_t field) -> std::optional<Quantity> {
    const auto said = NumberAt(table, TrayObject(source, field));
    if (!said || *said <= 0) return std::nullopt;
    return Quantity{Decimal::FromInteger(*said), "1/720 in"};
  };
  tray.width = length_at(kTrayWidth);
  tray.length = length_at(kTrayLength);
  return tray;
}

std::vector<Oid> TrayObjects(std::uint32_t source) {
  return {TrayObject(source, kTrayName), TrayObject(source, kTrayWidth),
          TrayObject(source, kTrayLength), TrayObject(source, kTrayType),
          TrayObject(source, kTrayMediaKey)};
}

}  // namespace plotmeter
