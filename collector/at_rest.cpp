#include "collector/at_rest.h"

#include <cstdlib>  // says whether this is glibc

#ifdef __GLIBC__
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#endif

namespace plotmeter {
#ifdef __GLIBC__
namespace {

// Of one program or library: its segments that cannot be written, and so are as they are in the
// file. The linker's tables of addresses lie in a writable one, even where they were made read-only
// after it had filled them in.
int LetGoOfPages(dl_phdr_info* info, std::size_t, void*) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t begin = (info->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const std::uintptr_t end = info->dlpi_addr + segment.p_vaddr + segment.p_memsz;
    madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);  // it is only a wish
  }
  return 0;
}

}  // namespace
#endif

void ShareMemoryBetweenThreads() {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);  // a second one grows by a system call for each page
#endif
}

void GiveBackMemory() {
#ifdef __GLIBC__
  malloc_trim(0);
  dl_iterate_phdr(LetGoOfPages, nullptr);
#endif
}

}  // namespace plotmeter
