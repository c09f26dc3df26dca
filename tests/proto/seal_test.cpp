#include "proto/seal.h"

#include <gtest/gtest.h>

#include "tests/proto/sample.h"

namespace plotmeter {
namespace {

TEST(SealTest, OpensWhatItSealed) {
  const Parties parties;
  const BatchText text = WriteBatch(FullBatch());
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

}  // namespace
}  // namespace plotmeter
