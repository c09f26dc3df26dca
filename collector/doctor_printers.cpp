// doctor: whether printers answer, and if not, which of the reasons it looks like.

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <map>

#include "collector/collector_settings.h"
#include "collector/doctor.h"
#include "collector/explain.h"
#include "collector/search_profile.h"
#include "collector/ways.h"

namespace plotmeter {
namespace {

constexpr int kPacketsPerSecond = 100;

struct Patient {
  PrinterAddress address = {};
  std::string serial = {};  // as it is known; empty: nobody knows
  std::future<Probed> asked = {};
  Probed probed = {};
  std::future<Told> web = {};  // of a silent one
};

template <typename Answer, typename Ask>
std::future<Answer> Awaited(Ask ask) {
  auto promise = std::make_shared<std::promise<Answer>>();
  std::future<Answer> future = promise->get_future();
  ask([promise](Answer answer) { promise->set_value(std::move(answer)); });
  return future;
}

std::vector<Patient> PatientsOf(const Arguments& arguments, Spool* spool) {
  std::vector<Patient> patients;
  for (const std::string& text : arguments.All("address")) {
    patients.push_back({.address = ParseAddress(arguments, text)});
  }
  if (!patients.empty() || spool == nullptr) return patients;
  for (const KnownPrinter& known : spool->KnownPrinters()) {
    if (known.host.empty()) continue;
    patients.push_back({.address = {.host = known.host,
                                    .snmp_port = known.snmp_port,
                                    .https_port = known.https_port,
                                    .piws_url = known.piws_url,
                                    .access = known.access,
                                    .known = known.identity},
                        .serial = known.identity.serial});
  }
  return patients;
}

// A silent one: is the printer gone, or SNMP only?
void SaySilent(Patient& patient, const std::string& name, Findings& findings) {
  const Probed& probed = patient.probed;
  const Told web = patient.web.get();
  const bool web_is_there = web.seen != Seen::kUnreachable && web.seen != Seen::kNothing;
  const std::string port = fmt::format("UDP {}", patient.address.snmp_port);
  const std::string why = probed.detail.empty() ? std::string(ToText(probed.seen)) : probed.detail;
  if (probed.seen == SnmpSeen::kRefused && probed.at == Instant{}) {
    return findings.Fail("printer", fmt::format("{} refuses SNMP: {}", name, why),
                         fmt::format("switch SNMP on in its own web page, or give its port with "
                                     "--port: nothing listens at {}",
                                     port));
  }
  if (probed.seen == SnmpSeen::kRefused) {
    return findings.Fail("printer", fmt::format("{} lets nobody in by SNMP: {}", name, why),
                         "the user, its passphrases or protocols are not those of the printer: "
                         "compare --user and its kin with its web page");
  }
  if (web.seen == Seen::kAnswered && !patient.serial.empty()) {
    return findings.Warn(
        "printer",
        fmt::format("{} is read by its web server only, for it is silent by SNMP: {}", name, why),
        fmt::format("its meters are read all the same; for those of SNMP, switch it on in its web "
                    "page and let {} through",
                    port));
  }
  if (web_is_there) {
    return findings.Fail(
        "printer",
        fmt::format("{} is on, for its web server answers, but is silent by SNMP: {}", name, why),
        fmt::format(
            "the community is wrong (--community), SNMP is off in its web page, it lets only "
            "certain managers in, or a firewall stops {}",
            port));
  }
  findings.Fail("printer", fmt::format("{} does not answer: {}", name, why),
                fmt::format("is it on, and is that its address (ping {})? If so: is the community "
                            "right (--community), and does a firewall stop {}?",
                            patient.address.host, port));
}

}  // namespace

void ExaminePrinters(const Arguments& arguments, const Clock& clock, Spool* spool,
                     Findings& findings) {
  std::vector<Patient> patients = PatientsOf(arguments, spool);
  if (patients.empty()) {
    return findings.Warn("printers", "none is known here, and no address was given",
                         "plotmeter-collector discover finds them; doctor ADDRESS looks at one");
  }
  const std::vector<SearchProfile> profiles = SearchProfilesOf(arguments);
  const AccessBook access(profiles);
  Ways ways(profiles.front(), arguments, clock, kPacketsPerSecond,
            {.certificates =
                 spool != nullptr ? spool->Certificates() : std::map<std::string, std::string>{},
             .access = &access});
  for (Patient& patient : patients) {
    patient.asked =
        Awaited<Probed>([&](auto done) { ways.snmp.Recognise(patient.address, std::move(done)); });
  }
  for (Patient& patient : patients) {
    patient.probed = patient.asked.get();
    if (patient.probed.fingerprint.verdict != Verdict::kSilent) continue;
    patient.web =
        Awaited<Told>([&](auto done) { ways.piws.Identify(patient.address, std::move(done)); });
  }
  std::size_t well = 0;
  std::string last;
  for (Patient& patient : patients) {
    const Fingerprint& found = patient.probed.fingerprint;
    const std::string name = fmt::format("{}{}", patient.address.host,
                                         patient.address.known.model.empty()
                                             ? ""
                                             : fmt::format(" ({})", patient.address.known.model));
    if (found.verdict == Verdict::kSilent) {
      SaySilent(patient, name, findings);
    } else if (found.verdict != Verdict::kLargeFormat) {
      findings.Warn(
          "printer",
          fmt::format("{} answers, but as {}: {}", name, ToText(found.verdict), found.rule),
          AdviceFor(found));
    } else if (!patient.serial.empty() && !found.serial.empty() && patient.serial != found.serial) {
      findings.Warn("printer",
                    fmt::format("{} is another printer than was found there: {} instead of {}",
                                name, found.serial, patient.serial),
                    "was it replaced or repaired? If not, two devices have one address");
    } else {
      ++well;
      last = fmt::format("{} answers: {}, serial {}", patient.address.host, found.model,
                         found.serial.empty() ? "not told" : found.serial);
    }
  }
  if (well == 0) return;
  findings.Ok("printers", patients.size() == 1
                              ? last
                              : fmt::format("{} of {} answer by SNMP", well, patients.size()));
}

}  // namespace plotmeter
