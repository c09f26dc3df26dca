#include "tests/simulator/snmp_agent.h"

#include <net-snmp/net-snmp-config.h>
// net-snmp's own headers come in this order.
#include <net-snmp/net-snmp-includes.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>

#include "common/log.h"
#include "tests/simulator/address.h"
#include "tests/simulator/snmp_answer.h"

namespace plotmeter::simulator {

namespace {

using PduPointer = std::unique_ptr<netsnmp_pdu, decltype(&snmp_free_pdu)>;
using Kind = SnmpVariable::Kind;

// What strangers send is no news; net-snmp would write each broken octet to standard error.
void SilenceLibrary() {
  static const bool silent =
      netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG) != nullptr;
  (void)silent;
}

PduPointer NewPdu(int command) { return {snmp_pdu_create(command), &snmp_free_pdu}; }

// SEQUENCE { INTEGER 0 or 1 …: net-snmp would look for keys to a v3 message, which nobody here has.
bool IsCommunityMessage(std::string_view data) {
  if (data.size() < 8 || data[0] != 0x30) return false;
  const auto length = static_cast<unsigned char>(data[1]);
  const std::size_t at = length < 0x80 ? 2u : 2u + (length & 0x7Fu);
  return at + 3 <= data.size() && data[at] == 0x02 && data[at + 1] == 0x01 &&
         (data[at + 2] == 0 || data[at + 2] == 1);
}

std::optional<Operation> OperationOf(int command) {
  switch (command) {
    case SNMP_MSG_GET:
      return Operation::kGet;
    case SNMP_MSG_GETNEXT:
      return Operation::kGetNext;
    case SNMP_MSG_GETBULK:
      return Operation::kGetBulk;
    case SNMP_MSG_SET:
      return Operation::kSet;
    default:
      return std::nullopt;  // traps and answers are not for an agent
  }
}

void Add(netsnmp_pdu* pdu, const SnmpVariable& variable) {
  const std::vector<oid> name(variable.name.begin(), variable.name.end());
  const auto add = [&](u_char type, const void* value, std::size_t size) {
    if (snmp_pdu_add_variable(pdu, name.data(), name.size(), type, value, size) == nullptr) {
      throw std::runtime_error("net-snmp took no variable");
    }
  };
  const MibValue& value = variable.value;
  const auto type = static_cast<u_char>(value.type);
  switch (variable.kind) {
    case Kind::kNoSuchObject:
      return add(SNMP_NOSUCHOBJECT, nullptr, 0);
    case Kind::kNoSuchInstance:
      return add(SNMP_NOSUCHINSTANCE, nullptr, 0);
    case Kind::kEndOfMibView:
      return add(SNMP_ENDOFMIBVIEW, nullptr, 0);
    case Kind::kValue:
      break;
  }
  switch (value.type) {
    case MibType::kNull:
      return add(type, nullptr, 0);
    case MibType::kInteger: {
      const long number = value.integer;
      return add(type, &number, sizeof number);
    }
    case MibType::kCounter32:
    case MibType::kGauge32:
    case MibType::kTimeTicks: {
      const u_long number = value.count;
      return add(type, &number, sizeof number);
    }
    case MibType::kCounter64: {
      const struct counter64 number { value.count >> 32, value.count & 0xFFFFFFFFu };
      return add(type, &number, sizeof number);
    }
    case MibType::kOid: {
      const std::vector<oid> parts(value.oid.begin(), value.oid.end());
      return add(type, parts.data(), parts.size() * sizeof(oid));
    }
    case MibType::kOctets:
    case MibType::kOpaque:
    case MibType::kIpAddress:
      return add(type, value.octets.data(), value.octets.size());
  }
}

std::optional<std::string> Encode(netsnmp_session& session, netsnmp_pdu* pdu) {
  std::size_t capacity = 2048;
  auto* buffer = static_cast<u_char*>(std::malloc(capacity));  // snmp_build may realloc it
  std::size_t length = 0;
  const int failed = snmp_build(&buffer, &capacity, &length, &session, pdu);
  std::optional<std::string> packet;
  if (failed == 0) {
    packet = std::string(reinterpret_cast<const char*>(buffer + capacity - length), length);
  }
  std::free(buffer);
  return packet;
}

}  // namespace

std::optional<std::string> AnswerSnmp(std::string_view datagram, const Mib& mib,
                                      std::string_view community, std::size_t max_reply) {
  if (!IsCommunityMessage(datagram)) return std::nullopt;
  SilenceLibrary();
  netsnmp_session session;
  snmp_sess_init(&session);
  session.version = SNMP_DEFAULT_VERSION;
  const PduPointer asked = NewPdu(SNMP_MSG_GET);
  std::string copy(datagram);  // the parser wants to write
  if (snmp_parse(nullptr, &session, asked.get(), reinterpret_cast<u_char*>(copy.data()),
                 copy.size()) != 0) {
    return std::nullopt;
  }
  const auto operation = OperationOf(asked->command);
  const std::string_view given(reinterpret_cast<const char*>(asked->community),
                               asked->community_len);
  const bool v1 = asked->version == SNMP_VERSION_1;
  if (!operation || given != community || (v1 && *operation == Operation::kGetBulk)) {
    return std::nullopt;
  }
  SnmpRequest request{.version = v1 ? SnmpVersion::kV1 : SnmpVersion::kV2c,
                      .operation = *operation};
  if (*operation == Operation::kGetBulk) {
    request.non_repeaters = asked->errstat;  // where net-snmp keeps them
    request.max_repetitions = asked->errindex;
  }
  for (const auto* v = asked->variables; v != nullptr; v = v->next_variable) {
    request.names.emplace_back(v->name, v->name + v->name_length);
  }

  const SnmpReply reply = Answer(request, mib, max_reply, 48 + community.size());
  const PduPointer pdu = NewPdu(SNMP_MSG_RESPONSE);
  pdu->version = asked->version;
  pdu->reqid = asked->reqid;
  pdu->errstat = static_cast<long>(reply.error);
  pdu->errindex = reply.error_index;
  pdu->community = static_cast<u_char*>(std::malloc(community.size() + 1));
  std::memcpy(pdu->community, community.data(), community.size());
  pdu->community_len = community.size();
  for (const SnmpVariable& variable : reply.variables) Add(pdu.get(), variable);
  return Encode(session, pdu.get());
}

class SnmpAgent::Socket {
 public:
  Socket(const SnmpAgentOptions& options, Find find)
      : max_reply_(options.max_reply), find_(std::move(find)) {
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
      if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) return;
      if (waiting[0].revents != 0) AnswerOne();
    }
  }

  void AnswerOne() {
    sockaddr_in peer{};
    iovec part{buffer_.data(), buffer_.size()};
    alignas(cmsghdr) std::array<char, 256> control{};
    msghdr message{};
    message.msg_name = &peer;
    message.msg_namelen = sizeof peer;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(socket_, &message, MSG_DONTWAIT);
    if (size < 0) return;
    in_pktinfo info{};
    for (auto* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
      if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
        std::memcpy(&info, CMSG_DATA(c), sizeof info);
      }
    }
    const std::uint32_t asked = ntohl(info.ipi_addr.s_addr);
    if (asked >> 24 != 127) return;  // bound to all addresses, but only this machine is answered
    const std::string_view datagram(buffer_.data(), static_cast<std::size_t>(size));
    std::optional<std::string> answer;
    try {
      const auto device = find_(asked);
      if (!device || !device->mib) return;
      answer = AnswerSnmp(datagram, *device->mib, device->community, max_reply_);
    } catch (const std::exception& error) {
      Log(LogLevel::kError, "snmp_answer_failed", {{"error", error.what()}});
    }
    if (answer) Send(*answer, peer, info);
  }

  // From the address that was asked: a client drops an answer that comes from another one.
  void Send(std::string& answer, sockaddr_in& peer, const in_pktinfo& asked) const {
    iovec part{answer.data(), answer.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in_pktinfo))> control{};
    msghdr message{};
    message.msg_name = &peer;
    message.msg_namelen = sizeof peer;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = IPPROTO_IP;
    c->cmsg_type = IP_PKTINFO;
    c->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
    in_pktinfo info{};
    info.ipi_spec_dst = asked.ipi_addr;
    std::memcpy(CMSG_DATA(c), &info, sizeof info);
    ::sendmsg(socket_, &message, 0);  // a lost answer is UDP's business
  }

  const std::size_t max_reply_;
  const Find find_;
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
