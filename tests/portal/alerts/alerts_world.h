// A store with two tenants, printers that say something, a clock that moves when it is told to, and
// couriers whose other side is a list.

#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "portal/alerts/courier.h"
#include "portal/alerts/watch.h"
#include "tests/fakes/fake_clock.h"
#include "tests/portal/store/fleet.h"
#include "tests/portal/store/parcel.h"

namespace plotmeter {

inline const Instant kMorning = *ParseInstant("2026-11-10T08:00:00Z");

class AlertsWorld : public testing::Test {
 protected:
  using minutes = std::chrono::minutes;
  using hours = std::chrono::hours;

  // The printer of that serial says at this moment that so much is left; its collector brings it.
  void Say(const std::string& serial, const char* percent, const char* state = "idle") {
    Parcel parcel(collector_, ++sequence_, serial, clock_.Now());
    parcel.reading.state = state;
    parcel.reading.supplies.push_back({.supply = "slot-0",
                                       .kind = "ink-cartridge",
                                       .colorant = "magenta",
                                       .percent = Decimal::Parse(percent)});
    Put(parcel);
  }

  void Put(const Parcel& parcel) {
    store_.StoreBatch(north_.reseller, parcel.record, [](const auto&) { return "receipt"; });
  }

  void Beat(std::int64_t known = 1, std::int64_t answering = 1, std::int64_t asleep = 0) {
    HeartbeatNote note{.collector = collector_, .received_at = clock_.Now(), .at = clock_.Now()};
    note.known = known;
    note.answering = answering;
    note.asleep = asleep;
    for (bool heard = false; !heard;) {  // the first one hears which nonce to say
      const auto taken =
          store_.TakeHeartbeat(north_.reseller, note, nonce_, "n" + std::to_string(++nonces_));
      heard = taken.heard;
      nonce_ = taken.nonce;
    }
  }

  // Time passes; the collector beats, if it does, whenever the portal looks: every five minutes, or
  // half an hour where it is long.
  void Pass(minutes time, bool beats = true) {
    const minutes step = time > hours(2) ? minutes(30) : minutes(5);
    for (minutes left = time; left > minutes(0); left -= step) {
      clock_.Advance(std::min(left, step));
      if (beats) Beat(known_, answering_, asleep_);
      Look();
    }
  }

  void Look() {
    watch_.Tick();
    while (mails_.Tick() + hooks_.Tick() > 0) {
    }
  }

  // "raised supply-low"
  static std::string Told(const Delivery& delivery) {
    if (delivery.body.empty() || delivery.what == "digest" || delivery.what == "test") {
      return delivery.what;
    }
    return delivery.what + " " + ParseJson(delivery.body).at("kind").get<std::string>();
  }

  // What arrived since the last look, in order.
  static std::vector<std::string> Take(std::vector<Delivery>& arrived) {
    std::vector<std::string> told;
    for (const Delivery& one : arrived) told.push_back(Told(one));
    arrived.clear();
    return told;
  }

  std::vector<std::string> Open() {
    std::vector<std::string> kinds;
    for (const auto& row : store_.ListIncidents(north_.reseller, {.open = true}, {}, 100).rows) {
      kinds.push_back(row.kind);
    }
    return kinds;
  }

  std::string AddRecipient(Recipient recipient) {
    recipient.name = "x";
    if (recipient.kind.empty()) recipient.kind = "email";
    recipient.address = recipient.kind == "email" ? "ops@north.example" : "https://hooks.example/";
    return store_.AddRecipient(north_.reseller, recipient, kPortalItself, clock_.Now()).value();
  }

  Carry Into(std::vector<Delivery>& arrived, const bool& works) {
    return [&arrived, &works](const std::vector<Delivery>& load) {
      std::vector<Carried> carried;
      for (const Delivery& one : load) {
        if (works) arrived.push_back(one);
        carried.push_back({works ? Carried::Outcome::kDone : Carried::Outcome::kAgain,
                           works ? "" : "the port is closed"});
      }
      return carried;
    };
  }

  FakeClock clock_{kMorning};
  const std::string path_ = FreshDatabase();
  SqliteStore store_{path_};
  Tenant north_ = AddTenant(store_, "north");
  Tenant south_ = AddTenant(store_, "south");
  std::string collector_ = AddCollector(store_, north_, "thumb-north");
  std::string nonce_;
  int nonces_ = 0;
  std::int64_t sequence_ = 0;
  std::int64_t known_ = 1, answering_ = 1, asleep_ = 0;
  std::vector<WatchedExpiry> expiries_;
  std::vector<LedgerFinding> findings_;
  std::vector<Delivery> mailed_, posted_;
  bool mail_works_ = true, hooks_work_ = true;
  Watch watch_{store_,
               store_,
               store_,
               clock_,
               {.expiries = [this] { return expiries_; },
                .findings = [this](const auto&, const auto&) { return findings_; }}};
  Courier mails_{store_, store_, clock_, "email", Into(mailed_, mail_works_)};
  Courier hooks_{store_, store_, clock_, "webhook", Into(posted_, hooks_work_)};
};

}  // namespace plotmeter
