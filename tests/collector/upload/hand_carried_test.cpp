#include "collector/upload/hand_carried.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "common/jose.h"
#include "common/json.h"
#include "proto/receipt.h"
#include "proto/seal.h"
#include "tests/collector/spool/spool_fixture.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class HandCarriedTest : public SpoolFixture {
 protected:
  HandCarriedTest() {
    identity_.portal = Thumbprint(signing_.public_key());
    identity_.collector = signer().collector;
    identity_.key = key_;
    identity_.keys = {
        .version = 1, .signing = signing_.public_key(), .encryption = {encryption_.public_key()}};
  }

  std::string Head(std::int64_t version = 1) {
    const std::string keys = WriteKeys({.version = version,
                                        .signing = signing_.public_key(),
                                        .encryption = {encryption_.public_key()},
                                        .issued_at = clock_.Now()},
                                       signing_);
    return JsonText({{"receipts", 1}, {"portal", identity_.portal}, {"keys", keys}}) + "\n";
  }
  static std::string Line(int status, const std::string& jws) {
    return JsonText({{"file", "f"}, {"status", status}, {"jws", jws}}) + "\n";
  }
  Receipt ReceiptOf(const CutBatch& batch) const {
    return {.portal = identity_.portal,
            .collector = identity_.collector,
            .stream = batch.stream,
            .batch = batch.batch,
            .sequence = batch.sequence,
            .sha256 = batch.sha256,
            .stored_at = clock_.Now()};
  }
  ReceiptsTaken Take(Spool& spool, const std::string& text) {
    return ImportReceipts(spool, clock_, identity_, text);
  }

  PrivateKey signing_ = PrivateKey::Generate();
  PrivateKey encryption_ = PrivateKey::Generate();
  UploadIdentity identity_ = {};
  std::string out_ = directory_ + "/out";
};

TEST_F(HandCarriedTest, ExportsTheBatchesThatWaitAsTheyWouldBeSent) {
  Spool spool = Open();
  spool.Keep(ReadingOf(1, clock_.Now()));
  const std::vector<std::string> names = ExportBatches(spool, identity_, out_);
  const CutBatch batch = *spool.Next();
  EXPECT_THAT(names, ElementsAre(batch.stream + "-00000001.jose"));
  std::ifstream in(out_ + "/" + names[0], std::ios::binary);
  const std::string sealed{std::istreambuf_iterator<char>(in), {}};
  in.close();  // Windows replaces no file that somebody has open
  const OpenResult opened = plotmeter::Open(
      sealed,
      {.decryption = [&](const std::string&) { return std::optional(encryption_); },
       .signer =
           [&](const std::string&) { return std::optional(OpenKeys::Signer{key_.public_key()}); }});
  EXPECT_EQ(opened.text.payload, TextOfMessage(batch.message).payload);
  EXPECT_EQ(spool.CountWaiting().batches, 1) << "only a receipt lets it go";
  EXPECT_EQ(ExportBatches(spool, identity_, out_), names);
}

TEST_F(HandCarriedTest, LetsGoWhatAReceiptOfThePortalNames) {
  Spool spool = Open();
  spool.Keep(ReadingOf(1, clock_.Now()));
  ExportBatches(spool, identity_, out_);
  const CutBatch batch = *spool.Next();
  const std::string receipt = Line(200, SignReceipt(ReceiptOf(batch), signing_));
  const ReceiptsTaken taken = Take(spool, Head() + receipt);
  EXPECT_EQ(taken.receipted, 1);
  EXPECT_THAT(taken.troubles, IsEmpty());
  EXPECT_EQ(spool.CountWaiting().batches, 0);
  EXPECT_EQ(Take(spool, Head() + receipt).before, 1) << "the same file again";
}

TEST_F(HandCarriedTest, BelievesNobodyButThePortalAndNothingAboutAnotherBatch) {
  Spool spool = Open();
  spool.Keep(ReadingOf(1, clock_.Now()));
  ExportBatches(spool, identity_, out_);
  const CutBatch batch = *spool.Next();
  Receipt other = ReceiptOf(batch);
  other.sha256 = Base64Url(Sha256("another"));
  for (const std::string& line :
       {Line(200, SignReceipt(ReceiptOf(batch), PrivateKey::Generate())),
        Line(200, SignReceipt(other, signing_)), Line(200, "no JWS"), std::string("[]\n"),
        std::string("{\"file\":\"f\"}\n"), std::string("not JSON\n")}) {
    const ReceiptsTaken taken = Take(spool, Head() + line);
    EXPECT_EQ(taken.receipted + taken.refused + taken.before, 0) << line;
    EXPECT_EQ(taken.troubles.size(), 1U) << line;
    EXPECT_THAT(taken.troubles.at(0), HasSubstr("line 2: ")) << line;
  }
  EXPECT_EQ(spool.CountWaiting().batches, 1);
}

TEST_F(HandCarriedTest, SetsAsideWhatThePortalRefusedForGood) {
  Spool spool = Open();
  spool.Keep(ReadingOf(1, clock_.Now()));
  ExportBatches(spool, identity_, out_);
  const CutBatch batch = *spool.Next();
  const RefusalNote note{.portal = identity_.portal,
                         .collector = identity_.collector,
                         .sha256 = batch.sha256,
                         .sealed_sha256 = Base64Url(Sha256("E")),
                         .status = 422,
                         .check = "schema",
                         .detail = "'x' is missing",
                         .at = clock_.Now()};
  const ReceiptsTaken taken = Take(spool, Head() + Line(422, SignRefusal(note, signing_)));
  EXPECT_EQ(taken.refused, 1);
  EXPECT_THAT(taken.troubles, ElementsAre(HasSubstr("refused: schema: 'x' is missing")));
  EXPECT_EQ(spool.CountWaiting().aside, 1);
}

TEST_F(HandCarriedTest, LearnsThePortalsNewerKeys) {
  Spool spool = Open();
  int remembered = 0;
  identity_.remember_keys = [&](const std::string&, const PortalKeys&) { ++remembered; };
  Take(spool, Head(1));
  EXPECT_EQ(remembered, 0);
  Take(spool, Head(2));
  EXPECT_EQ(remembered, 1);
}

TEST_F(HandCarriedTest, TakesReceiptsByAKeyThatThePortalHasMeanwhile) {
  Spool spool = Open();
  const PrivateKey next = PrivateKey::Generate();
  const std::string name = Thumbprint(next.public_key());
  const auto head = [&](const std::string& portal, std::vector<std::string> chain) {
    const std::string keys = WriteKeys({.version = 2,
                                        .encryption = {encryption_.public_key()},
                                        .chain = std::move(chain),
                                        .issued_at = clock_.Now()},
                                       next);
    return JsonText({{"receipts", 1}, {"portal", portal}, {"keys", keys}}) + "\n";
  };
  const std::string link = WriteKeysLink({.signing = next.public_key()}, signing_);
  spool.Keep(ReadingOf(1, clock_.Now()));
  const CutBatch batch = *spool.Cut(
      {.portal = identity_.portal, .collector = identity_.collector, .key = &*identity_.key});
  spool.Sending(batch.batch, 1);
  const std::string line = Line(200, SignReceipt(ReceiptOf(batch), next));
  EXPECT_THROW(Take(spool, head(name, {}) + line), std::runtime_error) << "ours chose nobody";
  EXPECT_THROW(Take(spool, head("another", {link}) + line), std::runtime_error);
  EXPECT_EQ(Take(spool, head(name, {link}) + line).receipted, 1);
}

TEST_F(HandCarriedTest, RefusesAFileThatIsNone) {
  Spool spool = Open();
  for (const char* text : {"", "hello", "[]\n", "{}\n", "{\"receipts\":2,\"keys\":\"\"}\n",
                           "{\"receipts\":1,\"portal\":\"another\",\"keys\":\"\"}\n"}) {
    EXPECT_THROW(Take(spool, text), std::runtime_error) << text;
  }
}

}  // namespace
}  // namespace plotmeter
