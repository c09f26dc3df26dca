#include "collector/snmp/usm_crypto.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/common/hex.h"

namespace plotmeter {
namespace {

const std::string kEngineId("\0\0\0\0\0\0\0\0\0\0\0\2", 12);

// RFC 3414 sections A.3.1 and A.3.2.
TEST(UsmCryptoTest, MakesTheKeysOfTheRfc) {
  const Secret passphrase("maplesyrup");
  const Secret md5 = PassphraseKey(SnmpAuth::kMd5, passphrase);
  EXPECT_EQ(md5.Reveal(), FromHex("9faf3283884e92834ebc9847d8edd963"));
  EXPECT_EQ(LocalKey(SnmpAuth::kMd5, md5, kEngineId).Reveal(),
            FromHex("526f5eed9fcce26f8964c2930787d82b"));
  const Secret sha = PassphraseKey(SnmpAuth::kSha1, passphrase);
  EXPECT_EQ(sha.Reveal(), FromHex("9fb5cc0381497b3793528939ff788d5d79145211"));
  EXPECT_EQ(LocalKey(SnmpAuth::kSha1, sha, kEngineId).Reveal(),
            FromHex("6695febc9288e36282235fc7151f128497b38f3f"));
}

TEST(UsmCryptoTest, CutsAMacAsLongAsItsProtocolSays) {
  const std::pair<SnmpAuth, std::size_t> lengths[] = {
      {SnmpAuth::kMd5, 12},    {SnmpAuth::kSha1, 12},   {SnmpAuth::kSha224, 16},
      {SnmpAuth::kSha256, 24}, {SnmpAuth::kSha384, 32}, {SnmpAuth::kSha512, 48}};
  for (const auto& [auth, length] : lengths) {
    const Secret key = LocalKey(auth, PassphraseKey(auth, Secret("maplesyrup")), kEngineId);
    EXPECT_EQ(Mac(auth, key, "message").size(), length);
    EXPECT_NE(Mac(auth, key, "message"), Mac(auth, key, "massage"));
  }
  EXPECT_EQ(Mac(SnmpAuth::kNone, Secret("key"), "message"), "");
  EXPECT_EQ(Mac(SnmpAuth::kMd5, Secret(), "message"), "");
  // RFC 2202 section 2, the first of HMAC-MD5, cut to 12.
  EXPECT_EQ(Mac(SnmpAuth::kMd5, Secret(std::string(16, '\x0b')), "Hi There"),
            FromHex("9294727a3638bb1c13f48ef8"));
}

TEST(UsmCryptoTest, LengthensAShortKeyAndCutsALongOne) {
  const Secret local("twenty octets it has");
  EXPECT_EQ(CipherKey(SnmpAuth::kSha1, SnmpPrivacy::kAes128, local).Reveal(), "twenty octets it");
  const Secret long_key = CipherKey(SnmpAuth::kSha1, SnmpPrivacy::kAes256, local);
  EXPECT_EQ(long_key.Reveal().size(), 32U);
  EXPECT_TRUE(long_key.Reveal().starts_with(local.Reveal()));
  EXPECT_EQ(CipherKey(SnmpAuth::kSha1, SnmpPrivacy::kDes, local).Reveal().size(), 16U);
}

TEST(UsmCryptoTest, GivesBackWhatItHid) {
  const CipherStart start{.boots = 3, .time = 70000, .salt = "12345678"};
  const std::string text = "thirteen octs";
  for (const SnmpPrivacy privacy :
       {SnmpPrivacy::kDes, SnmpPrivacy::kAes128, SnmpPrivacy::kAes192, SnmpPrivacy::kAes256}) {
    const Secret key = CipherKey(SnmpAuth::kMd5, privacy, Secret("sixteen octets!!"));
    const std::string hidden = Encrypt(privacy, key, start, text);
    EXPECT_EQ(hidden.size(), privacy == SnmpPrivacy::kDes ? 16U : text.size());
    EXPECT_EQ(hidden.find("octs"), std::string::npos);
    const auto back = Decrypt(privacy, key, start, hidden);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->substr(0, text.size()), text);
    CipherStart other = start;
    other.salt = "12345679";
    EXPECT_NE(Decrypt(privacy, key, other, hidden), back);
    other.salt = "1234567";
    EXPECT_FALSE(Decrypt(privacy, key, other, hidden));
    EXPECT_FALSE(Decrypt(privacy, key, start, ""));
    EXPECT_FALSE(Decrypt(privacy, Secret("short"), start, hidden));
  }
  EXPECT_FALSE(Decrypt(SnmpPrivacy::kDes,
                       CipherKey(SnmpAuth::kMd5, SnmpPrivacy::kDes, Secret("sixteen octets!!")),
                       start, "seven!!"));
}

// FIPS 81 table C1: single DES in CBC mode, here by way of the salt.
TEST(UsmCryptoTest, IsTheDesOfTheStandard) {
  const Secret key(FromHex("0123456789abcdef") + std::string(8, '\0'));
  EXPECT_EQ(Encrypt(SnmpPrivacy::kDes, key, {.salt = FromHex("1234567890abcdef")},
                    "Now is the time for all "),
            FromHex("e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6"));
}

}  // namespace
}  // namespace plotmeter
