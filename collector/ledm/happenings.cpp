#include "collector/ledm/happenings.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <set>

#include "collector/ledm/said.h"
#include "collector/ledm/tree.h"

namespace plotmeter {
namespace {

// Far more than there are: a stamp becomes part of every job's id, and is remembered.
constexpr std::size_t kMaxStamps = 64;  // octets of those of one category
constexpr std::size_t kMaxCategories = 100;
constexpr std::size_t kMaxJobs = 10'000;
constexpr std::string_view kPowerUp = "PowerUpEvent";

// The counter of a stamp, 164 of "164-9".
std::uint64_t CounterOf(std::string_view stamp) {
  std::uint64_t counter = 0;
  std::from_chars(stamp.data(), stamp.data() + stamp.size(), counter);
  return counter;
}

Severity SeverityOf(const std::string& word) {
  const std::string lower = Lower(word);
  if (lower == "warning") return Severity::kWarning;
  if (lower.ends_with("error") || lower == "critical" || lower == "fatal") {
    return Severity::kCritical;
  }
  if (lower.starts_with("info")) return Severity::kInformation;
  return Severity::kUnknown;
}

std::string_view TypeOf(const std::string& category) {
  const std::string lower = Lower(category);
  for (const std::string_view type : {"print", "scan", "copy"}) {
    if (lower == type) return type;
  }
  return "unknown";
}

std::string_view StatusOf(const std::string& state) {
  static const std::map<std::string, std::string_view> kStates = {
      {"pending", "pending"},     {"created", "pending"},    {"processing", "printing"},
      {"held", "held"},           {"paused", "held"},        {"processingstopped", "held"},
      {"completed", "printed"},   {"canceled", "cancelled"}, {"cancelled", "cancelled"},
      {"canceling", "cancelled"}, {"aborted", "failed"},     {"failed", "failed"},
  };
  const auto found = kStates.find(Lower(state));
  return found != kStates.end() ? found->second : "unknown";
}

// The words of a state that readings share; empty for another.
std::string_view StateOf(const std::string& category) {
  static const std::map<std::string, std::string_view> kStates = {
      {"ready", "idle"},           {"processing", "printing"},
      {"inpowersave", "asleep"},   {"initializing", "warming-up"},
      {"warmingup", "warming-up"}, {"harderror", "stopped"},
      {"jaminprinter", "stopped"}, {"closedoororcover", "stopped"},
  };
  const auto found = kStates.find(Lower(category));
  return found != kStates.end() ? found->second : "";
}

Alert AlertOf(const Node& said, const std::string& id) {
  const Node& details = said["AlertDetails"];
  const auto either = [&](std::string_view first, std::string_view second) {
    const auto text = details.Text(first);
    return text ? text : details.Text(second);
  };
  Alert alert{.key = id, .severity = SeverityOf(said.Text("Severity").value_or("")), .code = id};
  const auto color = either("AlertDetailsMarkerColor", "MarkerColor");
  const auto station = either("AlertDetailsMarkerLocation", "ConsumableStation");
  if (!color && !station) return alert;
  const std::string type = HyphenedText(details, "AlertDetailsConsumableTypeEnum").value_or("none");
  alert.part = type == "none" ? "supply" : type;
  if (color) {
    alert.key += "/" + Hyphened(*color);
    *alert.part += " " + Hyphened(*color);
  }
  if (station) {
    alert.key += "/" + *station;
    *alert.part += " " + *station;
  }
  return alert;
}

// "/Jobs/JobList/2" also of "http://10.0.0.7:8080/Jobs/JobList/2": an address does not belong into
// a job's id. Empty for what is no path.
std::string PathOf(std::string_view url) {
  if (const auto slashes = url.find("://"); slashes != std::string_view::npos) {
    url.remove_prefix(std::min(url.find('/', slashes + 3), url.size()));
  }
  return IsPlainPath(url) ? std::string(url) : "";
}

JobRecord JobOf(const Node& job, const std::string& url, const std::string& power_up) {
  const std::string state = job.Text("JobState").value_or("");
  return {.job = power_up.empty() ? url : url + "@" + power_up,
          .name = job.Text("JobName"),
          .type = std::string(TypeOf(job.Text("JobCategory").value_or(""))),
          .status = std::string(StatusOf(state)),
          .status_raw = state};
}

}  // namespace

bool ReadProductStatus(const Node& document, Answers& into) {
  if (!document.Has("ProductStatusDyn")) return false;
  const Node& root = document["ProductStatusDyn"];
  std::vector<std::string> categories;
  for (const Node* status : root.All("Status")) {
    for (const Node* word : status->All("StatusCategory")) {
      if (!word->empty()) categories.push_back(word->text);
    }
  }
  // Alerts stand among the states: what stops it comes first, then a state, then any word.
  for (const std::string& word : categories) {
    const std::string_view state = StateOf(word);
    if (state == "stopped" || (!state.empty() && !into.state)) into.state = std::string(state);
  }
  if (!into.state && !categories.empty()) into.state = categories.front();

  std::vector<Alert> alerts;
  std::set<std::string> taken;
  const Node& table = root.Has("AlertTable") ? root["AlertTable"] : root["Status"]["AlertTable"];
  for (const Node* said : table.All("Alert")) {
    const auto id = said->Text("ProductStatusAlertID");
    if (!id) {
      if (!said->empty()) {
        into.remarks.push_back("ProductStatusDyn: an alert without ProductStatusAlertID");
      }
      continue;
    }
    Alert alert = AlertOf(*said, *id);
    if (taken.insert(alert.key).second) alerts.push_back(std::move(alert));
  }
  into.alerts = std::move(alerts);
  return true;
}

bool ReadProductLogs(const Node& document, Instant at, Answers& into) {
  if (!document.Has("ProductLogsDyn")) return false;
  std::set<std::string> taken;
  for (const Node* entry : document["ProductLogsDyn"]["EventLog"].All("Event")) {
    const auto code = entry->Text("EventCode");
    if (!code) continue;
    PrinterEvent event{.kind = "error-log",
                       .channel = ChannelKind::kLedm,
                       .at = at,
                       .code = code,
                       .printer_time = entry->Time("TimeStamp"),
                       .printer_pages = entry->Count("TotalImpressions")};
    const std::string when = event.printer_pages ? std::to_string(*event.printer_pages)
                                                 : entry->Text("TimeStamp").value_or("?");
    event.key = when + "/" + *code;
    if (taken.insert(event.key).second) into.events.push_back(std::move(event));
  }
  return true;
}

std::optional<LedmStamps> ReadEventTable(const Node& document) {
  if (!document.Has("EventTable")) return std::nullopt;
  LedmStamps stamps;
  for (const Node* event : document["EventTable"].All("Event")) {
    const auto category = event->Text("UnqualifiedEventCategory");
    const auto stamp = event->Text("AgingStamp");
    if (!category || !stamp) continue;
    std::string& all = stamps[*category];
    if (all.size() + stamp->size() > kMaxStamps) continue;
    // Of two starts in the table the last one counts: the other will leave it, which is no start.
    if (*category == kPowerUp && !all.empty()) {
      if (CounterOf(*stamp) > CounterOf(all)) all = *stamp;
      continue;
    }
    all += (all.empty() ? "" : ",") + *stamp;
    if (stamps.size() > kMaxCategories) break;
  }
  return stamps;
}

std::optional<std::vector<JobRecord>> ReadJobs(const Node& document, const std::string& power_up) {
  if (!document.Has("JobList") && !document.Has("Job")) return std::nullopt;
  std::vector<JobRecord> jobs;
  std::set<std::string> paths;
  for (const Node* job : (document.Has("JobList") ? document["JobList"] : document).All("Job")) {
    const std::string path = PathOf(job->Text("JobUrl").value_or(""));
    if (path.empty() || !paths.insert(path).second) continue;
    jobs.push_back(JobOf(*job, path, power_up));
    if (jobs.size() > kMaxJobs) break;
  }
  return jobs;
}

}  // namespace plotmeter
