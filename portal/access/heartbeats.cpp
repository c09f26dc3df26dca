#include "portal/access/heartbeats.h"

#include <utility>

#include "common/crypto.h"
#include "common/jose.h"
#include "common/json.h"
#include "proto/heartbeat.h"
#include "proto/seal.h"

namespace plotmeter {
namespace {

constexpr std::size_t kNonce = 16;  // bytes

HeartbeatNote NoteOf(const Heartbeat& said, Instant received_at) {
  HeartbeatNote note{.collector = said.collector,
                     .received_at = received_at,
                     .at = said.at,
                     .offset_ms = said.offset_ms,
                     .version = said.version,
                     .stream = said.stream,
                     .sequence = said.sequence,
                     .readings = said.readings,
                     .jobs = said.jobs,
                     .alerts = said.alerts,
                     .events = said.events,
                     .batches = said.batches,
                     .aside = said.aside,
                     .known = said.known,
                     .answering = said.answering,
                     .asleep = said.asleep,
                     .disk = said.disk,
                     .troubles = said.troubles};
  if (said.settings) {
    note.settings_version = said.settings->version;
    note.settings_outcome = said.settings->outcome;
    note.settings_reason = said.settings->reason;
  }
  return note;
}

}  // namespace

std::variant<HeartbeatHeard, HeartbeatRefused> Heartbeats::Hear(std::string_view body) {
  const std::shared_ptr<const Keyring> keys = keys_.Now();
  std::optional<KnownCollector> signer;
  const HeardHeartbeat heard = ReadHeartbeat(body, KeysToOpen(*keys, directory_, signer));
  if (heard.check != SaidCheck::kRight) return refusing_.Because(body, heard.check, heard.detail);
  if (!signer->next.empty()) return refusing_.Replaced(body);
  const Heartbeat& said = heard.heartbeat;
  if (!keys->IsNamed(said.portal)) {
    return refusing_.With(body, 422, "portal", "the heartbeat was made for another portal");
  }
  if (said.collector != signer->collector) {
    return refusing_.With(body, 422, "collector", "'collector' is not the one whose key signed it");
  }
  const Instant now = clock_.Now();
  const HeartbeatTaken taken = store_.TakeHeartbeat(signer->reseller, NoteOf(said, now), said.nonce,
                                                    Base64Url(RandomBytes(kNonce)));
  HeartbeatAnswer answer{.portal = said.portal,
                         .collector = said.collector,
                         .sha256 = heard.sha256,
                         .at = now,
                         .nonce = taken.nonce,
                         .heard = taken.heard,
                         .newest = newest_,
                         .keys = keys->version()};
  if (taken.heard) {
    const StreamPlace place = store_.FindStream(signer->reseller, said.collector, said.stream);
    answer.unbroken = place.unbroken;
    answer.unbroken_sha256 = place.unbroken_sha256;
    answer.highest = place.highest;
    answer.missing = place.missing;
    for (const EarlierStream& one : said.earlier) {
      StreamPlace before = store_.FindStream(signer->reseller, said.collector, one.stream);
      answer.earlier.push_back({.stream = one.stream,
                                .unbroken = before.unbroken,
                                .highest = before.highest,
                                .missing = std::move(before.missing)});
    }
    if (const auto proposal = store_.SettingsFor(signer->reseller, said.collector)) {
      answer.settings =
          ProposedSettings{.version = proposal->version,
                           .values = ParseJson(proposal->settings).get<SettingValues>()};
    }
  }
  return HeartbeatHeard{WriteHeartbeatAnswer(answer, keys->signing())};
}

}  // namespace plotmeter
