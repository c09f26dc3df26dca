// The first part of an answer, as bytes (RFC 9112). Pure.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "portal/http/http.h"

namespace plotmeter {

// How the reader finds the end of the body.
struct Framing {
  std::optional<std::uint64_t> length = {};  // absent: chunked, or with `closes` until the end
  bool is_chunked = false;
  bool closes = false;  // the connection ends with this answer
};

// Status line and fields, with the empty line. Adds what every answer of the portal has: Date,
// Strict-Transport-Security (one year), X-Content-Type-Options, and Cache-Control: no-store unless
// the handler said otherwise. The server does not name itself.
std::string HeadText(const Response& response, const Framing& framing,
                     std::chrono::system_clock::time_point now);

// "1f4\r\n" data "\r\n"; the empty chunk, which ends the body, is "0\r\n\r\n".
std::string ChunkText(std::string_view data);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
std::string HttpDate(std::chrono::system_clock::time_point at);

}  // namespace plotmeter
