#include <algorithm>
#include <utility>

#include "common/json.h"
#include "portal/store/list_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

// The columns ReadPrinter reads. How the printers are found, and what they are ordered by, comes
// between the three parts.
const std::string kPrinterSelect =
    "SELECT p.id, p.manufacturer, p.serial, p.product, p.model, p.firmware, s.id, s.customer,"
    " c.name, s.name, s.time_zone, p.state, p.first_seen, p.last_seen,"
    " (SELECT group_concat(k.site, ' ') FROM printer_claim k JOIN site o ON o.id=k.site"
    " WHERE k.printer=p.number AND k.reseller_id=?1 AND (?2='' OR o.customer=?2)),"
    " w.ip, COALESCE(w.macs, '[]'), w.name, w.location FROM printer p ";
const std::string kPrinterJoins =
    " CROSS JOIN site s ON s.id=p.site CROSS JOIN customer c ON c.id=s.customer"
    " LEFT JOIN printer_whereabouts w ON w.printer=p.number AND w.collector="
    // Where it stands says a collector of its own site; others may be another customer's.
    "(SELECT x.collector FROM printer_whereabouts x CROSS JOIN collector k ON k.id=x.collector"
    " WHERE x.printer=p.number AND k.site=p.site ORDER BY x.at DESC LIMIT 1)"
    " WHERE p.reseller_id=?1 AND (?2='' OR p.customer=?2) AND (?3='' OR p.site=?3)"
    " AND (?4='' OR p.id=?4) AND (?5='' OR p.serial=?5) AND (?6='' OR p.model=?6)"
    " AND (?7='' OR p.state=?7) AND (?8='' OR instr(lower(p.serial), ?8)"
    " OR instr(lower(p.model), ?8) OR instr(lower(p.product), ?8) OR instr(lower(w.name), ?8))";
const std::string kAfter = " AND p.id>?9 ORDER BY p.id LIMIT ?10";
const std::string kPrinterOrder =
    kPrinterSelect + kPrinterJoins + " ORDER BY c.name, s.name, s.id, p.serial, p.id";
const std::string kPrintersOfReseller =
    kPrinterSelect + "INDEXED BY printer_of_reseller" + kPrinterJoins + kAfter;
const std::string kPrintersOfCustomer = kPrinterSelect + "INDEXED BY printer_of_customer" +
                                        kPrinterJoins + " AND p.customer=?2" + kAfter;
const std::string kPrintersOfSite =
    kPrinterSelect + "INDEXED BY printer_of_site" + kPrinterJoins + " AND p.site=?3" + kAfter;
const std::string kPrintersOfModel =
    kPrinterSelect + "INDEXED BY printer_of_model" + kPrinterJoins + " AND p.model=?6" + kAfter;
const std::string kPrinterById = kPrinterSelect + kPrinterJoins + " AND p.id=?4" + kAfter;
const std::string kPrintersBySerial = kPrinterSelect + kPrinterJoins + " AND p.serial=?5" + kAfter;

// The question that walks over the fewest printers.
const std::string& PrinterQuestion(const PrinterFilter& filter) {
  if (!filter.printer.empty()) return kPrinterById;
  if (!filter.serial.empty()) return kPrintersBySerial;
  if (!filter.site.empty()) return kPrintersOfSite;
  if (!filter.customer.empty()) return kPrintersOfCustomer;
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
                 .first_seen = FromMillis(q.Int(12)),
                 .last_seen = FromMillis(q.Int(13)),
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
  return {kPrintersOfReseller, kPrintersOfCustomer, kPrintersOfSite,
          kPrintersOfModel,    kPrinterById,        kPrintersBySerial};
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
  Statement& q = reader->Sql(kPrinterOrder);
  std::vector<PrinterRow> rows;
  for (q.Bind(OwnerOf(*reader, reseller), filter.customer, filter.site, filter.printer,
              filter.serial, filter.model, filter.state, Lower(filter.text));
       q.Step();) {
    rows.push_back(ReadPrinter(q));
  }
  return rows;
}

void SqliteStore::EachJob(const ResellerId& reseller, const std::string& printer, Instant from,
                          Instant to, const std::function<void(const JobRow&)>& visit) {
  auto reader = pool_.Reader();
  const std::int64_t owner = OwnerOf(*reader, reseller);
  Statement& who = reader->Sql(
      "SELECT p.number, c.name, s.name, p.serial FROM printer p JOIN site s ON s.id=p.site"
      " JOIN customer c ON c.id=s.customer WHERE p.id=? AND p.reseller_id=?");
  if (!who.Bind(printer, owner).Step()) return;
  JobRow row{.customer = who.Text(1), .site = who.Text(2), .serial = who.Text(3)};
  Statement& q = reader->Sql(
      "SELECT channel, job, revision, type, status, submitted, finished, copies, pages,"
      " printed_pages, media, area, area_unit, length, length_unit, quality, ink FROM job"
      " WHERE printer=?1 AND ended_at>=?2 AND ended_at<?3 AND reseller_id=?4"
      " ORDER BY channel, job");
  for (q.Bind(who.Int(0), ToMillis(from), ToMillis(to), owner); q.Step();) {
    row.channel = q.Text(0);
    row.job = q.Text(1);
    row.revision = q.Int(2);
    row.type = q.Text(3);
    row.status = q.Text(4);
    row.submitted = MaybeInstant(q, 5);
    row.finished = MaybeInstant(q, 6);
    row.copies = q.MaybeInt(7);
    row.pages = q.MaybeInt(8);
    row.printed_pages = q.MaybeInt(9);
    row.media = q.MaybeText(10);
    row.area = q.MaybeText(11);
    row.area_unit = q.MaybeText(12);
    row.length = q.MaybeText(13);
    row.length_unit = q.MaybeText(14);
    row.quality = q.MaybeText(15);
    row.ink = q.Text(16);
    visit(row);
  }
}

}  // namespace plotmeter
