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

// What shows who stands there is asked for at once the next time, if it is a printer.
FoundBefore FoundBy(const Probed& probed) {
  if (probed.seen != SnmpSeen::kAnswered || !IsPrinter(probed.fingerprint.verdict)) return {};
  FoundBefore found{.verdict = probed.fingerprint.verdict,
                    .printer_rows = probed.fingerprint.printer_rows,
                    .identity = probed.fingerprint.identity()};
  found.objects.reserve(probed.table.size());
  for (const auto& [oid, value] : probed.table) {
    if (std::ranges::find(probed.asked, oid) == probed.asked.end()) found.objects.push_back(oid);
  }
  return found;
}

// How much of a talk is protected: nothing, who says it, also what is said.
int ProtectionOf(const SnmpCredentials& credentials) {
  if (!IsV3(credentials) || !credentials.user || credentials.user->auth == SnmpAuth::kNone) {
    return 0;
  }
  return credentials.user->privacy == SnmpPrivacy::kNone ? 1 : 2;
}

}  // namespace

SnmpChannel::SnmpChannel(SnmpSession& session, Options options, const LearntTexts& before)
    : session_(session), options_(std::move(options)) {
  for (const auto& [key, text] : before) {
    if (auto learnt = LearntFrom(text)) known_[key].learnt = *std::move(learnt);
  }
}

void SnmpChannel::Identify(const PrinterAddress& address, std::function<void(Told)> told) {
  Recognise(address, [told = std::move(told)](Probed probed) { told(ToTold(probed)); });
}

void SnmpChannel::Read(const PrinterAddress& address, std::function<void(Told)> told) {
  Ask(address, Wish::kEverything, std::move(told));
}

void SnmpChannel::Watch(const PrinterAddress& address, std::function<void(Told)> told) {
  Ask(address, Wish::kNews, std::move(told));
}

void SnmpChannel::Ask(const PrinterAddress& address, Wish wish, std::function<void(Told)> told) {
  Recognise(address, wish,
            [this, wish, peer = PeerOf(address), told = std::move(told)](Probed probed) {
              Told identity = ToTold(probed);
              if (identity.seen != Seen::kAnswered) return told(std::move(identity));
              const auto is_ours = identity.answers.is_large_format;
              ReadOn(peer, wish, std::move(probed), [told, is_ours](Told read) {
                read.answers.is_large_format = is_ours;
                told(std::move(read));
              });
            });
}

void SnmpChannel::ReadOn(SnmpPeer peer, Wish wish, Probed probed, std::function<void(Told)> told) {
  const Key key{peer.address, peer.port};
  peer.credentials = {probed.credentials};
  peer.bulk_values = options_.bulk_values;
  peer.objects_at_once = SnmpPeer::kFewObjects;
  PrinterKnowledge known;
  {
    const std::lock_guard lock(mutex_);
    known = known_[key].learnt.printer;
  }
  const auto read = wish == Wish::kNews ? &WatchProbed : &ReadProbed;
  read(session_, *options_.profiles, std::move(peer), std::move(probed), std::move(known),
       options_.curiosity,
       [this, key, told = std::move(told)](Told answer, PrinterKnowledge learnt) {
         {
           const std::lock_guard lock(mutex_);
           PrinterKnowledge& here = known_[key].learnt.printer;
           if (!IsSameOnDisk(here, learnt)) changed_.insert(key);
           here = std::move(learnt);
         }
         told(std::move(answer));
       });
}

void SnmpChannel::Recognise(const PrinterAddress& address, std::function<void(Probed)> done) {
  Recognise(address, Wish::kIdentity, std::move(done));
}

void SnmpChannel::Recognise(const PrinterAddress& address, Wish wish,
                            std::function<void(Probed)> done) {
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
        FoundBefore found = FoundBy(probed);
        if (here.learnt.version != probed.credentials.version || here.learnt.found != found) {
          here.learnt.version = probed.credentials.version;
          here.learnt.found = std::move(found);
          changed_.insert(key);
        }
      } else if (known != known_.end() && IsV3(known->second.answered_to)) {
        known->second.answered_to.reset();
        known->second.learnt.version.reset();
      }
    }
    done(std::move(probed));
  };
  FoundBefore before;
  std::vector<Oid> also;
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = known_.find(key); known != known_.end()) {
      before = known->second.learnt.found;
      // v1 answers nothing of a question that has one object it does not know.
      if (known->second.learnt.version != SnmpVersion::k1) {
        const PrinterKnowledge& printer = known->second.learnt.printer;
        also = wish == Wish::kNews ? WatchObjects(printer) : printer.objects;
      }
    }
  }
  Probe(session_, PeerOf(address), learn, std::move(before), std::move(also));
}

SnmpChannel::LearntTexts SnmpChannel::TakeLearnt() {
  const std::lock_guard lock(mutex_);
  LearntTexts texts;
  for (const Key& key : std::exchange(changed_, {})) {
    const SnmpLearnt& learnt = known_[key].learnt;
    if (!learnt.printer.whose.empty()) texts[key] = LearntText(learnt);
  }
  return texts;
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
  told.answers.is_large_format = probed.fingerprint.verdict == Verdict::kLargeFormat;
  return told;
}

SnmpPeer SnmpChannel::PeerOf(const PrinterAddress& address) {
  SnmpAccess access = options_.access_of ? options_.access_of(address)
                                         : SnmpAccess{.credentials = options_.credentials,
                                                      .timeout = options_.timeout,
                                                      .retries = options_.retries};
  SnmpPeer peer{.address = address.host,
                .port = address.snmp_port,
                .credentials = std::move(access.credentials),
                .timeout = access.timeout,
                .retries = access.retries};
  const std::lock_guard lock(mutex_);
  const auto known = known_.find({address.host, address.snmp_port});
  if (known == known_.end()) return peer;
  if (known->second.learnt.printer.bulk == SnmpBulk::kWorked) peer.objects_at_once = kManyObjects;
  auto& credentials = peer.credentials;
  if (!known->second.answered_to) {
    // Of a process before this one no more than the version is known. That moves no v3 back.
    const auto same = std::ranges::find_if(credentials, [&](const SnmpCredentials& one) {
      return one.version == known->second.learnt.version;
    });
    if (same != credentials.end() && !IsV3(credentials.front())) {
      std::rotate(credentials.begin(), same, same + 1);
    }
    return peer;
  }
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
