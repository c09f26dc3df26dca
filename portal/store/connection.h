// Connections to one database file: a writer that is lent to one thread at a time, and readers, one
// a thread that reads. Prepared statements stay with their connection.
//
//    auto reader = pool.Reader();                       // a Lease; returns at the end of the scope
//    Statement& q = reader->Sql("SELECT …");
//    for (q.Bind(owner); q.Step();) use(q.Text(0));
//
// The writer is asked nothing before its Transaction has begun: common/sqlite.h says why.
//
// A question that is asked alone begins and ends a read of its own, whose locks one mutex of the
// process guards. Who asks several has them read at one instant:
//
//    pool.AtOneInstant([&] { token = Known(pool); answer = Asked(pool, token); });
//
// A StoreConnection is one thread's while it is lent. When the lease ends, its statements are
// reset, so that no forgotten row holds back the write-ahead log. Then the writer puts the log into
// the file, after every few thousand rows: SQLite would do so at a COMMIT, but cannot while a row
// is still being read, which it nearly always is, and the log would grow until the disk is full.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "common/sqlite.h"

namespace plotmeter {

struct Sight;

class StoreConnection {
 public:
  StoreConnection(const std::string& path, Database::Mode mode) : db_(path, mode) {}

  // The statement of that text, prepared once. `sql` must live as long as the program: it is kept
  // by reference. The reference lives as long as the connection; one text is one statement, so a
  // statement in use is not asked for again inside its own loop.
  Statement& Sql(std::string_view sql);
  Statement& Sql(const char* sql) { return Sql(std::string_view(sql)); }
  Statement& Sql(std::string&& sql) = delete;  // a text that is made up here is gone too soon
  Database& db() { return db_; }
  void ResetUsed();
  // What others still read stays in the log until the next time. Waits for nobody.
  void ShortenLog();

 private:
  struct Kept {
    Statement statement;
    bool used = false;
  };
  Database db_;
  std::unordered_map<std::string_view, std::unique_ptr<Kept>> statements_;
  std::vector<Kept*> used_;
  std::int64_t in_file_ = 0;  // of the rows that this connection has changed
};

class ConnectionPool {
 public:
  class Lease {
   public:
    Lease(ConnectionPool& pool, std::unique_ptr<StoreConnection> reader);  // a reader
    Lease(StoreConnection& writer, std::unique_lock<std::mutex> lock);     // the writer
    explicit Lease(StoreConnection& lent);  // again, inside Together: nothing ends with it
    explicit Lease(Sight& sight);           // what is read at one instant
    Lease(Lease&&) = delete;
    ~Lease();
    StoreConnection* operator->() { return connection_; }
    StoreConnection& operator*() { return *connection_; }

   private:
    ConnectionPool* pool_ = nullptr;
    std::unique_ptr<StoreConnection> reader_;
    std::unique_lock<std::mutex> lock_;
    Sight* sight_ = nullptr;
    StoreConnection* connection_ = nullptr;
    bool is_inner_ = false;
  };

  // Opens the writer; readers are opened when they are needed. The file must exist. `patience` is
  // for other processes that write.
  ConnectionPool(std::string path, std::chrono::milliseconds patience);

  Lease Reader();
  Lease Writer();  // waits until the writer is free

  // Has `work` done in one transaction: what it asks for with this thread, readers too, is the
  // writer, so that it reads what it has written. What it throws rolls all of it back.
  void Together(const std::function<void()>& work);

  // Has `work` done, and what it reads with this thread is as it was at its first question; after
  // it has had the writer, as it was at the next. A Reader inside another one is not of them: it
  // reads what is there by then, unless it is within an AtOneInstant of its own, and so does every
  // Reader on another thread.
  void AtOneInstant(const std::function<void()>& work);

 private:
  friend struct Sight;
  std::unique_ptr<StoreConnection> TakeReader();
  void GiveBack(std::unique_ptr<StoreConnection> reader);
  Sight* FreeSight() const;  // this thread's innermost, unless a Reader has it
  bool IsTogether() const { return together_ == std::this_thread::get_id(); }

  std::string path_;
  std::mutex writing_;
  std::atomic<std::thread::id> together_ = {};  // the thread that has the writer for more than one
  StoreConnection writer_;
  std::mutex mutex_;  // guards idle_
  std::vector<std::unique_ptr<StoreConnection>> idle_;
};

}  // namespace plotmeter
