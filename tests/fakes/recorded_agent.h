// A recorded walk behind a real UDP port, so that the engine, the channel and every packet between
// them are tested together. Speaks GET, GETNEXT and GETBULK of v1 or v2c.
//
//    RecordedAgent agent(ReadRecording(file));
//    channel.Read({.host = "127.0.0.1", .snmp_port = agent.port()}, …);

#pragma once

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "collector/snmp/table.h"
#include "tests/fakes/udp_agent.h"

namespace plotmeter {

class RecordedAgent {
 public:
  // `version` is what it speaks, 0 for v1 and 1 for v2c; requests of the other it leaves
  // unanswered.
  explicit RecordedAgent(SnmpTable table, char version = 1)
      : table_(std::move(table)),
        version_(version),
        agent_([this](UdpAgent& agent, const UdpAgent::Request& r) { Answer(agent, r); }) {}

  std::uint16_t port() const { return agent_.port(); }
  std::vector<UdpAgent::Request> requests() { return agent_.requests(); }

  // From now on a GETBULK is left unanswered, or leaves out every other row.
  enum class Bulk { kRight, kSilent, kSkips };
  void Break(Bulk bulk) { bulk_ = bulk; }

 private:
  static std::string Ber(const Value& value) {
    const std::string octets(value.AsOctets().value_or(""));
    switch (value.type()) {
      case ValueType::kInteger:
        return Number('\x02', value);
      case ValueType::kCounter32:
        return Number('\x41', value);
      case ValueType::kGauge32:
        return Number('\x42', value);
      case ValueType::kTimeTicks:
        return Number('\x43', value);
      case ValueType::kCounter64:
        return Number('\x46', value);
      case ValueType::kOctets:
        return UdpAgent::Tlv('\x04', octets);
      case ValueType::kIpAddress:
        return UdpAgent::Tlv('\x40', std::string(4, '\0'));
      case ValueType::kOpaque:
        return UdpAgent::Tlv('\x44', octets);
      case ValueType::kOid:
        return UdpAgent::ObjectId(*value.AsOid());
      case ValueType::kNoSuchObject:
        return UdpAgent::Tlv('\x80', "");
      case ValueType::kNoSuchInstance:
        return UdpAgent::Tlv('\x81', "");
      case ValueType::kEndOfMibView:
        return UdpAgent::Tlv('\x82', "");
      case ValueType::kNull:
        break;
    }
    return UdpAgent::Tlv('\x05', "");
  }

  static std::string Number(char tag, const Value& value) {
    const auto number = static_cast<std::uint64_t>(value.AsNumber().value_or(0));
    std::string octets;
    for (int shift = 56; shift >= 0; shift -= 8) {
      octets += static_cast<char>((number >> shift) & 0xFF);
    }
    while (octets.size() > 1 && ((octets[0] == '\0' && (octets[1] & 0x80) == 0) ||
                                 (octets[0] == '\xFF' && (octets[1] & 0x80) != 0))) {
      octets.erase(0, 1);
    }
    return UdpAgent::Tlv(tag, octets);
  }

  void Answer(UdpAgent& agent, const UdpAgent::Request& request) {
    if (request.version != version_) return;
    const Bulk bulk = request.kind == '\xA5' ? bulk_.load() : Bulk::kRight;
    if (bulk == Bulk::kSilent) return;
    std::string varbinds;
    std::uint32_t failed = 0;
    std::vector<Oid> at = request.objects;
    const int rounds = request.kind == '\xA5' ? request.max_repetitions : 1;
    for (int round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < at.size(); ++i) {
        const bool get = request.kind == '\xA0';
        auto row = get ? table_.find(at[i]) : table_.upper_bound(at[i]);
        if (bulk == Bulk::kSkips && row != table_.end()) ++row;
        Value value = Value::Exception(get ? ValueType::kNoSuchObject : ValueType::kEndOfMibView);
        if (row != table_.end()) {
          at[i] = row->first;
          value = row->second;
        } else if (version_ == 0 && failed == 0) {
          failed = static_cast<std::uint32_t>(i + 1);
        }
        varbinds += UdpAgent::Tlv('\x30', UdpAgent::ObjectId(at[i]) + Ber(value));
      }
    }
    if (failed > 0) {  // v1: noSuchName, and the request as it came
      varbinds.clear();
      for (const Oid& oid : request.objects) {
        varbinds += UdpAgent::Tlv('\x30', UdpAgent::ObjectId(oid) + Ber({}));
      }
    }
    agent.Send(UdpAgent::Response(request, varbinds, failed > 0 ? 2 : 0, failed));
  }

  const SnmpTable table_;
  const char version_;
  std::atomic<Bulk> bulk_ = Bulk::kRight;
  UdpAgent agent_;
};

}  // namespace plotmeter
