#include "portal/ledger/export_columns.h"

namespace plotmeter {
namespace {

constexpr auto kText = ColumnKind::kText;
constexpr auto kDecimal = ColumnKind::kDecimal;
constexpr auto kCount = ColumnKind::kCount;
constexpr auto kInstant = ColumnKind::kInstant;
constexpr auto kFlag = ColumnKind::kFlag;

constexpr ColumnWords kCustomer = {"customer", kText, "who pays", "Harbour Architects"};
constexpr ColumnWords kSite = {"site", kText, "where the printer stands", "Main office"};
constexpr ColumnWords kManufacturer = {"manufacturer", kText, "", "HP"};
constexpr ColumnWords kModel = {"model", kText, "", "HP DesignJet Z9 24in"};
constexpr ColumnWords kSerial = {"serial", kText, "empty: the printer names none", "CN9541H01M"};
constexpr ColumnWords kChannel = {"channel", kText, "how it was read: snmp, piws or ledm", "piws"};
constexpr ColumnWords kPrinter = {"printer", kText, "its id in the portal", "prn_7Q2M9K4T"};
constexpr ColumnWords kBatch = {"batch", kText, "the signed batch that told it",
                                "0193a1c2-7b1e-7c3a-9f52-0d6f3f1b8a11"};

// What rows of one printer have in common.
template <typename Row>
Cell CustomerName(const Of<Row>& of) {
  return Cell::Text(of.printer.site.customer_name);
}
template <typename Row>
Cell SiteName(const Of<Row>& of) {
  return Cell::Text(of.printer.site.name);
}
template <typename Row>
Cell Manufacturer(const Of<Row>& of) {
  return Cell::Text(of.printer.manufacturer);
}
template <typename Row>
Cell Model(const Of<Row>& of) {
  return Cell::Text(of.printer.model);
}
template <typename Row>
Cell Serial(const Of<Row>& of) {
  return Cell::Text(of.printer.serial);
}
template <typename Row>
Cell PrinterId(const Of<Row>& of) {
  return Cell::Text(of.printer.id);
}

template <typename Row>
std::vector<Column<Of<Row>>> BeginningWithThePrinter(std::vector<Column<Of<Row>>> rest) {
  std::vector<Column<Of<Row>>> columns = {{kCustomer, CustomerName<Row>},
                                          {kSite, SiteName<Row>},
                                          {kManufacturer, Manufacturer<Row>},
                                          {kModel, Model<Row>},
                                          {kSerial, Serial<Row>}};
  columns.insert(columns.end(), rest.begin(), rest.end());
  return columns;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) (text += text.empty() ? "" : " ") += word;
  return text;
}

}  // namespace

PrinterTexts::PrinterTexts(const PrinterRow& row)
    : printer(row), macs(Joined(row.whereabouts.macs)), also_seen_at(Joined(row.claimed_by)) {}

const std::vector<Column<Of<JobRow>>>& JobColumns() {
  using Row = Of<JobRow>;
  static const std::vector<Column<Row>> columns = {
      {kCustomer, [](const Row& of) { return Cell::Always(of.row.customer); }},
      {kSite, [](const Row& of) { return Cell::Always(of.row.site); }},
      {kSerial, Serial<JobRow>},
      {kChannel, [](const Row& of) { return Cell::Always(of.row.channel); }},
      {{"job", kText, "the printer's own number of the job", "32222D2B"},
       [](const Row& of) { return Cell::Always(of.row.job); }},
      {{"revision", kCount, "how often it was told anew", "3"},
       [](const Row& of) { return Cell::Count(of.row.revision); }},
      {{"type", kText, "print, copy, scan, …, or unknown", "print"},
       [](const Row& of) { return Cell::Always(of.row.type); }},
      {{"status", kText, "printed, cancelled, …, or unknown", "printed"},
       [](const Row& of) { return Cell::Always(of.row.status); }},
      {{"submitted", kInstant, "by the printer's clock", "2026-11-10T12:00:00Z"},
       [](const Row& of) { return Cell::At(of.row.submitted); }},
      {{"finished", kInstant, "by the printer's clock", "2026-11-10T12:05:00Z"},
       [](const Row& of) { return Cell::At(of.row.finished); }},
      {{"copies", kCount, "that were asked for", "2"},
       [](const Row& of) { return Cell::Count(of.row.copies); }},
      {{"pages", kCount, "of the document", "1"},
       [](const Row& of) { return Cell::Count(of.row.pages); }},
      {{"printed_pages", kCount, "that came out, copies counted", "2"},
       [](const Row& of) { return Cell::Count(of.row.printed_pages); }},
      {{"media", kText, "as the printer calls it", "HP-PLAIN-90"},
       [](const Row& of) { return Cell::Text(of.row.media); }},
      {{"area", kDecimal, "printed on, in area_unit", "191.352000"},
       [](const Row& of) { return Cell::Number(of.row.area); }},
      {{"area_unit", kText, "?: not confirmed", "?"},
       [](const Row& of) { return Cell::Text(of.row.area_unit); }},
      {{"length", kDecimal, "of media, in length_unit", "1189"},
       [](const Row& of) { return Cell::Number(of.row.length); }},
      {{"length_unit", kText, "", "mm"},
       [](const Row& of) { return Cell::Text(of.row.length_unit); }},
      {{"quality", kText, "as the printer calls it", "best"},
       [](const Row& of) { return Cell::Text(of.row.quality); }},
      {{"ink", ColumnKind::kInk, "used, by colorant, each with its unit",
        "magenta=0.21 cc;yellow=0.05 cc"},
       [](const Row& of) { return Cell::Ink(of.row.ink); }},
      {{"ended_at", kInstant,
        "by the collector's clock, or when the job was seen; periods are cut by it",
        "2026-11-10T12:05:00Z"},
       [](const Row& of) { return Cell::At(of.row.ended_at); }},
      {{"started", kInstant, "by the printer's clock", "2026-11-10T12:01:30Z"},
       [](const Row& of) { return Cell::At(of.row.started); }},
      {{"printed_copies", kCount, "that came out", "2"},
       [](const Row& of) { return Cell::Count(of.row.printed_copies); }},
      {kManufacturer, Manufacturer<JobRow>},
      {kModel, Model<JobRow>},
      {kPrinter, PrinterId<JobRow>},
      {kBatch, [](const Row& of) { return Cell::Text(of.row.batch); }},
      {{"ended_by", kText,
        "who said when it ended: printer, by its clock; sighting, when the collector saw it",
        "printer"},
       [](const Row& of) { return Cell::Always(EndedBy(of.row.end_is_told)); }},
  };
  return columns;
}

const std::vector<Column<Of<ReadingRow>>>& ReadingColumns() {
  using Row = Of<ReadingRow>;
  static const std::vector<Column<Row>> columns = BeginningWithThePrinter<ReadingRow>({
      {{kChannel.name, kText, "how it was read: snmp, piws or ledm; manual: by a person", "piws"},
       [](const Row& of) { return Cell::Always(of.row.channel); }},
      {{"meter", kText, "what is counted", "ink.used"},
       [](const Row& of) { return Cell::Always(of.row.meter); }},
      {{"colorant", kText, "empty: the meter is of no colour", "magenta"},
       [](const Row& of) { return Cell::Text(of.row.colorant); }},
      {{"media", kText, "empty: the meter is of no media", "HP-PLAIN-90"},
       [](const Row& of) { return Cell::Text(of.row.media); }},
      {{"unit", kText, "of value, as the printer says it", "cc"},
       [](const Row& of) { return Cell::Always(of.row.unit); }},
      {{"at", kInstant, "by the collector's clock", "2026-11-10T12:00:00Z"},
       [](const Row& of) { return Cell::At(of.row.at); }},
      {{"value", kDecimal, "what the meter showed, in unit", "433"},
       [](const Row& of) { return Cell::Number(of.row.value); }},
      {{"outranked", kFlag, "another channel is believed for this meter", "yes"},
       [](const Row& of) { return Cell::Flag(of.row.outranked); }},
      {{"batch", kText, "the signed batch that told it; ent_…: a person entered it",
        "0193a1c2-7b1e-7c3a-9f52-0d6f3f1b8a11"},
       [](const Row& of) { return Cell::Text(of.row.batch); }},
      {{"sha256", kText, "of that batch's content, base64url",
        "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"},
       [](const Row& of) { return Cell::Text(of.row.sha256); }},
      {{"collector", kText, "who signed it", "col_7Q2M9K4T"},
       [](const Row& of) { return Cell::Text(of.row.collector); }},
      {kPrinter, PrinterId<ReadingRow>},
  });
  return columns;
}

const std::vector<Column<Of<SupplyRow>>>& SupplyColumns() {
  using Row = Of<SupplyRow>;
  static const std::vector<Column<Row>> columns = BeginningWithThePrinter<SupplyRow>({
      {kChannel, [](const Row& of) { return Cell::Always(of.row.channel); }},
      {{"supply", kText, "which of the printer's", "slot-0"},
       [](const Row& of) { return Cell::Always(of.row.supply); }},
      {{"kind", kText, "ink-cartridge, print-head, waste, …", "ink-cartridge"},
       [](const Row& of) { return Cell::Text(of.row.kind); }},
      {{"colorant", kText, "empty: it has none", "magenta"},
       [](const Row& of) { return Cell::Text(of.row.colorant); }},
      {{"description", kText, "as the printer says it", "Magenta cartridge"},
       [](const Row& of) { return Cell::Text(of.row.description); }},
      {{"level", kDecimal, "what is left, in level_unit; of a waste box, the room left", "240"},
       [](const Row& of) { return Cell::Number(of.row.level); }},
      {{"level_unit", kText, "", "cc"},
       [](const Row& of) { return Cell::Text(of.row.level_unit); }},
      {{"capacity", kDecimal, "when full, in capacity_unit", "300"},
       [](const Row& of) { return Cell::Number(of.row.capacity); }},
      {{"capacity_unit", kText, "", "cc"},
       [](const Row& of) { return Cell::Text(of.row.capacity_unit); }},
      {{"percent", kDecimal, "what is left, where the printer says so", "80"},
       [](const Row& of) { return Cell::Number(of.row.percent); }},
      {{"remark", kText, "an answer that is no amount", "some left"},
       [](const Row& of) { return Cell::Text(of.row.remark); }},
      {{"state", kText, "as the printer says it", "Ok"},
       [](const Row& of) { return Cell::Text(of.row.state); }},
      {{"part_number", kText, "", "P2V69A"},
       [](const Row& of) { return Cell::Text(of.row.part_number); }},
      {{"supply_serial", kText, "of the cartridge or head itself", "0017520045"},
       [](const Row& of) { return Cell::Text(of.row.serial); }},
      {{"installed", kText, "when it was put in, as the printer says it", "2026-09-03"},
       [](const Row& of) { return Cell::Text(of.row.installed); }},
      {{"at", kInstant, "when all this was read last", "2026-11-22T09:00:01Z"},
       [](const Row& of) { return Cell::At(of.row.at); }},
      {kPrinter, PrinterId<SupplyRow>},
      {{"expires", kText, "until when it is good, as the printer says it", "2028-06-30"},
       [](const Row& of) { return Cell::Text(of.row.expires); }},
      {{"warranty", kText, "in the printer's own word", "InWarranty"},
       [](const Row& of) { return Cell::Text(of.row.warranty); }},
      {{"warranty_until", kText, "as the printer says it", "2027-06-30"},
       [](const Row& of) { return Cell::Text(of.row.warranty_until); }},
  });
  return columns;
}

const std::vector<Column<Of<AlertRow>>>& AlertColumns() {
  using Row = Of<AlertRow>;
  static const std::vector<Column<Row>> columns = BeginningWithThePrinter<AlertRow>({
      {kChannel, [](const Row& of) { return Cell::Always(of.row.channel); }},
      {{"key", kText, "tells it from the printer's others", "231"},
       [](const Row& of) { return Cell::Always(of.row.key); }},
      {{"severity", kText, "critical, warning, other", "critical"},
       [](const Row& of) { return Cell::Always(of.row.severity); }},
      {{"code", kText, "the printer's, or of RFC 3805 prtAlertCode", "808"},
       [](const Row& of) { return Cell::Always(of.row.code); }},
      {{"text", kText, "as the printer says it", "Roll 1 is empty"},
       [](const Row& of) { return Cell::Text(of.row.text); }},
      {{"part", kText, "of the printer", "input 1"},
       [](const Row& of) { return Cell::Text(of.row.part); }},
      {{"since", kInstant, "when it was seen first", "2026-11-22T09:00:01Z"},
       [](const Row& of) { return Cell::At(of.row.since); }},
      {{"cleared_at", kInstant, "when it was gone; empty: it lasts", "2026-11-22T10:15:00Z"},
       [](const Row& of) { return Cell::At(of.row.cleared_at); }},
      {kPrinter, PrinterId<AlertRow>},
  });
  return columns;
}

const std::vector<Column<PrinterTexts>>& PrinterColumns() {
  using Row = PrinterTexts;
  static const std::vector<Column<Row>> columns = {
      {kCustomer, [](const Row& row) { return Cell::Text(row.printer.site.customer_name); }},
      {kSite, [](const Row& row) { return Cell::Text(row.printer.site.name); }},
      {kManufacturer, [](const Row& row) { return Cell::Text(row.printer.manufacturer); }},
      {kModel, [](const Row& row) { return Cell::Text(row.printer.model); }},
      {kSerial, [](const Row& row) { return Cell::Text(row.printer.serial); }},
      {{"product", kText, "its product number", "W3Z71A"},
       [](const Row& row) { return Cell::Text(row.printer.product); }},
      {{"firmware", kText, "", "NEXUS_03_12_21.1"},
       [](const Row& row) { return Cell::Text(row.printer.firmware); }},
      {{"state", kText, "as it was read last", "idle"},
       [](const Row& row) { return Cell::Text(row.printer.state); }},
      {{"first_seen", kInstant, "", "2026-09-01T07:00:00Z"},
       [](const Row& row) { return Cell::At(row.printer.first_seen); }},
      {{"last_seen", kInstant, "", "2026-11-22T09:00:01Z"},
       [](const Row& row) { return Cell::At(row.printer.last_seen); }},
      {{"name", kText, "in the network, as far as the site lets it be known", "plot-2"},
       [](const Row& row) { return Cell::Text(row.printer.whereabouts.name); }},
      {{"location", kText, "the same", "Second floor"},
       [](const Row& row) { return Cell::Text(row.printer.whereabouts.location); }},
      {{"ip", kText, "the same", "192.168.1.40"},
       [](const Row& row) { return Cell::Text(row.printer.whereabouts.ip); }},
      {{"macs", kText, "the same, with blanks between", "00:1b:78:00:00:01"},
       [](const Row& row) { return Cell::Text(row.macs); }},
      {{"also_seen_at", kText, "ids of other sites where its serial turned up", "sit_3D8KX0PA"},
       [](const Row& row) { return Cell::Text(row.also_seen_at); }},
      {{"time_zone", kText, "of the site; its months are cut by it", "Europe/Madrid"},
       [](const Row& row) { return Cell::Text(row.printer.site.time_zone); }},
      {{"customer_id", kText, "", "cus_9F1TB6QW"},
       [](const Row& row) { return Cell::Text(row.printer.site.customer); }},
      {{"site_id", kText, "", "sit_3D8KX0PA"},
       [](const Row& row) { return Cell::Text(row.printer.site.id); }},
      {kPrinter, [](const Row& row) { return Cell::Text(row.printer.id); }},
  };
  return columns;
}

}  // namespace plotmeter
