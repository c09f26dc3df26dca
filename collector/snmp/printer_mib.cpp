#include "collector/snmp/printer_mib.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <set>
#include <utility>

#include "collector/channel/macs.h"
#include "collector/snmp/error_log.h"
#include "collector/snmp/hp_objects.h"
#include "collector/snmp/job_mib.h"
#include "collector/snmp/mib.h"
#include "collector/snmp/mib_words.h"
#include "collector/snmp/text.h"

namespace plotmeter {
namespace {

constexpr std::int64_t kSomeLeft = -3;
constexpr std::int64_t kReceptacle = 4;  // prtMarkerSuppliesClass receptacleThatIsFilled
constexpr std::int64_t kPercent = 19;
constexpr int kMostSources = 32;             // inputs that are asked for in detail
constexpr std::int64_t kNoIntervention = 7;  // prtAlertTrainingLevel noInterventionRequired

// The columns of a table, made once: each printer is asked for all of them.
class Columns {
 public:
  explicit Columns(const Oid& entry) {
    for (std::uint32_t column = 0; column < columns_.size(); ++column) {
      columns_[column] = entry + Oid{column};
    }
  }
  const Oid& operator[](std::size_t column) const { return columns_.at(column); }

 private:
  std::array<Oid, 19> columns_;  // the tables below have 18 at most
};

const Oid& Input(std::uint32_t column) {
  static const Columns kColumns(mib::kPrtInput);
  return kColumns[column];
}
const Oid& Supplies(std::uint32_t column) {
  static const Columns kColumns(mib::kPrtMarkerSupplies);
  return kColumns[column];
}
const Oid& AlertColumn(std::uint32_t column) {
  static const Columns kColumns(mib::kPrtAlert);
  return kColumns[column];
}

// One row of a table whose index is hrDeviceIndex and a number of its own.
class Row {
 public:
  Row(const SnmpTable& table, Oid index) : table_(&table), index_(std::move(index)) {}

  std::uint32_t device() const { return index_.parts()[0]; }
  std::uint32_t subunit() const { return index_.parts()[1]; }
  std::string name() const { return index_.ToText(); }

  std::optional<std::int64_t> Number(const Oid& column) const {
    return NumberAt(*table_, column + index_);
  }
  std::optional<std::string_view> Octets(const Oid& column) const {
    return OctetsAt(*table_, column + index_);
  }

 private:
  const SnmpTable* table_;
  Oid index_;
};

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
    State();
    Alerts();
    return std::move(answers_);
  }

 private:
  // The rows that any of `columns` has, in the order of their index.
  std::vector<Row> Rows(const std::vector<Oid>& columns) const {
    std::set<std::pair<std::uint32_t, std::uint32_t>> indexes;  // hrDeviceIndex and the subunit
    for (const Oid& column : columns) {
      for (const auto& [oid, value] : table_.Below(column)) {
        const auto index = oid.parts().subspan(column.size());
        if (index.size() == 2 && IsOurs(index[0])) indexes.emplace(index[0], index[1]);
      }
    }
    std::vector<Row> rows;
    rows.reserve(indexes.size());
    for (const auto& [device, subunit] : indexes) rows.emplace_back(table_, Oid{device, subunit});
    return rows;
  }

  bool IsOurs(std::uint32_t device) const {
    const auto& rows = printer_.printer_rows;
    return rows.empty() || std::ranges::find(rows, device) != rows.end();
  }

  std::optional<std::string> ReadText(const Row& row, const Oid& column) {
    const auto octets = row.Octets(column);
    if (!octets) return std::nullopt;
    const auto language = NumberAt(table_, mib::kPrtCurrentLocalization + Oid{row.device()});
    const auto charset =
        NumberAt(table_, mib::kPrtLocalizationCharacterSet +
                             Oid{row.device(), static_cast<std::uint32_t>(language.value_or(0))});
    Text text = DecodeText(*octets, charset);
    if (text.cut) {
      answers_.remarks.push_back(
          fmt::format("{}.{} is longer than 255 octets and was cut", column.ToText(), row.name()));
    }
    if (text.utf8.empty()) return std::nullopt;
    return std::move(text.utf8);
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
    std::vector<Row> counting = Rows({mib::kPrtMarkerLifeCount});
    std::erase_if(counting, [](const Row& row) {
      return row.Number(mib::kPrtMarkerLifeCount).value_or(0) <= 0;
    });
    for (const Row& row : counting) {
      const auto unit = row.Number(mib::kPrtMarkerCounterUnit);
      std::string meter = "x-marker-life";
      if (counting.size() > 1) {
        meter = fmt::format("x-marker-life-{}", row.subunit());
      } else if (unit == 7) {
        meter = "impressions";
      } else if (unit == 8) {
        meter = "sheets";
      } else if (IsLengthUnit(unit)) {
        meter = "media.length";
      }
      answers_.meters.push_back(
          {.meter = std::move(meter),
           .value = {Decimal::FromInteger(*row.Number(mib::kPrtMarkerLifeCount)),
                     std::string(UnitWords(unit))},
           .source = mib::kPrtMarkerLifeCount.ToText() + "." + row.name()});
    }
    for (auto& more : {LifetimeInk(table_, profile_), HeadInk(table_), EnginePages(table_)}) {
      answers_.meters.insert(answers_.meters.end(), more.begin(), more.end());
    }
  }

  std::optional<std::string> ColorantOf(const Row& supply) {
    const auto number = supply.Number(Supplies(3));
    if (!number || *number <= 0 || *number > INT32_MAX) return std::nullopt;
    const Row colorant(table_, Oid{supply.device(), static_cast<std::uint32_t>(*number)});
    auto name = ReadText(colorant, mib::kPrtMarkerColorantValue);
    if (!name) return std::nullopt;
    std::string word = LowerAscii(*name);
    std::ranges::replace(word, ' ', '-');
    return word;
  }

  void ReadSupplies() {
    for (const Row& row :
         Rows({Supplies(3), Supplies(4), Supplies(5), Supplies(6), Supplies(8), Supplies(9)})) {
      const auto unit = row.Number(Supplies(7));
      const auto level = row.Number(Supplies(9));
      const auto capacity = row.Number(Supplies(8));
      Supply supply{.supply = row.name(), .colorant = ColorantOf(row)};
      const bool fills = row.Number(Supplies(4)) == kReceptacle;
      if (const auto kind = SupplyKindWords(row.Number(Supplies(5))); !kind.empty()) {
        supply.kind = std::string(kind);
      } else if (fills) {
        supply.kind = "receptacle";
      }
      supply.description = ReadText(row, Supplies(6));
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
      answers_.supplies.push_back(std::move(supply));
    }
  }

  void Media() {
    for (const Row& row : Rows({Input(2), Input(5), Input(12), Input(13)})) {
      const HpTray tray = TrayOf(table_, row.subunit());
      const auto width = row.Number(Input(5));
      const auto left = row.Number(Input(10));
      LoadedMedia media{.input = ReadText(row, Input(13)).value_or(row.name()),
                        .media = tray.media,
                        .name = ReadText(row, Input(12))};
      if (!media.name) media.name = tray.name;
      if (width && *width > 0) {
        media.width =
            Quantity{Decimal::FromInteger(*width), std::string(UnitWords(row.Number(Input(3))))};
      } else {
        media.width = tray.width;
      }
      if (left && *left >= 0 && IsLengthUnit(row.Number(Input(8)))) {
        media.length_left =
            Quantity{Decimal::FromInteger(*left), std::string(UnitWords(row.Number(Input(8))))};
      }
      if (const auto status = row.Number(Input(11))) {
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
    const std::string errors =
        ErrorBitWords(OctetsAt(table_, mib::kHrPrinterErrorState + row).value_or(""));
    if (!errors.empty()) answers_.remarks.push_back("error bits: " + errors);
  }

  // A row gone from the table is a condition that has passed. So an empty table is a statement, but
  // only from an agent that has the table: one that counts critical alerts.
  void Alerts() {
    const auto rows = Rows({AlertColumn(2), AlertColumn(7), AlertColumn(8)});
    if (rows.empty() && table_.Below(mib::kPrtAlertCriticalEvents).empty()) return;
    answers_.alerts.emplace();
    for (const Row& row : rows) {
      const auto code = row.Number(AlertColumn(7));
      Alert alert{.key = fmt::format("{}", row.subunit()),
                  .severity = SeverityOf(row.Number(AlertColumn(2))),
                  .code = code ? fmt::format("{}", *code) : std::string(),
                  .text = ReadText(row, AlertColumn(8))};
      if (alert.severity != Severity::kCritical &&
          (row.Number(AlertColumn(3)) == kNoIntervention || SaysReady(alert.text.value_or("")))) {
        alert.severity = Severity::kInformation;
      }
      const std::string part =
          AlertPartWords(row.Number(AlertColumn(4)), row.Number(AlertColumn(5)));
      if (!part.empty()) alert.part = part;
      answers_.alerts->push_back(std::move(alert));
    }
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
  Answers answers_ = {};
};

}  // namespace

Answers ReadPrinterMib(const SnmpTable& table, const Fingerprint& fingerprint,
                       const Profiles& profiles) {
  return Reader(table, fingerprint, profiles.Of(fingerprint.identity())).Read();
}

std::vector<Oid> PrinterMibColumns() {
  std::vector<Oid> columns = {mib::kIfPhysAddress,          mib::kPrtCurrentLocalization,
                              mib::kPrtAlertCriticalEvents, mib::kPrtLocalizationCharacterSet,
                              mib::kPrtMarkerCounterUnit,   mib::kPrtMarkerLifeCount};
  for (const std::uint32_t column : {2U, 3U, 5U, 8U, 10U, 11U, 12U, 13U}) {
    columns.push_back(Input(column));
  }
  for (const std::uint32_t column : {3U, 4U, 5U, 6U, 7U, 8U, 9U}) {
    columns.push_back(Supplies(column));
  }
  columns.push_back(mib::kPrtMarkerColorantValue);
  for (const std::uint32_t column : {2U, 3U, 4U, 5U, 7U, 8U})
    columns.push_back(AlertColumn(column));
  return columns;
}

std::vector<Oid> OptionalSubtrees(const Fingerprint& fingerprint) {
  if (fingerprint.verdict != Verdict::kLargeFormat) return {};
  std::vector<Oid> subtrees = {mib::kHpLifetimeInk, mib::kHpEnginePages, mib::kHpErrorLog,
                               mib::kJmActiveJobs};
  for (const auto& more : {HeadInkSubtrees(), JobStateColumns()}) {
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
  const Oid first_column = Input(2);
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
