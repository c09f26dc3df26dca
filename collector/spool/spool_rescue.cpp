#include "collector/spool/spool_rescue.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <utility>
#include <vector>

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

constexpr const char* kBuilding = ".rescuing";    // is not finished
constexpr std::string_view kReady = ".rescued-";  // is; the time of the rescue follows

// "20261129T031500Z", as it is part of a name.
std::string NameOf(Instant at) {
  std::string text = FormatInstant(at);
  std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == '.'; });
  return text;
}

void Remove(const std::string& path) {
  for (const char* part : {"", "-wal", "-shm"}) fs::remove(PathOf(path + part));
}

void Rename(const std::string& from, const std::string& to) {
  fs::rename(PathOf(from), PathOf(to));
}

fs::path FolderOf(const std::string& path) { return PathOf(path).parent_path(); }

// Puts the new file in the place of the old one. Begun again at any point it comes to the same: as
// long as the new one has not its place, its name says where the old one goes.
void ChangePlaces(const std::string& path, const std::string& ready, const std::string& aside) {
  if (fs::exists(PathOf(path))) Rename(path, aside);
  if (fs::exists(PathOf(path + "-wal"))) Rename(path + "-wal", aside + "-wal");
  fs::remove(PathOf(path + "-shm"));
  SyncFolder(PathText(FolderOf(path)));
  Rename(ready, path);
  SyncFolder(PathText(FolderOf(path)));
}

// A rescue that an earlier process had all but finished.
bool FinishEarlier(const std::string& path) {
  const std::string name = PathText(PathOf(path).filename()) + std::string(kReady);
  for (const auto& entry : fs::directory_iterator(FolderOf(path))) {
    const std::string found = PathText(entry.path().filename());
    if (!found.starts_with(name)) continue;
    ChangePlaces(path, PathText(entry.path()), path + "." + found.substr(name.size()));
    return true;
  }
  return false;
}

}  // namespace

// Carries what is legible from one file into a new spool. Which rows belong together is looked at
// when all are there.
class SpoolRescue {
 public:
  SpoolRescue(Spool& fresh, const PublicKey* signer, Rescued& saved)
      : fresh_(fresh), db_(fresh.db_), signer_(signer), saved_(saved) {}

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
    // Where SQLite did not come. What is there already is not taken again.
    if (!is_ours || saved_.lost > 0) {
      EachLeaf(path, db_, [&](LegibleRow& row) { is_ours = Take(row) || is_ours; });
    }
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

  static bool IsRight(const std::function<void()>& parse) {
    try {
      parse();
      return true;
    } catch (const SqliteError& error) {
      if (error.may_pass()) throw;  // it is the new file that is in trouble, or its disk
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
    return IsRight([&] {
      Look(row);
      row.Insert(db_);
    });
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
    if (table != "batch" || !row.Has("message")) return;
    if (IsSound(row.Text("message"), row.Text("sha256"))) return;
    ++saved_.lost;
    row.Set("message", std::nullopt);
    if (row.Has("receipt") && row.Text("state") == "cut") row.Set("state", "receipted");
  }

  bool IsSound(const std::string& message, const std::string& sha256) {
    return IsRight([&] {
      const BatchText text = TextOfMessage(message);
      Need(Base64Url(Sha256(text.payload)) == sha256);
      ParseBatch(text.payload, text.names);  // N is the one that P names
      const auto jws = ReadJws(message.substr(0, message.find('\n')));
      Need(jws && (signer_ == nullptr || jws->VerifyDetached(*signer_, text.payload)));
    });
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

}  // namespace

std::optional<Rescued> RescueSpool(const SpoolSettings& settings, const Clock& clock,
                                   const PublicKey* signer, const std::string& why) {
  using Is = SpoolSeen::Is;
  const std::string path = settings.directory + "/" + settings.file;
  if (!fs::exists(PathOf(settings.directory))) return {};
  if (FinishEarlier(path)) Log(LogLevel::kWarning, "spool_rescue_finished", {{"spool", path}});
  SpoolSeen seen = LookAtSpool(path);
  if (seen.is == Is::kNewer) {
    throw std::runtime_error(
        fmt::format("{} was written by a newer program: {}. Nothing was changed; use the newer "
                    "program",
                    path, seen.why));
  }
  if (seen.is == Is::kAbsent || (seen.is == Is::kSound && why.empty())) return {};
  if (seen.is == Is::kSound) seen = {Is::kDamaged, why};

  Remove(path + kBuilding);
  Rescued saved{.why = seen.why};
  SpoolSettings building = settings;
  building.file += kBuilding;
  building.make = true;
  const Instant now = clock.Now();
  std::string kind = "damaged";
  {
    Spool fresh(building, clock);
    if (seen.is == Is::kForeign || !SpoolRescue(fresh, signer, saved).Run(path)) kind = "foreign";
    saved.aside = fmt::format("{}.{}-{}", settings.file, kind, NameOf(now));
    saved.words = Words(saved, kind);
    TellPortal(fresh, kind, saved, now);
    fresh.Note({.at = now, .kind = kind, .what = saved.words});
  }
  // Closed in order it is one file. If that failed, what is in its log would be lost.
  if (fs::exists(PathOf(path + kBuilding + "-wal"))) {
    throw std::runtime_error(fmt::format("{} could not be written whole", path + kBuilding));
  }
  const std::string ready = path + std::string(kReady) + kind + "-" + NameOf(now);
  Rename(path + kBuilding, ready);
  ChangePlaces(path, ready, settings.directory + "/" + saved.aside);
  const bool is_foreign = kind == "foreign";
  Log(LogLevel::kError, is_foreign ? "spool_foreign" : "spool_damaged", {{"what", saved.words}});
  return saved;
}

Rescued Spool::Rescue(const std::string& why, const PublicKey* signer) {
  until_sync_.reset();
  at_hand_.reset();
  std::optional<Rescued> rescued;
  const auto open = [this] {
    db_.Open(settings_.directory + "/" + settings_.file, Database::Mode::kReadWriteCreate);
    Prepare();
  };
  db_.Close();
  try {
    rescued = RescueSpool(settings_, clock_, signer, why);
  } catch (...) {
    open();
    throw;
  }
  open();
  return rescued.value_or(Rescued{.why = why});
}

}  // namespace plotmeter
