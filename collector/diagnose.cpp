#include "collector/diagnose.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <future>
#include <iostream>
#include <set>

#include "collector/collector_settings.h"
#include "collector/commands.h"
#include "collector/ledm/documents.h"
#include "collector/piws/jobs.h"
#include "collector/snmp/mib.h"
#include "collector/snmp/text.h"
#include "collector/web/lan.h"
#include "collector/web/page.h"
#include "common/private_file.h"
#include "common/version.h"

namespace plotmeter {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view kPiws = "/LFPWebServices/PI";

struct Group {
  std::string_view name = {};
  bool is_walk = true;
  std::vector<Oid> roots = {};
};

std::vector<Oid> Below(const Oid& root, std::initializer_list<std::uint32_t> parts) {
  std::vector<Oid> all;
  for (const std::uint32_t part : parts) all.push_back(root + Oid{part});
  return all;
}

// What is walked; whatever is in none of these is never asked for.
std::vector<Group> Groups() {
  const Oid interfaces = {1, 3, 6, 1, 2, 1, 2, 2, 1};
  const Oid resources = {1, 3, 6, 1, 2, 1, 25};
  const Oid printer = {1, 3, 6, 1, 2, 1, 43};
  const Oid general = printer + Oid{5, 1, 1};
  const Oid console = printer + Oid{16};
  std::vector<Oid> mib = Below(general, {1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19});
  for (const Oid& root : Below(printer, {6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18})) {
    mib.push_back(root);
  }
  for (const Oid& root : Below(console, {1, 2, 3, 4})) mib.push_back(root);
  // Without the table that finds jobs by what their submitters called them, and without owners.
  std::vector<Oid> jobs = Below(mib::kJobMib, {1, 4});
  for (const Oid& column : Below(mib::kJobMib + Oid{3, 1, 1}, {2, 3, 4, 5, 6, 7, 8})) {
    jobs.push_back(column);
  }
  jobs.push_back(Oid{1, 3, 6, 1, 4, 1, 2699, 1, 2, 1, 2});
  std::vector<Oid> hp = Below(mib::kHpPml, {1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
  hp.push_back(mib::kHpPrinterCard + Oid{1});
  return {{"system", false, {mib::kSysDescr, mib::kSysObjectId, mib::kSysUpTime}},
          {"interfaces", true, Below(interfaces, {1, 2, 3, 5, 7, 8})},
          {"Host-Resources-MIB devices", true, {resources + Oid{1, 1}, resources + Oid{3}}},
          {"Printer-MIB", true, std::move(mib)},
          {"PWG port and job monitoring", true, std::move(jobs)},
          {"HP", true, std::move(hp)}};
}

// What a job's attribute or another object names a person with, and what the contact is set to.
bool NamesAPerson(const Oid& object) {
  constexpr std::uint32_t kOwner = 29;
  constexpr std::uint32_t kAccount = 21;
  if ((mib::kHpPml + Oid{1, 3, 13}).Contains(object)) return true;
  if (!mib::kJmAttributeOctets.Contains(object)) return false;
  const Oid index = object.After(mib::kJmAttributeOctets);
  return index.size() >= 3 && (index.parts()[2] == kOwner || index.parts()[2] == kAccount);
}

class Walker {
 public:
  Walker(Ways& ways, const Looked& looked, SnmpPeer peer, Redaction& redaction,
         steady_clock::time_point until)
      : ways_(ways),
        looked_(looked),
        peer_(std::move(peer)),
        redaction_(redaction),
        until_(until) {}

  Json Walk(const Group& group) {
    std::promise<SnmpResult> promise;
    std::future<SnmpResult> future = promise.get_future();
    const auto done = [&](SnmpResult result) { promise.set_value(std::move(result)); };
    group.is_walk ? ways_.session.Walk(peer_, group.roots, done)
                  : ways_.session.Get(peer_, group.roots, done);
    if (future.wait_until(until_) != std::future_status::ready) ways_.session.Stop();
    const SnmpResult result = future.get();
    silent_ = result.seen == SnmpSeen::kTimedOut && result.table.empty();
    Json objects = Json::object();
    for (const auto& [object, value] : result.table) {
      octets_ += value.AsOctets().value_or("").size();
      if (++rows_ > diagnosis::kMostRows || octets_ > diagnosis::kMostOctets) break;
      if (NamesAPerson(object)) continue;
      objects[Redaction::Object(object)] = redaction_.SnmpValue(object, value);
    }
    Json cut = Json::array();
    for (const Oid& oid : result.cut) cut.push_back(oid.ToText());
    return {{"of", group.name},
            {"seen", ToText(result.seen)},
            {"rows", result.table.size()},
            {"cut", std::move(cut)},
            {"objects", std::move(objects)}};
  }

  bool may_go_on() const {
    return !silent_ && rows_ <= diagnosis::kMostRows && octets_ <= diagnosis::kMostOctets &&
           steady_clock::now() < until_;
  }

 private:
  Ways& ways_;
  const Looked& looked_;
  const SnmpPeer peer_;
  Redaction& redaction_;
  const steady_clock::time_point until_;
  std::size_t rows_ = 0;
  std::size_t octets_ = 0;
  bool silent_ = false;
};

std::size_t ValuesOf(const Node& node) {
  std::size_t values = 1;
  for (const Node& child : node.children) values += ValuesOf(child);
  return values;
}

// The resources of a discovery tree, known or not.
void PathsOf(const Node& node, std::vector<std::string>& paths) {
  if (node.name == "ResourceURI" || node.name == "ManifestURI") paths.push_back(node.text);
  for (const Node& child : node.children) PathsOf(child, paths);
}

class Visitor {
 public:
  Visitor(const PrinterAddress& address, std::uint16_t http_port, std::chrono::milliseconds pause,
          Redaction& redaction, steady_clock::time_point until,
          std::function<void(const std::string&)> say)
      : base_(address.piws_url.empty()
                  ? fmt::format("https://{}:{}", address.host, address.https_port)
                  : address.piws_url),
        plain_(http_port != 0 && address.piws_url.empty() && IsLanAddress(address.host)
                   ? fmt::format("http://{}:{}", address.host, http_port)
                   : ""),
        pause_(pause),
        redaction_(redaction),
        until_(until),
        say_(std::move(say)),
        fetch_(PrinterWebRules()) {}

  Json Visit() {
    for (const char* path :
         {"/Identification.xml", "/Identification.json", "/InkSystem.json", "/InkSystem.xml",
          "/DeviceStatus.json", "/DeviceStatus.xml", "/Paper/List", "/PaperListStatus.xml",
          "/MediaSystem.json", "/MediaSystem.xml", "/PrintheadsStatus.json",
          "/PrintheadsStatus.xml", "/PrinterMaintenance.json", "/PrinterMaintenance.xml",
          "/Discovery.json", "/DeviceCounters", "/Usage.json", "/Counters.json",
          "/Alerts.json/ActiveAlerts"}) {
      Ask(std::string(kPiws) + path);
    }
    const Node queues = Ask(std::string(kPiws) + "/JQ/JobQueueCollection");
    if (const auto queue = QueueId(queues)) {
      Ask(fmt::format("{}/JQ/JobQueue/{}/jobs/all?fromModificationNumber=0", kPiws, *queue),
          pause_);
    }
    std::deque<std::string> paths;
    std::vector<std::string> listed;
    PathsOf(Ask("/DevMgmt/DiscoveryTree.xml"), listed);
    for (const auto& [resource, usual] : UsualTree()) {
      listed.insert(listed.end(), usual.begin(), usual.end());
    }
    for (const std::string& path : listed) Ask(path);
    return std::move(pages_);
  }

 private:
  // Asks once for each, as long as it is allowed to.
  Node Ask(const std::string& path, std::chrono::milliseconds pause = {}) {
    if (!MayBeAskedFor(path) || !asked_.insert(path).second) return {};
    if (pages_.size() >= diagnosis::kMostPages || silent_ >= 2 ||
        values_ > diagnosis::kMostValues || steady_clock::now() >= until_) {
      return {};
    }
    say_(path);
    const auto get = [&](const std::string& base) {
      std::promise<FetchResult> promise;
      fetch_.Submit({.url = base + path, .pause = pause},
                    [&](FetchResult got) { promise.set_value(std::move(got)); });
      return promise.get_future().get();
    };
    FetchResult got = get(is_plain_ ? plain_ : base_);
    Page page = JudgePage(got);
    if (page.no_tls && !plain_.empty() && !is_plain_ && !spoke_tls_) {
      is_plain_ = true;
      got = get(plain_);
      page = JudgePage(got);
    }
    spoke_tls_ = spoke_tls_ || !got.fingerprint.empty();
    silent_ = page.seen == PageSeen::kSilent ? silent_ + 1 : 0;
    Json entry = {{"path", path.substr(0, path.find('?'))},
                  {"seen", page.seen == PageSeen::kRead       ? "read"
                           : got.seen == FetchSeen::kAnswered ? page.detail
                                                              : std::string(ToText(got.seen))},
                  {"bytes", got.body.size()}};
    if (page.seen == PageSeen::kRead) {
      values_ += ValuesOf(page.document);
      if (values_ <= diagnosis::kMostValues) {
        entry["document"] = redaction_.Document(page.document);
      } else {
        entry["seen"] = "too many values";
      }
    }
    pages_.push_back(std::move(entry));
    return std::move(page.document);
  }

  const std::string base_;
  const std::string plain_;  // "" where TLS is a must
  const std::chrono::milliseconds pause_;
  Redaction& redaction_;
  const steady_clock::time_point until_;
  const std::function<void(const std::string&)> say_;
  std::set<std::string> asked_;
  Json pages_ = Json::array();
  std::size_t values_ = 0;
  int silent_ = 0;  // in a row
  bool is_plain_ = false;
  bool spoke_tls_ = false;
  Fetch fetch_;  // last: its callbacks use what is above
};

}  // namespace

bool MayBeAskedFor(const std::string& path) {
  static constexpr std::array<std::string_view, 25> kNever = {
      "preview",          "setting",    "security", "account",     "user",   "mail",
      "address",          "contact",    "fax",      "certificate", "passw",  "snmp",
      "secret",           "credential", "book",     "folder",      "iomgmt", "network",
      "internalprintdyn", "scan",       "netapps",  "cloud",       "proxy",  "wifi",
      "bluetooth"};
  const std::string lower = LowerAscii(path);
  const bool plain = lower.size() > 1 && lower.size() <= 200 && lower[0] == '/' &&
                     lower[1] != '/' && lower.find("..") == lower.npos &&
                     std::ranges::all_of(lower, [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                              std::string_view("/.-_?=").find(c) != std::string_view::npos;
                     });
  return plain && std::ranges::none_of(kNever, [&](std::string_view never) {
           return lower.find(never) != lower.npos;
         });
}

Json Diagnose(Ways& ways, const Looked& looked, const Arguments& arguments, const Clock& clock,
              const std::function<void(const std::string&)>& say) {
  const auto until = steady_clock::now() + diagnosis::kLongest;
  const Fingerprint& found = looked.fingerprint;
  const bool with_serial = arguments.Switch("with-serial");
  Redaction redaction({.model = found.model, .serial = found.serial, .with_serial = with_serial});
  Json printer = {{"maker", redaction.Text("Manufacturer", found.maker)},
                  {"model", found.model},
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
    Walker walker(ways, looked,
                  {.address = looked.address.host,
                   .port = looked.address.snmp_port,
                   .credentials = {probed.credentials},
                   .timeout = profile.timeout,
                   .retries = profile.retries},
                  redaction, until);
    for (const Group& group : Groups()) {
      if (!walker.may_go_on()) break;
      say(fmt::format("SNMP: {}", group.name));
      walks.push_back(walker.Walk(group));
    }
  }
  const std::chrono::milliseconds pause =
      arguments.Has("piws-pause")
          ? ParseDuration("piws-pause", arguments.Text("piws-pause"))
          : ways.profiles.Of(looked.identity()).queue_pause.value_or(std::chrono::seconds(2));
  const auto http_port = static_cast<std::uint16_t>(arguments.Number("http-port", 0, 65535));
  Json web = Visitor(looked.address, http_port, pause, redaction, until, say).Visit();
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
  const bool terminal = isatty(STDERR_FILENO) == 1;
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
