#include "collector/upload/uploader.h"

#include <fmt/format.h>

#include <utility>

#include "collector/upload/signed_part.h"
#include "common/jose.h"
#include "common/log.h"
#include "proto/seal.h"

namespace plotmeter {
namespace {

constexpr const char* kBatches = "/api/v1/batches";
constexpr const char* kKeys = "/api/v1/keys";

// Whether S of M = S LF P LF N is by that key.
bool IsSignedBy(std::string_view message, const PrivateKey& key) {
  const auto jws = ReadJws(message.substr(0, message.find('\n')));
  return jws && jws->header.kid == Thumbprint(key.public_key());
}

}  // namespace

bool UploadIdentity::IsPortal(const std::string& thumbprint) const {
  return thumbprint == portal || thumbprint == Thumbprint(*keys.signing);
}

std::string NotKnownAnyMore(const std::string& words) {
  return fmt::format(
      "the portal does not know this collector any more ({}); readings are kept. Enrol it again",
      words);
}

bool IsOfStranger(const std::string& jws, const PortalKeys& keys) {
  const auto read = ReadJws(jws);
  return read && read->header.kid != Thumbprint(*keys.signing);
}

// An answer, after its signature and its names were checked.
struct Uploader::Heard {
  SeenAnswer seen = {};
  std::optional<Receipt> receipt = {};
  std::string jws = {};
  std::string words = {};
  bool stranger = false;  // signed by a key that is not known
};

Uploader::Uploader(Spool& spool, Portal& portal, const Clock& clock, std::function<double()> chance,
                   UploadIdentity identity)
    : spool_(spool),
      portal_(portal),
      clock_(clock),
      chance_(std::move(chance)),
      identity_(std::move(identity)) {}

Uploader::Heard Uploader::Listen(const PortalAnswer& answer, const CutBatch& batch,
                                 const std::string& sealed) const {
  Heard heard;
  if (answer.seen != PortalSeen::kAnswered) {
    heard.words = fmt::format(
        "the portal: {}", answer.detail.empty() ? std::string(ToText(answer.seen)) : answer.detail);
    return heard;
  }
  heard.seen = {.answered = true, .status = answer.status, .retry_after = answer.retry_after};
  heard.words = fmt::format("the answer was {} without the portal's signature", answer.status);
  heard.jws = SignedPart(answer);
  const PublicKey& signing = *identity_.keys.signing;
  if (IsOfStranger(heard.jws, identity_.keys)) {
    heard.words = fmt::format(
        "the answer was {}, signed by a key that this collector does not know", answer.status);
    heard.stranger = true;
    return heard;
  }
  if (answer.status == 200) {
    std::optional<Receipt> receipt = ReadReceipt(heard.jws, signing);
    if (!receipt) return heard;
    if (receipt->portal != identity_.portal || receipt->collector != identity_.collector ||
        receipt->stream != batch.stream || receipt->batch != batch.batch ||
        receipt->sequence != batch.sequence || receipt->sha256 != batch.sha256) {
      heard.words = "the receipt is for something else";
      return heard;
    }
    heard.seen.word = Word::kReceipt;
    heard.receipt = std::move(receipt);
    return heard;
  }
  const std::optional<RefusalNote> note = ReadRefusal(heard.jws, signing);
  if (!note) return heard;
  // Named: the batch by its P, or where the portal did not get that far, by what was sent.
  const bool this_one = note->sha256.empty() ? note->sealed_sha256 == Base64Url(Sha256(sealed))
                                             : note->sha256 == batch.sha256;
  if (!identity_.IsPortal(note->portal) || !this_one ||
      (!note->collector.empty() && note->collector != identity_.collector)) {
    heard.words = "the refusal is about something else";
    return heard;
  }
  heard.seen.word = Word::kRefusal;
  heard.seen.status = note->status;
  heard.seen.check = note->check;
  heard.seen.earlier_key = !IsSignedBy(batch.message, *identity_.key);
  heard.words =
      fmt::format("refused: {}{}{}", note->check, note->detail.empty() ? "" : ": ", note->detail);
  return heard;
}

UploadStep Uploader::WaitFor(const Decision& decision, const std::string& trouble) {
  if (++failures_ == 1) {
    first_failure_ = clock_.Now();
    Log(LogLevel::kWarning, "upload_waits", {{"why", trouble}});
  }
  return {.did = UploadStep::Did::kWaits,
          .wait = decision.wait ? *decision.wait : BackOff(failures_, chance_()),
          .asked = decision.wait.has_value(),
          .trouble = trouble};
}

// Empty when they were taken, else why not.
std::string Uploader::TakeNewKeys() {
  const PortalAnswer answer = portal_.Get(kKeys);
  std::optional<PortalKeys> keys;
  if (answer.seen == PortalSeen::kAnswered && answer.status == 200) {
    keys = FollowKeys(answer.body, KeysTrust::Of(identity_.keys));
    if (!keys) return "the portal's keys are not signed by a key that this collector knows";
  }
  if (!keys) return "the portal's keys could not be fetched";
  if (!IsNewer(*keys, KeysTrust::Of(identity_.keys))) {
    return "the portal shows no newer keys than those that are known";
  }
  try {
    if (identity_.remember_keys) identity_.remember_keys(answer.body, *keys);
  } catch (const std::runtime_error& error) {  // the disk is full: they are fetched again
    return fmt::format("the portal's new keys could not be kept: {}", error.what());
  }
  identity_.keys = std::move(*keys);
  Log(LogLevel::kInfo, "portal_keys", {{"version", std::to_string(identity_.keys.version)}});
  return {};
}

bool Uploader::RefreshKeys() { return TakeNewKeys().empty(); }

UploadStep Uploader::FetchKeys(const std::string& instead) {
  const std::string why = TakeNewKeys();
  if (!why.empty()) return WaitFor({}, fmt::format("{}; {}", instead, why));
  return {.did = UploadStep::Did::kChanged};
}

UploadStep Uploader::Obey(const Heard& heard, const CutBatch& batch, Instant sent,
                          Instant answered) {
  if (heard.stranger) return FetchKeys(heard.words);
  const Decision decision = Decide(heard.seen);
  switch (decision.act) {
    case Act::kForget: {
      spool_.Receipted(batch.batch, heard.jws);
      // Only a first try can be stored while we wait for it; another's receipt may be of long ago.
      if (batch.tries == 0) {
        const Instant middle = sent + (answered - sent) / 2;
        spool_.MeasuredOffset(middle - heard.receipt->stored_at, answered);
      }
      // Of the receipt's own stream, which is an earlier one where its batch was sent again.
      if (!heard.receipt->resend.empty() && batch.stream == spool_.stream()) {
        spool_.Resend(heard.receipt->resend);
      } else if (!heard.receipt->resend.empty()) {
        spool_.ResendOf(batch.stream, heard.receipt->resend);
      }
      if (failures_ > 0) {
        const auto since = std::chrono::duration_cast<seconds>(answered - *first_failure_);
        Log(LogLevel::kInfo, "upload_recovered",
            {{"failures", std::to_string(failures_)}, {"seconds", std::to_string(since.count())}});
      }
      failures_ = 0;
      return {.did = UploadStep::Did::kSent};
    }
    case Act::kMove:
      Log(LogLevel::kWarning, "batch_of_old_key", {{"batch", batch.batch}});
      spool_.NewStream(heard.words);
      return {.did = UploadStep::Did::kChanged, .trouble = heard.words};
    case Act::kNewStream:
      Log(LogLevel::kError, "stream_forked", {{"batch", batch.batch}});
      spool_.NewStream(heard.words);
      return {.did = UploadStep::Did::kChanged, .trouble = heard.words};
    case Act::kSetAside:
      Log(LogLevel::kError, "batch_set_aside", {{"batch", batch.batch}, {"why", heard.words}});
      spool_.SetAside(batch.batch, heard.words);
      return {.did = UploadStep::Did::kChanged, .trouble = heard.words};
    case Act::kCutAnew:
      Log(LogLevel::kWarning, "batch_too_large", {{"batch", batch.batch}});
      spool_.CutAnew(batch.batch, heard.words);
      return {.did = UploadStep::Did::kChanged, .trouble = heard.words};
    case Act::kFetchKeys:
      return FetchKeys(heard.words);
    case Act::kKnock:
      return WaitFor({.wait = kKnockEvery}, NotKnownAnyMore(heard.words));
    case Act::kWait:
      break;
  }
  return WaitFor(decision, heard.words);
}

UploadStep Uploader::Heed(const PortalAnswer& answer, const CutBatch& batch) {
  return Obey(Listen(answer, batch, ""), batch, clock_.Now(), clock_.Now());
}

UploadStep Uploader::Step() {
  std::optional<CutBatch> batch = spool_.Next();
  if (!batch) {
    try {
      batch = spool_.Cut(
          {.portal = identity_.portal, .collector = identity_.collector, .key = &*identity_.key},
          limits_);
    } catch (const KeyRetired&) {  // by a command, perhaps just now
      return WaitFor({}, "the portal has not said yet whether it took the new key");
    }
  }
  if (!batch) return {};
  const std::string sealed = Seal(batch->message, identity_.keys.encryption.front());
  spool_.Sending(batch->batch, sealed.size());
  const Instant sent = clock_.Now();
  PortalAnswer answer = portal_.Post(kBatches, kJose, sealed);
  // A connection kept open may have died meanwhile: the same bytes once more, at once.
  if (answer.seen == PortalSeen::kUnreachable && failures_ == 0) {
    answer = portal_.Post(kBatches, kJose, sealed);
  }
  return Obey(Listen(answer, *batch, sealed), *batch, sent, clock_.Now());
}

}  // namespace plotmeter
