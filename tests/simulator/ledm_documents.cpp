#include "tests/simulator/ledm_documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace plotmeter::simulator {

namespace {

using Elements = std::vector<Element>;
using std::chrono::floor;
using std::chrono::seconds;

struct Resource {
  std::string_view uri;
  std::string_view type;
  Element (*make)(const SimulatedPrinter&);
};

constexpr std::array<Resource, 5> kTree = {{
    {"/DevMgmt/ProductConfigDyn.xml", "hpLedmProductConfigDyn", ProductConfigDyn},
    {"/DevMgmt/ProductStatusDyn.xml", "hpLedmProductStatusDyn", ProductStatusDyn},
    {"/DevMgmt/ConsumableConfigDyn.xml", "hpLedmConsumableConfigDyn", ConsumableConfigDyn},
    {"/DevMgmt/ProductUsageDyn.xml", "hpLedmProductUsageDyn", ProductUsageDyn},
    {"/DevMgmt/MediaHandlingDyn.xml", "hpLedmMediaHandlingDyn", MediaHandlingDyn},
}};

// What the tree lists by a manifest only.
struct Interface {
  std::string_view manifest;
  std::string_view type;
  std::string_view folder;  // of the resource
  std::string_view resource;
  std::string_view resource_type;
  Element (*make)(const SimulatedPrinter&);
};

constexpr std::array<Interface, 2> kInterfaces = {{
    {"/EventMgmt/EventMgmtManifest.xml", "hpLedmEventMgmtManifest", "/EventMgmt", "/EventTable.xml",
     "EventTable", EventTable},
    {"/Jobs/JobsManifest.xml", "hpLedmJobsManifest", "/Jobs", "/JobList", "JobList", JobList},
}};

Element SchemaVersion() {
  return {"dd:Version", Elements{{"dd:Revision", "SIM-LEDM.217"}, {"dd:Date", "2019-04-11"}}};
}

std::string Date(Instant instant) { return FormatInstant(floor<seconds>(instant)).substr(0, 10); }

std::string WithoutPrefix(const std::string& name) {
  const auto colon = name.find(':');
  return colon == std::string::npos ? name : name.substr(colon + 1);
}

Element WithoutPrefixes(const Element& element) {
  Element plain = element;
  plain.name = WithoutPrefix(element.name);
  for (Element& child : plain.children) child = WithoutPrefixes(child);
  return plain;
}

WebAnswer Xml(const SimulatedPrinter& printer, Element root) {
  constexpr std::string_view kCon = "http://www.hp.com/schemas/imaging/con/";
  const std::string prefix = root.name.substr(0, root.name.find(':'));
  const std::string own = fmt::format("{}ledm/{}/2011/02/08", kCon, prefix);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- A SIMULATED PRINTER -->\n";
  if (printer.model().ledm.prefixes) {
    root.attributes = fmt::format(
        "xmlns:{0}=\"{1}\" xmlns:dd=\"{2}dictionaries/1.0/\" "
        "xmlns:dd2=\"{2}dictionaries/2008/10/10\" xmlns:ad=\"{2}ledm/alertdetails/2007/10/31\" "
        "xmlns:pscat=\"{2}ledm/productstatuscategories/2007/10/31\"",
        prefix, own, kCon);
    AddXml(root, 0, out);
  } else {
    Element plain = WithoutPrefixes(root);
    plain.attributes = fmt::format("xmlns=\"{}\"", own);
    AddXml(plain, 0, out);
  }
  return {.type = "text/xml", .body = std::move(out)};
}

// The letters on a cartridge: "PK", "LC", "C".
std::string LabelCode(std::string_view colorant) {
  std::string code;
  for (std::size_t i = 0; i < colorant.size(); ++i) {
    if (i == 0 || colorant[i - 1] == '-') {
      code += static_cast<char>(std::toupper(static_cast<unsigned char>(colorant[i])));
    }
  }
  return code == "B" ? "K" : code == "PB" || code == "MB" ? std::string{code[0], 'K'} : code;
}

std::string State(const SimulatedPrinter& printer) {
  const Job* job = printer.printing();
  if (job != nullptr) return "processing";
  const auto& inputs = printer.inputs();
  const bool empty =
      std::any_of(inputs.begin(), inputs.end(), [](const InputState& i) { return i.left <= 0; });
  return empty ? "trayEmptyOrOpen" : "ready";
}

std::string_view JobText(JobState state) {
  switch (state) {
    case JobState::kWaiting:
      return "Pending";
    case JobState::kPrinting:
      return "Processing";
    case JobState::kCompleted:
      return "Completed";
    case JobState::kHeld:
      return "Held";
    case JobState::kCancelled:
    case JobState::kDeleted:
      break;
  }
  return "Canceled";
}

constexpr std::array<std::string_view, 3> kCategories = {"Print", "Scan", "Copy"};

Element JobElement(const Job& job, std::uint64_t number) {
  return {"j:Job", Elements{{"j:JobUrl", fmt::format("/Jobs/JobList/{}", number)},
                            {"j:JobCategory",
                             std::string(kCategories[static_cast<std::size_t>(job.plan.kind)])},
                            {"j:JobState", std::string(JobText(job.state))},
                            {"j:JobStateUpdate", job.stamp.Text()},
                            // People, as a document about jobs may name them: not to be read.
                            {"j:JobSource", Elements{{"dd:UserName", job.plan.user},
                                                     {"dd:HostName", job.plan.host},
                                                     {"dd:AccountName", job.plan.account}}}}};
}

// Current ones only: LEDM keeps no history.
template <typename Use>
void ForCurrentJobs(const SimulatedPrinter& printer, Use use) {
  std::uint64_t number = printer.first_job();
  for (const Job& job : printer.jobs()) {
    ++number;
    const bool over = job.state != JobState::kWaiting && job.state != JobState::kPrinting;
    const Instant end = job.finished.value_or(job.plan.arrives);
    if (over && end < printer.now() - std::chrono::minutes(10)) continue;
    use(job, number);
  }
}

Element Event(const char* category, const AgingStamp& stamp, std::string_view resource,
              std::string_view type) {
  Elements children = {{"dd:UnqualifiedEventCategory", category}, {"dd:AgingStamp", stamp.Text()}};
  if (!resource.empty()) {
    children.push_back({"ev:Payload", Elements{{"dd:ResourceURI", std::string(resource)},
                                               {"dd:ResourceType", std::string(type)}}});
  }
  return {"ev:Event", std::move(children)};
}

Element Manifest(const Interface& interface) {
  return {
      "man:Manifest",
      Elements{
          SchemaVersion(),
          {"map:ResourceMap",
           Elements{
               {"map:ResourceLink", Elements{{"dd:ResourceURI", std::string(interface.folder)}}},
               {"map:ResourceNode",
                Elements{{"map:ResourceType",
                          Elements{{"ev:ResourceType", std::string(interface.resource_type)}}},
                         {"map:ResourceLink",
                          Elements{{"dd:ResourceURI", std::string(interface.resource)}}}}}}}}};
}

}  // namespace

std::string MarkerColor(std::string_view colorant) {
  std::string text;
  bool upper = true;
  for (const char c : colorant) {
    if (c == '-') {
      upper = true;
      continue;
    }
    text += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  return text;
}

Element DiscoveryTree(const SimulatedPrinter&) {
  Elements rows = {SchemaVersion()};
  for (const Resource& resource : kTree) {
    rows.push_back({"ledm:SupportedTree",
                    Elements{{"dd:ResourceURI", std::string(resource.uri)},
                             {"dd:ResourceType", fmt::format("ledm:{}", resource.type)},
                             {"dd:Revision", "http://www.hp.com/schemas/imaging/con/ledm/sim"}}});
  }
  for (const Interface& interface : kInterfaces) {
    rows.push_back({"ledm:SupportedIfc",
                    Elements{{"ledm:ManifestURI", std::string(interface.manifest)},
                             {"dd:ResourceType", fmt::format("ledm:{}", interface.type)}}});
  }
  return {"ledm:DiscoveryTree", std::move(rows)};
}

Element ProductConfigDyn(const SimulatedPrinter& printer) {
  const PrinterModel& model = printer.model();
  return {"prdcfgdyn:ProductConfigDyn",
          Elements{SchemaVersion(),
                   {"prdcfgdyn:ProductInformation",
                    Elements{{"dd:MakeAndModel", model.name},
                             {"dd:MakeAndModelBase", model.name},
                             {"dd:UUID", printer.uuid()},
                             {"dd:SerialNumber", printer.serial()},
                             {"dd:ProductNumber", model.product},
                             {"dd:SKUIdentifier", model.product + "#B19"},
                             {"dd:Version", Elements{{"dd:Revision", model.firmware},
                                                     {"dd:Date", model.firmware_date}}},
                             {"dd:ContactPerson", NeverTexts()[6]}}}}};
}

Element ProductStatusDyn(const SimulatedPrinter& printer) {
  const PrinterModel& model = printer.model();
  Elements alerts = {{"psdyn:ModificationNumber", printer.stamps().alerts.Text()}};
  for (const ActiveAlert& alert : printer.alerts()) {
    if (alert.full_name.empty()) continue;
    const bool ink = alert.group == 11;
    Elements details = {{"ad:AlertDetailsConsumableTypeEnum", ink ? "inkCartridge" : "none"}};
    if (ink) {
      const std::string& colorant =
          model.inks[static_cast<std::size_t>(alert.group_index) - 1].colorant;
      details.push_back({model.ledm.prefixes ? "ad:AlertDetailsMarkerColor" : "dd:MarkerColor",
                         MarkerColor(colorant)});
      details.push_back({"dd:ConsumableStation", std::to_string(alert.group_index)});
    } else {
      details.push_back(
          {"dd:InputBin", model.inputs[static_cast<std::size_t>(alert.group_index) - 1].name});
    }
    alerts.push_back({"psdyn:Alert", Elements{{"ad:ProductStatusAlertID",
                                               ink ? "cartridgeVeryLow" : "trayLowOrEmpty"},
                                              {"ad:Severity", "Warning"},
                                              {"ad:AlertPriority", std::to_string(alert.index)},
                                              {"ad:AlertDetails", std::move(details)}}});
  }
  return {"psdyn:ProductStatusDyn",
          Elements{SchemaVersion(),
                   {"psdyn:Status",
                    Elements{{"pscat:StatusCategory", State(printer)}, {"dd:StringId", "61004"}}},
                   {"psdyn:AlertTable", std::move(alerts)}}};
}

Element ConsumableConfigDyn(const SimulatedPrinter& printer) {
  const PrinterModel& model = printer.model();
  Elements rows = {SchemaVersion(),
                   {"ccdyn:ProductConsumableInfo",
                    Elements{{"dd:NumOfUserReplaceableConsumables",
                              std::to_string(model.inks.size() + model.heads.size())}}}};
  for (std::size_t i = 0; i < model.inks.size(); ++i) {
    const InkState& ink = printer.inks()[i];
    const bool low = printer.percent_left(i) <= 15;
    rows.push_back(
        {"ccdyn:ConsumableInfo",
         Elements{
             {"dd:ConsumableTypeEnum", "inkCartridge"},
             {"dd:ConsumableLabelCode", LabelCode(model.inks[i].colorant)},
             {"dd:MarkerColor", MarkerColor(model.inks[i].colorant)},
             {"dd:ConsumableStation", std::to_string(i + 1)},
             {"dd:ConsumablePercentageLevelRemaining", std::to_string(printer.percent_left(i))},
             {"dd:Capacity", Elements{{"dd:MaxCapacity", std::to_string(model.capacity_cc)},
                                      {"dd:Unit", "milliliters"}}},
             {"dd:ProductNumber", model.inks[i].part_number},
             {"dd:SerialNumber", ink.cartridge},
             {"dd:ConsumableLifeState",
              Elements{{"dd:ConsumableState", low ? "veryLow" : "ok"},
                       {"dd:Brand", "HP"},
                       {"dd:MeasuredQuantityState", low ? "veryLow" : "ok"}}},
             {"dd:Installation", Elements{{"dd:Date", Date(ink.installed)}}},
             {"dd:Warranty", Elements{{"dd:ExpirationDate",
                                       Date(printer.manufactured() + std::chrono::days(900))}}}}});
  }
  for (std::size_t i = 0; i < model.heads.size(); ++i) {
    std::string colors;
    for (const std::size_t ink : model.heads[i].inks) {
      colors += MarkerColor(model.inks[ink].colorant);
    }
    // Level 0 that means nothing: no head has a gauge.
    rows.push_back(
        {"ccdyn:ConsumableInfo",
         Elements{{"dd:ConsumableTypeEnum", "printhead"},
                  {"dd:MarkerColor", colors},
                  {"dd:ConsumableStation", std::to_string(model.inks.size() + i + 1)},
                  {"dd:ConsumablePercentageLevelRemaining", "0"},
                  {"dd:SerialNumber", printer.heads()[i].serial},
                  {"dd:ConsumableLifeState", Elements{{"dd:ConsumableState", "ok"},
                                                      {"dd:Brand", "HP"},
                                                      {"dd:MeasuredQuantityState", "unknown"}}},
                  {"dd:Installation", Elements{{"dd:Date", Date(printer.heads()[i].installed)}}}}});
  }
  return {"ccdyn:ConsumableConfigDyn", std::move(rows)};
}

Element ProductUsageDyn(const SimulatedPrinter& printer) {
  const PrinterModel& model = printer.model();
  const auto count = [](std::string name, std::int64_t value, const char* id) {
    Element element{std::move(name), std::to_string(value)};
    element.attributes = fmt::format("PEID=\"{}\"", id);
    return element;
  };
  Elements printed = {count("dd:TotalImpressions", printer.pages(), "5082"),
                      count("dd:MonochromeImpressions", printer.mono_pages(), "5085"),
                      count("dd:ColorImpressions", printer.pages() - printer.mono_pages(), "5084")};
  Elements children = {SchemaVersion()};
  if (model.ledm.subunit) {
    children.push_back({"pudyn:PrinterSubunit", std::move(printed)});
  } else {
    children.insert(children.end(), printed.begin(), printed.end());
  }
  if (model.scanner) {
    children.push_back(
        {"pudyn:ScannerEngineSubunit", Elements{count("dd:ScanImages", printer.scans(), "5120")}});
    children.push_back({"pudyn:CopyApplicationSubunit",
                        Elements{count("dd:TotalImpressions", printer.copies(), "5131")}});
  }
  Elements consumables;
  for (std::size_t i = 0; i < model.inks.size(); ++i) {
    Elements used = {{"dd:ValueFloat", WithDecimals(printer.ledm_ink(i), model.ledm.decimals)}};
    if (model.ledm.unit != "?") used.push_back({"dd:Unit", model.ledm.unit});
    consumables.push_back(
        {"pudyn:Consumable",
         Elements{
             {"dd:ConsumableTypeEnum", "ink"},
             {"dd:MarkerColor", MarkerColor(model.inks[i].colorant)},
             {"dd:ConsumableStation", std::to_string(i + 1)},
             {"dd:ConsumableRawPercentageLevelRemaining", std::to_string(printer.percent_left(i))},
             {"dd2:CumulativeConsumableCount", std::to_string(printer.inks()[i].cartridges)},
             {"dd2:CumulativeMarkingAgentUsed", std::move(used)}}});
  }
  children.push_back({"pudyn:ConsumableSubunit", std::move(consumables)});
  return {"pudyn:ProductUsageDyn", std::move(children)};
}

Element MediaHandlingDyn(const SimulatedPrinter& printer) {
  const PrinterModel& model = printer.model();
  Elements rows = {SchemaVersion()};
  for (std::size_t i = 0; i < model.inputs.size(); ++i) {
    const auto millimetres = [](std::int64_t micro_inches) {
      return std::to_string(micro_inches * 254 / 10'000'000);
    };
    const InputState& input = printer.inputs()[i];
    rows.push_back(
        {"mhdyn:InputTray", Elements{{"dd:InputBin", model.inputs[i].name},
                                     {"dd:TrayType", model.inputs[i].roll ? "roll" : "manualFeed"},
                                     {"dd:TrayState", "engaged"},
                                     {"dd:MediaType", Papers()[input.paper].name},
                                     {"dd:Width", millimetres(model.inputs[i].width)},
                                     {"dd:Length", millimetres(input.left)}}});
  }
  return {"mhdyn:MediaHandlingDyn", std::move(rows)};
}

Element JobList(const SimulatedPrinter& printer) {
  Elements rows = {SchemaVersion()};
  ForCurrentJobs(printer, [&](const Job& job, std::uint64_t number) {
    rows.push_back(JobElement(job, number));
  });
  return {"j:JobList", std::move(rows)};
}

Element EventTable(const SimulatedPrinter& printer) {
  const AgingStamps& stamps = printer.stamps();
  return {"ev:EventTable",
          Elements{SchemaVersion(), Event("DeviceCapabilitiesChanged", stamps.capabilities, "", ""),
                   Event("PowerUpEvent", stamps.power_up, "", ""),
                   Event("AlertTableChanged", stamps.alerts, "/DevMgmt/ProductStatusDyn.xml",
                         "hpLedmProductStatusDyn"),
                   Event("ConsumableEvent", stamps.consumables, "/DevMgmt/ConsumableConfigDyn.xml",
                         "hpLedmConsumableConfigDyn"),
                   Event("JobEvent", stamps.jobs, "/Jobs/JobList", "JobList")}};
}

// What a Latex says of its heads and of the kit, whose meaning nobody has told.
Element FibonacciDyn(const SimulatedPrinter& printer) {
  Elements rows = {SchemaVersion()};
  for (std::size_t i = 0; i < printer.model().inks.size(); i += 2) {
    rows.push_back({"f:currentPenLife",
                    Elements{{"f:Pen", std::to_string(i / 2 + 1)},
                             {"f:Life", std::to_string(printer.ink_microlitres(i) / 1'000)}}});
  }
  rows.push_back({"f:maintenanceKitUsage",
                  Elements{{"f:Usage", std::to_string(printer.inks()[0].cartridges)}}});
  return {"f:FibonacciDyn", std::move(rows)};
}

WebAnswer AnswerLedm(const SimulatedPrinter& printer, const WebRequest& request) {
  const std::string_view path = request.path();
  if (path == "/DevMgmt/DiscoveryTree.xml") return Xml(printer, DiscoveryTree(printer));
  if (path == "/LFPWebServices/FibonacciDyn.xml" && printer.model().ledm.wear) {
    return Xml(printer, FibonacciDyn(printer));
  }
  for (const Resource& resource : kTree) {
    if (path == resource.uri) return Xml(printer, resource.make(printer));
  }
  for (const Interface& interface : kInterfaces) {
    if (path == interface.manifest) return Xml(printer, Manifest(interface));
    if (path == std::string(interface.folder).append(interface.resource)) {
      return Xml(printer, interface.make(printer));
    }
  }
  WebAnswer answer = NotThere();
  ForCurrentJobs(printer, [&](const Job& job, std::uint64_t number) {
    if (path == fmt::format("/Jobs/JobList/{}", number)) {
      answer = Xml(printer, JobElement(job, number));
    }
  });
  return answer;
}

}  // namespace plotmeter::simulator
