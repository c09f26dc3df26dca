#include "collector/snmp/snmp_channel.h"

#include <algorithm>
#include <utility>

namespace plotmeter {
namespace {

Seen ToSeen(SnmpSeen seen) {
  switch (seen) {
    case SnmpSeen::kAnswered:
    case SnmpSeen::kNotIncreasing:
    case SnmpSeen::kTooLong:
      return Seen::kAnswered;
    case SnmpSeen::kMalformed:
      return Seen::kUnreadable;
    case SnmpSeen::kTimedOut:
    case SnmpSeen::kRefused:
    case SnmpSeen::kStopped:
      break;
  }
  return Seen::kUnreachable;
}

bool IsPrinter(Verdict verdict) {
  return verdict == Verdict::kLargeFormat || verdict == Verdict::kOffice ||
         verdict == Verdict::kOtherMaker;
}

bool IsV3(const std::optional<SnmpCredentials>& credentials) {
  return credentials && credentials->version == SnmpVersion::k3;
}

// How much of a talk is protected: nothing, who says it, also what is said.
int ProtectionOf(const SnmpCredentials& credentials) {
  if (!IsV3(credentials) || !credentials.user || credentials.user->auth == SnmpAuth::kNone) {
    return 0;
  }
  return credentials.user->privacy == SnmpPrivacy::kNone ? 1 : 2;
}

}  // namespace

SnmpChannel::SnmpChannel(SnmpSession& session, Options options)
    : session_(session), options_(std::move(options)) {}

void SnmpChannel::Identify(const PrinterAddress& address, std::function<void(Told)> told) {
  Recognise(address, [told = std::move(told)](Probed probed) { told(ToTold(probed)); });
}

void SnmpChannel::Read(const PrinterAddress& address, std::function<void(Told)> told) {
  Recognise(address, [this, peer = PeerOf(address), told = std::move(told)](Probed probed) {
    Told identity = ToTold(probed);
    if (identity.seen != Seen::kAnswered) return told(std::move(identity));
    ReadOn(peer, std::move(probed), told);
  });
}

void SnmpChannel::ReadOn(SnmpPeer peer, Probed probed, std::function<void(Told)> told) {
  const Key key{peer.address, peer.port};
  peer.credentials = {probed.credentials};
  peer.max_repetitions = options_.max_repetitions;
  PrinterKnowledge known;
  {
    const std::lock_guard lock(mutex_);
    known = known_[key].printer;
  }
  ReadProbed(session_, *options_.profiles, std::move(peer), std::move(probed), std::move(known),
             options_.curiosity,
             [this, key, told = std::move(told)](Told answer, PrinterKnowledge learnt) {
               {
                 const std::lock_guard lock(mutex_);
                 known_[key].printer = std::move(learnt);
               }
               told(std::move(answer));
             });
}

void SnmpChannel::Recognise(const PrinterAddress& address, std::function<void(Probed)> done) {
  const Key key{address.host, address.snmp_port};
  const auto learn = [this, key, done = std::move(done)](Probed probed) {
    const bool answered = probed.fingerprint.verdict != Verdict::kSilent &&
                          probed.seen != SnmpSeen::kMalformed && probed.seen != SnmpSeen::kRefused;
    {
      const std::lock_guard lock(mutex_);
      const auto known = known_.find(key);
      if (answered) {
        Known& here = known_[key];
        here.answered_to = probed.credentials;
        here.found = {};
        if (probed.seen == SnmpSeen::kAnswered && IsPrinter(probed.fingerprint.verdict)) {
          here.found.fingerprint = probed.fingerprint;
          for (const auto& [oid, value] : probed.table) here.found.objects.push_back(oid);
        }
      } else if (known != known_.end() && IsV3(known->second.answered_to)) {
        known->second.answered_to.reset();
      }
    }
    done(std::move(probed));
  };
  Probe(session_, PeerOf(address), learn, FoundAt(key));
}

FoundBefore SnmpChannel::FoundAt(const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto known = known_.find(key);
  return known == known_.end() ? FoundBefore() : known->second.found;
}

Told SnmpChannel::ToTold(const Probed& probed) {
  Told told{.seen = ToSeen(probed.seen), .detail = probed.detail, .at = probed.at};
  if (told.seen != Seen::kAnswered) return told;
  if (!IsPrinter(probed.fingerprint.verdict)) {
    told.seen = Seen::kNotSpoken;
    told.detail = probed.fingerprint.rule;
    return told;
  }
  told.answers.identity = probed.fingerprint.identity();
  return told;
}

SnmpPeer SnmpChannel::PeerOf(const PrinterAddress& address) {
  SnmpPeer peer{.address = address.host,
                .port = address.snmp_port,
                .credentials = options_.credentials_of ? options_.credentials_of(address)
                                                       : options_.credentials,
                .timeout = options_.timeout,
                .retries = options_.retries};
  const std::lock_guard lock(mutex_);
  const auto known = known_.find({address.host, address.snmp_port});
  if (known == known_.end() || !known->second.answered_to) return peer;
  auto& credentials = peer.credentials;
  const SnmpCredentials& before = *known->second.answered_to;
  if (IsV3(before)) {
    std::erase_if(credentials, [least = ProtectionOf(before)](const auto& one) {
      return !IsV3(one) || ProtectionOf(one) < least;
    });
  }
  const auto same = std::ranges::find(credentials, before);
  if (same != credentials.end()) std::rotate(credentials.begin(), same, same + 1);
  return peer;
}

}  // namespace plotmeter
