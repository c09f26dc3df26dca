#include "portal/store/connection.h"

#include <utility>

namespace plotmeter {
namespace {

constexpr std::int64_t kRowsOfALog = 4000;  // some megabytes

// KiB, and only as much as was read. Jobs are read in the order in which they ended, and lie in that
// of their names: those of a busy printer have to be at hand, or each is fetched by a call of its
// own (an export takes a seventh longer with SQLite's 2000).
constexpr const char* kCacheOfAReader = "PRAGMA cache_size=-8000";

thread_local Sight* innermost = nullptr;

}  // namespace

// What one thread reads at one instant. It begins with the first question.
struct Sight {
  explicit Sight(ConnectionPool& pool_in) : pool(pool_in) { innermost = this; }
  Sight(const Sight&) = delete;
  Sight& operator=(const Sight&) = delete;
  ~Sight() {
    innermost = outer;
    End();
  }

  StoreConnection& Begin() {
    if (reader == nullptr) {
      auto begun = pool.TakeReader();
      begun->Sql("BEGIN").Run();
      reader = std::move(begun);
    }
    is_lent = true;
    return *reader;
  }

  void Return() {
    reader->ResetUsed();
    is_lent = false;
    if (is_past) End();
  }

  // A connection that cannot end its read is not used again.
  void End() {
    is_past = false;
    auto ended = std::move(reader);
    if (ended == nullptr) return;
    try {
      ended->Sql("COMMIT").Run();
    } catch (const SqliteError&) {
      return;
    }
    ended->ResetUsed();
    pool.GiveBack(std::move(ended));
  }

  // Something is written: what is asked after that is read anew.
  void Pass() { is_lent ? void(is_past = true) : End(); }

  ConnectionPool& pool;
  Sight* const outer = innermost;
  std::unique_ptr<StoreConnection> reader = {};
  bool is_lent = false;
  bool is_past = false;
};

Statement& StoreConnection::Sql(std::string_view sql) {
  auto& kept = statements_[sql];
  if (kept == nullptr) kept = std::make_unique<Kept>(Kept{db_.Prepare(sql)});
  if (!kept->used) {
    kept->used = true;
    used_.push_back(kept.get());
  }
  return kept->statement;
}

void StoreConnection::ResetUsed() {
  for (Kept* kept : used_) {
    kept->statement.Reset();
    kept->used = false;
  }
  used_.clear();
}

void StoreConnection::ShortenLog() {
  Statement changes = db_.Prepare("SELECT total_changes()");
  changes.Step();
  const std::int64_t all = changes.Int(0);
  changes.Reset();
  if (all - in_file_ < kRowsOfALog) return;
  in_file_ = all;
  Statement checkpoint = db_.Prepare("PRAGMA wal_checkpoint(PASSIVE)");
  checkpoint.Step();
}

ConnectionPool::Lease::Lease(ConnectionPool& pool, std::unique_ptr<StoreConnection> reader)
    : pool_(&pool), reader_(std::move(reader)), connection_(reader_.get()) {}

ConnectionPool::Lease::Lease(StoreConnection& writer, std::unique_lock<std::mutex> lock)
    : lock_(std::move(lock)), connection_(&writer) {}

ConnectionPool::Lease::Lease(StoreConnection& lent) : connection_(&lent), is_inner_(true) {}

ConnectionPool::Lease::Lease(Sight& sight) : sight_(&sight), connection_(&sight.Begin()) {}

ConnectionPool::Lease::~Lease() {
  if (is_inner_) return;
  if (sight_ != nullptr) {
    sight_->Return();
    return;
  }
  connection_->ResetUsed();
  if (pool_ == nullptr) {
    try {
      connection_->ShortenLog();
    } catch (const SqliteError&) {  // the next one tries again, and says what is wrong
    }
    return;
  }
  pool_->GiveBack(std::move(reader_));
}

ConnectionPool::ConnectionPool(std::string path, std::chrono::milliseconds patience)
    : path_(std::move(path)), writer_(path_, Database::Mode::kReadWrite) {
  writer_.db().set_patience(patience);
  // What is deleted is overwritten: no byte of it stays in the file (Debian's default as well).
  writer_.db().Execute("PRAGMA secure_delete=ON");
}

std::unique_ptr<StoreConnection> ConnectionPool::TakeReader() {
  {
    const std::lock_guard guard(mutex_);
    if (!idle_.empty()) {
      auto reader = std::move(idle_.back());
      idle_.pop_back();
      return reader;
    }
  }
  auto reader = std::make_unique<StoreConnection>(path_, Database::Mode::kReadOnly);
  reader->db().Execute(kCacheOfAReader);
  return reader;
}

void ConnectionPool::GiveBack(std::unique_ptr<StoreConnection> reader) {
  const std::lock_guard guard(mutex_);
  idle_.push_back(std::move(reader));
}

Sight* ConnectionPool::FreeSight() const {
  Sight* sight = innermost;
  while (sight != nullptr && &sight->pool != this) sight = sight->outer;
  return sight != nullptr && !sight->is_lent ? sight : nullptr;
}

ConnectionPool::Lease ConnectionPool::Reader() {
  if (IsTogether()) return Lease(writer_);
  if (Sight* sight = FreeSight()) return Lease(*sight);
  return Lease(*this, TakeReader());
}

ConnectionPool::Lease ConnectionPool::Writer() {
  if (IsTogether()) return Lease(writer_);
  for (Sight* sight = innermost; sight != nullptr; sight = sight->outer) {
    if (&sight->pool == this) sight->Pass();
  }
  std::unique_lock lock(writing_);
  return Lease(writer_, std::move(lock));
}

void ConnectionPool::AtOneInstant(const std::function<void()>& work) {
  if (IsTogether() || FreeSight() != nullptr) return work();
  const Sight sight(*this);
  work();
}

void ConnectionPool::Together(const std::function<void()>& work) {
  if (IsTogether()) return work();
  Lease writer = Writer();
  Transaction transaction(writer->db());
  struct Mark {
    explicit Mark(std::atomic<std::thread::id>& id_in) : id(id_in) {
      id = std::this_thread::get_id();
    }
    ~Mark() { id = std::thread::id(); }
    std::atomic<std::thread::id>& id;
  };
  {
    const Mark mark(together_);
    work();
  }
  transaction.Commit();
}

}  // namespace plotmeter
