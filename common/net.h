// What the system knows of networks; net_posix.cpp and net_windows.cpp answer.
//
//    ParseIp("10.0.0.7")->octets[0] == 10
//    TryToConnect("portal.example", "443", std::chrono::seconds(5)).seen == Reached::kYes
//
// Numbers of addresses are as people read them: 10.0.0.7 is 0x0A000007.

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plotmeter {

struct IpAddress {
  bool is_v6 = false;
  std::array<std::uint8_t, 16> octets = {};  // v4: the first four
};

// Empty when it is none, a host name for instance. No zone ("%eth0") is taken.
std::optional<IpAddress> ParseIp(const std::string& text);

// The one in a socket address (struct sockaddr_in or sockaddr_in6) of `size` bytes; empty when it
// is of another family.
std::optional<IpAddress> IpOf(const void* socket_address, std::size_t size);

// Of "eth0" or "Ethernet 2"; 0 when there is none of that name.
std::uint32_t InterfaceIndex(const std::string& name);

// What the system's resolver says; blocks as long as that takes.
struct Ipv4Answer {
  std::vector<std::uint32_t> numbers = {};  // in its order, each once
  std::string trouble = {};                 // why there are none, for people
};
Ipv4Answer LookUpIpv4(const std::string& name);

// The networks this machine is in, without those that only it can reach.
struct LocalNetwork {
  std::uint32_t address = 0;  // this machine's own
  int prefix = 0;             // bits
};
std::vector<LocalNetwork> LocalIpv4Networks();

enum class Reached { kYes, kRefused, kTimedOut, kNoWay };

// One TCP connection, closed again; with a name, to each of its addresses until one takes it.
struct ConnectAnswer {
  Reached seen = Reached::kNoWay;
  std::string words = {};  // the system's, of the last address; empty when it was reached
};
ConnectAnswer TryToConnect(const std::string& host, const std::string& port,
                           std::chrono::milliseconds within);

// What a number of the system means that a library gave us for a connection: kRefused, kTimedOut,
// or kNoWay. Empty when it means something else.
std::optional<Reached> MeaningOf(int system_error);

// On Windows a process has to ask for the network before its first socket: once, from wherever
// sockets are made.
void StartNetwork();

}  // namespace plotmeter
