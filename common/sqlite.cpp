#include "common/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace plotmeter {

// Prepared statements that nobody uses, with their texts; reset, so they hold back neither the
// write-ahead log nor a value. One of each text: a second one that comes back is let go. So few
// that looking at each is quickest, most often at its length alone.
class StatementShelf {
 public:
  ~StatementShelf() { Close(); }

  sqlite3_stmt* Take(std::string_view sql) {
    const auto found = Find(sql);
    if (found == unused_.end()) return nullptr;
    sqlite3_stmt* const handle = found->handle;
    *found = unused_.back();
    unused_.pop_back();
    return handle;
  }

  void Put(sqlite3_stmt* handle) noexcept {
    sqlite3_reset(handle);
    sqlite3_clear_bindings(handle);
    // Texts that are made up as they are needed do not pile up.
    if (is_open_ && unused_.size() >= kMost) Empty();
    const std::string_view sql = sqlite3_sql(handle);
    if (is_open_ && Find(sql) == unused_.end()) {
      try {
        return unused_.push_back({sql, handle});
      } catch (const std::bad_alloc&) {
      }
    }
    sqlite3_finalize(handle);
  }

  // The database goes; what comes back from now on is let go.
  void Close() {
    is_open_ = false;
    Empty();
  }

 private:
  static constexpr std::size_t kMost = 64;

  struct Unused {
    std::string_view sql;  // the statement's own copy
    sqlite3_stmt* handle;
  };

  std::vector<Unused>::iterator Find(std::string_view sql) {
    return std::ranges::find(unused_, sql, &Unused::sql);
  }
  void Empty() {
    for (const auto& [sql, handle] : unused_) sqlite3_finalize(handle);
    unused_.clear();
  }

  std::vector<Unused> unused_;
  bool is_open_ = true;
};

namespace {

constexpr std::chrono::seconds kPatience{5};

[[noreturn]] void Fail(sqlite3* db, int code, std::string_view doing) {
  const int extended = db != nullptr ? sqlite3_extended_errcode(db) : code;
  const int primary = extended & 0xff;
  if (db != nullptr && (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB)) {
    throw SqliteError(extended,
                      fmt::format("{} is damaged ({}: {})", sqlite3_db_filename(db, "main"), doing,
                                  sqlite3_errmsg(db)));
  }
  const std::string what =
      fmt::format("{}: {}", doing, db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code));
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) throw SqliteBusy(extended, what);
  throw SqliteError(extended, what);
}

// What would be refused at once if another connection wrote just now: to be found by whoever builds
// it, not by chance years later.
void CheckCanWait([[maybe_unused]] sqlite3* db, [[maybe_unused]] sqlite3_stmt* begun) {
#ifndef NDEBUG
  if (sqlite3_get_autocommit(db) == 0 || sqlite3_stmt_readonly(begun) != 0) return;
  if (sqlite3_stmt_busy(begun) != 0) return;
  for (sqlite3_stmt* other = nullptr; (other = sqlite3_next_stmt(db, other)) != nullptr;) {
    if (sqlite3_stmt_busy(other) == 0) continue;
    throw std::logic_error(fmt::format("'{}' writes in the middle of '{}', so it cannot wait",
                                       sqlite3_sql(begun), sqlite3_sql(other)));
  }
#endif
}

}  // namespace

bool SqliteError::may_pass() const {
  switch (code & 0xff) {  // the primary result code
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
      return true;
    default:
      return false;
  }
}

bool SqliteError::is_of_access() const {
  return (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY;
}

SqliteError SqliteError::Damage(const std::string& what) { return {SQLITE_CORRUPT, what}; }

SqliteError SqliteError::OfDisk(const std::string& what) { return {SQLITE_IOERR, what}; }

bool SqliteError::is_damage() const {
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

bool SqliteError::is_of_values() const {
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return true;
    default:
      return false;
  }
}

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_),
      handle_(std::exchange(other.handle_, nullptr)),
      shelf_(std::move(other.shelf_)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(db_, other.db_);
  std::swap(handle_, other.handle_);
  std::swap(shelf_, other.shelf_);
  return *this;
}

Statement::~Statement() {
  if (handle_ != nullptr) shelf_->Put(handle_);
}

bool Statement::Step() {
  CheckCanWait(db_, handle_);
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  // The text of the statement, never its values: those may be secret.
  Fail(db_, code, sqlite3_sql(handle_));
}

void Statement::Reset() {
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
}

void Statement::BindOne(int index, std::int64_t value) {
  if (const int code = sqlite3_bind_int64(handle_, index, value); code != SQLITE_OK) {
    Fail(db_, code, sqlite3_sql(handle_));
  }
}

void Statement::BindOne(int index, std::string_view value) {
  // A null pointer would bind NULL, and an empty string_view may hold one.
  const char* data = value.data() != nullptr ? value.data() : "";
  const int code =
      sqlite3_bind_text64(handle_, index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) Fail(db_, code, sqlite3_sql(handle_));
}

void Statement::BindOne(int index, Blob value) {
  const char* data = value.bytes.data() != nullptr ? value.bytes.data() : "";
  const int code = sqlite3_bind_blob64(handle_, index, data, value.bytes.size(), SQLITE_TRANSIENT);
  if (code != SQLITE_OK) Fail(db_, code, sqlite3_sql(handle_));
}

void Statement::BindOne(int index, std::nullopt_t) {
  if (const int code = sqlite3_bind_null(handle_, index); code != SQLITE_OK) {
    Fail(db_, code, sqlite3_sql(handle_));
  }
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

std::int64_t Statement::Int(int column) const { return sqlite3_column_int64(handle_, column); }

std::string_view Statement::View(int column) const {
  const void* data = sqlite3_column_blob(handle_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
  return data != nullptr ? std::string_view(static_cast<const char*>(data), size)
                         : std::string_view();
}

std::string Statement::Text(int column) const { return std::string(View(column)); }

std::optional<std::int64_t> Statement::MaybeInt(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Int(column);
}

std::optional<std::string> Statement::MaybeText(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Text(column);
}

int Statement::columns() const { return sqlite3_column_count(handle_); }

Database::Database(const std::string& path, Mode mode) { Open(path, mode); }

// Nobody asks SQLite how much memory it holds, and the count is a lock that all threads share.
void CountNoMemory() {
  static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(done);
}

void Database::Open(const std::string& path, Mode mode) {
  Close();
  CountNoMemory();
  shelf_ = std::make_shared<StatementShelf>();
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (mode == Mode::kReadOnly) flags |= SQLITE_OPEN_READONLY;
  if (mode != Mode::kReadOnly) flags |= SQLITE_OPEN_READWRITE;
  if (mode == Mode::kReadWriteCreate) flags |= SQLITE_OPEN_CREATE;
  if (const int code = sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr); code != SQLITE_OK) {
    const std::string why = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    sqlite3_close(std::exchange(handle_, nullptr));
    throw SqliteError(code, fmt::format("cannot open {}: {}", path, why));
  }
  try {
    set_patience(kPatience);
    if (mode == Mode::kReadOnly) {
      sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    }
    if (const int code = sqlite3_exec(handle_, "PRAGMA schema_version", nullptr, nullptr, nullptr);
        code != SQLITE_OK) {
      Fail(handle_, code, "cannot open " + path);  // the first look at what is in the file
    }
    Execute("PRAGMA foreign_keys=ON");
    if (mode != Mode::kReadOnly) Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
  } catch (...) {
    sqlite3_close(std::exchange(handle_, nullptr));
    throw;
  }
}

Database::~Database() { Close(); }

// close_v2 waits for statements that still live, instead of failing.
void Database::Close(Log log) {
  if (shelf_ != nullptr) shelf_->Close();
  if (log == Log::kAsItIs && handle_ != nullptr) {
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
  sqlite3_close_v2(std::exchange(handle_, nullptr));
}

void Database::set_patience(std::chrono::milliseconds patience) {
  sqlite3_busy_timeout(handle_, static_cast<int>(patience.count()));
}

void Database::Interrupt() { sqlite3_interrupt(handle_); }

Statement Database::Prepare(std::string_view sql) {
  if (sqlite3_stmt* const before = shelf_->Take(sql)) return Statement(handle_, before, shelf_);
  if (handle_ == nullptr) throw SqliteError(SQLITE_MISUSE, "no database is open");
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) Fail(handle_, code, sql);
  return Statement(handle_, handle, shelf_);
}

void Database::Execute(std::string_view sql) {
  if (handle_ == nullptr) throw SqliteError(SQLITE_MISUSE, "no database is open");
  const std::string text(sql);
  if (const int code = sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr);
      code != SQLITE_OK) {
    Fail(handle_, code, text.substr(0, 200));
  }
}

std::int64_t Database::LastInsertId() const { return sqlite3_last_insert_rowid(handle_); }

std::int64_t Database::Changes() const { return sqlite3_changes64(handle_); }

Transaction::Transaction(Database& db)
    : db_(db), is_inner_(sqlite3_get_autocommit(db.handle()) == 0) {
  db_.Prepare(is_inner_ ? "SAVEPOINT inner_part" : "BEGIN IMMEDIATE").Run();
}

Transaction::~Transaction() {
  if (!open_) return;
  // SQLite may have rolled back by itself (full disk): then there is nothing left to do, and
  // nothing to report.
  if (sqlite3_get_autocommit(db_.handle()) == 0) {
    const char* sql = is_inner_ ? "ROLLBACK TO inner_part; RELEASE inner_part" : "ROLLBACK";
    sqlite3_exec(db_.handle(), sql, nullptr, nullptr, nullptr);
  }
}

void Transaction::Commit() {
  db_.Prepare(is_inner_ ? "RELEASE inner_part" : "COMMIT").Run();
  open_ = false;
}

}  // namespace plotmeter
