#include "collector/snmp/printer_mib.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "collector/channel/ascii.h"
#include "collector/channel/macs.h"
#include "collector/snmp/conceptual_table.h"
#include "collector/snmp/error_log.h"
#include "collector/snmp/hp_objects.h"
#include "collector/snmp/job_mib.h"
#include "collector/snmp/mib.h"
#include "collector/snmp/mib_words.h"
#include "collector/snmp/text.h"

namespace plotmeter {
namespace {

constexpr std::size_t kPmlPrefix = 2;  // octets, of which one may be 0
constexpr std::int64_t kSomeLeft = -3;
constexpr std::int64_t kReceptacle = 4;  // prtMarkerSuppliesClass receptacleThatIsFilled
constexpr std::int64_t kPercent = 19;
constexpr int kMostSources = 32;             // inputs that are asked for in detail
constexpr std::int64_t kNoIntervention = 7;  // prtAlertTrainingLevel noInterventionRequired

class Reader {
 public:
  Reader(const SnmpTable& table, const Fingerprint& fingerprint, const ModelProfile& profile)
      : table_(table), printer_(fingerprint), profile_(profile) {}

  Answers Read() {
    answers_.identity = printer_.identity();
    answers_.events = ReadErrorLog(table_);
    Card();
    Meters();
    ReadSupplies();
    Media();
    Statuses();
    State();
    Alerts();
    IdentityOctets();
    return std::move(answers_);
  }

 private:
  // Of the printer's own devices.
  std::vector<ConceptualRow> Rows(const ConceptualTable& table,
                                  std::initializer_list<std::uint32_t> columns) const {
    return table.Rows(columns, printer_.printer_rows);
  }

  std::optional<std::string> ReadText(const ConceptualRow& row, std::uint32_t column) {
    const auto octets = row.Octets(column);
    if (!octets) return std::nullopt;
    Text text = DecodeText(*octets, CharsetOf(row.device()));
    if (text.cut) {
      answers_.remarks.push_back(
          fmt::format("{} is longer than 255 octets and was cut", row.ObjectText(column)));
    }
    if (text.utf8.empty()) return std::nullopt;
    return std::move(text.utf8);
  }

  // Of the language that the device speaks now.
  std::optional<std::int64_t> CharsetOf(std::uint32_t device) {
    const auto [known, is_new] = charsets_.try_emplace(device);
    if (is_new) {
      const auto language = NumberAt(table_, mib::kPrtCurrentLocalization + Oid{device});
      known->second =
          NumberAt(table_, mib::kPrtLocalizationCharacterSet +
                               Oid{device, static_cast<std::uint32_t>(language.value_or(0))});
    }
    return known->second;
  }

  // What the network card says of itself. A printer has several interfaces, the loopback among
  // them, which has no address; two may have the same.
  void Card() {
    const auto ticks = NumberAt(table_, mib::kSysUpTime);
    if (ticks && *ticks > 0) answers_.uptime = Quantity{Decimal::FromInteger(*ticks), "1/100 s"};
    for (const auto& [interface, address] : table_.Below(mib::kIfPhysAddress)) {
      if (answers_.macs.size() >= kMostMacs) break;
      std::string mac = MacText(address.AsOctets().value_or(""));
      if (mac.empty() || std::ranges::find(answers_.macs, mac) != answers_.macs.end()) continue;
      answers_.macs.push_back(std::move(mac));
    }
  }

  // "00:1b:78:aa:bb:cc"; empty for what is no address of one card.
  static std::string MacText(std::string_view octets) {
    if (octets.size() != 6 || octets == std::string(6, '\0') || octets == std::string(6, '\xFF')) {
      return {};
    }
    std::string text;
    for (const char octet : octets) {
      text += fmt::format("{}{:02x}", text.empty() ? "" : ":", static_cast<unsigned char>(octet));
    }
    return text;
  }

  void Meters() {
    const ConceptualTable markers(table_, mib::kPrtMarker);
    const std::vector<ConceptualRow> rows = Rows(markers, {4});
    for (const ConceptualRow& row : rows) {
      if (row.Number(4).value_or(0) <= 0) continue;
      const auto unit = row.Number(3);
      std::string meter = "x-marker-life";
      if (rows.size() > 1) {
        meter = fmt::format("x-marker-life-{}", row.subunit());
      } else if (unit == 7) {
        meter = "impressions";
      } else if (unit == 8) {
        meter = "sheets";
      } else if (unit == 11) {
        meter = "engine.hours";
      } else if (IsLengthUnit(unit)) {
        meter = "media.length";
      }
      answers_.meters.push_back(
          {.meter = std::move(meter),
           .value = {Decimal::FromInteger(*row.Number(4)), std::string(UnitWords(unit))},
           .source = row.ObjectText(4)});
    }
    for (auto& more : {LifetimeInk(table_, profile_), HeadInk(table_), EnginePages(table_)}) {
      answers_.meters.insert(answers_.meters.end(), more.begin(), more.end());
    }
  }

  std::optional<std::string> ColorantOf(const ConceptualRow& supply,
                                        const ConceptualTable& colorants) {
    const auto number = supply.Number(3);
    if (!number || *number <= 0 || *number > INT32_MAX) return std::nullopt;
    auto name = ReadText(colorants.Row(supply.device(), static_cast<std::uint32_t>(*number)), 4);
    if (!name) return std::nullopt;
    std::string word = LowerAscii(*name);
    std::ranges::replace(word, ' ', '-');
    return word;
  }

  void Tell(std::string_view trait, std::string part, std::string value,
            std::string_view unit = {}) {
    answers_.traits.push_back({.trait = std::string(trait),
                               .part = std::move(part),
                               .value = std::move(value),
                               .unit = std::string(unit)});
  }

  // What it says of a subunit by a number, "?" being no unit.
  void TellAmount(std::string_view trait, const std::string& part, std::int64_t amount,
                  std::optional<std::int64_t> unit) {
    const std::string_view words = UnitWords(unit);
    Tell(trait, part, std::to_string(amount), words == "?" ? "" : words);
  }

  void Statuses() {
    const auto tell = [this](const ConceptualTable& table, std::uint32_t column,
                             std::string_view what) {
      for (const ConceptualRow& row : Rows(table, {column})) {
        std::string words = SubunitStatusWords(row.Number(column).value_or(-1));
        if (!words.empty())
          Tell("status", fmt::format("{} {}", what, row.name()), std::move(words));
      }
    };
    tell(ConceptualTable(table_, mib::kPrtMarker), 15, "marker");
    tell(ConceptualTable(table_, mib::kPrtOutput), 6, "output");
  }

  void ReadSupplies() {
    const bool several = Rows(ConceptualTable(table_, mib::kPrtMarker), {3, 4, 15}).size() > 1;
    const ConceptualTable supplies(table_, mib::kPrtMarkerSupplies);
    const ConceptualTable colorants(table_, mib::kPrtMarkerColorant);
    const std::vector<ConceptualRow> rows = Rows(supplies, {3, 4, 5, 6, 8, 9});
    answers_.supplies.reserve(rows.size());
    for (const ConceptualRow& row : rows) {
      const auto unit = row.Number(7);
      const auto level = row.Number(9);
      const auto capacity = row.Number(8);
      Supply supply{.supply = row.name(), .colorant = ColorantOf(row, colorants)};
      const bool fills = row.Number(4) == kReceptacle;
      if (const auto kind = SupplyKindWords(row.Number(5)); !kind.empty()) {
        supply.kind = std::string(kind);
      } else if (fills) {
        supply.kind = "receptacle";
      }
      supply.description = ReadText(row, 6);
      if (level && *level >= 0) {
        supply.level = Quantity{Decimal::FromInteger(*level), std::string(UnitWords(unit))};
        if (unit == kPercent && *level <= 100) supply.percent = supply.level->value;
      } else if (level == kSomeLeft) {
        supply.remark = fills ? "some-room" : "some-left";
      }
      if (capacity && *capacity > 0) {
        supply.capacity = Quantity{Decimal::FromInteger(*capacity), std::string(UnitWords(unit))};
        if (level && *level > *capacity) supply.remark = "level-beyond-capacity";
      }
      if (const auto marker = row.Number(2); several && marker > 0) {
        Tell("marker", supply.supply, std::to_string(*marker));
      }
      answers_.supplies.push_back(std::move(supply));
    }
  }

  void Media() {
    const ConceptualTable inputs(table_, mib::kPrtInput);
    for (const ConceptualRow& row : Rows(inputs, {2, 5, 12, 13})) {
      const HpTray tray = TrayOf(table_, row.subunit());
      const auto width = row.Number(5);
      const auto unit = row.Number(8);
      const auto capacity = row.Number(9);
      const auto left = row.Number(10);
      LoadedMedia media{.input = ReadText(row, 13).value_or(row.name()),
                        .media = tray.media,
                        .name = ReadText(row, 12)};
      if (!media.name) media.name = tray.name;
      const auto kind = InputKindWords(row.Number(2));
      if (const auto& said = kind.empty() ? tray.kind : kind; !said.empty()) {
        media.kind = std::string(said);
      }
      if (!media.kind || media.kind->find("roll") == std::string::npos) media.length = tray.length;
      if (width && *width > 0) {
        media.width = Quantity{Decimal::FromInteger(*width), std::string(UnitWords(row.Number(3)))};
      } else {
        media.width = tray.width;
      }
      if (capacity && *capacity > 0) TellAmount("capacity", media.input, *capacity, unit);
      if (left && *left >= 0 && IsLengthUnit(unit)) {
        media.length_left = Quantity{Decimal::FromInteger(*left), std::string(UnitWords(unit))};
      } else if (left && *left >= 0) {
        TellAmount("level", media.input, *left, unit);
      } else if (left == kSomeLeft) {
        Tell("level", media.input, "some");
      }
      if (const auto status = row.Number(11)) {
        const std::string words = SubunitStatusWords(*status);
        if (!words.empty()) media.state = words;
      }
      answers_.media.push_back(std::move(media));
    }
  }

  void State() {
    if (printer_.printer_rows.empty()) return;
    const Oid row{printer_.printer_rows.front()};
    const auto state = StateWords(NumberAt(table_, mib::kHrDeviceStatus + row),
                                  NumberAt(table_, mib::kHrPrinterStatus + row));
    if (!state.empty()) answers_.state = std::string(state);
    const auto bits = OctetsAt(table_, mib::kHrPrinterErrorState + row);
    if (!bits) return;
    const std::string errors = ErrorBitWords(*bits);
    if (!errors.empty()) answers_.remarks.push_back("error bits: " + errors);
    if (!HasAlertTable(table_) && !table_.Below(mib::kPrinterMib).empty()) AlertsOf(*bits);
  }

  void AlertsOf(std::string_view error_bits) {
    answers_.alerts.emplace();
    for (const ErrorBit& bit : ErrorBits(error_bits)) {
      answers_.alerts->push_back(
          {.key = std::string(bit.word), .severity = bit.severity, .code = std::string(bit.word)});
    }
  }

  // A row gone from the table is a condition that has passed. So an empty table is a statement, but
  // only from an agent that has the table: one that counts critical alerts.
  void Alerts() {
    const ConceptualTable alerts(table_, mib::kPrtAlert);
    const auto rows = Rows(alerts, {2, 7, 8});
    if (rows.empty() && table_.Below(mib::kPrtAlertCriticalEvents).empty()) return;
    answers_.alerts.emplace();
    for (const ConceptualRow& row : rows) {
      const auto code = row.Number(7);
      Alert alert{.key = fmt::format("{}", row.subunit()),
                  .severity = SeverityOf(row.Number(2)),
                  .code = code ? fmt::format("{}", *code) : std::string(),
                  .text = ReadText(row, 8)};
      if (alert.severity != Severity::kCritical &&
          (row.Number(3) == kNoIntervention || SaysReady(alert.text.value_or("")))) {
        alert.severity = Severity::kInformation;
      }
      const std::string part = AlertPartWords(row.Number(4), row.Number(5));
      if (!part.empty()) alert.part = part;
      if (const auto where = row.Number(6); where > 0) alert.location = std::to_string(*where);
      if (const auto raised = row.Number(9); raised > 0) {
        alert.raised = Quantity{Decimal::FromInteger(*raised), "1/100 s"};
      }
      answers_.alerts->push_back(std::move(alert));
    }
  }

  // What was sent for a serial number or a model, where it is more than plain ASCII: how it is
  // decoded is a guess. What lies behind a NUL is no text, and may be anything.
  void IdentityOctets() {
    const auto say = [this](const Oid& object, const char* part) {
      std::string octets(OctetsAt(table_, object).value_or(""));
      const std::size_t text =
          std::min(mib::kHpPml.Contains(object) ? kPmlPrefix : 0, octets.size());
      octets.resize(std::min(octets.find('\0', text), octets.size()));
      if (octets.size() > kMaxTextOctets) {
        answers_.remarks.push_back(
            fmt::format("the {} has {} octets and was cut", part, octets.size()));
        octets.resize(kMaxTextOctets);
      }
      const auto is_plain = [](char c) { return c >= ' ' && c <= '~'; };
      if (std::ranges::all_of(std::string_view(octets).substr(text), is_plain)) return;
      std::string hex;
      for (const char octet : octets) {
        hex += fmt::format("{:02x}", static_cast<unsigned char>(octet));
      }
      Tell("octets", part, std::move(hex));
    };
    for (const std::uint32_t row : printer_.printer_rows) {
      say(mib::kPrtGeneralSerialNumber + Oid{row}, "serial number");
      say(mib::kHrDeviceDescr + Oid{row}, "model");
    }
    say(mib::kHpSerialNumber, "HP's serial number");
    say(mib::kHpModelName, "HP's model name");
    say(mib::kHpModelNumber, "HP's model number");
    say(mib::kHpFirmware, "HP's firmware");
  }

  // prtAlertSeverityLevel; the code says nothing of how bad it is.
  static Severity SeverityOf(std::optional<std::int64_t> level) {
    if (level == 3) return Severity::kCritical;
    if (level == 4 || level == 5) return Severity::kWarning;  // 5: warningBinaryChangeEvent
    if (level == 1) return Severity::kInformation;            // other
    return Severity::kUnknown;
  }

  // DesignJets list "Ready" and "Ready for paper" among their alerts.
  static bool SaysReady(std::string_view text) {
    const std::string lower = LowerAscii(text);
    return lower == "ready" || lower.starts_with("ready ");
  }

  const SnmpTable& table_;
  const Fingerprint& printer_;
  const ModelProfile& profile_;
  std::map<std::uint32_t, std::optional<std::int64_t>> charsets_ = {};  // by hrDeviceIndex
  Answers answers_ = {};
};

}  // namespace

Answers ReadPrinterMib(const SnmpTable& table, const Fingerprint& fingerprint,
                       const Profiles& profiles) {
  return Reader(table, fingerprint, profiles.Of(fingerprint.identity())).Read();
}

bool HasAlertTable(const SnmpTable& table) {
  return !table.Below(mib::kPrtAlertCriticalEvents).empty() || !table.Below(mib::kPrtAlert).empty();
}

const std::vector<Oid>& PrinterMibColumns() {
  static const std::vector<Oid> kColumns = [] {
    std::vector<Oid> columns = {mib::kIfPhysAddress,          mib::kPrtCurrentLocalization,
                                mib::kPrtAlertCriticalEvents, mib::kPrtLocalizationCharacterSet,
                                mib::kPrtMarkerCounterUnit,   mib::kPrtMarkerLifeCount,
                                mib::kPrtMarkerStatus,        mib::kPrtOutputStatus,
                                mib::kPrtMarkerColorantValue};
    const auto add = [&](const Oid& entry, std::initializer_list<std::uint32_t> numbers) {
      for (const std::uint32_t number : numbers) columns.push_back(entry + Oid{number});
    };
    add(mib::kPrtInput, {2, 3, 5, 8, 9, 10, 11, 12, 13});
    add(mib::kPrtMarkerSupplies, {2, 3, 4, 5, 6, 7, 8, 9});
    add(mib::kPrtAlert, {2, 3, 4, 5, 6, 7, 8, 9});
    return columns;
  }();
  return kColumns;
}

std::vector<Oid> OptionalSubtrees(const Fingerprint& fingerprint) {
  if (fingerprint.verdict != Verdict::kLargeFormat) return {};
  std::vector<Oid> subtrees = {mib::kHpLifetimeInk, mib::kHpEnginePages, mib::kHpErrorLog,
                               mib::kJmActiveJobs};
  for (const std::vector<Oid>& more : {HeadInkSubtrees(), JobStateColumns()}) {
    subtrees.insert(subtrees.end(), more.begin(), more.end());
  }
  return subtrees;
}

std::vector<Oid> PrinterMibObjects(const SnmpTable& table, const Fingerprint& fingerprint) {
  std::vector<Oid> oids;
  if (!fingerprint.printer_rows.empty()) {
    const Oid row{fingerprint.printer_rows.front()};
    for (const Oid& column :
         {mib::kHrDeviceStatus, mib::kHrPrinterStatus, mib::kHrPrinterErrorState}) {
      oids.push_back(column + row);
    }
  }
  if (fingerprint.verdict != Verdict::kLargeFormat) return oids;
  std::set<std::uint32_t> sources;
  const Oid first_column = mib::kPrtInput + Oid{2};
  for (const auto& [oid, value] : table.Below(first_column)) {
    const Oid index = oid.After(first_column);
    if (index.size() == 2) sources.insert(index.parts()[1]);
  }
  if (sources.size() > kMostSources)
    sources.erase(std::next(sources.begin(), kMostSources), sources.end());
  for (const std::uint32_t source : sources) {
    const auto tray = TrayObjects(source);
    oids.insert(oids.end(), tray.begin(), tray.end());
  }
  return oids;
}

}  // namespace plotmeter
