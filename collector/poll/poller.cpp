#include "collector/poll/poller.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

#include "collector/channel/bounds.h"
#include "collector/poll/due.h"
#include "collector/poll/installed.h"

namespace plotmeter {
namespace {

// Printers are asked a few at a time, and as many more as have answered: a thousand answers at once
// take fifty megabytes, and the network is theirs too. Whoever is silent holds up nobody: when none
// has answered for a moment, the next few are asked.
constexpr std::size_t kAskedAtOnce = 64;
constexpr std::chrono::milliseconds kLull{2};
constexpr std::size_t kTakenTogether = 16;  // so that two threads do not wake each other for each

bool SaysItSleeps(const Polled& polled) {
  return std::ranges::any_of(
      polled.reports, [](const ChannelReport& report) { return report.seen == Seen::kAsleep; });
}

std::string PlaceOf(const PrinterAddress& address) {
  return fmt::format("{}:{}", address.host, address.snmp_port);
}

}  // namespace

// Answers come from the channels' threads, and may come after nobody waits any more: so whoever may
// still call shares this.
struct Poller::Round {
  std::mutex mutex;
  std::condition_variable_any told;
  std::vector<std::vector<ChannelTold>> answers;  // [printer][channel]
  std::vector<std::size_t> missing;               // answers to come, for each printer
  std::vector<Moment> finished_at;                // the last of them, for each printer
  std::deque<std::size_t> finished;
};

bool Polled::asleep() const { return !answered() && SaysItSleeps(*this); }

bool Polled::sleeps_in_part() const { return answered() && SaysItSleeps(*this); }

std::string Polled::Trouble() const {
  std::string words;
  for (const ChannelReport& report : reports) {
    if (report.seen == Seen::kAnswered) continue;
    if (!words.empty()) words += "; ";
    words += fmt::format("{}: {}", ToText(report.channel),
                         report.detail.empty() ? ToText(report.seen) : report.detail);
  }
  return words;
}

namespace {

// A name that was given beats one that was not.
void Prefer(std::optional<std::string>& best, const std::optional<std::string>& said) {
  if (!best || best->empty()) best = said ? said : best;
}

// Merge, which copies all but what it is given.
Polled Taken(const PrinterAddress& address, std::vector<ChannelTold> told) {
  Polled polled{.address = address, .identity = IdentityOf(told)};
  for (auto& [channel, answer] : told) {
    polled.reports.push_back(
        {.channel = channel, .seen = answer.seen, .detail = answer.detail, .at = answer.at});
    for (const std::string& remark : answer.answers.remarks) {
      polled.remarks.push_back(fmt::format("{}: {}", ToText(channel), remark));
    }
    if (answer.seen != Seen::kAnswered) {
      // Of who was known to stand here; who answered may be another.
      const auto& noticed = answer.answers.events;
      const std::string& known = address.known.serial;
      const std::string& serial = polled.identity.serial;
      if (known.empty() || serial.empty() || known == serial) {
        polled.events.insert(polled.events.end(), noticed.begin(), noticed.end());
      }
      continue;
    }
    const PrinterIdentity& identity = answer.answers.identity;
    // Two serials at one address: somebody is mistaken, so only the better channel's counts.
    if (!identity.serial.empty() && polled.identity.serial != identity.serial) {
      polled.remarks.push_back(fmt::format("{}: says serial {}, not {}; its answers are left out",
                                           ToText(channel), identity.serial,
                                           polled.identity.serial));
      continue;
    }
    polled.reports.back().firmware = identity.firmware;
    if (const auto is_ours = answer.answers.is_large_format; is_ours && *is_ours) {
      polled.is_large_format = true;
    } else if (is_ours && !polled.is_large_format) {
      polled.is_large_format = false;
    }
    polled.readings.push_back({.at = answer.at,
                               .channel = channel,
                               .meters = std::move(answer.answers.meters),
                               .supplies = std::move(answer.answers.supplies),
                               .media = std::move(answer.answers.media),
                               .state = std::move(answer.answers.state),
                               .uptime = answer.answers.uptime,
                               .traits = std::move(answer.answers.traits)});
    polled.macs.insert(polled.macs.end(), answer.answers.macs.begin(), answer.answers.macs.end());
    Prefer(polled.whereabouts.name, answer.answers.name);
    Prefer(polled.whereabouts.location, answer.answers.location);
    if (answer.answers.alerts) {
      polled.alerts.push_back({.channel = channel,
                               .active = *std::move(answer.answers.alerts),
                               .since = answer.answers.alerts_since});
    }
    for (PrinterEvent& event : answer.answers.events) {
      event.channel = channel;
      event.at = answer.at;
      polled.events.push_back(std::move(event));
    }
    if (answer.answers.tells_jobs) polled.job_lists.push_back(channel);
    for (JobRecord& job : answer.answers.jobs) {
      job.channel = channel;
      job.seen_at = answer.at;
      polled.jobs.push_back(std::move(job));
    }
  }
  std::ranges::sort(polled.macs);
  const auto same = std::ranges::unique(polled.macs);
  polled.macs.erase(same.begin(), same.end());
  polled.whereabouts.ip = address.host;
  polled.whereabouts.macs = polled.macs;
  for (Reading& reading : polled.readings) {
    reading.printer = polled.identity;
    const auto installed = InstalledEvents(reading);
    polled.events.insert(polled.events.end(), installed.begin(), installed.end());
  }
  return polled;
}

}  // namespace

Polled Merge(const PrinterAddress& address, const std::vector<ChannelTold>& told) {
  return Taken(address, told);
}

Poller::Poller(std::vector<Channel*> channels, const Profiles& profiles, std::set<GivenMeter> given,
               const Clock& clock)
    : channels_(std::move(channels)),
      profiles_(profiles),
      memory_(std::move(given)),
      clock_(clock) {}

void Poller::Poll(const std::vector<PrinterAddress>& addresses, std::stop_token stop,
                  const std::function<void(const Polled&)>& polled,
                  const std::function<void()>& pause, const InFull& in_full) {
  Go(
      addresses, std::move(stop),
      [&](const PrinterAddress& address, std::vector<ChannelTold> told, bool whole) {
        Polled merged = Taken(address, std::move(told));
        merged.in_full = whole;
        polled(merged);
      },
      pause, in_full);
}

void Poller::ProbeAgain(const PrinterAddress& address) {
  for (Channel* channel : channels_) channel->ProbeAgain(address);
}

void Poller::Ask(
    const std::vector<PrinterAddress>& addresses, std::stop_token stop,
    const std::function<void(const PrinterAddress&, const std::vector<ChannelTold>&)>& told,
    const std::function<void()>& pause, const InFull& in_full) {
  Go(
      addresses, std::move(stop),
      [&](const PrinterAddress& address, const std::vector<ChannelTold>& answers, bool) {
        told(address, answers);
      },
      pause, in_full);
}

bool Poller::WasLate(const PrinterAddress& address, const Hand& hand) {
  const auto found = late_.find(PlaceOf(address));
  if (found == late_.end()) return false;
  const auto [round, printer, whole] = found->second;
  std::unique_lock lock(round->mutex);
  if (round->missing[printer] > 0) return true;
  std::vector<ChannelTold> answers = std::exchange(round->answers[printer], {});
  const auto age = Passed(round->finished_at[printer], clock_.Both());
  lock.unlock();
  late_.erase(found);
  if (!age || *age > kLateFor) return false;
  hand(address, std::move(answers), whole);
  return true;
}

bool Poller::WaitForOne(Round& round, std::unique_lock<std::mutex>& lock,
                        const std::stop_token& stop, std::chrono::steady_clock::time_point begun) {
  const auto end =
      patience_.count() == 0 ? std::chrono::steady_clock::time_point::max() : begun + patience_;
  for (;;) {
    const auto now = std::chrono::steady_clock::now();
    if (round.told.wait_until(lock, stop, std::min(end, now + pulse_every_),
                              [&] { return !round.finished.empty(); })) {
      return true;
    }
    if (stop.stop_requested() || std::chrono::steady_clock::now() >= end) return false;
    if (!pulse_) continue;
    lock.unlock();
    pulse_();
    lock.lock();
  }
}

void Poller::Go(const std::vector<PrinterAddress>& all, std::stop_token stop, const Hand& hand_over,
                const std::function<void()>& pause, const InFull& in_full) {
  if (channels_.empty()) return;
  const auto begun = std::chrono::steady_clock::now();
  const Hand hand = [&](const PrinterAddress& address, std::vector<ChannelTold> answers,
                        bool whole) {
    Believe(answers, address.known, profiles_, memory_, whole);
    hand_over(address, std::move(answers), whole);
  };
  std::vector<PrinterAddress> addresses;
  for (const PrinterAddress& address : all) {
    if (!WasLate(address, hand)) addresses.push_back(address);
  }
  const auto round = std::make_shared<Round>();
  round->answers.resize(addresses.size());
  round->missing.resize(addresses.size());
  round->finished_at.resize(addresses.size());
  std::vector<std::vector<Channel*>> ways(addresses.size());
  for (std::size_t printer = 0; printer < addresses.size(); ++printer) {
    const ModelProfile& profile = profiles_.Of(addresses[printer].known);
    for (Channel* channel : channels_) {
      if (profile.Skips(channel->kind())) continue;
      ways[printer].push_back(channel);
      round->answers[printer].push_back({.channel = channel->kind()});
    }
    round->missing[printer] = ways[printer].size();
    if (ways[printer].empty()) round->finished.push_back(printer);
  }
  std::vector<bool> whole(addresses.size());
  const auto begin = [&](std::size_t printer) {
    whole[printer] = !in_full || in_full(addresses[printer]);
    for (std::size_t way = 0; way < ways[printer].size(); ++way) {
      const auto take = [round, printer, way, &clock = clock_](Told answer) {
        Bound(answer.answers);
        const std::lock_guard lock(round->mutex);
        round->answers[printer][way].told = std::move(answer);
        if (--round->missing[printer] == 0) {
          round->finished_at[printer] = clock.Both();
          round->finished.push_back(printer);
          const std::size_t waiting = round->finished.size();
          if (waiting == 1 || waiting == kTakenTogether) round->told.notify_one();
        }
      };
      if (whole[printer]) {
        ways[printer][way]->Read(addresses[printer], take);
      } else {
        ways[printer][way]->Watch(addresses[printer], take);
      }
    }
  };
  std::set<std::size_t> waited_for;
  for (std::size_t printer = 0; printer < addresses.size(); ++printer) waited_for.insert(printer);
  std::size_t next = 0;  // to be asked
  std::size_t to_ask = kAskedAtOnce;
  while (!waited_for.empty()) {
    while (next < std::min(to_ask, addresses.size())) begin(next++);
    std::unique_lock lock(round->mutex);
    const bool was_idle = round->finished.empty();
    if (next < addresses.size() && !stop.stop_requested()) {
      const bool any =
          round->told.wait_for(lock, stop, kLull, [&] { return !round->finished.empty(); });
      to_ask += any ? 1 : kAskedAtOnce;
      if (!any) continue;
    } else if (pause &&
               !round->told.wait_for(lock, stop, kLull, [&] { return !round->finished.empty(); })) {
      lock.unlock();
      pause();
      lock.lock();
    }
    if (!WaitForOne(*round, lock, stop, begun)) {
      if (patience_.count() == 0) return;
      break;  // or it is to stop, and nobody will ask for the late ones
    }
    if (was_idle && waited_for.size() > 1) {
      round->told.wait_for(lock, stop, kLull,
                           [&] { return round->finished.size() >= kTakenTogether; });
    }
    const std::size_t printer = round->finished.front();
    round->finished.pop_front();
    std::vector<ChannelTold> answers = std::exchange(round->answers[printer], {});
    lock.unlock();
    waited_for.erase(printer);
    hand(addresses[printer], std::move(answers), whole[printer]);
  }
  for (const std::size_t printer : waited_for) {
    if (printer >= next) continue;  // it was not even asked
    late_[PlaceOf(addresses[printer])] = {round, printer, whole[printer]};
  }
  if (pause) pause();
}

}  // namespace plotmeter
