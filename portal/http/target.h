// The request target, taken apart (RFC 9112 section 3.2, RFC 3986). Pure.
//
//    ParseTarget("/api/v1/printers/CN%C3%9C1?month=2026-07&q=a+b")
//      path      "/api/v1/printers/CNÜ1"
//      segments  {"api", "v1", "printers", "CNÜ1"}
//      query     {{"month", "2026-07"}, {"q", "a b"}}
//
// Decoded exactly once. Refused, with a sentence: an escape that is not two hex digits; an escaped
// "/" or "\" in the path and a raw "\"; a segment "." or ".."; a control character, raw or escaped;
// a raw character outside ASCII; text that is not UTF-8; a fragment; more than 100 parameters.
// In the query "+" is a blank, as browsers send it: a date's "+01:00" has to be sent as "%2B01:00".

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace plotmeter {

inline constexpr std::size_t kMaxTarget = 8192;  // bytes; RFC 9110 section 4.1 asks for 8000

struct Target {
  std::string path = {};
  std::vector<std::string> segments = {};  // one more than there are "/" after the first
  std::vector<std::pair<std::string, std::string>> query = {};
};

struct BadTarget {
  std::string why = {};
};

// Takes origin-form ("/path?query") and absolute-form ("https://host/path"), whose scheme and host
// are passed over. The length is the caller's to check.
std::variant<Target, BadTarget> ParseTarget(std::string_view text);

bool IsUtf8(std::string_view text);

}  // namespace plotmeter
