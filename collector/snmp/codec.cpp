#include "collector/snmp/codec.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <net-snmp/net-snmp-config.h>
// after it
#include <net-snmp/net-snmp-includes.h>
#pragma GCC diagnostic pop
#undef max_repetitions  // net-snmp's other name of errindex

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <memory>
#include <vector>

#include "collector/snmp/ber.h"

namespace plotmeter {
namespace {

struct FreePdu {
  void operator()(netsnmp_pdu* pdu) const { snmp_free_pdu(pdu); }
};
using Pdu = std::unique_ptr<netsnmp_pdu, FreePdu>;

struct FreeOctets {
  void operator()(u_char* octets) const { std::free(octets); }
};

// A session that is never opened: the codec looks up its version and limits there.
netsnmp_session& Template() {
  static netsnmp_session session = [] {
    // Its complaints about what strangers send would go to standard error, a line a packet. They go
    // to callbacks instead, of which there are none: DecodeMessage names the problem.
    snmp_enable_calllog();
    netsnmp_session made;
    snmp_sess_init(&made);
    made.version = SNMP_DEFAULT_VERSION;  // parse v1 and v2c alike
    return made;
  }();
  return session;
}

int CommandOf(SnmpRequest::Kind kind) {
  switch (kind) {
    case SnmpRequest::Kind::kGetNext:
      return SNMP_MSG_GETNEXT;
    case SnmpRequest::Kind::kGetBulk:
      return SNMP_MSG_GETBULK;
    case SnmpRequest::Kind::kGet:
      break;
  }
  return SNMP_MSG_GET;
}

// SEQUENCE, its length, INTEGER of one octet: the version.
std::optional<int> VersionOf(std::string_view datagram) {
  if (datagram.size() < 5 || datagram[0] != '\x30') return std::nullopt;
  const auto length = static_cast<unsigned char>(datagram[1]);
  const std::size_t at = length < 0x80 ? 2 : 2 + (length & 0x7FU);
  if (datagram.size() < at + 3 || datagram[at] != '\x02' || datagram[at + 1] != '\x01') {
    return std::nullopt;
  }
  return datagram[at + 2];
}

Oid ToOid(const oid* parts, std::size_t count) {
  std::array<std::uint32_t, MAX_OID_LEN> out;
  count = std::min(count, out.size());  // the parser reads no more
  std::transform(parts, parts + count, out.begin(),
                 [](oid part) { return static_cast<std::uint32_t>(part); });
  return Oid(std::span(out).first(count));
}

Value Octets(const netsnmp_variable_list& variable, ValueType type) {
  const auto* octets = reinterpret_cast<const char*>(variable.val.string);
  return Value::Octets(octets ? std::string(octets, variable.val_len) : std::string(), type);
}

Value Number(const netsnmp_variable_list& variable, ValueType type) {
  if (!variable.val.integer) return {};
  const long number = *variable.val.integer;
  if (type == ValueType::kInteger) return Value::Number(type, number);
  return Value::Number(type, static_cast<std::uint32_t>(number));
}

Value ToValue(const netsnmp_variable_list& variable) {
  switch (variable.type) {
    case ASN_INTEGER:
      return Number(variable, ValueType::kInteger);
    case ASN_COUNTER:
      return Number(variable, ValueType::kCounter32);
    case ASN_GAUGE:
      return Number(variable, ValueType::kGauge32);
    case ASN_TIMETICKS:
      return Number(variable, ValueType::kTimeTicks);
    case ASN_COUNTER64: {
      const auto* counter = variable.val.counter64;
      if (!counter) return {};
      return Value::Counter64((static_cast<std::uint64_t>(counter->high) << 32) |
                              (static_cast<std::uint64_t>(counter->low) & 0xFFFFFFFFU));
    }
    case ASN_OCTET_STR:
      return Octets(variable, ValueType::kOctets);
    case ASN_IPADDRESS:
      return Octets(variable, ValueType::kIpAddress);
    case ASN_OBJECT_ID:
      return Value::ObjectId(ToOid(variable.val.objid, variable.val_len / sizeof(oid)));
    case SNMP_NOSUCHOBJECT:
      return Value::Exception(ValueType::kNoSuchObject);
    case SNMP_NOSUCHINSTANCE:
      return Value::Exception(ValueType::kNoSuchInstance);
    case SNMP_ENDOFMIBVIEW:
      return Value::Exception(ValueType::kEndOfMibView);
    case ASN_NULL:
      return {};
    default:
      return Octets(variable, ValueType::kOpaque);
  }
}

}  // namespace

std::string EncodeRequest(const SnmpCredentials& credentials, std::int32_t request_id,
                          const SnmpRequest& request) {
  if (credentials.version == SnmpVersion::k3) return {};
  Pdu pdu(snmp_pdu_create(CommandOf(request.kind)));
  if (!pdu) return {};
  pdu->version = credentials.version == SnmpVersion::k1 ? SNMP_VERSION_1 : SNMP_VERSION_2c;
  pdu->community = reinterpret_cast<u_char*>(std::malloc(credentials.community.size() + 1));
  if (!pdu->community) return {};
  credentials.community.copy(reinterpret_cast<char*>(pdu->community), std::string::npos);
  pdu->community_len = credentials.community.size();
  pdu->reqid = request_id;
  pdu->errstat = 0;  // GETBULK: non-repeaters
  pdu->errindex = request.max_repetitions;
  for (const Oid& object : request.objects) {
    if (object.size() > MAX_OID_LEN) return {};
    std::array<oid, MAX_OID_LEN> parts;
    std::ranges::copy(object.parts(), parts.begin());
    if (!snmp_add_null_var(pdu.get(), parts.data(), object.size())) return {};
  }

  std::size_t capacity = 2048;
  std::size_t length = 0;
  auto* buffer = static_cast<u_char*>(std::malloc(capacity));  // snmp_build may reallocate it
  const int failed = snmp_build(&buffer, &capacity, &length, &Template(), pdu.get());
  const std::unique_ptr<u_char, FreeOctets> owner(buffer);
  if (failed != 0 || length > capacity) return {};
  return {reinterpret_cast<const char*>(buffer + capacity - length), length};
}

Decoded DecodeMessage(std::string_view datagram) {
  const auto version = VersionOf(datagram);
  if (version != SNMP_VERSION_1 && version != SNMP_VERSION_2c) {
    return {.problem = fmt::format("{} octets that are no v1 or v2c message", datagram.size())};
  }
  Pdu pdu(snmp_pdu_create(SNMP_MSG_RESPONSE));
  if (!pdu) return {.problem = "out of memory"};
  std::string copy(datagram);  // the parser wants to write
  if (snmp_parse(nullptr, &Template(), pdu.get(), reinterpret_cast<u_char*>(copy.data()),
                 copy.size()) != 0) {
    return {.problem = fmt::format("{} octets that are not SNMP all through", datagram.size())};
  }
  SnmpMessage message;
  message.version = version == SNMP_VERSION_1 ? SnmpVersion::k1 : SnmpVersion::k2c;
  message.is_response = pdu->command == SNMP_MSG_RESPONSE;
  message.is_report = pdu->command == SNMP_MSG_REPORT;
  if (pdu->community) {
    message.community.assign(reinterpret_cast<const char*>(pdu->community), pdu->community_len);
  }
  message.request_id = static_cast<std::int32_t>(pdu->reqid);
  message.reply.error = static_cast<SnmpError>(pdu->errstat);
  for (const auto* variable = pdu->variables; variable; variable = variable->next_variable) {
    message.reply.varbinds.emplace_back(ToOid(variable->name, variable->name_length),
                                        ToValue(*variable));
  }
  return {.message = std::move(message)};
}

// By way of a v2c message without a community, since net-snmp codes whole messages.
std::string EncodePdu(std::int32_t request_id, const SnmpRequest& request) {
  const std::string packet =
      EncodeRequest({.version = SnmpVersion::k2c, .community = ""}, request_id, request);
  BerReader outer(packet);
  BerReader message(outer.Take(kBerSequence).value_or(""));
  if (!message.TakeNumber() || !message.Take(kBerOctets)) return {};
  return std::string(message.rest());
}

Decoded DecodePdu(std::string_view pdu) {
  std::string v2c = BerNumber(1) + BerTlv(kBerOctets, "");
  return DecodeMessage(BerTlv(kBerSequence, v2c.append(pdu)));
}

}  // namespace plotmeter
