#include "portal/access/totp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "common/crypto.h"

namespace plotmeter {
namespace {

const std::string kRfcSecret = "12345678901234567890";

// RFC 6238 appendix B, its SHA-1 column.
TEST(TotpTest, MakesTheCodesOfTheRfc) {
  const struct {
    std::int64_t seconds;
    const char* code;
  } kCases[] = {{59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
                {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
  const Secret secret(kRfcSecret);
  for (const auto& c : kCases) {
    const std::int64_t step = TotpStep(FromMillis(c.seconds * 1000));
    EXPECT_EQ(TotpCode(secret, step, 8), c.code) << c.seconds;
  }
}

// RFC 4226 appendix D.
TEST(TotpTest, MakesTheCodesOfTheCountersRfc) {
  const char* const kCodes[] = {"755224", "287082", "359152", "969429", "338314",
                                "254676", "287922", "162583", "399871", "520489"};
  const Secret secret(kRfcSecret);
  for (std::int64_t i = 0; i < 10; ++i) EXPECT_EQ(TotpCode(secret, i), kCodes[i]);
}

TEST(TotpTest, TakesTheStepBeforeAndTheStepAfter) {
  const Secret secret(kRfcSecret);
  const Instant now = FromMillis(1'800'000'000'000);
  const std::int64_t step = TotpStep(now);
  for (const std::int64_t off : {-1, 0, 1}) {
    EXPECT_EQ(MatchTotp(secret, TotpCode(secret, step + off), now), step + off) << off;
  }
  for (const std::int64_t off : {-2, 2}) {
    EXPECT_EQ(MatchTotp(secret, TotpCode(secret, step + off), now), std::nullopt) << off;
  }
  std::string spaced = TotpCode(secret, step);
  spaced.insert(3, " ");
  EXPECT_EQ(MatchTotp(secret, spaced, now), step);
  for (const char* wrong : {"", "1", "1234567", "12345x", "ááá"}) {
    EXPECT_EQ(MatchTotp(secret, wrong, now), std::nullopt) << wrong;
  }
}

// RFC 4648 section 10.
TEST(TotpTest, WritesBase32) {
  const std::pair<const char*, const char*> kCases[] = {{"", ""},
                                                        {"f", "MY"},
                                                        {"fo", "MZXQ"},
                                                        {"foo", "MZXW6"},
                                                        {"foob", "MZXW6YQ"},
                                                        {"fooba", "MZXW6YTB"},
                                                        {"foobar", "MZXW6YTBOI"}};
  for (const auto& [bytes, text] : kCases) EXPECT_EQ(Base32(bytes), text);
}

TEST(TotpTest, NamesTheAccountInTheUri) {
  EXPECT_EQ(TotpUri(Secret(kRfcSecret), "a b@example.org", "Plotmeter").Reveal(),
            "otpauth://totp/Plotmeter:a%20b%40example.org"
            "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Plotmeter");
}

TEST(RecoveryCodesTest, AreTenAndAllDifferent) {
  std::set<std::string> codes;
  for (const Secret& code : NewRecoveryCodes()) {
    EXPECT_THAT(code.Reveal(), testing::MatchesRegex("[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}"));
    codes.insert(code.Reveal());
  }
  EXPECT_EQ(codes.size(), 10u);
}

TEST(RecoveryCodesTest, AreReadAsPeopleTypeThem) {
  EXPECT_EQ(CanonicalRecoveryCode("7q2m-9k4t-3d8k"), "7Q2M9K4T3D8K");
  EXPECT_EQ(CanonicalRecoveryCode(" oil0 "), "0110");
  EXPECT_EQ(HashOfRecoveryCode("7Q2M 9K4T 3D8K"), HashOfRecoveryCode("7q2m-9k4t-3d8k"));
}

}  // namespace
}  // namespace plotmeter
