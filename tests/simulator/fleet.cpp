#include "tests/simulator/fleet.h"

#include <algorithm>
#include <stdexcept>

#include "tests/simulator/address.h"
#include "tests/simulator/printer_mib.h"

namespace plotmeter::simulator {

Fleet::Fleet(const FleetPlan& plan) {
  const std::uint64_t end = plan.network.base + plan.network.room();
  for (std::uint64_t address = plan.network.base; address < end && printers_.size() < plan.printers;
       ++address) {
    const bool reserved = (address & 0xFF) == 0 || (address & 0xFF) == 0xFF;
    if (plan.network.prefix < 32 && reserved) continue;
    const std::size_t i = printers_.size();
    addresses_.push_back(static_cast<std::uint32_t>(address));
    const std::size_t model =
        plan.models.empty() ? i % kUsualModels : plan.models[i % plan.models.size()];
    printers_.emplace_back(Models().at(model), JobSource{plan.seed, i}, plan.start);
  }
  if (printers_.size() < plan.printers) {
    throw std::invalid_argument("the network has room for " + std::to_string(printers_.size()) +
                                " printers only");
  }
  changes_.resize(printers_.size());
  known_.resize(printers_.size());
  for (Oddities& odd : Distribute(plan.odd, printers_.size())) {
    odd_.push_back(std::make_shared<const Oddities>(std::move(odd)));
  }
}

void Fleet::Advance(Instant to) {
  const std::lock_guard lock(mutex_);
  for (SimulatedPrinter& printer : printers_) printer.Advance(to);
}

Instant Fleet::now() const {
  const std::lock_guard lock(mutex_);
  return printers_.empty() ? Instant{} : printers_.front().now();
}

std::optional<std::size_t> Fleet::At(std::uint32_t address) const {
  const auto found = std::lower_bound(addresses_.begin(), addresses_.end(), address);
  if (found == addresses_.end() || *found != address) return std::nullopt;
  return static_cast<std::size_t>(found - addresses_.begin());
}

std::optional<std::size_t> Fleet::WithSerial(std::string_view serial) const {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < printers_.size(); ++i) {
    if (printers_[i].serial() == serial) return i;
  }
  return std::nullopt;
}

void Fleet::Look(std::size_t i, const std::function<void(const SimulatedPrinter&)>& look) const {
  const std::lock_guard lock(mutex_);
  look(printers_.at(i));
}

void Fleet::Change(std::size_t i, const std::function<void(SimulatedPrinter&)>& change) {
  const std::lock_guard lock(mutex_);
  change(printers_.at(i));
  ++changes_[i];
}

std::shared_ptr<const Oddities> Fleet::OdditiesOf(std::size_t i) const {
  const std::lock_guard lock(mutex_);
  return odd_.at(i);
}

void Fleet::MakeOdd(std::size_t i, std::string_view what) {
  const std::lock_guard lock(mutex_);
  Oddities odd = *odd_.at(i);
  odd.Add(what);
  odd_[i] = std::make_shared<const Oddities>(std::move(odd));
  ++changes_[i];
}

void Fleet::MakeEven(std::size_t i) {
  const std::lock_guard lock(mutex_);
  odd_.at(i) = std::make_shared<const Oddities>();
  ++changes_[i];
}

std::shared_ptr<const Mib> Fleet::MibOf(std::size_t i) const {
  const std::lock_guard lock(mutex_);
  const SimulatedPrinter& printer = printers_.at(i);
  Known& known = known_[i];
  if (!known.mib || known.at != printer.now() || known.change != changes_[i]) {
    known = {printer.now(), changes_[i],
             std::make_shared<const Mib>(PrinterMib(printer, addresses_[i]))};
  }
  return known.mib;
}

Json Fleet::Truth(Instant from, Instant to) const {
  const std::lock_guard lock(mutex_);
  Json all = {{"from", FormatInstant(from)},
              {"to", FormatInstant(to)},
              {"meters", Json::array()},
              {"jobs", Json::array()}};
  for (const SimulatedPrinter& printer : printers_) {
    const Json rows = printer.Truth(from, to);
    for (const char* table : {"meters", "jobs"}) {
      for (const Json& row : rows.at(table)) all[table].push_back(row);
    }
  }
  return all;
}

}  // namespace plotmeter::simulator
