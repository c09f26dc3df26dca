// What a test or a person at the keyboard may say to the simulator: a line, answered by one line of
// JSON.
//
//    advance 2026-10-23T03:00:00Z      {"now": "2026-10-23T03:00:00Z"}
//    truth 2026-10-01 2026-11-01       {"from", "to", "meters": [...], "jobs": [...]}
//                                      (Fleet::Truth)
//    sleep CN9541H01M                  {"ok": true}; deep-sleep, wake and reboot likewise
//    swap-board CN9541H01M             {"ok": true, "serial": "MY3170B001"}: another main board
//    odd CN9541H01M slow=5s            {"ok": true}: an oddity of oddity.h; even takes all away
//    move CN9541H01M 127.60.0.77       {"ok": true}: the same printer at another address
//    swap CN9541H01M CN1214B002        {"ok": true}: each at the other's address
//    twin CN9541H01M                   {"ok": true, "address": "127.60.0.6"}: there too
//    replace CN9541H01M                {"ok": true, "serial": …}: another printer in its place
//    asked CN9541H01M                  {"requests": ["GET /DevMgmt/DiscoveryTree.xml 200", …]}
//                                      of its web server, since it was asked so last
//    now                               {"now": …}
//    quit
//
// Where a serial number stands an address may stand too, and must for a neighbour. What cannot be
// done is answered {"error": "…"} and changes nothing. Instants are RFC 3339, or a
// date for its midnight.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/simulator/fleet.h"

namespace plotmeter::simulator {

struct ControlAnswer {
  std::string line = {};  // without its line feed
  bool quit = false;
};

ControlAnswer AnswerControl(Fleet& fleet, std::string_view line);

}  // namespace plotmeter::simulator
