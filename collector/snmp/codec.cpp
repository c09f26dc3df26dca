#include "collector/snmp/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "collector/snmp/ber.h"

namespace plotmeter {
namespace {

// PDUs (RFC 3416 section 3).
constexpr char kGet = '\xA0';
constexpr char kGetNext = '\xA1';
constexpr char kResponse = '\xA2';
constexpr char kGetBulk = '\xA5';
constexpr char kReport = '\xA8';

constexpr std::size_t kUsualVarbinds = 32;

char TagOf(SnmpRequest::Kind kind) {
  switch (kind) {
    case SnmpRequest::Kind::kGetNext:
      return kGetNext;
    case SnmpRequest::Kind::kGetBulk:
      return kGetBulk;
    case SnmpRequest::Kind::kGet:
      break;
  }
  return kGet;
}

bool IsPdu(char tag) { return tag >= kGet && tag <= kReport && tag != '\xA4'; }  // a v1 trap

// True if the PDU could be put before what is in `out`.
bool PutPdu(BerWriter& out, std::int32_t request_id, const SnmpRequest& request) {
  const std::size_t end = out.size();
  for (auto object = request.objects.rbegin(); object != request.objects.rend(); ++object) {
    const std::size_t end_of_one = out.size();
    out.Put({"\x05\x00", 2});
    if (!out.PutObjectId(*object)) return false;
    out.Wrap(kBerSequence, end_of_one);
  }
  out.Wrap(kBerSequence, end);
  out.PutNumber(request.max_repetitions);  // else error-index
  out.PutNumber(0);                        // error-status; of GETBULK non-repeaters
  out.PutNumber(request_id);
  out.Wrap(TagOf(request.kind), end);
  return true;
}

std::optional<Value> Unsigned(ValueType type, std::string_view content) {
  const auto number = BerUnsigned(content);
  if (!number) return std::nullopt;
  return Value::Number(type, static_cast<std::uint32_t>(*number));
}

std::optional<Value> ToValue(char tag, std::string_view content) {
  switch (tag) {
    case kBerInteger:
      if (const auto number = BerInteger(content)) {
        return Value::Number(ValueType::kInteger, static_cast<std::int32_t>(*number));
      }
      return std::nullopt;
    case '\x41':
      return Unsigned(ValueType::kCounter32, content);
    case '\x42':
    case '\x47':  // UInteger32 of RFC 1442
      return Unsigned(ValueType::kGauge32, content);
    case '\x43':
      return Unsigned(ValueType::kTimeTicks, content);
    case '\x46':
      if (const auto number = BerUnsigned(content)) return Value::Counter64(*number);
      return std::nullopt;
    case kBerOctets:
      return Value::Octets(std::string(content));
    case '\x40':
      return Value::Octets(std::string(content), ValueType::kIpAddress);
    case '\x03':  // BIT STRING and NsapAddress of RFC 1442
    case '\x44':
    case '\x45':
      return Value::Octets(std::string(content), ValueType::kOpaque);
    case kBerObjectId:
      if (auto oid = BerObjectId(content)) return Value::ObjectId(*std::move(oid));
      return std::nullopt;
    case '\x05':
      return Value();
    case '\x80':
      return Value::Exception(ValueType::kNoSuchObject);
    case '\x81':
      return Value::Exception(ValueType::kNoSuchInstance);
    case '\x82':
      return Value::Exception(ValueType::kEndOfMibView);
    default:
      return std::nullopt;
  }
}

bool ReadVarbinds(std::string_view list, SnmpReply& reply) {
  reply.varbinds.reserve(kUsualVarbinds);
  for (BerReader in(list); !in.rest().empty();) {
    BerReader varbind(in.Take(kBerSequence).value_or(""));
    const auto name = varbind.Take(kBerObjectId);
    const auto value = varbind.TakeAny();
    if (!name || !value) return false;
    auto oid = BerObjectId(*name);
    auto content = ToValue(value->tag, value->content);
    if (!oid || !content) return false;
    reply.varbinds.emplace_back(*std::move(oid), *std::move(content));
  }
  return true;
}

bool ReadPdu(std::string_view octets, SnmpMessage& message) {
  const auto pdu = BerReader(octets).TakeAny();
  if (!pdu || !IsPdu(pdu->tag)) return false;
  message.is_response = pdu->tag == kResponse;
  message.is_report = pdu->tag == kReport;
  BerReader in(pdu->content);
  const auto take = [&] { return BerInteger(in.Take(kBerInteger).value_or("")); };
  const auto request_id = take();
  const auto error_status = take();
  const auto error_index = take();
  const auto varbinds = in.Take(kBerSequence);
  if (!request_id || !error_status || !error_index || !varbinds) return false;
  message.request_id = static_cast<std::int32_t>(*request_id);
  message.reply.error = static_cast<SnmpError>(*error_status);
  return ReadVarbinds(*varbinds, message.reply);
}

// Known even where the message promises more octets than came.
std::optional<SnmpVersion> VersionOf(std::string_view datagram) {
  if (datagram.size() < 5 || datagram[0] != kBerSequence) return std::nullopt;
  const auto length = static_cast<unsigned char>(datagram[1]);
  const std::size_t at = length < 0x80 ? 2 : 2 + (length & 0x7FU);
  const std::string_view version = datagram.substr(std::min(at, datagram.size()), 3);
  if (version == std::string_view("\x02\x01\x00", 3)) return SnmpVersion::k1;
  if (version == "\x02\x01\x01") return SnmpVersion::k2c;
  return std::nullopt;
}

Decoded Unreadable(std::string_view octets) {
  return {.problem = fmt::format("{} octets that are not SNMP all through", octets.size())};
}

}  // namespace

std::string EncodeRequest(const SnmpCredentials& credentials, std::int32_t request_id,
                          const SnmpRequest& request) {
  const bool is_v1 = credentials.version == SnmpVersion::k1;
  if (credentials.version == SnmpVersion::k3) return {};
  if (is_v1 && request.kind == SnmpRequest::Kind::kGetBulk) return {};
  BerWriter out;
  if (!PutPdu(out, request_id, request)) return {};
  const std::size_t end_of_community = out.size();
  out.Put(credentials.community);
  out.Wrap(kBerOctets, end_of_community);
  out.PutNumber(is_v1 ? 0 : 1);
  out.Wrap(kBerSequence, 0);
  return out.Take();
}

Decoded DecodeMessage(std::string_view datagram) {
  const auto version = VersionOf(datagram);
  if (!version) {
    return {.problem = fmt::format("{} octets that are no v1 or v2c message", datagram.size())};
  }
  SnmpMessage message;
  message.version = *version;
  BerReader in(BerReader(datagram).Take(kBerSequence).value_or(""));
  (void)in.TakeNumber();
  const auto community = in.Take(kBerOctets);
  if (!community || !ReadPdu(in.rest(), message)) return Unreadable(datagram);
  message.community = *community;
  return {.message = std::move(message)};
}

std::string EncodePdu(std::int32_t request_id, const SnmpRequest& request) {
  BerWriter out;
  if (!PutPdu(out, request_id, request)) return {};
  return out.Take();
}

Decoded DecodePdu(std::string_view pdu) {
  SnmpMessage message;
  if (!ReadPdu(pdu, message)) return Unreadable(pdu);
  return {.message = std::move(message)};
}

}  // namespace plotmeter
