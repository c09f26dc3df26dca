#include <sys/prctl.h>
#include <sys/resource.h>

#include "common/core_dump.h"

namespace plotmeter {

// Neither can fail: lowering a limit is everybody's right.
void LeaveNoCoreDump() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

}  // namespace plotmeter
