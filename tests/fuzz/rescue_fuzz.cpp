// Whatever is left of a spool is read as far as it goes, with and without SQLite, and that ends:
// first with its write-ahead log as it is, then with one whose sums are right, since torn frames
// hide the pages in them.
//
// The input: two bytes, how many blocks of 512 bytes the file has (big end first), the file, and
// all that follows is its log.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>

#include "collector/spool/legible.h"
#include "collector/spool/spool_schema.h"

namespace {

using namespace plotmeter;
namespace fs = std::filesystem;

constexpr std::size_t kBlock = 512;

void Check(bool is_so) {
  if (!is_so) std::abort();
}

struct Folder {
  Folder() {
    const fs::path memory = "/dev/shm";
    std::random_device chance;
    path = fs::is_directory(memory) ? memory : fs::temp_directory_path();
    path /= "plotmeter-rescue-" + std::to_string(chance());
    fs::create_directory(path);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path path = {};
};

// What is saved goes into such a one.
struct Fresh {
  Fresh() {
    PrepareSpool(db);
    db.Execute("PRAGMA foreign_keys=OFF");
  }
  Database db{":memory:", Database::Mode::kReadWriteCreate};
};

void Write(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void Lay(const std::string& path, std::string_view file, std::string_view log) {
  for (const char* part : {"-wal", "-shm", "-journal"}) fs::remove(path + part);
  Write(path, file);
  if (!log.empty()) Write(path + "-wal", log);
}

std::uint32_t Number(std::string_view bytes, std::size_t at, bool big) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number = number << 8 | static_cast<unsigned char>(bytes[at + (big ? i : 3 - i)]);
  }
  return number;
}

struct Sum {
  std::uint32_t first = 0, second = 0;

  void Add(std::string_view bytes, bool big) {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first += Number(bytes, at, big) + second;
      second += Number(bytes, at + 4, big) + first;
    }
  }
  void PutAt(std::string& bytes, std::size_t at) const {
    for (std::size_t i = 0; i < 4; ++i) {
      bytes[at + i] = static_cast<char>(first >> (24 - 8 * i));
      bytes[at + 4 + i] = static_cast<char>(second >> (24 - 8 * i));
    }
  }
};

// The same log, its frames all of the present turn and whole.
std::string Righted(std::string log, std::size_t page) {
  constexpr std::size_t kHead = 32, kFrame = 24;
  if (log.size() < kHead) return log;
  const bool big = Number(log, 0, true) % 2 == 1;
  Sum sum;
  sum.Add(std::string_view(log).substr(0, kHead - 8), big);
  sum.PutAt(log, kHead - 8);
  for (std::size_t at = kHead; at + kFrame + page <= log.size(); at += kFrame + page) {
    log.replace(at + 8, 8, log, 16, 8);
    sum.Add(std::string_view(log).substr(at, 8), big);
    sum.Add(std::string_view(log).substr(at + kFrame, page), big);
    sum.PutAt(log, at + 16);
  }
  return log;
}

void ReadLeaves(const std::string& path, Database& fresh) {
  const Transaction undone(fresh);
  EachLeaf(path, fresh, [&](LegibleRow& row) {
    Check(!row.table().empty() && row.Has("id"));
    if (row.Insert(fresh)) Check(fresh.Changes() == 1);
  });
}

void ReadTables(const std::string& path, Database& fresh) {
  try {
    const auto old = OpenLegible(path);
    if (old == nullptr) return;
    const Transaction undone(fresh);
    for (const char* table : {"printer", "known_printer", "sweep", "given_meter", "reading", "job",
                              "event", "alert", "batch", "batch_job"}) {
      EachLegible(*old, fresh, table, [&](LegibleRow& row) {
        Check(row.table() == table);
        (void)row.Insert(fresh);
      });
    }
  } catch (const SqliteError& error) {
    // What is neither damage nor trouble of the disk: a table that is another kind of thing.
    Check(*error.what() != '\0');
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  static const std::string path = (folder.path / "spool.db").string();
  static Fresh spool;
  Database& fresh = spool.db;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (size < 2) return 0;
  const std::size_t blocks = static_cast<std::size_t>(data[0]) << 8 | data[1];
  bytes.remove_prefix(2);
  const std::string_view file = bytes.substr(0, std::min(blocks * kBlock, bytes.size()));
  const std::string log(bytes.substr(file.size()));
  Lay(path, file, log);
  ReadLeaves(path, fresh);
  if (!log.empty()) {
    std::size_t page = file.size() >= 18 ? static_cast<std::size_t>(data[18]) << 8 | data[19] : 0;
    if (page < kBlock || (page & (page - 1)) != 0) page = 4096;  // what is usual
    Lay(path, file, Righted(log, page));
    ReadLeaves(path, fresh);
  }
  ReadTables(path, fresh);
  return 0;
}
