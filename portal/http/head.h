// What a request said before its body, checked as strictly as RFC 9112 allows: two readers of one
// message must never see two different ones (request smuggling). Pure.

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "portal/http/http.h"

namespace plotmeter {

// The request line and fields as they stood on the wire, names and values in order.
struct RawHead {
  std::string method = {};
  std::string target = {};
  int version = 11;  // 10 or 11
  std::vector<std::pair<std::string, std::string>> fields = {};
};

struct Head {
  Request request;  // without its body; repeated fields joined (RFC 9110 section 5.3)
  bool is_http_1_0 = false;
  bool keeps_alive = false;       // the client would send another request
  bool expects_continue = false;  // it waits for "100 Continue" before it sends the body
  bool is_chunked = false;
  std::uint64_t content_length = 0;  // 0 when chunked, and when there is no body

  bool has_body() const { return is_chunked || content_length > 0; }
};

// Throws Problem:
//   400  no Host, or two; Content-Length that is no number or stands twice; both Content-Length and
//        Transfer-Encoding; Transfer-Encoding in HTTP/1.0; Host, Authorization, Content-Type twice;
//        a control character in a value; a target that is refused (target.h)
//   405  an unknown method
//   413  Content-Length beyond 2^63
//   417  an Expect that is not 100-continue
//   501  a transfer coding other than chunked
Head ReadHead(const RawHead& raw);

}  // namespace plotmeter
