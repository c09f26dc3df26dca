#include "collector/snmp/codec.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "collector/snmp/mib.h"

namespace plotmeter {
namespace {

using namespace std::string_literals;

// RFC 1157 by hand: a v2c response with request-id 0x01020304 to "public", error-status 0, and
// these variable bindings.
std::string Response(const std::string& varbinds) {
  const auto sized = [](char tag, const std::string& content) {
    std::string out(1, tag);
    if (content.size() < 0x80) {
      out += static_cast<char>(content.size());
    } else {
      out += "\x82"s + static_cast<char>(content.size() >> 8) +
             static_cast<char>(content.size() & 0xFF);
    }
    return out + content;
  };
  const std::string pdu =
      "\x02\x04\x01\x02\x03\x04"s + "\x02\x01\x00"s + "\x02\x01\x00"s + sized('\x30', varbinds);
  return sized('\x30', "\x02\x01\x01"s + "\x04\x06public"s + sized('\xA2', pdu));
}

std::string Varbind(const std::string& value) {
  const std::string oid = "\x06\x03\x2B\x06\x01"s;  // 1.3.6.1
  const std::string content = oid + value;
  return "\x30"s + static_cast<char>(content.size()) + content;
}

Value Decode(const std::string& value) {
  const Decoded decoded = DecodeMessage(Response(Varbind(value)));
  EXPECT_TRUE(decoded.message) << decoded.problem;
  if (!decoded.message || decoded.message->reply.varbinds.size() != 1) return {};
  EXPECT_EQ(decoded.message->reply.varbinds[0].first, (Oid{1, 3, 6, 1}));
  return decoded.message->reply.varbinds[0].second;
}

TEST(CodecTest, WritesARequestAsTheRfcSays) {
  const std::string packet =
      EncodeRequest({SnmpVersion::k1, "public"}, 0x01020304, {.objects = {mib::kSysDescr}});
  EXPECT_EQ(
      packet,
      "\x30\x29\x02\x01\x00\x04\x06public\xA0\x1C\x02\x04\x01\x02\x03\x04\x02\x01\x00\x02\x01\x00"
      "\x30\x0E\x30\x0C\x06\x08\x2B\x06\x01\x02\x01\x01\x01\x00\x05\x00"s);
  const std::string bulk = EncodeRequest(
      {SnmpVersion::k2c, "c"}, 1,
      {.kind = SnmpRequest::Kind::kGetBulk, .objects = {{1, 3}}, .max_repetitions = 9});
  EXPECT_NE(bulk.find("\xA5"), std::string::npos);
  EXPECT_NE(bulk.find("\x02\x01\x00\x02\x01\x09"s), std::string::npos);
}

// X.690 by hand: lengths of one, two and three octets, numbers with and without a sign, names of
// all widths and of fewer than two parts.
TEST(CodecTest, WritesLengthsNumbersAndNamesAsX690Says) {
  const auto written = [](std::int32_t request_id, const std::vector<Oid>& objects) {
    return EncodeRequest({SnmpVersion::k2c, "c"}, request_id, {.objects = objects});
  };
  const auto has = [](const std::string& packet, const std::string& octets) {
    return packet.find(octets) != std::string::npos;
  };
  EXPECT_TRUE(has(written(0, {}), "\x02\x01\x00\x02\x01\x00\x02\x01\x00\x30\x00"s));
  EXPECT_TRUE(has(written(127, {}), "\x02\x01\x7F"s));
  EXPECT_TRUE(has(written(128, {}), "\x02\x02\x00\x80"s));
  EXPECT_TRUE(has(written(-1, {}), "\x02\x01\xFF"s));
  EXPECT_TRUE(has(written(-129, {}), "\x02\x02\xFF\x7F"s));
  EXPECT_TRUE(has(written(INT32_MIN, {}), "\x02\x04\x80\x00\x00\x00"s));
  EXPECT_TRUE(has(written(1, {{1, 3, 127, 128, 16384, UINT32_MAX}}),
                  "\x06\x0C\x2B\x7F\x81\x00\x81\x80\x00\x8F\xFF\xFF\xFF\x7F"s));
  EXPECT_TRUE(has(written(1, {{2, 999, 3}}), "\x06\x03\x88\x37\x03"s));
  EXPECT_TRUE(has(written(1, {Oid{}, {1}}), "\x30\x05\x06\x01\x00\x05\x00\x30\x05\x06\x01\x28"s));
  const std::vector<Oid> ten(10, Oid{1, 3, 6, 1, 2, 1, 43, 8, 2, 1, 2, 1});
  EXPECT_TRUE(has(written(1, ten), "\x30\x81\xAA\x30\x0F"s));
  const std::vector<Oid> hundred(100, ten.front());
  EXPECT_TRUE(written(1, hundred).starts_with("\x30\x82\x06"s));
  for (const Oid& none : {Oid{3}, Oid{1, 40}, Oid{0, 40, 1}}) EXPECT_EQ(written(1, {none}), "");
}

TEST(CodecTest, SaysNothingRatherThanNonsense) {
  EXPECT_EQ(EncodeRequest({SnmpVersion::k3, ""}, 1, {.objects = {mib::kSysDescr}}), "");
  EXPECT_EQ(EncodeRequest({}, 1, {.objects = {Oid(std::vector<std::uint32_t>(129, 1))}}), "");
}

TEST(CodecTest, ReadsEveryTypeOfValue) {
  EXPECT_EQ(Decode("\x02\x01\xFE"s), Value::Number(ValueType::kInteger, -2));
  EXPECT_EQ(Decode("\x02\x04\x7F\xFF\xFF\xFF"s), Value::Number(ValueType::kInteger, 2147483647));
  EXPECT_EQ(Decode("\x04\x03\xFD\xE8x"s), Value::Octets("\xFD\xE8x"));
  EXPECT_EQ(Decode("\x04\x00"s), Value::Octets(""));
  EXPECT_EQ(Decode("\x04\x03"
                   "a\0b"s),
            Value::Octets("a\0b"s));
  EXPECT_EQ(Decode("\x05\x00"s), Value());
  EXPECT_EQ(Decode("\x06\x03\x2B\x06\x01"s), Value::ObjectId({1, 3, 6, 1}));
  EXPECT_EQ(Decode("\x40\x04\x0A\x00\x00\x07"s),
            Value::Octets("\x0A\0\0\x07"s, ValueType::kIpAddress));
  EXPECT_EQ(Decode("\x41\x05\x00\xFF\xFF\xFF\xFF"s),
            Value::Number(ValueType::kCounter32, 4294967295));
  EXPECT_EQ(Decode("\x42\x01\x07"s), Value::Number(ValueType::kGauge32, 7));
  EXPECT_EQ(Decode("\x43\x01\x07"s), Value::Number(ValueType::kTimeTicks, 7));
  EXPECT_EQ(Decode("\x44\x02\x01\x02"s), Value::Octets("\x01\x02", ValueType::kOpaque));
  EXPECT_EQ(Decode("\x46\x05\x01\x00\x00\x00\x00"s).AsNumber(), std::int64_t{1} << 32);
  EXPECT_EQ(Decode("\x46\x09\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s), Value::Counter64(UINT64_MAX));
  EXPECT_EQ(Decode("\x80\x00"s), Value::Exception(ValueType::kNoSuchObject));
  EXPECT_EQ(Decode("\x81\x00"s), Value::Exception(ValueType::kNoSuchInstance));
  EXPECT_EQ(Decode("\x82\x00"s), Value::Exception(ValueType::kEndOfMibView));
}

TEST(CodecTest, ReadsTheFrameOfAMessage) {
  const auto message = DecodeMessage(Response(Varbind("\x05\x00"s) + Varbind("\x05\x00"s))).message;
  ASSERT_TRUE(message);
  EXPECT_EQ(message->version, SnmpVersion::k2c);
  EXPECT_EQ(message->community, "public");
  EXPECT_TRUE(message->is_response);
  EXPECT_EQ(message->request_id, 0x01020304);
  EXPECT_EQ(message->reply.varbinds.size(), 2U);
  const auto request = DecodeMessage(EncodeRequest({}, 5, {.objects = {{1, 3}}})).message;
  ASSERT_TRUE(request);
  EXPECT_FALSE(request->is_response);
}

TEST(CodecTest, NamesWhatIsNoMessage) {
  const std::string good = Response(Varbind("\x02\x01\x05"s));
  for (std::size_t length = 0; length < good.size(); ++length) {
    const Decoded decoded = DecodeMessage(std::string_view(good).substr(0, length));
    EXPECT_FALSE(decoded.message) << "cut to " << length;
    EXPECT_FALSE(decoded.problem.empty());
  }
  EXPECT_FALSE(DecodeMessage("HTTP/1.1 400 Bad Request\r\n\r\n").message);
  EXPECT_FALSE(DecodeMessage("\x30\x84\xFF\xFF\xFF\xFF\x02\x01\x01"s).message);
  EXPECT_FALSE(
      DecodeMessage("\x30\x0E\x02\x01\x03\x30\x09\x02\x01\x01\x02\x01\x01\x04\x01\x04"s).message)
      << "v3";
}

// Not a fuzzer, but the same promise: any octets are a message or a problem, never a crash.
TEST(CodecTest, SurvivesAnyOctets) {
  std::mt19937 random(20261122);
  const std::string good = Response(Varbind("\x04\x03"
                                            "abc"s) +
                                    Varbind("\x06\x03\x2B\x06\x01"s));
  for (int i = 0; i < 20'000; ++i) {
    std::string octets = good;
    for (unsigned flips = random() % 4 + 1; flips > 0; --flips) {
      octets[random() % octets.size()] = static_cast<char>(random());
    }
    const Decoded decoded = DecodeMessage(octets);
    EXPECT_NE(decoded.message.has_value(), !decoded.problem.empty());
  }
}

}  // namespace
}  // namespace plotmeter
