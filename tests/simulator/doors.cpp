#include "tests/simulator/doors.h"

#include "tests/simulator/address.h"

namespace plotmeter::simulator {

Doors::Doors(const Fleet& fleet, WebServer& server, DoorPorts wanted)
    : fleet_(fleet), server_(server) {
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    bool https = false;
    bool http = false;
    fleet.Look(i, [&](const SimulatedPrinter& p) {
      https = p.model().piws.present || p.model().ledm.present;
      http = p.model().ledm.present && p.model().ledm.plain;
    });
    const std::uint32_t address = fleet.address(i);
    const auto listen = [&](bool has, std::uint16_t port, bool tls) -> std::uint16_t {
      return has ? server.Listen(i, AddressText(address), port, tls) : 0;
    };
    ports_.push_back({listen(https, wanted.https, true), listen(http, wanted.http, false)});
    open_.emplace(address, Open{i});
  }
}

void Doors::Follow() {
  std::map<std::uint32_t, Open> wanted;
  for (const auto& [address, printer] : fleet_.Places()) {
    bool asleep = false;
    fleet_.Look(printer, [&](const SimulatedPrinter& p) { asleep = p.deeply_asleep(); });
    wanted.emplace(address, Open{printer, asleep});
  }
  // All that close before any that open: they may change places.
  std::erase_if(open_, [&](const auto& entry) {
    const auto& [address, door] = entry;
    const auto stays = wanted.find(address);
    if (stays != wanted.end() && stays->second == door) return false;
    const auto& [https, http] = ports_[door.printer];
    for (const std::uint16_t port : {https, http}) {
      if (port != 0) server_.Leave(AddressText(address), port);
    }
    return true;
  });
  for (const auto& [address, door] : wanted) {
    if (!open_.contains(address)) OpenAt(address, door);
  }
}

void Doors::OpenAt(std::uint32_t address, const Open& door) {
  const auto& [https, http] = ports_[door.printer];
  const std::string at = AddressText(address);
  for (const auto& [port, tls] : {std::pair{https, true}, std::pair{http, false}}) {
    if (port == 0) continue;
    door.asleep ? server_.ListenAsleep(door.printer, at, port)
                : server_.Listen(door.printer, at, port, tls);
  }
  open_.emplace(address, door);
}

}  // namespace plotmeter::simulator
