#include "collector/snmp/printer_mib.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "collector/snmp/hp_objects.h"
#include "collector/snmp/mib.h"
#include "collector/snmp/mib_words.h"
#include "collector/snmp/text.h"

namespace plotmeter {
namespace {

constexpr std::int64_t kSomeLeft = -3;
constexpr std::int64_t kReceptacle = 4;  // prtMarkerSuppliesClass receptacleThatIsFilled
constexpr std::int64_t kPercent = 19;

Oid Input(std::uint32_t column) { return mib::kPrtInput + Oid{column}; }
Oid Supplies(std::uint32_t column) { return mib::kPrtMarkerSupplies + Oid{column}; }
Oid AlertColumn(std::uint32_t column) { return mib::kPrtAlert + Oid{column}; }

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
    std::set<Oid> indexes;
    for (const Oid& column : columns) {
      for (auto at = table_.lower_bound(column); at != table_.end() && column.Contains(at->first);
           ++at) {
        Oid index = at->first.After(column);
        if (index.size() == 2 && IsOurs(index.parts()[0])) indexes.insert(std::move(index));
      }
    }
    std::vector<Row> rows;
    for (const Oid& index : indexes) rows.emplace_back(table_, index);
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
    for (MeterValue& ink : LifetimeInk(table_, profile_)) {
      answers_.meters.push_back(std::move(ink));
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
      if (const auto kind = SupplyKindWords(row.Number(Supplies(5))); !kind.empty()) {
        supply.kind = std::string(kind);
      }
      supply.description = ReadText(row, Supplies(6));
      if (level && *level >= 0) {
        supply.level = Quantity{Decimal::FromInteger(*level), std::string(UnitWords(unit))};
        if (unit == kPercent && *level <= 100) supply.percent = supply.level->value;
      } else if (level == kSomeLeft) {
        supply.remark = row.Number(Supplies(4)) == kReceptacle ? "some-room" : "some-left";
      }
      if (capacity && *capacity > 0) {
        supply.capacity = Quantity{Decimal::FromInteger(*capacity), std::string(UnitWords(unit))};
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
    if (rows.empty() && Column(mib::kPrtAlertCriticalEvents).empty()) return;
    answers_.alerts.emplace();
    for (const Row& row : rows) {
      const auto code = row.Number(AlertColumn(7));
      answers_.alerts->push_back({.key = fmt::format("{}", row.subunit()),
                                  .severity = SeverityOf(row.Number(AlertColumn(2))),
                                  .code = code ? fmt::format("{}", *code) : std::string(),
                                  .text = ReadText(row, AlertColumn(8))});
    }
  }

  // prtAlertSeverityLevel; the code says nothing of how bad it is.
  static Severity SeverityOf(std::optional<std::int64_t> level) {
    if (level == 3) return Severity::kCritical;
    if (level == 4 || level == 5) return Severity::kWarning;  // 5: warningBinaryChangeEvent
    if (level == 1) return Severity::kInformation;            // other
    return Severity::kUnknown;
  }

  std::vector<Oid> Column(const Oid& column) const {
    std::vector<Oid> oids;
    for (auto at = table_.lower_bound(column); at != table_.end() && column.Contains(at->first);
         ++at) {
      oids.push_back(at->first);
    }
    return oids;
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

std::vector<Oid> PrinterMibColumns(const Fingerprint& fingerprint) {
  std::vector<Oid> columns = {mib::kPrtCurrentLocalization, mib::kPrtAlertCriticalEvents,
                              mib::kPrtLocalizationCharacterSet, mib::kPrtMarkerCounterUnit,
                              mib::kPrtMarkerLifeCount};
  for (const std::uint32_t column : {2U, 3U, 5U, 8U, 10U, 12U, 13U}) {
    columns.push_back(Input(column));
  }
  for (const std::uint32_t column : {3U, 4U, 5U, 6U, 7U, 8U, 9U}) {
    columns.push_back(Supplies(column));
  }
  columns.push_back(mib::kPrtMarkerColorantValue);
  for (const std::uint32_t column : {2U, 7U, 8U}) columns.push_back(AlertColumn(column));
  if (fingerprint.verdict == Verdict::kLargeFormat) columns.push_back(mib::kHpLifetimeInk);
  return columns;
}

std::vector<Oid> PrinterMibObjects(const SnmpTable& table, const Fingerprint& fingerprint) {
  std::vector<Oid> oids;
  if (!fingerprint.printer_rows.empty()) {
    const Oid row{fingerprint.printer_rows.front()};
    oids = {mib::kHrDeviceStatus + row, mib::kHrPrinterStatus + row,
            mib::kHrPrinterErrorState + row};
  }
  if (fingerprint.verdict != Verdict::kLargeFormat) return oids;
  std::set<std::uint32_t> sources;
  const Oid first_column = Input(2);
  for (auto at = table.lower_bound(first_column);
       at != table.end() && first_column.Contains(at->first); ++at) {
    const Oid index = at->first.After(first_column);
    if (index.size() == 2) sources.insert(index.parts()[1]);
  }
  for (const std::uint32_t source : sources) {
    const auto tray = TrayObjects(source);
    oids.insert(oids.end(), tray.begin(), tray.end());
  }
  return oids;
}

}  // namespace plotmeter
