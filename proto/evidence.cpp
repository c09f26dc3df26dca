#include "proto/evidence.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/jose.h"
#include "common/json.h"
#include "proto/batch.h"
#include "proto/enrolment.h"
#include "proto/field.h"
#include "proto/receipt.h"
#include "proto/seal.h"
#include "proto/signed_json.h"

namespace plotmeter {
namespace {

constexpr std::size_t kHash = 32;
constexpr std::int64_t kFormat = 1;
constexpr std::size_t kMaxCollectors = 1'000'000;
constexpr std::size_t kMaxRotations = 10'000;  // of one collector, or of a portal

// A text of any length, byte for byte: S, P, N and receipts.
std::string LongText(const Field& field, const Json& object, const char* member) {
  if (!field.is_present() || !object.at(member).is_string()) field.Refuse("text");
  return object.at(member).get<std::string>();
}

std::optional<std::string> MaybeLongText(const Field& field, const Json& object,
                                         const char* member) {
  if (!field.is_present()) return std::nullopt;
  return LongText(field, object, member);
}

PublicKey Key(const Field& field) {
  const std::optional<PublicKey> key = FromJwk(field.Object());
  if (!key) field.Refuse("a P-256 key as JWK");
  return *key;
}

std::vector<std::string> Compacts(const Field& list) {
  std::vector<std::string> texts;
  const std::size_t count = list.is_present() ? list.Array(kMaxRotations) : 0;
  for (std::size_t i = 0; i < count; ++i) texts.push_back(list[i].Compact());
  return texts;
}

bool LeadsToKey(const EvidenceCollector& of) {
  std::optional<PublicKey> led;
  for (const std::string& word : of.rotations) {
    const auto rotation = ReadKeyRotation(word);
    if (!rotation || rotation->collector != of.collector || (led && *led != *rotation->old)) {
      return false;
    }
    led = rotation->key;
  }
  return !led || *led == *of.key;
}

EvidenceHead ReadHead(const Field& in) {
  in["evidence"].Integer(kFormat, kFormat);
  EvidenceHead head{.portal = in["portal"].Bytes(kHash),
                    .signing = Key(in["signing"]),
                    .exported_at = in["exported_at"].Time()};
  if (Thumbprint(*head.signing) != head.portal) {
    in["portal"].Refuse("the thumbprint of 'signing'");
  }
  head.chain = Compacts(in["chain"]);
  const Field list = in["collectors"];
  const std::size_t count = list.Array(kMaxCollectors);
  for (std::size_t i = 0; i < count; ++i) {
    const Field of = list[i];
    head.collectors.push_back({.collector = of["collector"].SomeText(),
                               .key = Key(of["key"]),
                               .rotations = Compacts(of["rotations"]),
                               .site = of["site"].Text(),
                               .revoked_at = of["revoked_at"].Maybe(&Field::Time)});
    if (!LeadsToKey(head.collectors.back())) {
      of["rotations"].Refuse("the words by which each key of this collector named the next");
    }
  }
  return head;
}

EvidenceBatch ReadBatch(const Field& in, const Json& json) {
  return {.collector = in["collector"].SomeText(),
          .stream = in["stream"].Uuid('*'),
          .sequence = in["sequence"].Integer(1, kMaxInteger),
          .batch = in["batch"].Uuid('7'),
          .sha256 = in["sha256"].Bytes(kHash),
          .received_at = in["received_at"].Time(),
          .receipt = LongText(in["receipt"], json, "receipt"),
          .jws = LongText(in["jws"], json, "jws"),
          .payload = MaybeLongText(in["payload"], json, "payload"),
          .names = MaybeLongText(in["names"], json, "names")};
}

}  // namespace

std::string WriteEvidenceHead(const EvidenceHead& head) {
  Json collectors = Json::array();
  for (const EvidenceCollector& of : head.collectors) {
    Json row = {{"collector", of.collector}, {"key", ToJwk(*of.key)}, {"site", of.site}};
    if (!of.rotations.empty()) row["rotations"] = of.rotations;
    if (of.revoked_at) row["revoked_at"] = FormatInstant(*of.revoked_at);
    collectors.push_back(std::move(row));
  }
  Json out = {{"evidence", kFormat},
              {"portal", head.portal},
              {"signing", ToJwk(*head.signing)},
              {"exported_at", FormatInstant(head.exported_at)},
              {"collectors", std::move(collectors)}};
  if (!head.chain.empty()) out["chain"] = head.chain;
  return JsonText(out);
}

std::string WriteEvidence(const EvidenceBatch& batch) {
  Json out = {{"collector", batch.collector}, {"stream", batch.stream},
              {"sequence", batch.sequence},   {"batch", batch.batch},
              {"sha256", batch.sha256},       {"received_at", FormatInstant(batch.received_at)},
              {"receipt", batch.receipt},     {"jws", batch.jws}};
  if (batch.payload) out["payload"] = *batch.payload;
  if (batch.names) out["names"] = *batch.names;
  return JsonText(out);
}

std::string WriteEvidence(const EvidenceGap& gap) {
  return JsonText({{"collector", gap.collector},
                   {"stream", gap.stream},
                   {"sequence", gap.sequence},
                   {"gap", gap.kind},
                   {"detail", gap.detail}});
}

std::string WriteEvidenceEnd(const EvidenceEnd& end, const PrivateKey& portal) {
  const Json payload = {
      {"portal", end.portal}, {"batches", end.batches}, {"gaps", end.gaps}, {"sha256", end.sha256}};
  return JsonText({{"end", SignJws(kEvidenceJws, JsonText(payload), portal)}});
}

EvidenceLine ReadEvidenceLine(std::string_view line) {
  Json json;
  try {
    json = ParseJson(line, {.max_bytes = kMaxEvidenceLine, .max_depth = 8});
  } catch (const JsonError& error) {
    throw BatchError(error.what());
  }
  const Field in(json);
  if (in["evidence"].is_present()) return ReadHead(in);
  if (in["end"].is_present()) return EvidenceSigned{LongText(in["end"], json, "end")};
  if (in["gap"].is_present()) {
    return EvidenceGap{.collector = in["collector"].SomeText(),
                       .stream = in["stream"].Uuid('*'),
                       .sequence = in["sequence"].Integer(1, kMaxInteger),
                       .kind = in["gap"].Word(),
                       .detail = LongText(in["detail"], json, "detail")};
  }
  return ReadBatch(in, json);
}

std::optional<EvidenceEnd> ReadEvidenceEnd(std::string_view jws, const PublicKey& portal) {
  return ReadSigned<EvidenceEnd>(jws, kEvidenceJws, portal, [](const Field& in) {
    return EvidenceEnd{.portal = in["portal"].Bytes(kHash),
                       .batches = in["batches"].Integer(0, kMaxInteger),
                       .gaps = in["gaps"].Integer(0, kMaxInteger),
                       .sha256 = in["sha256"].Bytes(kHash)};
  });
}

EvidenceKeys EvidenceKeys::Of(const EvidenceHead& head) {
  EvidenceKeys keys{.portal = {*head.signing}};
  for (const std::string& text : head.chain) {
    if (const auto link = ReadKeysLink(text)) {
      keys.portal.push_back(*link->signing);
      keys.portal.push_back(link->replaced.value_or(*link->by));
    }
  }
  for (const EvidenceCollector& of : head.collectors) {
    std::vector<Signer>& signers = keys.collectors[of.collector];
    signers.push_back({*of.key});
    for (const std::string& word : of.rotations) {
      const auto rotation = ReadKeyRotation(word);
      if (rotation) signers.push_back({*rotation->old, rotation->last});
    }
  }
  return keys;
}

bool LeadsTo(const std::vector<std::string>& chain, const std::string& from,
             const PublicKey& signing) {
  std::string led = from;
  for (const std::string& text : chain) {
    const auto link = ReadKeysLink(text);
    if (link && Thumbprint(*link->by) == led) led = Thumbprint(*link->signing);
  }
  return led == Thumbprint(signing);
}

}  // namespace plotmeter
