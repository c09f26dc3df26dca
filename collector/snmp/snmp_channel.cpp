#include "collector/snmp/snmp_channel.h"

#include <algorithm>
#include <memory>

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

// A read after the probe: the walk, then the objects it named. Shared by the two callbacks.
class PrinterRead : public std::enable_shared_from_this<PrinterRead> {
 public:
  PrinterRead(SnmpSession& session, const Profiles& profiles, SnmpPeer peer, Probed probed,
              std::function<void(Told)> told)
      : session_(session),
        profiles_(profiles),
        peer_(std::move(peer)),
        probed_(std::move(probed)),
        told_(std::move(told)) {}

  void Start() {
    peer_.credentials = {probed_.credentials};
    session_.Walk(peer_, PrinterMibColumns(probed_.fingerprint),
                  [self = shared_from_this()](SnmpResult result) {
                    const bool nothing = result.table.empty();
                    if (!self->Take(std::move(result))) return;
                    if (nothing) self->remarks_.push_back("no Printer-MIB answers");
                    self->AskObjects();
                  });
  }

 private:
  void AskObjects() {
    session_.Get(peer_, PrinterMibObjects(probed_.table, probed_.fingerprint),
                 [self = shared_from_this()](SnmpResult result) {
                   if (self->Take(std::move(result))) self->Tell();
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
    std::make_shared<PrinterRead>(session_, *options_.profiles, peer, std::move(probed), told)
        ->Start();
  });
}

void SnmpChannel::Recognise(const PrinterAddress& address, std::function<void(Probed)> done) {
  const Key key{address.host, address.snmp_port};
  Probe(session_, PeerOf(address), [this, key, done = std::move(done)](Probed probed) {
    if (probed.fingerprint.verdict != Verdict::kSilent && probed.seen != SnmpSeen::kMalformed) {
      const std::lock_guard lock(mutex_);
      answered_to_[key] = probed.credentials;
    }
    done(std::move(probed));
  });
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
                .retries = options_.retries,
                .max_repetitions = options_.max_repetitions};
  const std::lock_guard lock(mutex_);
  const auto known = answered_to_.find({address.host, address.snmp_port});
  if (known == answered_to_.end()) return peer;
  const auto same = std::ranges::find(peer.credentials, known->second);
  if (same != peer.credentials.end()) std::rotate(peer.credentials.begin(), same, same + 1);
  return peer;
}

}  // namespace plotmeter
