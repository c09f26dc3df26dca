#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "common/json.h"
#include "portal/store/list_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

// The columns ReadPrinter reads. `told` has what was told of the printer, and at which site: the
// printer itself, p, or the sighting of the customer that is asked for, v.
std::string PrinterSelect(std::string_view told) {
  return fmt::format(
      "SELECT p.id, p.manufacturer, p.serial, {0}.product, {0}.model, {0}.firmware, s.id,"
      " s.customer, c.name, s.name, s.time_zone, {0}.state, {0}.first_seen, {0}.last_seen,"
      " (SELECT group_concat(k.site, ' ') FROM printer_claim k JOIN site o ON o.id=k.site"
      " WHERE k.printer=p.number AND k.reseller_id=?1 AND k.site<>{0}.site"
      " AND (?2='' OR o.customer=?2)),"
      " w.ip, COALESCE(w.macs, '[]'), w.name, w.location FROM ",
      told);
}
std::string PrinterJoins(std::string_view told) {
  return fmt::format(
      " CROSS JOIN site s ON s.id={0}.site CROSS JOIN customer c ON c.id=s.customer"
      " LEFT JOIN printer_whereabouts w ON w.printer=p.number AND w.collector="
      // Where it stands says a collector of its own site; others may be another customer's.
      "(SELECT x.collector FROM printer_whereabouts x CROSS JOIN collector k ON k.id=x.collector"
      " WHERE x.printer=p.number AND k.site={0}.site ORDER BY x.at DESC LIMIT 1)"
      " WHERE {0}.reseller_id=?1 AND (?3='' OR {0}.site=?3) AND (?4='' OR p.id=?4)"
      " AND (?5='' OR p.serial=?5) AND (?6='' OR {0}.model=?6) AND (?7='' OR {0}.state=?7)"
      " AND (?8='' OR instr(lower(p.serial), ?8) OR instr(lower({0}.model), ?8)"
      " OR instr(lower({0}.product), ?8) OR instr(lower(w.name), ?8))",
      told);
}
const std::string kOrder = " ORDER BY c.name, s.name, s.id, p.serial, p.id";
const std::string kAfter = " AND p.id>?9 ORDER BY p.id LIMIT ?10";

const std::string kPrinterSelect = PrinterSelect("p") + "printer p ";
const std::string kPrinterJoins = PrinterJoins("p");
const std::string kPrinterOrder = kPrinterSelect + kPrinterJoins + kOrder;
const std::string kPrintersOfReseller =
    kPrinterSelect + "INDEXED BY printer_of_reseller" + kPrinterJoins + kAfter;
const std::string kPrintersOfSite =
    kPrinterSelect + "INDEXED BY printer_of_site" + kPrinterJoins + " AND p.site=?3" + kAfter;
const std::string kPrintersOfModel =
    kPrinterSelect + "INDEXED BY printer_of_model" + kPrinterJoins + " AND p.model=?6" + kAfter;
const std::string kPrinterById = kPrinterSelect + kPrinterJoins + " AND p.id=?4" + kAfter;
const std::string kPrintersBySerial = kPrinterSelect + kPrinterJoins + " AND p.serial=?5" + kAfter;

// Of one customer: those that stand there, and those that its collectors told of.
const std::string kSightings = PrinterSelect("v") +
                               "sighting v INDEXED BY sighting_of_customer"
                               " CROSS JOIN printer p ON p.number=v.printer" +
                               PrinterJoins("v") + " AND v.customer=?2";
const std::string kSightingOrder = kSightings + kOrder;
const std::string kSightingsOfCustomer = kSightings + " AND v.id>?9 ORDER BY v.id LIMIT ?10";
const std::string kSightingById = kSightings + " AND v.id=?4 AND v.id>?9 ORDER BY v.id LIMIT ?10";

// The question that walks over the fewest printers.
const std::string& PrinterQuestion(const PrinterFilter& filter) {
  if (!filter.customer.empty()) {
    return filter.printer.empty() ? kSightingsOfCustomer : kSightingById;
  }
  if (!filter.printer.empty()) return kPrinterById;
  if (!filter.serial.empty()) return kPrintersBySerial;
  if (!filter.site.empty()) return kPrintersOfSite;
  if (!filter.model.empty()) return kPrintersOfModel;
  return kPrintersOfReseller;
}

PrinterRow ReadPrinter(const Statement& q) {
  PrinterRow row{.id = q.Text(0),
                 .manufacturer = q.Text(1),
                 .serial = q.Text(2),
                 .product = q.Text(3),
                 .model = q.Text(4),
                 .firmware = q.Text(5),
                 .site = ReadSite(q, 6),
                 .state = q.MaybeText(11),
                 .first_seen = MaybeInstant(q, 12),
                 .last_seen = MaybeInstant(q, 13),
                 .whereabouts = {.ip = q.MaybeText(15),
                                 .macs = ParseJson(q.Text(16)).get<std::vector<std::string>>(),
                                 .name = q.MaybeText(17),
                                 .location = q.MaybeText(18)}};
  const std::string claims = q.Text(14);
  for (std::size_t start = 0; start < claims.size();) {
    const std::size_t end = std::min(claims.find(' ', start), claims.size());
    row.claimed_by.push_back(claims.substr(start, end - start));
    start = end + 1;
  }
  return row;
}

// As SQLite's lower() does it: of A to Z, and of nothing else.
std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

std::int64_t PrinterNumber(StoreConnection& reader, const ResellerId& reseller,
                           const std::string& id) {
  Statement& q = reader.Sql("SELECT number FROM printer WHERE id=? AND reseller_id=?");
  return q.Bind(id, OwnerOf(reader, reseller)).Step() ? q.Int(0) : 0;
}

namespace {

struct Points {
  std::vector<MeterPoint> points = {};
  std::int64_t first_batch = 0;
  std::int64_t last_batch = 0;

  void Add(const Statement& row) {
    const auto value = Decimal::Parse(row.Text(1));
    if (!value) return;  // only Decimals are ever stored
    points.push_back({FromMillis(row.Int(0)), *value});
    last_batch = row.Int(2);
    if (points.size() == 1) first_batch = last_batch;
  }
};

// Whether a collector of the customer ?1, if one is named, told the reading r.
const std::string kTold =
    " AND (?1='' OR EXISTS (SELECT 1 FROM batch b CROSS JOIN collector k ON k.id=b.collector"
    " CROSS JOIN site s ON s.id=k.site WHERE b.number=r.batch AND s.customer=?1))";
const std::string kBase =
    "SELECT r.at, r.value, r.batch FROM meter_reading r WHERE r.meter=?2 AND r.at<=?3"
    " AND r.reseller_id=?4" +
    kTold + " ORDER BY r.at DESC LIMIT 1";
const std::string kRest =
    "SELECT r.at, r.value, r.batch FROM meter_reading r WHERE r.meter=?2 AND r.at>?3 AND r.at<=?4"
    " AND r.reseller_id=?5" +
    kTold + " ORDER BY r.at";

Points ReadPoints(StoreConnection& reader, std::int64_t owner, const std::string& customer,
                  std::int64_t meter, Instant from, Instant to) {
  Points read;
  Statement& base = reader.Sql(kBase);
  if (base.Bind(customer, meter, ToMillis(from), owner).Step()) read.Add(base);
  Statement& rest = reader.Sql(kRest);
  for (rest.Bind(customer, meter, ToMillis(from), ToMillis(to), owner); rest.Step();) {
    read.Add(rest);
  }
  return read;
}

std::string BatchId(StoreConnection& reader, std::int64_t owner, std::int64_t number) {
  Statement& q = reader.Sql("SELECT batch FROM batch WHERE number=? AND reseller_id=?");
  return q.Bind(number, owner).Step() ? q.Text(0) : "";
}

}  // namespace

std::vector<std::string> PrinterQuestions() {
  return {kPrintersOfReseller,
          kPrintersOfSite,
          kPrintersOfModel,
          kPrinterById,
          kPrintersBySerial,
          kSightingsOfCustomer,
          kSightingById,
          kBase,
          kRest};
}

std::vector<PrinterRow> SqliteStore::Printers(const ResellerId& reseller,
                                              const PrinterFilter& filter, const std::string& after,
                                              std::size_t limit) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(PrinterQuestion(filter));
  std::vector<PrinterRow> rows;
  for (q.Bind(OwnerOf(*reader, reseller), filter.customer, filter.site, filter.printer,
              filter.serial, filter.model, filter.state, Lower(filter.text), after,
              static_cast<std::int64_t>(limit));
       q.Step();) {
    rows.push_back(ReadPrinter(q));
  }
  return rows;
}

std::vector<PrinterRow> SqliteStore::PrintersInOrder(const ResellerId& reseller,
                                                     const PrinterFilter& filter) {
  auto reader = pool_.Reader();
  Statement& q = reader->Sql(filter.customer.empty() ? kPrinterOrder : kSightingOrder);
  std::vector<PrinterRow> rows;
  for (q.Bind(OwnerOf(*reader, reseller), filter.customer, filter.site, filter.printer,
              filter.serial, filter.model, filter.state, Lower(filter.text));
       q.Step();) {
    rows.push_back(ReadPrinter(q));
  }
  return rows;
}

void SqliteStore::EachMeter(const ResellerId& reseller, const std::string& customer,
                            const std::string& printer, Instant from, Instant to,
                            const std::function<void(const MeterSeries&)>& visit) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  std::vector<std::pair<std::int64_t, MeterSeries>> meters;
  Statement& q = reader->Sql(
      "SELECT number, channel, meter, colorant, media, unit, outranked FROM meter WHERE printer=?"
      " AND reseller_id=? ORDER BY channel, meter, colorant, media, unit");
  for (q.Bind(PrinterNumber(*reader, reseller, printer), owner); q.Step();) {
    meters.push_back({q.Int(0),
                      {.channel = q.Text(1),
                       .meter = q.Text(2),
                       .colorant = q.Text(3),
                       .media = q.Text(4),
                       .unit = q.Text(5),
                       .outranked = q.Int(6) != 0}});
  }
  for (auto& [number, series] : meters) {
    Points read = ReadPoints(*reader, owner, customer, number, from, to);
    if (read.points.empty()) continue;
    series.points = std::move(read.points);
    series.first_batch = BatchId(*reader, owner, read.first_batch);
    series.last_batch = BatchId(*reader, owner, read.last_batch);
    visit(series);
    series.points = {};
  }
}

}  // namespace plotmeter
