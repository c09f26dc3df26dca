// A disk for SQLite that lives in memory, remembers every write, and can say what it would hold had
// the power gone out at any moment: what was synced, and of the rest whatever chance lets arrive,
// in any order, with a write torn between its sectors.
//
//    CrashDisk disk(seed);
//    {
//      CrashDisk::Mounted here(disk);        // every database opened from now on lies on it
//      Spool spool(…);
//      spool.Keep(reading);
//      kept_at = disk.ops();                 // from here on the promise holds
//    }
//    for (std::size_t op = 0; op <= disk.ops(); ++op)
//      for (auto& [path, bytes] : disk.After(op, CrashDisk::Loss::kAny, chance)) …
//
// It can also be full, or fail, at a place that is named, while it is used. One thread uses it.
//
// The model: a sector of 512 bytes is written wholly or not at all; a sync of a file makes what was
// written to it before durable; names come and go with a sync of the folder, which SQLite asks for
// with the first sync of a new journal or log, and not when it removes one; between two syncs
// anything may arrive, or nothing. A disk that lies (`lies`) takes a sync for done and does
// nothing.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

struct sqlite3_vfs;

namespace plotmeter::crash {

class CrashDisk {
 public:
  explicit CrashDisk(std::uint64_t seed);
  ~CrashDisk();
  CrashDisk(const CrashDisk&) = delete;
  CrashDisk& operator=(const CrashDisk&) = delete;

  // As long as it lives, the disk is where SQLite opens files.
  class Mounted {
   public:
    explicit Mounted(CrashDisk& disk);
    ~Mounted();
    Mounted(const Mounted&) = delete;
    Mounted& operator=(const Mounted&) = delete;

   private:
    sqlite3_vfs* before_;
  };

  std::size_t ops() const { return ops_.size(); }

  enum class Loss { kAllUnsynced, kNothing, kAny };
  using Contents = std::map<std::string, std::string>;  // by path
  // What it holds when the power goes out after so many operations.
  Contents After(std::size_t ops, Loss loss, std::mt19937_64& chance) const;

  // What goes wrong while it is used, from now on.
  std::optional<std::uint64_t> room = {};       // bytes of all files; more is "disk full"
  std::optional<std::size_t> fails_at = {};     // this write, sync or truncation (counted from 0)
  std::size_t fails_for = 1;                    // and so many from there
  double lies = 0;                              // how many of the syncs are only pretended, 0 to 1
  std::size_t calls() const { return calls_; }  // writes, syncs and truncations so far
  std::uint64_t used() const;                   // bytes of all files

  // What SQLite calls.
  struct File;
  struct Shared;
  int Write(const std::shared_ptr<File>& file, const char* data, std::size_t count,
            std::uint64_t at);
  int Truncate(const std::shared_ptr<File>& file, std::uint64_t size);
  int Sync(const std::shared_ptr<File>& file);
  std::shared_ptr<File> Open(const std::string& path, bool create);
  bool Exists(const std::string& path) const { return files_.contains(path); }
  void Delete(const std::string& path, bool sync);
  void Random(char* out, std::size_t count);

 private:
  struct Op {
    enum class Kind { kCreate, kWrite, kTruncate, kSync, kDelete } kind;
    std::string path;
    std::uint64_t at = 0;  // where, or the new size
    std::string data = {};
    bool durable = false;  // kDelete: the folder was synced; kSync: it was no lie
  };
  bool Fails();
  bool Takes(std::uint64_t more) const;

  std::vector<Op> ops_;
  std::map<std::string, std::shared_ptr<File>> files_;
  std::mt19937_64 random_;
  std::size_t calls_ = 0;
  std::unique_ptr<sqlite3_vfs> vfs_;
};

}  // namespace plotmeter::crash
