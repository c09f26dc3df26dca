#include "collector/snmp/v3_message.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "collector/snmp/ber.h"

namespace plotmeter {
namespace {

using namespace std::string_literals;

V3Message Example() {
  return {.id = 0x01020304,
          .is_authenticated = true,
          .is_encrypted = true,
          .is_reportable = true,
          .engine_id = "engine",
          .boots = 7,
          .time = 70000,
          .user = "plotters",
          .mac = std::string(12, '\0'),
          .salt = "12345678",
          .scoped_pdu = "hidden"};
}

TEST(BerTest, WritesWhatItReads) {
  for (const std::size_t size : {0U, 1U, 127U, 128U, 255U, 256U, 70'000U}) {
    const std::string content(size, 'x');
    const std::string octets = BerTlv(kBerOctets, content) + "rest";
    BerReader in(octets);
    EXPECT_FALSE(in.Take(kBerSequence));
    EXPECT_EQ(in.Take(kBerOctets), content);
    EXPECT_EQ(in.rest(), "rest");
  }
  for (const std::int32_t number : {0, 1, 127, 128, 255, 256, 32768, 65536, 2147483647}) {
    const std::string octets = BerNumber(number);
    BerReader in(octets);
    EXPECT_EQ(in.TakeNumber(), number);
  }
}

TEST(BerTest, TakesNothingThatDoesNotFit) {
  for (const std::string& octets :
       {""s, "\x04"s, "\x04\x02x"s, "\x04\x80x"s, "\x04\x85\0\0\0\0\x01x"s,
        "\x04\x84\xFF\xFF\xFF\xFF"s, "\x04\x82\x01"s}) {
    EXPECT_FALSE(BerReader(octets).Take(kBerOctets));
  }
  for (const std::string& octets : {"\x02\x00"s, "\x02\x01\xFF"s, "\x02\x05\0\0\0\0\x01"s,
                                    "\x02\x04\x80\0\0\0"s, "\x04\x01\x01"s}) {
    EXPECT_FALSE(BerReader(octets).TakeNumber());
  }
}

TEST(V3MessageTest, WritesTheFrameOfTheRfc) {
  const WrittenV3 written = WriteV3(Example());
  EXPECT_EQ(written.octets,
            "\x30\x54\x02\x01\x03"
            "\x30\x11\x02\x04\x01\x02\x03\x04\x02\x03\x00\xFF\xE3\x04\x01\x07\x02\x01\x03"
            "\x04\x34\x30\x32\x04\x06"
            "engine\x02\x01\x07\x02\x03\x01\x11\x70\x04\x08plotters\x04\x0C\0\0\0\0\0\0\0\0\0\0\0\0"
            "\x04\x08"
            "12345678\x04\x06hidden"s);
  EXPECT_EQ(written.octets.substr(written.mac_at, 12), std::string(12, '\0'));
  EXPECT_TRUE(LooksLikeV3(written.octets));
}

TEST(V3MessageTest, ReadsWhatItWrites) {
  const V3Message example = Example();
  const WrittenV3 written = WriteV3(example);
  const ReadV3Result read = ReadV3(written.octets);
  ASSERT_TRUE(read.message) << read.problem;
  EXPECT_EQ(read.mac_at, written.mac_at);
  EXPECT_EQ(WriteV3(*read.message).octets, written.octets);

  const ScopedPdu scoped{.context_engine_id = "engine", .context = "Jetdirect", .pdu = "\xA2\x00"s};
  const auto back = ReadScopedPdu(WriteScopedPdu(scoped) + std::string(7, '\0'));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->context_engine_id, scoped.context_engine_id);
  EXPECT_EQ(back->context, scoped.context);
  EXPECT_EQ(back->pdu, scoped.pdu);
}

TEST(V3MessageTest, NamesWhatIsNoMessage) {
  const std::string good = WriteV3(Example()).octets;
  for (std::size_t length = 0; length < good.size(); ++length) {
    const ReadV3Result read = ReadV3(std::string_view(good).substr(0, length));
    EXPECT_FALSE(read.message) << "cut to " << length;
    EXPECT_FALSE(read.problem.empty());
  }
  V3Message giant = Example();
  giant.engine_id = std::string(33, 'e');
  EXPECT_EQ(ReadV3(WriteV3(giant).octets).problem, "an engine ID of 33 octets");
  V3Message contradiction = Example();
  contradiction.is_authenticated = false;
  EXPECT_EQ(ReadV3(WriteV3(contradiction).octets).problem,
            "an SNMPv3 message that is private but not authenticated");
  V3Message negative = Example();
  negative.boots = -1;
  EXPECT_FALSE(ReadV3(WriteV3(negative).octets).message);
  std::string tsm = good;
  tsm[good.find("\x04\x34\x30\x32") - 1] = 4;
  EXPECT_EQ(ReadV3(tsm).problem, "security model 4 instead of 3");
}

// Not a fuzzer, but the same promise.
TEST(V3MessageTest, SurvivesAnyOctets) {
  std::mt19937 random(20261123);
  const std::string good = WriteV3(Example()).octets;
  for (int i = 0; i < 20'000; ++i) {
    std::string octets = good;
    for (unsigned flips = random() % 4 + 1; flips > 0; --flips) {
      octets[random() % octets.size()] = static_cast<char>(random());
    }
    const ReadV3Result read = ReadV3(octets);
    EXPECT_NE(read.message.has_value(), !read.problem.empty());
    EXPECT_LE(read.mac_at + (read.message ? read.message->mac.size() : 0), octets.size());
    (void)ReadScopedPdu(octets);
  }
}

}  // namespace
}  // namespace plotmeter
