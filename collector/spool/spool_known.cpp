// The spool's memory of where printers are and how far sweeps have come.

#include "collector/spool/kept.h"
#include "collector/spool/spool.h"
#include "common/crypto.h"
#include "common/json.h"

namespace plotmeter {
namespace {

constexpr int kMostWithoutPlace = 1000;

}  // namespace

void Spool::Know(const KnownPrinter& printer) {
  Together([&] {
    std::optional<std::int64_t> id;
    if (printer.id != 0) id = printer.id;
    // Whoever had this place before has lost it.
    db_.Prepare(
           "DELETE FROM known_printer WHERE host = ? AND snmp_port = ? AND host <> '' AND id IS "
           "NOT "
           "?")
        .Run(printer.host, int{printer.snmp_port}, id);
    db_.Prepare(
           "INSERT OR REPLACE INTO known_printer(id, host, snmp_port, https_port, piws_url,"
           " manufacturer, serial, product, model, firmware, found_at, access, name, label, note,"
           " macs, spares) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .Run(id, printer.host, int{printer.snmp_port}, int{printer.https_port}, printer.piws_url,
             printer.identity.manufacturer, printer.identity.serial, printer.identity.product,
             printer.identity.model, printer.identity.firmware, ToMillis(printer.found_at),
             printer.access, printer.name, printer.label, printer.note,
             JsonText(Json(printer.macs)), SparesText(printer.spares));
    // One that says another serial number each time would fill the disk with printers that left.
    if (printer.host.empty()) {
      db_.Prepare(
             "DELETE FROM known_printer WHERE host = '' AND id NOT IN (SELECT id FROM known_printer"
             " WHERE host = '' ORDER BY id DESC LIMIT ?)")
          .Run(kMostWithoutPlace);
    }
  });
}

bool Spool::KnowsAnyPrinter() { return db_.Prepare("SELECT 1 FROM known_printer LIMIT 1").Step(); }

std::vector<KnownPrinter> Spool::KnownPrinters() {
  std::vector<KnownPrinter> printers;
  Statement q = db_.Prepare(
      "SELECT id, host, snmp_port, https_port, piws_url, manufacturer, serial, product, model,"
      " firmware, found_at, access, name, label, note, macs, spares"
      " FROM known_printer ORDER BY host, snmp_port, id");
  while (q.Step()) {
    printers.push_back({.id = q.Int(0),
                        .host = q.Text(1),
                        .snmp_port = static_cast<std::uint16_t>(q.Int(2)),
                        .https_port = static_cast<std::uint16_t>(q.Int(3)),
                        .piws_url = q.Text(4),
                        .identity = {.manufacturer = q.Text(5),
                                     .serial = q.Text(6),
                                     .product = q.Text(7),
                                     .model = q.Text(8),
                                     .firmware = q.Text(9)},
                        .found_at = FromMillis(q.Int(10)),
                        .access = q.Text(11),
                        .name = q.Text(12),
                        .label = q.Text(13),
                        .note = q.Text(14),
                        .macs = TextsFrom(q.Text(15)),
                        .spares = SparesFrom(q.Text(16))});
  }
  return printers;
}

void Spool::RememberLearnt(const Learnt& learnt) {
  if (learnt.empty()) return;
  Together([&] {
    Statement keep = db_.Prepare("INSERT OR REPLACE INTO learnt VALUES(?, ?, ?)");
    for (const auto& [at, text] : learnt) keep.Run(at.first, int{at.second}, text);
    db_.Prepare(
           "DELETE FROM learnt WHERE NOT EXISTS(SELECT 1 FROM known_printer AS k"
           " WHERE k.host = learnt.host AND k.snmp_port = learnt.snmp_port AND k.host <> '')")
        .Run();
  });
}

Spool::Learnt Spool::LearntOfPrinters() {
  Learnt learnt;
  Statement q = db_.Prepare("SELECT host, snmp_port, body FROM learnt");
  while (q.Step()) learnt[{q.Text(0), static_cast<std::uint16_t>(q.Int(1))}] = q.Text(2);
  return learnt;
}

void Spool::RecordSweep(const std::string& profile, const SweepRecord& sweep) {
  std::optional<std::int64_t> finished_at;
  if (sweep.finished_at) finished_at = ToMillis(*sweep.finished_at);
  db_.Prepare("INSERT OR REPLACE INTO sweep VALUES(?, ?, ?, ?, ?, ?)")
      .Run(profile, sweep.what, static_cast<std::int64_t>(sweep.next), Base64Url(sweep.told),
           ToMillis(sweep.started_at), finished_at);
}

std::optional<SweepRecord> Spool::LastSweep(const std::string& profile) {
  Statement q =
      db_.Prepare("SELECT what, next, told, started_at, finished_at FROM sweep WHERE profile = ?");
  q.Bind(profile);
  if (!q.Step()) return {};
  SweepRecord sweep{.what = q.Text(0),
                    .next = static_cast<std::uint64_t>(q.Int(1)),
                    .told = FromBase64Url(q.Text(2)).value_or(""),
                    .started_at = FromMillis(q.Int(3))};
  if (const auto finished = q.MaybeInt(4)) sweep.finished_at = FromMillis(*finished);
  return sweep;
}

std::vector<Mishap> Spool::Mishaps(std::size_t newest) {
  std::vector<Mishap> mishaps;
  Statement q = db_.Prepare("SELECT at, kind, what FROM mishap ORDER BY id DESC LIMIT ?");
  for (q.Bind(static_cast<std::int64_t>(newest)); q.Step();) {
    mishaps.push_back({FromMillis(q.Int(0)), q.Text(1), q.Text(2)});
  }
  return mishaps;
}

void Spool::Note(const Mishap& mishap) {
  db_.Prepare("INSERT INTO mishap(at, kind, what) VALUES(?, ?, ?)")
      .Run(ToMillis(mishap.at), mishap.kind, mishap.what);
}

std::vector<PrinterIdentity> Spool::Printers() {
  std::vector<PrinterIdentity> printers;
  Statement q = db_.Prepare("SELECT manufacturer, serial, product, model, firmware FROM printer");
  while (q.Step()) {
    printers.push_back({.manufacturer = q.Text(0),
                        .serial = q.Text(1),
                        .product = q.Text(2),
                        .model = q.Text(3),
                        .firmware = q.Text(4)});
  }
  return printers;
}

}  // namespace plotmeter
