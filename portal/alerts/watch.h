// Looks at what is due, lets the rules judge it, and has the store note what they find.
//
//    Watch watch(store, store, store, clock, {.told = [&] { couriers.Wake(); }});
//    watch.Tick();                 all that is due now
//    watch.Run(stop_token);        the same every fifteen seconds; a thread of `serve`
//
// A printer is due when a batch tells of it, and when time alone may change what the rules say (it
// has been silent for long enough). So a fleet costs what it says, whatever its size: ten thousand
// printers that are read every three hours are one a second, and ten thousand that are due at once
// take 1.7 s of one core (a debug build). What is read is read beside the ingest; verdicts are
// noted a hundred in a transaction, of some milliseconds.
//
// What does not hold any more is cleared when it stayed away for kSettles: what flaps is one
// incident, raised once. Cleared incidents are kept for 400 days, deliveries for 90.
//
// When the portal starts, and when somebody sets the clock, nobody is silent before there was time
// to be heard (rules.h). Log: incidents (how many were raised and cleared), incidents_not_watched.

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/clock_watch.h"
#include "portal/alerts/rules.h"
#include "portal/store/directory.h"
#include "portal/store/outbox.h"
#include "portal/store/watching.h"

namespace plotmeter {

inline constexpr std::chrono::minutes kSettles{10};

class Watch {
 public:
  struct Doors {
    // Of the portal's own certificate and keys, asked once an hour.
    std::function<std::vector<WatchedExpiry>()> expiries = {};
    // What the ledger found of a printer, asked when it is due.
    std::function<std::vector<LedgerFinding>(const ResellerId&, const std::string& printer)>
        findings = {};
    // Called when somebody is to be told of something.
    std::function<void()> told = {};
  };

  // All of them must outlive this.
  Watch(Watching& watching, Outbox& outbox, Directory& directory, const Clock& clock, Doors doors);

  // Throws nothing: what fails is logged, once. One thread at a time.
  void Tick();
  void Run(const std::stop_token& stop);

 private:
  struct Rules {
    RuleSettings OfReseller() const;
    RuleSettings OfCustomer(const std::string& customer) const;
    RuleSettings OfPrinter(const std::string& customer, const std::string& printer) const;
    std::map<std::string, Json> sets = {};
  };

  void LookAt(const ResellerId& reseller);
  void LookAtCollectors(const ResellerId& reseller, const Rules& rules);
  void LookAtPrinters(const ResellerId& reseller, const Rules& rules);
  void LookAtTokens(const ResellerId& reseller, const Rules& rules);
  void LookAtExpiries(const Rules& rules);
  void MakeDigests(const ResellerId& reseller);
  Judged Judge(const ResellerId& reseller, DuePrinter due, const Rules& rules);
  void Count(const Noted& noted);
  void NoticeClock();

  Watching& watching_;
  Outbox& outbox_;
  Directory& directory_;
  ClockWatch clock_;
  const Doors doors_;
  Instant now_;  // of this tick
  Instant listening_since_;
  std::chrono::milliseconds hourly_{0};  // due, by the steady clock
  std::chrono::milliseconds daily_{0};
  bool is_hourly_ = true;
  bool fails_ = false;
  Noted counted_;
};

}  // namespace plotmeter
