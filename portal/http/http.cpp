#include "portal/http/http.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "common/suggestion.h"
#include "portal/http/target.h"

namespace plotmeter {
namespace {

constexpr std::array<std::string_view, 6> kMethods = {"GET", "HEAD",  "POST",
                                                      "PUT", "PATCH", "DELETE"};

constexpr std::array kRoles = {Role::kCollector, Role::kCustomerViewer, Role::kResellerViewer,
                               Role::kResellerAdmin, Role::kOperator};

char Lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// A name for Content-Disposition that needs no quoting rules (RFC 6266).
std::string PlainFileName(std::string name) {
  for (char& c : name) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
    if (!plain) c = '_';
  }
  return name;
}

// What a stranger sent, short enough to be repeated to them.
std::string Repeated(std::string_view text) {
  constexpr std::size_t kEnough = 80;
  if (text.size() <= kEnough) return std::string(text);
  std::size_t end = kEnough;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace

std::string_view ToText(Role role) {
  switch (role) {
    case Role::kCollector:
      return "collector";
    case Role::kCustomerViewer:
      return "customer-viewer";
    case Role::kResellerViewer:
      return "reseller-viewer";
    case Role::kResellerAdmin:
      return "reseller-admin";
    case Role::kOperator:
      return "operator";
    case Role::kNobody:
      break;
  }
  return "nobody";
}

std::string Roles::ToString() const {
  if (anyone_) return "anyone";
  std::string out;
  for (const Role role : kRoles) {
    if (Contains(role)) out += (out.empty() ? "" : "|") + std::string(ToText(role));
  }
  return out.empty() ? "nobody" : out;
}

bool IsFieldName(std::string_view text) {  // a token, RFC 9110 section 5.6.2
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool IsFieldValue(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

bool Headers::CaseBlind::operator()(std::string_view a, std::string_view b) const {
  return std::ranges::lexicographical_compare(a, b, {}, Lower, Lower);
}

Headers::Headers(std::initializer_list<std::pair<std::string, std::string>> fields) {
  for (const auto& [name, value] : fields) Set(name, value);
}

void Headers::Set(const std::string& name, std::string value) {
  if (!IsFieldName(name)) throw std::invalid_argument("a header name is no token");
  if (!IsFieldValue(value)) throw std::invalid_argument("control character in header " + name);
  fields_.insert_or_assign(name, std::move(value));
}

const std::string* Headers::Find(std::string_view name) const {
  const auto field = fields_.find(name);
  return field == fields_.end() ? nullptr : &field->second;
}

Response Ok(const Json& json) { return {.body = JsonText(json)}; }

Response Created(const std::string& location, const Json& json) {
  return {.status = 201, .body = JsonText(json), .headers = {{"Location", location}}};
}

Response NoContent() { return {.status = 204, .content_type = ""}; }

Response File(std::string body, std::string content_type, const std::string& name) {
  return {.content_type = std::move(content_type),
          .body = std::move(body),
          .headers = {{"Content-Disposition",
                       fmt::format("attachment; filename=\"{}\"", PlainFileName(name))}}};
}

Response LongFile(Pull pull, std::string content_type, const std::string& name) {
  Response response = File("", std::move(content_type), name);
  response.pull = std::move(pull);
  return response;
}

std::string_view ReasonPhrase(int status) {  // RFC 9110 section 15, RFC 6585
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    default:
      return "Error";
  }
}

Problem& Problem::With(const std::string& member, Json value) {
  members[member] = std::move(value);
  return *this;
}

Problem& Problem::WithHeader(const std::string& name, std::string value) {
  headers.Set(name, std::move(value));
  return *this;
}

Response ToResponse(const Problem& problem) {
  Json json = problem.members;
  json["type"] = problem.type;
  json["title"] = ReasonPhrase(problem.status);
  json["status"] = problem.status;
  json["detail"] = problem.what();
  return {.status = problem.status,
          .content_type = "application/problem+json",
          .body = JsonText(json),
          .headers = problem.headers};
}

Request::Request(std::string method, std::string target)
    : method_(std::move(method)), target_(std::move(target)) {
  if (std::ranges::find(kMethods, method_) == kMethods.end()) {
    throw Problem(405, "this method is not served")
        .WithHeader("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE");
  }
  if (target_.size() > kMaxTarget) {
    throw Problem(414,
                  fmt::format("the target has {} bytes; at most {}", target_.size(), kMaxTarget));
  }
  auto parsed = ParseTarget(target_);
  if (const auto* bad = std::get_if<BadTarget>(&parsed)) throw Problem(400, bad->why);
  auto& good = std::get<Target>(parsed);
  path_ = std::move(good.path);
  segments_ = std::move(good.segments);
  query_ = std::move(good.query);
}

Json Request::BodyAsJson(const JsonLimits& limits) const {
  try {
    return ParseJson(body_, limits);
  } catch (const JsonError& error) {
    throw Problem(400, fmt::format("the body is not acceptable JSON: {}", error.what()));
  }
}

std::optional<std::string> Request::BearerToken() const {
  constexpr std::string_view kScheme = "bearer ";
  const std::string* field = Header("Authorization");
  if (field == nullptr || field->size() <= kScheme.size()) return std::nullopt;
  if (!std::ranges::equal(field->substr(0, kScheme.size()), kScheme, {}, Lower))
    return std::nullopt;
  const auto start = field->find_first_not_of(' ', kScheme.size());
  if (start == std::string::npos) return std::nullopt;
  return field->substr(start);
}

std::optional<std::string> Request::Cookie(std::string_view name) const {
  const std::string* field = Header("Cookie");
  if (field == nullptr) return std::nullopt;
  std::string_view rest = *field;
  while (!rest.empty()) {
    std::string_view pair = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return std::string(pair.substr(name.size() + 1));
    }
  }
  return std::nullopt;
}

const std::string& Request::Parameter(std::string_view name) const {
  const auto parameter = parameters_.find(name);
  if (parameter == parameters_.end()) {
    throw std::logic_error(fmt::format("the route of {} has no {{{}}}", path_, name));
  }
  return parameter->second;
}

const std::string* Request::QueryText(std::string_view name) const {
  const std::string* found = nullptr;
  for (const auto& [key, text] : query_) {
    if (key != name) continue;
    if (found != nullptr) {
      throw Problem(400, fmt::format("'{}' stands twice in the query", name))
          .With("field", std::string(name));
    }
    found = &text;
  }
  return found;
}

void Request::OnlyQuery(const std::vector<std::string>& names) const {
  for (const auto& [key, text] : query_) {
    if (std::ranges::find(names, key) != names.end()) continue;
    const std::string expected = names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
    throw Problem(400, fmt::format("'{}' is no parameter of this; expected {}{}", Repeated(key),
                                   expected, Suggestion(key, names)))
        .With("field", Repeated(key));
  }
}

Problem Request::Missing(std::string_view name, std::string_view expected) {
  return Problem(400, fmt::format("'{}' is missing; expected {}", name, expected))
      .With("field", std::string(name))
      .With("expected", std::string(expected));
}

Problem Request::Unreadable(std::string_view name, std::string_view text,
                            std::string_view expected) {
  return Problem(400, fmt::format("'{}' is '{}'; expected {}", name, Repeated(text), expected))
      .With("field", std::string(name))
      .With("expected", std::string(expected));
}

Request& Request::With(const std::string& header, std::string value) {
  headers_.Set(header, std::move(value));
  return *this;
}

Request& Request::WithBody(std::string body) {
  body_ = std::move(body);
  return *this;
}

Request& Request::WithPeer(Peer peer) {
  peer_ = std::move(peer);
  return *this;
}

Request& Request::WithDeadline(std::chrono::steady_clock::time_point deadline) {
  deadline_ = deadline;
  return *this;
}

Request& Request::WithParameters(std::map<std::string, std::string, std::less<>> parameters) {
  parameters_ = std::move(parameters);
  return *this;
}

}  // namespace plotmeter
