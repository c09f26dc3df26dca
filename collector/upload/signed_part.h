// The JWS of an answer: the body itself, or what a problem carries as "signed". Empty: nothing is
// signed, and the answer is network trouble.

#pragma once

#include <string>

#include "collector/uplink/portal.h"
#include "common/json.h"

namespace plotmeter {

inline constexpr const char* kJose = "application/jose";

inline std::string SignedPart(const PortalAnswer& answer) {
  if (answer.content_type.starts_with(kJose)) return answer.body;
  try {
    const Json problem = ParseJson(answer.body, {.max_bytes = 64 * 1024});
    if (problem.is_object() && problem.contains("signed") && problem.at("signed").is_string()) {
      return problem.at("signed").get<std::string>();
    }
  } catch (const JsonError&) {  // then nothing is signed, and that is what is said
  }
  return {};
}

}  // namespace plotmeter
