#include "collector/snmp/probe.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "collector/snmp/makers.h"
#include "collector/snmp/mib.h"

namespace plotmeter {
namespace {

// Shared by the callbacks that follow each other; the last one lets go of it.
class Probing : public std::enable_shared_from_this<Probing> {
 public:
  Probing(SnmpSession& session, SnmpPeer peer, std::function<void(Probed)> done, FoundBefore before,
          std::vector<Oid> also)
      : session_(session),
        peer_(std::move(peer)),
        done_(std::move(done)),
        before_(std::move(before)),
        also_(std::move(also)) {}

  void Start() { before_.objects.empty() ? AskScalars() : AskKnown(); }

 private:
  void AskKnown() {
    std::vector<Oid> objects = before_.objects;
    objects.insert(objects.end(), also_.begin(), also_.end());
    session_.Get(peer_, std::move(objects), [self = shared_from_this()](SnmpResult result) {
      if (!self->Take(result)) return self->Tell();
      if (self->IsAsBefore()) {
        self->probed_.asked = std::move(self->also_);
        return self->Tell();
      }
      self->peer_.credentials = {result.credentials};
      self->probed_ = {};
      self->recognised_ = false;
      self->AskScalars();
    });
  }

  bool IsAsBefore() {
    probed_.fingerprint = RecognisePrinter(probed_.table);
    recognised_ = true;
    const Fingerprint& now = probed_.fingerprint;
    return std::ranges::all_of(before_.objects,
                               [&](const Oid& oid) { return probed_.table.contains(oid); }) &&
           now.verdict == before_.verdict && now.printer_rows == before_.printer_rows &&
           now.identity() == before_.identity;
  }

  void AskScalars() {
    session_.Get(peer_, FingerprintScalars(), [self = shared_from_this()](SnmpResult result) {
      if (!self->Take(result)) return self->Tell();
      self->peer_.credentials = {result.credentials};
      const Oid* number = OidAt(self->probed_.table, mib::kSysObjectId);
      if (number && !NotAPrinterBecause(*number).empty()) return self->Tell();
      self->AskDevices();
    });
  }

  void AskDevices() {
    session_.Walk(peer_, {mib::kHrDeviceType}, [self = shared_from_this()](SnmpResult result) {
      if (!self->Take(result)) return self->Tell();
      self->AskRows();
    });
  }

  void AskRows() {
    session_.Get(peer_, FingerprintRowObjects(probed_.table),
                 [self = shared_from_this()](SnmpResult result) {
                   self->Take(result);
                   self->Tell();
                 });
  }

  bool Take(SnmpResult& result) {
    any_answer_ |= HasTable(result.seen);
    probed_.table.Merge(std::move(result.table));
    if (!result.detail.empty()) probed_.detail = result.detail;
    probed_.seen = HasTable(result.seen) ? SnmpSeen::kAnswered : result.seen;
    lets_nobody_in_ = result.seen == SnmpSeen::kRefused && result.at != Instant{};
    if (!HasTable(result.seen)) return false;
    probed_.at = result.at;
    probed_.credentials = result.credentials;
    return true;
  }

  void Tell() {
    if (any_answer_) {
      if (!recognised_) probed_.fingerprint = RecognisePrinter(probed_.table);
      if (probed_.seen != SnmpSeen::kAnswered) {
        probed_.fingerprint.rule += "; not all was answered: " + probed_.detail;
      }
    } else if (lets_nobody_in_) {
      probed_.fingerprint.rule = "it speaks SNMP and does not let us in: " + probed_.detail;
    } else if (probed_.seen == SnmpSeen::kMalformed) {
      probed_.fingerprint.rule = "it answers, but not SNMP: " + probed_.detail;
    } else {
      probed_.fingerprint.verdict = Verdict::kSilent;
      probed_.fingerprint.rule = probed_.detail;
    }
    done_(std::move(probed_));
  }

  SnmpSession& session_;
  SnmpPeer peer_;
  std::function<void(Probed)> done_;
  FoundBefore before_;
  std::vector<Oid> also_;
  bool any_answer_ = false;
  bool lets_nobody_in_ = false;
  bool recognised_ = false;  // the fingerprint is that of the table
  Probed probed_ = {};
};

}  // namespace

void Probe(SnmpSession& session, SnmpPeer peer, std::function<void(Probed)> done,
           FoundBefore before, std::vector<Oid> also) {
  std::make_shared<Probing>(session, std::move(peer), std::move(done), std::move(before),
                            std::move(also))
      ->Start();
}

bool HasTable(SnmpSeen seen) {
  return seen == SnmpSeen::kAnswered || seen == SnmpSeen::kNotIncreasing ||
         seen == SnmpSeen::kTooLong;
}

}  // namespace plotmeter
