#include "collector/spool/set_aside.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "common/log.h"
#include "common/path.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSpool = "spool.db.";

bool IsOurs(std::string_view kind) { return kind == "damaged" || kind == "begun"; }

// "damaged" of "spool.db.damaged-20261129T031500Z-2-wal"; empty of a file of another name.
std::string_view KindOf(std::string_view name) {
  if (!name.starts_with(kSpool)) return {};
  name.remove_prefix(kSpool.size());
  const std::string_view kind = name.substr(0, name.find('-'));
  return IsOurs(kind) || kind == "foreign" ? kind : std::string_view{};
}

std::optional<Instant> TimeOf(const std::string& name) {
  const std::size_t at = name.find('-') + 1;
  // Of a second: parts of one may follow.
  if (at == 0 || name.size() < at + 16) return {};
  return ParseInstant(name.substr(at, 4) + "-" + name.substr(at + 4, 2) + "-" +
                      name.substr(at + 6, 5) + ":" + name.substr(at + 11, 2) + ":" +
                      name.substr(at + 13, 2) + "Z");
}

}  // namespace

std::vector<SetAsideFile> SetAsideFiles(const std::string& directory) {
  std::vector<SetAsideFile> files;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(PathOf(directory), failed)) {
    const std::string name = PathText(entry.path().filename());
    if (KindOf(name).empty()) continue;
    std::error_code gone;
    const std::uintmax_t bytes = entry.file_size(gone);
    if (!gone) files.push_back({name, static_cast<std::int64_t>(bytes)});
  }
  std::ranges::sort(files, {}, &SetAsideFile::file);
  return files;
}

void ForgetSetAside(const std::string& directory, Instant now, std::chrono::milliseconds ran,
                    SeenAside& seen) {
  SeenAside here;
  for (const SetAsideFile& file : SetAsideFiles(directory)) {
    const std::optional<Instant> at = TimeOf(file.file);
    if (!IsOurs(KindOf(file.file)) || !at) continue;
    const auto before = seen.find(file.file);
    auto& so_far = here[file.file];
    if (before != seen.end()) so_far = before->second + ran;
    if (now - *at <= kKeepSetAside || so_far < kSeenAside) continue;
    std::error_code failed;
    if (!fs::remove(PathOf(directory + "/" + file.file), failed)) continue;
    Log(LogLevel::kWarning, "spool_set_aside_deleted", {{"file", file.file}});
    here.erase(file.file);
  }
  seen = std::move(here);
}

}  // namespace plotmeter
