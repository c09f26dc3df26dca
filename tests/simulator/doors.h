// Which web servers stand at which addresses: the doors of the printers that speak HTTP, kept to
// where the fleet says that they are.
//
//    Doors doors(fleet, server, {.https = 8443, .http = 8080});
//    fleet.Swap(0, 1);
//    doors.Follow();      each is behind the other's address now, and nobody at one that is free
//
// For one thread.

#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "tests/simulator/fleet.h"
#include "tests/simulator/web_server.h"

namespace plotmeter::simulator {

struct DoorPorts {
  std::uint16_t https = 0;  // 0: there is no such door
  std::uint16_t http = 0;
};

class Doors {
 public:
  // Opens those of all printers; a wanted port of 0 is a free one each. Both must outlive it.
  // Throws std::system_error when an address or port cannot be had.
  Doors(const Fleet& fleet, WebServer& server, DoorPorts wanted);

  // After printers moved, got a second address, fell asleep deeply or woke.
  void Follow();

  DoorPorts of(std::size_t printer) const { return ports_.at(printer); }

 private:
  struct Open {
    std::size_t printer = 0;
    bool asleep = false;
    bool operator==(const Open&) const = default;
  };
  void OpenAt(std::uint32_t address, const Open& door);

  const Fleet& fleet_;
  WebServer& server_;
  std::vector<DoorPorts> ports_;  // of each printer; what it takes along when it moves
  std::map<std::uint32_t, Open> open_;
};

}  // namespace plotmeter::simulator
