#include "collector/discovery/sweep.h"

#include <algorithm>
#include <utility>

#include "collector/snmp/mib.h"

namespace plotmeter {

std::size_t WindowFor(int packets_per_second, std::chrono::milliseconds timeout) {
  constexpr std::int64_t kMost = 65'536;
  constexpr std::int64_t kLeast = 64;
  if (packets_per_second <= 0) return kMost;
  const std::int64_t waiting = packets_per_second * timeout.count() / 1000;
  return static_cast<std::size_t>(std::clamp(2 * waiting, kLeast, kMost));
}

Sweep::Sweep(SnmpSession& session, SweepOptions options)
    : session_(session),
      options_(std::move(options)),
      addresses_(options_.ranges, options_.excludes) {
  at_.addresses = addresses_.size();
}

void Sweep::Start(std::function<void(SweepRow)> row, std::function<void(SweepProgress)> progress,
                  std::function<void()> done) {
  row_ = std::move(row);
  progress_ = std::move(progress);
  done_ = std::move(done);
  Pump();
}

// Keeps the window full. An answer may come while a question is being asked, in this thread or
// another: then it only makes room, and the loop that is already running uses it.
void Sweep::Pump() {
  std::unique_lock lock(mutex_);
  if (pumping_) return;
  pumping_ = true;
  for (;;) {
    std::function<void()> ask;
    if (open_ < options_.window && TakeNext(ask)) {
      ++open_;
      lock.unlock();
      ask();
      lock.lock();
    } else if (open_ > 0) {
      pumping_ = false;
      return;
    } else if (!NextPass()) {
      break;
    }
  }
  lock.unlock();
  done_();
}

bool Sweep::TakeNext(std::function<void()>& ask) {
  if (stopped_) return false;
  if (at_.pass == Pass::kFirst) {
    Ipv4 address;
    if (!addresses_.Next(address)) return false;
    ++at_.asked;
    ask = [this, address] { AskFirst(address); };
    return true;
  }
  if (at_.pass == Pass::kAgain && !silent_.empty()) {
    ask = [this, address = silent_.front()] { AskAgain(address); };
    silent_.pop_front();
    return true;
  }
  if (at_.pass == Pass::kFingerprint && !answered_.empty()) {
    ask = [this, answered = answered_.front()] { Recognise(answered); };
    answered_.pop_front();
    return true;
  }
  return false;
}

bool Sweep::NextPass() {
  if (stopped_) at_.pass = Pass::kFingerprint;
  if (at_.pass == Pass::kFirst) {
    at_.pass = Pass::kAgain;
    return true;
  }
  if (at_.pass == Pass::kAgain) {
    at_.pass = Pass::kFingerprint;
    return true;
  }
  at_.pass = Pass::kDone;
  return false;
}

SnmpPeer Sweep::PeerOf(Ipv4 address) const {
  return {.address = address.ToText(),
          .port = options_.port,
          .credentials = options_.credentials,
          .timeout = options_.timeout,
          .retries = 0};
}

void Sweep::AskFirst(Ipv4 address) {
  SnmpPeer peer = PeerOf(address);
  if (peer.credentials.size() > 1) peer.credentials.resize(1);
  session_.Get(peer, {mib::kSysObjectId, mib::kSysDescr}, [this, address](SnmpResult result) {
    OnAnswer(address, std::move(result), options_.retries <= 0);
  });
}

void Sweep::AskAgain(Ipv4 address) {
  SnmpPeer peer = PeerOf(address);
  peer.retries = options_.retries - 1;
  session_.Get(peer, {mib::kSysObjectId, mib::kSysDescr},
               [this, address](SnmpResult result) { OnAnswer(address, std::move(result), true); });
}

void Sweep::OnAnswer(Ipv4 address, SnmpResult result, bool last_chance) {
  SweepRow row{.address = address.ToText(), .credentials = result.credentials};
  row.fingerprint.rule = result.detail;
  switch (result.seen) {
    case SnmpSeen::kTimedOut:
      row.fingerprint.verdict = Verdict::kSilent;
      if (last_chance) {
        Tell(std::move(row));
      } else {
        const std::lock_guard lock(mutex_);
        silent_.push_back(address);
      }
      break;
    case SnmpSeen::kRefused:
      if (result.at == Instant{}) {
        row.fingerprint.verdict = Verdict::kSilent;  // no agent, a closed port
        Tell(std::move(row));
      } else if (last_chance) {
        row.fingerprint.rule = "it speaks SNMP and does not let us in: " + result.detail;
        Tell(std::move(row));
      } else {  // other credentials may do
        const std::lock_guard lock(mutex_);
        silent_.push_back(address);
      }
      break;
    case SnmpSeen::kMalformed:
      row.fingerprint.rule = "it answers, but not SNMP: " + result.detail;
      Tell(std::move(row));
      break;
    case SnmpSeen::kStopped: {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      break;
    }
    case SnmpSeen::kAnswered:
    case SnmpSeen::kNotIncreasing:
    case SnmpSeen::kTooLong: {
      const std::lock_guard lock(mutex_);
      ++at_.answered;
      answered_.push_back({address, result.credentials});
      break;
    }
  }
  Settle();
}

void Sweep::Recognise(const Answered& answered) {
  SnmpPeer peer = PeerOf(answered.address);
  peer.credentials = {answered.credentials};
  peer.retries = SnmpPeer{}.retries;
  Probe(session_, peer, [this, address = answered.address](Probed probed) {
    // It answered a moment ago: silence now is a lost packet or a device that went to sleep.
    if (probed.fingerprint.verdict == Verdict::kSilent) {
      probed.fingerprint.verdict = Verdict::kUnknown;
      probed.fingerprint.rule = "it answered once and then no more: " + probed.detail;
    }
    Tell({.address = address.ToText(),
          .fingerprint = std::move(probed.fingerprint),
          .credentials = std::move(probed.credentials)});
    Settle();
  });
}

void Sweep::Tell(SweepRow row) {
  {
    const std::lock_guard lock(mutex_);
    ++at_.told;
  }
  row_(std::move(row));
}

// One question is over, and whatever it had to tell is told.
void Sweep::Settle() {
  SweepProgress now;
  {
    const std::lock_guard lock(mutex_);
    now = at_;
  }
  progress_(now);
  {
    const std::lock_guard lock(mutex_);
    --open_;
  }
  Pump();
}

}  // namespace plotmeter
