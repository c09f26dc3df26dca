#include "collector/snmp/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "collector/channel/large_format.h"
#include "collector/channel/maker.h"
#include "collector/channel/serial.h"
#include "collector/snmp/ieee1284.h"
#include "collector/snmp/makers.h"
#include "collector/snmp/mib.h"
#include "collector/snmp/text.h"

namespace plotmeter {
namespace {

// One is usual. Each costs three objects, and an agent can list thousands.
constexpr std::size_t kMostPrinterRows = 16;

std::string TextAt(const SnmpTable& table, const Oid& oid) {
  return DecodeText(OctetsAt(table, oid).value_or("")).utf8;
}

std::string PmlAt(const SnmpTable& table, const Oid& oid) {
  return DecodePml(OctetsAt(table, oid).value_or("")).utf8;
}

// The value of `SN:` in a sysDescr of the form "…,SN:VNCRC48198,FN:…"; empty when there is none.
std::string SysDescrField(std::string_view sys_descr, std::string_view key) {
  const std::size_t at = sys_descr.find(key);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = sys_descr.substr(at + key.size());
  return std::string(rest.substr(0, rest.find(',')));
}

DeviceId DeviceIdOf(const SnmpTable& table) {
  for (const Oid& oid : {mib::kGdStatusId, mib::kPpmDeviceId}) {
    DeviceId id = DeviceId::Parse(OctetsAt(table, oid).value_or(""));
    if (!id.empty()) return id;
  }
  return {};
}

bool SaysHp(std::string_view maker) { return UsualMaker(maker) == "HP"; }

template <typename... Texts>
std::string FirstOf(const Texts&... texts) {
  std::string first;
  ((first.empty() ? void(first = texts) : void()), ...);
  return first;
}

// The answers in the terms of the rules below.
struct Evidence {
  const SnmpTable& table;
  Oid sys_object_id;
  DeviceId id;
  std::vector<std::uint32_t> rows;
  std::vector<std::string> row_descr;
  bool any_device_type = false;
  std::string hp_because = {};  // empty: the maker is not HP

  explicit Evidence(const SnmpTable& answers)
      : table(answers), id(DeviceIdOf(answers)), rows(PrinterRows(answers)) {
    if (const Oid* oid = OidAt(table, mib::kSysObjectId)) sys_object_id = *oid;
    any_device_type = !table.Below(mib::kHrDeviceType).empty();
    for (const std::uint32_t row : rows) {
      row_descr.push_back(TextAt(table, mib::kHrDeviceDescr + Oid{row}));
    }
    hp_because = HpBecause();
  }

  bool is_printer() const { return !rows.empty() || id.is_printer(); }

 private:
  std::string HpBecause() const {
    const std::string maker = id.Get("MFG");
    if (SaysHp(maker)) return "MFG of the IEEE-1284 ID";
    if (!maker.empty()) return {};
    if (mib::kHpPrinterCard.Contains(sys_object_id)) return "sysObjectID of an HP printer card";
    for (const std::uint32_t row : rows) {
      const Oid* device = OidAt(table, mib::kHrDeviceId + Oid{row});
      if (device && mib::kHpPrinterDevice.Contains(*device)) return "hrDeviceID of an HP printer";
    }
    if (sys_object_id == mib::kHp + Oid{1}) {  // old print servers: only with proof of HP and model
      for (const std::string& descr : row_descr) {
        if (MakerInModel(descr) == "HP") return "hrDeviceDescr";
      }
    }
    return {};
  }
};

// The texts that may name the model, best first, with what they are.
std::vector<std::pair<std::string, std::string>> ModelTexts(const Evidence& seen) {
  std::vector<std::pair<std::string, std::string>> texts = {{"MDL", seen.id.Get("MDL")},
                                                            {"DES", seen.id.Get("DES")}};
  for (const std::string& descr : seen.row_descr) texts.emplace_back("hrDeviceDescr", descr);
  texts.emplace_back("PML model-name", PmlAt(seen.table, mib::kHpModelName));
  std::erase_if(texts, [](const auto& text) { return text.second.empty(); });
  return texts;
}

void Identify(const Evidence& seen, Fingerprint& found) {
  const SnmpTable& table = seen.table;
  std::vector<std::string> serials = {seen.id.Get("SN")};
  for (const std::uint32_t row : seen.rows) {
    serials.push_back(TextAt(table, mib::kPrtGeneralSerialNumber + Oid{row}));
  }
  if (seen.rows.empty()) serials.push_back(TextAt(table, mib::kPrtGeneralSerialNumber + Oid{1}));
  serials.push_back(PmlAt(table, mib::kHpSerialNumber));
  serials.push_back(SysDescrField(TextAt(table, mib::kSysDescr), "SN:"));
  for (const std::string& serial : serials) {
    if (found.serial.empty()) found.serial = UsableSerial(serial);
  }
  found.product = FirstOf(PmlAt(table, mib::kHpModelNumber), seen.id.Get("PRN"));
  found.firmware = FirstOf(seen.id.Get("FW"), PmlAt(table, mib::kHpFirmware),
                           PmlAt(table, mib::kHpFirmwareDate));
  found.model = FirstOf(seen.row_descr.empty() ? std::string() : seen.row_descr[0],
                        seen.id.Get("DES"), seen.id.Get("MDL"), PmlAt(table, mib::kHpModelName));
}

// Asks one rule and writes down what it said.
bool Ask(Fingerprint& found, const char* question, bool is_so, std::string because) {
  found.steps.push_back({question, is_so, std::move(because)});
  return is_so;
}

std::string PrinterBecause(const Evidence& seen) {
  if (!seen.rows.empty()) {
    return fmt::format("row {} of hrDeviceTable is a printer", seen.rows.front());
  }
  if (seen.id.is_printer()) return "CLS of the IEEE-1284 ID is PRINTER";
  return seen.any_device_type ? "it lists its devices (hrDeviceTable) and none is a printer"
                              : "it has neither a printer in hrDeviceTable nor an IEEE-1284 ID";
}

std::string NotHpBecause(const Evidence& seen) {
  if (const std::string maker = seen.id.Get("MFG"); !maker.empty()) {
    return fmt::format("MFG of the IEEE-1284 ID is {}", maker);
  }
  return seen.sys_object_id.empty()
             ? "nothing says who made it"
             : fmt::format("sysObjectID {} is no proof of it", seen.sys_object_id.ToText());
}

void Decide(const Evidence& seen, Fingerprint& found) {
  const std::string number = seen.sys_object_id.ToText();
  const std::string_view what = NotAPrinterBecause(seen.sys_object_id);
  if (Ask(found, "Is it something that is never a printer?", !what.empty(),
          seen.sys_object_id.empty() ? "it says no sysObjectID"
          : what.empty()             ? fmt::format("sysObjectID {} is of no such kind", number)
                                     : fmt::format("sysObjectID {} is {}", number, what))) {
    found.verdict = Verdict::kNotAPrinter;
    found.rule = found.steps.back().because;
    if (SaysHp(seen.id.Get("MFG"))) found.rule += ", yet it gives an HP IEEE-1284 ID: look at it";
    return;
  }
  const bool is_hp = Ask(found, "Is its maker HP?", !seen.hp_because.empty(),
                         seen.hp_because.empty() ? NotHpBecause(seen) : seen.hp_because);
  if (is_hp) {
    found.maker = "HP";
    const auto named = std::ranges::find_if(
        found.texts, [](const auto& text) { return NamesLargeFormat(text.second); });
    const bool names_one = named != found.texts.end();
    if (Ask(found, "Does a text name DesignJet, PageWide XL, Latex or Stitch?", names_one,
            names_one ? fmt::format("{} is \"{}\"", named->first, named->second)
                      : fmt::format("none of {} texts does", found.texts.size()))) {
      found.verdict = Verdict::kLargeFormat;
      found.model = named->second;
      found.rule = fmt::format("the maker is HP ({}) and {} names a large-format family",
                               seen.hp_because, named->first);
      return;
    }
  }
  if (!Ask(found, "Is it a printer?", seen.is_printer(), PrinterBecause(seen))) {
    found.verdict = seen.any_device_type ? Verdict::kNotAPrinter : Verdict::kUnknown;
    found.rule = found.steps.back().because;
    return;
  }
  if (is_hp) {
    found.verdict = Verdict::kOffice;
    found.rule = fmt::format("the maker is HP ({}) and no text names a large-format family",
                             seen.hp_because);
    return;
  }
  const bool is_proven = !found.maker.empty() ||
                         (!seen.sys_object_id.empty() && !mib::kHp.Contains(seen.sys_object_id));
  if (!Ask(found, "Does anything prove another maker?", is_proven,
           is_proven ? fmt::format("{}", found.maker.empty() ? number : found.maker)
                     : "a print server's number proves nothing of the printer")) {
    found.verdict = Verdict::kUnknown;
    found.rule = "a printer, but nothing proves whose";
    return;
  }
  found.verdict = Verdict::kOtherMaker;
  found.rule = seen.id.Get("MFG").empty()
                   ? fmt::format("a printer, and sysObjectID {} is not HP's", number)
                   : "a printer, and MFG of the IEEE-1284 ID is not HP";
}

}  // namespace

std::string_view ToText(Verdict verdict) {
  switch (verdict) {
    case Verdict::kLargeFormat:
      return "large-format";
    case Verdict::kOffice:
      return "office";
    case Verdict::kOtherMaker:
      return "other-maker";
    case Verdict::kNotAPrinter:
      return "not-a-printer";
    case Verdict::kSilent:
      return "silent";
    case Verdict::kUnknown:
      break;
  }
  return "unknown";
}

PrinterIdentity Fingerprint::identity() const {
  return {.manufacturer = maker,
          .serial = serial,
          .product = product,
          .model = model,
          .firmware = firmware};
}

Fingerprint RecognisePrinter(const SnmpTable& table) {
  const Evidence seen(table);
  Fingerprint found;
  found.printer_rows = seen.rows;
  found.texts = ModelTexts(seen);
  found.maker = FirstOf(seen.id.Get("MFG"), std::string(MakerOf(seen.sys_object_id)));
  if (mib::kHp.Contains(seen.sys_object_id) && seen.hp_because.empty() && seen.is_printer() &&
      seen.id.Get("MFG").empty()) {
    found.maker.clear();  // HP's number alone is no proof of HP's printer
  }
  Identify(seen, found);
  Decide(seen, found);
  return found;
}

std::vector<Oid> FingerprintScalars() {
  return {mib::kSysObjectId, mib::kSysDescr, mib::kSysUpTime, mib::kGdStatusId, mib::kPpmDeviceId};
}

std::vector<Oid> FingerprintRowObjects(const SnmpTable& table) {
  std::vector<Oid> oids;
  for (const std::uint32_t row : PrinterRows(table)) {
    oids.push_back(mib::kHrDeviceDescr + Oid{row});
    oids.push_back(mib::kHrDeviceId + Oid{row});
    oids.push_back(mib::kPrtGeneralSerialNumber + Oid{row});
  }
  if (oids.empty()) oids.push_back(mib::kPrtGeneralSerialNumber + Oid{1});
  const Oid* number = OidAt(table, mib::kSysObjectId);
  if ((number && mib::kHp.Contains(*number)) || SaysHp(DeviceIdOf(table).Get("MFG"))) {
    oids.insert(oids.end(), {mib::kHpModelNumber, mib::kHpModelName, mib::kHpSerialNumber,
                             mib::kHpFirmware, mib::kHpFirmwareDate});
  }
  return oids;
}

std::vector<std::uint32_t> PrinterRows(const SnmpTable& table) {
  std::vector<std::uint32_t> rows;
  for (const auto& [oid, value] : table.Below(mib::kHrDeviceType)) {
    const Oid index = oid.After(mib::kHrDeviceType);
    const Oid* type = value.AsOid();
    if (rows.size() == kMostPrinterRows) break;
    if (type && *type == mib::kHrDevicePrinter && index.size() == 1)
      rows.push_back(index.parts()[0]);
  }
  return rows;
}

}  // namespace plotmeter
