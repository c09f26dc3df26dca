// The rows derived from a batch: printers, meters and their readings, jobs, supplies, traits,
// alerts, events.
//
// Written inside the caller's transaction. Numbers of meters are remembered from batch to batch;
// those learned in a transaction that is not kept are forgotten again, and all of them when another
// process wrote: it may have erased them, and SQLite gives numbers out again.

#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "portal/store/connection.h"
#include "portal/store/store.h"

namespace plotmeter {

class DerivedRows {
 public:
  // Where a batch stands: whose it is, the number of its evidence row, the collector's site and the
  // customer of that.
  struct Place {
    std::int64_t owner = 0;
    std::int64_t batch = 0;
    std::string site = {};
    std::string customer = {};
  };

  // A printer of the batch, and the sighting of the customer whose collector tells of it: what is
  // told is kept apart by that, so that no customer reads what another's collectors said.
  struct Told {
    std::int64_t printer = 0;
    std::int64_t sighting = 0;
  };

  void Write(StoreConnection& writer, const Place& place, const BatchRecord& batch);

  void Keep();    // the transaction was committed
  void Forget();  // it was not
  void ForgetAll();

 private:
  std::vector<Told> WritePrinters(StoreConnection& writer, const Place& place,
                                  const BatchRecord& batch);
  void WriteReadings(StoreConnection& writer, const Place& place, const BatchRecord& batch,
                     const std::vector<Told>& printers);
  std::int64_t MeterNumber(StoreConnection& writer, std::int64_t owner, std::int64_t printer,
                           ChannelKind channel, const MeterValue& value);

  struct KnownMeter {
    std::int64_t number = 0;
    bool outranked = false;
  };
  std::unordered_map<std::string, KnownMeter> meters_;
  std::int64_t version_ = 0;          // of the data, as others wrote them
  std::vector<std::string> learned_;  // keys of meters_ that are not yet committed
  std::string key_;                   // reused, so that looking a meter up allocates nothing
};

}  // namespace plotmeter
