#include "proto/evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/jose.h"
#include "proto/batch.h"
#include "proto/enrolment.h"
#include "proto/evidence_words.h"
#include "proto/receipt.h"
#include "proto/seal.h"
#include "tests/proto/sample.h"

namespace plotmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A stream of batches as a portal keeps them, each naming the one before.
class EvidenceTest : public testing::Test {
 protected:
  EvidenceBatch Next(std::vector<Voided> voided = {}, std::int64_t skip = 0) {
    Batch batch = ExampleBatch();
    batch.sequence = sequence_ += 1 + skip;
    batch.previous = previous_;
    batch.batch = NewUuidV7(batch.clock.created_at + std::chrono::seconds(sequence_));
    batch.voided = std::move(voided);
    const BatchText text = WriteBatch(batch);
    EvidenceBatch kept{.collector = batch.collector,
                       .stream = batch.stream,
                       .sequence = batch.sequence,
                       .batch = batch.batch,
                       .sha256 = Base64Url(Sha256(text.payload)),
                       .received_at = batch.clock.created_at,
                       .jws = SignDetachedJws(kBatchJws, text.payload, parties_.collector),
                       .payload = text.payload,
                       .names = text.names};
    kept.receipt = ReceiptFor(kept);
    previous_ = kept.sha256;
    return kept;
  }

  std::string ReceiptFor(const EvidenceBatch& batch) const {
    return SignReceipt({.portal = Thumbprint(signing_.public_key()),
                        .collector = batch.collector,
                        .stream = batch.stream,
                        .batch = batch.batch,
                        .sequence = batch.sequence,
                        .sha256 = batch.sha256,
                        .stored_at = batch.received_at},
                       signing_);
  }

  EvidenceKeys keys() const {
    return {.portal = {signing_.public_key()},
            .collectors = {{ExampleBatch().collector, {{parties_.collector.public_key()}}}}};
  }

  EvidenceReport Checked(const std::vector<std::variant<EvidenceBatch, EvidenceGap>>& lines) {
    EvidenceCheck check(keys());
    for (const auto& line : lines) std::visit([&](const auto& of) { check.Add(of); }, line);
    return check.Finish();
  }
  std::string FirstFault(const std::vector<std::variant<EvidenceBatch, EvidenceGap>>& lines) {
    const EvidenceReport report = Checked(lines);
    return report.faults.empty() ? "" : report.faults.front();
  }
  EvidenceGap Void(std::int64_t sequence) const {
    const Batch batch = ExampleBatch();
    return {batch.collector, batch.stream, sequence, "void", "refused"};
  }

  Parties parties_ = Parties::Published();
  PrivateKey signing_ = PrivateKey::Generate();  // the portal's, of receipts
  std::int64_t sequence_ = 0;
  std::string previous_ = {};
};

TEST_F(EvidenceTest, IsCleanWhereEachBatchIsSignedAndNamesTheOneBefore) {
  const EvidenceReport report = Checked({Next(), Next(), Next()});
  EXPECT_THAT(report.faults, IsEmpty());
  EXPECT_EQ(report.batches, 3);
  EXPECT_EQ(report.streams, 1);
  EXPECT_GT(report.readings, 0);
  EXPECT_THAT(report.missing, IsEmpty());
}

TEST_F(EvidenceTest, NamesTheFirstBatchThatWasAltered) {
  const EvidenceBatch first = Next();
  EvidenceBatch second = Next();
  const EvidenceBatch third = Next();
  for (std::size_t at = 0; at < second.payload->size(); at += 7) {
    EvidenceBatch bent = second;
    (*bent.payload)[at] = static_cast<char>((*bent.payload)[at] ^ 1);
    EXPECT_THAT(FirstFault({first, bent, third}), HasSubstr("sequence 2: the signature")) << at;
  }
  EvidenceBatch other_names = second;
  *other_names.names += " ";
  EXPECT_THAT(FirstFault({first, other_names, third}), HasSubstr("sequence 2: 'names' is not"));
}

TEST_F(EvidenceTest, NamesWhatTheRowSaysOtherwise) {
  const EvidenceBatch right = Next();
  EvidenceBatch bent = right;
  bent.sha256 = Base64Url(Sha256("another"));
  EXPECT_THAT(FirstFault({bent}), HasSubstr("does not have the hash that is noted"));
  bent = right;
  bent.batch = NewUuidV7({});
  bent.receipt = ReceiptFor(bent);
  EXPECT_THAT(FirstFault({bent}), HasSubstr("names another collector, stream, sequence or batch"));
  bent = right;
  bent.receipt = SignReceipt({.sha256 = right.sha256}, PrivateKey::Generate());
  EXPECT_THAT(FirstFault({bent}), HasSubstr("not signed by the portal"));
  bent = right;
  bent.jws = SignDetachedJws(kBatchJws, *right.payload, PrivateKey::Generate());
  EXPECT_THAT(FirstFault({bent}), HasSubstr("not by the collector's"));
  bent = right;
  bent.collector = "col_ZZZZZZZZ";
  EXPECT_THAT(FirstFault({bent}), HasSubstr("its collector's key is not known"));
}

TEST_F(EvidenceTest, FindsOutWhatWasLeftOut) {
  const EvidenceBatch first = Next();
  const EvidenceBatch second = Next();
  const EvidenceBatch third = Next();
  EXPECT_THAT(Checked({first, third}).missing, ElementsAre(HasSubstr("sequence 2")));
  EXPECT_THAT(FirstFault({first, Void(2), third}),
              HasSubstr("sequence 2: called void, but no signed batch says so"));
  EXPECT_THAT(FirstFault({second, first, third}), HasSubstr("expected them rising"));
  EXPECT_THAT(FirstFault({first, second, second}), HasSubstr("a second batch"));
}

TEST_F(EvidenceTest, BelievesAVoidThatASignedBatchNamesByItsHash) {
  const EvidenceBatch first = Next();
  const EvidenceBatch gone = Next();
  const EvidenceBatch third = Next({{2, gone.sha256, "refused: schema"}});
  const EvidenceReport report = Checked({first, Void(2), third});
  EXPECT_THAT(report.faults, IsEmpty());
  EXPECT_THAT(report.voids, ElementsAre(HasSubstr("sequence 2")));
}

TEST_F(EvidenceTest, FindsAVoidOfAnotherContentThanTheChainNames) {
  const EvidenceBatch first = Next();
  Next();
  const EvidenceBatch third = Next({{2, Base64Url(Sha256("another")), "refused"}});
  EXPECT_THAT(FirstFault({first, Void(2), third}), HasSubstr("another content than its void"));
}

TEST_F(EvidenceTest, FindsABrokenChain) {
  const EvidenceBatch first = Next();
  previous_ = Base64Url(Sha256("another"));
  EXPECT_THAT(FirstFault({first, Next()}),
              HasSubstr("sequence 2: it does not name the batch before it"));
  sequence_ = 0;
  EXPECT_THAT(FirstFault({Next()}), HasSubstr("sequence 1: it does not name"));
}

TEST_F(EvidenceTest, CallsErasedWhatIsErasedAndNotBroken) {
  EvidenceBatch first = Next();
  EvidenceBatch second = Next();
  const EvidenceBatch third = Next();
  first.names.reset();
  second.payload.reset();
  second.names.reset();
  const EvidenceReport report = Checked({first, second, third});
  EXPECT_THAT(report.faults, IsEmpty());
  EXPECT_EQ(report.erased, 1);
  EXPECT_EQ(report.names_erased, 1);
  EXPECT_THAT(ToWords(report), HasSubstr("1 erased, hash and place kept; 1 without names"));
}

TEST_F(EvidenceTest, KnowsTheKeysThatACollectorHadBefore) {
  const PrivateKey second = PrivateKey::Generate();
  const PrivateKey third = PrivateKey::Generate();
  const Batch example = ExampleBatch();
  const auto word = [&](const PrivateKey& old, const PrivateKey& next, std::int64_t last) {
    return WriteKeyRotation({.portal = example.portal,
                             .collector = example.collector,
                             .last = {{example.stream, last}}},
                            old, next);
  };
  const EvidenceBatch first_batch = Next();
  const EvidenceBatch late = Next();  // by the first key, which stopped before
  EvidenceHead head{
      .portal = Thumbprint(signing_.public_key()),
      .signing = signing_.public_key(),
      .exported_at = first_batch.received_at,
      .collectors = {{.collector = example.collector,
                      .key = third.public_key(),
                      .rotations = {word(parties_.collector, second, 1), word(second, third, 1)}}}};
  const auto read = std::get<EvidenceHead>(ReadEvidenceLine(WriteEvidenceHead(head)));
  EvidenceCheck check(EvidenceKeys::Of(read));
  check.Add(first_batch);
  check.Add(late);
  const EvidenceReport report = check.Finish();
  ASSERT_EQ(report.faults.size(), 1U);
  EXPECT_THAT(report.faults[0], HasSubstr("sequence 2: it is signed by key"));
  EXPECT_THAT(report.faults[0], HasSubstr("which was replaced before"));

  std::swap(head.collectors[0].rotations[0], head.collectors[0].rotations[1]);
  EXPECT_THROW(ReadEvidenceLine(WriteEvidenceHead(head)), BatchError) << "not in their order";
  head.collectors[0].rotations = {word(parties_.collector, second, 1)};
  EXPECT_THROW(ReadEvidenceLine(WriteEvidenceHead(head)), BatchError) << "it leads elsewhere";
}

TEST_F(EvidenceTest, KnowsTheKeysThatThePortalHadBefore) {
  const PrivateKey second = PrivateKey::Generate();
  const std::vector<std::string> chain = {
      WriteKeysLink({.signing = second.public_key()}, signing_)};
  EXPECT_TRUE(LeadsTo(chain, Thumbprint(signing_.public_key()), second.public_key()));
  EXPECT_FALSE(LeadsTo({}, Thumbprint(signing_.public_key()), second.public_key()));
  EvidenceHead head{.portal = Thumbprint(second.public_key()),
                    .signing = second.public_key(),
                    .chain = chain,
                    .collectors = {{.collector = ExampleBatch().collector,
                                    .key = parties_.collector.public_key()}}};
  for (const bool with_chain : {true, false}) {
    if (!with_chain) head.chain.clear();
    EvidenceCheck check(
        EvidenceKeys::Of(std::get<EvidenceHead>(ReadEvidenceLine(WriteEvidenceHead(head)))));
    EvidenceBatch batch = Next();
    check.Add(batch);
    EXPECT_EQ(check.Finish().faults.empty(), with_chain) << "its receipt is by the first key";
    sequence_ = 0;
    previous_.clear();
  }
}

TEST_F(EvidenceTest, ComesBackFromItsLines) {
  const EvidenceBatch batch = Next();
  EXPECT_EQ(std::get<EvidenceBatch>(ReadEvidenceLine(WriteEvidence(batch))), batch);
  EvidenceBatch erased = batch;
  erased.payload.reset();
  erased.names.reset();
  EXPECT_EQ(std::get<EvidenceBatch>(ReadEvidenceLine(WriteEvidence(erased))), erased);
  EXPECT_EQ(std::get<EvidenceGap>(ReadEvidenceLine(WriteEvidence(Void(7)))), Void(7));
  const PublicKey portal = signing_.public_key();
  const EvidenceHead head{
      .portal = Thumbprint(portal),
      .signing = portal,
      .exported_at = batch.received_at,
      .collectors = {{.collector = batch.collector, .key = parties_.collector.public_key()}}};
  const auto read = std::get<EvidenceHead>(ReadEvidenceLine(WriteEvidenceHead(head)));
  EXPECT_EQ(read.portal, head.portal);
  EXPECT_EQ(read.collectors.at(0).key, head.collectors.at(0).key);
}

TEST_F(EvidenceTest, RefusesWordsThatAreNoLine) {
  const struct {
    const char* line;
    const char* words;
  } cases[] = {
      {"", "byte"},
      {"[]", "the document is an array of 0"},
      {R"({"evidence":2})", "'evidence' is 2; expected an integer from 1 to 1"},
      {R"({"gap":"void","collector":""})", "'collector' is \"\"; expected text that is not empty"},
      {R"({"end":7})", "'end' is 7; expected text"},
      {R"({"collector":"c","stream":"x"})", "'stream' is \"x\""},
  };
  for (const auto& c : cases) {
    try {
      ReadEvidenceLine(c.line);
      ADD_FAILURE() << c.line;
    } catch (const BatchError& error) {
      EXPECT_THAT(error.what(), HasSubstr(c.words)) << c.line;
    }
  }
}

}  // namespace
}  // namespace plotmeter
