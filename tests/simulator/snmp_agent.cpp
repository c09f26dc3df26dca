#include "tests/simulator/snmp_agent.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <system_error>
#include <thread>
#include <unordered_map>

#include "common/log.h"
#include "tests/simulator/address.h"
#include "tests/simulator/chance.h"
#include "tests/simulator/snmp_answer.h"
#include "tests/simulator/snmp_message.h"

namespace plotmeter::simulator {

namespace {

using SteadyClock = std::chrono::steady_clock;

const Oddities& OdditiesOf(const SnmpDevice& device) {
  static const Oddities none;
  return device.odd ? *device.odd : none;
}

// The datagram answered as a healthy device would, but for what GETNEXT and GETBULK say; empty:
// silence.
std::optional<SnmpReply> AnswerQuestion(SnmpQuestion& asked, const Mib& mib, const Oddities& odd,
                                        std::size_t max_reply, std::size_t overhead) {
  if (!odd.empty()) {
    const bool bulk = asked.request.operation == Operation::kGetBulk;
    if (bulk && odd.Has("bulk") && odd.Word("bulk") == "drop") return std::nullopt;
    if (odd.Has("wrong-request-id")) ++asked.request_id;
  }
  return Answer(asked.request, mib, max_reply, overhead, odd);
}

std::optional<std::string> AnswerV3(std::string_view datagram, const SnmpDevice& device,
                                    std::size_t max_reply, V3State& v3) {
  const Oddities& odd = OdditiesOf(device);
  bool silent = false;
  auto answer = v3.engine->Answer(
      datagram, v3.clock, max_reply,
      [&](std::string_view context, SnmpQuestion& asked,
          std::size_t room) -> std::optional<SnmpReply> {
        if (!context.empty() && context != "Jetdirect") return std::nullopt;
        const Mib& mib = context.empty() || !device.jetdirect ? *device.mib : *device.jetdirect;
        auto reply = AnswerQuestion(asked, mib, odd, room, 0);
        silent = !reply.has_value();
        return reply;
      });
  return silent ? std::nullopt : std::move(answer);
}

// What a sick device makes of its answer on the way out.
std::string Spoiled(std::string answer, const Oddities& odd) {
  if (odd.Has("garbage")) {
    Chance chance({answer.size(), 9});
    for (char& c : answer) c = static_cast<char>(chance.Next());
  }
  if (odd.Has("truncated")) answer.resize(answer.size() / 2);
  return answer;
}

}  // namespace

std::optional<std::string> AnswerSnmp(std::string_view datagram, const SnmpDevice& device,
                                      std::size_t max_reply, V3State* v3) {
  const Oddities& odd = OdditiesOf(device);
  if (odd.Has("dead")) return std::nullopt;
  std::optional<std::string> answer;
  auto message = ReadCommunityMessage(datagram);
  if (message) {
    const bool v1 = message->version == SnmpVersion::kV1;
    const bool bulk = message->question.request.operation == Operation::kGetBulk;
    if (message->community != device.community || (v1 && bulk) || odd.Has("v3-only") ||
        (!v1 && odd.Has("v1-only"))) {
      return std::nullopt;
    }
    const auto reply = AnswerQuestion(message->question, *device.mib, odd, max_reply,
                                      48 + device.community.size());
    if (!reply) return std::nullopt;
    answer = WriteCommunityMessage(message->version, device.community, message->question.request_id,
                                   *reply);
  } else if (v3 != nullptr && !odd.Has("v1-only")) {
    answer = AnswerV3(datagram, device, max_reply, *v3);
  }
  if (answer && !odd.empty()) answer = Spoiled(std::move(*answer), odd);
  return answer;
}

std::optional<std::string> AnswerSnmp(std::string_view datagram, const Mib& mib,
                                      std::string_view community, std::size_t max_reply) {
  SnmpDevice device{.community = std::string(community)};
  device.mib = std::shared_ptr<const Mib>(&mib, [](const Mib*) {});
  return AnswerSnmp(datagram, device, max_reply);
}

class SnmpAgent::Socket {
 public:
  Socket(const SnmpAgentOptions& options, Find find)
      : max_reply_(options.max_reply), users_(options.users), find_(std::move(find)) {
    const auto address = ParseAddress(options.listen);
    if (!address) throw std::system_error(EINVAL, std::generic_category(), options.listen);
    socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    stop_ = ::eventfd(0, EFD_CLOEXEC);
    const int on = 1;
    // A thousand printers behind one socket get what each would have had a buffer of its own for.
    const int buffer = 4 << 20;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_addr.s_addr = htonl(*address);
    local.sin_port = htons(options.port);
    socklen_t size = sizeof local;
    if (socket_ < 0 || stop_ < 0 ||
        ::setsockopt(socket_, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) != 0 ||
        ::bind(socket_, reinterpret_cast<sockaddr*>(&local), sizeof local) != 0 ||
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&local), &size) != 0) {
      const int error = errno;
      Close();
      throw std::system_error(error, std::generic_category(),
                              "UDP " + options.listen + ":" + std::to_string(options.port));
    }
    port_ = ntohs(local.sin_port);
    thread_ = std::thread([this] { Run(); });
  }

  ~Socket() {
    const std::uint64_t one = 1;
    while (::write(stop_, &one, sizeof one) < 0 && errno == EINTR) {
    }
    thread_.join();
    Close();
  }

  std::uint16_t port() const { return port_; }

 private:
  void Close() const {
    if (socket_ >= 0) ::close(socket_);
    if (stop_ >= 0) ::close(stop_);
  }

  void Run() {
    std::array<pollfd, 2> waiting{pollfd{socket_, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
    while (waiting[1].revents == 0) {
      if (::poll(waiting.data(), waiting.size(), Patience()) < 0 && errno != EINTR) return;
      // Many at a time, but not for ever: the slow answers and the end want their turn.
      for (int i = 0; i < 256 && AnswerOne(); ++i) {
      }
      SendDue();
    }
  }

  // Milliseconds until a slow device answers; -1: none is about to.
  int Patience() const {
    if (late_.empty()) return -1;
    const auto wait =
        std::chrono::ceil<std::chrono::milliseconds>(late_.begin()->first - SteadyClock::now());
    return static_cast<int>(std::clamp<std::int64_t>(wait.count(), 0, 60'000));
  }

  void SendDue() {
    while (!late_.empty() && late_.begin()->first <= SteadyClock::now()) {
      Letter letter = std::move(late_.extract(late_.begin()).mapped());
      Send(letter);
    }
  }

  // False when there was nothing to read.
  bool AnswerOne() {
    Letter letter;
    iovec part{buffer_.data(), buffer_.size()};
    alignas(cmsghdr) std::array<char, 256> control{};
    msghdr message{};
    message.msg_name = &letter.peer;
    message.msg_namelen = sizeof letter.peer;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(socket_, &message, MSG_DONTWAIT);
    if (size < 0) return false;
    in_pktinfo info{};
    for (auto* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
      if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
        std::memcpy(&info, CMSG_DATA(c), sizeof info);
      }
    }
    const std::uint32_t asked = ntohl(info.ipi_addr.s_addr);
    if (asked >> 24 != 127)
      return true;  // bound to all addresses, but only this machine is answered
    try {
      const auto device = find_(asked);
      if (device && device->mib) {
        letter.from = asked;
        Answer(std::string_view(buffer_.data(), static_cast<std::size_t>(size)), *device,
               std::move(letter));
      }
    } catch (const std::exception& error) {
      Log(LogLevel::kError, "snmp_answer_failed", {{"error", error.what()}});
    }
    return true;
  }

  struct Letter {
    std::uint32_t from = 0;  // host order
    sockaddr_in peer = {};
    std::string text = {};
  };

  // What is remembered of a device from one datagram to the next.
  struct Known {
    std::optional<SteadyClock::time_point> heard =
        {};  // the last datagram of one that is late-first
    std::unique_ptr<V3Engine> engine = {};
    std::uint32_t boots = 0;
    SteadyClock::time_point booted = {};
  };

  void Answer(std::string_view datagram, const SnmpDevice& device, Letter letter) {
    const Oddities& odd = OdditiesOf(device);
    if (odd.Has("late-first") && WakesUp(letter.from, odd.Seconds("late-first"))) return;
    std::optional<V3State> v3;
    if (users_ && !device.engine_id.empty()) v3 = StateOf(letter.from, device);
    auto answer = AnswerSnmp(datagram, device, max_reply_, v3 ? &*v3 : nullptr);
    if (!answer) return;
    letter.text = std::move(*answer);
    if (odd.Has("other-source")) letter.from ^= 0x00400000u;  // 127.60.0.1: from 127.124.0.1
    if (!odd.Has("slow")) return Send(letter);
    late_.emplace(SteadyClock::now() + odd.Seconds("slow"), std::move(letter));
  }

  bool WakesUp(std::uint32_t address, std::chrono::milliseconds silence) {
    const auto now = SteadyClock::now();
    auto& heard = known_[address].heard;
    const bool asleep = !heard || now - *heard >= silence;
    heard = now;
    return asleep;
  }

  // Its engine's time is this machine's, whatever the printers' clock is told: a manager's goes on
  // too.
  V3State StateOf(std::uint32_t address, const SnmpDevice& device) {
    Known& known = known_[address];
    if (!known.engine || known.engine->id() != device.engine_id) {
      known.engine = std::make_unique<V3Engine>(device.engine_id, users_);
    }
    const auto now = SteadyClock::now();
    if (known.boots != device.boots) {
      known.boots = device.boots;
      known.booted = now;
    }
    const auto up = std::chrono::floor<std::chrono::seconds>(now - known.booted);
    return {known.engine.get(), {known.boots, up.count()}};
  }

  // From the address that was asked: a client drops an answer that comes from another one.
  void Send(Letter& letter) const {
    iovec part{letter.text.data(), letter.text.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in_pktinfo))> control{};
    msghdr message{};
    message.msg_name = &letter.peer;
    message.msg_namelen = sizeof letter.peer;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = IPPROTO_IP;
    c->cmsg_type = IP_PKTINFO;
    c->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
    in_pktinfo info{};
    info.ipi_spec_dst.s_addr = htonl(letter.from);
    std::memcpy(CMSG_DATA(c), &info, sizeof info);
    ::sendmsg(socket_, &message, 0);  // a lost answer is UDP's business
  }

  const std::size_t max_reply_;
  const V3Engine::Users users_;
  const Find find_;
  std::unordered_map<std::uint32_t, Known> known_;       // by address
  std::multimap<SteadyClock::time_point, Letter> late_;  // answers of the slow, by their time
  int socket_ = -1;
  int stop_ = -1;
  std::uint16_t port_ = 0;
  std::array<char, 65536> buffer_{};
  std::thread thread_;
};

SnmpAgent::SnmpAgent(SnmpAgentOptions options, Find find)
    : socket_(std::make_unique<Socket>(options, std::move(find))) {}

SnmpAgent::~SnmpAgent() = default;

std::uint16_t SnmpAgent::port() const { return socket_->port(); }

}  // namespace plotmeter::simulator
