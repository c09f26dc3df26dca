// Where datagrams leave and arrive: one non-blocking socket for IPv4, one for IPv6, for all peers.
//
//    UdpPort port({});
//    port.Send(*Endpoint::Parse("10.0.0.7", 161), packet);
//    port.Wait(std::chrono::milliseconds(20));
//    port.Receive([](const Endpoint& from, std::string_view datagram) { … });
//
// ICMP errors are asked for, so a closed port is known at once. Linux (udp_port_posix.cpp) queues
// them with the peer (IP_RECVERR), and reports them also at the next send, whoever that is for;
// Send takes such a one off and sends again. Windows (udp_port_windows.cpp) hands them out in place
// of a datagram. All members but Wake belong to one thread.

#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace plotmeter {

// An IP address and a port.
struct Endpoint {
  bool is_v6 = false;
  std::array<std::uint8_t, 16> ip = {};  // v4: the first four
  std::uint16_t port = 0;
  std::uint32_t scope = 0;  // the interface of an fe80:: address

  // "10.0.0.7" or "fe80::1%2"; empty when it is not an IP address.
  static std::optional<Endpoint> Parse(const std::string& address, std::uint16_t port);

  auto operator<=>(const Endpoint&) const = default;
};

class UdpPort {
 public:
  struct Options {
    int receive_buffer = 4 << 20;  // octets; the system may allow less (rmem_max)
  };

  // A packet to `to` went wrong; `error` is the system's number, as MeaningOf in common/net.h takes
  // it: kRefused for a closed port.
  using OnError = std::function<void(const Endpoint& to, int error)>;
  using OnDatagram = std::function<void(const Endpoint& from, std::string_view datagram)>;

  // Throws std::system_error when there is no IPv4 socket to be had.
  explicit UdpPort(const Options& options);
  ~UdpPort();
  UdpPort(const UdpPort&) = delete;
  UdpPort& operator=(const UdpPort&) = delete;

  enum class Sent { kSent, kLater, kFailed };  // kLater: the send buffer is full, try again
  // `error` gets the system's number with kFailed. Errors of other packets go to on_error.
  Sent Send(const Endpoint& to, std::string_view datagram, const OnError& on_error, int& error);

  // What had come when Wait returned, and since; at most kMostAtOnce of each socket: a flood must
  // not keep the thread from the rest of its work, and Wait returns at once when there is more. A
  // datagram longer than kMaxDatagram is cut there.
  void Receive(const OnDatagram& on_datagram);

  // Every ICMP error that had come when Wait returned: which peer, and the system's number.
  void TakeErrors(const OnError& on_error);

  // Returns when something came, Wake was called, or the time is up.
  void Wait(std::chrono::nanoseconds most);

  // From any thread: the Wait under way, or the next, returns at once.
  void Wake();

  static constexpr std::size_t kMaxDatagram = 65535;
  static constexpr std::size_t kMostAtOnce = 128;  // datagrams of one socket

 private:
  struct Sockets;
  std::unique_ptr<Sockets> sockets_;
};

}  // namespace plotmeter
