#include "collector/at_rest.h"

#include <cstdlib>  // says whether this is glibc

#ifdef __GLIBC__
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#endif

namespace plotmeter {
#ifdef __GLIBC__
namespace {

constexpr int kRoom = 64 << 20;  // of addresses, not of memory
constexpr std::uintptr_t kLargePage = 2 << 20;

// Where the heap has large pages.
std::uintptr_t large_begin = 0;
std::uintptr_t large_end = 0;

std::uintptr_t EndOfHeap() { return reinterpret_cast<std::uintptr_t>(sbrk(0)); }

// A wish, too. What lies beyond the end was given back.
void AdviseLargePages(int advice) {
  const std::uintptr_t end = std::min(large_end, EndOfHeap());
  if (large_begin >= end) return;
  madvise(reinterpret_cast<void*>(large_begin), end - large_begin, advice);
}

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

void TakeMemoryInLargePages() {
#ifdef __GLIBC__
  mallopt(M_TRIM_THRESHOLD, 2 * kRoom);  // what is free stays, until GiveBackMemory
  mallopt(M_TOP_PAD, kRoom);
  const std::uintptr_t before = EndOfHeap();
  constexpr std::size_t kMoreThanIsLeft = 127 << 10;  // still from the heap, not mapped by itself
  void* volatile const extends = std::malloc(kMoreThanIsLeft);
  std::free(extends);
  mallopt(M_TOP_PAD, 128 << 10);  // as it was
  large_begin = (before + kLargePage - 1) & ~(kLargePage - 1);
  large_end = EndOfHeap();
  AdviseLargePages(MADV_HUGEPAGE);
#endif
}

void GiveBackMemory() {
#ifdef __GLIBC__
  malloc_trim(0);
  AdviseLargePages(MADV_NOHUGEPAGE);  // else the kernel makes large ones of them again
  dl_iterate_phdr(LetGoOfPages, nullptr);
#endif
}

}  // namespace plotmeter
