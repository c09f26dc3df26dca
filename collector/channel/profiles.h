// All profiles, and which of them is for a printer.
//
//    Profiles profiles = Profiles::BuiltIn();
//    profiles.AddFolder("/etc/plotmeter/profiles");            // --profiles
//    profiles.Of({.product = "W3Z71A", .model = "HP DesignJet Z9 24in"}).name    "designjet-z9"
//
// A product number decides before the model's text; of several profiles whose words are in the
// text, the one with the longest pattern. Whoever fits none gets "default".

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "collector/channel/profile.h"
#include "collector/channel/profile_file.h"

namespace plotmeter {

class Profiles {
 public:
  // Those of the program. Throws UsageError if they are not sound, which a test excludes.
  static Profiles BuiltIn();

  // Every *.json of a folder, in the order of their names: a new name is added, a known one
  // replaces. Throws UsageError that names folder or file, key, what came and what was expected.
  void AddFolder(const std::filesystem::path& folder);

  // The same of files that were read already: all or none. Two of them must not claim one pattern
  // or product number; what an earlier profile claimed is theirs now. One must be called "default":
  // it says what the others leave out.
  void Add(const std::vector<ProfileFile>& files);

  const ModelProfile& Of(const PrinterIdentity& printer) const;
  const ModelProfile& Default() const { return *Named("default"); }
  const ModelProfile* Named(std::string_view name) const;  // nullptr: none is called so

  const std::vector<ModelProfile>& all() const { return profiles_; }  // by name

 private:
  std::vector<ModelProfile> as_written_ = {};
  std::vector<ModelProfile> profiles_ = {};  // with what the default says
};

// Profiles::BuiltIn(), read once. For whoever is not told of others.
const Profiles& BuiltInProfiles();

}  // namespace plotmeter
