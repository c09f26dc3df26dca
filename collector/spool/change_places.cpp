#include "collector/spool/change_places.h"

#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

#include "common/path.h"
#include "common/private_file.h"
#include "common/sqlite.h"

namespace plotmeter {
namespace {

constexpr std::string_view kReady = ".rescued-";  // the tag follows
constexpr const char* kLog = "-wal";

void OrDiskError(const std::string& doing, const std::function<void()>& act) {
  try {
    act();
  } catch (const std::filesystem::filesystem_error& error) {
    throw SqliteError::OfDisk(fmt::format("cannot {}: {}", doing, error.code().message()));
  } catch (const SqliteError&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw SqliteError::OfDisk(fmt::format("cannot {}: {}", doing, error.what()));
  }
}

bool IsTaken(const std::set<std::string>& names, const std::string& name) {
  return names.contains(name) || names.contains(name + kLog);
}

std::string FreeName(const std::set<std::string>& names, const std::string& name) {
  std::string free = name;
  for (int i = 2; IsTaken(names, free); ++i) free = fmt::format("{}-{}", name, i);
  return free;
}

// The one that is whole and has not its place yet.
std::optional<std::string> Ready(const std::set<std::string>& names, const std::string& file) {
  const std::string begin = file + std::string(kReady);
  for (auto name = names.lower_bound(begin); name != names.end(); ++name) {
    if (!name->starts_with(begin)) break;
    if (!name->ends_with(kLog) && !name->ends_with("-shm")) return *name;
  }
  return {};
}

// Begun again at any point it comes to the same: as long as the new one has not its place, its name
// says where the old one goes.
void Swap(SpoolFolder& folder, const std::string& file, const std::string& ready,
          const std::string& aside) {
  const std::set<std::string> names = folder.Names();
  if (names.contains(file)) folder.Rename(file, aside);
  if (names.contains(file + kLog)) {
    // One that is there already is the log of the old one; this is of another.
    const bool is_free = !names.contains(aside + kLog);
    folder.Rename(file + kLog, (is_free ? aside : FreeName(names, aside)) + kLog);
  }
  if (names.contains(file + "-shm")) folder.Remove(file + "-shm");
  folder.Sync();
  folder.Rename(ready, file);
  folder.Sync();
}

}  // namespace

std::set<std::string> DiskFolder::Names() {
  std::set<std::string> names;
  OrDiskError("list " + path_, [&] {
    for (const auto& entry : std::filesystem::directory_iterator(PathOf(path_))) {
      names.insert(PathText(entry.path().filename()));
    }
  });
  return names;
}

void DiskFolder::Rename(const std::string& from, const std::string& to) {
  OrDiskError(fmt::format("rename {}/{} to {}", path_, from, to), [&] {
    std::filesystem::rename(PathOf(path_ + "/" + from), PathOf(path_ + "/" + to));
  });
}

void DiskFolder::Remove(const std::string& name) {
  OrDiskError(fmt::format("remove {}/{}", path_, name),
              [&] { std::filesystem::remove(PathOf(path_ + "/" + name)); });
}

void DiskFolder::Sync() {
  OrDiskError("sync " + path_, [&] { SyncFolder(path_); });
}

void ChangePlaces(SpoolFolder& folder, const std::string& file, const std::string& tag) {
  const std::string ready = file + std::string(kReady) + tag;
  folder.Rename(file + kBuilding, ready);
  folder.Sync();  // or the old one might be gone and the new one still seem to be half made
  Swap(folder, file, ready, file + "." + tag);
}

std::string FreeTag(SpoolFolder& folder, const std::string& file, const std::string& tag) {
  return FreeName(folder.Names(), file + "." + tag).substr(file.size() + 1);
}

bool IsBeingReplaced(SpoolFolder& folder, const std::string& file) {
  const std::set<std::string> names = folder.Names();
  return !names.contains(file) &&
         (names.contains(file + kBuilding) || Ready(names, file).has_value());
}

Unfinished FinishEarlier(SpoolFolder& folder, const std::string& file) {
  using Is = Unfinished::Is;
  const std::set<std::string> names = folder.Names();
  if (const std::optional<std::string> ready = Ready(names, file)) {
    const std::string aside = file + "." + ready->substr(file.size() + kReady.size());
    if (names.contains(file) && names.contains(aside)) return {Is::kBegun, *ready};
    Swap(folder, file, *ready, aside);
    return {Is::kFinished};
  }
  if (names.contains(file) || !names.contains(file + kBuilding)) return {};
  if (names.contains(file + kBuilding + kLog)) folder.Rename(file + kBuilding + kLog, file + kLog);
  folder.Rename(file + kBuilding, file);
  folder.Sync();
  return {Is::kHalf};
}

std::string FinishWith(SpoolFolder& folder, const std::string& file, const std::string& ready) {
  const std::string tag = ready.substr(file.size() + kReady.size());
  std::string aside = FreeName(folder.Names(), file + ".begun-" + tag.substr(tag.find('-') + 1));
  Swap(folder, file, ready, aside);
  return aside;
}

}  // namespace plotmeter
