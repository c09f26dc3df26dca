// `preview --cut` shows the very bytes that the portal keeps: what TextOfMessage makes of a batch
// that was cut is what the portal opens, stores, and names in its receipt.
//
// PLOTMETER_BATCHES in the environment says how many batches (2 000, some 15 s in a build
// without optimisation; 10 000 are the promise, and run in the same way).

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "collector/spool/spool.h"
#include "tests/collector/spool/spool_fixture.h"
#include "tests/portal/ledger/sealed_world.h"

namespace plotmeter {
namespace {

int HowMany() {
  const char* wanted = std::getenv("PLOTMETER_BATCHES");
  return wanted != nullptr ? std::atoi(wanted) : 2000;
}

// The batch without what is made by chance or by the clock when it is cut.
Batch WithoutChance(const BatchText& text) {
  Batch batch = ParseBatch(text.payload, text.names);
  batch.batch = batch.salt = batch.names_salt = "";
  batch.clock.created_at = {};
  return batch;
}

class PreviewTest : public SpoolFixture {
 protected:
  SealedWorld world_;
};

TEST_F(PreviewTest, ShowsTheBytesThatThePortalKeeps) {
  MaskModes modes;
  for (const MaskedField& field : kMaskedFields) modes.*field.mode = MaskMode::kSent;
  Spool spool({.directory = directory_, .masks = modes}, clock_);
  spool.SyncLater();  // no power goes out in this test
  const BatchSigner signer{
      .portal = world_.portal.thumbprint, .collector = world_.north.id, .key = &world_.north.key};
  const int batches = HowMany();
  std::vector<BatchText> shown;
  std::vector<std::string> hashes;
  for (int i = 0; i < batches; ++i) {
    spool.Together([&] {
      spool.Keep(ReadingOf(i, FromMillis(1'795'338'000'000 + i), i % 3));
      spool.Keep(Plotter(i % 3), Whereabouts{.ip = "10.0.0." + std::to_string(i % 250),
                                             .location = "room \xc3\xbc" + std::to_string(i)});
      JobRecord job = JobOf("job-" + std::to_string(i), "printed", "0.21");
      job.name = "plan \"" + std::to_string(i) + "\"\n.pdf";
      spool.Keep(Plotter(i % 3), job);
    });
    std::optional<BatchText> preview;
    if (i % 50 == 0) preview = spool.Preview(signer);
    const std::optional<CutBatch> cut = spool.Cut(signer);
    ASSERT_TRUE(cut);
    shown.push_back(TextOfMessage(cut->message));  // what `preview --cut` prints
    hashes.push_back(cut->sha256);
    if (preview) {
      EXPECT_EQ(WithoutChance(*preview), WithoutChance(shown.back()));
    }
    const IngestResult taken =
        world_.ingest.Take(Seal(cut->message, world_.encryption.public_key()));
    const auto* accepted = std::get_if<Accepted>(&taken);
    ASSERT_NE(accepted, nullptr) << i;
    const auto receipt = ReadReceipt(accepted->receipt, world_.portal.signing.public_key());
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->sha256, hashes.back());
    spool.Receipted(cut->batch, accepted->receipt);
  }

  Database db(world_.path, Database::Mode::kReadOnly);
  Statement kept = db.Prepare(
      "SELECT e.payload, e.names, sha256 FROM batch JOIN evidence e ON e.batch = number"
      " ORDER BY sequence");
  for (int i = 0; i < batches; ++i) {
    ASSERT_TRUE(kept.Step()) << "the portal keeps " << i << " batches of " << batches;
    const auto at = static_cast<std::size_t>(i);
    ASSERT_EQ(Inflate(kept.Text(0), kMaxMessage), shown[at].payload);
    ASSERT_EQ(Inflate(kept.Text(1), kMaxMessage), shown[at].names);
    ASSERT_EQ(kept.Text(2), Base64Url(Sha256(shown[at].payload)));
    ASSERT_EQ(kept.Text(2), hashes[at]);
    // `outbox BATCH` shows the same again.
    if (i % 50 == 0) {
      const BatchText again = TextOfMessage(spool.Shown(hashes[at])->batch.message);
      EXPECT_EQ(again.payload, shown[at].payload);
      EXPECT_EQ(again.names, shown[at].names);
    }
  }
  EXPECT_FALSE(kept.Step());
}

}  // namespace
}  // namespace plotmeter
