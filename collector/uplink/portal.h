// The seam between the collector and its portal: one request, one answer, nothing decided.
//
//    PortalAnswer answer = portal.Post("/api/v1/batches", "application/jose", sealed);
//    if (answer.seen == PortalSeen::kAnswered && answer.status == 200) Read(answer.body);
//
// Both calls wait, but never longer than the client's total deadline, and never throw for what the
// network did.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "common/time.h"

namespace plotmeter {

// What was seen, not what to do about it (collector/upload/retry.h decides).
enum class PortalSeen {
  kNothing,      // nobody asked
  kAnswered,     // whole: status, content_type and body are set. Unsigned, it still proves nothing.
  kUnreachable,  // no name, no route, refused, or cut off
  kUntrusted,    // TLS: the certificate is not one to be believed, or TLS could not be agreed upon
  kTimedOut,
  kTooLarge,   // the answer is longer than we read
  kCancelled,  // Cancel was called
};

std::string_view ToText(PortalSeen seen);

struct PortalAnswer {
  PortalSeen seen = PortalSeen::kNothing;
  std::string detail = {};  // for people: "certificate has expired"; empty with kAnswered
  int status = 0;           // HTTP
  std::string content_type = {};
  std::string body = {};
  std::optional<std::chrono::seconds> retry_after = {};  // only the form in seconds (RFC 9110)
  std::optional<Instant> date = {};  // the Date of whoever answered, to the second; unsigned
};

class Portal {
 public:
  virtual ~Portal() = default;

  // `path` is absolute: "/api/v1/keys".
  virtual PortalAnswer Get(const std::string& path) = 0;
  virtual PortalAnswer Post(const std::string& path, const std::string& content_type,
                            const std::string& body) = 0;

  // Ends what is under way and refuses what comes after. From any thread.
  virtual void Cancel() = 0;
};

}  // namespace plotmeter
