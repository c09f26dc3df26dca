#include "collector/channel/profiles.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "common/path.h"
#include "common/settings.h"

namespace plotmeter {
namespace {

constexpr std::uintmax_t kLargestFile = 1 << 20;  // bytes

std::string TextOf(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::file_size(file, error) > kLargestFile || error) {
    throw UsageError(fmt::format("{} cannot be read, or is larger than 1 MiB", PathText(file)));
  }
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw UsageError(fmt::format("{} cannot be read", PathText(file)));
  return text.str();
}

std::vector<std::string> Claims(const ModelProfile& profile) {
  std::vector<std::string> claims = profile.models;
  claims.insert(claims.end(), profile.products.begin(), profile.products.end());
  return claims;
}

// Of two profiles in one folder that claim the same, which was meant?
void RefuseTwoClaims(const std::vector<ModelProfile>& profiles) {
  std::map<std::string, std::string> claimed;
  for (const ModelProfile& profile : profiles) {
    for (const std::string& claim : Claims(profile)) {
      const auto [other, is_new] = claimed.emplace(claim, profile.name);
      if (is_new) continue;
      throw UsageError(
          fmt::format("profiles {} and {} both claim '{}'", other->second, profile.name, claim));
    }
  }
}

// What a profile does not say, the default says.
ModelProfile Completed(ModelProfile profile, const ModelProfile& fallback) {
  for (const std::string& model : profile.models) profile.patterns.push_back(WordsOfModel(model));
  if (!profile.believe.contains("*")) {
    profile.believe.insert(fallback.believe.begin(), fallback.believe.end());
  }
  if (!profile.queue_pause) profile.queue_pause = fallback.queue_pause;
  return profile;
}

}  // namespace

Profiles Profiles::BuiltIn() {
  Profiles profiles;
  profiles.Add(BuiltInProfileFiles());
  return profiles;
}

void Profiles::AddFolder(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  if (error || paths.empty()) {
    throw UsageError(
        fmt::format("'profiles' is '{}'; expected a folder with *.json in it", PathText(folder)));
  }
  std::ranges::sort(paths);
  std::vector<ProfileFile> files;
  for (const auto& path : paths) files.push_back({.name = PathText(path), .text = TextOf(path)});
  Add(files);
}

void Profiles::Add(const std::vector<ProfileFile>& files) {
  std::vector<ModelProfile> added;
  for (const ProfileFile& file : files) added.push_back(ParseProfile(file));
  RefuseTwoClaims(added);
  std::vector<ModelProfile> all = as_written_;
  for (const ModelProfile& profile : added) {
    std::erase_if(all, [&](const ModelProfile& old) { return old.name == profile.name; });
    for (const std::string& claim : Claims(profile)) {
      for (ModelProfile& old : all) {
        std::erase(old.models, claim);
        std::erase(old.products, claim);
      }
    }
  }
  all.insert(all.end(), added.begin(), added.end());
  std::ranges::sort(all, {}, &ModelProfile::name);
  const auto fallback = std::ranges::find(all, "default", &ModelProfile::name);
  if (fallback == all.end()) throw UsageError("there is no profile default.json");
  std::vector<ModelProfile> completed;
  for (const ModelProfile& profile : all) completed.push_back(Completed(profile, *fallback));
  as_written_ = std::move(all);
  profiles_ = std::move(completed);
}

const ModelProfile& Profiles::Of(const PrinterIdentity& printer) const {
  const ModelProfile* best = &Default();
  std::size_t most = 0;
  const std::vector<std::string> words = WordsOfModel(printer.model);
  for (const ModelProfile& profile : profiles_) {
    if (profile.HasProduct(printer.product)) return profile;
    const std::size_t fits = profile.Fits(words);
    if (fits > most) best = &profile;
    most = std::max(most, fits);
  }
  return *best;
}

const ModelProfile* Profiles::Named(std::string_view name) const {
  const auto found = std::ranges::find(profiles_, name, &ModelProfile::name);
  return found != profiles_.end() ? &*found : nullptr;
}

const Profiles& BuiltInProfiles() {
  static const Profiles profiles = Profiles::BuiltIn();
  return profiles;
}

}  // namespace plotmeter
