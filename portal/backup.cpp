// backup, restore and recovery-key: a portal in one file, and back.
//
// The file is the database itself, whole and compact, with one table more: what the backup is, and
// keys and certificate as a JWE to the recovery key. So a backup needs no secret, and is none
// without that key.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "common/clock.h"
#include "common/jose.h"
#include "common/json.h"
#include "common/sqlite.h"
#include "common/version.h"
#include "portal/access/keyring.h"
#include "portal/access/keys_lock.h"
#include "portal/access/revocations.h"
#include "portal/commands.h"
#include "portal/lookup.h"
#include "portal/portal_settings.h"
#include "portal/store/migrate.h"
#include "portal/store/sqlite_store.h"
#include "proto/seal.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBackupJwe = "plotmeter-backup+jwe";

// To the disk, with its name: a copy that a power cut takes away was none.
void Sync(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  if (!synced) throw std::runtime_error("cannot write " + path.string());
}

std::string TextOf(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return text.str();
}

// Keys, certificate and journal by their place in the data directory.
Json FilesOf(const fs::path& data) {
  Json files = Json::object();
  for (const char* folder : {"keys", "tls"}) {
    for (const fs::directory_entry& entry : fs::directory_iterator(data / folder)) {
      if (!entry.is_regular_file()) continue;
      files[fmt::format("{}/{}", folder, entry.path().filename().string())] = TextOf(entry.path());
    }
  }
  if (fs::exists(JournalFile(data))) {
    files[JournalFile(data).filename().string()] = TextOf(JournalFile(data));
  }
  return files;
}

// A name from a backup that leads nowhere else.
bool IsOurPlace(const std::string& name) {
  const fs::path path(name);
  if (name == JournalFile({}).string()) return true;
  const std::string folder = path.parent_path().string();
  return (folder == "keys" || folder == "tls") && path.has_filename() && path.filename() != "..";
}

std::string Note(Database& db, const char* name) {
  Statement q = db.Prepare("SELECT value FROM backup_note WHERE name=?");
  if (!q.Bind(name).Step()) throw std::runtime_error("it is no backup of a portal");
  return q.Text(0);
}

Json Unsealed(const std::string& sealed, const PrivateKey& key) {
  const std::string thumbprint = Thumbprint(key.public_key());
  const auto text = OpenPlain(sealed, kBackupJwe,
                              {.decryption =
                                   [&](const std::string& kid) {
                                     return kid == thumbprint ? std::optional(key) : std::nullopt;
                                   },
                               .signer = {}});
  if (!text) throw std::runtime_error("this is not the recovery key that the backup was sealed to");
  return ParseJson(*text);
}

}  // namespace

int Backup(const Arguments& arguments) {
  const DataDirectory data(arguments);
  const std::string database = data.existing_database();
  if (!ReadRecoveryKey(data.path)) {
    throw std::runtime_error(
        "this portal has no recovery key, to which backups are sealed; 'plotmeter-portal "
        "recovery-key' makes one");
  }
  const fs::path target = arguments.Text("file");
  if (fs::exists(target)) {
    throw std::runtime_error(target.string() + " exists; a backup overwrites nothing");
  }
  const Instant now = SystemClock().Now();
  ::umask(0077);
  const fs::path part = target.string() + ".part";
  fs::remove(part);
  {
    Database db(database, Database::Mode::kReadWrite);
    db.Prepare("VACUUM INTO ?").Run(part.string());  // one snapshot, while others write
  }
  // After it: what it holds may be signed by, or sealed to, the newest of them.
  const auto [keys, files] = [&] {
    const KeysLock lock = KeysLock::ToRead(data.path);
    return std::pair(Keyring::Load(data.path), FilesOf(data.path));
  }();
  {
    Database copy(part, Database::Mode::kReadWrite);
    copy.Execute(
        "PRAGMA journal_mode=DELETE; CREATE TABLE backup_note(name TEXT PRIMARY KEY, value TEXT "
        "NOT NULL) STRICT");
    Statement note = copy.Prepare("INSERT INTO backup_note VALUES(?,?)");
    note.Run("made_at", FormatInstant(now));
    note.Run("portal", keys.thumbprint());
    note.Run("version", kVersion);
    note.Run("files", SealPlain(JsonText(files), kBackupJwe, *keys.recovery()));
  }
  Sync(part);
  fs::rename(part, target);
  Sync(target.has_parent_path() ? target.parent_path() : fs::path("."));
  if (arguments.Switch("json")) {
    fmt::print("{}\n", JsonText({{"file", target.string()},
                                 {"bytes", fs::file_size(target)},
                                 {"made_at", FormatInstant(now)},
                                 {"recovery_key", Thumbprint(*keys.recovery())}}));
  } else {
    fmt::print("{}: {} bytes; its keys are sealed to recovery key {}\n", target.string(),
               fs::file_size(target), Thumbprint(*keys.recovery()));
  }
  return 0;
}

int Restore(const Arguments& arguments) {
  const DataDirectory data(arguments);
  const fs::path source = arguments.Text("file");
  if (fs::exists(data.database()) || fs::exists(data.path / "keys")) {
    throw std::runtime_error(
        fmt::format("{} holds a portal; move it aside first: a restore overwrites nothing",
                    data.path.string()));
  }
  if (!fs::exists(source)) throw std::runtime_error("there is no file " + source.string());
  const PrivateKey recovery = ReadKey(arguments.Text("recovery-key"));
  ::umask(0077);
  fs::create_directories(data.path);
  const fs::path part = data.database() + ".part";
  fs::copy_file(source, part, fs::copy_options::overwrite_existing);
  std::string made_at;
  Json files;
  try {
    Database db(part, Database::Mode::kReadWrite);
    Statement check = db.Prepare("PRAGMA quick_check(1)");
    if (!check.Step() || check.Text(0) != "ok") throw std::runtime_error("it is damaged");
    check.Reset();
    made_at = Note(db, "made_at");
    files = Unsealed(Note(db, "files"), recovery);
    db.Execute("DROP TABLE backup_note");
    Migrate(db);
    // A cookie or a link of that day may have been ended, or used, since.
    db.Execute("DELETE FROM session; DELETE FROM device; DELETE FROM link");
  } catch (const SqliteError& error) {
    fs::remove(part);
    throw std::runtime_error(
        fmt::format("{} cannot be restored: {}", source.string(), error.what()));
  } catch (const std::runtime_error& error) {
    fs::remove(part);
    throw std::runtime_error(
        fmt::format("{} cannot be restored: {}", source.string(), error.what()));
  }
  for (const auto& [name, text] : files.items()) {
    if (!IsOurPlace(name)) throw std::runtime_error("a file of the backup is called " + name);
    fs::create_directories((data.path / name).parent_path());
    WritePrivateFile(data.path / name, text.get<std::string>());
  }
  fs::permissions(data.certificate(), fs::perms::group_read | fs::perms::others_read,
                  fs::perm_options::add);
  Sync(part);
  fs::rename(part, data.database());  // last: only then it is a portal
  Sync(data.path);

  SqliteStore store(data.database());
  store.NoteAudit(kTheOperator,
                  {.what = "portal.restore", .subject = "portal", .after = {{"made_at", made_at}}},
                  kCommandLine, SystemClock().Now());
  int revoked = RepeatRevocations(JournalFile(data.path), store);
  int erased = RepeatErasures(JournalFile(data.path), store);
  if (arguments.Has("journal")) {
    const fs::path later = arguments.Text("journal");
    if (!fs::exists(later)) throw std::runtime_error("there is no file " + later.string());
    revoked += RepeatRevocations(later, store);
    erased += RepeatErasures(later, store);
    revoked += RepeatDisablings(later, store);
    fs::copy_file(later, JournalFile(data.path), fs::copy_options::overwrite_existing);
    Sync(JournalFile(data.path));
  } else {
    revoked += RepeatDisablings(JournalFile(data.path), store);
  }
  fmt::print(
      "restored the portal of {} into {}; {} revocations and {} erasures of later were repeated\n",
      made_at, data.path.string(), revoked, erased);
  fmt::print(
      "What collectors sent since then they send again by themselves, with their next "
      "heartbeats.\n");
  return 0;
}

int AddRecoveryKey(const Arguments& arguments) {
  const DataDirectory data(arguments);
  data.existing_database();
  const fs::path file = arguments.Text("output");
  MakeRecoveryKey(data.path, file);
  fmt::print("wrote {}: keep it off this machine; without it no backup can be restored\n",
             file.string());
  return 0;
}

}  // namespace plotmeter
