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

std::vector<std::string> PrinterQuestions() {
  return {kPrintersOfReseller, kPrintersOfSite,      kPrintersOfModel, kPrinterById,
          kPrintersBySerial,   kSightingsOfCustomer, kSightingById};
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

}  // namespace plotmeter
