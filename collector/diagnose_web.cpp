#include "collector/diagnose_web.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <future>
#include <set>
#include <utility>
#include <vector>

#include "collector/channel/ascii.h"
#include "collector/diagnose.h"
#include "collector/ledm/documents.h"
#include "collector/piws/jobs.h"
#include "collector/snmp/text.h"
#include "collector/web/lan.h"
#include "collector/web/page.h"
#include "collector/web/printer_web.h"

namespace plotmeter {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view kPiws = "/LFPWebServices/PI";

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
          const std::vector<std::string>& beside, Redaction& redaction,
          steady_clock::time_point until, std::function<void(const std::string&)> say)
      : base_(address.piws_url.empty()
                  ? fmt::format("https://{}:{}", address.host, address.https_port)
                  : address.piws_url),
        plain_(http_port != 0 && address.piws_url.empty() && IsLanAddress(address.host)
                   ? fmt::format("http://{}:{}", address.host, http_port)
                   : ""),
        pause_(pause),
        beside_(beside),
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
    listed.insert(listed.end(), beside_.begin(), beside_.end());
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
  const std::vector<std::string>& beside_;
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

Json ReadForDiagnosis(const PrinterAddress& address, std::uint16_t http_port,
                      std::chrono::milliseconds pause, const std::vector<std::string>& beside,
                      Redaction& redaction, steady_clock::time_point until,
                      std::function<void(const std::string&)> say) {
  return Visitor(address, http_port, pause, beside, redaction, until, std::move(say)).Visit();
}

}  // namespace plotmeter
