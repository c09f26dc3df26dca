#include "collector/upload/heart.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "collector/upload/signed_part.h"
#include "common/log.h"
#include "common/path.h"
#include "proto/receipt.h"

namespace plotmeter {
namespace {

constexpr const char* kHeartbeats = "/api/v1/heartbeats";
constexpr int kTries = 3;  // with a new nonce, or new keys

// In one answer; the next heartbeat asks for more. A number that was torn on the disk would make it
// count until there is no memory.
constexpr std::int64_t kMostLacking = 10'000;

// What the portal lacks of a stream that ends there.
std::vector<std::int64_t> Lacking(const std::vector<std::int64_t>& missing, std::int64_t highest,
                                  std::int64_t end) {
  std::vector<std::int64_t> lacking = missing;
  const std::int64_t last = std::min(end, highest + kMostLacking);
  for (std::int64_t sequence = highest + 1; sequence <= last; ++sequence) {
    lacking.push_back(sequence);
  }
  return lacking;
}

}  // namespace

std::string DiskWord(const std::string& directory) {
  std::error_code failed;
  const std::filesystem::space_info space = std::filesystem::space(PathOf(directory), failed);
  if (failed) return {};
  constexpr std::uintmax_t kMiB = std::uintmax_t{1} << 20;
  if (space.available >= 1024 * kMiB) return "plenty";
  return space.available >= 100 * kMiB ? "enough" : "low";
}

std::vector<StreamEnd> Heart::Earlier() {
  return spool_.EarlierStreams(kMaxEarlier, identity_.portal, identity_.collector);
}

Heartbeat Heart::Say(const HeartFacts& facts, const StreamEnd& end) {
  const Waiting waiting = spool_.CountWaiting();
  std::vector<EarlierStream> earlier;
  for (const StreamEnd& one : Earlier()) {
    earlier.push_back({.stream = one.stream, .sequence = one.sequence, .sha256 = one.sha256});
  }
  return {.portal = identity_.portal,
          .collector = identity_.collector,
          .nonce = nonce_,
          .at = clock_.Now(),
          .offset_ms = end.offset_ms,
          .version = facts.version,
          .stream = end.stream,
          .sequence = end.sequence,
          .sha256 = end.sha256,
          .readings = waiting.readings,
          .jobs = waiting.jobs,
          .alerts = waiting.alerts,
          .events = waiting.events,
          .batches = waiting.batches,
          .aside = waiting.aside,
          .known = facts.known,
          .answering = facts.answering,
          .asleep = facts.asleep,
          .disk = facts.disk,
          .troubles = facts.troubles,
          .settings = facts.settings,
          .earlier = std::move(earlier)};
}

void Heart::Obey(const HeartbeatAnswer& answer, const StreamEnd& end, HeartbeatStep& step) {
  step.newest = answer.newest;
  step.settings = answer.settings;
  const std::string own = spool_.HashOf(answer.unbroken);
  const bool other =
      !answer.unbroken_sha256.empty() && !own.empty() && own != answer.unbroken_sha256;
  if (answer.unbroken > end.sequence || answer.highest > end.sequence || other) {
    Log(LogLevel::kError, "stream_forked", {{"stream", end.stream}});
    spool_.NewStream("the portal has batches of this stream that are not ours");
    step.new_stream = true;
    return;
  }
  const std::vector<std::int64_t> lacking = Lacking(answer.missing, answer.highest, end.sequence);
  if (!lacking.empty()) step.resent = spool_.Resend(lacking);
  for (const StreamEnd& one : Earlier()) {
    const auto place = std::ranges::find(answer.earlier, one.stream, &EarlierPlace::stream);
    if (place == answer.earlier.end()) continue;  // an older portal answers nothing
    step.resent +=
        spool_.ResendOf(one.stream, Lacking(place->missing, place->highest, one.sequence));
  }
  if (step.resent > 0) {
    Log(LogLevel::kInfo, "sending_again", {{"batches", std::to_string(step.resent)}});
  }
}

HeartbeatStep Heart::Once(const HeartFacts& facts, bool& again) {
  HeartbeatStep step;
  const StreamEnd end = spool_.stream_end();
  const SaidHeartbeat said =
      WriteHeartbeat(Say(facts, end), *identity_.key, identity_.keys.encryption.front());
  const Instant sent = clock_.Now();
  const PortalAnswer answer = portal_.Post(kHeartbeats, kJose, said.sealed);
  const Instant answered = clock_.Now();
  if (answer.seen != PortalSeen::kAnswered) {
    step.trouble = fmt::format(
        "the portal: {}", answer.detail.empty() ? std::string(ToText(answer.seen)) : answer.detail);
    return step;
  }
  step.trouble = fmt::format("the answer was {} without the portal's signature", answer.status);
  const std::string jws = SignedPart(answer);
  if (IsOfStranger(jws, identity_.keys)) {
    step.trouble = fmt::format(
        "the answer was {}, signed by a key that this collector does not know", answer.status);
    again = refresh_keys_();
    return step;
  }
  const PublicKey& signing = *identity_.keys.signing;
  if (answer.status == 200) {
    const std::optional<HeartbeatAnswer> heard = ReadHeartbeatAnswer(jws, signing);
    if (!heard) return step;
    if (heard->portal != identity_.portal || heard->collector != identity_.collector ||
        heard->sha256 != said.sha256) {
      step.trouble = "the answer is to something else";
      return step;
    }
    nonce_ = heard->nonce;
    spool_.MeasuredOffset(sent + (answered - sent) / 2 - heard->at, answered);
    again = !heard->heard;
    step.trouble = again ? "the portal expected another nonce" : "";
    if (again) return step;
    step.answered = true;
    if (heard->keys > identity_.keys.version) refresh_keys_();
    Obey(*heard, end, step);
    // By whichever clock is behind: one that is wrong must not make it forget too early.
    spool_.ForgetOld(std::min(heard->at, answered));
    return step;
  }
  const std::optional<RefusalNote> note = ReadRefusal(jws, signing);
  if (!note || !identity_.IsPortal(note->portal) ||
      note->sealed_sha256 != Base64Url(Sha256(said.sealed))) {
    if (answer.retry_after) step.wait = std::min(*answer.retry_after, kMostRetryAfter);
    return step;
  }
  step.trouble =
      fmt::format("refused: {}{}{}", note->check, note->detail.empty() ? "" : ": ", note->detail);
  if (note->check == "key-retired") again = refresh_keys_();
  if (note->status == 401) {
    step.trouble = NotKnownAnyMore(step.trouble);
    step.wait = kKnockEvery;
  }
  return step;
}

HeartbeatStep Heart::Beat(const HeartFacts& facts) {
  HeartbeatStep step;
  bool again = true;
  for (int tried = 0; again && tried < kTries; ++tried) {
    again = false;
    step = Once(facts, again);
  }
  if (troubled_ == step.answered) {
    Log(step.answered ? LogLevel::kInfo : LogLevel::kWarning,
        step.answered ? "heartbeat_answered" : "heartbeat_unanswered", {{"why", step.trouble}});
    troubled_ = !step.answered;
  }
  return step;
}

}  // namespace plotmeter
