#include "tests/simulator/snmp_usm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/simulator/chance.h"

namespace plotmeter::simulator {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Hex(std::string_view octets) {
  std::string text;
  for (const char c : octets) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[c & 15];
  }
  return text;
}

// RFC 3414 sections A.3.1 and A.3.2, step (a).
TEST(SnmpUsmTest, HashesAMegabyteOfTheSecret) {
  EXPECT_EQ(Hex(ParseV3User("x:MD5:maplesyrup").authentication_key),
            "9faf3283884e92834ebc9847d8edd963");
  EXPECT_EQ(Hex(ParseV3User("x:SHA:maplesyrup").authentication_key),
            "9fb5cc0381497b3793528939ff788d5d79145211");
}

TEST(SnmpUsmTest, ReadsAUserAndNeverSaysASecret) {
  const V3User user = ParseV3User("rosa:SHA-512:authsecret:AES-256:privsecret");
  EXPECT_EQ(user.name, "rosa");
  EXPECT_EQ(user.privacy, V3Privacy::kAes256);
  EXPECT_EQ(user.authentication_key.size(), 64u);
  EXPECT_TRUE(ParseV3User("anybody").hash.empty());
  const auto refusal = [](const std::string& text) -> std::string {
    try {
      ParseV3User(text);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "(taken)";
  };
  EXPECT_THAT(refusal(""), HasSubstr("NAME[:AUTH:SECRET[:PRIV:SECRET]]"));
  EXPECT_THAT(refusal("rosa:SHA"), HasSubstr("user 'rosa'"));
  EXPECT_THAT(refusal("rosa:ROT13:authsecret"), HasSubstr("MD5, SHA, SHA-224"));
  EXPECT_THAT(refusal("rosa:SHA:authsecret:XOR:privsecret"), HasSubstr("DES, AES, AES-192"));
  EXPECT_THAT(refusal("rosa:SHA:short"), HasSubstr("8 octets"));
  EXPECT_THAT(refusal("rosa:SHA:short"), Not(HasSubstr("short")));
}

TEST(SnmpUsmTest, AnEngineIsNamedAfterTheNetworkCard) {
  EXPECT_EQ(Hex(EngineId(0x3C5282010203u)), "8000000b033c5282010203");
}

TEST(SnmpUsmTest, SurvivesBrokenMessages) {
  const auto users = std::make_shared<const std::vector<V3User>>(
      std::vector<V3User>{ParseV3User("rosa:SHA:authsecret:DES:privsecret")});
  V3Engine engine(EngineId(1), users);
  std::size_t digest_at = 0;
  const std::string scoped = WriteScopedPdu(engine.id(), "", 1, {});
  std::string digest(12, 'x');
  std::string salt(8, 'y');
  const std::string good = WriteV3Message({.id = 7,
                                           .flags = 7,
                                           .engine = engine.id(),
                                           .boots = 1,
                                           .user = "rosa",
                                           .digest = digest,
                                           .salt = salt},
                                          scoped, digest_at);
  EXPECT_EQ(good.substr(digest_at, 12), digest);
  const auto ask = [](std::string_view, SnmpQuestion&, std::size_t) { return SnmpReply{}; };
  // A wrong digest is reported, and counted.
  EXPECT_THAT(Hex(*engine.Answer(good, {}, 1472, ask)), HasSubstr("060a2b060106030f01010500"));
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    engine.Answer(good.substr(0, cut), {}, 1472, ask);
  }
  Chance chance({5, 6});
  for (int i = 0; i < 20'000; ++i) {
    std::string broken = good;
    for (auto n = chance.Between(1, 4); n > 0; --n) {
      broken[chance.Next() % broken.size()] = static_cast<char>(chance.Next());
    }
    engine.Answer(broken, {}, 1472, ask);
  }
}

}  // namespace
}  // namespace plotmeter::simulator
