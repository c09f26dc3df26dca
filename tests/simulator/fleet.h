// Printers at loopback addresses, under one lock and one clock that only Advance moves.
//
//    Fleet fleet({.printers = 5, .network = *ParseNetwork("127.60.0.0/16"), .seed = 7, .start =
//    start}); fleet.Advance(start + std::chrono::days(30)); fleet.Truth(start, fleet.now())
//
// Safe from any thread.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/time.h"
#include "tests/simulator/address.h"
#include "tests/simulator/mib.h"
#include "tests/simulator/oddity.h"
#include "tests/simulator/printer.h"

namespace plotmeter::simulator {

struct FleetPlan {
  std::size_t printers = 5;
  Network network = {};
  std::uint64_t seed = 1;
  Instant start = {};
  std::vector<std::size_t> models = {};  // of Models(); none: the usual ones
  std::vector<OddityRule> odd = {};
};

class Fleet {
 public:
  // The plan's models come round-robin. Printer i lives at the i-th address that ends neither in 0
  // nor in 255; a network of one address holds one printer. Throws std::invalid_argument when the
  // network is too small, or an oddity names a device that is not there.
  explicit Fleet(const FleetPlan& plan);

  void Advance(Instant to);
  Instant now() const;
  std::size_t size() const { return printers_.size(); }
  std::uint32_t address(std::size_t i) const { return addresses_.at(i); }
  std::optional<std::size_t> At(std::uint32_t address) const;
  std::optional<std::size_t> WithSerial(std::string_view serial) const;

  // Calls with the lock held; nothing of the printer may be kept.
  void Look(std::size_t i, const std::function<void(const SimulatedPrinter&)>& look) const;
  void Change(std::size_t i, const std::function<void(SimulatedPrinter&)>& change);

  // What is odd about device i: never null, mostly empty. It stays as it is; a change makes
  // another.
  std::shared_ptr<const Oddities> OdditiesOf(std::size_t i) const;
  void MakeOdd(std::size_t i, std::string_view what);  // "slow=5s"; std::invalid_argument
  void MakeEven(std::size_t i);                        // as healthy as it can be

  // What the printer's SNMP agent has to say now; made anew only when something changed.
  std::shared_ptr<const Mib> MibOf(std::size_t i) const;

  // {"from", "to", "meters": [...], "jobs": [...]} of all printers, rows as SimulatedPrinter::Truth
  // gives them.
  Json Truth(Instant from, Instant to) const;

 private:
  struct Known {
    Instant at = {};
    std::uint64_t change = 0;
    std::shared_ptr<const Mib> mib = {};
  };

  mutable std::mutex mutex_;
  std::vector<SimulatedPrinter> printers_;
  std::vector<std::uint32_t> addresses_;
  std::vector<std::uint64_t> changes_;  // of each printer, by Change
  std::vector<std::shared_ptr<const Oddities>> odd_;
  mutable std::vector<Known> known_;
};

}  // namespace plotmeter::simulator
