#include "collector/spool/soundness.h"

#include <fmt/format.h>

#include <filesystem>

#include "collector/spool/spool_schema.h"
#include "common/crypto.h"
#include "common/path.h"

namespace plotmeter {
namespace {

constexpr const char* kNotDatabase = "SQLite cannot read it: it is damaged, or no database";

constexpr const char* kHollow = "its file is empty or gone, though it was a spool";

// What SQLite says over two lines, "*** in database main ***" being the first.
std::string Line(std::string text) {
  return text.substr(text.find('\n') + 1);  // npos + 1: all of it
}

// All but those that grow with what waits and with what was sent.
constexpr const char* kSmallTables[] = {
    "stream",    "printer", "known_printer", "whereabouts", "certificate", "given_meter", "learnt",
    "mask_mode", "sweep",   "job_list",      "mishap",      "left_out",    "room"};

std::string QuickCheck(Database& db) {
  for (const char* table : kSmallTables) {
    if (!HasTable(db, table)) continue;  // an older spool
    Statement check = db.Prepare(fmt::format("PRAGMA quick_check({})", table));
    if (check.Step() && check.Text(0) != "ok") return Line(check.Text(0));
  }
  for (const char* edge :
       {"SELECT id FROM reading ORDER BY id LIMIT 1", "SELECT max(id) FROM reading",
        "SELECT id FROM reading WHERE batch IS NULL ORDER BY id DESC LIMIT 1",
        "SELECT id FROM job ORDER BY id LIMIT 1", "SELECT max(id) FROM job",
        "SELECT id FROM batch ORDER BY id LIMIT 1", "SELECT max(id) FROM batch",
        "SELECT id FROM batch WHERE state = 'cut' LIMIT 1", "SELECT max(id) FROM alert"}) {
    db.Prepare(edge).Step();
  }
  return db.Prepare("SELECT 1 FROM stream WHERE id = 1").Step() ? "" : "it names no stream";
}

}  // namespace

bool HasTable(Database& db, const std::string& name) {
  return db.Prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?")
      .Bind(name)
      .Step();
}

bool IsHollow(const std::string& path) {
  const auto holds = [](const std::filesystem::path& file) {
    std::error_code missing;
    const std::uintmax_t size = std::filesystem::file_size(file, missing);
    return !missing && size > 0;
  };
  const std::filesystem::path file = PathOf(path);
  if (holds(file)) return false;
  if (holds(PathOf(path + "-wal"))) return true;
  // The key is made once the spool is there.
  return std::filesystem::exists(file) && holds(file.parent_path() / "masking.key");
}

SpoolSeen LookAtSpool(const std::string& path) {
  using Is = SpoolSeen::Is;
  if (IsHollow(path)) return {Is::kDamaged, kHollow};
  if (!std::filesystem::exists(PathOf(path))) return {};
  try {
    // A journal lies there while the log is not used yet. Who only reads cannot roll it back.
    std::error_code none;
    const bool in_the_making = std::filesystem::file_size(PathOf(path + "-journal"), none) > 0;
    Database db(path,
                in_the_making && !none ? Database::Mode::kReadWrite : Database::Mode::kReadOnly);
    Statement any = db.Prepare("SELECT count(*) FROM sqlite_master");
    any.Step();
    if (any.Int(0) == 0) return {};
    if (!HasTable(db, "stream") || !HasTable(db, "batch")) {
      return {Is::kForeign, "it is the database of another program"};
    }
    Statement version = db.Prepare("PRAGMA user_version");
    version.Step();
    if (version.Int(0) > NewestSpoolVersion()) {
      return {Is::kNewer, fmt::format("it is of version {}, this program knows {}", version.Int(0),
                                      NewestSpoolVersion())};
    }
    const std::string wrong = QuickCheck(db);
    return wrong.empty() ? SpoolSeen{Is::kSound} : SpoolSeen{Is::kDamaged, wrong};
  } catch (const SqliteError& error) {
    if (!error.is_damage()) throw;
    return {Is::kDamaged, kNotDatabase};
  }
}

bool IsAsCut(std::string_view message, std::string_view sha256) {
  const std::size_t payload = message.find('\n') + 1;
  const std::size_t names = message.find('\n', payload);
  return payload > 0 && names != message.npos &&
         Base64Url(Sha256(message.substr(payload, names - payload))) == sha256;
}

std::string CheckWhole(Database& db) {
  try {
    Statement check = db.Prepare("PRAGMA integrity_check(1)");
    if (check.Step() && check.Text(0) != "ok") return Line(check.Text(0));
    for (const char* table : {"reading", "job", "event"}) {
      Statement odd =
          db.Prepare(fmt::format("SELECT id FROM {} WHERE NOT json_valid(body) LIMIT 1", table));
      if (odd.Step()) return fmt::format("{} {} is not what was written", table, odd.Int(0));
    }
    Statement batch =
        db.Prepare("SELECT batch, sha256, message FROM batch WHERE message IS NOT NULL");
    while (batch.Step()) {
      if (!IsAsCut(batch.Text(2), batch.Text(1))) {
        return fmt::format("batch {} is not what was cut", batch.Text(0));
      }
    }
    return {};
  } catch (const SqliteError& error) {
    if (!error.is_damage()) throw;
    return kNotDatabase;
  }
}

}  // namespace plotmeter
