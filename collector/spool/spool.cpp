#include "collector/spool/spool.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "collector/spool/card_start.h"
#include "collector/spool/change_places.h"
#include "collector/spool/kept.h"
#include "collector/spool/soundness.h"
#include "collector/spool/spool_schema.h"
#include "common/best_job.h"
#include "common/crypto.h"
#include "common/path.h"
#include "common/private_file.h"
#include "proto/batch.h"

namespace plotmeter {
namespace {

constexpr std::size_t kMaxKept = std::size_t{1} << 20;  // bytes of one reading or job

std::string SpoolPath(const SpoolSettings& settings) {
  const std::string path = settings.directory + "/" + settings.file;
  if (IsHollow(path)) {
    throw SqliteError::Damage(fmt::format(
        "{} is empty or gone, though it was a spool; plotmeter-collector run saves what "
        "its log has",
        path));
  }
  if (settings.make) {
    MakePrivateFolder(settings.directory);
    if (DiskFolder folder(settings.directory); IsBeingReplaced(folder, settings.file)) {
      throw std::runtime_error(fmt::format(
          "{} is being replaced by what was saved of it; plotmeter-collector run ends that", path));
    }
  } else if (!std::filesystem::exists(PathOf(path))) {
    throw std::runtime_error(
        fmt::format("there is no spool in {}: nothing was read for it yet, or --state is another",
                    settings.directory));
  }
  return path;
}

Secret MaskingKey(const std::string& path) {
  if (std::optional<Secret> key = ReadKeyFile(path)) return std::move(*key);
  Secret key(RandomBytes(32));
  WriteKeyFile(path, key);
  return key;
}

void RefuseHuge(const std::string& body) {
  if (body.size() > kMaxKept) {
    throw BatchError(
        fmt::format("an answer of {} bytes; at most {} are kept", body.size(), kMaxKept));
  }
}

// What the printer said about a job, whenever it said it. Printers show a job for days, and nearly
// always say the same.
std::string AnswerHash(const JobRecord& job, const std::optional<std::string>& name) {
  JobRecord said = job;
  said.seen_at = {};
  said.clock_offset_ms = {};
  return Base64Url(Sha256(JobText(said) + '\n' + name.value_or("")));
}

// Rows are written once a day at most just to say that a job is still shown.
constexpr std::int64_t kDay = 24LL * 3600 * 1000;

// Who does not know the start of the card takes it for the one that is known.
bool IsSameAlertKey(const std::string& a, const std::string& b) {
  return a == b || a.starts_with(b + "/") || b.starts_with(a + "/");
}

}  // namespace

Spool::Spool(const SpoolSettings& settings, const Clock& clock)
    : settings_(settings),
      clock_(clock),
      db_(SpoolPath(settings), Database::Mode::kReadWriteCreate) {
  Prepare();
}

void Spool::Prepare() {
  db_.Execute("PRAGMA secure_delete=ON");  // what was masked again is on the disk no more
  const bool is_new = PrepareSpool(db_);
  const std::string path = settings_.directory + "/masking.key";
  if (std::optional<Secret> key = ReadKeyFile(path)) {
    masking_key_ = *std::move(key);
    if (is_new) RaiseRevisions();  // there was another one here, whose jobs the portal may know
  } else {
    // Of two processes that start together, one makes the key and both use it.
    Together([&] { masking_key_ = MaskingKey(path); });
  }
}

void Spool::Together(const std::function<void()>& act) {
  if (together_) return act();
  if (until_sync_) return Within(act);
  Transaction transaction(db_);
  together_ = true;
  try {
    act();
    together_ = false;
    transaction.Commit();
  } catch (...) {
    together_ = false;
    at_hand_.reset();
    throw;
  }
}

void Spool::Within(const std::function<void()>& act) {
  db_.Prepare("SAVEPOINT together").Run();
  together_ = true;
  const auto undo = [this](const SqliteError* why) {
    together_ = false;
    at_hand_.reset();
    try {
      db_.Execute("ROLLBACK TO together; RELEASE together");
    } catch (const SqliteError& gone) {
      // SQLite gave up all of it, mostly because the disk is full: `why` says so, while `gone` only
      // says that there is nothing left to undo.
      lost_ = why != nullptr ? *why : gone;
      until_sync_.reset();
    }
  };
  try {
    act();
    together_ = false;
    db_.Prepare("RELEASE together").Run();
  } catch (const SqliteError& why) {
    undo(&why);
    throw;
  } catch (...) {
    undo(nullptr);
    throw;
  }
}

void Spool::SyncLater() {
  lost_.reset();
  if (!until_sync_) until_sync_.emplace(db_);
}

void Spool::Sync() {
  if (lost_) throw *std::exchange(lost_, std::nullopt);
  if (!until_sync_) return;
  try {
    until_sync_->Commit();
  } catch (...) {
    until_sync_.reset();
    at_hand_.reset();
    throw;
  }
  until_sync_.reset();
}

std::int64_t Spool::PrinterRow(const PrinterIdentity& printer) {
  if (printer.serial.empty()) {
    throw BatchError("a printer without a serial number cannot be metered");
  }
  if (at_hand_ && at_hand_->first == printer) return at_hand_->second;
  // Nearly always it says what it said before, and to look is less than half of writing it again.
  const auto is_new = [](std::string_view said, std::string_view before) {
    return !said.empty() && said != before;
  };
  Statement known = db_.Prepare(
      "SELECT id, product, model, firmware FROM printer WHERE manufacturer = ? AND serial = ?");
  if (known.Bind(printer.manufacturer, printer.serial).Step() &&
      !is_new(printer.product, known.View(1)) && !is_new(printer.model, known.View(2)) &&
      !is_new(printer.firmware, known.View(3))) {
    at_hand_.emplace(printer, known.Int(0));
    return at_hand_->second;
  }
  known.Reset();
  // What a channel does not say leaves what another said.
  Statement row = db_.Prepare(
      "INSERT INTO printer(manufacturer, serial, product, model, firmware) VALUES(?, ?, ?, ?, ?) "
      "ON CONFLICT(manufacturer, serial) DO UPDATE SET"
      " product = coalesce(nullif(excluded.product, ''), product),"
      " model = coalesce(nullif(excluded.model, ''), model),"
      " firmware = coalesce(nullif(excluded.firmware, ''), firmware) RETURNING id");
  row.Bind(printer.manufacturer, printer.serial, printer.product, printer.model, printer.firmware);
  row.Step();
  at_hand_.emplace(printer, row.Int(0));
  return at_hand_->second;
}

void Spool::Keep(const Reading& reading) {
  const std::string body = KeptText(reading);
  RefuseHuge(body);
  Together([&] {
    const std::int64_t printer = PrinterRow(reading.printer);
    db_.Prepare("INSERT INTO reading(printer, body) VALUES(?, ?)").Run(printer, body);
  });
}

std::string Spool::CardStart(std::int64_t printer, Instant reckoned) {
  Statement kept = db_.Prepare("SELECT card_started_at, card_start FROM printer WHERE id = ?");
  kept.Bind(printer).Step();
  const std::string before = kept.MaybeText(1).value_or("");
  const auto at = kept.MaybeInt(0);
  if (at && IsSameStart(FromMillis(*at), reckoned, clock_.Now())) return before;
  const std::string name = NameOfStart(reckoned, before);
  db_.Prepare("UPDATE printer SET card_started_at = ?, card_start = ? WHERE id = ?")
      .Run(ToMillis(reckoned), name, printer);
  return name;
}

bool Spool::Keep(const PrinterIdentity& printer, const JobRecord& told) {
  std::optional<std::string> name;
  if (told.name) name = Mask("job-name", *told.name);
  bool changed = false;
  Together([&] {
    const std::int64_t now = ToMillis(clock_.Now());
    const std::int64_t printer_row = PrinterRow(printer);
    JobRecord job = told;
    if (const auto reckoned = ReckonedJobOf(told)) {
      job.job = reckoned->number + "/" + CardStart(printer_row, reckoned->start);
    }
    const std::string answer = AnswerHash(job, name);
    Statement before = db_.Prepare(
        "SELECT id, name, body, looked_at, answer FROM job"
        " WHERE printer = ? AND channel = ? AND job = ?");
    before.Bind(printer_row, ToText(job.channel), job.job);
    const bool known = before.Step();
    // Empty when the portal may know more of it than we do: then it is told in any case.
    const bool in_doubt = known && before.Text(4).empty();
    const bool said_before = known && before.Text(4) == answer;
    if (said_before && now - before.Int(3) < kDay) return;

    // As it will come back from disk, so that equal answers stay equal.
    JobRecord masked = job;
    masked.revision = 1;
    masked = JobsFrom({KeptText(masked)}).at(0);
    masked.revision = 0;
    masked.name = name;
    std::int64_t row = 0;
    JobRecord best = masked;
    if (known) {
      row = before.Int(0);
      JobRecord kept = JobsFrom({before.Text(2)}).at(0);
      kept.name = before.MaybeText(1);
      if (!in_doubt && !IsBetter(kept, masked)) {
        db_.Prepare("UPDATE job SET looked_at = ?, answer = ? WHERE id = ?").Run(now, answer, row);
        return;
      }
      best = BestOf(kept, masked);
    }
    Statement above = db_.Prepare("SELECT revisions_above FROM stream");
    above.Step();
    best.revision = std::max(best.revision, static_cast<std::uint32_t>(above.Int(0))) + 1;
    const std::string body = KeptText(best);
    RefuseHuge(body);
    if (known) {
      db_.Prepare(
             "UPDATE job SET name = ?, body = ?, looked_at = ?, answer = ?, unsent = 1"
             " WHERE id = ?")
          .Run(best.name, body, now, answer, row);
    } else {
      db_.Prepare(
             "INSERT INTO job(printer, channel, job, name, body, looked_at, answer)"
             " VALUES(?, ?, ?, ?, ?, ?, ?)")
          .Run(printer_row, ToText(job.channel), job.job, best.name, body, now, answer);
    }
    changed = true;
  });
  return changed;
}

void Spool::ShowedJobs(const PrinterIdentity& printer, ChannelKind channel) {
  Together([&] {
    db_.Prepare(
           "INSERT INTO job_list VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET told_at = ?3"
           " WHERE abs(?3 - told_at) >= ?4")
        .Run(PrinterRow(printer), ToText(channel), ToMillis(clock_.Now()), kDay);
  });
}

bool Spool::Keep(const PrinterIdentity& printer, const PrinterEvent& event) {
  bool is_new = false;
  Together([&] {
    const std::int64_t now = ToMillis(clock_.Now());
    const std::int64_t printer_row = PrinterRow(printer);
    Statement before = db_.Prepare(
        "SELECT id, looked_at FROM event WHERE printer = ? AND channel = ? AND kind = ?"
        " AND key = ?");
    before.Bind(printer_row, ToText(event.channel), event.kind, event.key);
    is_new = !before.Step();
    if (is_new) {  // a log is read again and again, and nearly all of it is known
      const std::string body = KeptText(event);
      RefuseHuge(body);
      db_.Prepare(
             "INSERT INTO event(printer, channel, kind, key, body, looked_at)"
             " VALUES(?, ?, ?, ?, ?, ?)")
          .Run(printer_row, ToText(event.channel), event.kind, event.key, body, now);
    } else if (now - before.Int(1) >= kDay) {
      db_.Prepare("UPDATE event SET looked_at = ? WHERE id = ?").Run(now, before.Int(0));
    }
  });
  return is_new;
}

AlertChanges Spool::Alerts(const PrinterIdentity& printer, ChannelKind channel,
                           std::vector<Alert> active, const std::optional<Instant>& since) {
  AlertChanges changes;
  Together([&] {
    const std::int64_t now = ToMillis(clock_.Now());
    const std::int64_t printer_row = PrinterRow(printer);
    if (since && !active.empty()) {
      const std::string start = CardStart(printer_row, *since);
      for (Alert& alert : active) alert.key += "/" + start;
    }
    std::vector<std::string> known;
    Statement before = db_.Prepare(
        "SELECT id, key, severity, code, text, part FROM alert"
        " WHERE printer = ? AND channel = ? AND cleared_at IS NULL");
    Statement clear = db_.Prepare("UPDATE alert SET cleared_at = ?, unsent = 1 WHERE id = ?");
    for (before.Bind(printer_row, ToText(channel)); before.Step();) {
      Alert alert{.key = before.Text(1),
                  .severity = SeverityOf(before.Text(2)),
                  .code = before.Text(3),
                  .text = before.MaybeText(4),
                  .part = before.MaybeText(5)};
      // A key with another code is another alert: printers count their rows anew when reset.
      const auto same = std::ranges::find_if(active, [&](const Alert& now_active) {
        return IsSameAlertKey(now_active.key, alert.key) && now_active.code == alert.code;
      });
      if (same != active.end()) {
        known.push_back(same->key);
      } else {
        clear.Run(now, before.Int(0));
        changes.cleared.push_back(std::move(alert));
      }
    }
    Statement insert = db_.Prepare(
        "INSERT OR IGNORE INTO alert(printer, channel, key, severity, code, text, part, location,"
        " raised, raised_unit, since) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (const Alert& alert : active) {
      if (std::ranges::find(known, alert.key) != known.end()) continue;
      known.push_back(alert.key);
      insert.Run(printer_row, ToText(channel), alert.key, ToText(alert.severity), alert.code,
                 alert.text, alert.part, alert.location, ValueOf(alert.raised),
                 UnitOf(alert.raised), now);
      changes.appeared.push_back(alert);
    }
  });
  return changes;
}

void Spool::RememberCertificate(const std::string& printer, const std::string& fingerprint) {
  // The key of a serial number is remembered once; at an address another printer may stand now.
  db_.Prepare(
         "INSERT INTO certificate VALUES(?, ?) ON CONFLICT(printer) DO UPDATE SET"
         " fingerprint = excluded.fingerprint WHERE printer NOT LIKE 'serial %'")
      .Run(printer, fingerprint);
}

std::map<std::string, std::string> Spool::Certificates() {
  std::map<std::string, std::string> all;
  Statement q = db_.Prepare("SELECT printer, fingerprint FROM certificate");
  while (q.Step()) all[q.Text(0)] = q.Text(1);
  return all;
}

std::int64_t Spool::ForgetCertificates(const std::string& host) {
  Statement forget = db_.Prepare(
      "DELETE FROM certificate WHERE instr(printer, 'address ' || ?1 || ':') = 1 OR printer IN "
      "(SELECT 'serial ' || serial FROM known_printer WHERE host = ?1)");
  forget.Run(host);
  return db_.Changes();
}

void Spool::RememberGiven(const std::set<GivenMeter>& given) {
  if (given.empty()) return;
  Together([&] {
    Statement keep = db_.Prepare("INSERT OR IGNORE INTO given_meter VALUES(?, ?, ?)");
    for (const auto& [serial, meter, channel] : given) keep.Run(serial, meter, ToText(channel));
  });
}

std::set<GivenMeter> Spool::GivenMeters() {
  std::set<GivenMeter> given;
  Statement q = db_.Prepare("SELECT serial, meter, channel FROM given_meter");
  while (q.Step()) given.insert({q.Text(0), q.Text(1), ChannelOf(q.Text(2))});
  return given;
}

}  // namespace plotmeter
