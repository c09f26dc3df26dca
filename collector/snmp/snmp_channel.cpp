#include "collector/snmp/snmp_channel.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "collector/snmp/printer_mib.h"

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

std::vector<Oid> RowsBelow(const SnmpTable& table, const Oid& column) {
  std::vector<Oid> rows;
  for (auto row = table.lower_bound(column); row != table.end() && column.Contains(row->first);
       ++row) {
    rows.push_back(row->first);
  }
  return rows;
}

// A read after the probe: the walk, then the objects it named, then, if nobody knows yet whether
// the printer bears GETBULK, its longest column once more. Shared by the callbacks.
class PrinterRead : public std::enable_shared_from_this<PrinterRead> {
 public:
  struct Bulk {
    SnmpBulk known = SnmpBulk::kNotTried;
    int repetitions = 0;
    std::function<void(SnmpBulk)> learnt = {};
  };

  PrinterRead(SnmpSession& session, const Profiles& profiles, SnmpPeer peer, Probed probed,
              Bulk bulk, std::function<void(Told)> told)
      : session_(session),
        profiles_(profiles),
        peer_(std::move(peer)),
        probed_(std::move(probed)),
        bulk_(std::move(bulk)),
        told_(std::move(told)) {}

  void Start() {
    peer_.credentials = {probed_.credentials};
    SnmpPeer peer = peer_;
    if (bulk_.known == SnmpBulk::kWorked) peer.max_repetitions = bulk_.repetitions;
    session_.Walk(peer, PrinterMibColumns(probed_.fingerprint),
                  [self = shared_from_this()](SnmpResult result) {
                    const bool nothing = result.table.empty();
                    if (result.bulk == SnmpBulk::kFailed) self->bulk_.learnt(result.bulk);
                    if (!self->Take(std::move(result))) return;
                    if (nothing) self->remarks_.push_back("no Printer-MIB answers");
                    self->AskObjects();
                  });
  }

 private:
  void AskObjects() {
    session_.Get(peer_, PrinterMibObjects(probed_.table, probed_.fingerprint),
                 [self = shared_from_this()](SnmpResult result) {
                   if (self->Take(std::move(result))) self->TryBulk();
                 });
  }

  // Right is what says the same as GETNEXT did; a table that changed just now counts as wrong.
  void TryBulk() {
    Oid longest;
    std::vector<Oid> rows;
    for (const Oid& column : PrinterMibColumns(probed_.fingerprint)) {
      std::vector<Oid> here = RowsBelow(probed_.table, column);
      if (here.size() <= rows.size()) continue;
      longest = column;
      rows = std::move(here);
    }
    if (bulk_.known != SnmpBulk::kNotTried || bulk_.repetitions == 0 || rows.empty() ||
        probed_.credentials.version == SnmpVersion::k1) {
      return Tell();
    }
    SnmpPeer peer = peer_;
    peer.max_repetitions = bulk_.repetitions;
    peer.retries = std::min(peer.retries, 1);
    session_.Walk(peer, {longest}, [self = shared_from_this(), longest, rows](SnmpResult result) {
      const bool same = RowsBelow(result.table, longest) == rows;
      if (result.bulk != SnmpBulk::kNotTried) {
        self->bulk_.learnt(same ? result.bulk : SnmpBulk::kFailed);
      }
      self->Tell();
    });
  }

  bool Take(SnmpResult result) {
    if (ToSeen(result.seen) != Seen::kAnswered) {
      told_({.seen = ToSeen(result.seen), .detail = std::move(result.detail)});
      return false;
    }
    if (!result.detail.empty()) remarks_.push_back(result.detail);
    if (!result.table.empty()) probed_.at = result.at;
    probed_.table.merge(result.table);
    return true;
  }

  void Tell() {
    Told told{.seen = Seen::kAnswered, .at = probed_.at};
    told.answers = ReadPrinterMib(probed_.table, probed_.fingerprint, profiles_);
    told.answers.remarks.insert(told.answers.remarks.end(), remarks_.begin(), remarks_.end());
    told_(std::move(told));
  }

  SnmpSession& session_;
  const Profiles& profiles_;
  SnmpPeer peer_;
  Probed probed_;
  const Bulk bulk_;
  std::function<void(Told)> told_;
  std::vector<std::string> remarks_ = {};
};

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
    const Key key{peer.address, peer.port};
    const PrinterRead::Bulk bulk{
        .known = BulkOf(key),
        .repetitions = options_.max_repetitions,
        .learnt = [this, key](SnmpBulk learnt) { RememberBulk(key, learnt); }};
    std::make_shared<PrinterRead>(session_, *options_.profiles, peer, std::move(probed), bulk, told)
        ->Start();
  });
}

void SnmpChannel::Recognise(const PrinterAddress& address, std::function<void(Probed)> done) {
  const Key key{address.host, address.snmp_port};
  Probe(session_, PeerOf(address), [this, key, done = std::move(done)](Probed probed) {
    const bool answered = probed.fingerprint.verdict != Verdict::kSilent &&
                          probed.seen != SnmpSeen::kMalformed && probed.seen != SnmpSeen::kRefused;
    {
      const std::lock_guard lock(mutex_);
      const auto known = known_.find(key);
      if (answered) {
        known_[key].answered_to = probed.credentials;
      } else if (known != known_.end() && IsV3(known->second.answered_to)) {
        known->second.answered_to.reset();
      }
    }
    done(std::move(probed));
  });
}

SnmpBulk SnmpChannel::BulkOf(const Key& key) {
  const std::lock_guard lock(mutex_);
  return known_[key].bulk;
}

void SnmpChannel::RememberBulk(const Key& key, SnmpBulk bulk) {
  const std::lock_guard lock(mutex_);
  known_[key].bulk = bulk;
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
                .credentials = options_.credentials,
                .timeout = options_.timeout,
                .retries = options_.retries};
  const std::lock_guard lock(mutex_);
  const auto known = known_.find({address.host, address.snmp_port});
  if (known == known_.end() || !known->second.answered_to) return peer;
  auto& credentials = peer.credentials;
  const SnmpCredentials& before = *known->second.answered_to;
  if (IsV3(before)) std::erase_if(credentials, [](const auto& one) { return !IsV3(one); });
  const auto same = std::ranges::find(credentials, before);
  if (same != credentials.end()) std::rotate(credentials.begin(), same, same + 1);
  return peer;
}

}  // namespace plotmeter
