#include "collector/snmp/two_contexts.h"

#include <algorithm>

namespace plotmeter {
namespace {

// True if the table has the object, or anything below it.
bool Has(const SnmpTable& table, const Oid& oid) { return !table.Below(oid).empty(); }

// By the agent, which does not know the context, and not by a closed port.
bool IsNotLetIn(const SnmpResult& result) {
  return result.seen == SnmpSeen::kRefused && result.at != Instant{};
}

}  // namespace

void TwoContexts::Get(const SnmpPeer& peer, std::vector<Oid> objects, SnmpCallback done) {
  AskBoth(&SnmpSession::Get, peer, std::move(objects), std::move(done));
}

void TwoContexts::Walk(const SnmpPeer& peer, std::vector<Oid> subtrees, SnmpCallback done) {
  AskBoth(&SnmpSession::Walk, peer, std::move(subtrees), std::move(done));
}

void TwoContexts::AskBoth(Ask ask, const SnmpPeer& peer, std::vector<Oid> what, SnmpCallback done) {
  if (std::ranges::none_of(peer.credentials, [](const SnmpCredentials& credentials) {
        return credentials.version == SnmpVersion::k3;
      })) {
    return (session_.*ask)(peer, std::move(what), std::move(done));
  }
  (session_.*ask)(peer, what, [this, ask, peer, what, done = std::move(done)](SnmpResult first) {
    if (!MayHaveOther(peer, first)) return done(std::move(first));
    std::vector<Oid> missing = what;
    std::erase_if(missing, [&](const Oid& oid) { return Has(first.table, oid); });
    if (missing.empty()) return done(std::move(first));
    SnmpPeer other = peer;
    other.credentials = {first.credentials};
    other.credentials.front().context = kJetdirectContext;
    (session_.*ask)(other, missing, [this, other, missing, first, done](SnmpResult second) mutable {
      Note(other, second);
      const bool is_there = !IsNotLetIn(second);
      const auto& cut = second.seen == SnmpSeen::kAnswered ? second.cut : missing;
      if (is_there) first.cut.insert(first.cut.end(), cut.begin(), cut.end());
      first.table.Merge(std::move(second.table));
      done(std::move(first));
    });
  });
}

void TwoContexts::Note(const SnmpPeer& peer, const SnmpResult& second) {
  const std::lock_guard lock(mutex_);
  int& silences = silences_[{peer.address, peer.port}];
  if (IsNotLetIn(second)) {
    silences = kNone;
  } else if (second.seen == SnmpSeen::kTimedOut) {
    ++silences;
  } else if (second.seen == SnmpSeen::kAnswered) {
    silences = 0;
  }
}

bool TwoContexts::MayHaveOther(const SnmpPeer& peer, const SnmpResult& first) {
  if (first.seen != SnmpSeen::kAnswered || first.credentials.version != SnmpVersion::k3 ||
      !first.credentials.context.empty()) {
    return false;
  }
  const std::lock_guard lock(mutex_);
  const auto known = silences_.find({peer.address, peer.port});
  return known == silences_.end() || known->second < kMostSilences;
}

}  // namespace plotmeter
