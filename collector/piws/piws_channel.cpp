#include "collector/piws/piws_channel.h"

#include <fmt/format.h>

#include <memory>
#include <utility>
#include <vector>

#include "collector/piws/counters.h"
#include "collector/piws/jobs.h"
#include "collector/piws/wear.h"
#include "collector/web/web_visit.h"

namespace plotmeter {
namespace {

// What some models have and others have not. Who lacks one is not asked for it at each visit.
struct Extra {
  std::string_view name;
  std::vector<std::string> paths;
};
const Extra kDiscovery = {"Discovery", {"/Discovery.json"}};
const Extra kExtras[] = {
    {"PrintheadsStatus", {"/PrintheadsStatus.json", "/PrintheadsStatus.xml"}},
    {"PrinterMaintenance", {"/PrinterMaintenance.json", "/PrinterMaintenance.xml"}},
    kDiscovery,
    {"DeviceCounters", {"/DeviceCounters"}},
    {"Usage", {"/Usage.json"}},
    {"Counters", {"/Counters.json"}},
};

}  // namespace

using namespace std::chrono_literals;

namespace {

constexpr WebProtocol kPiws = {.kind = ChannelKind::kPiws,
                               .name = "PIWS",
                               .root = "/LFPWebServices/PI",
                               .accept = "application/json"};

constexpr auto kListFailed = 10min;           // until a paper is looked up again
constexpr std::size_t kMostNameless = 1'000;  // papers that are looked up

}  // namespace

class PiwsChannel::Visit : public WebVisit {
 public:
  Visit(PiwsChannel& channel, const PrinterAddress& address, Wish wish,
        std::function<void(Told)> told)
      : WebVisit(channel.web_, address, kPiws, std::move(told)), channel_(channel), wish_(wish) {}

 private:
  using Step = void (Visit::*)(const Page&);
  using Next = std::function<void()>;

  void Begin() override {
    Ask({"/Identification.xml", "/Identification.json"}, &Visit::OnIdentification);
  }

  void Ask(std::vector<std::string> paths, Step next, std::chrono::milliseconds pause = {}) {
    WebVisit::Ask(
        std::move(paths), [this, next](const Page& page) { (this->*next)(page); }, pause);
  }

  // Of this printer; only once it is identified.
  Known& known() { return channel_.known_[printer()]; }

  void OnIdentification(const Page& page) {
    if (!IsThere(page, "Identification")) return;
    const auto identity = ReadIdentification(page.document);
    if (!identity) return End(Seen::kUnreadable, "Identification: names no printer");
    told_.at = at_;
    if (!IsTheRememberedOne(*identity)) return;
    told_.answers.identity = *identity;
    told_.answers.is_large_format = true;  // no others have PIWS
    if (channel_.settings_.curiosity.printer_name) {
      told_.answers.name = ReadPrinterName(page.document);
    }
    if (wish_ == Wish::kIdentity) return End(Seen::kAnswered, "");
    Known& known = this->known();
    if (known.serial != identity->serial) known = {.serial = identity->serial};
    if (IsNew() || known.firmware != identity->firmware || !known.explored_at ||
        at_ < *known.explored_at || at_ - *known.explored_at >= channel_.settings_.lacks_for) {
      known.firmware = identity->firmware;
      known.explored_at = at_;
      known.lacks.clear();
    }
    if (wish_ == Wish::kNews) return AskAlerts();
    ReadTraits(page.document, told_.answers);
    Ask({"/InkSystem.json", "/InkSystem.xml"}, &Visit::OnInkSystem);
  }

  void OnInkSystem(const Page& page) {
    Take(page, "InkSystem", ReadInkSystem(page.document, told_.answers));
    AskStatus();
  }

  void AskStatus() {
    asked_status_ = true;
    Ask({"/DeviceStatus.json", "/DeviceStatus.xml"}, &Visit::OnDeviceStatus);
  }

  void OnDeviceStatus(const Page& page) {
    Take(page, "DeviceStatus", ReadDeviceStatus(page.document, told_.answers));
    if (wish_ == Wish::kNews) {
      if (EndedAsleep()) return;
      return asked_queue_ || asked_jobs_ ? End(Seen::kAnswered, "") : FindJobs();
    }
    if (known().papers_at && at_ - *known().papers_at < channel_.settings_.papers_for) {
      return AskMedia();
    }
    AskPapers([this] { AskMedia(); });
  }

  void AskPapers(Next next) {
    asked_papers_ = true;
    WebVisit::Ask({"/Paper/List", "/PaperListStatus.xml"},
                  [this, next = std::move(next)](const Page& page) {
                    OnPapers(page);
                    next();
                  });
  }

  void OnPapers(const Page& page) {
    known().papers_failed = page.seen == PageSeen::kAsleep || page.seen == PageSeen::kSilent;
    if (known().papers_failed) return;
    known().papers_at = at_;  // also when it has no list: not to be asked at each visit
    if (auto listed = ReadPaperList(page.document)) {
      TakePaperList(*std::move(listed), known().papers);
    }
  }

  // `act(id, name)` for each paper that was told without its name.
  template <typename Act>
  void ForNameless(const Act& act) {
    for (LoadedMedia& media : told_.answers.media) {
      if (media.media && !media.name) act(*media.media, media.name);
    }
    for (JobRecord& job : told_.answers.jobs) {
      if (job.media && !job.media_name) act(*job.media, job.media_name);
    }
  }

  void NamePapers(Next next) {
    auto& looked_up = known().nameless;
    const auto wait = known().papers_failed ? kListFailed : channel_.settings_.papers_for;
    std::erase_if(looked_up, [&](const auto& paper) {
      return at_ < paper.second || at_ - paper.second >= wait;
    });
    bool are_new = false;
    ForNameless([&](const std::string& id, const auto&) {
      if (looked_up.size() < kMostNameless) are_new |= looked_up.try_emplace(id, at_).second;
    });
    if (!are_new || asked_papers_) return next();
    AskPapers([this, next = std::move(next)] {
      ForNameless([&](const std::string& id, std::optional<std::string>& name) {
        const auto named = known().papers.find(id);
        if (named != known().papers.end()) name = named->second;
      });
      next();
    });
  }

  void AskMedia() { Ask({"/MediaSystem.json", "/MediaSystem.xml"}, &Visit::OnMediaSystem); }

  void OnMediaSystem(const Page& page) {
    Take(page, "MediaSystem", ReadMediaSystem(page.document, known().papers, told_.answers));
    if (EndedAsleep()) return;
    NamePapers([this] { AskExtras(0); });
  }

  void AskExtras(std::size_t next) {
    while (next < std::size(kExtras) && known().lacks.contains(kExtras[next].name)) ++next;
    if (next == std::size(kExtras)) return AskAlerts();
    AskExtra(kExtras[next], [this, next] { AskExtras(next + 1); });
  }

  void AskExtra(const Extra& extra, Next next) {
    WebVisit::Ask(extra.paths, [this, name = extra.name, next = std::move(next)](const Page& page) {
      if (page.seen == PageSeen::kAbsent || page.seen == PageSeen::kCredentials ||
          (page.seen == PageSeen::kRead && !ReadExtra(page.document))) {
        known().lacks.insert(name);
      } else {
        Take(page, name, page.seen == PageSeen::kRead);
      }
      next();
    });
  }

  // Each reader knows its own document; what none of them knows is a table of counters.
  bool ReadExtra(const Node& document) {
    Answers& answers = told_.answers;
    if (ReadPrintheads(document, answers) || ReadMaintenance(document, answers)) return true;
    const auto discovery = ReadDiscovery(document, at_);
    if (!discovery) return ReadCounters(document, answers);
    answers.uptime = discovery->uptime;
    clock_offset_ms_ = discovery->clock_offset_ms;
    return true;
  }

  void AskAlerts() { Ask({"/Alerts.json/ActiveAlerts"}, &Visit::OnAlerts); }

  void OnAlerts(const Page& page) {
    if (page.seen != PageSeen::kAbsent && page.seen != PageSeen::kAsleep) {
      Take(page, "ActiveAlerts", ReadActiveAlerts(page.document, told_.answers));
    }
    // Whether it only has nothing to say, or sleeps or is silent, another document tells.
    const bool may_sleep = page.seen == PageSeen::kAsleep || page.seen == PageSeen::kSilent;
    if (wish_ == Wish::kNews && may_sleep) return AskStatus();
    FindJobs();
  }

  void FindJobs() { known().queue.empty() ? AskQueue() : AskJobs(); }

  void AskQueue() { Ask({"/JQ/JobQueueCollection"}, &Visit::OnQueue, QueuePause()); }

  void OnQueue(const Page& page) {
    asked_queue_ = true;
    const auto queue = QueueId(page.document);
    if (!queue) return EndOfQueue(page);
    known().queue = *queue;
    NoticeRestart(std::exchange(known().queue_before, *queue), *queue);
    AskJobs();
  }

  void NoticeRestart(const std::string& was, const std::string& is) {
    if (was.empty() || was == is) return;
    told_.answers.events.push_back({.kind = "restarted",
                                    .key = is,
                                    .channel = ChannelKind::kPiws,
                                    .at = at_,
                                    .was = was,
                                    .is = is});
  }

  std::chrono::milliseconds QueuePause() const {
    const PiwsSettings& settings = channel_.settings_;
    if (settings.queue_pause) return *settings.queue_pause;
    return settings.profiles->Of(told_.answers.identity).queue_pause.value_or(0ms);
  }

  void AskJobs() {
    asked_jobs_ = true;
    // 0, because any other number makes it leave out what has not changed since.
    Ask({fmt::format("/JQ/JobQueue/{}/jobs/all?fromModificationNumber=0", known().queue)},
        &Visit::OnJobs, QueuePause());
  }

  void OnJobs(const Page& page) {
    if (page.seen == PageSeen::kAbsent) {
      known().queue.clear();  // it has started anew, and the queue has another id
      if (!asked_queue_) return AskQueue();
    }
    auto queue = ReadJobQueue(page.document, {.seen_at = at_,
                                              .clock_offset_ms = clock_offset_ms_,
                                              .date = date_,
                                              .papers = known().papers});
    if (!queue) return EndOfQueue(page);
    TellsJobs();
    Take(page, "job queue", true);
    told_.answers.jobs = std::move(queue->jobs);
    told_.answers.tells_jobs = true;
    for (auto& remark : queue->remarks) told_.answers.remarks.push_back(std::move(remark));
    if (wish_ != Wish::kNews || queue->says_time || told_.answers.jobs.empty() ||
        known().lacks.contains(kDiscovery.name)) {
      return NameJobs();
    }
    AskExtra(kDiscovery, [this] { OnClock(); });
  }

  void OnClock() {
    if (clock_offset_ms_) {
      for (JobRecord& job : told_.answers.jobs) job.clock_offset_ms = clock_offset_ms_;
    }
    NameJobs();
  }

  void NameJobs() {
    NamePapers([this] { End(Seen::kAnswered, ""); });
  }

  void EndOfQueue(const Page& page) {
    // Whatever else answers in the place of a queue may stand for one of before a start.
    if (page.seen == PageSeen::kRead || page.seen == PageSeen::kUnreadable) known().queue.clear();
    if (page.seen == PageSeen::kCredentials) {
      MayNotTellJobs();
      told_.answers.remarks.push_back("job queue wants credentials");
    } else if (page.seen != PageSeen::kAbsent && page.seen != PageSeen::kAsleep) {
      Take(page, "job queue", false);
    }
    // It may have nothing to say, or sleep: of what a watch asks for nothing else would tell.
    if (wish_ == Wish::kNews && page.seen == PageSeen::kAsleep && !asked_status_) {
      return AskStatus();
    }
    End(Seen::kAnswered, "");
  }

  PiwsChannel& channel_;
  const Wish wish_;
  bool asked_queue_ = false;
  bool asked_jobs_ = false;
  bool asked_status_ = false;
  bool asked_papers_ = false;
  std::optional<std::int64_t> clock_offset_ms_;
};

PiwsChannel::PiwsChannel(PrinterWeb& web, PiwsSettings settings) : web_(web), settings_(settings) {}

PiwsChannel::~PiwsChannel() { web_.Stop(); }

void PiwsChannel::Identify(const PrinterAddress& address, std::function<void(Told)> told) {
  web_.Enter(std::make_shared<Visit>(*this, address, Wish::kIdentity, std::move(told)), true);
}

void PiwsChannel::Read(const PrinterAddress& address, std::function<void(Told)> told) {
  web_.Enter(std::make_shared<Visit>(*this, address, Wish::kEverything, std::move(told)));
}

void PiwsChannel::Watch(const PrinterAddress& address, std::function<void(Told)> told) {
  web_.Enter(std::make_shared<Visit>(*this, address, Wish::kNews, std::move(told)));
}

void PiwsChannel::ProbeAgain(const PrinterAddress& address) {
  web_.ProbeAgain(address, ChannelKind::kPiws);
}

}  // namespace plotmeter
