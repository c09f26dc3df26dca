// C:\ProgramData\Plotmeter as the installer meets it. Everybody may make folders in C:\ProgramData:
// one that a stranger made beforehand, or a link to elsewhere, is refused before anything is
// written to it or removed from it.
//
//    const DataFolder folder;               // throws SetUpError
//    folder.Put(L"collector.toml", text);   // what was there is now collector.toml.before
//    folder.Restore(L"collector.toml");     // as before Put; or
//    folder.Accept(L"collector.toml");

#pragma once

#include <optional>
#include <string>

#include "properties.h"

namespace plotmeter {

class DataFolder {
 public:
  DataFolder();

  const std::wstring& path() const { return path_; }
  std::wstring File(const std::wstring& name) const { return path_ + L"\\" + name; }
  bool Has(const std::wstring& name) const;
  std::optional<std::string> Read(const std::wstring& name) const;

  // Replaces the file in one step. What is new inherits the access list of the folder.
  void Put(const std::wstring& name, const std::string& content) const;
  void Restore(const std::wstring& name) const;
  void Accept(const std::wstring& name) const;

  // Removes the folder with all that is in it; of a link in it the link alone. What stays is said
  // to the log.
  void Purge(MSIHANDLE setup) const;

 private:
  std::wstring path_;
};

// The whole file, or nothing when there is none; throws SetUpError when it cannot be read, or is
// larger than any we know.
std::optional<std::string> ReadFileAt(const std::wstring& path);

}  // namespace plotmeter
