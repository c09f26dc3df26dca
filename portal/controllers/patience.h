// For handlers that read much.
//
//    for (const PrinterRow& printer : fleet) { CheckDeadline(request); … }

#pragma once

#include <chrono>

#include "portal/http/http.h"

namespace plotmeter {

// Problem 503 when nobody waits for the answer any more: to go on would keep a worker from others.
inline void CheckDeadline(const Request& request) {
  if (std::chrono::steady_clock::now() < request.deadline()) return;
  throw Problem(503, "the answer took too long; ask for less").WithHeader("Retry-After", "60");
}

}  // namespace plotmeter
