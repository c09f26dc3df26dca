#include "tests/simulator/piws_documents.h"

#include <fmt/format.h>

#include <map>

namespace plotmeter::simulator {

namespace {

constexpr std::string_view kBase = "/LFPWebServices/PI";
constexpr std::string_view kUnknownTime = "1970-01-01T00:00:00Z";

std::string Seconds(Instant instant) {
  return FormatInstant(std::chrono::floor<std::chrono::seconds>(instant));
}

Json ListOrOne(std::vector<Json> rows) {  // a single one is not a list
  if (rows.size() == 1) return std::move(rows.front());
  return rows;
}

Json Number(const SimulatedPrinter& printer, std::int64_t value) {
  return printer.model().piws.text_numbers ? Json(std::to_string(value)) : Json(value);
}

Json Measured(const SimulatedPrinter& printer, std::int64_t value, std::string_view unit) {
  return {{"Value", Number(printer, value)}, {"Unit", unit}};
}

Json Inches(std::int64_t micro_inches) {
  return {{"Value", SixDecimals(micro_inches)}, {"Unit", "in"}};
}

struct Level {
  std::int64_t percent = 0;
  bool low = false;
};

Level LevelOf(const SimulatedPrinter& printer, std::size_t ink) {
  const std::int64_t percent = printer.percent_left(ink);
  return {percent, percent <= 15};
}

Json SupplyInfo(const SimulatedPrinter& printer, std::size_t i) {
  const PrinterModel& model = printer.model();
  const InkState& ink = printer.inks()[i];
  const Level level = LevelOf(printer, i);
  Json flags = level.low ? Json::array({"LowLevel", "VeryLow"}) : Json("Unknown");
  return {
      {"Level",
       Measured(printer, ink.left / 1'000'000 * 97 / 100, "cc")},  // lower than the gauge says
      {"Capacity", Measured(printer, model.capacity_cc, "cc")},
      {"LevelPercentage", model.piws.text_numbers ? Json(fmt::format("{}.000000", level.percent))
                                                  : Json(static_cast<double>(level.percent))},
      {"OrderNumber", model.order_number},
      {"PartNumber", model.inks[i].part_number},
      {"SerialNumber", ink.cartridge},
      {"BatchID", nullptr},
      {"Brand", "HP"},
      {"InstallDate", Seconds(ink.installed)},
      {"ExpirationDate", kUnknownTime},
      {"ManufacturerDate", Seconds(printer.manufactured())},
      {"EndOfWarrantyDate", Seconds(printer.manufactured() + std::chrono::days(900))},
      {"InWarranty", false},
      {"WarrantyStatus", "SeeWarrantyNotes"},
      {"State", level.low ? "Warning" : "Ok"},
      {"Status", {{"StatusFlag", flags}}},
      {"DetailedStatus", {{"StatusFlag", "Unknown"}}},
      {"StatusCode", level.low ? "0x00000201" : "0x00000000"},
      {"SupplyType", "Supply"},
      {"UserReportedStatus", level.low ? "VeryLow" : "Ok"},
      {"UserReportedSeverity", level.low ? "Warning" : "None"},
      {"ext", Json::array({nullptr, nullptr, nullptr})}};
}

Json Slot(const SimulatedPrinter& printer, std::size_t i, std::string_view type) {
  const InkModel& ink = printer.model().inks[i];
  const Json used = Measured(printer, printer.ink_cc(i), "cc");
  return {{"SlotId", i},
          {"SlotGroupId", i},
          {"SlotTubeId", i},
          {"Color", ink.colorant},
          {"InkAgentType", ink.agent},
          {"SupplyType", type},
          {"isPresent", true},
          {"SupportedOrderNumbersCollection", {{"OrderNumber", printer.model().order_number}}},
          {"SlotInfo",
           {{"InkSlotCumulativeInfo",
             {{"InkUsed", used},
              {"HPInkUsed", used},
              {"NumberOfInsertions", printer.inks()[i].insertions}}},
            {"InkSupplyInfo", SupplyInfo(printer, i)}}}};
}

Json Named(std::string name, Json content) {
  Json document = Json::object();
  document[std::move(name)] = std::move(content);
  return document;
}

WebAnswer JsonAnswer(std::string name, Json content) {
  return {.type = "application/json", .body = Named(std::move(name), std::move(content)).dump(2)};
}

WebAnswer XmlAnswer(const Element& root) { return {.type = "text/xml", .body = ToXml(root)}; }

WebAnswer AnswerQueue(const SimulatedPrinter& printer, std::string_view path,
                      const WebRequest& request) {
  const bool json =
      request.accept.find("application/json") != std::string::npos && request.formats != "xml";
  const std::string queue = fmt::format("{}/JQ/JobQueue/{}", kBase, printer.queue_id());
  if (path == "/JQ/JobQueueCollection") {
    Json queues = Json::array({{{"Type", "print"}, {"URI", queue}}});
    // Two queues are a list, one is not; the second is not for printing.
    if (!printer.model().piws.xml_jobs) {
      queues.push_back(
          {{"Type", "scan"}, {"URI", queue.substr(0, queue.size() - 12) + "5ca75ca75ca7"}});
    }
    Json collection = {{"Queue", queues.size() == 1 ? queues[0] : queues}};
    if (json) return JsonAnswer("JobQueueCollection", std::move(collection));
    return XmlAnswer(FromJson("JobQueueCollection", collection));
  }
  const std::string_view rest = path.substr(std::string_view("/JQ/JobQueue/").size());
  const std::string_view id = rest.substr(0, rest.find('/'));
  if (id != printer.queue_id()) return NotThere("Unkownw QueueID");
  if (rest.substr(id.size()) != "/jobs/all") return NotThere();
  const Element snapshot = JobQueueSnapshot(printer);
  const bool xml_only = printer.model().piws.xml_jobs && request.formats != "json";
  if (xml_only || !json) return XmlAnswer(snapshot);
  return JsonAnswer(snapshot.name, ToJson(snapshot));
}

}  // namespace

Json Identification(const SimulatedPrinter& printer) {
  const PrinterModel& model = printer.model();
  if (!model.piws.fields) {
    // A blank behind the serial number, as older firmware writes it.
    return {{"ProductName", model.name},
            {"ProductNumber", model.product},
            {"SerialNumber", printer.serial() + " "},
            {"FirmwareVersion", model.firmware}};
  }
  std::int64_t width = 0;
  for (const InputModel& input : model.inputs) width = std::max(width, input.width);
  return {{"Fields",
           {{"ModelName", model.name},
            {"ModelNumber", model.number},
            {"PartNumber", model.product},
            {"Manufacturer", "HP"},
            {"SerialNumber", printer.serial()},
            {"PrinterName", model.host_text},
            {"DeviceRegion", "region-emea"},
            {"PrinterWidth", Inches(width)},
            {"FwReleaseName", model.firmware},
            {"FwReleaseDate", model.firmware_date},
            {"InterfaceVersion", "1.1.0"},
            {"OSVersion", "SIM1_01_01_01"},
            {"BIOSVersion", "SIM0001"},
            {"UUID", printer.uuid()},
            {"ServiceID", "30030"}}}};
}

Json InkSystem(const SimulatedPrinter& printer) {
  const PrinterModel& model = printer.model();
  Json groups = Json::array();
  for (std::size_t i = 0; i < model.inks.size(); ++i) {
    std::vector<Json> slots = {Slot(printer, i, "Supply")};
    if (model.piws.reservoir) slots.push_back(Slot(printer, i, "Reservoir"));
    const Level level = LevelOf(printer, i);
    const Json used = Measured(printer, printer.ink_cc(i), "cc");
    groups.push_back(
        {{"Color", model.inks[i].colorant},
         {"InkAgentType", model.inks[i].agent},
         {"SlotGroupId", i},
         {"InkSlotCollection", {{"InkSlot", ListOrOne(std::move(slots))}}},
         {"InkSlotGroupInfo",
          {{"InkUsed", used},
           {"HPInkUsed", used},
           {"InkSupplyGroupInfo",
            {{"Capacity", Measured(printer, model.capacity_cc, "cc")},
             {"Level", Measured(printer, level.percent * model.capacity_cc / 100, "cc")},
             {"LevelPercentage", static_cast<double>(level.percent)},
             {"State", level.low ? "Warning" : "Ok"},
             {"Status", {{"StatusFlag", level.low ? "LowLevel" : "Unknown"}}},
             {"UserReportedSeverity", level.low ? "Warning" : "None"},
             {"UserReportedStatus", level.low ? "GroupLow" : "Ok"}}}}}});
  }
  if (!model.piws.group_collection) return {{"InkSlotGroup", std::move(groups)}};
  return {{"InkSlotGroupCollection", {{"InkSlotGroup", std::move(groups)}}}};
}

Json DeviceStatus(const SimulatedPrinter& printer) {
  const bool printing = printer.printing() != nullptr;
  const bool warned = ActiveAlerts(printer).at("List").at("Alert") != Json::array();
  const Json activity = {{"Name", printing ? "Printing" : "NoActivity"},
                         {"Type", printing ? "Print" : "System"},
                         {"RemainingTime", Number(printer, -1)}};
  const char* const status = warned ? "WithAlerts" : "Ready";
  return {{"ActivitiesOverview",
           {{"CurrentActivities", {{"Activity", activity}}}, {"MostRelevantActivity", activity}}},
          {"ReadyToExecuteActivities",
           {{"ActivityName", {"NoActivity", "Processing", "Printing", "DeviceMaintenance"}}}},
          {"StatusOverview",
           {{"MostRelevantStatus", status},
            {"StatusList", {{"StatusType", status}}},
            {"StatusSeverity", warned ? "Warning" : "None"}}}};
}

Json MediaSystem(const SimulatedPrinter& printer) {
  const PrinterModel& model = printer.model();
  std::vector<Json> drawers;
  std::vector<Json> rolls;
  for (std::size_t i = 0; i < model.inputs.size(); ++i) {
    const InputModel& input = model.inputs[i];
    const InputState& state = printer.inputs()[i];
    Json device = {{"IdForPrinting", input.piws_id},
                   {"IdForUI", input.name},
                   {"LoadedMediaCollection",
                    {{"LoadedMedia",
                      {{"MediaTypeID", Papers()[state.paper].id},
                       {"Width", Inches(input.width)},
                       {"RemainingLength", Inches(state.left)}}}}}};
    if (model.piws.one_drawer) {
      rolls.push_back(std::move(device));
      continue;
    }
    drawers.push_back(
        {{"DrawerId", i},
         {"InputDeviceCollection", Named(input.roll ? "Roll" : "Sheet", std::move(device))}});
  }
  if (!rolls.empty()) {
    drawers.push_back(
        {{"DrawerId", 0}, {"InputDeviceCollection", Named("Roll", ListOrOne(rolls))}});
  }
  return {{"DrawerCollection", {{"Drawer", ListOrOne(std::move(drawers))}}}};
}

Json ActiveAlerts(const SimulatedPrinter& printer) {
  std::vector<Json> rows;
  for (const ActiveAlert& alert : printer.alerts()) {
    if (alert.full_name.empty()) continue;
    rows.push_back({{"FullName", alert.full_name},
                    {"Name", alert.full_name.substr(alert.full_name.rfind('/') + 1)},
                    {"Area", alert.area},
                    {"Severity", "Warning"}});
  }
  return {{"List", {{"Alert", ListOrOne(std::move(rows))}}}};
}

Json PaperList() {
  Json papers = Json::array();
  for (const Paper& paper : Papers()) {
    papers.push_back(
        {{"Id", paper.id},
         {"CategoryId", paper.category},
         {"DonorId", paper.factory ? Json() : Json("1017")},
         {"IsFactory", paper.factory},
         {"Localizations", Json::array({{{"ISOCode", "en"}, {"Value", paper.name}}})}});
  }
  return {{"Paper", std::move(papers)}};
}

Json Discovery(const SimulatedPrinter& printer) {
  const auto up = std::chrono::floor<std::chrono::seconds>(printer.now() - printer.booted());
  const std::int64_t s = up.count();
  return {{"SystemTimeInfo",
           {{"Uptime",
             fmt::format("P0Y0M{}DT{}H{}M{}S", s / 86400, s / 3600 % 24, s / 60 % 60, s % 60)},
            {"Date", Seconds(printer.now())}}}};
}

WebAnswer AnswerPiws(const SimulatedPrinter& printer, const WebRequest& request) {
  struct Document {
    Json (*make)(const SimulatedPrinter&) = nullptr;
    bool as_xml = true;  // else it is known in JSON only, and printers of one format have it so
  };
  const auto papers = [](const SimulatedPrinter&) { return PaperList(); };
  static const std::map<std::string_view, Document> kDocuments = {
      {"/Identification", {Identification}},
      {"/Discovery", {Discovery, false}},
      {"/InkSystem", {InkSystem}},
      {"/DeviceStatus", {DeviceStatus}},
      {"/MediaSystem", {MediaSystem}},
      {"/PrintheadsStatus", {PrintheadsStatus}},
      {"/PrinterMaintenance", {PrinterMaintenance}},
      {"/DeviceCounters", {DeviceCounters, false}},
      {"/Usage", {DeviceCounters, false}},
      {"/Counters", {DeviceCounters, false}},
      {"/Paper/List", {papers}},
      {"/PaperListStatus", {papers}}};
  const PiwsModel& model = printer.model().piws;
  const std::string_view path = request.path();
  if (!path.starts_with(kBase)) return NotThere();
  const std::string_view below = path.substr(kBase.size());
  if (below == "/Alerts.json/ActiveAlerts" || below == "/Alerts.json") {
    Json alerts = ActiveAlerts(printer);
    const bool none = alerts.at("List").at("Alert") == Json::array();
    if (none && model.silent_alerts) return NotThere();
    return JsonAnswer("ActiveAlerts", none ? Json{{"List", nullptr}} : std::move(alerts));
  }
  if (below == "/JQ/JobQueueCollection" || below.starts_with("/JQ/JobQueue/")) {
    return AnswerQueue(printer, below, request);
  }
  const bool json = below.ends_with(".json");
  const bool xml = below.ends_with(".xml");
  const std::string_view name = below.substr(0, below.size() - (json ? 5 : xml ? 4 : 0));
  const bool bare = name == "/DeviceCounters" || name == "/Paper/List";  // these have no suffix
  const auto found = kDocuments.find(name);
  if (found == kDocuments.end() || bare == (json || xml)) return NotThere();
  const auto& [make, as_xml] = found->second;
  if (!model.upkeep && (make == PrintheadsStatus || make == PrinterMaintenance)) return NotThere();
  if (!model.counters && make == DeviceCounters) return NotThere();
  if (xml && (!as_xml || request.formats == "json")) return NotThere();
  if (json && as_xml && request.formats == "xml") return NotThere();
  const std::string root(name == "/Paper/List" ? "PaperList" : name.substr(1));
  if (xml || (as_xml && request.formats == "xml")) return XmlAnswer(FromJson(root, make(printer)));
  return JsonAnswer(root, make(printer));
}

}  // namespace plotmeter::simulator
