#include "collector/discovery/sweep.h"

#include <algorithm>
#include <utility>

#include "collector/snmp/mib.h"

namespace plotmeter {

bool SweepState::HasTold(std::uint64_t place) const {
  const std::uint64_t octet = place / 8;
  return octet < told.size() &&
         (static_cast<unsigned>(static_cast<unsigned char>(told[octet])) >> (place % 8) & 1U) != 0;
}

void SweepState::SetTold(std::uint64_t place) {
  const std::uint64_t octet = place / 8;
  if (told.size() <= octet) told.resize(octet + 1, '\0');
  told[octet] = static_cast<char>(static_cast<unsigned char>(told[octet]) | 1U << (place % 8));
}

void SweepState::CutAt(std::uint64_t place) {
  next = std::min(next, place);
  if (told.size() <= place / 8) return;
  told.resize(place / 8 + 1);
  told.back() =
      static_cast<char>(static_cast<unsigned char>(told.back()) & ((1U << (place % 8)) - 1));
}

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
      addresses_(options_.ranges, options_.excludes, options_.addresses),
      state_(options_.from) {
  at_.addresses = addresses_.size();
  addresses_.Seek(options_.from.next);
  for (std::uint64_t place = 0; place < addresses_.place(); ++place) {
    const auto address = addresses_.At(place);
    if (!address) continue;
    ++at_.asked;
    if (state_.HasTold(place)) {
      ++at_.told;
    } else {
      silent_.push_back({place, *address});
    }
  }
}

SweepState Sweep::state() const {
  const std::lock_guard lock(mutex_);
  SweepState now = state_;
  now.next = asking_.empty() ? addresses_.place() : *asking_.begin();
  return now;
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
    } else {
      break;
    }
  }
  at_.pass = Pass::kDone;
  lock.unlock();
  done_();
}

bool Sweep::TakeNext(std::function<void()>& ask) {
  if (stopped_) return false;
  Place next;
  if (at_.pass == Pass::kFirst && addresses_.Next(next.address)) {
    next.place = addresses_.place() - 1;
    asking_.insert(next.place);
    ++at_.asked;
    ask = [this, next] { AskFirst(next); };
    return true;
  }
  if (at_.pass == Pass::kFirst && asking_.empty()) at_.pass = Pass::kAgain;
  // Who answered is named while the silent are waited for, and before they are asked again.
  if (!answered_.empty()) {
    ask = [this, answered = answered_.front()] { Recognise(answered); };
    answered_.pop_front();
    return true;
  }
  if (at_.pass == Pass::kAgain && !silent_.empty()) {
    ask = [this, at = silent_.front()] { AskAgain(at); };
    silent_.pop_front();
    return true;
  }
  return false;
}

SnmpPeer Sweep::PeerOf(Ipv4 address) const {
  SnmpPeer peer{.address = address.ToText(),
                .port = options_.port,
                .credentials = options_.credentials,
                .timeout = options_.timeout,
                .retries = 0};
  const auto target = options_.targets.find(address);
  if (target == options_.targets.end()) return peer;
  peer.port = target->second.port;
  peer.credentials = target->second.credentials;
  return peer;
}

void Sweep::AskFirst(const Place& at) {
  SnmpPeer peer = PeerOf(at.address);
  if (peer.credentials.size() > 1) peer.credentials.resize(1);
  session_.Get(peer, {mib::kSysObjectId, mib::kSysDescr}, [this, at](SnmpResult result) {
    OnAnswer(at, std::move(result), options_.retries <= 0);
  });
}

void Sweep::AskAgain(const Place& at) {
  SnmpPeer peer = PeerOf(at.address);
  peer.retries = std::max(options_.retries - 1, 0);
  session_.Get(peer, {mib::kSysObjectId, mib::kSysDescr},
               [this, at](SnmpResult result) { OnAnswer(at, std::move(result), true); });
}

void Sweep::OnAnswer(const Place& at, SnmpResult result, bool last_chance) {
  const SnmpPeer peer = PeerOf(at.address);
  SweepRow row{.address = peer.address, .port = peer.port, .credentials = result.credentials};
  row.fingerprint.rule = result.detail;
  switch (result.seen) {
    case SnmpSeen::kTimedOut:
      row.fingerprint.verdict = Verdict::kSilent;
      if (last_chance) {
        Tell(at, std::move(row));
      } else {
        const std::lock_guard lock(mutex_);
        silent_.push_back(at);
      }
      break;
    case SnmpSeen::kRefused:
      if (result.at == Instant{}) {
        row.fingerprint.verdict = Verdict::kSilent;  // no agent, a closed port
        Tell(at, std::move(row));
      } else if (last_chance) {
        row.fingerprint.rule = "it speaks SNMP and does not let us in: " + result.detail;
        Tell(at, std::move(row));
      } else {  // other credentials may do
        const std::lock_guard lock(mutex_);
        silent_.push_back(at);
      }
      break;
    case SnmpSeen::kMalformed:
      row.fingerprint.rule = "it answers, but not SNMP: " + result.detail;
      Tell(at, std::move(row));
      break;
    case SnmpSeen::kStopped: {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      break;  // its place is asked again
    }
    case SnmpSeen::kAnswered:
    case SnmpSeen::kNotIncreasing:
    case SnmpSeen::kTooLong: {
      const std::lock_guard lock(mutex_);
      ++at_.answered;
      answered_.push_back({at, result.credentials});
      break;
    }
  }
  if (result.seen != SnmpSeen::kStopped) {
    const std::lock_guard lock(mutex_);
    asking_.erase(at.place);
  }
  Settle();
}

void Sweep::Recognise(const Answered& answered) {
  SnmpPeer peer = PeerOf(answered.at.address);
  peer.credentials = {answered.credentials};
  peer.retries = SnmpPeer{}.retries;
  Probe(session_, peer, [this, at = answered.at, port = peer.port](Probed probed) {
    if (probed.seen == SnmpSeen::kStopped) return Settle();
    // It answered a moment ago: silence now is a lost packet or a device that went to sleep.
    if (probed.fingerprint.verdict == Verdict::kSilent) {
      probed.fingerprint.verdict = Verdict::kUnknown;
      probed.fingerprint.rule = "it answered once and then no more: " + probed.detail;
    }
    Tell(at, {.address = at.address.ToText(),
              .port = port,
              .fingerprint = std::move(probed.fingerprint),
              .credentials = std::move(probed.credentials)});
    Settle();
  });
}

void Sweep::Tell(const Place& at, SweepRow row) {
  row_(std::move(row));  // before it counts as told: what is kept then is never too little
  const std::lock_guard lock(mutex_);
  ++at_.told;
  state_.SetTold(at.place);
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
