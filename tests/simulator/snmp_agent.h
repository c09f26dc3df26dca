// An SNMP agent for many devices: v1, v2c and v3; GET, GETNEXT, GETBULK (RFC 1157, RFC 3416, RFC
// 3414, coexistence RFC 3584).
//
//    SnmpAgent agent({.listen = "0.0.0.0"}, [&](std::uint32_t at) { return DeviceAt(at); });
//    agent.port()    the port it got
//
// One UDP socket and one thread answer for every loopback address, each from the address that was
// asked. An address where nobody lives, a wrong community and a datagram that is no request get no
// answer, as from a real card. A device may be odd (oddity.h); a slow one keeps nobody waiting.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/simulator/mib.h"
#include "tests/simulator/oddity.h"
#include "tests/simulator/snmp_usm.h"

namespace plotmeter::simulator {

struct SnmpDevice {
  std::shared_ptr<const Mib> mib = {};
  std::string community = "public";
  std::shared_ptr<const Oddities> odd = {};  // null: none
  // SNMPv3; without an engine id the device does not speak it.
  std::string engine_id = {};
  std::uint32_t boots = 1;
  std::shared_ptr<const Mib> jetdirect = {};  // the context Jetdirect; null: as `mib`
};

// A device's version 3, as its agent keeps it.
struct V3State {
  V3Engine* engine = nullptr;
  V3Clock clock = {};
};

// The answer to one datagram, or empty where an agent stays silent.
//
// v1: noSuchName with the index of the variable; Counter64 does not exist (RFC 3584
// section 4.2.2.1). v2c and v3: noSuchObject, noSuchInstance, endOfMibView. SET is refused. An
// answer above `max_reply` octets becomes tooBig; GETBULK is cut instead.
std::optional<std::string> AnswerSnmp(std::string_view datagram, const SnmpDevice& device,
                                      std::size_t max_reply, V3State* v3 = nullptr);
std::optional<std::string> AnswerSnmp(std::string_view datagram, const Mib& mib,
                                      std::string_view community, std::size_t max_reply);

struct SnmpAgentOptions {
  std::string listen =
      "0.0.0.0";  // an address in 127.0.0.0/8, or all of it: other addresses are never answered
  std::uint16_t port = 0;        // 0: a free one
  std::size_t max_reply = 1472;  // octets; what an Ethernet frame carries. At most 65507
  V3Engine::Users users = {};    // of every device; null: none speaks version 3
};

class SnmpAgent {
 public:
  // Who lives at this address (host order)? Called on the agent's thread; may block shortly.
  using Find = std::function<std::optional<SnmpDevice>(std::uint32_t address)>;

  // Binds and answers from here on. Throws std::system_error when the address or port cannot be
  // had.
  SnmpAgent(SnmpAgentOptions options, Find find);
  ~SnmpAgent();  // ends the thread; what `find` refers to must live until then
  SnmpAgent(const SnmpAgent&) = delete;
  SnmpAgent& operator=(const SnmpAgent&) = delete;

  std::uint16_t port() const;

 private:
  class Socket;
  std::unique_ptr<Socket> socket_;
};

}  // namespace plotmeter::simulator
