#include "common/jose.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/common/hex.h"

namespace plotmeter {
namespace {

// RFC 7518 appendix B.1.
const std::string kB1Key =
    FromHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
const std::string kB1Iv = FromHex("1af38c2dc2b96ffdd86694092341bc04");
constexpr std::string_view kB1Plain =
    "A cipher system must not be required to be secret, and it must be able to fall into the hands "
    "of the enemy without inconvenience";
constexpr std::string_view kB1Aad = "The second principle of Auguste Kerckhoffs";
constexpr const char* kB1Cipher =
    "c80edfa32ddf39d5ef00c0b468834279a2e46a1b8049f792f76bfe54b903a9c9"
    "a94ac9b47ad2655c5f10f9aef71427e2fc6f9b3f399a221489f16362c7032336"
    "09d45ac69864e3321cf82935ac4096c86e133314c54019e8ca7980dfa4b9cf1b"
    "384c486f3a54c51078158ee5d79de59fbd34d848b3d69550a67646344427ade5"
    "4b8851ffb598f7f80074b9473c82e2db";
constexpr const char* kB1Tag = "652c3fa36b0a7c5b3219fab3a30bc1c4";

TEST(JoseTest, EncryptsAppendixB1OfRfc7518) {
  const auto sealed = EncryptA128CbcHs256(kB1Key, kB1Iv, kB1Aad, kB1Plain);
  EXPECT_EQ(ToHex(sealed.ciphertext), kB1Cipher);
  EXPECT_EQ(ToHex(sealed.tag), kB1Tag);
  EXPECT_EQ(DecryptA128CbcHs256(kB1Key, kB1Iv, kB1Aad, sealed), kB1Plain);
}

TEST(JoseTest, RefusesAppendixB1WithOneBitChangedAnywhere) {
  const Encrypted right{.ciphertext = FromHex(kB1Cipher), .tag = FromHex(kB1Tag)};
  for (std::size_t i = 0; i < right.ciphertext.size(); ++i) {
    Encrypted wrong = right;
    wrong.ciphertext[i] = static_cast<char>(wrong.ciphertext[i] ^ 1);
    EXPECT_EQ(DecryptA128CbcHs256(kB1Key, kB1Iv, kB1Aad, wrong), std::nullopt) << i;
  }
  for (std::size_t i = 0; i < right.tag.size(); ++i) {
    Encrypted wrong = right;
    wrong.tag[i] = static_cast<char>(wrong.tag[i] ^ 0x80);
    EXPECT_EQ(DecryptA128CbcHs256(kB1Key, kB1Iv, kB1Aad, wrong), std::nullopt) << i;
  }
  EXPECT_EQ(DecryptA128CbcHs256(kB1Key, std::string(16, 0), kB1Aad, right), std::nullopt);
}

TEST(JoseTest, OpensTheContentOfAppendixA3OfRfc7516) {
  const std::string key =
      FromHex("04d31fc5549dfcfe0b649dfa3faa6ace6b7cd42d6f6b09dbc8b100f08f9c2ccf");
  const std::string iv = *FromBase64Url("AxY8DCtDaGlsbGljb3RoZQ");
  constexpr std::string_view kAad = "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0";
  const Encrypted sealed{
      .ciphertext = *FromBase64Url("KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY"),
      .tag = *FromBase64Url("U0m_YmjN04DJvceFICbCVQ")};
  EXPECT_EQ(DecryptA128CbcHs256(key, iv, kAad, sealed), "Live long and prosper.");
}

PrivateKey KeyOf(const char* d) { return *PrivateKey::FromScalar(*FromBase64Url(d)); }

TEST(JoseTest, DerivesTheKeyOfAppendixCOfRfc7518) {
  const PrivateKey alice = KeyOf("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo");
  const PrivateKey bob = KeyOf("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw");
  EXPECT_EQ(Base64Url(alice.public_key().x()), "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0");
  EXPECT_EQ(Base64Url(bob.public_key().y()), "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck");
  const Secret z = alice.Agree(bob.public_key());
  EXPECT_EQ(ToHex(z.Reveal()), "9e56d91d817135d372834283bf84269cfb316ea3da806a48f6daa7798cfe90c4");
  EXPECT_EQ(Base64Url(DeriveEcdhEs(z, "A128GCM", 128, "Alice", "Bob").Reveal()),
            "VqqN6vgjbSBcIijNcacQGg");
  EXPECT_EQ(DeriveEcdhEs(z, "A256CBC-HS512", 512, "", "").Reveal().size(), 64U);
}

// RFC 7515 appendix A.3. Its header has neither kid nor typ, so ReadJws refuses it; Verify does not
// care.
constexpr std::string_view kA3Header = "eyJhbGciOiJFUzI1NiJ9";
constexpr std::string_view kA3Payload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr std::string_view kA3Signature =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
    "pmWQxfKTUJqPP3-Kg6NU1Q";

TEST(JoseTest, VerifiesTheSignatureOfAppendixA3OfRfc7515) {
  const auto key = FromJwk(ParseJson(R"({"kty":"EC","crv":"P-256",
      "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
      "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})"));
  ASSERT_TRUE(key);
  Jws jws{.header = {.alg = "ES256"},
          .payload = *FromBase64Url(kA3Payload),
          .signature = *FromBase64Url(kA3Signature),
          .signing_header = std::string(kA3Header)};
  EXPECT_TRUE(jws.Verify(*key));
  // Appendix F: the payload travels apart and the part is empty.
  const std::string elsewhere = std::exchange(jws.payload, "");
  EXPECT_TRUE(jws.VerifyDetached(*key, elsewhere));
  EXPECT_FALSE(jws.Verify(*key));
  EXPECT_FALSE(jws.VerifyDetached(*key, elsewhere + " "));
  EXPECT_FALSE(ReadJws(std::string(kA3Header) + "." + std::string(kA3Payload) + "." +
                       std::string(kA3Signature)));
}

TEST(JoseTest, SignsTheBase64UrlOfAnyLength) {
  const PrivateKey key = PrivateKey::Generate();
  for (const std::size_t size : {0U, 1U, 2U, 3U, 12'287U, 12'288U, 12'289U, 30'000U}) {
    const auto jws = ReadJws(SignJws("t", std::string(size, 'p'), key));
    ASSERT_TRUE(jws) << size;
    EXPECT_TRUE(key.public_key().Verify(jws->signing_header + "." + Base64Url(jws->payload),
                                        jws->signature))
        << size;
  }
}

TEST(JoseTest, HashesTheCanonicalKeyOfRfc7638) {
  EXPECT_EQ(
      Base64Url(Sha256(
          R"({"e":"AQAB","kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAt)"
          "VT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lq"
          "t7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n"
          "91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur"
          R"(-kEgU8awapJzKnqDKgw"})")),
      "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST(JoseTest, NamesAKeyByItsCanonicalText) {
  const PublicKey key = PrivateKey::Generate().public_key();
  const std::string canonical = R"({"crv":"P-256","kty":"EC","x":")" + Base64Url(key.x()) +
                                R"(","y":")" + Base64Url(key.y()) + R"("})";
  EXPECT_EQ(JsonText(ToJwk(key)), canonical);
  EXPECT_EQ(Thumbprint(key), Base64Url(Sha256(canonical)));
  EXPECT_EQ(Thumbprint(key).size(), 43U);
  EXPECT_EQ(*FromJwk(ToJwk(key)), key);
}

TEST(JoseTest, ReadsOnlyP256Keys) {
  const Json good = ToJwk(PrivateKey::Generate().public_key());
  const auto with = [&](const char* member, const Json& value) {
    Json jwk = good;
    jwk[member] = value;
    return FromJwk(jwk).has_value();
  };
  EXPECT_TRUE(with("use", "enc"));
  EXPECT_FALSE(with("kty", "RSA"));
  EXPECT_FALSE(with("crv", "P-384"));
  EXPECT_FALSE(with("x", 5));
  EXPECT_FALSE(with("x", ""));
  EXPECT_FALSE(with("y", good.at("x")));
  EXPECT_FALSE(FromJwk("text"));
  EXPECT_FALSE(FromJwk(nullptr));
}

TEST(JoseTest, SignsAndReadsBack) {
  const PrivateKey key = PrivateKey::Generate();
  const auto read = ReadJws(SignJws("plotmeter-receipt+jws", "the payload", key));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->header.alg, "ES256");
  EXPECT_EQ(read->header.kid, Thumbprint(key.public_key()));
  EXPECT_EQ(read->header.typ, "plotmeter-receipt+jws");
  EXPECT_EQ(read->payload, "the payload");
  EXPECT_TRUE(read->Verify(key.public_key()));
  EXPECT_FALSE(read->Verify(PrivateKey::Generate().public_key()));

  const auto detached = ReadJws(SignDetachedJws("plotmeter-batch+jws", "the payload", key));
  ASSERT_TRUE(detached);
  EXPECT_EQ(detached->payload, "");
  EXPECT_TRUE(detached->VerifyDetached(key.public_key(), "the payload"));
  EXPECT_FALSE(detached->VerifyDetached(key.public_key(), "another"));
  EXPECT_FALSE(detached->Verify(key.public_key()));
}

TEST(JoseTest, ReadsAHeaderOfExactlyThreeMembers) {
  const auto reads = [](const std::string& json) {
    const auto header = ReadJwsHeader(Base64Url(json));
    EXPECT_EQ(header.has_value(),
              ReadJws(Base64Url(json) + ".." + Base64Url(std::string(64, 's'))).has_value());
    return header.has_value();
  };
  EXPECT_TRUE(reads(R"({"alg":"ES256","kid":"k","typ":"t"})"));
  EXPECT_TRUE(reads(R"( {"typ":"t", "kid":"k", "alg":"ES256"} )"));
  EXPECT_FALSE(reads(R"({"alg":"none","kid":"k","typ":"t"})"));
  EXPECT_FALSE(reads(R"({"alg":"HS256","kid":"k","typ":"t"})"));
  EXPECT_FALSE(reads(R"({"alg":"es256","kid":"k","typ":"t"})"));
  EXPECT_FALSE(reads(R"({"alg":"ES256","kid":"k"})"));
  EXPECT_FALSE(reads(R"({"alg":"ES256","kid":"","typ":"t"})"));
  EXPECT_FALSE(reads(R"({"alg":"ES256","kid":1,"typ":"t"})"));
  EXPECT_FALSE(reads(R"({"alg":"ES256","kid":"k","typ":"t","crit":["b64"],"b64":false})"));
  EXPECT_FALSE(reads(R"({"alg":"ES256","kid":"k","typ":"t","jwk":{}})"));
  EXPECT_FALSE(reads(R"({"alg":"ES256","alg":"none","kid":"k","typ":"t"})"));
  EXPECT_FALSE(reads(R"(["ES256","k","t"])"));
  EXPECT_FALSE(reads("{"));
  EXPECT_FALSE(reads(""));
  EXPECT_FALSE(reads(R"({"alg":"ES256","kid":")" + std::string(4096, 'k') + R"(","typ":"t"})"));
  EXPECT_FALSE(ReadJwsHeader("not base64url!"));
}

TEST(JoseTest, ReadsNoOtherFormOfJws) {
  const std::string jws = SignJws("t", "p", PrivateKey::Generate());
  EXPECT_TRUE(ReadJws(jws));
  EXPECT_FALSE(ReadJws(""));
  EXPECT_FALSE(ReadJws(jws + "."));
  EXPECT_FALSE(ReadJws(jws + "AA"));  // the signature is 64 bytes
  EXPECT_FALSE(ReadJws(jws.substr(0, jws.rfind('.'))));
  EXPECT_FALSE(ReadJws(jws + "\n"));
}

TEST(JoseTest, EncryptsToOneRecipient) {
  const PrivateKey portal = PrivateKey::Generate();
  const std::string compact =
      EncryptJwe("the plaintext", portal.public_key(), {.typ = "plotmeter-batch+jwe", .zip = true});
  const JweRead read = ReadJwe(compact);
  ASSERT_EQ(read.fault, JweFault::kNone);
  EXPECT_EQ(read.jwe.header.kid, Thumbprint(portal.public_key()));
  EXPECT_EQ(read.jwe.header.typ, "plotmeter-batch+jwe");
  EXPECT_TRUE(read.jwe.header.zip);
  EXPECT_EQ(read.jwe.Decrypt(portal), "the plaintext");
  EXPECT_EQ(read.jwe.Decrypt(PrivateKey::Generate()), std::nullopt);
  EXPECT_NE(compact, EncryptJwe("the plaintext", portal.public_key(), read.jwe.header));
  EXPECT_FALSE(ReadJwe(EncryptJwe("", portal.public_key(), {.typ = "t"})).jwe.header.zip);
}

TEST(JoseTest, ReadsAJweHeaderOfExactlyItsMembers) {
  const PrivateKey portal = PrivateKey::Generate();
  const Json epk = ToJwk(PrivateKey::Generate().public_key());
  const Json good = {{"alg", "ECDH-ES"}, {"enc", "A128CBC-HS256"},
                     {"epk", epk},       {"kid", "k"},
                     {"typ", "t"},       {"zip", "DEF"}};
  const std::string rest = ".." + Base64Url(std::string(16, 'i')) + "." +
                           Base64Url(std::string(32, 'c')) + "." + Base64Url(std::string(16, 't'));
  const auto fault = [&](const Json& patch) {
    Json header = good;
    header.merge_patch(patch);
    return ReadJwe(Base64Url(JsonText(header)) + rest).fault;
  };
  EXPECT_EQ(fault(Json::object()), JweFault::kNone);
  EXPECT_EQ(fault({{"zip", nullptr}}), JweFault::kNone);
  for (const Json& patch : std::vector<Json>{{{"alg", "dir"}},
                                             {{"alg", "ECDH-ES+A128KW"}},
                                             {{"alg", "none"}},
                                             {{"alg", nullptr}},
                                             {{"enc", "A128GCM"}},
                                             {{"enc", "A256CBC-HS512"}},
                                             {{"enc", nullptr}},
                                             {{"kid", nullptr}},
                                             {{"kid", 7}},
                                             {{"typ", nullptr}},
                                             {{"zip", "GZIP"}},
                                             {{"zip", true}},
                                             {{"epk", nullptr}},
                                             {{"crit", {"exp"}}},
                                             {{"apu", "QQ"}},
                                             {{"apv", "QQ"}},
                                             {{"jku", "https://a.example"}},
                                             {{"cty", "JWT"}}}) {
    EXPECT_EQ(fault(patch), JweFault::kHeader) << patch;
  }
  for (const Json& wrong : std::vector<Json>{Json::object({{"y", epk.at("x")}}),
                                             {{"x", nullptr}},
                                             {{"crv", "P-384"}},
                                             {{"kty", "OKP"}},
                                             {{"x", Base64Url(std::string(32, '\0'))}}}) {
    EXPECT_EQ(fault({{"epk", wrong}}), JweFault::kKeyPoint) << wrong;
  }
  EXPECT_EQ(fault({{"epk", "text"}}), JweFault::kKeyPoint);
  EXPECT_EQ(fault({{"kid", std::string(4096, 'k')}}), JweFault::kParts);
}

TEST(JoseTest, ReadsNoOtherFormOfJwe) {
  const PrivateKey portal = PrivateKey::Generate();
  const std::string good = EncryptJwe("p", portal.public_key(), {.typ = "t"});
  ASSERT_EQ(ReadJwe(good).fault, JweFault::kNone);
  const auto first = good.find('.');
  for (const std::string& wrong :
       {std::string(), std::string("...."), good + ".", good + "AAAA",
        good.substr(0, good.rfind('.')), good.substr(0, first) + ".AAAA" + good.substr(first + 1),
        good.substr(0, first) + ".." + good.substr(first + 3), good + "\n", good + "="}) {
    EXPECT_NE(ReadJwe(wrong).fault, JweFault::kNone) << wrong;
  }
}

}  // namespace
}  // namespace plotmeter
