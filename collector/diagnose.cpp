#include "collector/diagnose.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <iostream>

#include "collector/collector_settings.h"
#include "collector/commands.h"
#include "collector/diagnose_redaction.h"
#include "collector/diagnose_walk.h"
#include "collector/diagnose_web.h"
#include "common/private_file.h"
#include "common/system.h"
#include "common/version.h"

namespace plotmeter {

using std::chrono::steady_clock;

Json Diagnose(Ways& ways, const Looked& looked, const Arguments& arguments, const Clock& clock,
              const std::function<void(const std::string&)>& say) {
  const auto until = steady_clock::now() + diagnosis::kLongest;
  const Fingerprint& found = looked.fingerprint;
  const bool with_serial = arguments.Switch("with-serial");
  // Elsewhere it may be a name that somebody gave: a PC calls its queues so.
  const bool is_printer =
      found.verdict == Verdict::kLargeFormat || found.verdict == Verdict::kOffice;
  Redaction redaction(
      {.model = is_printer ? found.model : "", .serial = found.serial, .with_serial = with_serial});
  Json printer = {{"maker", redaction.Text("Manufacturer", found.maker)},
                  {"model", is_printer ? found.model : redaction.Text("", found.model)},
                  {"product", redaction.Text("ProductNumber", found.product)},
                  {"firmware", redaction.Text("FirmwareRevision", found.firmware)},
                  {"serial", redaction.Text("SerialNumber", found.serial)},
                  {"verdict", ToText(found.verdict)},
                  {"profile", looked.profile}};
  const SearchProfile profile = DefaultProfileOf(arguments);
  Json walks = Json::array();
  std::string version;
  std::promise<Probed> promise;
  ways.snmp.Recognise(looked.address, [&](Probed p) { promise.set_value(std::move(p)); });
  const Probed probed = promise.get_future().get();
  if (probed.fingerprint.verdict != Verdict::kSilent) {
    version = ToText(probed.credentials.version);
    walks = WalkForDiagnosis(
        ways.session, [&] { ways.session.Stop(); },
        {.address = looked.address.host,
         .port = looked.address.snmp_port,
         .credentials = {probed.credentials},
         .timeout = profile.timeout,
         .retries = profile.read_retries()},
        redaction, until, say);
  }
  const std::chrono::milliseconds pause =
      arguments.Has("piws-pause")
          ? ParseDuration("piws-pause", arguments.Text("piws-pause"))
          : ways.profiles.Of(looked.identity()).queue_pause.value_or(std::chrono::seconds(2));
  const auto http_port = static_cast<std::uint16_t>(arguments.Number("http-port", 0, 65535));
  // Of every model: what this one has is the question.
  std::vector<std::string> beside;
  for (const ModelProfile& model : ways.profiles.all()) {
    beside.insert(beside.end(), model.beside_tree.begin(), model.beside_tree.end());
  }
  Json web = ReadForDiagnosis(looked.address, http_port, pause, beside, redaction, until, say);
  return {
      {"diagnostics", 1},
      {"at", FormatInstant(clock.Now())},
      {"collector", kVersion},
      {"printer", std::move(printer)},
      {"snmp", {{"version", version}, {"walks", std::move(walks)}}},
      {"web", std::move(web)},
      {"redaction",
       {{"shaped", redaction.shaped()}, {"serials", with_serial ? "as they are" : "numbered"}}}};
}

namespace {

int DiagnosePrinter(const Arguments& arguments) {
  const SystemClock clock;
  const PrinterAddress address = ParseAddress(arguments, arguments.Text("address"));
  Ways ways(DefaultProfileOf(arguments), arguments, clock, 100);
  const bool terminal = ErrorsGoToATerminal();
  const auto say = [&](const std::string& line) {
    if (terminal) std::cerr << "\r\x1b[K" << line << std::flush;
  };
  say("who is there");
  const Looked looked = LookAt(ways, address);
  const Json bundle = Diagnose(ways, looked, arguments, clock, say);
  if (terminal) std::cerr << "\r\x1b[K" << std::flush;
  const auto answered = [](const Json& pages) {
    return std::ranges::count(pages, "read", [](const Json& page) { return page.at("seen"); });
  };
  if (looked.fingerprint.verdict == Verdict::kSilent && answered(bundle.at("web")) == 0) {
    std::cerr << fmt::format(
        "plotmeter-collector diagnose: {} does not answer: neither SNMP on port {} (is it on, is "
        "the community right?) nor HTTPS on port {}\n",
        address.host, address.snmp_port, address.https_port);
    return 1;
  }
  const std::string text = bundle.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  const std::string output = arguments.Text("output");
  if (output.empty()) {
    std::cout << text;
    return 0;
  }
  WritePrivateFile(output, Secret(text));
  std::size_t objects = 0;
  for (const Json& walk : bundle.at("snmp").at("walks")) objects += walk.at("objects").size();
  fmt::print(
      "{}: {} objects of SNMP and {} documents, {} kB; {} texts were replaced by their shape.\n"
      "Nothing was sent anywhere. Read it before you give it to anybody: it is text.\n",
      output, objects, answered(bundle.at("web")), text.size() / 1000,
      bundle.at("redaction").at("shaped").get<int>());
  return 0;
}

}  // namespace

Command DiagnoseCommand() {
  return {
      .name = "diagnose",
      .summary =
          "Writes down everything a printer answers, without people, places and "
          "addresses.",
      .more =
          "For a model that is not known yet. The program sends it nowhere: read it, then give "
          "it to whoever asked for it.\nTexts that are not known to be harmless are replaced by "
          "their shape, serial numbers by serial-1, serial-2.\n"
          "  plotmeter-collector diagnose 192.168.1.40 --output z9.json",
      .settings = Joined(
          {{{.name = "address",
             .value = "ADDRESS[:PORT]",
             .help = "the printer, and its SNMP port",
             .required = true,
             .positional = true},
            {.name = "output",
             .value = "FILE",
             .help = "write it there, for its owner only, instead of printing it",
             .flag_only = true},
            {.name = "with-serial", .help = "leave serial numbers as they are", .flag_only = true}},
           ChannelSettings()}),
      .run = DiagnosePrinter,
      .check = [](const Arguments& arguments) {
        ParseAddress(arguments, arguments.Text("address"));
        DefaultProfileOf(arguments);
        CheckWays(arguments);
      }};
}

}  // namespace plotmeter
