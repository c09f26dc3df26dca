// doctor: what the system says of the state directory. doctor_disk_posix.cpp and
// doctor_disk_windows.cpp look, each with the means and the advice of its system.

#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "collector/doctor.h"

namespace plotmeter {

inline constexpr std::uint64_t kMegabyte = 1'000'000;
inline constexpr std::uint64_t kTooLittle = 16 * kMegabyte;  // not even a week of a small site
inline constexpr std::uint64_t kLittle = 256 * kMegabyte;

struct Kept {
  const char* name;
  bool is_key;
};
inline constexpr std::array kFiles = {Kept{"key.pem", true},        Kept{"masking.key", true},
                                      Kept{"identity.json", false}, Kept{"spool.db", false},
                                      Kept{"spool.db-wal", false},  Kept{"spool.db-shm", false},
                                      Kept{"status.json", false},   Kept{"run.lock", false}};

// False when the directory is not even there.
bool ExaminePermissions(const std::string& directory, Findings& findings);

// Whether it takes files, and how much is free.
void ExamineRoom(const std::string& directory, Findings& findings);

}  // namespace plotmeter
