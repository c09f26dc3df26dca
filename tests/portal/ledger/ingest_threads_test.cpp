#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "portal/ledger/ingest.h"
#include "tests/portal/ledger/sealed_world.h"

namespace plotmeter {
namespace {

class IngestThreadsTest : public testing::Test, protected SealedWorld {};

TEST_F(IngestThreadsTest, StoreABatchOnceThatAllBringAtOnce) {
  const BatchText text = WriteBatch(MakeBatch(north, 1, {"433"}, At("2026-11-10T12:00:00Z")));
  std::vector<std::string> receipts(16);
  {
    std::vector<std::jthread> threads;
    for (std::string& receipt : receipts) {
      threads.emplace_back([this, &text, &receipt] {
        receipt = std::get<Accepted>(ingest.Take(Sealed(text, north.key))).receipt;
      });
    }
  }
  for (const std::string& receipt : receipts) EXPECT_EQ(receipt, receipts[0]);
  Database db(path, Database::Mode::kReadOnly);
  Statement batches = db.Prepare("SELECT count(*) FROM batch");
  batches.Step();
  EXPECT_EQ(batches.Int(0), 1);
}

}  // namespace
}  // namespace plotmeter
