// A UDP responder on loopback that does to each request what a test wants, however wrong. Its BER
// is written by hand, so it shares no mistake with the codec under test, and nothing of net-snmp's
// that only one thread may use.
//
//    UdpAgent agent([](auto& a, const UdpAgent::Request& r) { a.Send(UdpAgent::Reply(r, 7)); });
//    peer.port = agent.port();

#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "collector/snmp/oid.h"
#include "common/net.h"
#include "tests/fakes/sockets.h"

namespace plotmeter {

class UdpAgent {
 public:
  struct Request {
    char version = 1;
    std::string community = {};
    char kind = '\xA0';  // A0 GET, A1 GETNEXT, A5 GETBULK
    std::uint32_t id = 0;
    int max_repetitions = 0;
    std::vector<Oid> objects = {};
  };
  using Handler = std::function<void(UdpAgent&, const Request&)>;  // runs in the agent's thread

  explicit UdpAgent(Handler handler)
      : handler_(std::move(handler)), socket_(Open()), other_(Open()), port_(PortOf(socket_)) {
    thread_ = std::jthread([this] { Run(); });
  }
  ~UdpAgent() {
    const sockaddr_in self = Loopback(port_);  // an empty datagram ends the thread
    SendTo(other_, "", self);
    thread_.join();
    CloseSocket(socket_);
    CloseSocket(other_);
  }
  UdpAgent(const UdpAgent&) = delete;
  UdpAgent& operator=(const UdpAgent&) = delete;

  std::uint16_t port() const { return port_; }

  // What came so far.
  std::vector<Request> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  // From a handler: octets to whoever asked; from_elsewhere: from another port.
  void Send(const std::string& octets, bool from_elsewhere = false) {
    SendTo(from_elsewhere ? other_ : socket_, octets, asker_);
  }

  static std::string Tlv(char tag, const std::string& content) {
    std::string out(1, tag);
    if (content.size() < 0x80) {
      out += static_cast<char>(content.size());
    } else {
      out += '\x82';
      out += static_cast<char>(content.size() >> 8);
      out += static_cast<char>(content.size() & 0xFF);
    }
    return out + content;
  }
  static std::string Integer(std::uint32_t number) {
    std::string octets;
    for (int shift = 24; shift >= 0; shift -= 8)
      octets += static_cast<char>((number >> shift) & 0xFF);
    return Tlv('\x02', octets);
  }
  static std::string ObjectId(const Oid& oid) {
    std::string octets(1, static_cast<char>(oid.parts()[0] * 40 + oid.parts()[1]));
    for (std::size_t i = 2; i < oid.size(); ++i) {
      std::string part(1, static_cast<char>(oid.parts()[i] & 0x7F));
      for (std::uint32_t rest = oid.parts()[i] >> 7; rest > 0; rest >>= 7) {
        part.insert(part.begin(), static_cast<char>(0x80 | (rest & 0x7F)));
      }
      octets += part;
    }
    return Tlv('\x06', octets);
  }

  // A response to `request` with these variable bindings, encoded.
  static std::string Response(const Request& request, const std::string& varbinds,
                              std::uint32_t error = 0, std::uint32_t error_index = 0) {
    const std::string pdu =
        Integer(request.id) + Integer(error) + Integer(error_index) + Tlv('\x30', varbinds);
    return Tlv('\x30', Tlv('\x02', std::string(1, request.version)) +
                           Tlv('\x04', request.community) + Tlv('\xA2', pdu));
  }

  // One that binds each of `objects` to an INTEGER.
  static std::string Reply(const Request& request, const std::vector<Oid>& objects,
                           std::uint32_t value) {
    std::string varbinds;
    for (const Oid& object : objects) varbinds += Tlv('\x30', ObjectId(object) + Integer(value));
    return Response(request, varbinds);
  }
  static std::string Reply(const Request& request, std::uint32_t value) {
    return Reply(request, request.objects, value);
  }

 private:
  static void SendTo(Socket from, const std::string& octets, const sockaddr_in& to) {
#ifdef _WIN32
    const int length = static_cast<int>(octets.size());
#else
    const std::size_t length = octets.size();
#endif
    sendto(from, octets.data(), length, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  static sockaddr_in Loopback(std::uint16_t port) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  static Socket Open() {
    StartNetwork();
    const Socket fd = socket(AF_INET, SOCK_DGRAM, 0);
    const sockaddr_in any = Loopback(0);
    if (!IsOpen(fd) || bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0) {
      throw std::runtime_error("no socket for the test's agent");
    }
    return fd;
  }
  static std::uint16_t PortOf(Socket fd) {
    sockaddr_in address = {};
    socklen_t length = sizeof address;
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    return ntohs(address.sin_port);
  }

  // Takes one element off `at` and gives its content; requests are short and right.
  static std::string Take(std::string& at) {
    std::size_t length = static_cast<unsigned char>(at.at(1));
    std::size_t header = 2;
    if (length >= 0x80) {
      const std::size_t octets = length & 0x7F;
      length = 0;
      for (std::size_t i = 0; i < octets; ++i) {
        length = length << 8 | static_cast<unsigned char>(at.at(header++));
      }
    }
    std::string content = at.substr(header, length);
    at.erase(0, header + length);
    return content;
  }
  static std::uint32_t TakeNumber(std::string& at) {
    std::uint32_t number = 0;
    for (const char c : Take(at)) number = number << 8 | static_cast<unsigned char>(c);
    return number;
  }
  static Oid TakeOid(std::string& at) {
    const std::string octets = Take(at);
    const auto first = static_cast<unsigned char>(octets.at(0));
    std::vector<std::uint32_t> parts = {first / 40U, first % 40U};
    std::uint32_t part = 0;
    for (std::size_t i = 1; i < octets.size(); ++i) {
      part = part << 7 | (static_cast<unsigned char>(octets[i]) & 0x7FU);
      if (static_cast<unsigned char>(octets[i]) < 0x80) parts.push_back(std::exchange(part, 0));
    }
    return Oid(std::move(parts));
  }
  static Request Parse(std::string octets) {
    std::string message = Take(octets);
    Request request;
    request.version = static_cast<char>(TakeNumber(message));
    request.community = Take(message);
    request.kind = message.at(0);
    std::string pdu = Take(message);
    request.id = TakeNumber(pdu);
    TakeNumber(pdu);
    request.max_repetitions = static_cast<int>(TakeNumber(pdu));
    for (std::string list = Take(pdu); !list.empty();) {
      std::string varbind = Take(list);
      request.objects.push_back(TakeOid(varbind));
    }
    return request;
  }

  void Run() {
    char buffer[65536];
    for (;;) {
      socklen_t length = sizeof asker_;
      const auto got = recvfrom(socket_, buffer, sizeof buffer, 0,
                                reinterpret_cast<sockaddr*>(&asker_), &length);
      if (got <= 0) return;
      const Request request = Parse({buffer, static_cast<std::size_t>(got)});
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      handler_(*this, request);
    }
  }

  const Handler handler_;
  const Socket socket_;
  const Socket other_;
  const std::uint16_t port_;
  sockaddr_in asker_ = {};  // the thread's own
  std::mutex mutex_;        // guards what is below
  std::vector<Request> requests_ = {};
  std::jthread thread_;
};

}  // namespace plotmeter
