#include "collector/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <iostream>

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

void PrintAsked(int number, const Asked& asked, const std::string& how,
                const Fingerprint& fingerprint) {
  std::string objects;
  for (const Oid& object : asked.objects) {
    objects += (objects.empty() ? "" : ", ") + NameOf(object);
  }
  fmt::print("\n{}. Asked by SNMP {} for {}{}\n", number, how,
             asked.is_walk ? "everything under " : "", objects);
  if (asked.result.table.empty() || asked.result.seen != SnmpSeen::kAnswered) {
    fmt::print("   {}\n",
               asked.result.seen == SnmpSeen::kAnswered
                   ? "it answers, and has none of them"
                   : (asked.result.detail.empty() ? std::string(ToText(asked.result.seen))
                                                  : asked.result.detail));
  }
  for (const auto& [object, value] : asked.result.table) {
    fmt::print("   {} = {}\n", NameOf(object), ShownValue(object, value, fingerprint));
  }
}

}  // namespace

SnmpCallback Witness::Noting(bool is_walk, std::vector<Oid> objects, SnmpCallback done) {
  return [this, is_walk, objects = std::move(objects), done = std::move(done)](SnmpResult result) {
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back({.is_walk = is_walk, .objects = objects, .result = result});
    }
    done(std::move(result));
  };
}

void Witness::Get(const SnmpPeer& peer, std::vector<Oid> objects, SnmpCallback done) {
  SnmpCallback noting = Noting(false, objects, std::move(done));
  session_.Get(peer, std::move(objects), std::move(noting));
}

void Witness::Walk(const SnmpPeer& peer, std::vector<Oid> subtrees, SnmpCallback done) {
  SnmpCallback noting = Noting(true, subtrees, std::move(done));
  session_.Walk(peer, std::move(subtrees), std::move(noting));
}

std::vector<Asked> Witness::Take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(asked_, {});
}

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

int ExplainAddress(const Arguments& arguments, const Clock& clock, const SearchProfile& profile) {
  const SweepPlan plan = PlanOf(profile);
  if (plan.options.addresses.empty()) {
    const auto& [name, why] = plan.unresolved.front();
    throw std::runtime_error(fmt::format("'{}' is no host that is known here: {}", name, why));
  }
  SearchProfile one = profile;
  Ways ways(one, arguments, clock, 0);
  PrinterAddress address = profile.ports;
  address.host = plan.options.addresses.front().ToText();
  const HostRow& row = profile.hosts.front();
  address.snmp_port = row.at.port.value_or(address.snmp_port);
  fmt::print("What stands at {}{}, SNMP port {}, with the profile {}?\n", address.host,
             row.at.is_name() ? fmt::format(" ({})", row.at.host) : "", address.snmp_port,
             profile.name);

  // With each of the credentials alone, so that it can be told which let us in.
  int number = 0;
  Probed probed;
  for (const SnmpCredentials& credentials : profile.credentials) {
    Witness witness(ways.session);
    std::promise<Probed> answer;
    Probe(witness,
          {.address = address.host,
           .port = address.snmp_port,
           .credentials = {credentials},
           .timeout = profile.timeout,
           .retries = profile.retries},
          [&](Probed told) { answer.set_value(std::move(told)); });
    probed = answer.get_future().get();
    for (const Asked& asked : witness.Take()) {
      PrintAsked(++number, asked, NameOf(credentials, profile.credentials), probed.fingerprint);
    }
    if (probed.fingerprint.verdict != Verdict::kSilent) break;
  }

  Looked looked{.address = address, .fingerprint = std::move(probed.fingerprint)};
  Fingerprint& found = looked.fingerprint;
  if (found.verdict != Verdict::kNotAPrinter && found.verdict != Verdict::kOtherMaker) {
    std::promise<Told> answer;
    ways.piws.Identify(address, [&](Told told) { answer.set_value(std::move(told)); });
    Told told = answer.get_future().get();
    fmt::print(
        "\n{}. Asked by HTTPS for https://{}:{}/LFPWebServices/PI/Identification.xml\n   {}\n",
        ++number, address.host, address.https_port,
        told.seen == Seen::kAnswered
            ? fmt::format("model \"{}\", serial {}", told.answers.identity.model,
                          told.answers.identity.serial)
            : (told.detail.empty() ? std::string(ToText(told.seen)) : told.detail));
    if (told.seen == Seen::kAnswered &&
        (found.verdict == Verdict::kSilent || found.verdict == Verdict::kUnknown)) {
      found.verdict = Verdict::kLargeFormat;
      found.rule = "it answers the information web services of large-format printers";
    }
    looked.told = {{ChannelKind::kPiws, std::move(told)}};
    if (found.verdict == Verdict::kLargeFormat) TakeIdentity(looked, ways.profiles);
  }

  fmt::print("\nThe rules, in order\n");
  int rule = 0;
  for (const Fingerprint::Step& step : found.steps) {
    fmt::print("   {}. {}  {}: {}\n", ++rule, step.question, step.is_so ? "yes" : "no",
               step.because);
  }
  if (rule == 0) fmt::print("   none was needed: {}\n", found.rule);
  for (const auto& [name, text] : found.texts) fmt::print("   text {}: \"{}\"\n", name, text);
  fmt::print("\nVerdict: {}, because {}.\n", ToText(found.verdict), found.rule);
  if (!found.model.empty()) {
    fmt::print("It says it is {}, serial {}, product {}, firmware {}\n", found.model,
               found.serial.empty() ? "unknown" : found.serial,
               found.product.empty() ? "unknown" : found.product,
               found.firmware.empty() ? "unknown" : found.firmware);
  }
  fmt::print("Not what you expected? {}\n", AdviceFor(found));
  return found.verdict == Verdict::kSilent ? 1 : 0;
}

}  // namespace plotmeter
