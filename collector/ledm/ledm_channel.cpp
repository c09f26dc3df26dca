#include "collector/ledm/ledm_channel.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>

#include "collector/channel/large_format.h"
#include "collector/ledm/documents.h"
#include "collector/ledm/happenings.h"
#include "collector/web/lan.h"
#include "collector/web/web_visit.h"

namespace plotmeter {
namespace {

constexpr WebProtocol kLedm = {
    .kind = ChannelKind::kLedm, .name = "LEDM", .accept = "application/xml, text/xml"};

bool IsUnderWay(const JobRecord& job) {
  return job.status == "pending" || job.status == "held" || job.status == "printing" ||
         job.status == "unknown";
}

// What fires when a resource is another one; "" when nothing does.
std::string CategoryOf(LedmResource resource) {
  using enum LedmResource;
  if (resource == kStatus) return "AlertTableChanged";
  if (resource == kSupplies) return "ConsumableEvent";
  return resource == kJobs ? "JobEvent" : "";
}

}  // namespace

class LedmChannel::Visit : public WebVisit {
 public:
  Visit(LedmChannel& channel, const PrinterAddress& address, Wish wish,
        std::function<void(Told)> told)
      : WebVisit(channel.web_, address, kLedm, std::move(told)),
        channel_(channel),
        host_(address.piws_url.empty() ? address.host : ""),
        wish_(wish) {}

 private:
  using Step = void (Visit::*)(const Page&);

  Known& known() { return channel_.known_[printer()]; }

  void AskFor(LedmResource resource, Step next) {
    Ask(known().tree.at(resource), [this, next](const Page& page) { (this->*next)(page); });
  }

  // It is listed, and was not found missing lately. A list of jobs may be missing while there are
  // none.
  bool Has(LedmResource resource) {
    const auto listed = known().tree.find(resource);
    return listed != known().tree.end() &&
           (resource == LedmResource::kJobs || !IsAbsent(listed->second));
  }

  void Begin() override {
    const auto tree_at = known().tree_at;
    const auto& settings = channel_.settings_;
    const auto good_for = known().tree_listed ? settings.tree_for : settings.assumed_for;
    const bool fresh = tree_at && *tree_at <= now() && now() - *tree_at < good_for;
    if (!fresh || IsNew() || wish_ == Wish::kIdentity) return AskTree();  // it may have TLS by now
    if (!known().plain_base.empty()) UsePlain(known().plain_base);
    const bool same = wish_ == Wish::kNews && !known().fingerprint.empty();
    if (!same || !Has(LedmResource::kEventTable)) return AskIdentity();
    SpeakOnlyTo(known().fingerprint);
    TakeIdentity(known().identity);
    AskEvents();
  }

  void AskTree() {
    asked_tree_ = true;
    Ask({"/DevMgmt/DiscoveryTree.xml"}, [this](const Page& page) { OnTree(page); });
  }

  void OnTree(const Page& page) {
    if (page.no_tls && MayBePlain()) {
      UsePlain(fmt::format("http://{}:{}", host_, channel_.settings_.http_port));
      return AskTree();
    }
    if (page.seen == PageSeen::kSilent) known().plain_base.clear();
    if (page.seen != PageSeen::kAbsent && !IsThere(page, "DiscoveryTree")) return;
    const auto tree = ReadDiscoveryTree(page.document);
    known().tree = tree.value_or(UsualTree());
    known().tree_listed = tree.has_value();
    known().tree_at = at_;
    if (!known().tree.contains(LedmResource::kIdentity)) {
      known().tree_at.reset();
      return End(Seen::kNotSpoken, "no LEDM: the discovery tree lists no ProductConfigDyn");
    }
    AskIdentity();
  }

  // An address in brackets where it has colons; a public one never.
  bool MayBePlain() {
    return !host_.empty() && channel_.settings_.http_port != 0 && IsLanAddress(host_) &&
           host_.find(':') == std::string::npos && !is_plain();
  }

  void AskIdentity() { AskFor(LedmResource::kIdentity, &Visit::OnIdentity); }

  void OnIdentity(const Page& page) {
    if (page.seen != PageSeen::kRead && page.seen != PageSeen::kAsleep) known().tree_at.reset();
    if (page.seen == PageSeen::kSilent) known().plain_base.clear();  // it may have TLS by now
    if (!IsThere(page, "ProductConfigDyn")) return;
    const auto identity = ReadProductConfig(page.document);
    if (!identity) return End(Seen::kUnreadable, "ProductConfigDyn: names no printer");
    told_.at = at_;
    // What somebody else said does not stay, nor does the way that led there: it may have TLS now.
    known().plain_base.clear();
    const auto tree_at = std::exchange(known().tree_at, std::nullopt);
    if (!IsTheRememberedOne(*identity)) return;
    known().tree_at = tree_at;
    TakeIdentity(*identity);
    Take(page, "ProductConfigDyn", true);
    const bool other = known().identity.serial != identity->serial;
    const bool renewed = other || known().identity.firmware != identity->firmware;
    if (other) {
      known() = {
          .tree = known().tree, .tree_at = known().tree_at, .tree_listed = known().tree_listed};
    }
    known().identity = *identity;
    known().plain_base = is_plain() ? base() : "";
    known().fingerprint = fingerprint();
    if (asked_tree_) {
      known().beside =
          ListBeside(known().tree, channel_.settings_.profiles->Of(*identity).beside_tree);
    }
    if (wish_ == Wish::kIdentity) return End(Seen::kAnswered, "");
    if (renewed && !asked_tree_) return AskTree();
    if (asked_events_) return AskTheRest();
    AskEvents();
  }

  // Office printers speak LEDM too.
  void TakeIdentity(const PrinterIdentity& identity) {
    told_.answers.identity = identity;
    if (!identity.model.empty()) {
      told_.answers.is_large_format = NamesLargeFormat(identity.model);
    }
  }

  void AskEvents() {
    asked_events_ = true;
    if (!Has(LedmResource::kEventTable)) return AskTheRest();
    AskFor(LedmResource::kEventTable, &Visit::OnEvents);
  }

  void OnEvents(const Page& page) {
    const auto stamps = ReadEventTable(page.document);
    Note(LedmResource::kEventTable, page, stamps.has_value());
    if (EndedAsleep()) return;
    if (!stamps) return AskTheRest();
    stamps_ = *stamps;
    // Old events may leave the table: one that is not there any more says nothing.
    const auto said = stamps_.find("PowerUpEvent");
    const std::string power_up = said == stamps_.end() ? known().power_up : said->second;
    const std::string before = std::exchange(known().power_up, power_up);
    if (before.empty() || before == power_up) return AskTheRest();
    told_.answers.events.push_back({.kind = "restarted",
                                    .key = power_up,
                                    .channel = ChannelKind::kLedm,
                                    .at = at_,
                                    .was = before,
                                    .is = power_up});
    known().stamps.clear();
    if (asked_tree_) return AskTheRest();
    AskTree();  // it may have started with other firmware
  }

  void AskTheRest() {
    using enum LedmResource;
    for (const LedmResource resource : {kUsage, kSupplies, kMedia, kStatus, kJobs, kLogs, kWear}) {
      if (!Has(resource) || (wish_ == Wish::kNews && !IsNews(resource))) continue;
      if (resource == kJobs && (JobsAreToldByPiws() || !JobsHaveIds())) continue;
      rest_.push_back(resource);
    }
    AskNext();
  }

  // A job's number comes again after a start, so it is no id without the stamp of the start.
  bool JobsHaveIds() {
    if (!stamps_.empty() && !known().power_up.empty()) return true;
    if (!stamps_.empty() || !Has(LedmResource::kEventTable)) {
      told_.answers.remarks.push_back(
          "jobs are left out: no PowerUpEvent tells them from those before the last start");
    }
    return false;
  }

  bool IsNews(LedmResource resource) {
    const std::string category = CategoryOf(resource);
    if (category.empty()) return false;
    if (resource == LedmResource::kJobs && known().jobs_under_way) return true;
    const auto now_is = stamps_.find(category);
    // Alerts and jobs come to be asked for where no event tells of them; supplies can wait.
    if (now_is == stamps_.end()) return resource != LedmResource::kSupplies;
    const auto was = known().stamps.find(resource);
    return was == known().stamps.end() || was->second != now_is->second;
  }

  void AskNext() {
    // What wears would be all the supplies that there are, and the inks, as it seems, gone.
    if (!rest_.empty() && rest_.front() == LedmResource::kWear && !supplies_read_) {
      rest_.pop_front();
    }
    if (rest_.empty()) {
      if (!EndedAsleep()) End(Seen::kAnswered, "");
      return;
    }
    AskFor(rest_.front(), &Visit::OnNext);
  }

  void OnNext(const Page& page) {
    const LedmResource resource = rest_.front();
    rest_.pop_front();
    const bool read = Read(resource, page.document);
    supplies_read_ |= resource == LedmResource::kSupplies && read;
    const auto stamp = stamps_.find(CategoryOf(resource));
    if (read && stamp != stamps_.end()) known().stamps[resource] = stamp->second;
    // Where there are no jobs, some have no list either.
    const bool nothing_to_say = resource == LedmResource::kJobs &&
                                (page.seen == PageSeen::kAbsent || page.seen == PageSeen::kAsleep);
    if (!nothing_to_say) Note(resource, page, read);
    AskNext();
  }

  bool Read(LedmResource resource, const Node& document) {
    Answers& answers = told_.answers;
    switch (resource) {
      case LedmResource::kUsage:
        return ReadProductUsage(document, answers);
      case LedmResource::kSupplies:
        return ReadConsumables(document, answers);
      case LedmResource::kMedia:
        return ReadMediaHandling(document, answers);
      case LedmResource::kStatus:
        return ReadProductStatus(document, answers);
      case LedmResource::kLogs:
        return ReadProductLogs(document, at_, answers) && SayOffset();
      case LedmResource::kWear:
        return ReadWear(document, answers);
      case LedmResource::kJobs:
        break;
      default:
        return false;
    }
    auto jobs = ReadJobs(document, known().power_up);
    if (!jobs) return false;
    known().jobs_under_way = std::ranges::any_of(*jobs, IsUnderWay);
    answers.jobs = std::move(*jobs);
    answers.tells_jobs = true;
    return true;
  }

  // Times of the log are by the printer's clock, which stood in the answer's header.
  bool SayOffset() {
    for (PrinterEvent& event : told_.answers.events) {
      if (event.printer_time && date_) event.clock_offset_ms = (at_ - *date_).count();
    }
    return true;
  }

  // What was only assumed to be there is not asked for again until the tree is.
  void Note(LedmResource resource, const Page& page, bool read) {
    const bool is_beside = known().beside.contains(resource);
    const bool answered_else = page.seen != PageSeen::kSilent && page.seen != PageSeen::kAsleep;
    if (!read &&
        (is_beside ? answered_else : page.seen == PageSeen::kAbsent && !known().tree_listed)) {
      known().tree.erase(resource);
      return;
    }
    Take(page, ToText(resource), read);
  }

  LedmChannel& channel_;
  const std::string host_;  // empty where the address is a URL
  const Wish wish_;
  bool asked_tree_ = false;
  bool asked_events_ = false;
  bool supplies_read_ = false;
  LedmStamps stamps_;
  std::deque<LedmResource> rest_;
};

LedmChannel::LedmChannel(PrinterWeb& web, LedmSettings settings) : web_(web), settings_(settings) {}

LedmChannel::~LedmChannel() { web_.Stop(); }

void LedmChannel::Identify(const PrinterAddress& address, std::function<void(Told)> told) {
  web_.Enter(std::make_shared<Visit>(*this, address, Wish::kIdentity, std::move(told)), true);
}

void LedmChannel::Read(const PrinterAddress& address, std::function<void(Told)> told) {
  web_.Enter(std::make_shared<Visit>(*this, address, Wish::kEverything, std::move(told)));
}

void LedmChannel::Watch(const PrinterAddress& address, std::function<void(Told)> told) {
  web_.Enter(std::make_shared<Visit>(*this, address, Wish::kNews, std::move(told)));
}

void LedmChannel::ProbeAgain(const PrinterAddress& address) {
  web_.ProbeAgain(address, ChannelKind::kLedm);
}

}  // namespace plotmeter
