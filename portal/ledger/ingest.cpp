#include "portal/ledger/ingest.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/jose.h"
#include "common/json.h"
#include "common/log.h"
#include "common/sqlite.h"
#include "proto/rotation.h"

namespace plotmeter {
namespace {

// The HTTP status of each refusal of Open: what the collector does is decided by it (wire section
// 4).
int StatusOf(Refusal refusal) {
  switch (refusal) {
    case Refusal::kTooLarge:
    case Refusal::kInflation:
      return 413;
    case Refusal::kSignerUnknown:
    case Refusal::kRevoked:
      return 401;
    case Refusal::kForm:
    case Refusal::kKeyUnknown:
    case Refusal::kPoint:
    case Refusal::kMac:
    case Refusal::kSignature:
    case Refusal::kNoRoom:
    case Refusal::kNone:
      break;
  }
  return 400;
}

bool IsDoubtful(const ClockNote& clock) {
  return clock.offset_ms &&
         (*clock.offset_ms > kDoubtfulClock.count() || *clock.offset_ms < -kDoubtfulClock.count());
}

BatchRecord PlaceOf(const BatchAddress& address, const std::string& sha256) {
  return {.collector = address.collector,
          .batch = address.batch,
          .stream = address.stream,
          .sequence = address.sequence,
          .previous = address.previous,
          .sha256 = sha256};
}

// At most what ParseBatch takes for a text: each value stands behind a comma or opens something,
// and costs less than this, in the document and in the batch together. Its characters come on top,
// but they are not more than the text, which was counted when it was inflated.
std::size_t ParsedSize(std::string_view text) {
  constexpr std::size_t kValue = 224;  // bytes; an object of one member in an array comes closest
  return kValue * static_cast<std::size_t>(std::ranges::count_if(
                      text, [](char c) { return c == ',' || c == '[' || c == '{'; }));
}

// Points into `batch`, which must outlive the record.
void AddContents(BatchRecord& record, const Batch& batch) {
  record.doubtful = IsDoubtful(batch.clock);
  if (record.doubtful) record.offset_ms = *batch.clock.offset_ms;
  record.printers = batch.printers;
  record.whereabouts = &batch.whereabouts;
  record.readings.reserve(batch.readings.size());
  for (const BatchReading& of : batch.readings) {
    record.readings.push_back({of.printer, &of.reading});
  }
  record.jobs.reserve(batch.jobs.size());
  for (const BatchJob& of : batch.jobs) record.jobs.push_back({of.printer, &of.job});
  for (const BatchAlert& of : batch.alerts) {
    record.alerts.push_back({of.printer, of.channel, &of.alert, of.since, of.cleared_at});
  }
  for (const BatchEvent& of : batch.events) record.events.push_back({of.printer, &of.event});
  for (const Voided& gone : batch.voided) {
    record.voided.push_back({gone.sequence, fmt::format("{} ({})", gone.reason, gone.sha256)});
  }
}

// What a key signed that was replaced since, its successor signs again: the same words.
std::string SignedBy(const PortalIdentity& portal, std::string receipt) {
  const auto jws = ReadJws(receipt);
  if (!jws || jws->header.kid == portal.thumbprint) return receipt;
  return SignJws(kReceiptJws, jws->payload, portal.signing);
}

}  // namespace

Refused Ingest::Refuse(const Known& known, int status, std::string check,
                       std::string detail) const {
  Refused refused{.status = status, .check = std::move(check), .detail = std::move(detail)};
  refused.signed_note = SignRefusal({.portal = known.portal->thumbprint,
                                     .collector = known.collector,
                                     .sha256 = known.sha256,
                                     .sealed_sha256 = known.sealed_sha256,
                                     .status = refused.status,
                                     .check = refused.check,
                                     .detail = refused.detail,
                                     .at = clock_.Now()},
                                    known.portal->signing);
  return refused;
}

IngestResult Ingest::Take(std::string_view sealed) {
  try {
    return TakeSealed(sealed);
  } catch (const SqliteBusy& busy) {
    Log(LogLevel::kWarning, "database_busy", {{"why", busy.what()}});
    return Postponed{"the database is busy"};
  }
}

IngestResult Ingest::TakeSealed(std::string_view sealed) {
  MemoryBudget::Share memory(memory_);
  Known known{.portal = portal_.Now(), .sealed_sha256 = Base64Url(Sha256(sealed))};
  std::optional<KnownCollector> signer;
  const OpenResult opened =
      Open(sealed, {.decryption = known.portal->decryption,
                    .signer = [&](const std::string& kid) -> std::optional<OpenKeys::Signer> {
                      signer = directory_.CollectorByKey(kid);
                      if (!signer) return std::nullopt;
                      auto key = FromJwk(ParseJson(signer->jwk));
                      if (!key) return std::nullopt;
                      return OpenKeys::Signer{*std::move(key), signer->revoked};
                    },
                    // Twice: while M grows it is copied, and later SQLite copies what it stores.
                    .room = [&](std::size_t bytes) { return memory.Take(2 * bytes); }});
  if (opened.refusal == Refusal::kNoRoom) return Postponed{opened.detail};
  if (opened.refusal != Refusal::kNone || !signer) {
    return Refuse(known, StatusOf(opened.refusal), std::string(ToText(opened.refusal)),
                  opened.detail);
  }
  const std::size_t parsed = ParsedSize(opened.text.payload) + ParsedSize(opened.text.names);
  if (memory.NeverFits(parsed)) {
    return Refuse(known, 413, "inflation", "more values than the portal ever takes at once");
  }
  if (!memory.Take(parsed)) return Postponed{"too many large batches at once"};
  return TakeOpened(opened, *signer, std::move(known));
}

// Checks 8 to 11: for us, from the signer, not stored before, the schema, one transaction.
IngestResult Ingest::TakeOpened(const OpenResult& opened, const KnownCollector& signer,
                                Known known) {
  const PortalIdentity& portal = *known.portal;
  known.collector = signer.collector;
  known.sha256 = Base64Url(Sha256(opened.text.payload));
  std::optional<BatchDocument> document;
  BatchRecord record;
  std::string named;  // the portal, as this collector knows it
  try {
    document.emplace(opened.text.payload);
    const BatchAddress address = document->Address();
    record = PlaceOf(address, known.sha256);
    if (address.portal != portal.thumbprint && !portal.earlier.contains(address.portal)) {
      return Refuse(known, 422, "portal", "the batch was made for another portal");
    }
    named = address.portal;
  } catch (const BatchError& error) {
    return Refuse(known, 422, "schema", error.what());
  }
  if (record.collector != signer.collector) {
    return Refuse(known, 422, "collector", "'collector' is not the one whose key signed the batch");
  }
  const BatchFound found = store_.FindBatch(signer.reseller, record);
  if (found.place == BatchPlace::kStored) return Accepted{SignedBy(portal, found.receipt), true};
  if (!signer.next.empty() && !IsWithin(ReadMarks(signer.last), record.stream, record.sequence)) {
    return Refuse(known, 401, "key-replaced",
                  "the collector replaced the key that signed it before it came to this batch");
  }
  if (auto clash = Clash(known, signer, record, found.place)) return *std::move(clash);
  Batch batch;
  try {
    batch = document->Read(opened.text.names);
  } catch (const BatchError& error) {
    return Refuse(known, 422, "schema", error.what());
  }
  document.reset();

  record.jws = &opened.jws;
  const std::string payload = Deflate(opened.text.payload, Effort::kLittle);
  const std::string names = Deflate(opened.text.names, Effort::kLittle);
  record.payload = &payload;
  record.names = &names;
  record.received_at = clock_.Now();
  AddContents(record, batch);
  const BatchFound stored =
      store_.StoreBatch(signer.reseller, record, [&](const std::vector<std::int64_t>& resend) {
        return SignReceipt({.portal = named,
                            .collector = record.collector,
                            .stream = record.stream,
                            .batch = record.batch,
                            .sequence = record.sequence,
                            .sha256 = record.sha256,
                            .stored_at = record.received_at,
                            .resend = resend},
                           portal.signing);
      });
  // Another request may have stored something between the check and the transaction.
  if (auto clash = Clash(known, signer, record, stored.place)) return *std::move(clash);
  const bool repeated = stored.place == BatchPlace::kStored;
  return Accepted{repeated ? SignedBy(portal, stored.receipt) : stored.receipt, repeated};
}

std::optional<Refused> Ingest::Clash(const Known& known, const KnownCollector& signer,
                                     const BatchRecord& record, BatchPlace place) {
  switch (place) {
    case BatchPlace::kFree:
    case BatchPlace::kStored:
      return std::nullopt;
    case BatchPlace::kRevoked:
      return Refuse(known, 401, std::string(ToText(Refusal::kRevoked)),
                    "the collector was revoked");
    case BatchPlace::kConflict:
      Log(LogLevel::kWarning, "batch_conflict",
          {{"collector", record.collector}, {"batch", record.batch}});
      return Refuse(known, 409, "conflict", "a batch with this id and other content is stored");
    case BatchPlace::kFork:
      break;
  }
  // One key, two machines: a person has to hear of it.
  store_.NoteGap(signer.reseller,
                 {record.collector, record.stream, record.sequence, "fork",
                  fmt::format("refused: another batch stands there ({})", known.sha256)},
                 clock_.Now());
  Log(LogLevel::kWarning, "stream_fork",
      {{"collector", record.collector},
       {"stream", record.stream},
       {"sequence", std::to_string(record.sequence)}});
  return Refuse(known, 409, "fork",
                fmt::format("another batch stands at sequence {} of this stream", record.sequence));
}

}  // namespace plotmeter
