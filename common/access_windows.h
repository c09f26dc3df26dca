// Windows only: who may open a file.
//
//    PrivateAccess access;
//    CreateDirectoryW(path, access.get());
//    StrangeOwnerOf("C:\\ProgramData\\Plotmeter")   "", or "eve"
//
// Trusted are SYSTEM, Administrators and the user of this process.

#pragma once

#include <windows.h>
// after it
#include <memory>
#include <string>

namespace plotmeter {

// The access list of what is ours alone: full access for SYSTEM and Administrators, and for a
// caller whose rights are not elevated, who would else lock himself out. Nothing is inherited from
// above, and the same holds for all that is made within.
class PrivateAccess {
 public:
  PrivateAccess();  // throws std::runtime_error

  SECURITY_ATTRIBUTES* get() { return &attributes_; }

 private:
  std::unique_ptr<void, decltype(&LocalFree)> descriptor_{nullptr, &LocalFree};
  SECURITY_ATTRIBUTES attributes_{.nLength = sizeof(SECURITY_ATTRIBUTES),
                                  .lpSecurityDescriptor = nullptr,
                                  .bInheritHandle = FALSE};
};

// The name of an owner who is not trusted; empty: a trusted one. Throws std::runtime_error when the
// system does not say.
std::string StrangeOwnerOf(const std::string& path);

}  // namespace plotmeter
