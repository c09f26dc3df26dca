#include "collector/piws/documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "collector/channel/maker.h"
#include "collector/channel/serial.h"
#include "collector/piws/said.h"

namespace plotmeter {
namespace {

constexpr TraitElement kOfPrinter[] = {{"ModelNumber", "model-number"},
                                       {"DeviceRegion", "region"},
                                       {"PrinterWidth", "width"},
                                       {"FwReleaseDate", "firmware-date"},
                                       {"InterfaceVersion", "interface-version"},
                                       {"OSVersion", "os-version"},
                                       {"BIOSVersion", "bios-version"}};
constexpr TraitElement kOfCartridge[] = {{"BatchID", "batch"},
                                         {"Brand", "brand"},
                                         {"ManufacturerDate", "manufactured"},
                                         {"StatusCode", "status-code"},
                                         {"UserReportedStatus", "reported-status"},
                                         {"UserReportedSeverity", "reported-severity"}};
constexpr TraitElement kOfSlot[] = {{"NumberOfInsertions", "insertions"}};
constexpr TraitElement kOfState[] = {{"MostRelevantStatus", "status"},
                                     {"StatusSeverity", "status-severity"}};
constexpr TraitElement kOfStates[] = {{"StatusType", "status-list"}};
constexpr TraitElement kOfActivity[] = {{"RemainingTime", "remaining-time"}};
constexpr TraitElement kOfActivities[] = {{"Activity", "activities"}};
constexpr TraitElement kOfAbilities[] = {{"Activity", "ready-for"}};

const Node& FieldsOf(const Node& identification) {
  const Node& root = identification["Identification"];
  return root.Has("Fields") ? root["Fields"] : root;
}

std::string SlotName(const Node& slot) {
  return slot.Text("SlotId").value_or(Lower(slot.Text("Color").value_or("?")));
}

bool IsReservoir(const Node& slot) {
  return slot.Text("SupplyType") == "Reservoir" ||
         slot["SlotInfo"]["InkSupplyInfo"].Text("SupplyType") == "Reservoir";
}

Supply SupplyOf(const Node& slot, const Node& group, const std::string& colorant, Answers& into) {
  const Node& info = slot["SlotInfo"]["InkSupplyInfo"];
  Supply supply{.supply = "slot-" + SlotName(slot)};
  if (const auto agent = group.Text("InkAgentType")) supply.kind = Lower(*agent);
  if (!colorant.empty()) supply.colorant = colorant;
  supply.description = info.Text("OrderNumber");
  if (slot.Flag("isPresent") == false) {  // what is said of a cartridge is of one that has gone
    supply.remark = "not-present";
    return supply;
  }
  const std::string what = fmt::format("InkSystem {}", supply.supply);
  supply.level = AmountOrRemark(info, "Level", what, into);
  supply.capacity = AmountOrRemark(info, "Capacity", what, into);
  if (supply.capacity && supply.capacity->value.is_zero()) supply.capacity.reset();
  if (const auto percent = AmountOrRemark(info, "LevelPercentage", what, into)) {
    supply.percent = percent->value;
  }
  supply.state = info.Text("State");
  // Raw: "LowLevel" stood beside State Ok at 89 %, so a flag is told but decides nothing.
  const std::string flags = Joined(info["Status"].All("StatusFlag"));
  if (!flags.empty()) supply.remark = flags;
  supply.part_number = info.Text("PartNumber");
  supply.serial = info.Text("SerialNumber");
  if (info.Time("InstallDate")) supply.installed = info.Text("InstallDate");
  if (info.Time("ExpirationDate")) supply.expires = info.Text("ExpirationDate");
  SayWarranty(info, "EndOfWarrantyDate", supply);
  SayTraits(info, kOfCartridge, supply.supply, into.traits);
  SayTraits(slot["SlotInfo"]["InkSlotCumulativeInfo"], kOfSlot, supply.supply, into.traits);
  return supply;
}

std::vector<const Node*> Slots(const Node& group) {
  const Node& collection = group["InkSlotCollection"];
  return (collection.empty() ? group : collection).All("InkSlot");
}

std::vector<const Node*> SupplySlots(const Node& group) {
  std::vector<const Node*> slots = Slots(group);
  std::erase_if(slots, [](const Node* slot) { return IsReservoir(*slot); });
  return slots;
}

// Of one unit, whatever their decimals.
bool IsLess(const Quantity& a, const Quantity& b) {
  const int decimals = std::max(a.value.decimals(), b.value.decimals());
  const auto left = DigitsAt(a.value, decimals);
  const auto right = DigitsAt(b.value, decimals);
  return a.unit == b.unit && left && right && *left < *right;
}

// Whether a slot says what its group says, which may name no unit.
bool SaysAsMuch(const Quantity& slot, Quantity group) {
  if (group.unit == "?") group.unit = slot.unit;
  return slot.unit == group.unit && !IsLess(slot, group) && !IsLess(group, slot);
}

std::optional<Quantity> InkUsed(const Node& info) {
  auto used = info.Amount("InkUsed");
  return used && used->value.digits() >= 0 ? used : std::nullopt;
}

// The meters of one document. What is billed is told apart by colorant alone, not by source, so one
// colorant is one count: the group's, as long as it tells one.
class InkMeters {
 public:
  explicit InkMeters(Answers& into) : into_(into) {}

  void Add(const Node& group, const std::vector<const Node*>& slots, const std::string& colorant) {
    const Node& info = group["InkSlotGroupInfo"];
    const auto of_group = InkUsed(info);
    if (slots.size() == 1) {
      const auto of_slot = InkUsed(InfoOf(*slots[0]));
      if (!of_group || (of_slot && SaysAsMuch(*of_slot, *of_group))) {
        return TellSlot(*slots[0], "ink.used", colorant);
      }
    }
    const auto tells = [](const Node* slot) { return InkUsed(InfoOf(*slot)).has_value(); };
    if (!of_group && std::ranges::any_of(slots, tells)) {
      // Nobody here adds up; and once the group tells its count, theirs would be billed beside it.
      for (const Node* slot : slots) {
        TellSlot(*slot, "x-slot-ink", colorant + "-slot-" + SlotName(*slot));
      }
      return;
    }
    Tell(info, "ink.used", colorant,
         fmt::format("InkSystem/InkSlotGroup[{}]", group.Text("SlotGroupId").value_or("?")),
         UnitOf(slots));
  }

 private:
  // In which all slots count that say so; "?" where none does, or they differ.
  static std::string UnitOf(const std::vector<const Node*>& slots) {
    std::set<std::string> units;
    for (const Node* slot : slots) {
      if (const auto used = InkUsed(InfoOf(*slot))) units.insert(used->unit);
    }
    return units.size() == 1 ? *units.begin() : "?";
  }

  static const Node& InfoOf(const Node& slot) { return slot["SlotInfo"]["InkSlotCumulativeInfo"]; }

  void TellSlot(const Node& slot, const char* meter, const std::string& colorant) {
    Tell(InfoOf(slot), meter, colorant, fmt::format("InkSystem/InkSlot[{}]", SlotName(slot)));
  }

  // `unit` is what it counts in where it does not say so itself: it is a part of the meter's name.
  void Tell(const Node& from, const char* meter, const std::string& colorant,
            const std::string& source, const std::string& unit = "?") {
    const std::string what = "InkSystem " + colorant;
    if (!taken_.insert(colorant).second) {
      into_.remarks.push_back(what + " comes twice");
      return;
    }
    if (from["InkUsed"].empty()) {
      into_.remarks.push_back(what + ": no InkUsed");
      return;
    }
    auto used = AmountOrRemark(from, "InkUsed", what, into_);
    if (!used) return;
    if (used->unit == "?") used->unit = unit;
    into_.meters.push_back(
        {.meter = meter, .colorant = colorant, .value = *used, .source = source + "/InkUsed"});
    const auto of_hp = AmountOrRemark(from, "HPInkUsed", what, into_);
    if (!of_hp || !IsLess(*of_hp, *used)) return;
    into_.events.push_back(
        {.kind = "foreign-ink",
         .key = colorant,
         .text = fmt::format("of {} {} of {} used in all, {} {} are of HP", used->value.text(),
                             used->unit, colorant, of_hp->value.text(), of_hp->unit)});
  }

  Answers& into_;
  std::set<std::string> taken_;
};

Severity SeverityOf(const std::string& word) {
  if (word == "Warning") return Severity::kWarning;
  if (word == "Error" || word == "Critical" || word == "Fatal") return Severity::kCritical;
  if (word == "Information" || word == "Info" || word == "Informational")
    return Severity::kInformation;
  return Severity::kUnknown;
}

std::optional<std::string> EnglishName(const Node& paper) {
  std::vector<const Node*> names;
  for (const Node* list : paper.All("Localizations")) {
    if (list->Has("Value")) names.push_back(list);  // JSON: a list of names
    for (const Node& inner : list->children) {  // XML: a list's elements have a name of their own
      if (inner.Has("Value")) names.push_back(&inner);
    }
  }
  for (const Node* name : names) {
    if (name->Text("ISOCode").value_or("").starts_with("en")) return name->Text("Value");
  }
  return names.empty() ? paper.Text("Name") : names.front()->Text("Value");
}

constexpr std::size_t kMaxPapers = 2'000;  // remembered for each printer; there are some fifty

void CollectPapers(const Node& node, PaperNames& into) {
  if (into.size() >= kMaxPapers) return;
  if (const auto id = node.Text("Id")) {
    if (const auto name = EnglishName(node)) into.emplace(*id, *name);
  }
  for (const Node& child : node.children) CollectPapers(child, into);
}

}  // namespace

std::optional<PrinterIdentity> ReadIdentification(const Node& document) {
  const Node& fields = FieldsOf(document);
  const auto either = [&](std::string_view first, std::string_view second) {
    return fields.Text(first).value_or(fields.Text(second).value_or(""));
  };
  PrinterIdentity identity{.manufacturer = UsualMaker(fields.Text("Manufacturer").value_or("")),
                           .serial = UsableSerial(fields.Text("SerialNumber").value_or("")),
                           .product = either("PartNumber", "ProductNumber"),
                           .model = either("ModelName", "ProductName"),
                           .firmware = either("FwReleaseName", "FirmwareVersion")};
  if (identity.serial.empty() && identity.product.empty() && identity.model.empty()) {
    return std::nullopt;
  }
  if (identity.manufacturer.empty()) identity.manufacturer = MakerInModel(identity.model);
  return identity;
}

void ReadTraits(const Node& document, Answers& into) {
  SayTraits(FieldsOf(document), kOfPrinter, {}, into.traits);
}

std::optional<std::string> ReadPrinterName(const Node& document) {
  const Node& fields = FieldsOf(document);
  if (!fields.Has("PrinterName")) return std::nullopt;
  return fields.Text("PrinterName").value_or("");
}

bool ReadInkSystem(const Node& document, Answers& into) {
  if (!document.Has("InkSystem")) return false;
  const Node& root = document["InkSystem"];
  const Node& collection = root["InkSlotGroupCollection"];
  const auto groups = (collection.empty() ? root : collection).All("InkSlotGroup");
  std::map<std::string, int> groups_of;
  const auto color_of = [](const Node& group) {
    const auto slots = SupplySlots(group);
    const auto color = group.Text("Color");
    return Lower(color ? *color : slots.empty() ? "" : slots[0]->Text("Color").value_or(""));
  };
  for (const Node* group : groups) groups_of[color_of(*group)] += 1;
  InkMeters meters(into);
  for (const Node* group : groups) {
    const auto slots = SupplySlots(*group);
    const bool is_tank = slots.empty() && !Slots(*group).empty();  // it is filled from supplies
    if (is_tank || group->empty()) continue;
    std::string colorant = color_of(*group);
    for (const Node* slot : slots) into.supplies.push_back(SupplyOf(*slot, *group, colorant, into));
    if (colorant.empty()) {
      into.remarks.push_back("InkSystem: a group without a colour");
      continue;
    }
    if (groups_of[colorant] > 1) {
      const std::string slot = slots.empty() ? "?" : SlotName(*slots[0]);
      colorant += "-group-" + group->Text("SlotGroupId").value_or(slot);
    }
    meters.Add(*group, slots, colorant);
  }
  return true;
}

bool ReadDeviceStatus(const Node& document, Answers& into) {
  if (!document.Has("DeviceStatus")) return false;
  const Node& root = document["DeviceStatus"];
  const Node& overview = root["StatusOverview"];
  const auto activity = root["ActivitiesOverview"]["MostRelevantActivity"].Text("Name");
  const auto severity = SeverityOf(overview.Text("StatusSeverity").value_or(""));
  if (!activity) {
    into.state = overview.Text("MostRelevantStatus");
  } else if (*activity == "NoActivity") {
    into.state = severity == Severity::kCritical ? "stopped" : "idle";
  } else {
    into.state = *activity == "Printing" ? "printing" : *activity;
  }
  const Node& activities = root["ActivitiesOverview"];
  SayTraits(overview, kOfState, {}, into.traits);
  SayTraits(overview["StatusList"], kOfStates, {}, into.traits);
  SayTraits(activities["MostRelevantActivity"], kOfActivity, {}, into.traits);
  SayTraits(activities["CurrentActivities"], kOfActivities, {}, into.traits);
  SayTraits(root["ReadyToExecuteActivities"], kOfAbilities, {}, into.traits);
  return true;
}

bool ReadMediaSystem(const Node& document, const PaperNames& papers, Answers& into) {
  if (!document.Has("MediaSystem")) return false;
  for (const Node* drawer : document["MediaSystem"]["DrawerCollection"].All("Drawer")) {
    for (const Node* devices : drawer->All("InputDeviceCollection")) {
      for (const Node& device : devices->children) {  // Roll, Sheet and whatever else there will be
        for (const Node* loaded : device["LoadedMediaCollection"].All("LoadedMedia")) {
          if (loaded->empty()) continue;
          LoadedMedia media{.input = device.Text("IdForPrinting").value_or(device.name),
                            .kind = Lower(device.name),
                            .media = loaded->Text("MediaTypeID")};
          const auto name = papers.find(media.media.value_or(""));
          if (name != papers.end()) media.name = name->second;
          const std::string what = "MediaSystem " + media.input;
          media.width = AmountOrRemark(*loaded, "Width", what, into);
          const std::string kind = Lower(device.name);  // "roll_2", "mainroll", "sheet"
          const bool is_roll = kind.find("roll") != kind.npos;
          const bool is_sheet = kind.find("sheet") != kind.npos;
          if (is_roll != is_sheet) {  // a sheet has its own length there
            (is_roll ? media.length_left : media.length) =
                AmountOrRemark(*loaded, "RemainingLength", what, into);
          }
          into.media.push_back(std::move(media));
        }
      }
    }
  }
  return true;
}

bool ReadActiveAlerts(const Node& document, Answers& into) {
  if (!document.Has("ActiveAlerts")) return false;
  const Node& root = document["ActiveAlerts"];
  std::vector<Alert> alerts;
  std::set<std::string> keys;
  for (const Node* said : (root.Has("List") ? root["List"] : root).All("Alert")) {
    const auto key = said->Text("FullName");
    if (!key) {
      if (!said->empty()) into.remarks.push_back("ActiveAlerts: an alert without FullName");
      continue;
    }
    if (!keys.insert(*key).second) continue;
    Alert alert{.key = *key,
                .severity = SeverityOf(said->Text("Severity").value_or("")),
                .code = said->Text("Name").value_or("")};
    std::string part = PartWords(*key, alert.code);
    if (part.empty()) part = PartWords(said->Text("Area").value_or(""), alert.code);
    if (!part.empty()) alert.part = std::move(part);
    alerts.push_back(std::move(alert));
  }
  into.alerts = std::move(alerts);
  return true;
}

void TakePaperList(PaperNames listed, PaperNames& known) {
  for (auto& [id, name] : known) {
    if (listed.size() >= kMaxPapers) break;
    listed.emplace(id, std::move(name));
  }
  known = std::move(listed);
}

std::optional<PaperNames> ReadPaperList(const Node& document) {
  const char* root = document.Has("PaperList") ? "PaperList" : "PaperListStatus";
  if (!document.Has(root)) return std::nullopt;
  PaperNames papers;
  CollectPapers(document[root], papers);
  return papers;
}

}  // namespace plotmeter
