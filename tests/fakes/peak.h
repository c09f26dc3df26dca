// How much memory this process has held at the most.

#pragma once

#ifdef _WIN32
#include <windows.h>
// after it
#include <psapi.h>
#else
#include <sys/resource.h>
#endif

namespace plotmeter {

inline long PeakMegabytes() {
#ifdef _WIN32
  PROCESS_MEMORY_COUNTERS counters{};
  GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters);
  return static_cast<long>(counters.PeakWorkingSetSize >> 20);
#else
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
#endif
}

}  // namespace plotmeter
