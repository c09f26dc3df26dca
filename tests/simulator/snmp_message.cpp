#include "tests/simulator/snmp_message.h"

#include <algorithm>

namespace plotmeter::simulator {

namespace {

constexpr std::uint8_t kInteger = 0x02, kOctets = 0x04, kNull = 0x05, kOid = 0x06, kSequence = 0x30;
constexpr std::uint8_t kResponse = 0xA2, kReport = 0xA8;
constexpr std::size_t kLongestOid = 128;  // RFC 3416 section 4.1 (sub-identifiers)

// Takes elements from the front of what it holds; after a broken one it gives only empty answers.
class Reader {
 public:
  explicit Reader(std::string_view octets) : rest_(octets) {}

  bool empty() const { return rest_.empty(); }
  std::uint8_t next_tag() const {
    return rest_.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(rest_[0]);
  }

  std::optional<std::string_view> Take(std::uint8_t tag) {
    if (rest_.size() < 2 || next_tag() != tag) return std::nullopt;
    std::size_t length = static_cast<std::uint8_t>(rest_[1]);
    std::size_t at = 2;
    if (length >= 0x80) {
      const std::size_t octets = length & 0x7F;
      if (octets == 0 || octets > 4 || rest_.size() < 2 + octets) return std::nullopt;
      length = 0;
      for (; at < 2 + octets; ++at) length = length << 8 | static_cast<std::uint8_t>(rest_[at]);
    }
    if (length > rest_.size() - at) return std::nullopt;
    const std::string_view content = rest_.substr(at, length);
    rest_.remove_prefix(at + length);
    return content;
  }

  std::optional<std::int64_t> TakeInteger() {
    const auto content = Take(kInteger);
    if (!content || content->empty() || content->size() > 8) return std::nullopt;
    std::int64_t value = static_cast<signed char>(content->front());
    for (const char c : content->substr(1)) value = value * 256 + static_cast<std::uint8_t>(c);
    return value;
  }

  std::optional<Oid> TakeOid() {
    const auto content = Take(kOid);
    if (!content || content->empty()) return std::nullopt;
    Oid oid;
    std::uint64_t part = 0;
    for (const char c : *content) {
      part = part << 7 | (static_cast<std::uint8_t>(c) & 0x7F);
      if (part > 0xFFFFFFFFu || oid.size() >= kLongestOid) return std::nullopt;
      if ((c & 0x80) != 0) continue;
      if (oid.empty()) {
        const std::uint64_t first = std::min<std::uint64_t>(part / 40, 2);
        oid.push_back(static_cast<std::uint32_t>(first));
        part -= first * 40;
      }
      oid.push_back(static_cast<std::uint32_t>(part));
      part = 0;
    }
    if ((content->back() & 0x80) != 0) return std::nullopt;
    return oid;
  }

  bool Skip() { return Take(next_tag()).has_value(); }

 private:
  std::string_view rest_;
};

// Written backwards, for a length stands before what it measures: octets are kept in reverse.
class Writer {
 public:
  std::size_t mark() const { return reversed_.size(); }

  void Raw(std::string_view octets) { reversed_.append(octets.rbegin(), octets.rend()); }

  // What was written since `mark` becomes the content of an element.
  void Close(std::uint8_t tag, std::size_t mark) {
    std::size_t length = reversed_.size() - mark;
    if (length < 0x80) {
      Octet(length);
    } else {
      std::size_t octets = 0;
      for (; length != 0; length >>= 8, ++octets) Octet(length);
      Octet(0x80 | octets);
    }
    Octet(tag);
  }

  void Text(std::uint8_t tag, std::string_view octets) {
    const std::size_t mark = this->mark();
    Raw(octets);
    Close(tag, mark);
  }

  void Integer(std::int64_t value) {
    const std::size_t mark = this->mark();
    while (true) {
      Octet(static_cast<std::size_t>(value & 0xFF));
      const bool negative = (value & 0x80) != 0;
      value >>= 8;
      if (value == (negative ? -1 : 0)) break;
    }
    Close(kInteger, mark);
  }

  void Unsigned(std::uint8_t tag, std::uint64_t value) {
    const std::size_t mark = this->mark();
    bool high = false;
    do {
      Octet(value & 0xFF);
      high = (value & 0x80) != 0;
      value >>= 8;
    } while (value != 0);
    if (high) Octet(0);  // else it would be negative
    Close(tag, mark);
  }

  void Name(const Oid& oid) {
    const std::size_t mark = this->mark();
    for (std::size_t i = oid.size(); i > 2; --i) SubIdentifier(oid[i - 1]);
    if (oid.size() >= 2) SubIdentifier(std::uint64_t{oid[0]} * 40 + oid[1]);
    Close(kOid, mark);
  }

  std::string Take() {
    std::reverse(reversed_.begin(), reversed_.end());
    return std::move(reversed_);
  }

 private:
  void Octet(std::size_t octet) { reversed_ += static_cast<char>(octet & 0xFF); }

  void SubIdentifier(std::uint64_t part) {
    Octet(part & 0x7F);
    while ((part >>= 7) != 0) Octet(0x80 | (part & 0x7F));
  }

  std::string reversed_;
};

std::optional<Operation> OperationOf(std::uint8_t tag) {
  switch (tag) {
    case 0xA0:
      return Operation::kGet;
    case 0xA1:
      return Operation::kGetNext;
    case 0xA3:
      return Operation::kSet;
    case 0xA5:
      return Operation::kGetBulk;
    default:
      return std::nullopt;  // traps and answers are not for an agent
  }
}

std::optional<SnmpQuestion> ReadPdu(Reader& reader) {
  const auto operation = OperationOf(reader.next_tag());
  const auto content = reader.Take(reader.next_tag());
  if (!operation || !content) return std::nullopt;
  Reader pdu(*content);
  const auto id = pdu.TakeInteger();
  const auto first = pdu.TakeInteger();
  const auto second = pdu.TakeInteger();
  const auto list = pdu.Take(kSequence);
  if (!id || !first || !second || !list) return std::nullopt;
  SnmpQuestion question{.request_id = *id, .request = {.operation = *operation}};
  if (*operation == Operation::kGetBulk) {
    question.request.non_repeaters = *first;
    question.request.max_repetitions = *second;
  }
  for (Reader bindings(*list); !bindings.empty();) {
    const auto binding = bindings.Take(kSequence);
    if (!binding) return std::nullopt;
    Reader parts(*binding);
    auto name = parts.TakeOid();
    if (!name || !parts.Skip()) return std::nullopt;
    question.request.names.push_back(std::move(*name));
  }
  return question;
}

void WriteValue(Writer& writer, const SnmpVariable& variable) {
  using Kind = SnmpVariable::Kind;
  const MibValue& value = variable.value;
  const auto tag = static_cast<std::uint8_t>(value.type);
  switch (variable.kind) {
    case Kind::kNoSuchObject:
      return writer.Text(0x80, "");
    case Kind::kNoSuchInstance:
      return writer.Text(0x81, "");
    case Kind::kEndOfMibView:
      return writer.Text(0x82, "");
    case Kind::kValue:
      break;
  }
  switch (value.type) {
    case MibType::kNull:
      return writer.Text(kNull, "");
    case MibType::kInteger:
      return writer.Integer(value.integer);
    case MibType::kOid:
      return writer.Name(value.oid);
    case MibType::kOctets:
    case MibType::kOpaque:
    case MibType::kIpAddress:
      return writer.Text(tag, value.octets);
    case MibType::kCounter32:
    case MibType::kGauge32:
    case MibType::kTimeTicks:
    case MibType::kCounter64:
      return writer.Unsigned(tag, value.count);
  }
}

void WritePdu(Writer& writer, std::uint8_t tag, std::int64_t request_id, const SnmpReply& reply) {
  const std::size_t pdu = writer.mark();
  for (auto v = reply.variables.rbegin(); v != reply.variables.rend(); ++v) {
    const std::size_t binding = writer.mark();
    WriteValue(writer, *v);
    writer.Name(v->name);
    writer.Close(kSequence, binding);
  }
  writer.Close(kSequence, pdu);
  writer.Integer(reply.error_index);
  writer.Integer(static_cast<std::int64_t>(reply.error));
  writer.Integer(request_id);
  writer.Close(tag, pdu);
}

}  // namespace

std::optional<CommunityMessage> ReadCommunityMessage(std::string_view datagram) {
  const auto content = Reader(datagram).Take(kSequence);
  if (!content) return std::nullopt;
  Reader reader(*content);
  const auto version = reader.TakeInteger();
  if (!version || (*version != 0 && *version != 1)) return std::nullopt;
  const auto community = reader.Take(kOctets);
  if (!community) return std::nullopt;
  auto question = ReadPdu(reader);
  if (!question) return std::nullopt;
  CommunityMessage message{.version = *version == 0 ? SnmpVersion::kV1 : SnmpVersion::kV2c,
                           .community = *community,
                           .question = std::move(*question)};
  message.question.request.version = message.version;
  return message;
}

std::string WriteCommunityMessage(SnmpVersion version, std::string_view community,
                                  std::int64_t request_id, const SnmpReply& reply) {
  Writer writer;
  WritePdu(writer, kResponse, request_id, reply);
  writer.Text(kOctets, community);
  writer.Integer(version == SnmpVersion::kV1 ? 0 : 1);
  writer.Close(kSequence, 0);
  return writer.Take();
}

std::optional<V3Message> ReadV3Message(std::string_view datagram) {
  const auto content = Reader(datagram).Take(kSequence);
  if (!content) return std::nullopt;
  Reader reader(*content);
  const auto version = reader.TakeInteger();
  const auto global = reader.Take(kSequence);
  const auto security = reader.Take(kOctets);
  if (!version || *version != 3 || !global || !security) return std::nullopt;

  V3Message message;
  V3Header& header = message.header;
  Reader head(*global);
  const auto id = head.TakeInteger();
  const auto max_size = head.TakeInteger();
  const auto flags = head.Take(kOctets);
  const auto model = head.TakeInteger();
  if (!id || !max_size || !flags || flags->size() != 1 || model != 3) return std::nullopt;
  header.id = *id;
  header.max_size = *max_size;
  header.flags = static_cast<std::uint8_t>(flags->front());

  const auto parameters = Reader(*security).Take(kSequence);
  if (!parameters) return std::nullopt;
  Reader usm(*parameters);
  const auto engine = usm.Take(kOctets);
  const auto boots = usm.TakeInteger();
  const auto time = usm.TakeInteger();
  const auto user = usm.Take(kOctets);
  const auto digest = usm.Take(kOctets);
  const auto salt = usm.Take(kOctets);
  if (!engine || !boots || !time || !user || !digest || !salt) return std::nullopt;
  header.engine = *engine;
  header.boots = *boots;
  header.time = *time;
  header.user = *user;
  header.digest = *digest;
  header.salt = *salt;

  if ((header.flags & 2) != 0) {
    const auto encrypted = reader.Take(kOctets);
    if (!encrypted) return std::nullopt;
    message.data = *encrypted;
    return message;
  }
  // The scoped PDU with its tag and length: what is left behind the security parameters.
  const auto begin =
      static_cast<std::size_t>(security->data() + security->size() - datagram.data());
  message.data = datagram.substr(begin);
  return message;
}

std::optional<ScopedQuestion> ReadScopedPdu(std::string_view data) {
  const auto content = Reader(data).Take(kSequence);  // padding may follow (RFC 3414 section 8.1)
  if (!content) return std::nullopt;
  Reader reader(*content);
  const auto engine = reader.Take(kOctets);
  const auto context = reader.Take(kOctets);
  if (!engine || !context) return std::nullopt;
  auto question = ReadPdu(reader);
  if (!question) return std::nullopt;
  return ScopedQuestion{*engine, *context, std::move(*question)};
}

std::string WriteScopedPdu(std::string_view engine, std::string_view context,
                           std::int64_t request_id, const SnmpReply& reply, bool report) {
  Writer writer;
  WritePdu(writer, report ? kReport : kResponse, request_id, reply);
  writer.Text(kOctets, context);
  writer.Text(kOctets, engine);
  writer.Close(kSequence, 0);
  return writer.Take();
}

std::string WriteV3Message(const V3Header& header, std::string_view data, std::size_t& digest_at) {
  Writer writer;
  if ((header.flags & 2) != 0) {
    writer.Text(kOctets, data);
  } else {
    writer.Raw(data);
  }
  const std::size_t security = writer.mark();
  writer.Text(kOctets, header.salt);
  const std::size_t behind_digest = writer.mark();
  writer.Text(kOctets, header.digest);
  writer.Text(kOctets, header.user);
  writer.Integer(header.time);
  writer.Integer(header.boots);
  writer.Text(kOctets, header.engine);
  writer.Close(kSequence, security);
  writer.Close(kOctets, security);
  const std::size_t global = writer.mark();
  writer.Integer(3);  // the user-based security model
  writer.Text(kOctets, std::string(1, static_cast<char>(header.flags)));
  writer.Integer(header.max_size);
  writer.Integer(header.id);
  writer.Close(kSequence, global);
  writer.Integer(3);
  writer.Close(kSequence, 0);
  std::string message = writer.Take();
  digest_at = message.size() - behind_digest - header.digest.size();
  return message;
}

}  // namespace plotmeter::simulator
