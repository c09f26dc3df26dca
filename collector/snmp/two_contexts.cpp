#include "collector/snmp/two_contexts.h"

#include <algorithm>

namespace plotmeter {
namespace {

// True if the table has the object, or anything below it.
bool Has(const SnmpTable& table, const Oid& oid) {
  const auto row = table.lower_bound(oid);
  return row != table.end() && oid.Contains(row->first);
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
    (session_.*ask)(other, missing, [this, other, first, done](SnmpResult second) mutable {
      if (second.seen == SnmpSeen::kRefused || second.seen == SnmpSeen::kTimedOut) {
        const std::lock_guard lock(mutex_);
        without_other_.insert({other.address, other.port});
      }
      first.table.merge(second.table);
      done(std::move(first));
    });
  });
}

bool TwoContexts::MayHaveOther(const SnmpPeer& peer, const SnmpResult& first) {
  if (first.seen != SnmpSeen::kAnswered || first.credentials.version != SnmpVersion::k3 ||
      !first.credentials.context.empty()) {
    return false;
  }
  const std::lock_guard lock(mutex_);
  return !without_other_.contains({peer.address, peer.port});
}

}  // namespace plotmeter
