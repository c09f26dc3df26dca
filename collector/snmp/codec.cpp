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
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "collector/snmp/ber.h"

namespace plotmeter {
namespace {

// net-snmp's complaints about what strangers send would go to standard error, a line a packet. They
// go to callbacks instead, of which there are none: DecodeMessage names the problem.
void KeepQuiet() {
  static std::once_flag once;
  std::call_once(once, snmp_enable_calllog);
}

u_char CommandOf(SnmpRequest::Kind kind) {
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

// The parser reads no more than MAX_OID_LEN parts, of 32 bits each.
Oid ToOid(const oid* parts, std::size_t count) {
  std::array<std::uint32_t, MAX_OID_LEN> out;
  count = std::min(count, out.size());
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::uint32_t>(parts[i]);
  return Oid(std::span(out).first(count));
}

// The name of an object (X.690 section 8.19), read into what it becomes: net-snmp's parser goes by
// way of numbers of twice the width, and names are most of what there is in an answer. As there, no
// octets at all are 0.
std::optional<Oid> ReadName(std::string_view octets) {
  std::array<std::uint32_t, Oid::kMaxParts> parts;
  if (octets.empty()) return Oid{0};
  std::size_t count = 1;  // the first number holds two parts
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const auto octet = static_cast<unsigned char>(octets[i]);
    if (number > UINT32_MAX >> 7) return std::nullopt;
    number = number << 7 | (octet & 0x7FU);
    if ((octet & 0x80U) != 0) continue;
    if (count == parts.size()) return std::nullopt;
    parts[count++] = number;
    number = 0;
  }
  if ((static_cast<unsigned char>(octets.back()) & 0x80U) != 0) return std::nullopt;
  parts[0] = std::min(parts[1] / 40, 2U);
  parts[1] -= 40 * parts[0];
  return Oid(std::span(parts).first(count));
}

// net-snmp's parsers one after the other, over octets that stay where they are: its own list of
// variables would be allocated, filled, copied and freed for each message. None of them writes to
// the octets, though their signatures would let them.
class Parser {
 public:
  explicit Parser(std::string_view octets)
      : at_(reinterpret_cast<u_char*>(const_cast<char*>(octets.data()))), left_(octets.size()) {}

  bool is_at_end() const { return left_ == 0; }
  std::size_t left() const { return left_; }  // octets

  // Goes into the next element, whose end is the end from now on.
  bool Enter(u_char type) {
    return MoveOn(asn_parse_sequence(at_, &left_, &seen_, type, "message"));
  }
  // The same for an element of any type, which is answered.
  std::optional<u_char> EnterAny() {
    if (!MoveOn(asn_parse_header(at_, &left_, &seen_))) return std::nullopt;
    return seen_;
  }
  std::optional<long> TakeInteger() {
    long number = 0;
    if (!MoveOn(asn_parse_int(at_, &left_, &seen_, &number, sizeof number))) return std::nullopt;
    return number;
  }
  std::optional<std::uint32_t> TakeUnsigned() {
    u_long number = 0;
    if (!MoveOn(asn_parse_unsigned_int(at_, &left_, &seen_, &number, sizeof number))) {
      return std::nullopt;
    }
    return static_cast<std::uint32_t>(number);
  }
  std::optional<std::uint64_t> TakeCounter64() {
    counter64 number = {};
    if (!MoveOn(asn_parse_unsigned_int64(at_, &left_, &seen_, &number, sizeof number))) {
      return std::nullopt;
    }
    return (std::uint64_t{number.high} << 32) | (std::uint64_t{number.low} & 0xFFFFFFFFU);
  }
  std::optional<std::string> TakeCommunity() {
    std::array<u_char, COMMUNITY_MAX_LEN> text;
    std::size_t length = text.size();
    if (!MoveOn(asn_parse_string(at_, &left_, &seen_, text.data(), &length))) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(text.data()), length);
  }
  std::optional<Oid> TakeOid() {
    std::array<oid, MAX_OID_LEN> parts;
    std::size_t count = parts.size();
    if (!MoveOn(asn_parse_objid(at_, &left_, &seen_, parts.data(), &count))) return std::nullopt;
    return ToOid(parts.data(), count);
  }
  bool TakeVarbind(std::vector<std::pair<Oid, Value>>& varbinds);

 private:
  bool MoveOn(u_char* next) {
    if (next) at_ = next;
    return next != nullptr;
  }
  std::string Rest() const { return {reinterpret_cast<const char*>(at_), left_}; }
  std::optional<Value> TakeValue(u_char type);

  u_char* at_;
  std::size_t left_;
  u_char seen_ = 0;  // the type of the element before
};

std::optional<Value> Parser::TakeValue(u_char type) {
  const auto octets = [this](ValueType as) -> std::optional<Value> {
    if (!EnterAny()) return std::nullopt;
    return Value::Octets(Rest(), as);
  };
  const auto number = [this](ValueType as) -> std::optional<Value> {
    const auto taken = TakeUnsigned();
    if (!taken) return std::nullopt;
    return Value::Number(as, *taken);
  };
  const auto nothing = [this](ValueType as) -> std::optional<Value> {
    if (!EnterAny()) return std::nullopt;
    return Value::Exception(as);
  };
  switch (type) {
    case ASN_INTEGER: {
      const auto taken = TakeInteger();
      if (!taken) return std::nullopt;
      return Value::Number(ValueType::kInteger, *taken);
    }
    case ASN_COUNTER:
      return number(ValueType::kCounter32);
    case ASN_GAUGE:
      return number(ValueType::kGauge32);
    case ASN_TIMETICKS:
      return number(ValueType::kTimeTicks);
    case ASN_COUNTER64: {
      const auto taken = TakeCounter64();
      if (!taken) return std::nullopt;
      return Value::Counter64(*taken);
    }
    case ASN_OCTET_STR:
      return octets(ValueType::kOctets);
    case ASN_IPADDRESS: {
      auto address = octets(ValueType::kIpAddress);
      if (address && address->AsOctets()->size() != 4) return std::nullopt;
      return address;
    }
    case ASN_OBJECT_ID: {
      auto taken = TakeOid();
      if (!taken) return std::nullopt;
      return Value::ObjectId(*std::move(taken));
    }
    case SNMP_NOSUCHOBJECT:
      return nothing(ValueType::kNoSuchObject);
    case SNMP_NOSUCHINSTANCE:
      return nothing(ValueType::kNoSuchInstance);
    case SNMP_ENDOFMIBVIEW:
      return nothing(ValueType::kEndOfMibView);
    case ASN_NULL:
      return nothing(ValueType::kNull);
    case ASN_OPAQUE:
    case ASN_NSAP:
    case ASN_UINTEGER:
    case ASN_BIT_STR:
    case ASN_OPAQUE_FLOAT:
    case ASN_OPAQUE_DOUBLE:
    case ASN_OPAQUE_I64:
    case ASN_OPAQUE_U64:
    case ASN_OPAQUE_COUNTER64:
      return octets(ValueType::kOpaque);
    default:
      return std::nullopt;
  }
}

bool Parser::TakeVarbind(std::vector<std::pair<Oid, Value>>& varbinds) {
  const std::string_view all(reinterpret_cast<const char*>(at_), left_);
  const auto varbind = BerReader(all).Take(kBerSequence);
  if (!varbind) return false;
  BerReader in(*varbind);
  const auto octets = in.Take(kBerObjectId);
  if (!octets || in.rest().empty()) return false;
  auto name = ReadName(*octets);
  if (!name) return false;
  const char type = in.rest().front();
  auto value = Parser(in.rest()).TakeValue(static_cast<u_char>(type));
  if (!value || !in.Take(type)) return false;
  // As net-snmp has it, a varbind ends where its value does, though its length may say more.
  const auto taken = static_cast<std::size_t>(in.rest().data() - all.data());
  at_ += taken;
  left_ -= taken;
  varbinds.emplace_back(*std::move(name), *std::move(value));
  return true;
}

// RFC 3416 section 3: what is no request is an answer or a report.
bool IsPdu(u_char type) {
  switch (type) {
    case SNMP_MSG_GET:
    case SNMP_MSG_GETNEXT:
    case SNMP_MSG_GETBULK:
    case SNMP_MSG_SET:
    case SNMP_MSG_RESPONSE:
    case SNMP_MSG_REPORT:
    case SNMP_MSG_INFORM:
    case SNMP_MSG_TRAP2:
      return true;
    default:
      return false;
  }
}

std::optional<SnmpMessage> Parse(std::string_view datagram) {
  Parser in(datagram);
  if (!in.Enter(ASN_SEQUENCE | ASN_CONSTRUCTOR)) return std::nullopt;
  const auto version = in.TakeInteger();
  auto community = in.TakeCommunity();
  if (!version || !community) return std::nullopt;
  const auto pdu = in.EnterAny();
  if (!pdu || !IsPdu(*pdu)) return std::nullopt;
  const auto request_id = in.TakeInteger();
  const auto error = in.TakeInteger();
  const auto error_index = in.TakeInteger();
  if (!request_id || !error || !error_index) return std::nullopt;
  if (!in.Enter(ASN_SEQUENCE | ASN_CONSTRUCTOR)) return std::nullopt;
  SnmpMessage message{.version = *version == SNMP_VERSION_1 ? SnmpVersion::k1 : SnmpVersion::k2c,
                      .community = *std::move(community),
                      .is_response = *pdu == SNMP_MSG_RESPONSE,
                      .is_report = *pdu == SNMP_MSG_REPORT,
                      .request_id = static_cast<std::int32_t>(*request_id)};
  message.reply.error = static_cast<SnmpError>(*error);
  constexpr std::size_t kSmallVarbind = 16;  // octets; a name of the Printer-MIB has twelve
  constexpr std::size_t kMostReserved = 128;
  message.reply.varbinds.reserve(std::min(in.left() / kSmallVarbind + 1, kMostReserved));
  while (!in.is_at_end()) {
    if (!in.TakeVarbind(message.reply.varbinds)) return std::nullopt;
  }
  return message;
}

// A packet from its end to its beginning, so that each length is known when it is written (X.690).
class Builder {
 public:
  // For so many octets at most.
  explicit Builder(std::size_t most) : octets_(most, '\0'), at_(most) {}

  std::size_t size() const { return octets_.size() - at_; }  // of what was put

  void PutInteger(std::int64_t number) {
    const std::size_t end = size();
    bool is_negative = false;
    do {
      Put(number);
      is_negative = (number & 0x80) != 0;
      number >>= 8;
    } while (number != (is_negative ? -1 : 0));  // then what is left is but the sign
    Enclose(ASN_INTEGER, end);
  }
  void PutText(std::string_view text) {
    const std::size_t end = size();
    at_ -= text.size();
    text.copy(&octets_[at_], text.size());
    Enclose(ASN_OCTET_STR, end);
  }
  // The name of an object, without a value.
  void PutVarbind(const Oid& object) {
    const std::size_t end = size();
    Enclose(ASN_NULL, end);
    const std::size_t name_end = size();
    PutName(object.parts());
    Enclose(ASN_OBJECT_ID, name_end);
    Enclose(ASN_SEQUENCE | ASN_CONSTRUCTOR, end);
  }
  // Round all that was put since it had so many octets.
  void Enclose(u_char type, std::size_t end = 0) {
    const std::size_t length = size() - end;
    std::size_t more = 0;
    if (length >= 0x80) {
      for (std::size_t rest = length; rest > 0; rest >>= 8, ++more) Put(rest);
    }
    Put(more > 0 ? 0x80 | more : length);
    Put(type);
  }

  std::string Take() const { return is_wrong_ ? "" : octets_.substr(at_); }

 private:
  template <typename Number>
  void Put(Number lowest_octet_of) {
    octets_[--at_] = static_cast<char>(lowest_octet_of & 0xFF);
  }
  void PutBase128(std::uint64_t number) {
    Put(number & 0x7F);
    while ((number >>= 7) > 0) Put(0x80 | (number & 0x7F));
  }
  // The first two parts are one number (X.690 section 8.19.4); where they are missing, they are 0.
  void PutName(std::span<const std::uint32_t> parts) {
    const std::uint32_t first = parts.empty() ? 0 : parts[0];
    const std::uint32_t second = parts.size() < 2 ? 0 : parts[1];
    is_wrong_ |= parts.size() > Oid::kMaxParts || first > 2 || (first < 2 && second >= 40);
    for (std::size_t i = parts.size(); i > 2; --i) PutBase128(parts[i - 1]);
    PutBase128(std::uint64_t{first} * 40 + second);
  }

  std::string octets_;
  std::size_t at_;  // of the first octet that was put
  bool is_wrong_ = false;
};

// What a request takes at most: no element has a longer head than 10 octets, no number more than 5.
std::size_t MostOctets(std::string_view community, const SnmpRequest& request) {
  constexpr std::size_t kHead = 10;
  constexpr std::size_t kNumber = 5;
  std::size_t most = community.size() + 8 * (kHead + kNumber);
  for (const Oid& object : request.objects) most += 3 * kHead + kNumber * (object.size() + 1);
  return most;
}

}  // namespace

std::string EncodeRequest(const SnmpCredentials& credentials, std::int32_t request_id,
                          const SnmpRequest& request) {
  const bool v1 = credentials.version == SnmpVersion::k1;
  if (credentials.version == SnmpVersion::k3) return {};
  if (v1 && request.kind == SnmpRequest::Kind::kGetBulk) return {};  // which v1 does not have
  Builder packet(MostOctets(credentials.community, request));
  for (std::size_t i = request.objects.size(); i-- > 0;) packet.PutVarbind(request.objects[i]);
  packet.Enclose(ASN_SEQUENCE | ASN_CONSTRUCTOR);
  packet.PutInteger(request.max_repetitions);  // else error-index
  packet.PutInteger(0);                        // GETBULK: non-repeaters; else error-status
  packet.PutInteger(request_id);
  packet.Enclose(CommandOf(request.kind));
  packet.PutText(credentials.community);
  packet.PutInteger(v1 ? SNMP_VERSION_1 : SNMP_VERSION_2c);
  packet.Enclose(ASN_SEQUENCE | ASN_CONSTRUCTOR);
  return packet.Take();
}

Decoded DecodeMessage(std::string_view datagram) {
  const auto version = VersionOf(datagram);
  if (version != SNMP_VERSION_1 && version != SNMP_VERSION_2c) {
    return {.problem = fmt::format("{} octets that are no v1 or v2c message", datagram.size())};
  }
  KeepQuiet();
  auto message = Parse(datagram);
  if (!message) {
    return {.problem = fmt::format("{} octets that are not SNMP all through", datagram.size())};
  }
  return {.message = std::move(message)};
}

// By way of a v2c message without a community: the PDU is what follows that.
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
