#include "collector/piws/wear.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "collector/piws/said.h"

namespace plotmeter {
namespace {

struct Section {
  std::string_view name;
  std::string_view kind;
  bool collects;  // it is filled, not used up
};
constexpr Section kSections[] = {
    {"MaintenanceCartridges", "maintenance-cartridge", false},
    {"WasteCollectors", "waste-collector", true},
    {"CondensateCollectors", "condensate-collector", true},
    {"LiquidTanks", "liquid-tank", false},
    {"PreventiveMaintenanceKits", "maintenance-kit", false},
};

constexpr TraitElement kOfHead[] = {{"ExpiredInkUsed", "expired-ink-used"},
                                    {"NominalLife", "nominal-life"},
                                    {"UsageTime", "usage-time"},
                                    {"ManufacturerDate", "manufactured"}};

constexpr std::string_view kIds[] = {"PMKId", "SlotId", "Id", "ID", "Name"};
constexpr std::string_view kTellings[] = {
    "PercentageConsumed", "Level", "LevelPercentage", "State", "SerialNumber", "Description"};

// Letters and digits in lower case, the rest as hyphens: fit for a name.
std::string Word(const std::string& text) {
  std::string word = Lower(text);
  for (char& c : word) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) c = '-';
  }
  return word.substr(0, 32);
}

std::optional<std::string> FirstText(const Node& node, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    if (auto text = node.Text(name)) return text;
  }
  return std::nullopt;
}

// "|Printhead cleaning kit|" without its bars.
std::optional<std::string> Description(const Node& entry) {
  auto text = entry.Text("Description");
  if (!text) return entry.Text("OrderNumber");
  std::erase(*text, '|');
  *text = CleanText(*text);
  return text->empty() ? std::nullopt : text;
}

// Where the parts are: in the section itself, or in elements below it, whatever they are called.
void CollectEntries(const Node& node, int depth, std::vector<const Node*>& into) {
  const bool is_entry =
      std::ranges::any_of(kTellings, [&](std::string_view name) { return node.Has(name); });
  if (is_entry) {
    into.push_back(&node);
  } else if (depth > 0) {
    for (const Node& child : node.children) CollectEntries(child, depth - 1, into);
  }
}

// 100 less what is consumed, to the same decimals; empty beyond 100.
std::optional<Decimal> Left(const Decimal& consumed) {
  if (consumed.decimals() > 6) return std::nullopt;
  std::int64_t whole = 100;
  for (int i = 0; i < consumed.decimals(); ++i) whole *= 10;
  if (consumed.digits() > whole) return std::nullopt;
  std::string text = fmt::format("{:0{}}", whole - consumed.digits(), consumed.decimals() + 1);
  if (consumed.decimals() > 0) {
    text.insert(text.size() - static_cast<std::size_t>(consumed.decimals()), ".");
  }
  return Decimal::Parse(text);
}

void ReadLevel(const Node& entry, const Section& section, const std::string& what, Supply& supply,
               Answers& into) {
  const auto level = AmountOrRemark(entry, "Level", what, into);
  const auto percent = AmountOrRemark(entry, "LevelPercentage", what, into);
  if (section.collects) {
    const auto& said = percent ? percent : level;
    if (said) supply.remark = fmt::format("level {} {}", said->value.text(), said->unit);
    return;
  }
  supply.level = level;
  supply.capacity = AmountOrRemark(entry, "Capacity", what, into);
  if (supply.capacity && supply.capacity->value.is_zero()) supply.capacity.reset();
  if (percent) supply.percent = percent->value;
  const auto consumed = AmountOrRemark(entry, "PercentageConsumed", what, into);
  if (!consumed) return;
  supply.remark = consumed->value.text() + " percent consumed";
  supply.percent = Left(consumed->value);
}

}  // namespace

bool ReadPrintheads(const Node& document, Answers& into) {
  if (!document.Has("PrintheadsStatus")) return false;
  const Node& root = document["PrintheadsStatus"];
  const Node& collection = root["PrintheadSlotCollection"];
  const auto slots = (collection.empty() ? root : collection).All("PrintheadSlot");
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Node& info = (*slots[i])["PrintheadInfo"];
    if (info.empty()) continue;
    const std::string slot = slots[i]->Text("SlotId").value_or(fmt::format("{}", i));
    Supply head{.supply = "printhead-" + slot, .kind = "printhead"};
    const std::string what = "PrintheadsStatus " + head.supply;
    const auto colors = (*slots[i])["ColorCollection"].All("Color");
    head.description = info.Text("OrderNumber");
    if (colors.size() == 1 && !colors[0]->text.empty()) {
      head.colorant = Lower(colors[0]->text);
    } else if (const std::string names = Lower(Joined(colors)); !names.empty()) {
      head.description = (head.description ? *head.description + ", " : "") + names;
    }
    head.state = info.Text("State");
    head.level = AmountOrRemark(info, "HealthGaugeLevel", what, into);
    std::string remark = Joined(info["DetailedStatus"].All("PHStatusFlag"));
    if (const auto health = info.Text("HealthGaugeStatus")) {
      remark += (remark.empty() ? "" : ",") + *health;
    }
    if (!remark.empty()) head.remark = remark;
    head.part_number = info.Text("PartNumber");
    head.serial = info.Text("SerialNumber");
    if (info.Time("InstallDate")) head.installed = info.Text("InstallDate");
    SayWarranty(info, "WarrantyExpirationDate", head);
    SayTraits(info, kOfHead, head.supply, into.traits);
    if (const auto used = AmountOrRemark(info, "InkConsumption", what, into)) {
      into.meters.push_back(
          {.meter = "x-printhead-ink-" + Word(head.serial.value_or(slot)),
           .value = *used,
           .source = fmt::format("PrintheadsStatus/PrintheadSlot[{}]/InkConsumption", slot)});
    }
    into.supplies.push_back(std::move(head));
  }
  return true;
}

bool ReadMaintenance(const Node& document, Answers& into) {
  if (!document.Has("PrinterMaintenance")) return false;
  for (const Section& section : kSections) {
    std::vector<const Node*> entries;
    for (const Node* node : document["PrinterMaintenance"].All(section.name)) {
      CollectEntries(*node, 2, entries);
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Node& entry = *entries[i];
      const std::string id = FirstText(entry, kIds).value_or(fmt::format("{}", i));
      Supply supply{.supply = fmt::format("{}-{}", section.kind, id),
                    .kind = std::string(section.kind),
                    .description = Description(entry)};
      ReadLevel(entry, section, "PrinterMaintenance " + supply.supply, supply, into);
      supply.state = entry.Text("State");
      supply.part_number = entry.Text("PartNumber");
      supply.serial = entry.Text("SerialNumber");
      if (entry.Time("InstallDate")) supply.installed = entry.Text("InstallDate");
      SayWarranty(entry, "WarrantyExpirationDate", supply);
      into.supplies.push_back(std::move(supply));
    }
  }
  return true;
}

}  // namespace plotmeter
