#include "collector/spool/spool_rescue.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <new>
#include <set>
#include <utility>
#include <vector>

#include "collector/spool/change_places.h"
#include "collector/spool/kept.h"
#include "collector/spool/legible.h"
#include "collector/spool/soundness.h"
#include "collector/spool/spool_schema.h"
#include "common/jose.h"
#include "common/log.h"
#include "common/path.h"
#include "common/private_file.h"
#include "proto/seal.h"

namespace plotmeter {

namespace fs = std::filesystem;

namespace {

// "20261129T031500Z", as it is part of a name.
std::string NameOf(Instant at) {
  std::string text = FormatInstant(at);
  std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == '.'; });
  return text;
}

void RemoveBuilding(SpoolFolder& folder, const std::string& file) {
  for (const char* part : {"", "-wal", "-shm", "-journal"}) folder.Remove(file + kBuilding + part);
}

// A half copy on a disk that is full would keep it full.
void Discard(SpoolFolder& folder, const std::string& file) noexcept {
  try {
    RemoveBuilding(folder, file);
  } catch (const std::exception& error) {
    Log(LogLevel::kWarning, "spool_copy_left", {{"why", error.what()}});
  }
}

}  // namespace

// Carries what is legible from one file into a new spool. Which rows belong together is looked at
// when all are there.
class SpoolRescue {
 public:
  SpoolRescue(Spool& fresh, const PublicKey* signer, Rescued& saved)
      : fresh_(fresh), db_(fresh.db_), signer_(signer), saved_(saved) {}

  // What waits in `from` cut, once more in `to`.
  static void TakeBatches(Spool& from, Spool& to) {
    Statement cut = from.db_.Prepare(
        "SELECT message FROM batch WHERE state = 'cut' AND message IS NOT NULL ORDER BY id");
    while (cut.Step()) {
      const std::string message = cut.Text(0);
      const BatchText text = TextOfMessage(message);
      const Batch batch = ParseBatch(text.payload, text.names);
      to.Together([&] {
        to.PutBack(message);
        for (BatchJob row : batch.jobs) {  // either may know it better
          row.job.name = {};               // masked already, and put back so
          to.Keep(batch.printers.at(row.printer), row.job);
        }
      });
    }
  }

  // False when nothing in it was ours.
  bool Run(const std::string& path) {
    db_.Execute("PRAGMA foreign_keys=OFF");
    turn_.emplace(db_);
    bool is_ours = false;
    if (const auto old = OpenLegible(path)) {
      is_ours = true;
      Identities(*old);
      for (const char* table :
           {"printer", "known_printer", "certificate", "sweep", "given_meter", "learnt",
            "whereabouts", "mask_mode", "job_list", "mishap", "left_out", "batch", "reading", "job",
            "event", "alert", "batch_job", "batch_alert", "batch_event"}) {
        saved_.lost += EachLegible(*old, db_, table, [&](LegibleRow& row) {
          if (!Take(row)) ++saved_.lost;
        });
      }
      Stream(*old);
      for (const auto& [id, printer] : identities_) {
        db_.Prepare(
               "INSERT OR IGNORE INTO printer(id, manufacturer, serial, product, model, firmware)"
               " VALUES(?, ?, ?, '', '', '')")
            .Run(id, printer.first, printer.second);
      }
    }
    // Where SQLite did not come, and need not have noticed: a page of the tree that is an older one
    // leads past whole leaves. What is there already is not taken again.
    EachLeaf(path, db_, [&](LegibleRow& row) {
      if (!IsTaken(row)) is_ours = Take(row) || is_ours;
    });
    turn_->Commit();
    turn_.reset();
    fresh_.Together([&] {
      PutTogether();
      Move();
    });
    db_.Execute("PRAGMA foreign_keys=ON");
    Count();
    return is_ours;
  }

 private:
  static constexpr int kTurn = 5000;  // rows that share a turn of the disk

  // False for what is not what was written. All else, memory that ends among it, is thrown.
  static bool IsRight(const std::function<void()>& parse) {
    try {
      parse();
      return true;
    } catch (const SqliteError& error) {
      if (!error.is_damage()) throw;
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception&) {
    }
    return false;
  }
  static void Need(bool so) {
    if (!so) throw std::invalid_argument("the row is not what it was");
  }

  bool Take(LegibleRow& row) {
    if (++taken_ % kTurn == 0) {
      turn_->Commit();
      turn_.reset();
      turn_.emplace(db_);
    }
    return IsRight([&] { Look(row); }) && row.Insert(db_);
  }

  bool IsTaken(const LegibleRow& row) {
    return db_.Prepare(fmt::format("SELECT 1 FROM {} WHERE id = ?", row.table()))
        .Bind(row.Int("id"))
        .Step();
  }

  // Who a printer is stands in its index once more, on another page: a row that says otherwise is
  // wrong, and one that is torn is not needed for that.
  void Identities(Database& old) {
    saved_.lost += EachOf(
        old, "SELECT id, manufacturer, serial FROM printer INDEXED BY sqlite_autoindex_printer_1",
        [&](const Statement& row) {
          identities_[row.Int(0)] = {row.Text(1), row.Text(2)};
        });
    if (saved_.lost > 0) identities_.clear();
  }

  // Throws for what is not as it was written.
  void Look(LegibleRow& row) {
    const std::string& table = row.table();
    if (table == "printer") {
      Need(!row.Text("serial").empty());
      const auto known = identities_.find(row.Int("id"));
      Need(identities_.empty() ||
           (known != identities_.end() &&
            known->second == std::pair(row.Text("manufacturer"), row.Text("serial"))));
    }
    if (table == "reading") ReadingsFrom({row.Text("body")});
    if (table == "job") JobsFrom({row.Text("body")});
    if (table == "event") EventsFrom({row.Text("body")});
    if (table == "whereabouts") TextsFrom(row.Text("macs"));
    if (table == "known_printer") LookAtPlaces(row);
    if (table != "batch" || !row.Has("message")) return;
    if (const auto batch = SoundBatch(row.Text("message"), row.Text("sha256"))) {
      // What it says of itself was signed; what stands beside it may have changed.
      row.Set("batch", batch->batch);
      row.Set("stream", batch->stream);
      row.Set("sequence", std::to_string(batch->sequence));
      return;
    }
    ++saved_.lost;
    row.Set("message", std::nullopt);
    if (row.Has("receipt") && row.Text("state") == "cut") row.Set("state", "receipted");
  }

  // Without its lists it is still where a printer is read.
  void LookAtPlaces(LegibleRow& row) {
    const auto look = [&](const char* list, const std::function<void(const std::string&)>& parse) {
      if (!row.Has(list) || IsRight([&] { parse(row.Text(list)); })) return;
      ++saved_.lost;
      row.Set(list, "[]");
    };
    look("macs", TextsFrom);
    look("spares", SparesFrom);
  }

  std::optional<Batch> SoundBatch(const std::string& message, const std::string& sha256) {
    std::optional<Batch> batch;
    const bool is_sound = IsRight([&] {
      const BatchText text = TextOfMessage(message);
      Need(Base64Url(Sha256(text.payload)) == sha256);
      batch = ParseBatch(text.payload, text.names);  // N is the one that P names
      const auto jws = ReadJws(message.substr(0, message.find('\n')));
      // A key that was replaced is not here any more; then the hash has to do.
      const bool ours = jws && signer_ != nullptr && jws->header.kid == Thumbprint(*signer_);
      Need(jws && (!ours || jws->VerifyDetached(*signer_, text.payload)));
    });
    return is_sound ? batch : std::nullopt;
  }

  // Of the stream before: how our clock was against the portal's, and what holds for the next one.
  void Stream(Database& old) {
    EachOf(old, "SELECT max_bytes, offset_ms, offset_at FROM stream", [&](const Statement& row) {
      db_.Prepare("UPDATE stream SET max_bytes = ?, offset_ms = ?, offset_at = ?")
          .Run(row.MaybeInt(0), row.MaybeInt(1), row.MaybeInt(2));
    });
    EachOf(old, "SELECT revisions_above FROM stream", [&](const Statement& row) {
      db_.Prepare("UPDATE stream SET revisions_above = ?").Run(row.Int(0));
    });
  }

  void PutTogether() {
    for (const char* table : {"reading", "job", "event", "alert", "whereabouts", "job_list"}) {
      db_.Execute(
          fmt::format("DELETE FROM {} WHERE printer NOT IN (SELECT id FROM printer)", table));
      saved_.lost += db_.Changes();
    }
    // Without its batch nobody knows whether it was sent: once more does no harm.
    db_.Execute(
        "UPDATE reading SET batch = NULL WHERE batch NOT IN (SELECT id FROM batch);"
        "DELETE FROM reading WHERE batch IN (SELECT id FROM batch WHERE state = 'receipted')");
    for (const char* carried : {"job", "alert", "event"}) {
      db_.Execute(
          fmt::format("DELETE FROM batch_{0} WHERE batch NOT IN (SELECT id FROM batch) OR {0} NOT"
                      " IN (SELECT id FROM {0})",
                      carried));
    }
  }

  // Of a batch that waits its message knows best what it carries; without one, the rows that are
  // left.
  void Move() {
    std::vector<std::pair<std::int64_t, std::string>> waiting;
    Statement cut = db_.Prepare(
        "SELECT id, message FROM batch WHERE state = 'cut' AND message IS NOT NULL"
        " AND receipt IS NULL");
    while (cut.Step()) waiting.emplace_back(cut.Int(0), cut.Text(1));
    Statement forget = db_.Prepare("DELETE FROM reading WHERE batch = ?");
    for (const auto& [batch, message] : waiting) {
      forget.Run(batch);
      fresh_.PutBack(message);
    }
    fresh_.NewStream("the spool was damaged");
    // A batch that is gone without a trace carried some of them: told again they count once.
    for (const char* table : {"job", "alert", "event"}) {
      db_.Execute(fmt::format("UPDATE {} SET unsent = 1", table));
    }
  }

  void Count() {
    const Waiting waits = fresh_.CountWaiting();
    saved_.readings = waits.readings;
    saved_.jobs = waits.jobs;
    saved_.alerts = waits.alerts;
    saved_.events = waits.events;
    Statement q = db_.Prepare(
        "SELECT (SELECT count(*) FROM printer), (SELECT count(*) FROM batch WHERE message IS NOT"
        " NULL)");
    q.Step();
    saved_.printers = q.Int(0);
    saved_.batches = q.Int(1);
  }

  Spool& fresh_;
  Database& db_;
  const PublicKey* signer_;
  Rescued& saved_;
  std::map<std::int64_t, std::pair<std::string, std::string>> identities_;  // maker and serial
  std::optional<Transaction> turn_;
  int taken_ = 0;
};

namespace {

// A person at the portal has to know of whom something may be missing.
void TellPortal(Spool& spool, const std::string& kind, const Rescued& saved, Instant at) {
  spool.Together([&] {
    for (const PrinterIdentity& printer : spool.Printers()) {
      spool.Keep(printer,
                 PrinterEvent{.kind = "spool-" + kind,
                              .key = FormatInstant(at),
                              .at = at,
                              .is = fmt::format("{} readings and {} jobs of all printers could be "
                                                "read; others that waited may be missing",
                                                saved.readings, saved.jobs)});
    }
  });
}

std::string Words(const Rescued& saved, const std::string& kind) {
  if (kind == "foreign") {
    return fmt::format("{}. It lies as {} beside the new one", saved.why, saved.aside);
  }
  return fmt::format(
      "{}. What could be read of it was saved ({} printers, {} readings, {} jobs, {} alerts, {} "
      "events, {} batches; {} rows could not), and the file lies as {} beside the new one",
      saved.why, saved.printers, saved.readings, saved.jobs, saved.alerts, saved.events,
      saved.batches, saved.lost, saved.aside);
}

// What was kept in `begun` goes into `spool`, which has its place from now on. A batch that waits
// is not sent as it is: its sequence is of another stream.
void CarryOver(Spool& begun, Spool& spool) {
  const PrivateKey key = PrivateKey::Generate();  // of nobody: what is cut only goes over
  const BatchSigner nobody{
      .portal = std::string(43, 'A'), .collector = "col_00000000", .key = &key};
  while (begun.Cut(nobody)) {
  }
  SpoolRescue::TakeBatches(begun, spool);
  std::set<std::pair<std::string, std::uint16_t>> known;
  for (const KnownPrinter& printer : spool.KnownPrinters()) {
    known.emplace(printer.host, printer.snmp_port);
  }
  for (KnownPrinter printer : begun.KnownPrinters()) {
    if (known.contains({printer.host, printer.snmp_port})) continue;
    printer.id = 0;
    spool.Know(printer);
  }
  for (const auto& [printer, fingerprint] : begun.Certificates()) {
    spool.RememberCertificate(printer, fingerprint);
  }
  spool.RememberGiven(begun.GivenMeters());
}

// An earlier rescue had all but ended, and another spool was begun in the place of the old one.
void Unite(SpoolFolder& folder, const SpoolSettings& settings, const std::string& ready,
           const Clock& clock) {
  SpoolSettings saved = settings;
  saved.file = ready;
  std::string what = "another spool was begun while a damaged one was replaced. ";
  {
    Spool spool(saved, clock);
    try {
      Spool begun(settings, clock);
      CarryOver(begun, spool);
      what += "What it held was taken over";
    } catch (const SqliteError& error) {
      if (!error.is_damage()) throw;
      what += fmt::format("What it held could not be read ({})", error.what());
    }
    spool.Note({.at = clock.Now(), .kind = "damaged", .what = what + "; it lies beside this one"});
  }
  const std::string aside = FinishWith(folder, settings.file, ready);
  Log(LogLevel::kWarning, "spool_rescue_finished", {{"what", what}, {"aside", aside}});
}

// Makes the new spool beside the old one; answers the tag under which that is set aside.
std::string Build(SpoolFolder& folder, const SpoolSettings& settings, const Clock& clock,
                  const PublicKey* signer, bool is_foreign, Rescued& saved) {
  const std::string path = settings.directory + "/" + settings.file;
  SpoolSettings building = settings;
  building.file += kBuilding;
  building.make = true;
  const Instant now = clock.Now();
  std::string kind = "damaged";
  std::string tag;
  {
    Spool fresh(building, clock);
    const bool is_hollow = IsHollow(path);
    const bool is_ours = !is_foreign && SpoolRescue(fresh, signer, saved).Run(path);
    if (!is_ours && !is_hollow) kind = "foreign";
    tag = FreeTag(folder, settings.file, kind + "-" + NameOf(now));
    saved.aside = settings.file + "." + tag;
    saved.words = Words(saved, kind);
    TellPortal(fresh, kind, saved, now);
    fresh.Note({.at = now, .kind = kind, .what = saved.words});
  }
  // Closed in order it is one file. If that failed, what is in its log would be lost.
  if (folder.Names().contains(building.file + "-wal")) {
    throw SqliteError::OfDisk(fmt::format("{}{} could not be written whole", path, kBuilding));
  }
  return tag;
}

}  // namespace

std::optional<Rescued> RescueSpool(const SpoolSettings& settings, const Clock& clock,
                                   const PublicKey* signer, const std::string& why) {
  using Is = SpoolSeen::Is;
  const std::string path = settings.directory + "/" + settings.file;
  if (!fs::exists(PathOf(settings.directory))) return {};
  DiskFolder folder(settings.directory);
  const Unfinished earlier = FinishEarlier(folder, settings.file);
  if (earlier.is == Unfinished::Is::kFinished) {
    Log(LogLevel::kWarning, "spool_rescue_finished", {{"spool", path}});
  }
  if (earlier.is == Unfinished::Is::kBegun) Unite(folder, settings, earlier.ready, clock);
  SpoolSeen seen = LookAtSpool(path);
  if (seen.is == Is::kNewer) {
    throw std::runtime_error(
        fmt::format("{} was written by a newer program: {}. Nothing was changed; use the newer "
                    "program",
                    path, seen.why));
  }
  if (earlier.is == Unfinished::Is::kHalf && seen.is != Is::kForeign) {
    seen = {Is::kDamaged, "a damaged spool was being replaced, and only this copy is left of it"};
  }
  if (seen.is == Is::kAbsent || (seen.is == Is::kSound && why.empty())) return {};
  if (seen.is == Is::kSound) seen = {Is::kDamaged, why};

  RemoveBuilding(folder, settings.file);
  // Where only the log is left something has to be in the place, so that nobody begins anew there.
  if (!fs::exists(PathOf(path))) WritePrivateFile(path, Secret(""));
  Rescued saved{.why = seen.why};
  std::string tag;
  try {
    tag = Build(folder, settings, clock, signer, seen.is == Is::kForeign, saved);
  } catch (const fs::filesystem_error& error) {
    Discard(folder, settings.file);
    throw SqliteError::OfDisk(error.what());
  } catch (...) {
    Discard(folder, settings.file);
    throw;
  }
  ChangePlaces(folder, settings.file, tag);
  const bool is_foreign = tag.starts_with("foreign");
  Log(LogLevel::kError, is_foreign ? "spool_foreign" : "spool_damaged", {{"what", saved.words}});
  return saved;
}

Rescued Spool::Rescue(const std::string& why, const PublicKey* signer) {
  until_sync_.reset();
  at_hand_.reset();
  const std::string path = settings_.directory + "/" + settings_.file;
  // Never one that is made anew: it would take the place of the one that is being saved.
  const auto open = [&] {
    db_.Open(path, Database::Mode::kReadWrite);
    Prepare();
  };
  db_.Close(Database::Log::kAsItIs);
  std::optional<Rescued> rescued;
  try {
    rescued = RescueSpool(settings_, clock_, signer, why);
  } catch (const std::exception& error) {
    if (!fs::exists(PathOf(path)) || IsHollow(path)) {
      throw std::runtime_error(
          fmt::format("{}; start again, that goes on with the rescue", error.what()));
    }
    open();
    throw;
  }
  open();
  return rescued.value_or(Rescued{.why = why});
}

}  // namespace plotmeter
