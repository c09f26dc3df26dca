#include "portal/ledger/evidence.h"

#include <fmt/format.h>

#include <tuple>
#include <utility>
#include <vector>

#include "common/jose.h"
#include "common/json.h"
#include "proto/seal.h"

namespace plotmeter {
namespace {

// What was kept that is no DEFLATE reads as empty, whose hash is not the one noted.
std::optional<std::string> Unpacked(const std::optional<std::string>& kept, bool plain) {
  if (!kept || plain) return kept;
  return Inflate(*kept, kMaxMessage).value_or("");
}

EvidenceBatch BatchOf(const EvidenceRow& row) {
  return {.collector = row.collector,
          .stream = row.stream,
          .sequence = row.sequence,
          .batch = row.batch,
          .sha256 = row.sha256,
          .received_at = row.received_at,
          .receipt = row.receipt,
          .jws = row.jws,
          .payload = Unpacked(row.payload, row.plain),
          .names = Unpacked(row.names, row.plain)};
}

EvidenceHead HeadOf(Store& store, const ResellerId& reseller, const std::string& collector,
                    const EvidencePortal& portal, Instant now) {
  const PublicKey signing = portal.signing.public_key();
  EvidenceHead head{
      .portal = Thumbprint(signing), .signing = signing, .chain = portal.chain, .exported_at = now};
  for (const Collector& of : store.Collectors(reseller)) {
    if (!collector.empty() && of.id != collector) continue;
    std::optional<PublicKey> key = FromJwk(ParseJson(of.jwk));
    if (!key) continue;  // its batches will be named: nobody knows their key
    const std::optional<Site> site = store.FindSite(reseller, of.site);
    std::vector<std::string> rotations;
    for (RetiredKey& old : store.RetiredKeys(reseller, of.id)) {
      rotations.push_back(std::move(old.rotation));
    }
    head.collectors.push_back({.collector = of.id,
                               .key = std::move(key),
                               .rotations = std::move(rotations),
                               .site = site ? site->name : "",
                               .revoked_at = of.revoked_at});
  }
  return head;
}

// Batches and gaps in one order.
template <typename VisitBatch, typename VisitGap>
void EachInOrder(Store& store, const ResellerId& reseller, const std::string& collector,
                 const VisitBatch& visit_batch, const VisitGap& visit_gap) {
  std::vector<Gap> gaps = store.Gaps(reseller);
  std::erase_if(gaps,
                [&](const Gap& gap) { return !collector.empty() && gap.collector != collector; });
  auto gap = gaps.begin();
  const auto tell = [&] {
    visit_gap(EvidenceGap{gap->collector, gap->stream, gap->sequence, gap->kind, gap->detail});
    ++gap;
  };
  store.EachBatch(reseller, collector, [&](const EvidenceRow& row) {
    while (gap != gaps.end() && std::tie(gap->collector, gap->stream, gap->sequence) <
                                    std::tie(row.collector, row.stream, row.sequence)) {
      tell();
    }
    visit_batch(BatchOf(row));
  });
  while (gap != gaps.end()) tell();
}

}  // namespace

EvidenceReport VerifyStored(Store& store, const ResellerId& reseller, const std::string& collector,
                            const EvidencePortal& portal) {
  EvidenceCheck check(EvidenceKeys::Of(HeadOf(store, reseller, collector, portal, {})));
  EachInOrder(
      store, reseller, collector, [&](const EvidenceBatch& batch) { check.Add(batch); },
      [&](const EvidenceGap& gap) { check.Add(gap); });
  return check.Finish();
}

void ExportStored(Store& store, const ResellerId& reseller, const std::string& collector,
                  const EvidencePortal& portal, Instant now,
                  const std::function<void(std::string_view)>& write) {
  const EvidenceHead head = HeadOf(store, reseller, collector, portal, now);
  EvidenceEnd end{.portal = head.portal};
  Sha256Stream hash;
  const auto line = [&](std::string text) {
    text += '\n';
    hash.Add(text);
    write(text);
  };
  line(WriteEvidenceHead(head));
  EachInOrder(
      store, reseller, collector,
      [&](const EvidenceBatch& batch) {
        ++end.batches;
        line(WriteEvidence(batch));
      },
      [&](const EvidenceGap& gap) {
        ++end.gaps;
        line(WriteEvidence(gap));
      });
  end.sha256 = Base64Url(hash.Finish());
  write(WriteEvidenceEnd(end, portal.signing) + "\n");
}

}  // namespace plotmeter
