#include "collector/piws/piws_channel.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "collector/piws/jobs.h"
#include "collector/piws/page.h"

namespace plotmeter {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kRoot = "/LFPWebServices/PI";

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

// One Identify or Read. Each step asks for one resource and goes on to the next when the answer is
// there, so a printer is never asked two things at once. All but the constructor and Start run on
// the thread of Fetch.
class PiwsChannel::Visit : public std::enable_shared_from_this<Visit> {
 public:
  Visit(PiwsChannel& channel, PrinterAddress address, bool everything,
        std::function<void(Told)> told)
      : channel_(channel),
        address_(std::move(address)),
        base_(BaseOf(address_)),
        everything_(everything),
        done_(std::move(told)) {}

  const std::string& base() const { return base_; }

  void Start() { Ask({"/Identification.xml", "/Identification.json"}, &Visit::OnIdentification); }

 private:
  using Step = void (Visit::*)(const Page&);

  // Tries the paths in turn until one is there and readable.
  void Ask(std::vector<std::string> paths, Step next, std::chrono::milliseconds pause = {}) {
    const std::string path = paths.front();
    paths.erase(paths.begin());
    FetchRequest request{.url = fmt::format("{}{}{}", base_, kRoot, path),
                         .accept = path.ends_with(".xml") ? "application/xml" : "application/json",
                         .pin = pin_,
                         .max_bytes = channel_.settings_.max_bytes,
                         .deadline = channel_.settings_.deadline,
                         .connect = channel_.settings_.connect,
                         .pause = pause};
    channel_.fetch_.Submit(std::move(request), [self = shared_from_this(), paths = std::move(paths),
                                                next, pause](const FetchResult& got) {
      const Page page = JudgePage(got, {.max_bytes = self->channel_.settings_.max_bytes});
      self->Note(got, page);
      if (self->given_up_) return self->EndWithWhatThereIs(page);
      const bool elsewhere = page.seen == PageSeen::kAbsent || page.seen == PageSeen::kUnreadable;
      if (elsewhere && !paths.empty()) return self->Ask(paths, next, pause);
      ((*self).*next)(page);
    });
  }

  void Note(const FetchResult& got, const Page& page) {
    at_ = channel_.clock_.Now();
    date_ = got.date;
    if (!got.fingerprint.empty()) fingerprint_ = got.fingerprint;
    silent_in_a_row_ = page.seen == PageSeen::kSilent ? silent_in_a_row_ + 1 : 0;
    // A certificate that changes within a visit ends it like one that changed since the last.
    given_up_ = identified_ && (silent_in_a_row_ == 2 || got.seen == FetchSeen::kStopped ||
                                page.seen == PageSeen::kChanged);
  }

  void OnIdentification(const Page& page) {
    switch (page.seen) {
      case PageSeen::kRead:
        break;
      case PageSeen::kAbsent:
        return End(Seen::kNotSpoken, "no PIWS: " + page.detail);
      case PageSeen::kAsleep:
        return End(Seen::kAsleep, "it sleeps: " + page.detail);
      case PageSeen::kCredentials:
        return End(Seen::kRefused, "it wants credentials: " + page.detail);
      case PageSeen::kChanged:
        return EndCertificateChanged();
      case PageSeen::kUnreadable:
        return End(Seen::kUnreadable, "Identification: " + page.detail);
      case PageSeen::kSilent:
        return End(Seen::kUnreachable, page.detail);
    }
    const auto identity = ReadIdentification(page.document);
    if (!identity) return End(Seen::kUnreadable, "Identification: names no printer");
    told_.at = at_;
    if (!IsTheRememberedOne(*identity)) return EndCertificateChanged();
    identified_ = true;
    told_.answers.identity = *identity;
    if (!everything_) return End(Seen::kAnswered, "");
    Known& known = channel_.known_[base_];
    if (known.serial != identity->serial) known = {.serial = identity->serial};
    Ask({"/InkSystem.json", "/InkSystem.xml"}, &Visit::OnInkSystem);
  }

  bool IsTheRememberedOne(const PrinterIdentity& identity) {
    // Without TLS there is nothing to compare; with it, a key that cannot be shown is no key.
    if (fingerprint_.empty()) return base_.starts_with("http://");
    const std::string printer = !identity.serial.empty()
                                    ? "serial " + identity.serial
                                    : "address " + base_.substr(base_.find("//") + 2);
    const auto remembered = channel_.certificates_.Get(printer);
    if (!remembered) channel_.certificates_.Set(printer, fingerprint_);
    pin_ = fingerprint_;
    return !remembered || *remembered == fingerprint_;
  }

  void OnInkSystem(const Page& page) {
    Take(page, "InkSystem", ReadInkSystem(page.document, told_.answers));
    Ask({"/DeviceStatus.json", "/DeviceStatus.xml"}, &Visit::OnDeviceStatus);
  }

  void OnDeviceStatus(const Page& page) {
    Take(page, "DeviceStatus", ReadDeviceStatus(page.document, told_.answers));
    const Known& known = channel_.known_[base_];
    if (known.papers_at && at_ - *known.papers_at < channel_.settings_.papers_for)
      return AskMedia();
    Ask({"/Paper/List", "/PaperListStatus.xml"}, &Visit::OnPapers);
  }

  void OnPapers(const Page& page) {
    if (page.seen != PageSeen::kAsleep && page.seen != PageSeen::kSilent) {
      Known& known = channel_.known_[base_];
      known.papers_at = at_;  // also when it has no list: not to be asked at each visit
      if (auto papers = ReadPaperList(page.document)) known.papers = std::move(*papers);
    }
    AskMedia();
  }

  void AskMedia() { Ask({"/MediaSystem.json", "/MediaSystem.xml"}, &Visit::OnMediaSystem); }

  void OnMediaSystem(const Page& page) {
    Take(page, "MediaSystem",
         ReadMediaSystem(page.document, channel_.known_[base_].papers, told_.answers));
    if (taken_ == 0 && asleep_ > 0) return End(Seen::kAsleep, "it sleeps: HTTP 503");
    Ask({"/Alerts.json/ActiveAlerts"}, &Visit::OnAlerts);
  }

  void OnAlerts(const Page& page) {
    if (page.seen != PageSeen::kAbsent && page.seen != PageSeen::kAsleep) {
      Take(page, "ActiveAlerts", ReadActiveAlerts(page.document, told_.answers));
    }
    if (channel_.known_[base_].queue.empty()) return AskQueue();
    AskJobs();
  }

  void AskQueue() { Ask({"/JQ/JobQueueCollection"}, &Visit::OnQueue, QueuePause()); }

  void OnQueue(const Page& page) {
    asked_queue_ = true;
    const auto queue = QueueId(page.document);
    if (!queue) return EndOfQueue(page);
    channel_.known_[base_].queue = *queue;
    AskJobs();
  }

  std::chrono::milliseconds QueuePause() const {
    const PiwsSettings& settings = channel_.settings_;
    if (settings.queue_pause) return *settings.queue_pause;
    return settings.profiles->Of(told_.answers.identity).queue_pause.value_or(0ms);
  }

  void AskJobs() {
    // 0, because any other number makes it leave out what has not changed since.
    Ask({fmt::format("/JQ/JobQueue/{}/jobs/all?fromModificationNumber=0",
                     channel_.known_[base_].queue)},
        &Visit::OnJobs, QueuePause());
  }

  void OnJobs(const Page& page) {
    if (page.seen == PageSeen::kAbsent) {
      channel_.known_[base_].queue.clear();  // it has started anew, and the queue has another id
      if (!asked_queue_) return AskQueue();
    }
    auto queue = ReadJobQueue(
        page.document, {.seen_at = at_, .date = date_, .papers = channel_.known_[base_].papers});
    if (!queue) return EndOfQueue(page);
    told_.answers.jobs = std::move(queue->jobs);
    for (auto& remark : queue->remarks) told_.answers.remarks.push_back(std::move(remark));
    End(Seen::kAnswered, "");
  }

  void EndOfQueue(const Page& page) {
    if (page.seen == PageSeen::kCredentials) {
      told_.answers.remarks.push_back("job queue wants credentials");
    } else if (page.seen != PageSeen::kAbsent && page.seen != PageSeen::kAsleep) {
      Take(page, "job queue", false);
    }
    End(Seen::kAnswered, "");
  }

  // What became of one document, for the remarks and for telling sleep from a single refusal.
  void Take(const Page& page, std::string_view what, bool read) {
    taken_ += read ? 1 : 0;
    asleep_ += page.seen == PageSeen::kAsleep ? 1 : 0;
    if (read) return;
    told_.answers.remarks.push_back(fmt::format(
        "{}: {}", what, page.seen == PageSeen::kRead ? "another document" : page.detail));
  }

  void EndWithWhatThereIs(const Page& page) {
    if (page.seen == PageSeen::kChanged) return EndCertificateChanged();
    if (taken_ == 0) return End(Seen::kUnreachable, page.detail);
    told_.answers.remarks.push_back("it stopped answering: " + page.detail);
    End(Seen::kAnswered, "");
  }

  void EndCertificateChanged() {
    told_.answers = {.remarks = {"certificate changed"}};
    End(Seen::kRefused, "certificate changed; now SHA-256 " + fingerprint_);
  }

  void End(Seen seen, std::string detail) {
    told_.seen = seen;
    told_.detail = std::move(detail);
    if (told_.at == Instant{}) told_.at = at_;
    channel_.Leave(base_);
    done_(std::move(told_));
  }

  PiwsChannel& channel_;
  const PrinterAddress address_;
  const std::string base_;
  const bool everything_;
  std::function<void(Told)> done_;
  Told told_;
  Instant at_ = {};
  std::optional<Instant> date_;
  std::string fingerprint_;
  std::string pin_;
  bool identified_ = false;
  bool given_up_ = false;
  bool asked_queue_ = false;
  int silent_in_a_row_ = 0;
  int taken_ = 0;
  int asleep_ = 0;
};

PiwsChannel::PiwsChannel(const Clock& clock, CertificateMemory& certificates, PiwsSettings settings)
    : clock_(clock),
      certificates_(certificates),
      settings_(std::move(settings)),
      fetch_(settings_.rules) {}

PiwsChannel::~PiwsChannel() { fetch_.Stop(); }

void PiwsChannel::Identify(const PrinterAddress& address, std::function<void(Told)> told) {
  auto visit = std::make_shared<Visit>(*this, address, false, std::move(told));
  Enter(visit->base(), visit);
}

void PiwsChannel::Read(const PrinterAddress& address, std::function<void(Told)> told) {
  auto visit = std::make_shared<Visit>(*this, address, true, std::move(told));
  Enter(visit->base(), visit);
}

void PiwsChannel::Enter(const std::string& base, std::shared_ptr<Visit> visit) {
  {
    const std::lock_guard lock(mutex_);
    auto& waiting = visits_[base];
    waiting.push_back(visit);
    if (waiting.size() > 1) return;
  }
  visit->Start();
}

void PiwsChannel::Leave(const std::string& base) {
  std::shared_ptr<Visit> next;
  {
    const std::lock_guard lock(mutex_);
    auto& waiting = visits_[base];
    waiting.pop_front();
    if (waiting.empty()) {
      visits_.erase(base);
    } else {
      next = waiting.front();
    }
  }
  if (next) next->Start();
}

}  // namespace plotmeter
