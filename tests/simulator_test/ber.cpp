#include "tests/simulator_test/ber.h"

#include <stdexcept>

namespace plotmeter::simulator {

namespace {

std::string Tlv(std::uint8_t tag, std::string_view content) {
  std::string out(1, static_cast<char>(tag));
  if (content.size() < 0x80) {
    out += static_cast<char>(content.size());
  } else {
    out += static_cast<char>(0x82);
    out += static_cast<char>(content.size() >> 8);
    out += static_cast<char>(content.size() & 0xFF);
  }
  return out.append(content);
}

// The fewest octets that keep the sign; an unsigned number may need a leading zero.
std::string NumberContent(std::uint64_t value, bool negative) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) {
    const auto octet = static_cast<unsigned char>(value >> shift);
    const unsigned char filler = negative ? 0xFF : 0x00;
    if (out.empty() && octet == filler && shift != 0) continue;
    if (out.empty() && (octet >> 7 != 0) != negative) out += static_cast<char>(filler);
    out += static_cast<char>(octet);
  }
  return out;
}

std::string SignedContent(std::int64_t value) {
  return NumberContent(static_cast<std::uint64_t>(value), value < 0);
}

std::string OidContent(const Oid& oid) {
  std::string out;
  for (std::size_t i = 1; i < oid.size(); ++i) {
    const std::uint32_t part = i == 1 ? oid[0] * 40 + oid[1] : oid[i];
    for (int shift = 28; shift >= 0; shift -= 7) {
      if (part >> shift == 0 && shift != 0) continue;
      out += static_cast<char>((part >> shift & 0x7F) | (shift == 0 ? 0 : 0x80));
    }
  }
  return out;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool empty() const { return text_.empty(); }

  std::string_view Take(std::uint8_t& tag) {
    tag = Octet();
    std::size_t length = Octet();
    if (length >= 0x80) {
      std::size_t octets = length & 0x7F;
      for (length = 0; octets > 0; --octets) length = length << 8 | Octet();
    }
    if (length > text_.size()) throw std::runtime_error("a length beyond the end");
    const std::string_view content = text_.substr(0, length);
    text_.remove_prefix(length);
    return content;
  }

  std::string_view Take(std::uint8_t tag, const char* what) {
    std::uint8_t found = 0;
    const std::string_view content = Take(found);
    if (found != tag) throw std::runtime_error(std::string("expected ") + what);
    return content;
  }

  std::int64_t TakeInteger() {
    std::int64_t value = 0;
    bool first = true;
    for (const char c : Take(0x02, "an INTEGER")) {
      value = first ? static_cast<signed char>(c) : value * 256 + static_cast<unsigned char>(c);
      first = false;
    }
    return value;
  }

 private:
  std::uint8_t Octet() {
    if (text_.empty()) throw std::runtime_error("the message is cut off");
    const auto octet = static_cast<std::uint8_t>(text_.front());
    text_.remove_prefix(1);
    return octet;
  }

  std::string_view text_;
};

Oid ReadOid(std::string_view content) {
  Oid oid;
  std::uint32_t part = 0;
  for (const char c : content) {
    part = part << 7 | (static_cast<unsigned char>(c) & 0x7F);
    if ((static_cast<unsigned char>(c) & 0x80) != 0) continue;
    if (oid.empty()) {
      oid = {part / 40, part % 40};
    } else {
      oid.push_back(part);
    }
    part = 0;
  }
  return oid;
}

}  // namespace

std::string BerRequest(std::int64_t version, std::string_view community, std::uint8_t pdu,
                       const std::vector<Oid>& names, std::int64_t a, std::int64_t b) {
  std::string variables;
  for (const Oid& name : names) variables += Tlv(0x30, Tlv(0x06, OidContent(name)) + Tlv(0x05, ""));
  const std::string body = Tlv(0x02, SignedContent(77)) + Tlv(0x02, SignedContent(a)) +
                           Tlv(0x02, SignedContent(b)) + Tlv(0x30, variables);
  return Tlv(0x30, Tlv(0x02, SignedContent(version)) + Tlv(0x04, community) + Tlv(pdu, body));
}

BerReply ReadReply(std::string_view message) {
  Reader whole(message);
  Reader parts(whole.Take(0x30, "a message"));
  if (!whole.empty()) throw std::runtime_error("something after the message");
  BerReply reply;
  reply.version = parts.TakeInteger();
  reply.community = parts.Take(0x04, "a community");
  Reader body(parts.Take(reply.pdu));
  reply.request = body.TakeInteger();
  reply.error = body.TakeInteger();
  reply.index = body.TakeInteger();
  Reader variables(body.Take(0x30, "variables"));
  while (!variables.empty()) {
    Reader variable(variables.Take(0x30, "a variable"));
    BerVariable read;
    read.name = ReadOid(variable.Take(0x06, "a name"));
    read.content = variable.Take(read.tag);
    reply.variables.push_back(std::move(read));
  }
  return reply;
}

BerVariable OnTheWire(const Oid& name, const MibValue& value) {
  BerVariable wire{.name = name, .tag = static_cast<std::uint8_t>(value.type)};
  switch (value.type) {
    case MibType::kNull:
      break;
    case MibType::kInteger:
      wire.content = SignedContent(value.integer);
      break;
    case MibType::kOid:
      wire.content = OidContent(value.oid);
      break;
    case MibType::kOctets:
    case MibType::kOpaque:
    case MibType::kIpAddress:
      wire.content = value.octets;
      break;
    case MibType::kCounter32:
    case MibType::kGauge32:
    case MibType::kTimeTicks:
    case MibType::kCounter64:
      wire.content = NumberContent(value.count, false);
      break;
  }
  return wire;
}

}  // namespace plotmeter::simulator
