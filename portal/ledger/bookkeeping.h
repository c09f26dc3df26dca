// Books: the entries of all accounts of a printer, by period and by month, from its readings and
// from what people decided about gaps.
//
//    CountPeriod(books, reseller, customer, printer, from, to)     any period, computed now
//    Bookkeeper(store, store, directory, clock).Tick(pause)   months and sums by site, kept
//
// What was entered by hand (channel "manual") counts as long as no channel tells the same meter, of
// whatever colorant, media and unit. From then on it is outranked, and a gap ("connected") stands
// between the last that was entered and the first that was read. Of a period in which that happened
// what was entered before it is counted.
//
// Books can be made again at any time, and come out the same: Store::ReopenBooks makes all of them
// stale, and a test compares. An account goes on from the last state that is kept, at the first
// instant of a month (UTC), so a period costs what its readings cost, however long the printer has
// been read.

#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/reseller.h"
#include "portal/ledger/reconciliation.h"
#include "portal/ledger/usage.h"
#include "portal/store/books.h"
#include "portal/store/directory.h"
#include "portal/store/store.h"

namespace plotmeter {

// "gap_…": of the meter and the readings before and after it; the same whenever books are made.
std::string GapId(const std::string& printer, const std::string& channel, const StoredMeter& meter,
                  const Entry& entry);

struct CountedMeter {
  std::string channel = {};
  StoredMeter meter = {};
  MeterUsage usage = {};
};

// Meters that have an entry after `from`, up to and with `to`, by channel, meter, colorant, media,
// unit. A fall that later readings settle is settled, however late they are.
// Of what that customer's collectors told; with an empty `customer`, of all.
std::vector<CountedMeter> CountPeriod(Books& books, const ResellerId& reseller,
                                      const std::string& customer, const std::string& printer,
                                      Instant from, Instant to);

// The books of one printer from the month on in which `since` lies, made afresh; and from the month
// before, if what was read in that one has settled only since (reconciliation.h). Each site at
// which it was used has its part, in months of that site.
PrinterBooks MakeBooks(Books& books, Store& store, const ResellerId& reseller,
                       const PrinterRow& printer, Instant since);

// A month of the printer's site, of what that customer's collectors told; with an empty `customer`,
// of all, as it is kept. A customer whose printer others read too has it computed now.
std::vector<NamedReconciled> ReconcileMonth(Books& books, Store& store, const ResellerId& reseller,
                                            const std::string& customer, const PrinterRow& printer,
                                            MonthNumber month);

// Makes the books of what is stale, printer by printer; a thread of `serve`. Readings that come in
// meanwhile make a printer stale again, and it is done again. What cannot be made is logged once
// for each cause, and tried again at every look. Throws SqliteBusy. One thread at a time.
class Bookkeeper {
 public:
  // All of them must outlive this.
  Bookkeeper(Books& books, Store& store, Directory& directory)
      : books_(books), store_(store), directory_(directory) {}

  // Until nothing is stale, or `go_on` says no. How many printers were done.
  int Tick(const std::function<bool()>& go_on);
  // Looks every few seconds.
  void Run(const std::stop_token& stop);

 private:
  bool Make(const ResellerId& reseller, const StalePrinter& stale);

  Books& books_;
  Store& store_;
  Directory& directory_;
  std::map<std::string, std::string> said_;  // by printer: why it could not be done
};

}  // namespace plotmeter
