// JSON as values, read with limits. The one door to nlohmann/json.
//
//    Json j = ParseJson(text, {.max_bytes = 1 << 20});
//    j.at("serial").get<std::string>()
//
// Objects are sorted by name, so that dump() is the same bytes for the same value.

#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace plotmeter {

using Json = nlohmann::json;

struct JsonLimits {
  std::size_t max_bytes = std::size_t{64} << 20;
  int max_depth = 16;
  // Numbers that are no whole 64-bit number become strings of the digits sent: "0.210000" rather
  // than 0.21, for documents whose numbers are quantities. A string cannot be told from such a
  // number afterwards.
  bool fractions_as_text = false;
};

// Names what was wrong and where: "depth 17 at byte 40; at most 16".
struct JsonError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// RFC 8259, strictly: UTF-8 only, no comments, no repeated member in one object, nothing after the
// value. Throws JsonError.
Json ParseJson(std::string_view text, const JsonLimits& limits = {});

// The compact text of a value. Text that is not UTF-8 is written with replacement characters.
std::string JsonText(const Json& value);

}  // namespace plotmeter
