#include "collector/web/page.h"

#include <fmt/format.h>

#include <string_view>

namespace plotmeter {
namespace {

PageSeen SeenOf(int status) {
  if (status == 200) return PageSeen::kRead;
  if (status == 503) return PageSeen::kAsleep;
  if (status == 401 || status == 403) return PageSeen::kCredentials;
  return status >= 500 ? PageSeen::kUnreadable : PageSeen::kAbsent;
}

// By the first octets, no document begins so. It is never unpacked: a few bytes may become
// gigabytes.
std::string_view PackingOf(std::string_view body) {
  if (body.starts_with("\x1f\x8b")) return "gzip";
  if (body.starts_with("\x28\xb5\x2f\xfd")) return "zstd";
  if (body.starts_with("\x78\x01") || body.starts_with("\x78\x9c") ||
      body.starts_with("\x78\xda")) {
    return "deflate";
  }
  return {};
}

}  // namespace

Page JudgePage(const FetchResult& got, const DocumentLimits& limits) {
  Page page{.detail = got.detail};
  page.no_tls = got.fingerprint.empty() &&
                (got.seen == FetchSeen::kUnreachable || got.seen == FetchSeen::kTimedOut ||
                 got.seen == FetchSeen::kTlsTrouble);
  switch (got.seen) {
    case FetchSeen::kAnswered:
      break;
    case FetchSeen::kCertificateChanged:
      page.seen = PageSeen::kChanged;
      return page;
    case FetchSeen::kTooLarge:
    case FetchSeen::kNotHttp:
    case FetchSeen::kTlsTrouble:
      page.seen = PageSeen::kUnreadable;
      return page;
    default:
      page.seen = PageSeen::kSilent;
      return page;
  }
  page.seen = SeenOf(got.status);
  page.detail = fmt::format("HTTP {}", got.status);
  if (page.seen != PageSeen::kRead) return page;
  if (got.content_type.starts_with("text/html")) {
    page.seen = PageSeen::kAbsent;
    page.detail = "a web page";
    return page;
  }
  if (const std::string_view packed = PackingOf(got.body); !packed.empty()) {
    page.seen = PageSeen::kUnreadable;
    page.detail =
        fmt::format("{} bytes compressed with {}, which nobody asked for", got.body.size(), packed);
    return page;
  }
  try {
    page.document = ReadDocument(got.body, limits);
  } catch (const DocumentError& error) {
    page.seen = PageSeen::kUnreadable;
    page.detail = error.what();
  }
  return page;
}

}  // namespace plotmeter
