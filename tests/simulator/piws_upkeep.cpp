// Printheads, maintenance and counters over PIWS.

#include <fmt/format.h>

#include "tests/simulator/piws_documents.h"

namespace plotmeter::simulator {

namespace {

Json Cc(const SimulatedPrinter& printer, std::int64_t nanolitres) {
  const std::string text = SixDecimals(nanolitres);  // a nanolitre is a millionth of a cc
  return {{"Value", printer.model().piws.text_numbers ? Json(text) : Json(nanolitres / 1'000'000)},
          {"Unit", "cc"}};
}

std::string Seconds(Instant instant) {
  return FormatInstant(std::chrono::floor<std::chrono::seconds>(instant));
}

std::string Hours(std::chrono::milliseconds time) {
  return fmt::format("P0Y0M0DT{}H0M0S", std::chrono::floor<std::chrono::hours>(time).count());
}

Json ListOrOne(Json rows) {
  if (rows.size() == 1) return std::move(rows[0]);
  return rows;
}

}  // namespace

Json PrintheadsStatus(const SimulatedPrinter& printer) {
  const PrinterModel& model = printer.model();
  Json slots = Json::array();
  for (std::size_t i = 0; i < printer.heads().size(); ++i) {
    const HeadState& head = printer.heads()[i];
    Json colors = Json::array();
    for (const std::size_t ink : model.heads[i].inks) colors.push_back(model.inks[ink].colorant);
    const std::int64_t worn = head.ink / 20'000'000;  // percent of the 2000 cc it is made for
    slots.push_back(
        {{"SlotId", i},
         {"ColorCollection", {{"Color", ListOrOne(std::move(colors))}}},
         {"PrintheadInfo",
          {{"State", "Ok"},
           {"DetailedStatus", {{"PHStatusFlag", "Unknown"}}},
           {"HealthGaugeLevel", 100 - worn},
           {"HealthGaugeStatus", worn > 90 ? "Poor" : "Good"},
           {"InkConsumption", Cc(printer, head.ink)},
           {"ExpiredInkUsed", false},
           {"NominalLife", Cc(printer, 2'000'000'000)},
           {"UsageTime", Hours(printer.now() - head.installed)},
           {"OrderNumber", model.order_number},
           {"PartNumber", "P2V27A"},
           {"SerialNumber", head.serial},
           {"InstallDate", Seconds(head.installed)},
           {"WarrantyStatus", "InWarranty"},
           {"WarrantyExpirationDate", Seconds(head.installed + std::chrono::days(365))}}}});
  }
  if (!model.piws.group_collection) return {{"PrintheadSlot", std::move(slots)}};
  return {{"PrintheadSlotCollection", {{"PrintheadSlot", std::move(slots)}}}};
}

Json PrinterMaintenance(const SimulatedPrinter& printer) {
  const std::int64_t metres = printer.length() * 254 / 10'000'000'000;
  const auto share = [&](std::int64_t life) { return metres % life * 100 / life; };
  return {{"MaintenanceCartridges",
           {{"MaintenanceCartridge",
             {{"Id", 0}, {"State", "Ok"}, {"LevelPercentage", 100 - share(9000)}}}}},
          {"WasteCollectors",
           {{"WasteCollector", {{"Id", 0}, {"State", "Ok"}, {"LevelPercentage", share(4000)}}}}},
          {"CondensateCollectors", nullptr},
          {"LiquidTanks", nullptr},
          {"PreventiveMaintenanceKits",
           {{"PreventiveMaintenanceKit", Json::array({{{"PMKId", "PMK1"},
                                                       {"Description", "|Service kit 1|"},
                                                       {"PercentageConsumed", share(20'000)}},
                                                      {{"PMKId", "PMK2"},
                                                       {"Description", "|Service kit 2|"},
                                                       {"PercentageConsumed", share(50'000)}}})}}}};
}

Json DeviceCounters(const SimulatedPrinter& printer) {
  return {{"Notice", "simulated; no real printer's counters were ever published"},
          {"CounterCollection",
           {{"Counter",
             Json::array({{{"Name", "SimulatedMediaLength"},
                           {"Value", SixDecimals(printer.length())},
                           {"Unit", "in"}},
                          {{"Name", "SimulatedPages"}, {"Value", printer.pages()}},
                          {{"Name", "SimulatedStarts"}, {"Value", printer.boards() + 40}}})}}}};
}

}  // namespace plotmeter::simulator
