// SNMP messages to the octet: BER (X.690) as RFC 1157, RFC 3416 and RFC 3412 use it. Written by
// hand: it shares nothing with the collector's codec, and is the faster one.
//
//    ReadCommunityMessage(datagram)        version, community, PDU; empty for what is none
//    WriteCommunityMessage(1, "public", pdu)
//
// Reading is strict about lengths and bounds and lenient about nothing. Pure.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/snmp_answer.h"

namespace plotmeter::simulator {

// What was asked: a PDU that reached the agent.
struct SnmpQuestion {
  std::int64_t request_id = 0;
  SnmpRequest request = {};  // version is for the caller to set
};

struct CommunityMessage {
  SnmpVersion version = SnmpVersion::kV2c;
  std::string_view community = {};  // lies in the datagram
  SnmpQuestion question = {};
};

std::optional<CommunityMessage> ReadCommunityMessage(std::string_view datagram);
std::string WriteCommunityMessage(SnmpVersion version, std::string_view community,
                                  std::int64_t request_id, const SnmpReply& reply);

// The security parameters of RFC 3414 section 2.4 and the header around them. Texts lie in the
// datagram.
struct V3Header {
  std::int64_t id = 0;
  std::int64_t max_size = 65507;
  std::uint8_t flags = 0;  // 1 authenticated, 2 encrypted, 4 reportable
  std::string_view engine = {};
  std::int64_t boots = 0;
  std::int64_t time = 0;
  std::string_view user = {};
  std::string_view digest = {};
  std::string_view salt = {};
};

struct V3Message {
  V3Header header = {};
  std::string_view data = {};  // a scoped PDU with its tag, or encrypted octets
};

struct ScopedQuestion {
  std::string_view engine = {};
  std::string_view context = {};
  SnmpQuestion question = {};
};

// Empty for what is no message of version 3 with the user-based security model.
std::optional<V3Message> ReadV3Message(std::string_view datagram);
std::optional<ScopedQuestion> ReadScopedPdu(std::string_view data);

// `report`: a Report PDU (RFC 3412 section 7.1) instead of a Response.
std::string WriteScopedPdu(std::string_view engine, std::string_view context,
                           std::int64_t request_id, const SnmpReply& reply, bool report = false);

// The whole message; `digest_at` is where its digest begins. With encryption `data` are encrypted
// octets, else a scoped PDU.
std::string WriteV3Message(const V3Header& header, std::string_view data, std::size_t& digest_at);

}  // namespace plotmeter::simulator
