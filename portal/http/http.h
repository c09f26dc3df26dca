// The portal's own words for HTTP: who asks (Role, Caller), what was asked (Request), what is
// answered (Response, Problem). No HTTP library is known here; handlers see nothing else.
//
//    Response UsageController::List(const Request& request, const Caller& caller) const {
//      const auto month = request.Query<Month>("month");       // or a 400 that names 'month'
//      if (!ledger_.Knows(month)) throw Problem(404, "no readings in that month");
//      return Ok(ToJson(ledger_.Usage(caller.reseller, month)));
//    }
//
// All of these are values: copy them, move them, share a const one between threads.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/json.h"
#include "common/reseller.h"

namespace plotmeter {

enum class Role {
  kNobody,  // Zero opens no door.
  kCollector,
  kCustomerViewer,
  kResellerViewer,
  kResellerAdmin,
  kOperator,
};

std::string_view ToText(Role role);  // "customer-viewer"

// The roles that may use a route. A single Role is a set too; an empty set opens to nobody.
class Roles {
 public:
  constexpr Roles() = default;
  constexpr Roles(Role role)  // NOLINT: a role is the set of itself, so that routes read well
      : bits_(role == Role::kNobody ? 0u : 1u << static_cast<unsigned>(role)) {}

  constexpr bool Contains(Role role) const { return (bits_ & Roles(role).bits_) != 0; }
  constexpr bool is_anyone() const { return anyone_; }
  constexpr bool operator==(const Roles&) const = default;

  friend constexpr Roles operator|(Roles a, Roles b) {
    Roles both;
    both.bits_ = a.bits_ | b.bits_;
    both.anyone_ = a.anyone_ || b.anyone_;
    return both;
  }

  // A route for which no credentials are looked at: it serves everybody, or its body proves itself.
  static constexpr Roles Anyone() {
    Roles roles;
    roles.anyone_ = true;
    return roles;
  }

  // "customer-viewer|reseller-admin", "anyone", or "nobody".
  std::string ToString() const;

 private:
  unsigned bits_ = 0;
  bool anyone_ = false;
};

inline constexpr Roles kAnyone = Roles::Anyone();
inline constexpr Roles kResellers = Roles(Role::kResellerViewer) | Role::kResellerAdmin;
inline constexpr Roles kViewers = Roles(Role::kCustomerViewer) | kResellers;
inline constexpr Roles kAdmins = Roles(Role::kResellerAdmin) | Role::kOperator;
inline constexpr Roles kEverybody = kViewers | Role::kOperator;  // who has credentials, that is

// Who asks, as the access check found them. A default Caller is nobody, of no reseller.
struct Caller {
  ResellerId reseller = {};
  Role role = Role::kNobody;
  std::string id = {};        // of the person or token: "usr_3D8KX0PA", "tok_7Q2M9K4T"
  std::string name = {};      // of the token
  std::string customer = {};  // what a customer viewer is confined to; empty for the others
  std::vector<std::string> scopes = {};  // of a token
  std::string session = {};              // of a person: the hash of its cookie; empty: a token
  std::string csrf_token = {};           // of the session
};

// Header fields by name, whatever its case. Set throws std::invalid_argument for a name that is no
// token, and for a value with CR, LF, NUL or another control character, so that no answer can be
// split by what a stranger sent (RFC 9110 section 5.5).
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields);

  void Set(const std::string& name, std::string value);
  const std::string* Find(std::string_view name) const;  // null when absent; lives as long as this

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  struct CaseBlind {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const;
  };
  std::map<std::string, std::string, CaseBlind> fields_;
};

// True for a text that may stand in a header field.
bool IsFieldName(std::string_view text);
bool IsFieldValue(std::string_view text);

// Appends the next part of a long body; true while there is more. Called from worker threads, one
// call at a time, only as fast as the reader takes it; it must append something or return false.
// An exception cuts the connection, so that half an export never looks whole.
using Pull = std::function<bool(std::string& chunk)>;

struct Response {
  int status = 200;
  std::string content_type = "application/json";  // left out where `body` and `pull` are empty
  std::string body = {};
  Headers headers = {};
  std::vector<std::string> cookies = {};  // each a Set-Cookie of its own
  Pull pull = {};  // when set, the body comes from here and `body` is ignored
};

Response Ok(const Json& json);
Response Created(const std::string& location, const Json& json);
Response NoContent();

// A download under that name. Characters of `name` other than A-Z a-z 0-9 . _ - become "_".
Response File(std::string body, std::string content_type, const std::string& name);
Response LongFile(Pull pull, std::string content_type, const std::string& name);

// "Not Found" for 404; "Error" for a status that has no phrase here.
std::string_view ReasonPhrase(int status);

// A refusal, as RFC 9457 has it. Thrown by handlers; the router turns it into a response.
//
//    throw Problem(422, "'period' ends before it starts").With("field", "period");
//    {"detail":"'period' ends before it starts","field":"period","status":422,
//     "title":"Unprocessable Content","type":"about:blank"}
struct Problem : std::runtime_error {
  Problem(int status_in, const std::string& detail)
      : std::runtime_error(detail), status(status_in) {}

  // One more member of the answer, such as "field", "expected" or "check".
  Problem& With(const std::string& member, Json value);
  Problem& WithHeader(const std::string& name, std::string value);

  int status = 500;
  std::string type = "about:blank";  // a URI for a kind of problem that programs tell apart
  Json members = Json::object();
  Headers headers = {};
};

Response ToResponse(const Problem& problem);

// Where a request came from.
struct Peer {
  std::string address = {};  // "192.0.2.7", "2001:db8::7"
  std::string network = {};  // what limits count by: the address, or of IPv6 its /64

  // The certificate the peer showed in the TLS handshake and proved to own, if the listener asks
  // for one. No authority vouches for it: compare its key with one you know.
  std::string certificate_subject = {};     // RFC 2253: "CN=col_7Q2M9K4T"; empty without one
  std::string certificate_key_sha256 = {};  // of the SubjectPublicKeyInfo, lower-case hex
};

class Request {
 public:
  // The methods that exist here are GET HEAD POST PUT PATCH DELETE. Throws Problem 405 for another,
  // 400 or 414 for a target that target.h refuses.
  Request(std::string method, std::string target);

  const std::string& method() const { return method_; }
  const std::string& target() const { return target_; }  // raw: "/api/v1/usage?month=2026-07"
  const std::string& path() const { return path_; }      // decoded: "/api/v1/usage"
  const std::vector<std::string>& segments() const { return segments_; }  // "api", "v1", "usage"

  // A field by name, whatever its case; a field sent more than once is joined by ", ".
  const std::string* Header(std::string_view name) const { return headers_.Find(name); }
  const Headers& headers() const { return headers_; }

  const std::string& body() const { return body_; }
  Json BodyAsJson(const JsonLimits& limits = {}) const;  // Problem 400 where it is not

  const Peer& peer() const { return peer_; }

  // After this instant nobody waits for the answer any more. Long work may look at it.
  std::chrono::steady_clock::time_point deadline() const { return deadline_; }

  // What follows "Bearer " in Authorization (RFC 6750), or null.
  std::optional<std::string> BearerToken() const;

  // The value of that cookie (RFC 6265 section 5.4); the first where it comes twice.
  std::optional<std::string> Cookie(std::string_view name) const;

  // What stands in the place of {name} in the route's path, decoded. Throws std::logic_error
  // (a 500) where the route has no such name.
  const std::string& Parameter(std::string_view name) const;

  // A query parameter as a T, which has `static std::optional<T> Parse(std::string_view)` and
  // `kExample`, "a month such as 2026-07". Query throws Problem 400 when it is missing; both throw
  // when it cannot be read or stands twice.
  template <typename T>
  T Query(std::string_view name) const {
    const std::string* text = QueryText(name);
    if (text == nullptr) throw Missing(name, T::kExample);
    if (auto value = T::Parse(*text)) return *std::move(value);
    throw Unreadable(name, *text, T::kExample);
  }

  template <typename T>
  std::optional<T> OptionalQuery(std::string_view name) const {
    const std::string* text = QueryText(name);
    if (text == nullptr) return std::nullopt;
    if (auto value = T::Parse(*text)) return value;
    throw Unreadable(name, *text, T::kExample);
  }

  // The decoded text of a query parameter, or null.
  const std::string* QueryText(std::string_view name) const;

  // Problem 400 for a parameter that is none of these: a filter that is misspelt would show more
  // than was meant.
  void OnlyQuery(const std::vector<std::string>& names) const;

  // For who makes requests: the listener, and tests.
  //    router.Handle(Request("POST", "/api/v1/batches").With("Content-Type", "application/jose"))
  Request& With(const std::string& header, std::string value);
  Request& WithBody(std::string body);
  Request& WithPeer(Peer peer);
  Request& WithDeadline(std::chrono::steady_clock::time_point deadline);
  Request& WithParameters(std::map<std::string, std::string, std::less<>> parameters);

 private:
  static Problem Missing(std::string_view name, std::string_view expected);
  static Problem Unreadable(std::string_view name, std::string_view text,
                            std::string_view expected);

  std::string method_;
  std::string target_;
  std::string path_;
  std::vector<std::string> segments_;
  std::vector<std::pair<std::string, std::string>> query_;
  Headers headers_;
  std::string body_;
  Peer peer_;
  std::map<std::string, std::string, std::less<>> parameters_;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
};

}  // namespace plotmeter
