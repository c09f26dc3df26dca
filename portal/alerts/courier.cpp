#include "portal/alerts/courier.h"

#include <algorithm>
#include <exception>

#include "common/crypto.h"
#include "common/log.h"
#include "portal/alerts/message.h"

namespace plotmeter {
namespace {

constexpr std::size_t kTogether = 64;
constexpr std::size_t kOfOneReseller = 16;
constexpr std::chrono::seconds kBetweenTicks{15};
constexpr int kHttpGone = 410;

bool IsLink(const Delivery& delivery) { return !delivery.person.empty(); }

Carried CarriedOf(const FetchResult& got) {
  if (got.seen == FetchSeen::kStopped) return {Carried::Outcome::kStopped, ""};
  if (got.seen != FetchSeen::kAnswered) {
    return {Carried::Outcome::kAgain,
            std::string(ToText(got.seen)) + (got.detail.empty() ? "" : ": " + got.detail)};
  }
  if (got.status >= 200 && got.status < 300) return {Carried::Outcome::kDone, ""};
  const std::string trouble = "it answered " + std::to_string(got.status);
  return {got.status == kHttpGone ? Carried::Outcome::kRefused : Carried::Outcome::kAgain, trouble};
}

Carried CarriedOf(const MailResult& sent) {
  switch (sent.seen) {
    case MailSeen::kTaken:
      return {Carried::Outcome::kDone, ""};
    case MailSeen::kRefused:
      return {Carried::Outcome::kRefused, sent.detail};
    case MailSeen::kStopped:
      return {Carried::Outcome::kStopped, ""};
    case MailSeen::kTrouble:
      break;
  }
  return {Carried::Outcome::kAgain, sent.detail};
}

// Sends all, and waits for all.
class Round {
 public:
  explicit Round(std::size_t size) : results_(size), open_(size) {}

  void Finish(std::size_t at, Carried carried) {
    const std::lock_guard lock(mutex_);
    results_[at] = std::move(carried);
    if (--open_ == 0) done_.notify_all();
  }
  std::vector<Carried> Wait() {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] { return open_ == 0; });
    return results_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  std::vector<Carried> results_;
  std::size_t open_;
};

}  // namespace

std::chrono::milliseconds WaitAfter(std::int64_t tries, int chance) {
  constexpr std::chrono::milliseconds kFirst = std::chrono::minutes(1);
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(1);
  const auto doublings = static_cast<int>(std::clamp<std::int64_t>(tries - 1, 0, 6));
  const auto wait = std::min(kFirst * (1 << doublings), kLongest);
  return wait + wait * (chance - 50) / 500;
}

Carry MailsBy(const Mailer& mailer, std::string portal, Unseal unseal) {
  return [&mailer, portal = std::move(portal),
          unseal = std::move(unseal)](const std::vector<Delivery>& deliveries) {
    std::vector<Carried> carried;
    for (const Delivery& one : deliveries) {
      MailFrame frame{.portal = portal};
      if (IsLink(one)) {
        auto link = unseal(one.body, one.person);
        if (!link) {
          carried.push_back({Carried::Outcome::kRefused, "it was sealed with another key"});
          continue;
        }
        frame.link = *std::move(link);
      }
      carried.push_back(CarriedOf(mailer.Send(MailOf(one, frame))));
    }
    return carried;
  };
}

Carry WebhooksBy(Fetch& fetch, const Clock& clock, Unseal unseal) {
  return [&fetch, &clock, unseal = std::move(unseal)](const std::vector<Delivery>& deliveries) {
    Round round(deliveries.size());
    for (std::size_t i = 0; i < deliveries.size(); ++i) {
      const auto secret = unseal(deliveries[i].secret, deliveries[i].address);
      if (!secret) {
        round.Finish(i, {Carried::Outcome::kRefused, "its secret was sealed with another key"});
        continue;
      }
      fetch.Submit(WebhookOf(deliveries[i], *secret, clock.Now()),
                   [&round, i](const FetchResult& got) { round.Finish(i, CarriedOf(got)); });
    }
    return round.Wait();
  };
}

Courier::Courier(Outbox& outbox, Directory& directory, const Clock& clock, std::string kind,
                 Carry carry)
    : outbox_(outbox),
      directory_(directory),
      clock_(clock),
      kind_(std::move(kind)),
      carry_(std::move(carry)) {}

Try Courier::TryOf(const Delivery& delivery, const Carried& carried, Instant now) const {
  Try tried{.delivery = delivery.id, .trouble = carried.trouble};
  const auto age = now - delivery.made_at;
  const bool is_late = age >= (IsLink(delivery) ? kLinkGivenUpAfter : kGivenUpAfter);
  if (carried.outcome == Carried::Outcome::kDone) {
    tried.outcome = Try::Outcome::kDone;
  } else if (carried.outcome == Carried::Outcome::kRefused || is_late) {
    tried.outcome = Try::Outcome::kGivenUp;
  } else {
    const int chance = static_cast<unsigned char>(RandomBytes(1)[0]) % 100;
    tried.due_at = now + WaitAfter(delivery.tries + 1, chance);
  }
  return tried;
}

Courier::Load Courier::TakeLoad() {
  Load load;
  std::vector<Reseller> resellers = directory_.Resellers();
  resellers.push_back({kTheOperator, ""});
  for (const Reseller& reseller : resellers) {
    for (Delivery& one : outbox_.DueDeliveries(reseller.id, kind_, clock_.Now(), kOfOneReseller)) {
      load.deliveries.push_back(std::move(one));
      load.of.push_back(reseller.id);
      if (load.deliveries.size() == kTogether) return load;
    }
  }
  return load;
}

void Courier::NoteWhatCame(const Load& load, const std::vector<Carried>& carried) {
  const Instant now = clock_.Now();
  for (std::size_t i = 0; i < carried.size(); ++i) {
    if (carried[i].outcome == Carried::Outcome::kStopped) continue;
    const Delivery& one = load.deliveries[i];
    const Try tried = TryOf(one, carried[i], now);
    unnoted_[load.of[i].value].push_back(tried);
    if (tried.outcome != Try::Outcome::kGivenUp) continue;
    Log(LogLevel::kWarning, "delivery_given_up",
        {{"delivery", one.id},
         {"to", IsLink(one) ? one.person : one.recipient},
         {"what", one.what},
         {"why", tried.trouble}});
  }
}

void Courier::NoteAll() {
  while (!unnoted_.empty()) {
    const auto& [reseller, tries] = *unnoted_.begin();
    for (const Reach& reach : outbox_.NoteTries({reseller}, tries, clock_.Now())) {
      Log(reach.fails ? LogLevel::kWarning : LogLevel::kInfo,
          reach.fails ? "deliveries_fail" : "deliveries_arrive",
          {{"recipient", reach.recipient},
           {"since", FormatInstant(reach.since.value_or(clock_.Now()))}});
    }
    unnoted_.erase(unnoted_.begin());
  }
}

int Courier::Tick() {
  int tried = 0;
  try {
    NoteAll();
    const Load load = TakeLoad();
    if (!load.deliveries.empty()) {
      const std::vector<Carried> carried = carry_(load.deliveries);
      tried = static_cast<int>(carried.size());
      NoteWhatCame(load, carried);
      NoteAll();
    }
    fails_ = false;
  } catch (const std::exception& error) {
    if (!fails_) Log(LogLevel::kWarning, "outbox_failed", {{"why", error.what()}});
    fails_ = true;
    tried = 0;
  }
  return tried;
}

void Courier::Wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  waked_.notify_all();
}

void Courier::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (Tick() > 0) continue;  // there may be more
    std::unique_lock lock(mutex_);
    waked_.wait_for(lock, stop, kBetweenTicks, [&] { return woken_; });
    woken_ = false;
  }
}

}  // namespace plotmeter
