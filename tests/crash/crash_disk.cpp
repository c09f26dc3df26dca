#include "tests/crash/crash_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <utility>

namespace plotmeter::crash {

// What all connections to one file share: its locks, and the memory of its write-ahead log.
struct CrashDisk::Shared {
  int readers = 0;
  bool reserved = false, pending = false, exclusive = false;
  std::vector<std::unique_ptr<char[]>> memory;
  std::array<int, SQLITE_SHM_NLOCK> shared_slots = {};
  std::array<bool, SQLITE_SHM_NLOCK> exclusive_slots = {};
};

struct CrashDisk::File {
  std::string path = {};  // empty: a temporary file, which no crash outlives
  std::string bytes = {};
  Shared shared = {};
};

namespace {

constexpr std::size_t kSector = 512;

using DiskFile = CrashDisk::File;

// What SQLite holds in its hand. It makes the memory, and zeroes nothing.
struct Handle {
  sqlite3_file base;
  CrashDisk* disk;
  std::shared_ptr<DiskFile> file;
  std::string gone;  // is deleted when it is closed
  int level;
  std::array<bool, SQLITE_SHM_NLOCK> shared_slots;
  std::array<bool, SQLITE_SHM_NLOCK> exclusive_slots;
};

Handle& Of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }

int Unlock(sqlite3_file* of, int level) {
  Handle& handle = Of(of);
  CrashDisk::Shared& locks = handle.file->shared;
  if (handle.level <= level) return SQLITE_OK;
  if (handle.level >= SQLITE_LOCK_RESERVED) {
    locks.reserved = locks.pending = locks.exclusive = false;
  }
  if (level == SQLITE_LOCK_NONE) --locks.readers;
  handle.level = level;
  return SQLITE_OK;
}

int Lock(sqlite3_file* of, int level) {
  Handle& handle = Of(of);
  CrashDisk::Shared& locks = handle.file->shared;
  if (handle.level >= level) return SQLITE_OK;
  if (handle.level == SQLITE_LOCK_NONE) {
    if (locks.pending || locks.exclusive) return SQLITE_BUSY;
    ++locks.readers;
    handle.level = SQLITE_LOCK_SHARED;
  }
  if (level == SQLITE_LOCK_SHARED) return SQLITE_OK;
  if (handle.level == SQLITE_LOCK_SHARED) {
    if (locks.reserved) return SQLITE_BUSY;
    locks.reserved = true;
    handle.level = SQLITE_LOCK_RESERVED;
  }
  if (level == SQLITE_LOCK_RESERVED) return SQLITE_OK;
  locks.pending = true;
  handle.level = SQLITE_LOCK_PENDING;
  if (locks.readers > 1) return SQLITE_BUSY;
  locks.exclusive = true;
  handle.level = SQLITE_LOCK_EXCLUSIVE;
  return SQLITE_OK;
}

int CheckReserved(sqlite3_file* of, int* out) {
  *out = Of(of).file->shared.reserved ? 1 : 0;
  return SQLITE_OK;
}

int ShmLock(sqlite3_file* of, int from, int count, int flags) {
  Handle& handle = Of(of);
  CrashDisk::Shared& locks = handle.file->shared;
  const auto begin = static_cast<std::size_t>(from);
  const auto end = begin + static_cast<std::size_t>(count);
  const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  if ((flags & SQLITE_SHM_UNLOCK) != 0) {
    for (std::size_t i = begin; i < end; ++i) {
      if (exclusive && handle.exclusive_slots[i]) {
        locks.exclusive_slots[i] = handle.exclusive_slots[i] = false;
      } else if (!exclusive && handle.shared_slots[i]) {
        --locks.shared_slots[i];
        handle.shared_slots[i] = false;
      }
    }
    return SQLITE_OK;
  }
  for (std::size_t i = begin; i < end; ++i) {
    const int others = locks.shared_slots[i] - (handle.shared_slots[i] ? 1 : 0);
    if (locks.exclusive_slots[i] && !handle.exclusive_slots[i]) return SQLITE_BUSY;
    if (exclusive && others > 0) return SQLITE_BUSY;
  }
  for (std::size_t i = begin; i < end; ++i) {
    if (exclusive) {
      locks.exclusive_slots[i] = handle.exclusive_slots[i] = true;
    } else if (!handle.shared_slots[i]) {
      ++locks.shared_slots[i];
      handle.shared_slots[i] = true;
    }
  }
  return SQLITE_OK;
}

int ShmMap(sqlite3_file* of, int region, int size, int extend, void volatile** out) {
  auto& memory = Of(of).file->shared.memory;
  const auto wanted = static_cast<std::size_t>(region);
  *out = nullptr;
  if (memory.size() <= wanted && extend == 0) return SQLITE_OK;
  while (memory.size() <= wanted) {
    memory.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
  }
  *out = memory[wanted].get();
  return SQLITE_OK;
}

int ShmUnmap(sqlite3_file* of, int gone) {
  for (const int flags : {SQLITE_SHM_SHARED, SQLITE_SHM_EXCLUSIVE}) {
    ShmLock(of, 0, SQLITE_SHM_NLOCK, SQLITE_SHM_UNLOCK | flags);
  }
  if (gone != 0) Of(of).file->shared.memory.clear();
  return SQLITE_OK;
}

int Close(sqlite3_file* of) {
  Handle& handle = Of(of);
  Unlock(of, SQLITE_LOCK_NONE);
  if (!handle.gone.empty()) handle.disk->Delete(handle.gone, false);
  handle.~Handle();
  return SQLITE_OK;
}

int Read(sqlite3_file* of, void* out, int count, sqlite3_int64 at) {
  const std::string& bytes = Of(of).file->bytes;
  const auto begin = static_cast<std::size_t>(at);
  const auto wanted = static_cast<std::size_t>(count);
  const std::size_t there = begin < bytes.size() ? std::min(wanted, bytes.size() - begin) : 0;
  if (there > 0) std::memcpy(out, bytes.data() + begin, there);
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(out) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;
}

int Write(sqlite3_file* of, const void* data, int count, sqlite3_int64 at) {
  return Of(of).disk->Write(Of(of).file, static_cast<const char*>(data),
                            static_cast<std::size_t>(count), static_cast<std::uint64_t>(at));
}
int Truncate(sqlite3_file* of, sqlite3_int64 size) {
  return Of(of).disk->Truncate(Of(of).file, static_cast<std::uint64_t>(size));
}
int Sync(sqlite3_file* of, int) { return Of(of).disk->Sync(Of(of).file); }

int Size(sqlite3_file* of, sqlite3_int64* out) {
  *out = static_cast<sqlite3_int64>(Of(of).file->bytes.size());
  return SQLITE_OK;
}

const sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = Close,
    .xRead = Read,
    .xWrite = Write,
    .xTruncate = Truncate,
    .xSync = Sync,
    .xFileSize = Size,
    .xLock = Lock,
    .xUnlock = Unlock,
    .xCheckReservedLock = CheckReserved,
    .xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; },
    .xSectorSize = [](sqlite3_file*) { return static_cast<int>(kSector); },
    .xDeviceCharacteristics = [](sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; },
    .xShmMap = ShmMap,
    .xShmLock = ShmLock,
    .xShmBarrier = [](sqlite3_file*) {},
    .xShmUnmap = ShmUnmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr};

CrashDisk& DiskOf(sqlite3_vfs* vfs) { return *static_cast<CrashDisk*>(vfs->pAppData); }

int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* of, int flags, int* out) {
  auto* handle = new (of) Handle{};
  handle->disk = &DiskOf(vfs);
  handle->file = handle->disk->Open(name != nullptr ? name : "", (flags & SQLITE_OPEN_CREATE) != 0);
  if (handle->file == nullptr) {
    handle->~Handle();
    of->pMethods = nullptr;
    return SQLITE_CANTOPEN;
  }
  if (name != nullptr && (flags & SQLITE_OPEN_DELETEONCLOSE) != 0) handle->gone = name;
  handle->base.pMethods = &kMethods;
  if (out != nullptr) *out = flags;
  return SQLITE_OK;
}

}  // namespace

CrashDisk::CrashDisk(std::uint64_t seed)
    : random_(seed), vfs_(std::make_unique<sqlite3_vfs>(*sqlite3_vfs_find(nullptr))) {
  vfs_->szOsFile = sizeof(Handle);
  vfs_->pNext = nullptr;
  vfs_->zName = "crash";
  vfs_->pAppData = this;
  vfs_->xOpen = plotmeter::crash::Open;
  vfs_->xDelete = [](sqlite3_vfs* vfs, const char* name, int sync) {
    if (!DiskOf(vfs).Exists(name)) return SQLITE_IOERR_DELETE_NOENT;
    DiskOf(vfs).Delete(name, sync != 0);
    return SQLITE_OK;
  };
  vfs_->xAccess = [](sqlite3_vfs* vfs, const char* name, int, int* out) {
    *out = DiskOf(vfs).Exists(name) ? 1 : 0;
    return SQLITE_OK;
  };
  vfs_->xFullPathname = [](sqlite3_vfs*, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
  };
  vfs_->xRandomness = [](sqlite3_vfs* vfs, int count, char* out) {
    DiskOf(vfs).Random(out, static_cast<std::size_t>(count));
    return count;
  };
  vfs_->xSleep = [](sqlite3_vfs*, int micros) { return micros; };
}

CrashDisk::~CrashDisk() = default;

CrashDisk::Mounted::Mounted(CrashDisk& disk) : before_(sqlite3_vfs_find(nullptr)) {
  sqlite3_vfs_register(disk.vfs_.get(), 1);
}
CrashDisk::Mounted::~Mounted() {
  sqlite3_vfs* const ours = sqlite3_vfs_find("crash");
  sqlite3_vfs_unregister(ours);
  sqlite3_vfs_register(before_, 1);
}

std::shared_ptr<CrashDisk::File> CrashDisk::Open(const std::string& path, bool create) {
  if (path.empty()) return std::make_shared<File>();
  const auto found = files_.find(path);
  if (found != files_.end()) return found->second;
  if (!create) return nullptr;
  ops_.push_back({.kind = Op::Kind::kCreate, .path = path});
  auto file = std::make_shared<File>();
  file->path = path;
  return files_.emplace(path, std::move(file)).first->second;
}

void CrashDisk::Delete(const std::string& path, bool sync) {
  if (files_.erase(path) == 0) return;
  ops_.push_back({.kind = Op::Kind::kDelete, .path = path, .durable = sync});
}

void CrashDisk::Random(char* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<char>(random_());
}

bool CrashDisk::Fails() {
  const std::size_t call = calls_++;
  return fails_at && call >= *fails_at && call < *fails_at + fails_for;
}

bool CrashDisk::Takes(std::uint64_t more) const { return !room || used() + more <= *room; }

std::uint64_t CrashDisk::used() const {
  std::uint64_t used = 0;
  for (const auto& [path, file] : files_) used += file->bytes.size();
  return used;
}

int CrashDisk::Write(const std::shared_ptr<File>& file, const char* data, std::size_t count,
                     std::uint64_t at) {
  if (!file->path.empty()) {
    if (Fails()) return SQLITE_IOERR_WRITE;
    const std::uint64_t size = file->bytes.size();
    if (at + count > size && !Takes(at + count - size)) return SQLITE_FULL;
    ops_.push_back({.kind = Op::Kind::kWrite, .path = file->path, .at = at, .data = {data, count}});
  }
  if (file->bytes.size() < at + count) file->bytes.resize(at + count);
  file->bytes.replace(at, count, data, count);
  return SQLITE_OK;
}

int CrashDisk::Truncate(const std::shared_ptr<File>& file, std::uint64_t size) {
  if (!file->path.empty()) {
    if (Fails()) return SQLITE_IOERR_TRUNCATE;
    ops_.push_back({.kind = Op::Kind::kTruncate, .path = file->path, .at = size});
  }
  file->bytes.resize(size);
  return SQLITE_OK;
}

int CrashDisk::Sync(const std::shared_ptr<File>& file) {
  if (file->path.empty()) return SQLITE_OK;
  if (Fails()) return SQLITE_IOERR_FSYNC;
  const bool is_lie = std::uniform_real_distribution<double>(0, 1)(random_) < lies;
  ops_.push_back({.kind = Op::Kind::kSync, .path = file->path, .durable = !is_lie});
  return SQLITE_OK;
}

namespace {

void Put(std::string& bytes, std::uint64_t at, const std::string& data, std::size_t from,
         std::size_t count) {
  if (bytes.size() < at + from + count) bytes.resize(at + from + count);
  bytes.replace(at + from, count, data, from, count);
}

}  // namespace

CrashDisk::Contents CrashDisk::After(std::size_t ops, Loss loss, std::mt19937_64& chance) const {
  struct Image {
    bool is_new = true;    // it was not synced since it was made
    bool named = false;    // the folder on the disk knows it
    bool removed = false;  // and was told to forget it
    std::string bytes = {};
    std::vector<const Op*> pending = {};
  };
  std::map<std::string, Image> images;
  const auto apply = [&](Image& image, const Op& op, Loss how) {
    // Each write arrives whole, not at all, or in some of its sectors.
    if (op.kind == Op::Kind::kTruncate) {
      if (how == Loss::kNothing || chance() % 2 == 0) image.bytes.resize(op.at);
      return;
    }
    const auto fate = how == Loss::kNothing ? 0 : chance() % 4;
    if (fate == 1) return;
    for (std::size_t from = 0; from < op.data.size();) {
      const std::size_t end = std::min(op.data.size(), from + kSector - (op.at + from) % kSector);
      if (fate != 2 || chance() % 2 == 0) Put(image.bytes, op.at, op.data, from, end - from);
      from = end;
    }
  };
  const auto settle = [&](Image& image, Loss how) {
    if (how != Loss::kAllUnsynced) {
      std::vector<const Op*> order = image.pending;
      if (how == Loss::kAny) std::ranges::shuffle(order, chance);
      for (const Op* op : order) apply(image, *op, how);
    }
    image.pending.clear();
  };
  const auto sync_folder = [&] {
    std::erase_if(images, [](const auto& of) { return of.second.removed; });
    for (auto& [path, image] : images) image.named = true;
  };
  for (std::size_t i = 0; i < std::min(ops, ops_.size()); ++i) {
    const Op& op = ops_[i];
    Image& image = images[op.path];
    switch (op.kind) {
      case Op::Kind::kCreate:
        if (image.removed) image = {};  // another file by that name
        break;
      case Op::Kind::kWrite:
      case Op::Kind::kTruncate:
        image.pending.push_back(&op);
        break;
      case Op::Kind::kSync:
        if (!op.durable) break;
        settle(image, Loss::kNothing);
        // As SQLite does it on unix: with the first sync of a new journal or log.
        if (std::exchange(image.is_new, false) &&
            (op.path.ends_with("-wal") || op.path.ends_with("-journal"))) {
          sync_folder();
        }
        break;
      case Op::Kind::kDelete:
        image.removed = true;
        if (op.durable) sync_folder();
        break;
    }
  }
  Contents contents;
  for (auto& [path, image] : images) {
    settle(image, loss);
    const bool luck = loss == Loss::kNothing || (loss == Loss::kAny && chance() % 2 == 0);
    if (image.removed ? !luck && image.named : image.named || luck) {
      contents.emplace(path, std::move(image.bytes));
    }
  }
  return contents;
}

}  // namespace plotmeter::crash
