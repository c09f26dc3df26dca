#include "tests/simulator/fleet.h"

#include <algorithm>
#include <stdexcept>

#include "tests/simulator/address.h"
#include "tests/simulator/odd_mib.h"
#include "tests/simulator/printer_mib.h"

namespace plotmeter::simulator {

namespace {

constexpr std::chrono::seconds kFresh{5};
constexpr std::size_t kMostAsked = 1000;

bool IsReserved(const Network& network, std::uint64_t address) {
  return network.prefix < 32 && ((address & 0xFF) == 0 || (address & 0xFF) == 0xFF);
}

}  // namespace

Fleet::Fleet(const FleetPlan& plan)
    : network_(plan.network), seed_(plan.seed), start_(plan.start), neighbours_(plan.neighbours) {
  for (std::size_t i = 0; i < plan.printers; ++i) {
    const std::size_t model =
        plan.models.empty() ? i % kUsualModels : plan.models[i % plan.models.size()];
    printers_.emplace_back(Models().at(model), JobSource{plan.seed, i, plan.jobs_a_day},
                           plan.start);
  }
  const std::uint64_t end = plan.network.base + plan.network.room();
  for (std::uint64_t address = plan.network.base; address < end && addresses_.size() < devices();
       ++address) {
    if (IsReserved(plan.network, address)) continue;
    devices_.emplace(static_cast<std::uint32_t>(address), addresses_.size());
    addresses_.push_back(static_cast<std::uint32_t>(address));
  }
  if (addresses_.size() < devices()) {
    throw std::invalid_argument("the network has room for " + std::to_string(addresses_.size()) +
                                " devices only");
  }
  changes_.resize(devices());
  known_.resize(devices());
  asked_.resize(plan.printers);
  for (Oddities& odd : Distribute(plan.odd, devices())) {
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

std::uint32_t Fleet::address(std::size_t i) const {
  const std::lock_guard lock(mutex_);
  return addresses_.at(i);
}

std::vector<std::uint32_t> Fleet::Addresses(std::size_t i) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::uint32_t> addresses;
  for (const auto& [address, device] : devices_) {
    if (device == i) addresses.push_back(address);
  }
  return addresses;
}

std::optional<std::size_t> Fleet::At(std::uint32_t address) const {
  const std::lock_guard lock(mutex_);
  const auto found = devices_.find(address);
  if (found == devices_.end()) return std::nullopt;
  return found->second;
}

std::map<std::uint32_t, std::size_t> Fleet::Places() const {
  const std::lock_guard lock(mutex_);
  std::map<std::uint32_t, std::size_t> places;
  for (const auto& [address, device] : devices_) {
    if (device < printers_.size()) places.emplace(address, device);
  }
  return places;
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

std::uint32_t Fleet::FreeAddress() const {
  const std::uint64_t end = network_.base + network_.room();
  for (std::uint64_t address = network_.base; address < end; ++address) {
    const auto one = static_cast<std::uint32_t>(address);
    if (!IsReserved(network_, address) && !devices_.contains(one)) return one;
  }
  throw std::invalid_argument("no address of the network is free");
}

void Fleet::Move(std::size_t i, std::uint32_t address) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t offset = std::uint64_t{address} - network_.base;
  if (address < network_.base || offset >= network_.room() || IsReserved(network_, address) ||
      devices_.contains(address)) {
    throw std::invalid_argument("'" + AddressText(address) + "' is no free address of the network");
  }
  devices_.erase(addresses_.at(i));
  devices_.emplace(address, i);
  addresses_[i] = address;
  ++changes_[i];
}

void Fleet::Swap(std::size_t i, std::size_t j) {
  const std::lock_guard lock(mutex_);
  std::swap(devices_.at(addresses_.at(i)), devices_.at(addresses_.at(j)));
  std::swap(addresses_[i], addresses_[j]);
  ++changes_[i];
  ++changes_[j];
}

std::uint32_t Fleet::Twin(std::size_t i) {
  const std::lock_guard lock(mutex_);
  const std::uint32_t address = FreeAddress();
  devices_.emplace(address, i);
  return address;
}

void Fleet::Replace(std::size_t i) {
  const std::lock_guard lock(mutex_);
  SimulatedPrinter& old = printers_.at(i);
  const JobSource source{seed_, 4096 + gone_.size()};
  SimulatedPrinter other(old.model(), source, old.now());
  gone_.push_back(std::move(old));
  gone_from_.push_back(i);
  old = std::move(other);
  ++changes_[i];
}

unsigned Fleet::Replaced(std::size_t i) const {
  const std::lock_guard lock(mutex_);
  return static_cast<unsigned>(std::ranges::count(gone_from_, i));
}

void Fleet::NoteAsked(std::size_t i, std::string request) {
  const std::lock_guard lock(mutex_);
  std::deque<std::string>& asked = asked_.at(i);
  asked.push_back(std::move(request));
  if (asked.size() > kMostAsked) asked.pop_front();
}

std::vector<std::string> Fleet::TakeAsked(std::size_t i) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> asked(asked_.at(i).begin(), asked_.at(i).end());
  asked_[i].clear();
  return asked;
}

const Fleet::Known& Fleet::KnownOf(std::size_t i) const {
  Known& known = known_.at(i);
  const Instant now = printers_.front().now();
  const std::uint64_t events = i < printers_.size() ? printers_[i].events() : 0;
  if (known.mib && now - known.at < kFresh && known.change == changes_[i] &&
      known.events == events) {
    return known;
  }
  const Oddities& odd = *odd_[i];
  const auto made = [&] {
    if (i < printers_.size()) {
      const SimulatedPrinter& printer = printers_[i];
      return OddMib(PrinterMib(printer, addresses_[i]), odd, printer.first_life_count());
    }
    const auto number = static_cast<std::uint32_t>(i - printers_.size() + 1);
    const auto up = std::chrono::days(3) + (now - start_);
    return OddMib(NeighbourMib(neighbour(i), number, addresses_[i],
                               static_cast<std::uint64_t>(up / std::chrono::milliseconds(10))),
                  odd, 0);
  };
  known = {now, changes_[i], events, std::make_shared<const Mib>(made())};
  if (odd.Has("jetdirect-context")) {
    Contexts contexts = SplitContexts(*known.mib);
    known.mib = std::make_shared<const Mib>(std::move(contexts.standard));
    known.jetdirect = std::make_shared<const Mib>(std::move(contexts.jetdirect));
  }
  return known;
}

std::shared_ptr<const Mib> Fleet::MibOf(std::size_t i) const {
  const std::lock_guard lock(mutex_);
  return KnownOf(i).mib;
}

std::optional<SnmpDevice> Fleet::DeviceAt(std::uint32_t address) const {
  const std::lock_guard lock(mutex_);
  const auto found = devices_.find(address);
  if (found == devices_.end()) return std::nullopt;
  const std::size_t i = found->second;
  const Known& known = KnownOf(i);
  SnmpDevice device{.mib = known.mib, .odd = odd_[i], .jetdirect = known.jetdirect};
  if (i < printers_.size()) {
    device.engine_id = EngineId(printers_[i].mac());
    device.boots = printers_[i].boots() + 1;
  }
  return device;
}

Json Fleet::Truth(Instant from, Instant to) const {
  const std::lock_guard lock(mutex_);
  Json all = {{"from", FormatInstant(from)},
              {"to", FormatInstant(to)},
              {"meters", Json::array()},
              {"jobs", Json::array()}};
  for (const auto* printers : {&gone_, &printers_}) {
    for (const SimulatedPrinter& printer : *printers) {
      const Json rows = printer.Truth(from, to);
      for (const char* table : {"meters", "jobs"}) {
        for (const Json& row : rows.at(table)) all[table].push_back(row);
      }
    }
  }
  return all;
}

}  // namespace plotmeter::simulator
