// Connections to one database file: a writer that is lent to one thread at a time, and readers, one
// a thread that reads. Prepared statements stay with their connection.
//
//    auto reader = pool.Reader();                       // a Lease; returns at the end of the scope
//    Statement& q = reader->Sql("SELECT …");
//    for (q.Bind(owner); q.Step();) use(q.Text(0));
//
// The writer is asked nothing before its Transaction has begun: common/sqlite.h says why.
//
// A StoreConnection is one thread's while it is lent. When the lease ends, its statements are
// reset, so that no forgotten row holds back the write-ahead log.

#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/sqlite.h"

namespace plotmeter {

class StoreConnection {
 public:
  StoreConnection(const std::string& path, Database::Mode mode) : db_(path, mode) {}

  // The statement of that text, prepared once. `sql` must live as long as the program: it is kept
  // by reference. The reference lives as long as the connection; one text is one statement, so a
  // statement in use is not asked for again inside its own loop.
  Statement& Sql(std::string_view sql);
  Database& db() { return db_; }
  void ResetUsed();

 private:
  struct Kept {
    Statement statement;
    bool used = false;
  };
  Database db_;
  std::unordered_map<std::string_view, std::unique_ptr<Kept>> statements_;
  std::vector<Kept*> used_;
};

class ConnectionPool {
 public:
  class Lease {
   public:
    Lease(ConnectionPool& pool, std::unique_ptr<StoreConnection> reader);  // a reader
    Lease(StoreConnection& writer, std::unique_lock<std::mutex> lock);     // the writer
    Lease(Lease&&) = delete;
    ~Lease();
    StoreConnection* operator->() { return connection_; }
    StoreConnection& operator*() { return *connection_; }

   private:
    ConnectionPool* pool_ = nullptr;
    std::unique_ptr<StoreConnection> reader_;
    std::unique_lock<std::mutex> lock_;
    StoreConnection* connection_ = nullptr;
  };

  // Opens the writer; readers are opened when they are needed. The file must exist. `patience` is
  // for other processes that write.
  ConnectionPool(std::string path, std::chrono::milliseconds patience);

  Lease Reader();
  Lease Writer();  // waits until the writer is free

 private:
  std::string path_;
  std::mutex writing_;
  StoreConnection writer_;
  std::mutex mutex_;  // guards idle_
  std::vector<std::unique_ptr<StoreConnection>> idle_;
};

}  // namespace plotmeter
