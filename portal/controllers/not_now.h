// 503: nothing was decided, and whoever asks again will be answered. Never signed.

#pragma once

#include "portal/http/http.h"

namespace plotmeter {

inline Problem NotNow(const std::string& why) {
  return Problem(503, why).WithHeader("Retry-After", "5");
}

}  // namespace plotmeter
