#include "collector/explain_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "collector/snmp/makers.h"
#include "collector/snmp/mib.h"
#include "collector/snmp/text.h"

namespace plotmeter {
namespace {

struct Named {
  Oid oid;
  std::string_view name;
};

// What is asked to tell what stands at an address.
const std::vector<Named>& Names() {
  static const std::vector<Named> names = {{mib::kSysObjectId, "sysObjectID.0"},
                                           {mib::kSysDescr, "sysDescr.0"},
                                           {mib::kSysUpTime, "sysUpTime.0"},
                                           {mib::kGdStatusId, "gdStatusId.0"},
                                           {mib::kPpmDeviceId, "ppmPrinterIEEE1284DeviceId.1"},
                                           {mib::kHrDeviceType, "hrDeviceType"},
                                           {mib::kHrDeviceDescr, "hrDeviceDescr"},
                                           {mib::kHrDeviceId, "hrDeviceID"},
                                           {mib::kPrtGeneralSerialNumber, "prtGeneralSerialNumber"},
                                           {mib::kHpModelNumber, "HP model-number.0"},
                                           {mib::kHpModelName, "HP model-name.0"},
                                           {mib::kHpSerialNumber, "HP serial-number.0"},
                                           {mib::kHpFirmwareDate, "HP fw-rom-datecode.0"},
                                           {mib::kHpFirmware, "HP fw-rom-revision.0"}};
  return names;
}

// A computer's description holds its name.
bool MayNameAComputer(const Oid& object, std::string_view octets, const Fingerprint& fingerprint) {
  return object == mib::kSysDescr && !octets.starts_with("HP ETHERNET") &&
         (fingerprint.verdict == Verdict::kNotAPrinter || fingerprint.verdict == Verdict::kUnknown);
}

std::string Withheld(std::string_view octets) {
  return fmt::format("(withheld: {} octets)", octets.size());
}

// "…,SN:…,PID:Purchasing": what follows PID may be a name that a user gave.
std::string WithoutPid(std::string text) {
  const std::size_t at = text.find("PID:");
  if (at == text.npos) return text;
  const std::size_t end = std::min(text.find(',', at), text.size());
  return text.replace(at + 4, end - at - 4, "(withheld)");
}

}  // namespace

std::string NameOf(const SnmpCredentials& credentials, const std::vector<SnmpCredentials>& all) {
  if (credentials.version == SnmpVersion::k3) {
    return fmt::format(
        "v3, user {}{}", credentials.user ? credentials.user->name : "",
        credentials.context.empty() ? "" : fmt::format(", context {}", credentials.context));
  }
  std::vector<SnmpCredentials> same;
  std::ranges::copy_if(all, std::back_inserter(same), [&](const SnmpCredentials& other) {
    return other.version == credentials.version;
  });
  const auto place = std::ranges::find(same, credentials);
  return fmt::format("v{}, community {} of {}", ToText(credentials.version),
                     place - same.begin() + 1, same.size());
}

std::string NameOf(const Oid& object) {
  for (const auto& [oid, name] : Names()) {
    if (oid == object) return fmt::format("{} ({})", name, object.ToText());
    if (oid.Contains(object)) {
      return fmt::format("{}.{} ({})", name, object.After(oid).ToText(), object.ToText());
    }
  }
  return object.ToText();
}

std::string ShownValue(const Oid& object, const Value& value, const Fingerprint& fingerprint) {
  if (const Oid* oid = value.AsOid()) {
    if (*oid == mib::kHrDevicePrinter) return oid->ToText() + " (a printer)";
    const std::string_view maker = MakerOf(*oid);
    return maker.empty() ? oid->ToText() : fmt::format("{} ({})", oid->ToText(), maker);
  }
  if (const auto number = value.AsNumber()) return fmt::format("{}", *number);
  const std::string_view octets = value.AsOctets().value_or("");
  if (MayNameAComputer(object, octets, fingerprint)) return Withheld(octets);
  const std::string text =
      mib::kHpPml.Contains(object) ? DecodePml(octets).utf8 : DecodeText(octets).utf8;
  return fmt::format("\"{}\"", object == mib::kSysDescr ? WithoutPid(text) : text);
}

std::string AdviceFor(const Fingerprint& fingerprint) {
  switch (fingerprint.verdict) {
    case Verdict::kLargeFormat:
      return fingerprint.serial.empty()
                 ? "It says no serial number by SNMP. If its web server says none either, it can "
                   "be read but not billed."
                 : "It is read from now on if it was found by discover with --state, or on an "
                   "enrolled collector.";
    case Verdict::kOffice:
      return "If it is a large-format printer, none of its texts names the family: report the "
             "model with this page.";
    case Verdict::kOtherMaker:
      return "Printers of other makers are not metered. If it is HP's behind a print server of "
             "another maker, give the printer an address of its own.";
    case Verdict::kNotAPrinter:
      return "If a printer is connected to it, give the printer an address of its own: its "
             "counters are not those of the device in front of it.";
    case Verdict::kSilent:
      return "Is it on, and is this its address (ping)? Is SNMP switched on in its own web page, "
             "with this version and community or user? Does a firewall stop UDP to its port? It "
             "may allow certain managers only: this machine must be one of them.";
    case Verdict::kUnknown:
      break;
  }
  return "It answers, and proves nothing. A printer may hide its Host Resources and Printer-MIB "
         "from this community or user, or in the context Jetdirect: try --context Jetdirect, or "
         "another community.";
}

}  // namespace plotmeter
