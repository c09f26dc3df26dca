#include "collector/web/web_visit.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace plotmeter {
namespace {

constexpr std::string_view kSleeps = "it sleeps: HTTP 503";
// For what it says to one channel to count for the next: they come one after the other in a round.
constexpr std::chrono::minutes kJustNow{1};
constexpr std::size_t kMostAbsent = 64;  // paths of one printer

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

std::string PrinterName(const PrinterAddress& address) {
  const std::string base = BaseOf(address);
  const auto slashes = base.find("//");
  return slashes == std::string::npos ? base : base.substr(slashes + 2);
}

WebVisit::WebVisit(PrinterWeb& web, const PrinterAddress& address, const WebProtocol& protocol,
                   std::function<void(Told)> told)
    : web_(web),
      protocol_(protocol),
      base_(BaseOf(address)),
      printer_(PrinterName(address)),
      done_(std::move(told)) {}

void WebVisit::Start(bool always) {
  const Presence& presence = web_.presences_[{printer_, protocol_.kind}];
  new_ = presence.seen() == Seen::kNothing;
  not_after_ = std::chrono::steady_clock::now() + web_.settings_.visit;
  if (!always && !presence.IsDue(now())) {
    at_ = presence.at();
    return Finish(presence.seen(), presence.detail());
  }
  if (!always && SaidItSleeps()) {
    at_ = now();
    return Finish(Seen::kAsleep, std::string(kSleeps));
  }
  Shielded([this] { Begin(); });
}

// Only to a channel that it once spoke: what was never there may say 503 for ever.
bool WebVisit::SaidItSleeps() const {
  for (const ChannelKind kind : {ChannelKind::kPiws, ChannelKind::kLedm}) {
    const auto other = web_.presences_.find({printer_, kind});
    if (kind == protocol_.kind || other == web_.presences_.end()) continue;
    const Presence& presence = other->second;
    if (presence.spoken() && presence.seen() == Seen::kAsleep &&
        std::chrono::abs(now() - presence.at()) < kJustNow) {
      return true;
    }
  }
  return false;
}

std::string WebVisit::PathOf(const std::string& path) const {
  return std::string(protocol_.root) + path;
}

bool WebVisit::IsAbsent(const std::string& path) const {
  const auto paths = web_.absent_.find(printer_);
  if (paths == web_.absent_.end()) return false;
  const auto found = paths->second.find(PathOf(path));
  return found != paths->second.end() && !found->second.IsDue(now());
}

bool WebVisit::IsAbsent(const std::vector<std::string>& paths) const {
  return std::ranges::all_of(paths, [this](const auto& path) { return IsAbsent(path); });
}

void WebVisit::Ask(std::vector<std::string> paths, Then next, std::chrono::milliseconds pause) {
  not_after_ += pause;
  if (identified_ && std::chrono::steady_clock::now() >= not_after_) {
    return EndWithWhatThereIs({.detail = "it takes too long"});
  }
  while (paths.size() > 1 && IsAbsent(paths.front())) paths.erase(paths.begin());
  const std::string path = paths.front();
  paths.erase(paths.begin());
  const bool xml = path.ends_with(".xml");
  asked_path_ = PathOf(path);
  asked_ = base_ + asked_path_;
  FetchRequest request{.url = asked_,
                       .accept = xml                       ? "application/xml"
                                 : path.ends_with(".json") ? "application/json"
                                                           : std::string(protocol_.accept),
                       .https_only = !plain_,
                       .pin = pin_,
                       .max_bytes = web_.settings_.max_bytes,
                       .deadline = web_.settings_.deadline,
                       .connect = web_.settings_.connect,
                       .pause = pause};
  web_.fetch_.Submit(std::move(request), [self = shared_from_this(), paths = std::move(paths),
                                          next = std::move(next), pause](const FetchResult& got) {
    self->Shielded([&] { self->OnAnswer(got, paths, next, pause); });
  });
}

void WebVisit::OnAnswer(const FetchResult& got, const std::vector<std::string>& paths,
                        const Then& next, std::chrono::milliseconds pause) {
  const Page page = JudgePage(got, {.max_bytes = web_.settings_.max_bytes});
  Note(got, page);
  if (const auto& witness = web_.settings_.witness) {
    witness({.url = asked_,
             .answer = page.seen == PageSeen::kRead
                           ? fmt::format("{}, a document of {} bytes", page.detail, got.body.size())
                           : page.detail});
  }
  if (given_up_) return EndWithWhatThereIs(page);
  const bool elsewhere = page.seen == PageSeen::kAbsent || page.seen == PageSeen::kUnreadable;
  if (elsewhere && !paths.empty()) return Ask(paths, next, pause);
  next(page);
}

void WebVisit::Shielded(const std::function<void()>& act) {
  try {
    act();
  } catch (const std::exception& error) {
    if (ended_) throw;
    told_.answers = {};
    End(Seen::kUnreadable, fmt::format("what it sent cannot be dealt with: {}", error.what()));
  }
}

void WebVisit::Note(const FetchResult& got, const Page& page) {
  at_ = now();
  date_ = got.date && *got.date >= kClocksFrom ? got.date : std::nullopt;
  if (!got.fingerprint.empty()) fingerprint_ = got.fingerprint;
  silent_in_a_row_ = page.seen == PageSeen::kSilent ? silent_in_a_row_ + 1 : 0;
  given_up_ = identified_ && (silent_in_a_row_ == 2 || got.seen == FetchSeen::kStopped ||
                              page.seen == PageSeen::kChanged);
  NotePath(page.seen);
}

void WebVisit::NotePath(PageSeen seen) {
  if (seen == PageSeen::kAbsent) {
    auto& absent = web_.absent_[printer_];
    if (absent.size() >= kMostAbsent) absent.clear();  // it has another name each time
    absent[asked_path_].Saw(Seen::kNotSpoken, {}, now());
  } else if (const auto absent = web_.absent_.find(printer_);
             seen == PageSeen::kRead && absent != web_.absent_.end()) {
    absent->second.erase(asked_path_);
  }
}

bool WebVisit::IsThere(const Page& page, std::string_view what) {
  switch (page.seen) {
    case PageSeen::kRead:
      return true;
    case PageSeen::kAbsent:
      End(Seen::kNotSpoken, fmt::format("no {}: {}", protocol_.name, page.detail));
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
  if (!IsTheRememberedKey(web_.certificates_, identity, printer_, plain_, fingerprint_)) {
    EndCertificateChanged();
    return false;
  }
  // A channel that says no serial speaks of the same printer: it has its key, or nobody's.
  std::string& before = web_.serials_[printer_];
  if (!identity.serial.empty() && before != identity.serial) {
    if (!before.empty()) {  // what was learnt of the channels was learnt of another printer
      web_.job_tellers_.erase(printer_);
      web_.absent_.erase(printer_);
      std::erase_if(web_.presences_, [this](const auto& entry) {
        return entry.first.first == printer_ && entry.first.second != protocol_.kind;
      });
    }
    before = identity.serial;
  }
  pin_ = fingerprint_;
  identified_ = true;
  return true;
}

void WebVisit::SpeakOnlyTo(const std::string& fingerprint) {
  pin_ = fingerprint;
  identified_ = true;
}

void WebVisit::UsePlain(std::string base) {
  base_ = std::move(base);
  plain_ = true;
}

void WebVisit::TellsJobs() { web_.job_tellers_[printer_] = protocol_.kind; }

void WebVisit::MayNotTellJobs() { web_.job_tellers_.try_emplace(printer_, ChannelKind::kNone); }

bool WebVisit::JobsAreToldByPiws() const {
  const auto teller = web_.job_tellers_.find(printer_);
  if (teller != web_.job_tellers_.end()) return teller->second == ChannelKind::kPiws;
  const auto piws = web_.presences_.find({printer_, ChannelKind::kPiws});
  if (piws == web_.presences_.end()) return false;  // it is not asked for
  const Presence& presence = piws->second;
  if (presence.spoken() || presence.seen() == Seen::kAsleep || presence.seen() == Seen::kRefused) {
    return true;
  }
  return presence.seen() == Seen::kUnreachable && !plain_;  // PIWS needs TLS
}

void WebVisit::Take(const Page& page, std::string_view what, bool read) {
  taken_ += read ? 1 : 0;
  if (read && told_.at == Instant{}) told_.at = at_;
  asleep_ += page.seen == PageSeen::kAsleep ? 1 : 0;
  if (read) return;
  told_.answers.remarks.push_back(
      fmt::format("{}: {}", what, page.seen == PageSeen::kRead ? "another document" : page.detail));
}

bool WebVisit::EndedAsleep() {
  if (taken_ > 0 || asleep_ == 0) return false;
  End(Seen::kAsleep, std::string(kSleeps));
  return true;
}

void WebVisit::EndWithWhatThereIs(const Page& page) {
  if (page.seen == PageSeen::kChanged) return EndCertificateChanged();
  if (taken_ == 0) return End(Seen::kUnreachable, page.detail);
  told_.answers.remarks.push_back("it stopped answering: " + page.detail);
  End(Seen::kAnswered, "");
}

void WebVisit::EndCertificateChanged() {
  told_.answers = {.events = {{.kind = "certificate-changed",
                               .key = fingerprint_.empty() ? "without TLS" : fingerprint_,
                               .at = at_}},
                   .remarks = {"certificate changed"}};
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
  web_.presences_[{printer_, protocol_.kind}].Saw(seen, detail, now());
  Finish(seen, std::move(detail));
}

void WebVisit::Finish(Seen seen, std::string detail) {
  ended_ = true;  // from here on, whatever is thrown is not this visit's
  told_.seen = seen;
  told_.detail = std::move(detail);
  if (told_.at == Instant{}) told_.at = at_;
  web_.Leave(printer_);
  done_(std::move(told_));
}

}  // namespace plotmeter
