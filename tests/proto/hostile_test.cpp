// What Open does with bodies that nobody honest sends.

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>

#include "common/json.h"
#include "proto/seal.h"
#include "tests/fakes/peak.h"
#include "tests/proto/sample.h"

namespace plotmeter {
namespace {

class HostileTest : public testing::Test {
 protected:
  // Open, and how often it asked for keys on the way.
  OpenResult Opened(std::string_view sealed) {
    const OpenKeys keys = parties_.Keys();
    asked_decryption_ = asked_signer_ = 0;
    const OpenKeys counted{.decryption =
                               [&](const std::string& kid) {
                                 ++asked_decryption_;
                                 return keys.decryption(kid);
                               },
                           .signer =
                               [&](const std::string& kid) {
                                 ++asked_signer_;
                                 return keys.signer(kid);
                               }};
    OpenResult result = Open(sealed, counted);
    EXPECT_LE(asked_decryption_, 1);
    EXPECT_LE(asked_signer_, 1);
    if (result.refusal != Refusal::kNone) {
      EXPECT_EQ(result.text.payload, "") << "a refusal hands nothing out";
      EXPECT_NE(result.detail, "");
    }
    return result;
  }

  Refusal OpenedAs(std::string_view sealed) { return Opened(sealed).refusal; }

  std::string Sealed(std::string_view message) {
    return Seal(message, parties_.portal.public_key());
  }

  // Sealed rightly, whatever the DEFLATE holds.
  std::string SealedRaw(std::string_view deflated) {
    return EncryptJwe(deflated, parties_.portal.public_key(),
                      {.typ = std::string(kBatchJwe), .zip = true});
  }

  std::string SignedMessage() { return parties_.Message(text_); }

  // The header of `sealed` changed; the MAC is then wrong too, but it is checked later.
  std::string WithHeader(const std::string& sealed, const Json& patch) {
    const auto dot = sealed.find('.');
    Json header = ParseJson(*FromBase64Url(sealed.substr(0, dot)));
    header.merge_patch(patch);
    return Base64Url(JsonText(header)) + sealed.substr(dot);
  }

  Parties parties_;
  BatchText text_ = WriteBatch(EmptyBatch());
  int asked_decryption_ = 0;
  int asked_signer_ = 0;
};

TEST_F(HostileTest, RefusesEveryFlippedBitBeforeAnythingIsDecrypted) {
  const std::string good = Sealed(SignedMessage());
  ASSERT_EQ(OpenedAs(good), Refusal::kNone);
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ 1 << bit);
      const Refusal refusal = OpenedAs(bad);
      EXPECT_NE(refusal, Refusal::kNone) << i << " bit " << bit;
      EXPECT_LE(refusal, Refusal::kMac) << i << " bit " << bit;
      EXPECT_EQ(asked_signer_, 0);
    }
  }
}

TEST_F(HostileTest, RefusesEveryWrongLength) {
  const std::string good = Sealed(SignedMessage());
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_LE(OpenedAs(good.substr(0, i)), Refusal::kMac) << i;
    EXPECT_NE(OpenedAs(good.substr(0, i)), Refusal::kNone) << i;
  }
  EXPECT_EQ(OpenedAs(good + "\n"), Refusal::kForm);
  EXPECT_EQ(OpenedAs(good + "A"), Refusal::kForm);
  EXPECT_EQ(OpenedAs(good + ".AAAA"), Refusal::kForm);
  EXPECT_EQ(OpenedAs(std::string(kMaxSealed, 'A')), Refusal::kForm);
  EXPECT_EQ(OpenedAs(std::string(kMaxSealed + 1, 'A')), Refusal::kTooLarge);
  EXPECT_EQ(OpenedAs(""), Refusal::kForm);
}

TEST_F(HostileTest, RefusesAHeaderThatIsNotExactlyOurs) {
  const std::string good = Sealed(SignedMessage());
  for (const Json& patch : std::vector<Json>{{{"crit", {"exp"}}},
                                             {{"alg", "none"}},
                                             {{"alg", "dir"}},
                                             {{"alg", "ECDH-ES+A128KW"}},
                                             {{"enc", "A128GCM"}},
                                             {{"enc", "A256CBC-HS512"}},
                                             {{"typ", "plotmeter-enrolment+jwe"}},
                                             {{"typ", nullptr}},
                                             {{"zip", nullptr}},
                                             {{"zip", "LZ4"}},
                                             {{"cty", "JWT"}},
                                             {{"apu", "QQ"}},
                                             {{"jku", "https://keys.example"}}}) {
    EXPECT_EQ(OpenedAs(WithHeader(good, patch)), Refusal::kForm) << patch;
    EXPECT_EQ(asked_decryption_, 0) << patch;
  }
}

TEST_F(HostileTest, AsksForTheKeyBeforeItJudgesThePoint) {
  const std::string good = Sealed(SignedMessage());
  const Json off_curve = {
      {"epk", {{"x", Base64Url(std::string(32, '\1'))}, {"y", Base64Url(std::string(32, '\2'))}}}};
  EXPECT_EQ(OpenedAs(WithHeader(good, {{"kid", "another"}})), Refusal::kKeyUnknown);
  EXPECT_EQ(OpenedAs(WithHeader(WithHeader(good, off_curve), {{"kid", "another"}})),
            Refusal::kKeyUnknown);
  EXPECT_EQ(OpenedAs(WithHeader(good, off_curve)), Refusal::kPoint);
  EXPECT_EQ(OpenedAs(WithHeader(good, {{"epk", {{"crv", "P-521"}}}})), Refusal::kPoint);
  EXPECT_EQ(OpenedAs(WithHeader(good, {{"epk", {{"x", ""}, {"y", ""}}}})), Refusal::kPoint);
  // A point on the curve, but not the one it was sealed with.
  const Json other = ToJwk(PrivateKey::Generate().public_key());
  EXPECT_EQ(OpenedAs(WithHeader(good, {{"epk", other}})), Refusal::kMac);
}

TEST_F(HostileTest, RefusesABatchSealedToAnotherPortal) {
  EXPECT_EQ(OpenedAs(Seal(SignedMessage(), PrivateKey::Generate().public_key())),
            Refusal::kKeyUnknown);
  // Even when it names our key.
  EXPECT_EQ(OpenedAs(EncryptJwe(Deflate(SignedMessage()), PrivateKey::Generate().public_key(),
                                {.kid = Thumbprint(parties_.portal.public_key()),
                                 .typ = std::string(kBatchJwe),
                                 .zip = true})),
            Refusal::kMac);
}

TEST_F(HostileTest, EndsAtAStranger) {
  const Parties others;
  EXPECT_EQ(OpenedAs(Sealed(others.Message(text_))), Refusal::kSignerUnknown);
  EXPECT_EQ(asked_signer_, 1);
  const auto sealed_line = [&](const std::string& header) {
    return OpenedAs(Sealed(Base64Url(header) + ".." + Base64Url(std::string(64, 's')) + "\n" +
                           text_.payload + "\n" + text_.names));
  };
  const std::string kid = Thumbprint(parties_.collector.public_key());
  const auto header = [&](const char* alg, const char* typ, const char* more) {
    return R"({"alg":")" + std::string(alg) + R"(","kid":")" + kid + R"(","typ":")" + typ + '"' +
           more + "}";
  };
  EXPECT_EQ(sealed_line(header("none", "plotmeter-batch+jws", "")), Refusal::kSignerUnknown);
  EXPECT_EQ(sealed_line(header("HS256", "plotmeter-batch+jws", "")), Refusal::kSignerUnknown);
  EXPECT_EQ(sealed_line(header("ES256", "plotmeter-receipt+jws", "")), Refusal::kSignerUnknown);
  EXPECT_EQ(sealed_line(header("ES256", "plotmeter-batch+jws", R"(,"crit":["b64"],"b64":false)")),
            Refusal::kSignerUnknown);
  EXPECT_EQ(sealed_line(header("ES256", "plotmeter-batch+jws", R"(,"jwk":{})")),
            Refusal::kSignerUnknown);
  EXPECT_EQ(sealed_line(std::string(1000, '{')), Refusal::kSignerUnknown);
  EXPECT_EQ(asked_signer_, 0);
  EXPECT_EQ(sealed_line(header("ES256", "plotmeter-batch+jws", "")), Refusal::kSignature);
  EXPECT_EQ(OpenedAs(Sealed("")), Refusal::kSignerUnknown);
  EXPECT_EQ(OpenedAs(Sealed(text_.payload)), Refusal::kSignerUnknown);
}

TEST_F(HostileTest, RefusesASignatureThatIsNotOfThisBatch) {
  const std::string jws = SignDetachedJws(kBatchJws, text_.payload, parties_.collector);
  const auto opened = [&](std::string_view first, const BatchText& text) {
    return OpenedAs(Sealed(JoinMessage(first, text)));
  };
  EXPECT_EQ(opened(jws, text_), Refusal::kNone);
  EXPECT_EQ(opened(jws, {.payload = text_.payload + " ", .names = text_.names}),
            Refusal::kSignature);
  EXPECT_EQ(opened(jws, {.payload = "", .names = text_.names}), Refusal::kSignature);
  EXPECT_EQ(opened(SignJws(kBatchJws, text_.payload, parties_.collector), text_),
            Refusal::kSignature);  // not detached
  EXPECT_EQ(opened(jws.substr(0, jws.size() - 1), text_), Refusal::kSignature);
  EXPECT_EQ(opened(jws + " ", text_), Refusal::kSignature);
  EXPECT_EQ(OpenedAs(Sealed(jws)), Refusal::kSignature);
  EXPECT_EQ(OpenedAs(Sealed(jws + "\n" + text_.payload)), Refusal::kSignature);

  // The header names our collector, another signed.
  const auto dots = jws.find("..");
  const std::string input = jws.substr(0, dots + 1) + Base64Url(text_.payload);
  EXPECT_EQ(opened(jws.substr(0, dots + 2) + Base64Url(PrivateKey::Generate().Sign(input)), text_),
            Refusal::kSignature);
}

TEST_F(HostileTest, LeavesNamesToTheirHash) {
  const BatchText other{.payload = text_.payload, .names = R"({"jobs":{},"salt":"x"})"};
  const OpenResult opened = Opened(
      Sealed(JoinMessage(SignDetachedJws(kBatchJws, text_.payload, parties_.collector), other)));
  ASSERT_EQ(opened.refusal, Refusal::kNone);
  EXPECT_THROW(ParseBatch(opened.text.payload, opened.text.names), BatchError);
}

TEST_F(HostileTest, RefusesTheRevokedOnceTheySignRightly) {
  parties_.revoked = true;
  const OpenResult refused = Opened(Sealed(SignedMessage()));
  EXPECT_EQ(refused.refusal, Refusal::kRevoked);
  EXPECT_EQ(refused.signer, Thumbprint(parties_.collector.public_key()));
  EXPECT_EQ(OpenedAs(Sealed(SignedMessage().insert(300, "x"))), Refusal::kSignature);
}

TEST_F(HostileTest, ReachesTheSchemaWithTruncatedUtf8) {
  text_.payload.insert(text_.payload.find("col_"), "\xe2\x82");
  const OpenResult opened = Opened(Sealed(SignedMessage()));
  ASSERT_EQ(opened.refusal, Refusal::kNone);
  EXPECT_THROW(ParseBatch(opened.text.payload, opened.text.names), BatchError);
}

// DEFLATE as anybody may write it, without our care for the ratio. `flush` Z_FULL_FLUSH makes a
// block that can stand any number of times.
std::string Compressed(const std::string& data, int flush) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string out(data.size() + 100, '\0');
  std::string in = data;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, flush);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST_F(HostileTest, StopsAtABombWithinMemory) {
  const std::string start = Compressed(SignedMessage(), Z_FULL_FLUSH);
  const std::string block = Compressed(std::string(std::size_t{1} << 20, '\0'), Z_FULL_FLUSH);
  std::string bomb = start;
  for (int i = 0; i < 2500; ++i) bomb += block;  // 2.5 GiB when it goes off
  bomb += Compressed("", Z_FINISH);
  const std::string sealed = SealedRaw(bomb);
  ASSERT_LT(sealed.size(), kMaxSealed);
  const long before = PeakMegabytes();
  EXPECT_EQ(OpenedAs(sealed), Refusal::kInflation);
  EXPECT_LT(PeakMegabytes() - before, 600);
  EXPECT_EQ(asked_signer_, 1);
}

TEST_F(HostileTest, StopsAStrangersBombAtItsFirstKilobyte) {
  const std::string sealed = SealedRaw(Compressed(std::string(60'000'000, 'A'), Z_FINISH));
  const long before = PeakMegabytes();
  EXPECT_EQ(OpenedAs(sealed), Refusal::kSignerUnknown);
  EXPECT_LT(PeakMegabytes() - before, 30);
}

TEST_F(HostileTest, StopsAtTwoHundredTimesTheSize) {
  text_.payload.append(2'000'000, ' ');
  EXPECT_EQ(OpenedAs(SealedRaw(Compressed(SignedMessage(), Z_FINISH))), Refusal::kInflation);
  EXPECT_EQ(OpenedAs(Sealed(SignedMessage())), Refusal::kNone);
  text_.payload.append(kMaxMessage, ' ');
  EXPECT_EQ(OpenedAs(Sealed(SignedMessage())), Refusal::kInflation);
}

TEST_F(HostileTest, RefusesDeflateThatIsNotWhole) {
  const std::string good = Deflate(SignedMessage());
  EXPECT_EQ(OpenedAs(SealedRaw(good)), Refusal::kNone);
  EXPECT_EQ(OpenedAs(SealedRaw(good + "x")), Refusal::kInflation);
  EXPECT_EQ(OpenedAs(SealedRaw(good.substr(0, good.size() - 1))), Refusal::kInflation);
  EXPECT_EQ(OpenedAs(SealedRaw("")), Refusal::kSignerUnknown);
  EXPECT_EQ(OpenedAs(SealedRaw("no deflate at all")), Refusal::kSignerUnknown);
  EXPECT_EQ(OpenedAs(SealedRaw("\x78\x9c" + good)), Refusal::kSignerUnknown);  // zlib's own header
}

// One to four random changes: bytes replaced, taken out, put in, a stretch repeated.
std::string Mutated(std::string text, std::mt19937& chance) {
  const auto below = [&](std::size_t n) { return chance() % (n == 0 ? 1 : n); };
  for (std::size_t n = 1 + below(4); n > 0; --n) {
    const std::size_t at = below(text.size());
    switch (below(4)) {
      case 0:
        if (!text.empty()) text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(at, 1 + below(8));
        break;
      case 2:
        text.insert(at, 1 + below(8), static_cast<char>(below(256)));
        break;
      default:
        text.insert(below(text.size()), text.substr(at, below(40)));
        break;
    }
  }
  return text;
}

TEST_F(HostileTest, NeverThrowsAtTwentyThousandAlteredBodies) {
  std::mt19937 chance(1);
  const std::string message = SignedMessage();
  const std::string good = Sealed(message);
  const std::string deflated = Deflate(message);
  for (int i = 0; i < 16'000; ++i) {
    const std::string bad = Mutated(good, chance);
    if (bad != good) {
      ASSERT_NE(OpenedAs(bad), Refusal::kNone) << bad;
    }
  }
  // Sealed rightly by someone who has the portal's public key, as anybody may.
  for (int i = 0; i < 2'000; ++i) {
    const OpenResult opened = Opened(Sealed(Mutated(message, chance)));
    if (opened.refusal == Refusal::kNone) {
      EXPECT_EQ(opened.text.payload, text_.payload);
    }
  }
  for (int i = 0; i < 2'000; ++i) {
    const OpenResult opened = Opened(SealedRaw(Mutated(deflated, chance)));
    if (opened.refusal == Refusal::kNone) {
      EXPECT_EQ(opened.text.payload, text_.payload);
    }
  }
}

TEST_F(HostileTest, ParsesFiveThousandAlteredBatchesOrRefusesThem) {
  std::mt19937 chance(2);
  const BatchText good = WriteBatch(FullBatch());
  int refused = 0;
  for (int i = 0; i < 5'000; ++i) {
    try {
      const Batch batch = ParseBatch(Mutated(good.payload, chance), good.names);
      EXPECT_NO_THROW(WriteBatch(batch));
    } catch (const BatchError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 3'000);
}

}  // namespace
}  // namespace plotmeter
