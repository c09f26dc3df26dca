#include "portal/http/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

#include "common/log.h"
#include "common/sqlite.h"
#include "portal/http/conditions.h"
#include "portal/http/target.h"

namespace plotmeter {
namespace {

constexpr std::uint64_t kUsualBody = std::uint64_t{1} << 20;

bool IsName(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

std::vector<std::string> Segments(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto slash = path.find('/');
    segments.emplace_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
  }
  return segments;
}

// An empty segment is no name of anything, so {name} never stands for it.
bool Fits(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  return std::ranges::equal(pattern, path, [](const std::string& a, const std::string& b) {
    return a == b || (IsName(a) && !b.empty());
  });
}

// Two templates that fit one path: the first with fixed text where the other has a name.
bool IsMoreFixed(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::ranges::lexicographical_compare(a, b, {}, IsName, IsName);
}

// "application/jose" of "Application/JOSE; charset=utf-8" (RFC 9110 section 8.3.1).
std::string MediaType(const std::string* field) {
  if (field == nullptr) return "";
  std::string type = field->substr(0, field->find(';'));
  type.erase(type.find_last_not_of(" \t") + 1);
  for (char& c : type) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return type;
}

// What came, short enough to be repeated to who sent it.
std::string Shown(const std::string& text) {
  constexpr std::size_t kEnough = 80;
  return text.size() <= kEnough && IsUtf8(text) ? "'" + text + "'" : "something else";
}

Problem NotAuthenticated(const Request& request) {
  constexpr const char* kBearer = "'Authorization: Bearer TOKEN'";
  if (request.Header("Authorization") == nullptr) {
    const std::string why =
        request.Header("Cookie") == nullptr
            ? fmt::format("this needs an API token: {}, or a session", kBearer)
            : fmt::format("the cookie is of no session that lasts: sign in anew; programs need {}",
                          kBearer);
    return Problem(401, why).WithHeader("WWW-Authenticate", "Bearer realm=\"plotmeter\"");
  }
  const char* why = request.BearerToken()
                        ? "the API token is unknown, expired or withdrawn"
                        : "'Authorization' is something else; expected Bearer TOKEN";
  return Problem(401, why)
      .With("field", "Authorization")
      .WithHeader("WWW-Authenticate", "Bearer realm=\"plotmeter\", error=\"invalid_token\"");
}

Problem AnotherMediaType(const std::string* field, const std::string& expected) {
  const std::string came = field == nullptr ? "missing" : Shown(*field);
  return Problem(415, fmt::format("'Content-Type' is {}; expected {}", came, expected))
      .With("field", "Content-Type")
      .With("expected", expected);
}

bool IsThisMachine(const std::string& address) {
  return address.starts_with("127.") || address.starts_with("::ffff:127.") || address == "::1";
}

Problem ChangedMeanwhile() {
  return Problem(412, "it was changed meanwhile: 'If-Match' is not its ETag; GET it again")
      .With("field", "If-Match");
}

// The log names the route and not the path, which may point at somebody's printer.
Response Failure(const std::string& route, const std::string& why) {
  Log(LogLevel::kError, "request_failed", {{"route", route}, {"why", why}});
  return ToResponse(Problem(500, "the portal failed; its log says why"));
}

// A bad field would let a value from outside split the answer; better no answer than that one.
void CheckFields(const Response& response) {
  if (!IsFieldValue(response.content_type)) {
    throw std::invalid_argument("control character in the content type");
  }
  if (!std::ranges::all_of(response.cookies, IsFieldValue)) {
    throw std::invalid_argument("control character in a cookie");
  }
}

// What is streamed is not there to be hashed before its head is sent.
bool HasEtag(std::string_view method, const Response& response) {
  return (method == "GET" || method == "PUT" || method == "PATCH") && response.status == 200 &&
         !response.pull && response.content_type == "application/json";
}

}  // namespace

Router::Route& Router::Route::MaxBody(std::uint64_t bytes) {
  max_body_ = bytes;
  return *this;
}

Router::Route& Router::Route::Accepts(std::string media_type) {
  media_type_ = std::move(media_type);
  return *this;
}

Router::Route& Router::Route::TakesJson() {
  return MaxBody(std::uint64_t{64} << 10).Accepts("application/json");
}

Router::Route& Router::Route::ForCollectors() {
  is_for_collectors_ = true;
  return *this;
}

Router::Route& Router::Route::OpenToThisMachine() {
  is_open_to_this_machine_ = true;
  return *this;
}

Router::Route& Router::Route::MakesOnce() {
  makes_once_ = true;
  return *this;
}

Router::Route& Router::Route::TakesChunked() {
  takes_chunked_ = true;
  return *this;
}

Router::Route& Router::Add(std::string method, std::string path, Roles roles, Handler handler) {
  if (!path.starts_with('/')) throw std::logic_error("a route starts with '/': " + path);
  auto pattern = Segments(path);
  for (const Route& route : routes_) {
    const bool same = std::ranges::equal(
        route.segments_, pattern,
        [](const auto& a, const auto& b) { return a == b || (IsName(a) && IsName(b)); });
    if (same && route.method_ == method) throw std::logic_error("a second route for " + path);
  }
  Route& route = routes_.emplace_back();
  route.max_body_ = method == "GET" ? 0 : kUsualBody;
  route.method_ = std::move(method);
  route.path_ = std::move(path);
  route.segments_ = std::move(pattern);
  route.roles_ = roles;
  route.handler_ = std::move(handler);
  return route;
}

const Router::Route& Router::Find(const Request& request) const {
  const std::string_view asked = request.method();
  const std::string_view method = asked == "HEAD" ? "GET" : asked;
  const Route* found = nullptr;
  for (const Route& route : routes_) {
    if (route.method_ != method || !Fits(route.segments_, request.segments())) continue;
    if (found == nullptr || IsMoreFixed(route.segments_, found->segments_)) found = &route;
  }
  if (found != nullptr) return *found;
  std::set<std::string> allowed;
  for (const Route& route : routes_) {
    if (!Fits(route.segments_, request.segments())) continue;
    allowed.insert(route.method_);
    if (route.method_ == "GET") allowed.insert("HEAD");
  }
  if (allowed.empty()) throw Problem(404, "there is nothing at this path");
  std::string list;
  for (const auto& name : allowed) list += (list.empty() ? "" : ", ") + name;
  throw Problem(405, fmt::format("{} is not among what this path takes: {}", asked, list))
      .WithHeader("Allow", list);
}

std::uint64_t Router::Admit(const Request& head) const {
  const Route& route = Find(head);
  const bool is_chunked = head.Header("Transfer-Encoding") != nullptr;
  if (is_chunked && !route.takes_chunked_) {
    throw Problem(411, "say how long the body is, with Content-Length");
  }
  std::uint64_t length = 0;
  if (const std::string* field = head.Header("Content-Length")) {
    std::from_chars(field->data(), field->data() + field->size(), length);
  }
  if (length > route.max_body_) {
    throw Problem(413, fmt::format("the body has {} bytes; at most {}", length, route.max_body_))
        .With("max_bytes", route.max_body_);
  }
  if (!route.media_type_.empty() && MediaType(head.Header("Content-Type")) != route.media_type_) {
    throw AnotherMediaType(head.Header("Content-Type"), route.media_type_);
  }
  return route.max_body_;
}

Caller Router::Authenticate(const Request& request) const {
  auto caller = authenticate_ ? authenticate_(request) : std::nullopt;
  if (!caller) throw NotAuthenticated(request);
  return *std::move(caller);
}

Response Router::Run(const Route& route, const Request& request, const Caller& caller) const {
  Response response;
  if (repeats_ != nullptr && Repeats::Wants(request, caller)) {
    response = repeats_->Once(request, caller, route.makes_once_,
                              [&] { return route.handler_(request, caller); });
  } else if (route.method_ == "GET" || route.method_ == "POST") {
    response = route.handler_(request, caller);
  } else {
    response = Change(route, request, caller);
  }
  if (!HasEtag(route.method_, response)) return response;
  const std::string etag = EtagOf(response.body);
  response.headers.Set("ETag", etag);
  const std::string* known = request.Header("If-None-Match");
  if (route.method_ == "GET" && known != nullptr && NamesEtag(*known, etag, true)) {
    response.status = 304;
    response.content_type = "";
    response.body.clear();
  }
  return response;
}

Response Router::Change(const Route& route, const Request& request, const Caller& caller) const {
  const std::string* expected = request.Header("If-Match");
  const auto shows = std::ranges::find_if(routes_, [&](const Route& other) {
    return other.method_ == "GET" && other.path_ == route.path_;
  });
  if (shows == routes_.end()) {
    // Nothing can be compared, so nobody waits: everybody's own password has one path.
    if (expected != nullptr) throw ChangedMeanwhile();
    return route.handler_(request, caller);
  }
  const std::lock_guard lock(
      (*changing_)[std::hash<std::string>()(request.path()) % changing_->size()]);
  if (expected != nullptr) {
    const bool is_so = shows->roles_.Contains(caller.role) &&
                       NamesEtag(*expected, EtagOf(shows->handler_(request, caller).body), false);
    if (!is_so) throw ChangedMeanwhile();
  }
  return route.handler_(request, caller);
}

Response Router::Serve(const Route& route, Request& request, const Caller* given) const {
  const bool is_open = route.roles_.is_anyone() ||
                       (route.is_open_to_this_machine_ && IsThisMachine(request.peer().address));
  const Caller caller = given != nullptr ? *given : is_open ? Caller{} : Authenticate(request);
  if (limits_ != nullptr) limits_->CheckCaller(caller);
  if (!is_open && !route.roles_.Contains(caller.role)) {
    throw Problem(403, fmt::format("this is for {}; who asks is {}", route.roles_.ToString(),
                                   Roles(caller.role).ToString()));
  }
  std::map<std::string, std::string, std::less<>> parameters;
  for (std::size_t i = 0; i < route.segments_.size(); ++i) {
    const std::string& name = route.segments_[i];
    if (IsName(name)) parameters[name.substr(1, name.size() - 2)] = request.segments()[i];
  }
  request.WithParameters(std::move(parameters));
  return Run(route, request, caller);
}

Response Router::Reply(Request& request, const Caller* given, const Route*& found) const {
  std::string name_of_route = "?";
  try {
    const Route& route = Find(request);
    found = &route;
    name_of_route = route.method_ + ' ' + route.path_;
    if (limits_ != nullptr) {
      route.is_for_collectors_ ? limits_->CheckCollectorAddress(request.peer())
                               : limits_->CheckAddress(request.peer());
    }
    Response response;
    const auto serve = [&] { response = Serve(route, request, given); };
    if (read_ && route.method_ == "GET") {
      read_(serve);
    } else {
      serve();
    }
    CheckFields(response);
    return response;
  } catch (const Problem& problem) {
    return ToResponse(problem);
  } catch (const SqliteBusy&) {
    return ToResponse(
        Problem(503, "the database is busy; come again").WithHeader("Retry-After", "5"));
  } catch (const std::exception& error) {
    return Failure(name_of_route, error.what());
  } catch (...) {
    return Failure(name_of_route, "something that is no exception");
  }
}

Response Router::Answer(Request& request, const Caller* given) const {
  const auto start = std::chrono::steady_clock::now();
  const Route* route = nullptr;
  Response response = Reply(request, given, route);
  RouteCounts& counts = route == nullptr ? *no_route_ : *route->counts_;
  counts.Add(response.status, std::chrono::duration_cast<std::chrono::microseconds>(
                                  std::chrono::steady_clock::now() - start));
  return response;
}

void Router::WriteMetrics(std::string& text) const {
  WriteHead("plotmeter_requests_total", "Requests by route and status.", "counter", text);
  for (const Route& route : routes_) {
    route.counts_->WriteRequests(route.method_ + ' ' + route.path_, text);
  }
  no_route_->WriteRequests("none", text);
  WriteHead("plotmeter_request_seconds", "How long handlers took.", "histogram", text);
  for (const Route& route : routes_) {
    route.counts_->WriteSeconds(route.method_ + ' ' + route.path_, text);
  }
}

Response Router::Handle(Request request) const { return Answer(request, nullptr); }

Response Router::Handle(Request request, const Caller& caller) const {
  return Answer(request, &caller);
}

std::vector<Router::Line> Router::Routes() const {
  std::vector<Line> lines;
  for (const Route& route : routes_) {
    lines.push_back({route.method_, route.path_, route.roles_, route.max_body_, route.media_type_});
  }
  return lines;
}

}  // namespace plotmeter
