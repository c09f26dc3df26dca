#include "collector/snmp/v3_message.h"

#include <fmt/format.h>

#include <algorithm>

#include "collector/snmp/ber.h"

namespace plotmeter {
namespace {

constexpr std::int32_t kUsm = 3;               // RFC 3411 section 5, SnmpSecurityModel
constexpr std::int32_t kLongestReply = 65507;  // what a UDP datagram of IPv4 holds
constexpr std::size_t kLongestEngineId = 32;
constexpr std::size_t kLongestUser = 32;
constexpr char kAuthFlag = 0x01;
constexpr char kPrivFlag = 0x02;
constexpr char kReportableFlag = 0x04;

ReadV3Result Not(std::string problem) { return {.problem = std::move(problem)}; }

// msgSecurityParameters; true if all of it is there.
std::string ReadSecurity(std::string_view octets, V3Message& message, std::string_view& mac) {
  BerReader outer(octets);
  const auto inside = outer.Take(kBerSequence);
  if (!inside) return "no security parameters";
  BerReader in(*inside);
  const auto engine_id = in.Take(kBerOctets);
  const auto boots = in.TakeNumber();
  const auto time = in.TakeNumber();
  const auto user = in.Take(kBerOctets);
  const auto mac_octets = in.Take(kBerOctets);
  const auto salt = in.Take(kBerOctets);
  if (engine_id && engine_id->size() > kLongestEngineId) {
    return fmt::format("an engine ID of {} octets", engine_id->size());
  }
  if (!engine_id || !boots || !time || !user || !mac_octets || !salt ||
      user->size() > kLongestUser) {
    return "security parameters that are none of USM";
  }
  message.engine_id = *engine_id;
  message.boots = *boots;
  message.time = *time;
  message.user = *user;
  message.mac = *mac_octets;
  message.salt = *salt;
  mac = *mac_octets;
  return {};
}

}  // namespace

WrittenV3 WriteV3(const V3Message& message) {
  const char flags = static_cast<char>((message.is_authenticated ? kAuthFlag : 0) |
                                       (message.is_encrypted ? kPrivFlag : 0) |
                                       (message.is_reportable ? kReportableFlag : 0));
  const std::string header =
      BerTlv(kBerSequence, BerNumber(message.id) + BerNumber(kLongestReply) +
                               BerTlv(kBerOctets, std::string(1, flags)) + BerNumber(kUsm));
  const std::string salt = BerTlv(kBerOctets, message.salt);
  const std::string security =
      BerTlv(kBerOctets,
             BerTlv(kBerSequence, BerTlv(kBerOctets, message.engine_id) + BerNumber(message.boots) +
                                      BerNumber(message.time) + BerTlv(kBerOctets, message.user) +
                                      BerTlv(kBerOctets, message.mac) + salt));
  const std::string data =
      message.is_encrypted ? BerTlv(kBerOctets, message.scoped_pdu) : message.scoped_pdu;
  WrittenV3 written;
  written.octets = BerTlv(kBerSequence, BerNumber(3) + header + security + data);
  // The mac is followed by nothing but the salt and the data.
  written.mac_at = written.octets.size() - data.size() - salt.size() - message.mac.size();
  return written;
}

ReadV3Result ReadV3(std::string_view datagram) {
  BerReader outer(datagram);
  const auto inside = outer.Take(kBerSequence);
  if (!inside) return Not(fmt::format("{} octets that are no SNMPv3 message", datagram.size()));
  BerReader in(*inside);
  if (in.TakeNumber() != 3) return Not("another version than 3");
  const auto header = in.Take(kBerSequence);
  if (!header) return Not("an SNMPv3 message without its header");
  V3Message message;
  BerReader head(*header);
  const auto id = head.TakeNumber();
  const auto largest = head.TakeNumber();
  const auto flags = head.Take(kBerOctets);
  const auto model = head.TakeNumber();
  if (!id || !largest || !flags || flags->size() != 1 || !model) {
    return Not("an SNMPv3 header that cannot be read");
  }
  if (model != kUsm) return Not(fmt::format("security model {} instead of {}", *model, kUsm));
  message.id = *id;
  message.is_authenticated = (flags->front() & kAuthFlag) != 0;
  message.is_encrypted = (flags->front() & kPrivFlag) != 0;
  message.is_reportable = (flags->front() & kReportableFlag) != 0;
  if (message.is_encrypted && !message.is_authenticated) {
    return Not("an SNMPv3 message that is private but not authenticated");
  }
  const auto security = in.Take(kBerOctets);
  if (!security) return Not("an SNMPv3 message without security parameters");
  std::string_view mac;
  if (std::string problem = ReadSecurity(*security, message, mac); !problem.empty()) {
    return Not(std::move(problem));
  }
  if (message.is_encrypted) {
    const auto encrypted = in.Take(kBerOctets);
    if (!encrypted) return Not("an encrypted SNMPv3 message without content");
    message.scoped_pdu = *encrypted;
  } else {
    message.scoped_pdu = in.rest();
  }
  return {.message = std::move(message),
          .mac_at = static_cast<std::size_t>(mac.data() - datagram.data())};
}

bool LooksLikeV3(std::string_view datagram) {
  // The length may promise more than came, so this is no BerReader's.
  if (datagram.size() < 5 || datagram[0] != kBerSequence) return false;
  const auto length = static_cast<unsigned char>(datagram[1]);
  const std::size_t at = length < 0x80 ? 2 : 2 + (length & 0x7FU);
  return datagram.substr(std::min(at, datagram.size()), 3) == "\x02\x01\x03";
}

std::string WriteScopedPdu(const ScopedPdu& scoped) {
  return BerTlv(kBerSequence, BerTlv(kBerOctets, scoped.context_engine_id) +
                                  BerTlv(kBerOctets, scoped.context) + scoped.pdu);
}

std::optional<ScopedPdu> ReadScopedPdu(std::string_view octets) {
  BerReader outer(octets);
  const auto inside = outer.Take(kBerSequence);
  if (!inside) return std::nullopt;
  BerReader in(*inside);
  const auto engine_id = in.Take(kBerOctets);
  const auto context = in.Take(kBerOctets);
  if (!engine_id || !context || in.rest().empty()) return std::nullopt;
  return ScopedPdu{std::string(*engine_id), std::string(*context), std::string(in.rest())};
}

}  // namespace plotmeter
