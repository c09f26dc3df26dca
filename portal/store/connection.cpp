#include "portal/store/connection.h"

#include <utility>

namespace plotmeter {
namespace {

constexpr std::int64_t kRowsOfALog = 4000;  // some megabytes

}  // namespace

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

ConnectionPool::Lease::~Lease() {
  if (is_inner_) return;
  connection_->ResetUsed();
  if (pool_ == nullptr) {
    try {
      connection_->ShortenLog();
    } catch (const SqliteError&) {  // the next one tries again, and says what is wrong
    }
    return;
  }
  const std::lock_guard guard(pool_->mutex_);
  pool_->idle_.push_back(std::move(reader_));
}

ConnectionPool::ConnectionPool(std::string path, std::chrono::milliseconds patience)
    : path_(std::move(path)), writer_(path_, Database::Mode::kReadWrite) {
  writer_.db().set_patience(patience);
  // What is deleted is overwritten: no byte of it stays in the file (Debian's default as well).
  writer_.db().Execute("PRAGMA secure_delete=ON");
}

ConnectionPool::Lease ConnectionPool::Reader() {
  if (IsTogether()) return Lease(writer_);
  std::unique_ptr<StoreConnection> reader;
  {
    const std::lock_guard guard(mutex_);
    if (!idle_.empty()) {
      reader = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (reader == nullptr) {
    reader = std::make_unique<StoreConnection>(path_, Database::Mode::kReadOnly);
  }
  return Lease(*this, std::move(reader));
}

ConnectionPool::Lease ConnectionPool::Writer() {
  if (IsTogether()) return Lease(writer_);
  std::unique_lock lock(writing_);
  return Lease(writer_, std::move(lock));
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
