#include "collector/web/web_visit.h"

#include <fmt/format.h>

#include <utility>

namespace plotmeter {
namespace {

std::string BaseOf(const PrinterAddress& address) {
  if (!address.piws_url.empty()) {
    std::string base = address.piws_url;
    while (base.ends_with('/')) base.pop_back();
    return base;
  }
  const bool v6 = address.host.find(':') != std::string::npos;
  return fmt::format("https://{}:{}", v6 ? "[" + address.host + "]" : address.host,
                     address.https_port);
}

}  // namespace

WebVisit::WebVisit(PrinterWeb& web, const PrinterAddress& address, std::string_view root,
                   std::function<void(Told)> told)
    : web_(web),
      base_(BaseOf(address)),
      printer_(base_.substr(base_.find("//") + 2)),
      root_(root),
      done_(std::move(told)) {}

void WebVisit::Ask(std::vector<std::string> paths, Then next, std::chrono::milliseconds pause) {
  const std::string path = paths.front();
  paths.erase(paths.begin());
  FetchRequest request{.url = fmt::format("{}{}{}", base_, root_, path),
                       .accept = path.ends_with(".xml") ? "application/xml" : "application/json",
                       .pin = pin_,
                       .max_bytes = web_.settings_.max_bytes,
                       .deadline = web_.settings_.deadline,
                       .connect = web_.settings_.connect,
                       .pause = pause};
  web_.fetch_.Submit(std::move(request), [self = shared_from_this(), paths = std::move(paths),
                                          next = std::move(next), pause](const FetchResult& got) {
    const Page page = JudgePage(got, {.max_bytes = self->web_.settings_.max_bytes});
    self->Note(got, page);
    if (self->given_up_) return self->EndWithWhatThereIs(page);
    const bool elsewhere = page.seen == PageSeen::kAbsent || page.seen == PageSeen::kUnreadable;
    if (elsewhere && !paths.empty()) return self->Ask(paths, next, pause);
    next(page);
  });
}

void WebVisit::Note(const FetchResult& got, const Page& page) {
  at_ = now();
  date_ = got.date;
  if (!got.fingerprint.empty()) fingerprint_ = got.fingerprint;
  silent_in_a_row_ = page.seen == PageSeen::kSilent ? silent_in_a_row_ + 1 : 0;
  given_up_ = identified_ && (silent_in_a_row_ == 2 || got.seen == FetchSeen::kStopped ||
                              page.seen == PageSeen::kChanged);
}

bool WebVisit::IsThere(const Page& page, std::string_view protocol, std::string_view what) {
  switch (page.seen) {
    case PageSeen::kRead:
      return true;
    case PageSeen::kAbsent:
      End(Seen::kNotSpoken, fmt::format("no {}: {}", protocol, page.detail));
      break;
    case PageSeen::kAsleep:
      End(Seen::kAsleep, "it sleeps: " + page.detail);
      break;
    case PageSeen::kCredentials:
      End(Seen::kRefused, "it wants credentials: " + page.detail);
      break;
    case PageSeen::kChanged:
      EndCertificateChanged();
      break;
    case PageSeen::kUnreadable:
      End(Seen::kUnreadable, fmt::format("{}: {}", what, page.detail));
      break;
    case PageSeen::kSilent:
      End(Seen::kUnreachable, page.detail);
      break;
  }
  return false;
}

bool WebVisit::IsTheRememberedOne(const PrinterIdentity& identity) {
  if (!IsTheRememberedKey(web_.certificates_, identity, base_, fingerprint_)) {
    EndCertificateChanged();
    return false;
  }
  pin_ = fingerprint_;
  identified_ = true;
  return true;
}

void WebVisit::Take(const Page& page, std::string_view what, bool read) {
  taken_ += read ? 1 : 0;
  asleep_ += page.seen == PageSeen::kAsleep ? 1 : 0;
  if (read) return;
  told_.answers.remarks.push_back(
      fmt::format("{}: {}", what, page.seen == PageSeen::kRead ? "another document" : page.detail));
}

bool WebVisit::EndedAsleep() {
  if (taken_ > 0 || asleep_ == 0) return false;
  End(Seen::kAsleep, "it sleeps: HTTP 503");
  return true;
}

void WebVisit::EndWithWhatThereIs(const Page& page) {
  if (page.seen == PageSeen::kChanged) return EndCertificateChanged();
  if (taken_ == 0) return End(Seen::kUnreachable, page.detail);
  told_.answers.remarks.push_back("it stopped answering: " + page.detail);
  End(Seen::kAnswered, "");
}

void WebVisit::EndCertificateChanged() {
  told_.answers = {.remarks = {"certificate changed"}};
  End(Seen::kRefused, fingerprint_.empty() ? "certificate changed; now it comes without TLS"
                                           : "certificate changed; now SHA-256 " + fingerprint_);
}

void WebVisit::EndUnstarted() {
  told_.seen = Seen::kUnreachable;
  told_.detail = "stopped";
  told_.at = now();
  done_(std::move(told_));
}

void WebVisit::End(Seen seen, std::string detail) {
  told_.seen = seen;
  told_.detail = std::move(detail);
  if (told_.at == Instant{}) told_.at = at_;
  web_.Leave(printer_);
  done_(std::move(told_));
}

}  // namespace plotmeter
