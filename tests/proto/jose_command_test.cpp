// The `jose` command (Debian package jose), which nobody here wrote, opens what we seal and seals
// what we open.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/jose.h"
#include "common/json.h"
#include "proto/receipt.h"
#include "proto/seal.h"
#include "tests/proto/sample.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

class JoseCommandTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "plotmeter-jose-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    Run("jose jwk gen -i '{\"kty\":\"EC\",\"crv\":\"P-256\"}' -o portal.jwk");
    Run("jose jwk gen -i '{\"kty\":\"EC\",\"crv\":\"P-256\"}' -o collector.jwk");
    Run("jose jwk pub -i portal.jwk -o portal.pub.jwk");
    Run("jose jwk pub -i collector.jwk -o collector.pub.jwk");
    parties_.portal = KeyIn("portal.jwk");
    parties_.collector = KeyIn("collector.jwk");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void Run(const std::string& command) {
    const std::string line = "cd '" + folder_.string() + "' && " + command;
    ASSERT_EQ(std::system(line.c_str()), 0) << command;
  }

  bool Works(const std::string& command) {
    const std::string line = "cd '" + folder_.string() + "' && " + command + " >/dev/null 2>&1";
    return std::system(line.c_str()) == 0;
  }

  void Write(const char* file, std::string_view text) {
    std::ofstream(folder_ / file, std::ios::binary) << text;
  }

  std::string Read(const char* file) {
    std::ostringstream text;
    text << std::ifstream(folder_ / file, std::ios::binary).rdbuf();
    return text.str();
  }

  PrivateKey KeyIn(const char* file) {
    const Json jwk = ParseJson(Read(file));
    return *PrivateKey::FromScalar(*FromBase64Url(jwk.at("d").get<std::string>()));
  }

  // A header in jose's own way of asking for one.
  std::string Template(const Json& header) { return "'" + JsonText({{"protected", header}}) + "'"; }

  std::string SignedByJose(std::string_view payload, std::string_view typ, const char* key,
                           const char* how) {
    Write("payload", payload);
    const Json header = {
        {"alg", "ES256"}, {"kid", Thumbprint(KeyIn(key).public_key())}, {"typ", typ}};
    Run("jose jws sig -I payload -k " + std::string(key) + " -s " + Template(header) +
        " -c -o signed.jws " + how);
    return Read("signed.jws");
  }

  std::string SealedByJose(std::string_view plaintext, Json header) {
    Write("plaintext", plaintext);
    header.merge_patch({{"alg", "ECDH-ES"},
                        {"enc", "A128CBC-HS256"},
                        {"kid", Thumbprint(parties_.portal.public_key())}});
    Run("jose jwe enc -I plaintext -k portal.pub.jwk -i " + Template(header) + " -c -o sealed.jwe");
    return Read("sealed.jwe");
  }

  fs::path folder_;
  Parties parties_;
};

TEST_F(JoseCommandTest, NamesKeysAsWeDo) {
  Run("jose jwk thp -i portal.pub.jwk -o portal.thp");
  EXPECT_EQ(Read("portal.thp"), Thumbprint(parties_.portal.public_key()));
}

TEST_F(JoseCommandTest, OpensOurBatchesAndVerifiesTheirSignature) {
  for (const Batch& batch : {FullBatch(), BusyBatch(200'000)}) {
    const BatchText text = WriteBatch(batch);
    const std::string message = parties_.Message(text);
    Write("sealed.jwe", Seal(message, parties_.portal.public_key()));
    Run("jose jwe dec -i sealed.jwe -k portal.jwk -O message");
    ASSERT_EQ(Read("message"), message);

    Run("head -n 1 message | tr -d '\\n' > batch.jws");
    Run("sed -n 2p message | tr -d '\\n' > batch.json");
    Run("jose jws ver -i batch.jws -I batch.json -k collector.pub.jwk");
    Run("sed -i 's/\"sequence\":/\"sequence\":1/' batch.json");
    EXPECT_FALSE(Works("jose jws ver -i batch.jws -I batch.json -k collector.pub.jwk"));
  }
}

TEST_F(JoseCommandTest, OpensWhatWasFilledUpToLookLikeNoBomb) {
  const std::string message(3'000'000, ' ');
  Write("sealed.jwe", Seal(message, parties_.portal.public_key()));
  Run("jose jwe dec -i sealed.jwe -k portal.jwk -O message");
  EXPECT_TRUE(Read("message") == message);
}

TEST_F(JoseCommandTest, SealsBatchesThatWeOpen) {
  const BatchText text = WriteBatch(FullBatch());
  const std::string jws =
      SignedByJose(text.payload, kBatchJws, "collector.jwk", "-O payload.again");
  EXPECT_EQ(Read("payload.again"), text.payload);
  // jose 11 writes `zip` into the header but leaves compressing to whoever calls: Python does it.
  Write("message", JoinMessage(jws, text));
  Run("/usr/bin/python3 -c \"import zlib; c = zlib.compressobj(9, zlib.DEFLATED, -15); "
      "open('deflated', 'wb').write(c.compress(open('message', 'rb').read()) + c.flush())\"");
  const std::string sealed = SealedByJose(Read("deflated"), {{"zip", "DEF"}, {"typ", kBatchJwe}});
  const OpenResult opened = Open(sealed, parties_.Keys());
  ASSERT_EQ(opened.refusal, Refusal::kNone) << opened.detail;
  EXPECT_EQ(opened.text.payload, text.payload);
  EXPECT_EQ(opened.text.names, text.names);
  EXPECT_EQ(opened.jws, jws);
}

TEST_F(JoseCommandTest, SealsPlainMessagesThatWeOpen) {
  constexpr std::string_view kTyp = "plotmeter-enrolment+jwe";
  EXPECT_EQ(OpenPlain(SealedByJose("a message", {{"typ", kTyp}}), kTyp, parties_.Keys()),
            "a message");
  Write("sealed.jwe", SealPlain("an answer", kTyp, parties_.portal.public_key()));
  Run("jose jwe dec -i sealed.jwe -k portal.jwk -O opened");
  EXPECT_EQ(Read("opened"), "an answer");
}

TEST_F(JoseCommandTest, VerifiesAndWritesReceipts) {
  const PublicKey portal = parties_.portal.public_key();
  const Receipt receipt{.portal = Thumbprint(portal),
                        .collector = "col_7Q2M9K4T",
                        .stream = EmptyBatch().stream,
                        .batch = EmptyBatch().batch,
                        .sequence = 41,
                        .sha256 = Base64Url(Sha256("P")),
                        .stored_at = *ParseInstant("2026-11-22T09:00:04Z")};
  const std::string ours = SignReceipt(receipt, parties_.portal);
  Write("receipt.jws", ours);
  Run("jose jws ver -i receipt.jws -k portal.pub.jwk -O receipt.json");
  EXPECT_FALSE(Works("jose jws ver -i receipt.jws -k collector.pub.jwk"));
  const std::string theirs = SignedByJose(Read("receipt.json"), kReceiptJws, "portal.jwk", "");
  EXPECT_NE(theirs, ours);
  EXPECT_EQ(ReadReceipt(theirs, portal), receipt);
}

}  // namespace
}  // namespace plotmeter
