// SQLite with scopes: a Database, Statements that are bound and stepped, a Transaction that rolls
// back unless committed. The one door to SQLite.
//
//    Database db("spool.db", Database::Mode::kReadWriteCreate);
//    Transaction t(db);
//    Statement s = db.Prepare("INSERT INTO reading(at, body) VALUES(?, ?)");
//    s.Run(ToMillis(at), body);                  // binds 1, 2, … and steps to the end
//    t.Commit();
//    Statement q = db.Prepare("SELECT at, body FROM reading WHERE at >= ?");
//    for (q.Bind(from); q.Step();) use(q.Int(0), q.Text(1));
//
// A text that is prepared again finds the statement that was prepared for it before, if nobody
// holds that just now: preparing costs more than most statements here take to run.
//
// Whoever writes while another connection does waits for it. But a connection that is in the middle
// of reading cannot wait: what it read may have changed meanwhile, so SQLite refuses it at once. So
// a write is alone on its connection, or in a Transaction that began before the first read; a build
// with assertions throws std::logic_error for one that is not, also where nobody is in its way.
//
// Not for two threads at once: a thread has its own Database, and the statements of it. Errors
// throw SqliteError with SQLite's own words, SqliteBusy where trying again may help.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace plotmeter {

struct SqliteError : std::runtime_error {
  SqliteError(int code_in, const std::string& what) : std::runtime_error(what), code(code_in) {}
  int code;  // SQLite's extended result code

  // The disk is full or failing, or another process is busy: the same may work later. Otherwise the
  // file or the program is broken.
  bool may_pass() const;
  // The file may not be opened, or not be written: of what may pass, what a person has to mend, and
  // most likely one who is just setting it up.
  bool is_of_access() const;
  // What lies in the file is not what was written, or is no database.
  bool is_damage() const;
  // What was to be written is not what its table takes, or is in it already.
  bool is_of_values() const;
  // As if SQLite had found it: for what only its reader can notice.
  static SqliteError Damage(const std::string& what);
  // The same for a file beside it that the disk did not let be written, or renamed.
  static SqliteError OfDisk(const std::string& what);
};

// Another connection held the database longer than the time-out: try again later.
struct SqliteBusy : SqliteError {
  using SqliteError::SqliteError;
};

// Bytes to bind as a BLOB rather than TEXT. They outlive the call.
struct Blob {
  std::string_view bytes = {};
};

class StatementShelf;

class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  // Forgets earlier bindings and rows, then binds parameters 1, 2, … An empty optional is NULL; a
  // string is TEXT.
  template <typename... Values>
  Statement& Bind(const Values&... values) {
    Reset();
    int index = 0;
    (BindOne(++index, values), ...);
    return *this;
  }

  // Binds and steps to the end; for statements without rows.
  template <typename... Values>
  void Run(const Values&... values) {
    Bind(values...);
    while (Step()) {
    }
    Reset();
  }

  bool Step();  // True while there is a row.
  void Reset();

  bool IsNull(int column) const;
  std::int64_t Int(int column) const;
  std::string Text(int column) const;  // also for BLOBs, byte for byte
  // The same where it lies; until the next Step, Bind or Reset.
  std::string_view View(int column) const;
  std::optional<std::int64_t> MaybeInt(int column) const;
  std::optional<std::string> MaybeText(int column) const;
  int columns() const;

  void BindOne(int index, std::int64_t value);
  void BindOne(int index, int value) { BindOne(index, std::int64_t{value}); }
  void BindOne(int index, std::uint32_t value) { BindOne(index, std::int64_t{value}); }
  void BindOne(int index, bool value) { BindOne(index, std::int64_t{value}); }
  void BindOne(int index, std::string_view value);
  void BindOne(int index, const std::string& value) { BindOne(index, std::string_view(value)); }
  void BindOne(int index, const char* value) { BindOne(index, std::string_view(value)); }
  void BindOne(int index, Blob value);
  void BindOne(int index, std::nullopt_t);
  template <typename T>
  void BindOne(int index, const std::optional<T>& value) {
    if (value) {
      BindOne(index, *value);
    } else {
      BindOne(index, std::nullopt);
    }
  }

 private:
  friend class Database;
  Statement(sqlite3* db, sqlite3_stmt* handle, std::shared_ptr<StatementShelf> shelf)
      : db_(db), handle_(handle), shelf_(std::move(shelf)) {}

  sqlite3* db_ = nullptr;
  sqlite3_stmt* handle_ = nullptr;
  std::shared_ptr<StatementShelf> shelf_;  // where it goes when it is no longer used
};

class Database {
 public:
  enum class Mode { kReadOnly, kReadWrite, kReadWriteCreate };

  // Opens `path` (":memory:" too) with foreign keys on and a busy time-out of 5 s. WAL and
  // synchronous=FULL unless read-only: what was committed survives a power cut. Read-only leaves
  // the file and its log as they are.
  Database(const std::string& path, Mode mode);
  ~Database();
  // The same object, for another file, or the same name again. Statements of before stay with what
  // was open before. When it throws nothing is open, and all but Open throws, too.
  void Open(const std::string& path, Mode mode);
  // The last one that closes a file writes its log into it, and deletes that; kAsItIs: nothing is
  // written, for what must stay as it is.
  enum class Log { kIntoTheFile, kAsItIs };
  void Close(Log log = Log::kIntoTheFile);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Statement Prepare(std::string_view sql);
  void Execute(std::string_view sql);  // one or more statements, no parameters
  std::int64_t LastInsertId() const;
  std::int64_t Changes() const;  // rows changed by the last statement
  // Ends what runs in another thread, which gets an SqliteError. The one thing that any thread may
  // call.
  void Interrupt();
  // How long it waits from now on for another one that writes, before SqliteBusy.
  void set_patience(std::chrono::milliseconds patience);
  sqlite3* handle() { return handle_; }

 private:
  sqlite3* handle_ = nullptr;
  std::shared_ptr<StatementShelf> shelf_;
};

// BEGIN IMMEDIATE … COMMIT; rolls back when it dies uncommitted. Inside another one it is a part of
// that (SAVEPOINT): rolled back alone, and kept when the outer one is committed.
class Transaction {
 public:
  explicit Transaction(Database& db);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void Commit();

 private:
  Database& db_;
  const bool is_inner_;
  bool open_ = true;
};

}  // namespace plotmeter
