// The tenant. Every question to the portal's store names one.

#pragma once

#include <compare>
#include <string>

namespace plotmeter {

struct ResellerId {
  std::string value = {};  // "res_7Q2M9K4T"; empty is nobody's, and matches no row

  auto operator<=>(const ResellerId&) const = default;
};

}  // namespace plotmeter
