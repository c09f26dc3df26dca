// plotmeter-sim: printers that know what they printed, or a recorded device that answers again.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <sstream>

#include "common/clock.h"
#include "common/settings.h"
#include "tests/simulator/console.h"
#include "tests/simulator/doors.h"
#include "tests/simulator/fleet.h"
#include "tests/simulator/oddity.h"
#include "tests/simulator/recording.h"
#include "tests/simulator/snmp_agent.h"
#include "tests/simulator/web_server.h"
#include "tests/simulator/web_sick.h"

namespace plotmeter::simulator {

namespace {

constexpr std::size_t kFrame = 1472;  // what a card's SNMP answer may take
constexpr std::size_t kDatagram =
    65507;  // a recording may hold longer values than a card would say

std::uint16_t Port(const Arguments& arguments, const std::string& name) {
  return static_cast<std::uint16_t>(arguments.Number(name, 0, 65535));
}

void Print(const Json& line) {
  fmt::print("{}\n", JsonText(line));
  std::fflush(stdout);
}

Console OpenConsole(const std::string& control) {
  try {
    return Console(control);
  } catch (const std::invalid_argument&) {
    throw UsageError(fmt::format("'control' is '{}'; expected - or a loopback ADDR:PORT", control));
  }
}

auto ListenAt(const Arguments& arguments) {
  const std::string listen = arguments.Text("listen");
  const auto endpoint = ParseEndpoint(listen);
  if (endpoint) return endpoint;
  throw UsageError(fmt::format("'listen' is '{}'; expected one such as 127.0.0.1:8161", listen));
}

std::string RecordingOf(const Arguments& arguments) {
  std::string file = arguments.Text("recording");
  if (std::filesystem::is_regular_file(file)) return file;
  throw UsageError(fmt::format("'recording' is '{}'; expected a .snmprec file", file));
}

int Replay(const Arguments& arguments) {
  const auto endpoint = ListenAt(arguments);
  const std::string file = RecordingOf(arguments);
  const SnmpDevice device{std::make_shared<const Mib>(LoadRecording(file)),
                          arguments.Text("community")};
  Console console(arguments.Text("control") == "-" ? "-" : "");
  const std::string address = AddressText(endpoint->address);
  const SnmpAgent agent({.listen = address, .port = endpoint->port, .max_reply = kDatagram},
                        [&](std::uint32_t asked) {
                          return asked == endpoint->address ? std::optional(device) : std::nullopt;
                        });
  Print({{"ready", true},
         {"recording", file},
         {"address", address},
         {"snmp_port", agent.port()},
         {"objects", device.mib->size()}});
  console.Run(
      [](std::string_view line) {
        if (line == "quit") return ControlAnswer{R"({"ok":true})", true};
        return ControlAnswer{R"({"error":"a recording understands quit only"})"};
      },
      [] {});
  return 0;
}

std::vector<std::size_t> ModelsOf(const std::string& names) {
  std::vector<std::size_t> models;
  std::istringstream in(names);
  for (std::string name; std::getline(in, name, ',');) {
    const auto model = ModelWithKey(name);
    if (!model) {
      std::string keys;
      for (const PrinterModel& known : Models()) keys += (keys.empty() ? "" : ", ") + known.key;
      throw UsageError(fmt::format("'models' names '{}'; expected some of {}", name, keys));
    }
    models.push_back(*model);
  }
  return models;
}

std::vector<const NeighbourKind*> Neighbours(const Arguments& arguments) {
  std::vector<const NeighbourKind*> neighbours;
  for (const std::string& name : arguments.All("device")) {
    neighbours.push_back(FindNeighbour(name));
    if (neighbours.back() != nullptr) continue;
    std::string names;
    for (const NeighbourKind& kind : NeighbourKinds()) {
      names += (names.empty() ? "" : ", ") + std::string(kind.name);
    }
    throw UsageError(fmt::format("'device' is '{}'; expected one of {}", name, names));
  }
  const auto more = static_cast<std::size_t>(arguments.Number("neighbours", 0, 4000));
  for (std::size_t i = 0; i < more; ++i) {
    neighbours.push_back(&NeighbourKinds()[i % NeighbourKinds().size()]);
  }
  return neighbours;
}

V3Engine::Users V3Users(const Arguments& arguments) {
  std::vector<V3User> users;
  try {
    for (const std::string& user : arguments.All("v3-user")) users.push_back(ParseV3User(user));
  } catch (const std::invalid_argument& error) {
    throw UsageError(fmt::format("'v3-user': {}", error.what()));
  }
  return users.empty() ? nullptr : std::make_shared<const std::vector<V3User>>(std::move(users));
}

FleetPlan PlanFleet(const Arguments& arguments) {
  FleetPlan plan;
  plan.printers = static_cast<std::size_t>(arguments.Number("printers", 1, 4000));
  const std::string network = arguments.Text("network");
  const auto parsed = ParseNetwork(network);
  if (!parsed) {
    throw UsageError(fmt::format(
        "'network' is '{}'; expected part of 127.0.0.0/8, such as 127.60.0.0/16", network));
  }
  plan.network = *parsed;
  plan.neighbours = Neighbours(arguments);
  plan.models = ModelsOf(arguments.Text("models"));
  try {
    for (const std::string& rule : arguments.All("odd")) plan.odd.push_back(ParseOddityRule(rule));
    Distribute(plan.odd, plan.printers + plan.neighbours.size());
  } catch (const std::invalid_argument& error) {
    throw UsageError(fmt::format("'odd': {}", error.what()));
  }
  plan.seed = static_cast<std::uint64_t>(arguments.Number("seed"));
  plan.jobs_a_day = static_cast<int>(arguments.Number("jobs-a-day", 0, 500));
  const auto days = std::chrono::days(arguments.Number("days", 0, 36500));
  plan.start = std::chrono::floor<std::chrono::seconds>(SystemClock().Now()) - days;
  if (arguments.Has("start")) {
    const std::string start = arguments.Text("start");
    const auto instant = ParseInstant(start);
    if (!instant) {
      throw UsageError(
          fmt::format("'start' is '{}'; expected one such as 2026-10-23T00:00:00Z", start));
    }
    plan.start = *instant;
  }
  return plan;
}

void Check(const Arguments& arguments) {
  if (arguments.Has("recording")) {
    ListenAt(arguments);
    RecordingOf(arguments);
    return;
  }
  PlanFleet(arguments);
  V3Users(arguments);
  for (const char* port : {"snmp-port", "https-port", "http-port"}) Port(arguments, port);
}

Json Describe(const Fleet& fleet, std::size_t i, std::uint16_t snmp_port, DoorPorts doors) {
  const std::uint16_t https_port = doors.https;
  const std::uint16_t http_port = doors.http;
  Json row;
  fleet.Look(i, [&](const SimulatedPrinter& printer) {
    const PrinterModel& model = printer.model();
    row = {{"serial", printer.serial()}, {"model", model.name}, {"product", model.product}};
    row["address"] = AddressText(fleet.address(i));
    row["snmp_port"] = snmp_port;
    row["https_port"] = https_port != 0 ? Json(https_port) : Json();
    row["http_port"] = http_port != 0 ? Json(http_port) : Json();
    row["key"] = model.key;
    row["ledm"] = model.ledm.present;
    row["piws"] =
        model.piws.present
            ? Json(fmt::format("https://{}:{}", AddressText(fleet.address(i)), https_port))
            : Json();
  });
  return row;
}

Json DescribeNeighbours(const Fleet& fleet, std::uint16_t snmp_port) {
  Json rows = Json::array();
  for (std::size_t i = fleet.size(); i < fleet.devices(); ++i) {
    const NeighbourKind& kind = fleet.neighbour(i);
    rows.push_back({{"kind", kind.name},
                    {"address", AddressText(fleet.address(i))},
                    {"snmp_port", snmp_port},
                    {"expect", kind.expect}});
  }
  return rows;
}

bool ChangesDoors(std::string_view command) {
  constexpr std::string_view kWords[] = {"move ",       "swap ",  "twin ",
                                         "deep-sleep ", "sleep ", "wake "};
  return std::ranges::any_of(kWords, [&](auto word) { return command.starts_with(word); });
}

int SimulateFleet(const Arguments& arguments) {
  const std::string control = arguments.Text("control");
  Console console = OpenConsole(control);
  const FleetPlan plan = PlanFleet(arguments);
  std::optional<Fleet> fleet;
  try {
    fleet.emplace(plan);
  } catch (const std::invalid_argument& error) {
    throw UsageError(fmt::format("'printers': {}", error.what()));
  }
  const SystemClock clock;
  // Driven, time stands still until it is told to go on; else it is now.
  const auto tick = [&] {
    if (control.empty()) fleet->Advance(clock.Now());
  };
  tick();

  const std::string community = arguments.Text("community");
  const SnmpAgent agent(
      {.listen = plan.network.prefix == 32 ? AddressText(fleet->address(0)) : "0.0.0.0",
       .port = Port(arguments, "snmp-port"),
       .max_reply = kFrame,
       .users = V3Users(arguments)},
      [&](std::uint32_t asked) {
        auto device = fleet->DeviceAt(asked);
        if (device) device->community = community;
        return device;
      });
  WebServer server(
      [&](std::size_t i, const WebRequest& request) {
        const auto odd = fleet->OdditiesOf(i);
        WebRequest asked = request;
        if (odd->Has("piws")) asked.formats = odd->Word("piws");
        WebAnswer answer;
        fleet->Look(i, [&](const SimulatedPrinter& p) { answer = AnswerWeb(p, asked); });
        answer = Sicken(*odd, asked, std::move(answer));
        fleet->NoteAsked(i, fmt::format("{} {} {}", asked.method, asked.target,
                                        answer.never ? "-" : std::to_string(answer.status)));
        return answer;
      },
      [&](std::size_t i) {
        unsigned boards = 0;
        fleet->Look(i, [&](const SimulatedPrinter& p) { boards = p.boards(); });
        // Another printer at an address has another certificate, as another board has.
        return DoorOf(*fleet->OdditiesOf(i), boards + 1000 * fleet->Replaced(i));
      });
  Doors doors(*fleet, server,
              {.https = Port(arguments, "https-port"), .http = Port(arguments, "http-port")});
  Json printers = Json::array();
  for (std::size_t i = 0; i < fleet->size(); ++i) {
    printers.push_back(Describe(*fleet, i, agent.port(), doors.of(i)));
  }
  Print({{"ready", true},
         {"now", FormatInstant(fleet->now())},
         {"control_port", console.port()},
         {"printers", std::move(printers)},
         {"neighbours", DescribeNeighbours(*fleet, agent.port())},
         {"never", NeverTexts()}});
  console.Run(
      [&](std::string_view line) {
        ControlAnswer answer = AnswerControl(*fleet, line);
        if (ChangesDoors(line)) doors.Follow();
        return answer;
      },
      tick);
  return 0;
}

constexpr const char* kMore =
    R"(Printers of several models, at addresses of this machine only:
  plotmeter-sim --printers 5 --network 127.60.0.0/16 --snmp-port 8161 --https-port 8443
  snmpwalk -v 2c -c public 127.60.0.1:8161 1.3.6.1.2.1.43
  curl -k https://127.60.0.1:8443/LFPWebServices/PI/InkSystem.json

Printers that speak LEDM, of chosen models in turn:
  plotmeter-sim --printers 3 --models t1600,t2600,latex --snmp-port 8161 --https-port 8443
                --http-port 8080
  curl http://127.60.0.1:8080/DevMgmt/DiscoveryTree.xml

Time that a test drives, and what the printers truly showed:
  plotmeter-sim --printers 5 --days 30 --control -
  advance 2026-10-23T03:00:00Z
  truth 2026-10-01T00:00:00Z 2026-10-23T03:00:00Z
  sleep SERIAL   deep-sleep SERIAL   wake SERIAL   reboot SERIAL   swap-board SERIAL   now   quit
  odd SERIAL WHAT[=VALUE]   even SERIAL
  move SERIAL ADDRESS   swap SERIAL SERIAL   twin SERIAL   replace SERIAL   asked SERIAL

SNMPv3 with engine time of its own (AUTH: MD5, SHA, SHA-224, SHA-256, SHA-384, SHA-512; PRIV: DES,
AES, AES-192, AES-256):
  plotmeter-sim --printers 5 --snmp-port 8161 --v3-user rosa:SHA-256:authsecret:AES:privsecret
  snmpget -v 3 -u rosa -l authPriv -a SHA-256 -A authsecret -x AES -X privsecret -n Jetdirect \
    127.60.0.1:8161 1.3.6.1.2.1.1.2.0

Sick devices, from the start or by the command `odd`; the values are what is meant without one:
  plotmeter-sim --printers 100 --odd 10%:dead --odd 5%:slow=5s --odd 3:v1-only
)";

constexpr const char* kMoreNeighbours = R"(
Devices that a collector must not take for a large-format printer, with the right verdict:
  plotmeter-sim --printers 5 --neighbours 10
  plotmeter-sim --printers 5 --device windows-pc --device oki
)";

constexpr const char* kMoreStill = R"(
A recorded device that answers again:
  plotmeter-sim --recording walk.snmprec --listen 127.0.0.1:8161

When it is ready it prints one line of JSON: addresses, ports, serial numbers, and under "never"
the texts that no collector may let out.)";

std::string More() { return kMore + OddityHelp() + kMoreNeighbours + NeighbourHelp() + kMoreStill; }

}  // namespace

}  // namespace plotmeter::simulator

int main(int argc, char** argv) {
  using plotmeter::Arguments;
  const plotmeter::Program program{
      .name = "plotmeter-sim",
      .summary = "Simulated large-format printers with a truth, over SNMP and HTTPS.",
      .more = plotmeter::simulator::More(),
      .commands =
          {{.name = "",
            .summary = "Simulates printers, or replays a recorded walk.",
            .more = plotmeter::simulator::More(),
            .settings =
                {{.name = "printers", .value = "N", .fallback = "5", .help = "how many printers"},
                 {.name = "network",
                  .value = "NETWORK",
                  .fallback = "127.60.0.0/16",
                  .help = "where they live: part of 127.0.0.0/8"},
                 {.name = "snmp-port",
                  .value = "PORT",
                  .fallback = "161",
                  .help = "UDP port of SNMP; 0: a free one"},
                 {.name = "https-port",
                  .value = "PORT",
                  .fallback = "443",
                  .help = "TCP port of the web services; 0: a free one each"},
                 {.name = "http-port",
                  .value = "PORT",
                  .fallback = "80",
                  .help = "TCP port of LEDM without TLS; 0: a free one each"},
                 {.name = "models",
                  .value = "NAME,...",
                  .help = "which models, in turn: z9, t770, z5200, xl4100 (these four when none is "
                          "named), t1600, t2600, latex, xl3600, latex570"},
                 {.name = "community",
                  .value = "TEXT",
                  .fallback = "public",
                  .help = "SNMP community"},
                 {.name = "v3-user",
                  .value = "USER",
                  .help = "NAME[:AUTH:SECRET[:PRIV:SECRET]], a user of SNMPv3, of every printer",
                  .repeatable = true},
                 {.name = "neighbours",
                  .value = "N",
                  .fallback = "0",
                  .help = "other devices beside the printers, of all kinds in turn"},
                 {.name = "device",
                  .value = "KIND",
                  .help = "another device beside the printers, of a kind named below",
                  .repeatable = true},
                 {.name = "seed",
                  .value = "N",
                  .fallback = "1",
                  .help = "other seed, other jobs and serial numbers"},
                 {.name = "jobs-a-day",
                  .value = "N",
                  .fallback = "0",
                  .help = "so many jobs a printer prints; 0: five or six"},
                 {.name = "days",
                  .value = "D",
                  .fallback = "0",
                  .help = "their life begins so many days ago"},
                 {.name = "start",
                  .value = "INSTANT",
                  .help = "or it begins then, such as 2026-10-23T00:00:00Z"},
                 {.name = "odd",
                  .value = "WHO:WHAT[=VALUE]",
                  .help = "make devices sick: WHO is 3, 10% or all; WHAT as below",
                  .repeatable = true},
                 {.name = "control",
                  .value = "-|ADDR:PORT",
                  .help = "time is driven by commands from standard input, or from a connection"},
                 {.name = "recording",
                  .value = "FILE",
                  .help = "replay this .snmprec file instead"},
                 {.name = "listen",
                  .value = "ADDR:PORT",
                  .fallback = "127.0.0.1:161",
                  .help = "where the recording answers"}},
            .run =
                [](const Arguments& arguments) {
                  return arguments.Has("recording")
                             ? plotmeter::simulator::Replay(arguments)
                             : plotmeter::simulator::SimulateFleet(arguments);
                },
            .check = plotmeter::simulator::Check}}};
  return plotmeter::RunProgram(program, argc, argv);
}
