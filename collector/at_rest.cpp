#include "collector/at_rest.h"

#include <cstdlib>  // says whether this is glibc

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace plotmeter {

void ShareMemoryBetweenThreads() {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 2);  // who reads and who asks work at the same time
#endif
}

void GiveBackMemory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace plotmeter
