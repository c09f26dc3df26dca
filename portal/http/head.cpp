#include "portal/http/head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>

namespace plotmeter {
namespace {

// A second one of these would have to be chosen between, and somebody chooses otherwise.
constexpr std::array<std::string_view, 7> kOnce = {
    "host",   "content-length", "authorization", "content-type", "transfer-encoding",
    "expect", "range"};

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool HasToken(const std::string* field, std::string_view token) {
  if (field == nullptr) return false;
  std::string rest = Lower(*field);
  rest += ',';
  for (std::size_t start = 0; start < rest.size();) {
    const auto comma = rest.find(',', start);
    std::string_view item(rest.data() + start, comma - start);
    while (item.starts_with(' ') || item.starts_with('\t')) item.remove_prefix(1);
    while (item.ends_with(' ') || item.ends_with('\t')) item.remove_suffix(1);
    if (item == token) return true;
    start = comma + 1;
  }
  return false;
}

void AddField(Request& request, const std::string& raw_name, const std::string& value) {
  const std::string name = Lower(raw_name);
  if (!IsFieldName(name) || !IsFieldValue(value)) {
    throw Problem(400, "a header field holds a character that may not stand there");
  }
  const std::string* earlier = request.Header(name);
  if (earlier == nullptr) {
    request.With(name, value);
  } else if (std::ranges::find(kOnce, name) != kOnce.end()) {
    throw Problem(400, fmt::format("the header field {} stands twice", name));
  } else {
    request.With(name, *earlier + (name == "cookie" ? "; " : ", ") + value);
  }
}

bool IsHost(std::string_view text) {  // RFC 3986 section 3.2: no blanks, no user, no path
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-._~:[]!$&'()*+,;=%").find(c) != std::string_view::npos;
  });
}

std::uint64_t Length(const std::string& text) {
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || end != text.data() + text.size() || error == std::errc::invalid_argument) {
    throw Problem(400, "Content-Length is not a number");
  }
  if (error != std::errc() || length > std::numeric_limits<std::int64_t>::max()) {
    throw Problem(413, "no body may be that long");
  }
  return length;
}

}  // namespace

Head ReadHead(const RawHead& raw) {
  Head head{.request = Request(raw.method, raw.target), .is_http_1_0 = raw.version == 10};
  Request& request = head.request;
  for (const auto& [name, value] : raw.fields) AddField(request, name, value);

  const std::string* host = request.Header("host");
  if (host == nullptr && !head.is_http_1_0) throw Problem(400, "the header field Host is missing");
  if (host != nullptr && !IsHost(*host)) throw Problem(400, "Host names no host");

  const std::string* coding = request.Header("transfer-encoding");
  const std::string* length = request.Header("content-length");
  if (coding != nullptr) {
    if (length != nullptr) throw Problem(400, "both Content-Length and Transfer-Encoding");
    if (head.is_http_1_0) throw Problem(400, "HTTP/1.0 has no Transfer-Encoding");
    if (Lower(*coding) != "chunked") throw Problem(501, "the one transfer coding here is chunked");
    head.is_chunked = true;
  } else if (length != nullptr) {
    head.content_length = Length(*length);
  }

  if (const std::string* expect = request.Header("expect"); expect && !head.is_http_1_0) {
    if (Lower(*expect) != "100-continue") throw Problem(417, "only 100-continue can be expected");
    head.expects_continue = true;
  }
  const std::string* connection = request.Header("connection");
  head.keeps_alive =
      head.is_http_1_0 ? HasToken(connection, "keep-alive") : !HasToken(connection, "close");
  return head;
}

}  // namespace plotmeter
