#include "portal/http/answer.h"

#include <fmt/format.h>

namespace plotmeter {

std::string HttpDate(std::chrono::system_clock::time_point at) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto days = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - days));
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(days).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
      time.seconds().count());
}

std::string HeadText(const Response& response, const Framing& framing,
                     std::chrono::system_clock::time_point now) {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                                 ReasonPhrase(response.status), HttpDate(now));
  text +=
      "Strict-Transport-Security: max-age=31536000\r\n"
      "X-Content-Type-Options: nosniff\r\n";
  if (response.headers.Find("Cache-Control") == nullptr) text += "Cache-Control: no-store\r\n";
  for (const auto& [name, value] : response.headers) text += name + ": " + value + "\r\n";
  for (const std::string& cookie : response.cookies) text += "Set-Cookie: " + cookie + "\r\n";

  // RFC 9110 section 8.6: these two have no body, and say nothing of its length.
  const bool has_none = response.status == 204 || response.status == 304;
  if (!has_none) {
    if (!response.content_type.empty()) text += "Content-Type: " + response.content_type + "\r\n";
    if (framing.is_chunked) text += "Transfer-Encoding: chunked\r\n";
    if (framing.length) text += fmt::format("Content-Length: {}\r\n", *framing.length);
  }
  if (framing.closes) text += "Connection: close\r\n";
  return text + "\r\n";
}

std::string ChunkText(std::string_view data) {
  if (data.empty()) return "0\r\n\r\n";
  std::string text = fmt::format("{:x}\r\n", data.size());
  text += data;
  return text + "\r\n";
}

}  // namespace plotmeter
