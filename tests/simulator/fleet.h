// Printers at loopback addresses, and the neighbours that a collector must not take for printers,
// under one lock and one clock that only Advance moves.
//
//    Fleet fleet({.printers = 5, .network = *ParseNetwork("127.60.0.0/16"), .start = t});
//    fleet.Advance(t + std::chrono::days(30)); fleet.Truth(t, fleet.now())
//
// Safe from any thread.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/json.h"
#include "common/time.h"
#include "tests/simulator/address.h"
#include "tests/simulator/mib.h"
#include "tests/simulator/neighbour.h"
#include "tests/simulator/oddity.h"
#include "tests/simulator/printer.h"
#include "tests/simulator/snmp_agent.h"

namespace plotmeter::simulator {

struct FleetPlan {
  std::size_t printers = 5;
  Network network = {};
  std::uint64_t seed = 1;
  int jobs_a_day = 0;  // of each printer; 0: five or six
  Instant start = {};
  std::vector<std::size_t> models = {};  // of Models(); none: the usual ones
  std::vector<const NeighbourKind*> neighbours = {};
  std::vector<OddityRule> odd = {};  // of printers and neighbours, in this order
};

class Fleet {
 public:
  // The plan's models come round-robin. Printer i lives at the i-th address that ends neither in 0
  // nor in 255; a network of one address holds one printer. The neighbours live behind the
  // printers: devices are counted through, printers first. Throws std::invalid_argument when the
  // network is too small, or an oddity names a device that is not there.
  explicit Fleet(const FleetPlan& plan);

  void Advance(Instant to);
  Instant now() const;
  std::size_t size() const { return printers_.size(); }  // printers only
  std::size_t devices() const { return printers_.size() + neighbours_.size(); }
  std::uint32_t address(std::size_t i) const;  // the first, where it has two
  std::vector<std::uint32_t> Addresses(std::size_t i) const;
  std::optional<std::size_t> At(std::uint32_t address) const;
  std::map<std::uint32_t, std::size_t> Places() const;  // all addresses of printers, and whose
  const NeighbourKind& neighbour(std::size_t i) const { return *neighbours_.at(i - size()); }
  std::optional<std::size_t> WithSerial(std::string_view serial) const;

  // Calls with the lock held; nothing of the printer may be kept.
  void Look(std::size_t i, const std::function<void(const SimulatedPrinter&)>& look) const;
  void Change(std::size_t i, const std::function<void(SimulatedPrinter&)>& change);

  // What is odd about device i: never null, mostly empty. It stays as it is; a change makes
  // another.
  std::shared_ptr<const Oddities> OdditiesOf(std::size_t i) const;
  void MakeOdd(std::size_t i, std::string_view what);  // "slow=5s"; std::invalid_argument
  void MakeEven(std::size_t i);                        // as healthy as it can be

  // The same printer at another address, as DHCP does it; at a second address too, as with two
  // network cards; or another printer of the same model at its address. Throws
  // std::invalid_argument for an address that is taken or no part of the network.
  void Move(std::size_t i, std::uint32_t address);
  void Swap(std::size_t i, std::size_t j);  // each at the other's first address
  std::uint32_t Twin(std::size_t i);        // the second address: the first free one
  void Replace(std::size_t i);
  unsigned Replaced(std::size_t i) const;  // how often it was

  // What the printer's web server was asked, "GET /DevMgmt/DiscoveryTree.xml 200", since the last
  // call; the newest 1000.
  void NoteAsked(std::size_t i, std::string request);
  std::vector<std::string> TakeAsked(std::size_t i);

  // What the device's SNMP agent has to say now; made anew only when something changed, or when its
  // uptime would be more than five seconds old.
  std::shared_ptr<const Mib> MibOf(std::size_t i) const;

  // The device at this address as its agent needs it; empty: nobody lives there.
  std::optional<SnmpDevice> DeviceAt(std::uint32_t address) const;

  // {"from", "to", "meters": [...], "jobs": [...]} of all printers, those replaced too, rows as
  // SimulatedPrinter::Truth gives them.
  Json Truth(Instant from, Instant to) const;

 private:
  struct Known {
    Instant at = {};
    std::uint64_t change = 0;
    std::uint64_t events = 0;
    std::shared_ptr<const Mib> mib = {};
    std::shared_ptr<const Mib> jetdirect = {};  // null: not apart
  };

  const Known& KnownOf(std::size_t i) const;  // with the lock held
  std::uint32_t FreeAddress() const;

  const Network network_;
  const std::uint64_t seed_;
  const Instant start_;
  mutable std::recursive_mutex mutex_;  // who looks at a printer may ask for its address too
  std::vector<SimulatedPrinter> printers_;
  std::vector<SimulatedPrinter> gone_;  // replaced; their truth stays
  std::vector<std::size_t> gone_from_;  // which printers they were
  std::vector<const NeighbourKind*> neighbours_;
  std::vector<std::uint32_t> addresses_;
  std::unordered_map<std::uint32_t, std::size_t> devices_;  // by address, second ones too
  std::vector<std::uint64_t> changes_;                      // of each device
  std::vector<std::shared_ptr<const Oddities>> odd_;
  std::vector<std::deque<std::string>> asked_;  // of each printer
  mutable std::vector<Known> known_;
};

}  // namespace plotmeter::simulator
