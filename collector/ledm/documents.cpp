#include "collector/ledm/documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "collector/channel/maker.h"
#include "collector/channel/serial.h"
#include "collector/ledm/said.h"

namespace plotmeter {
namespace {

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

// A printer without a clock says a day on which there were no such printers.
std::optional<std::string> DateIn(const Node& node, std::string_view child) {
  const auto date = node.Text(child);
  if (!date || date->size() < 10 || date->substr(0, 4) < "2000") return std::nullopt;
  return date;
}

bool IsPrinthead(const Node& consumable) {
  return Lower(consumable.Text("ConsumableTypeEnum").value_or("")).find("printhead") !=
         std::string::npos;
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
                .installed = DateIn(info["Installation"], "Date"),
                .warranty_until = DateIn(info["Warranty"], "ExpirationDate")};
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
  if (const auto brand = life.Text("Brand"); brand && Lower(*brand) != "unknown") {
    into.traits.push_back({.trait = "brand", .part = key, .value = *brand});
  }
  return supply;
}

}  // namespace

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
  identity.manufacturer = MakerInModel(identity.model);
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

bool ReadWear(const Node& document, Answers& into) {
  if (!document.Has("FibonacciDyn")) return false;
  std::map<std::string, int> taken;
  const auto add = [&](const Node& node, const char* child, std::string_view word,
                       const std::string& kind, std::string key) {
    const auto said = AmountOrRemark(node, child, "?", "FibonacciDyn " + key, into);
    if (!said) return;
    if (const int before = taken[key]++; before > 0) key += fmt::format("-{}", before + 1);
    into.supplies.push_back({.supply = key,
                             .kind = kind,
                             .remark = fmt::format("{} {}{}", word, said->value.text(),
                                                   said->unit == "?" ? "" : " " + said->unit)});
  };
  const auto read = [&](const auto& self, const Node& node, int depth) -> void {
    for (const Node& child : node.children) {
      const std::string name = Lower(child.name);
      if (name == "currentpenlife") {
        add(child, "Life", "life", "printhead", "pen-" + Hyphened(child.Text("Pen").value_or("?")));
      } else if (name == "maintenancekitusage") {
        add(child, "Usage", "usage", "maintenance-kit", "maintenance-kit");
      } else if (depth > 0) {
        self(self, child, depth - 1);
      }
    }
  };
  read(read, document["FibonacciDyn"], 2);
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
    LoadedMedia media{
        .input = *input, .kind = HyphenedText(*tray, "TrayType"), .name = tray->Text("MediaType")};
    const std::string unit = tray->Text("Unit").value_or("?");
    const std::string what = "MediaHandlingDyn " + *input;
    media.width = AmountOrRemark(*tray, "Width", unit, what, into);
    if (!media.width) media.width = AmountOrRemark(*tray, "MediaWidth", unit, what, into);
    media.length = AmountOrRemark(*tray, "Length", unit, what, into);
    if (!media.length) media.length = AmountOrRemark(*tray, "MediaLength", unit, what, into);
    // Of a roll it is not said whether that is left, or was at the beginning.
    if (media.kind && media.kind->find("roll") != std::string::npos) media.length.reset();
    for (auto* said : {&media.width, &media.length}) {
      if (*said && (*said)->value.digits() == 0) said->reset();
    }
    into.media.push_back(std::move(media));
  }
  return true;
}

}  // namespace plotmeter
