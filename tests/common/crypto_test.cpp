#include "common/crypto.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "tests/common/hex.h"

namespace plotmeter {
namespace {

// NIST SP 800-38A F.2.1 and F.2.2. The vectors have no padding; ours adds one block after them.
const std::string kNistKey = FromHex("2b7e151628aed2a6abf7158809cf4f3c");
const std::string kNistIv = FromHex("000102030405060708090a0b0c0d0e0f");
const std::string kNistPlain = FromHex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
const std::string kNistCipher = FromHex(
    "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
    "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7");

TEST(CryptoTest, EncryptsTheNistBlocksOfAes128Cbc) {
  const std::string sealed = Aes128CbcEncrypt(kNistKey, kNistIv, kNistPlain);
  ASSERT_EQ(sealed.size(), kNistCipher.size() + 16);
  EXPECT_EQ(ToHex(sealed.substr(0, kNistCipher.size())), ToHex(kNistCipher));
  EXPECT_EQ(Aes128CbcDecrypt(kNistKey, kNistIv, sealed), kNistPlain);
}

TEST(CryptoTest, RefusesPaddingThatIsNotPkcs7) {
  // The last NIST block decrypts to …6c3710: 0x10 bytes of 0x10 it is not.
  EXPECT_EQ(Aes128CbcDecrypt(kNistKey, kNistIv, kNistCipher), std::nullopt);
  EXPECT_EQ(Aes128CbcDecrypt(kNistKey, kNistIv, ""), std::nullopt);
  EXPECT_EQ(Aes128CbcDecrypt(kNistKey, kNistIv, "not a whole block"), std::nullopt);
  EXPECT_THROW(Aes128CbcEncrypt("short", kNistIv, ""), std::invalid_argument);
  EXPECT_THROW(Aes128CbcDecrypt(kNistKey, "short", ""), std::invalid_argument);
}

TEST(CryptoTest, HashesThePublishedAbc) {
  EXPECT_EQ(Base64Url(Sha256("abc")), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
  EXPECT_EQ(ToHex(Sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(CryptoTest, HashesPieceByPiece) {
  Sha256Stream hash;
  for (const char* piece : {"a", "", "bc"}) hash.Add(piece);
  EXPECT_EQ(hash.Finish(), Sha256("abc"));
  EXPECT_EQ(Sha256Stream().Finish(), Sha256(""));
}

TEST(CryptoTest, AgreesWithRfc4231) {
  struct Case {
    std::string key;
    std::string data;
    const char* mac256;
    const char* mac512;
  };
  const std::string long_key(131, '\xaa');
  const Case cases[] = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
       "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
       "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
       "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
       "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
       "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
       "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb"},
      {long_key, "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
       "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
       "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ToHex(HmacSha256(c.key, c.data)), c.mac256) << c.data;
    EXPECT_EQ(ToHex(HmacSha512(c.key, c.data)), c.mac512) << c.data;
    const std::string_view data = c.data;
    EXPECT_EQ(ToHex(HmacSha256Of(c.key, {data.substr(0, 5), "", data.substr(5)})), c.mac256);
  }
  EXPECT_EQ(ToHex(HmacSha256({}, {})),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(CryptoTest, AuthenticatesWithSha1AsRfc2202Does) {
  EXPECT_EQ(ToHex(HmacSha1(std::string(20, '\x0b'), "Hi There")),
            "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(ToHex(HmacSha1("Jefe", "what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

TEST(CryptoTest, WritesBase64UrlAsRfc4648Does) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "-__-"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(Base64Url(bytes), text);
    EXPECT_EQ(FromBase64Url(text), bytes);
  }
}

TEST(CryptoTest, ReadsBackBase64UrlOfAnyLength) {
  std::string bytes;
  std::string bits;
  for (int i = 0; i < 300; ++i) {
    const std::string text = Base64Url(bytes);
    // Six bits a character, the last filled up with 0.
    std::string six;
    for (const char c : text) {
      const auto value = std::string_view(
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                             "0123456789-_")
                             .find(c);
      for (int k = 5; k >= 0; --k) six += (value >> k & 1) != 0 ? '1' : '0';
    }
    EXPECT_EQ(six.substr(0, bits.size()), bits) << i;
    EXPECT_EQ(FromBase64Url(text), bytes) << i;
    bytes += static_cast<char>(i * 197 + 13);
    for (int k = 7; k >= 0; --k) bits += ((i * 197 + 13) >> k & 1) != 0 ? '1' : '0';
  }
}

TEST(CryptoTest, RefusesTextThatIsNotTheOneBase64UrlOfItsBytes) {
  for (const char* text : {"A", "Zg==", "Zh", "Zm9", "Zm9v=", "Zm+v", "Zm/v", "Zm v", "Zm\n9",
                           "AAAAA", "AB", "\xc3\xa9\xc3\xa9"}) {
    EXPECT_EQ(FromBase64Url(text), std::nullopt) << text;
  }
  EXPECT_EQ(FromBase64Url("Zm8A"), std::string("fo\0", 3));
}

TEST(CryptoTest, ComparesBytes) {
  EXPECT_TRUE(SameBytes("", {}));
  EXPECT_TRUE(SameBytes("abc", "abc"));
  EXPECT_FALSE(SameBytes("abc", "abd"));
  EXPECT_FALSE(SameBytes("abc", "abcd"));
}

TEST(CryptoTest, MakesUuidsOfRfc9562) {
  const Instant at =
      *ParseInstant("2022-02-22T19:22:22Z");  // RFC 9562 appendix A.6: 017F22E2-79B0-7…
  const std::string seven = NewUuidV7(at);
  EXPECT_EQ(seven.substr(0, 15), "017f22e2-79b0-7");
  const std::string four = NewUuidV4();
  for (const auto& uuid : {seven, four}) {
    ASSERT_EQ(uuid.size(), 36U);
    EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos) << uuid;
    EXPECT_EQ(std::string({uuid[8], uuid[13], uuid[18], uuid[23]}), "----");
  }
  EXPECT_EQ(four[14], '4');
  std::set<std::string> all;
  for (int i = 0; i < 100; ++i) all.insert(NewUuidV7(at));
  EXPECT_EQ(all.size(), 100U);
}

// RFC 7515 appendix A.3.1.
const std::string kX = *FromBase64Url("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
const std::string kY = *FromBase64Url("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
const std::string kD = *FromBase64Url("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI");

TEST(CryptoTest, FindsThePublicKeyOfAPublishedScalar) {
  const auto key = PrivateKey::FromScalar(kD);
  ASSERT_TRUE(key);
  EXPECT_EQ(ToHex(key->public_key().x()), ToHex(kX));
  EXPECT_EQ(ToHex(key->public_key().y()), ToHex(kY));
  EXPECT_EQ(key->public_key(), *PublicKey::FromCoordinates(kX, kY));
}

TEST(CryptoTest, RefusesScalarsOutOfRange) {
  // The order of P-256 (SP 800-186): 0 and the order itself are out, one below is in.
  const std::string order =
      FromHex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  std::string below = order;
  below.back() = static_cast<char>(below.back() - 1);
  EXPECT_FALSE(PrivateKey::FromScalar(std::string(32, '\0')));
  EXPECT_FALSE(PrivateKey::FromScalar(order));
  EXPECT_FALSE(PrivateKey::FromScalar(std::string(32, '\xff')));
  EXPECT_FALSE(PrivateKey::FromScalar("short"));
  EXPECT_TRUE(PrivateKey::FromScalar(below));
}

TEST(CryptoTest, RefusesPointsThatAreNotOnTheCurve) {
  std::string wrong_y = kY;
  wrong_y.back() = static_cast<char>(wrong_y.back() ^ 1);
  const std::string prime =
      FromHex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
  EXPECT_FALSE(PublicKey::FromCoordinates(kX, wrong_y));
  EXPECT_FALSE(PublicKey::FromCoordinates(kY, kX));
  EXPECT_FALSE(PublicKey::FromCoordinates(std::string(32, '\0'), std::string(32, '\0')));
  EXPECT_FALSE(PublicKey::FromCoordinates(prime, kY));
  EXPECT_FALSE(PublicKey::FromCoordinates(std::string(32, '\xff'), std::string(32, '\xff')));
  EXPECT_FALSE(PublicKey::FromCoordinates(kX.substr(1), kY));
  EXPECT_FALSE(PublicKey::FromCoordinates("", ""));
}

TEST(CryptoTest, SignsAndVerifies) {
  const PrivateKey key = PrivateKey::Generate();
  const std::string signature = key.Sign("433 cc");
  ASSERT_EQ(signature.size(), 64U);
  EXPECT_TRUE(key.public_key().Verify("433 cc", signature));
  EXPECT_TRUE(key.public_key().VerifyHash(Sha256("433 cc"), key.SignHash(Sha256("433 cc"))));
  EXPECT_FALSE(key.public_key().Verify("434 cc", signature));
  EXPECT_FALSE(PrivateKey::Generate().public_key().Verify("433 cc", signature));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    std::string flipped = signature;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x40);
    EXPECT_FALSE(key.public_key().Verify("433 cc", flipped)) << i;
  }
  for (const std::string& wrong :
       {std::string(), std::string(64, '\0'), std::string(64, '\xff'), signature + "x",
        signature.substr(1), std::string(32, '\0') + signature.substr(32)}) {
    EXPECT_FALSE(key.public_key().Verify("433 cc", wrong));
  }
}

TEST(CryptoTest, KeepsAKeyInPemAndReadsNothingElse) {
  const PrivateKey key = PrivateKey::Generate();
  const Secret pem = key.ToPem();
  EXPECT_TRUE(pem.Reveal().starts_with("-----BEGIN PRIVATE KEY-----\n"));
  const auto again = PrivateKey::FromPem(pem);
  ASSERT_TRUE(again);
  EXPECT_TRUE(key.public_key().Verify("m", again->Sign("m")));
  EXPECT_EQ(key.public_key(), again->public_key());

  EXPECT_FALSE(PrivateKey::FromPem(Secret("")));
  EXPECT_FALSE(PrivateKey::FromPem(Secret("-----BEGIN PRIVATE KEY-----\nAAAA\n")));
  EXPECT_FALSE(PrivateKey::FromPem(Secret(pem.Reveal().substr(0, 100))));
  // `openssl genpkey -algorithm ed25519`: a good key of another kind.
  EXPECT_FALSE(PrivateKey::FromPem(
      Secret("-----BEGIN PRIVATE KEY-----\n"
             "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
             "-----END PRIVATE KEY-----\n")));
}

TEST(CryptoTest, AgreesOnOneSecretFromBothSides) {
  const PrivateKey a = PrivateKey::Generate();
  const PrivateKey b = PrivateKey::Generate();
  const std::string shared = a.Agree(b.public_key()).Reveal();
  EXPECT_EQ(shared.size(), 32U);
  EXPECT_EQ(shared, b.Agree(a.public_key()).Reveal());
  EXPECT_NE(shared, a.Agree(PrivateKey::Generate().public_key()).Reveal());
}

TEST(CryptoTest, MaySignWithOneKeyFromManyThreads) {
  const PrivateKey key = PrivateKey::Generate();
  const PublicKey verifier = key.public_key();
  std::vector<int> right(4, 0);
  {
    std::vector<std::jthread> threads;
    for (auto& count : right) {
      threads.emplace_back([&key, &verifier, &count] {
        for (int i = 0; i < 20; ++i) count += verifier.Verify("m", key.Sign("m")) ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(right, std::vector<int>(4, 20));
}

}  // namespace
}  // namespace plotmeter
