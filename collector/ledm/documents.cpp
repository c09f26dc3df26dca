#include "collector/ledm/documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "collector/channel/serial.h"

namespace plotmeter {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

// "PhotoBlack", "photo black" and "photoBlack" to "photo-black".
std::string Hyphened(std::string_view words) {
  std::string text;
  bool lower_before = false;
  for (const char c : words) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool gap = c == ' ' || c == '_';
    if ((gap || (upper && lower_before)) && !text.empty() && text.back() != '-') text += '-';
    if (!gap) text += upper ? static_cast<char>(c - 'A' + 'a') : c;
    lower_before = !upper && !gap;
  }
  return text;
}

std::optional<std::string> HyphenedText(const Node& node, std::string_view child) {
  const auto text = node.Text(child);
  if (!text) return std::nullopt;
  return Hyphened(*text);
}

// The labels on cartridges; an open set.
std::string ColorantOfLabel(const std::string& label) {
  static const std::map<std::string, std::string> kLabels = {
      {"C", "cyan"},           {"M", "magenta"},      {"Y", "yellow"},
      {"K", "black"},          {"MK", "matte-black"}, {"PK", "photo-black"},
      {"G", "gray"},           {"LG", "light-gray"},  {"LC", "light-cyan"},
      {"LM", "light-magenta"}, {"DG", "dark-gray"},   {"CMY", "cyan-magenta-yellow"},
  };
  const auto found = kLabels.find(label);
  return found != kLabels.end() ? found->second : Lower(label);
}

std::optional<std::string> ColorantOf(const Node& consumable) {
  if (const auto color = HyphenedText(consumable, "MarkerColor")) return color;
  if (const auto label = consumable.Text("ConsumableLabelCode")) return ColorantOfLabel(*label);
  return std::nullopt;
}

// A number that stands alone, with attributes, or as ValueFloat with a Unit beside it.
std::optional<Quantity> AmountIn(const Node& node, std::string_view unit) {
  auto number = node.Number();
  for (const char* name : {"ValueFloat", "#text", "_", "$"}) {
    if (!number) number = Decimal::Parse(node[name].text);
  }
  if (!number) return std::nullopt;
  return Quantity{.value = *number, .unit = node.Text("Unit").value_or(std::string(unit))};
}

// As AmountIn, of a child; one that is there but cannot be meant leaves a remark.
std::optional<Quantity> AmountOrRemark(const Node& node, std::string_view child,
                                       std::string_view unit, const std::string& what,
                                       Answers& into) {
  if (node[child].empty()) return std::nullopt;
  auto amount = AmountIn(node[child], unit);
  if (!amount || amount->value.digits() < 0) {
    into.remarks.push_back(fmt::format("{}: {} cannot be read", what, child));
    return std::nullopt;
  }
  return amount;
}

// A printer without a clock says a day on which there were no such printers.
std::optional<std::string> DateIn(const Node& node, std::string_view child) {
  const auto date = node.Text(child);
  if (!date || date->size() < 10 || date->substr(0, 4) < "1990") return std::nullopt;
  return date;
}

bool IsPrinthead(const Node& consumable) {
  return Lower(consumable.Text("ConsumableTypeEnum").value_or("")).find("printhead") !=
         std::string::npos;
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

// "/DevMgmt/ProductUsageDyn.xml" and nothing that leads elsewhere.
bool IsPlainPath(std::string_view path) {
  constexpr std::size_t kLongest = 128;
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '.' || c == '-' || c == '_';
  };
  return path.size() > 1 && path.size() <= kLongest && path[0] == '/' && path[1] != '/' &&
         path.find("..") == std::string_view::npos && std::ranges::all_of(path, plain);
}

// "/DevMgmt/ProductUsageDyn.xml" to "productusagedyn".
std::string StemOf(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);
  return Lower(path.substr(0, path.find('.')));
}

struct Place {
  LedmResource resource;
  std::string_view name;
  std::string_view usual;     // where it mostly is
  std::string_view manifest;  // what lists it where the tree does not; "" for none
};

constexpr std::array<Place, 8> kPlaces = {{
    {LedmResource::kIdentity, "ProductConfigDyn", "/DevMgmt/ProductConfigDyn.xml", ""},
    {LedmResource::kEventTable, "EventTable", "/EventMgmt/EventTable", "eventmgmtmanifest"},
    {LedmResource::kUsage, "ProductUsageDyn", "/DevMgmt/ProductUsageDyn.xml", ""},
    {LedmResource::kSupplies, "ConsumableConfigDyn", "/DevMgmt/ConsumableConfigDyn.xml", ""},
    {LedmResource::kMedia, "MediaHandlingDyn", "/DevMgmt/MediaHandlingDyn.xml", ""},
    {LedmResource::kStatus, "ProductStatusDyn", "/DevMgmt/ProductStatusDyn.xml", ""},
    {LedmResource::kJobs, "JobList", "/Jobs/JobList", "jobsmanifest"},
    {LedmResource::kLogs, "ProductLogsDyn", "/DevMgmt/ProductLogsDyn.xml", ""},
}};

std::vector<std::string> WithOtherForm(std::string path) {
  const auto dot = path.rfind('.');
  const bool xml = path.ends_with(".xml");
  if (!xml && !path.ends_with(".json")) return {path, path + ".xml"};
  std::string other = path.substr(0, dot) + (xml ? ".json" : ".xml");
  return {std::move(path), std::move(other)};
}

void AddInk(const Node& consumable, const std::string& colorant, Answers& into) {
  const std::string what = "ProductUsageDyn/Consumable";
  // The sum of all makers' ink before that of HP's alone.
  for (const char* name :
       {"CumulativeMarkingAgentUsed", "CumulativeHPMarkingAgentUsed", "ValueFloat"}) {
    const Node& said = consumable[name];
    if (said.empty()) continue;
    const bool bare = std::string_view(name) == "ValueFloat";
    const std::string unit = bare ? consumable.Text("Unit").value_or("?") : "?";
    if (auto used = AmountOrRemark(consumable, name, unit, what + " " + colorant, into)) {
      into.meters.push_back({.meter = "ink.used",
                             .colorant = colorant,
                             .value = std::move(*used),
                             .source = fmt::format("{}[{}]/{}", what, colorant, name)});
    }
    return;
  }
}

void AddCount(const Node& node, const char* child, const char* meter, const char* unit,
              const std::string& source, Answers& into,
              const std::optional<std::string>& colorant = {}) {
  if (auto count = AmountOrRemark(node, child, unit, source, into)) {
    into.meters.push_back({.meter = meter,
                           .colorant = colorant,
                           .value = std::move(*count),
                           .source = fmt::format("{}/{}", source, child)});
  }
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

Supply SupplyOf(const Node& info, std::map<std::string, int>& taken, Answers& into) {
  const bool head = IsPrinthead(info);
  const auto station = info.Text("ConsumableStation");
  const auto label = info.Text("ConsumableLabelCode");
  std::string key = head ? "printhead-" : station ? "station-" : "label-";
  key += station ? *station : Lower(label.value_or("?"));
  if (const int before = taken[key]++; before > 0) key += fmt::format("-{}", before + 1);
  Supply supply{.supply = key,
                .kind = HyphenedText(info, "ConsumableTypeEnum"),
                .colorant = ColorantOf(info),
                .description = info.Text("ConsumableSelectibilityNumber"),
                .part_number = info.Text("ProductNumber"),
                .serial = info.Text("SerialNumber"),
                .installed = DateIn(info["Installation"], "Date")};
  const std::string what = "ConsumableConfigDyn " + key;
  const Node& life = info["ConsumableLifeState"];
  supply.state = life.Text("ConsumableState");
  const auto measured = life.Text("MeasuredQuantityState");
  const bool unmeasured = Lower(measured.value_or("")) == "unknown";
  const auto percent =
      AmountOrRemark(info, "ConsumablePercentageLevelRemaining", "percent", what, into);
  if (percent && !(unmeasured && percent->value.digits() == 0)) supply.percent = percent->value;
  if (!supply.percent && measured && !unmeasured) supply.remark = *measured;
  const Node& capacity = info["Capacity"];
  supply.capacity =
      AmountOrRemark(capacity, "MaxCapacity", capacity.Text("Unit").value_or("?"), what, into);
  if (supply.capacity && supply.capacity->value.digits() == 0) supply.capacity.reset();
  return supply;
}

std::string AlertKey(const Node& alert, const std::string& id) {
  const Node& details = alert["AlertDetails"];
  const auto either = [&](std::string_view first, std::string_view second) {
    const auto text = details.Text(first);
    return text ? text : details.Text(second);
  };
  std::string key = id;
  if (const auto color = either("AlertDetailsMarkerColor", "MarkerColor")) {
    key += "/" + Hyphened(*color);
  }
  if (const auto station = either("AlertDetailsMarkerLocation", "ConsumableStation")) {
    key += "/" + *station;
  }
  return key;
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

std::string_view ToText(LedmResource resource) {
  return std::ranges::find(kPlaces, resource, &Place::resource)->name;
}

std::optional<LedmTree> ReadDiscoveryTree(const Node& document) {
  if (!document.Has("DiscoveryTree")) return std::nullopt;
  LedmTree tree;
  const Node& root = document["DiscoveryTree"];
  for (const Node* listed : root.All("SupportedTree")) {
    const std::string path = listed->Text("ResourceURI").value_or("");
    if (!IsPlainPath(path)) continue;
    for (const Place& place : kPlaces) {
      if (StemOf(path) == Lower(place.name)) tree[place.resource] = WithOtherForm(path);
    }
  }
  for (const Node* listed : root.All("SupportedIfc")) {
    const std::string stem = StemOf(listed->Text("ManifestURI").value_or("/"));
    for (const Place& place : kPlaces) {
      if (!place.manifest.empty() && stem == place.manifest) {
        tree.emplace(place.resource, WithOtherForm(std::string(place.usual)));
      }
    }
  }
  return tree;
}

LedmTree UsualTree() {
  LedmTree tree;
  for (const Place& place : kPlaces) {
    tree[place.resource] = WithOtherForm(std::string(place.usual));
  }
  return tree;
}

std::optional<PrinterIdentity> ReadProductConfig(const Node& document) {
  const Node& info = document["ProductConfigDyn"]["ProductInformation"];
  PrinterIdentity identity{
      .serial = UsableSerial(info.Text("SerialNumber").value_or("")),
      .product = info.Text("ProductNumber").value_or(info.Text("SKUIdentifier").value_or("")),
      .model = info.Text("MakeAndModel").value_or(""),
      .firmware = info["Version"].Text("Revision").value_or("")};
  // "CN598A#B1H": what follows is the country it was sold in.
  identity.product.resize(std::min(identity.product.size(), identity.product.find('#')));
  if (identity.serial.empty() && identity.product.empty() && identity.model.empty()) {
    return std::nullopt;
  }
  if (Lower(identity.model).starts_with("hp ")) identity.manufacturer = "HP";
  return identity;
}

bool ReadProductUsage(const Node& document, Answers& into) {
  if (!document.Has("ProductUsageDyn")) return false;
  const Node& root = document["ProductUsageDyn"];
  const bool nested = !root["PrinterSubunit"]["TotalImpressions"].empty();
  const Node& printer = nested ? root["PrinterSubunit"] : root;
  const std::string source = nested ? "ProductUsageDyn/PrinterSubunit" : "ProductUsageDyn";
  AddCount(printer, "TotalImpressions", "impressions", "impressions", source, into);
  AddCount(printer, "MonochromeImpressions", "x-impressions-monochrome", "impressions", source,
           into);
  AddCount(printer, "ColorImpressions", "x-impressions-color", "impressions", source, into);
  AddCount(root["ScannerEngineSubunit"], "ScanImages", "scans", "images",
           "ProductUsageDyn/ScannerEngineSubunit", into);
  AddCount(root["CopyApplicationSubunit"], "TotalImpressions", "copies", "impressions",
           "ProductUsageDyn/CopyApplicationSubunit", into);

  std::vector<const Node*> consumables = root["ConsumableSubunit"].All("Consumable");
  std::erase_if(consumables, [](const Node* one) { return IsPrinthead(*one); });
  std::map<std::string, int> of_colorant;
  for (const Node* one : consumables) of_colorant[ColorantOf(*one).value_or("")] += 1;
  std::set<std::string> taken;
  for (const Node* one : consumables) {
    std::string colorant = ColorantOf(*one).value_or("");
    if (colorant.empty()) {
      into.remarks.push_back("ProductUsageDyn: a consumable without a colour");
      continue;
    }
    if (of_colorant[colorant] > 1) {
      colorant += "-station-" + one->Text("ConsumableStation").value_or("?");
    }
    if (!taken.insert(colorant).second) {
      into.remarks.push_back(fmt::format("ProductUsageDyn: {} comes twice", colorant));
      continue;
    }
    AddInk(*one, colorant, into);
    AddCount(*one, "CumulativeConsumableCount", "cartridges.used", "items",
             fmt::format("ProductUsageDyn/Consumable[{}]", colorant), into, colorant);
  }
  return true;
}

bool ReadConsumables(const Node& document, Answers& into) {
  if (!document.Has("ConsumableConfigDyn")) return false;
  std::map<std::string, int> taken;
  for (const Node* info : document["ConsumableConfigDyn"].All("ConsumableInfo")) {
    if (!info->empty()) into.supplies.push_back(SupplyOf(*info, taken, into));
  }
  return true;
}

bool ReadMediaHandling(const Node& document, Answers& into) {
  if (!document.Has("MediaHandlingDyn")) return false;
  const Node& root = document["MediaHandlingDyn"];
  for (const Node* tray : (root.Has("InputTrays") ? root["InputTrays"] : root).All("InputTray")) {
    const auto input = tray->Text("InputBin");
    const std::string filled = Lower(tray->Text("MediaState").value_or(""));
    const std::string state = Lower(tray->Text("TrayState").value_or(""));
    if (!input || filled == "empty" || state == "empty" || state == "notinstalled") continue;
    LoadedMedia media{.input = *input, .name = tray->Text("MediaType")};
    const std::string unit = tray->Text("Unit").value_or("?");
    const std::string what = "MediaHandlingDyn " + *input;
    media.width = AmountOrRemark(*tray, "Width", unit, what, into);
    if (!media.width) media.width = AmountOrRemark(*tray, "MediaWidth", unit, what, into);
    if (media.width && media.width->value.digits() == 0) media.width.reset();
    into.media.push_back(std::move(media));
  }
  return true;
}

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
    const std::string key = AlertKey(*said, *id);
    if (!taken.insert(key).second) continue;
    alerts.push_back(
        {.key = key, .severity = SeverityOf(said->Text("Severity").value_or("")), .code = *id});
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
    all += (all.empty() ? "" : ",") + *stamp;
  }
  return stamps;
}

std::optional<std::vector<JobRecord>> ReadJobs(const Node& document, const std::string& power_up) {
  if (!document.Has("JobList") && !document.Has("Job")) return std::nullopt;
  std::vector<JobRecord> jobs;
  for (const Node* job : (document.Has("JobList") ? document["JobList"] : document).All("Job")) {
    const auto url = job->Text("JobUrl");
    if (url) jobs.push_back(JobOf(*job, *url, power_up));
  }
  return jobs;
}

}  // namespace plotmeter
