#include "proto/seal.h"

#include <gtest/gtest.h>

#include "tests/proto/sample.h"

namespace plotmeter {
namespace {

TEST(SealTest, OpensWhatItSealed) {
  const Parties parties;
  for (const Batch& batch : {FullBatch(), EmptyBatch(), BusyBatch(300'000)}) {
    const BatchText text = WriteBatch(batch);
    const std::string message = parties.Message(text);
    const std::string sealed = Seal(message, parties.portal.public_key());
    EXPECT_NE(sealed, Seal(message, parties.portal.public_key()));
    const OpenResult opened = Open(sealed, parties.Keys());
    ASSERT_EQ(opened.refusal, Refusal::kNone) << opened.detail;
    EXPECT_EQ(opened.text.payload, text.payload);
    EXPECT_EQ(opened.text.names, text.names);
    EXPECT_EQ(opened.signer, Thumbprint(parties.collector.public_key()));
    EXPECT_EQ(JoinMessage(opened.jws, opened.text), message);
  }
}

TEST(SealTest, SealsAndOpensPlainMessages) {
  const Parties parties;
  const auto keys = parties.Keys();
  const std::string sealed =
      SealPlain("a message", "plotmeter-enrolment+jwe", parties.portal.public_key());
  EXPECT_EQ(OpenPlain(sealed, "plotmeter-enrolment+jwe", keys), "a message");
  EXPECT_EQ(OpenPlain(sealed, "plotmeter-heartbeat+jwe", keys), std::nullopt);
  EXPECT_EQ(OpenPlain(sealed, "plotmeter-enrolment+jwe", Parties().Keys()), std::nullopt);
  EXPECT_EQ(OpenPlain(Seal("a message", parties.portal.public_key()), kBatchJwe, keys),
            std::nullopt);
  EXPECT_EQ(OpenPlain(std::string(kMaxSealed + 1, 'a'), kBatchJwe, keys), std::nullopt);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(OpenPlain(altered, "plotmeter-enrolment+jwe", keys), std::nullopt) << i;
  }
}

TEST(DeflateTest, InflatesToTheSame) {
  for (const std::string& text :
       {std::string(), std::string("x"), WriteBatch(BusyBatch(200'000)).payload,
        RandomBytes(300'000), std::string(500'000, '\0')}) {
    EXPECT_TRUE(Inflate(Deflate(text), text.size()) == text) << text.size();
    if (text.empty()) continue;
    EXPECT_EQ(Inflate(Deflate(text), text.size() - 1), std::nullopt);
  }
}

TEST(DeflateTest, RefusesWhatIsNotWhole) {
  const std::string whole = Deflate(WriteBatch(FullBatch()).payload);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(Inflate(whole.substr(0, i), kMaxMessage), std::nullopt) << i;
  }
  EXPECT_EQ(Inflate(whole + "x", kMaxMessage), std::nullopt);
  EXPECT_EQ(Inflate("\xff\xff\xff", kMaxMessage), std::nullopt);
}

TEST(DeflateTest, NeverPassesTheRatioThatThePortalRefuses) {
  for (const std::size_t size : {std::size_t{100}, std::size_t{50'000}, std::size_t{20'000'000}}) {
    const std::string idle(size, 'i');
    const std::string deflated = Deflate(idle);
    EXPECT_GE(deflated.size() * kMaxInflation, size);
    EXPECT_LE(deflated.size(), size / kMaxInflation + 200);
    EXPECT_TRUE(Inflate(deflated, size) == idle);
  }
}

TEST(SealTest, TakesAnHonestBatchThatSaysTheSameForDays) {
  const Parties parties;
  const BatchText text{.payload = std::string(10'000'000, ' '), .names = "{}"};
  const std::string message = parties.Message(text);
  EXPECT_TRUE(FitsLimits(message));
  EXPECT_EQ(Open(Seal(message, parties.portal.public_key()), parties.Keys()).refusal,
            Refusal::kNone);
}

TEST(SealTest, KnowsWhatThePortalWillTake) {
  const PublicKey portal = PrivateKey::Generate().public_key();
  EXPECT_TRUE(FitsLimits(""));
  EXPECT_TRUE(FitsLimits(std::string(kMaxMessage, ' ')));
  EXPECT_FALSE(FitsLimits(std::string(kMaxMessage + 1, ' ')));
  // What cannot be compressed grows by a third in base64url; the largest that fits is close to
  // that.
  const std::string noise = RandomBytes(kMaxSealed);
  EXPECT_FALSE(FitsLimits(noise));
  std::size_t fits = kMaxSealed / 2;
  for (std::size_t step = kMaxSealed / 4; step > 64; step /= 2) {
    if (FitsLimits(std::string_view(noise).substr(0, fits + step))) fits += step;
  }
  EXPECT_GT(fits, kMaxSealed * 3 / 4 - 4096);
  EXPECT_LE(Seal(noise.substr(0, fits), portal).size(), kMaxSealed);
}

TEST(RefusalTest, HasTheWordsOfTheWire) {
  EXPECT_EQ(ToText(Refusal::kTooLarge), "too-large");
  EXPECT_EQ(ToText(Refusal::kForm), "form");
  EXPECT_EQ(ToText(Refusal::kKeyUnknown), "key-retired");
  EXPECT_EQ(ToText(Refusal::kPoint), "form");
  EXPECT_EQ(ToText(Refusal::kMac), "authentication");
  EXPECT_EQ(ToText(Refusal::kSignerUnknown), "signer");
  EXPECT_EQ(ToText(Refusal::kInflation), "inflation");
  EXPECT_EQ(ToText(Refusal::kSignature), "signature");
  EXPECT_EQ(ToText(Refusal::kRevoked), "revoked");
  EXPECT_EQ(ToText(Refusal::kNone), "none");
}

}  // namespace
}  // namespace plotmeter
