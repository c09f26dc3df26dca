#include "proto/heartbeat.h"

#include <algorithm>

#include "common/jose.h"
#include "proto/seal.h"
#include "proto/signed_json.h"

namespace plotmeter {
namespace {

constexpr std::size_t kHash = 32;
constexpr std::size_t kNonce = 16;
constexpr std::size_t kMaxMissing = 1000;
constexpr std::size_t kMaxTroubles = 20;
constexpr std::size_t kMaxSettings = 20;
constexpr std::size_t kMaxValues = 100;                     // of one setting
constexpr std::int64_t kMaxOffset = std::int64_t{1} << 50;  // ms; clocks may be anything

std::string BytesOrNothing(const Field& field, std::size_t count) {
  return field.is_present() ? field.Bytes(count) : std::string();
}
std::string TextOrNothing(const Field& field) {
  return field.is_present() ? field.Text() : std::string();
}
std::int64_t Count(const Field& field) { return field.Integer(0, kMaxInteger); }

Json Payload(const Heartbeat& said) {
  Json out = {{"portal", said.portal},
              {"collector", said.collector},
              {"at", FormatInstant(said.at)},
              {"version", said.version},
              {"stream", said.stream},
              {"waiting",
               {{"readings", said.readings},
                {"jobs", said.jobs},
                {"alerts", said.alerts},
                {"events", said.events},
                {"batches", said.batches},
                {"aside", said.aside}}},
              {"printers",
               {{"known", said.known}, {"answering", said.answering}, {"asleep", said.asleep}}}};
  if (!said.nonce.empty()) out["nonce"] = said.nonce;
  if (said.offset_ms) out["offset_ms"] = *said.offset_ms;
  if (said.sequence > 0) {
    out["sequence"] = said.sequence;
    out["sha256"] = said.sha256;
  }
  if (!said.disk.empty()) out["disk"] = said.disk;
  if (!said.troubles.empty()) out["troubles"] = said.troubles;
  if (said.settings) {
    out["settings"] = {{"version", said.settings->version}, {"outcome", said.settings->outcome}};
    if (!said.settings->reason.empty()) out["settings"]["reason"] = said.settings->reason;
  }
  for (const EarlierStream& one : said.earlier) {
    out["earlier"].push_back(
        {{"stream", one.stream}, {"sequence", one.sequence}, {"sha256", one.sha256}});
  }
  return out;
}

Heartbeat FromPayload(const Field& in) {
  const Field waiting = in["waiting"];
  const Field printers = in["printers"];
  Heartbeat heard{.portal = in["portal"].Bytes(kHash),
                  .collector = in["collector"].SomeText(),
                  .nonce = BytesOrNothing(in["nonce"], kNonce),
                  .at = in["at"].Time(),
                  .version = in["version"].Text(),
                  .stream = in["stream"].Uuid('*'),
                  .readings = Count(waiting["readings"]),
                  .jobs = Count(waiting["jobs"]),
                  .alerts = Count(waiting["alerts"]),
                  .events = Count(waiting["events"]),
                  .batches = Count(waiting["batches"]),
                  .aside = Count(waiting["aside"]),
                  .known = Count(printers["known"]),
                  .answering = Count(printers["answering"]),
                  .asleep = Count(printers["asleep"])};
  if (in["offset_ms"].is_present()) {
    heard.offset_ms = in["offset_ms"].Integer(-kMaxOffset, kMaxOffset);
  }
  if (in["sequence"].is_present()) {
    heard.sequence = in["sequence"].Integer(1, kMaxInteger);
    heard.sha256 = in["sha256"].Bytes(kHash);
  }
  if (in["disk"].is_present()) heard.disk = in["disk"].Word();
  if (const Field troubles = in["troubles"]; troubles.is_present()) {
    const std::size_t count = troubles.Array(kMaxTroubles);
    for (std::size_t i = 0; i < count; ++i) heard.troubles.push_back(troubles[i].Word());
  }
  if (const Field settings = in["settings"]; settings.is_present()) {
    heard.settings = SettingsOutcome{.version = settings["version"].Integer(1, kMaxInteger),
                                     .outcome = settings["outcome"].Word(),
                                     .reason = TextOrNothing(settings["reason"])};
  }
  if (const Field earlier = in["earlier"]; earlier.is_present()) {
    const std::size_t count = earlier.Array(kMaxEarlier);
    for (std::size_t i = 0; i < count; ++i) {
      heard.earlier.push_back({.stream = earlier[i]["stream"].Uuid('*'),
                               .sequence = earlier[i]["sequence"].Integer(1, kMaxInteger),
                               .sha256 = earlier[i]["sha256"].Bytes(kHash)});
    }
  }
  return heard;
}

std::vector<std::int64_t> MissingFrom(const Field& in) {
  std::vector<std::int64_t> missing;
  const std::size_t count = in.Array(kMaxMissing);
  for (std::size_t i = 0; i < count; ++i) missing.push_back(in[i].Integer(1, kMaxInteger));
  return missing;
}

std::vector<EarlierPlace> PlacesFrom(const Field& in) {
  std::vector<EarlierPlace> places;
  const std::size_t count = in.is_present() ? in.Array(kMaxEarlier) : 0;
  for (std::size_t i = 0; i < count; ++i) {
    places.push_back({.stream = in[i]["stream"].Uuid('*'),
                      .unbroken = Count(in[i]["unbroken"]),
                      .highest = Count(in[i]["highest"]),
                      .missing = MissingFrom(in[i]["missing"])});
  }
  return places;
}

ProposedSettings ProposalFrom(const Field& in) {
  ProposedSettings proposal{.version = in["version"].Integer(1, kMaxInteger)};
  const Field values = in["values"];
  const Json& members = values.Object();
  if (members.size() > kMaxSettings) values.Refuse("at most 20 settings");
  for (const auto& member : members.items()) {
    const Field value = values[member.key().c_str()];
    std::vector<std::string>& texts = proposal.values[member.key()];
    if (!value.is_array()) {
      texts = {value.Text()};
      continue;
    }
    const std::size_t count = value.Array(kMaxValues);
    for (std::size_t i = 0; i < count; ++i) texts.push_back(value[i].Text());
  }
  return proposal;
}

}  // namespace

std::string HeartbeatPayload(const Heartbeat& heartbeat) { return JsonText(Payload(heartbeat)); }

SaidHeartbeat WriteHeartbeat(const Heartbeat& heartbeat, const PrivateKey& collector,
                             const PublicKey& portal_encryption) {
  const std::string payload = HeartbeatPayload(heartbeat);
  return {.sealed = SealPlain(SignJws(kHeartbeatJws, payload, collector), kHeartbeatJwe,
                              portal_encryption),
          .sha256 = Base64Url(Sha256(payload))};
}

HeardHeartbeat ReadHeartbeat(std::string_view sealed, const OpenKeys& keys) {
  using Check = HeardHeartbeat::Check;
  const OpenedSaid said =
      OpenSaid(sealed, {"heartbeat", kHeartbeatJwe, kHeartbeatJws, kMaxHeartbeat}, keys);
  if (said.check != Check::kRight) return {.check = said.check, .detail = said.detail};
  HeardHeartbeat heard{.check = Check::kRight, .sha256 = Base64Url(Sha256(said.payload))};
  try {
    const Json json = ParseJson(said.payload, {.max_bytes = kMaxHeartbeat});
    heard.heartbeat = FromPayload(Field(json));
  } catch (const JsonError& error) {
    heard.check = Check::kSchema;
    heard.detail = error.what();
  } catch (const BatchError& error) {
    heard.check = Check::kSchema;
    heard.detail = error.what();
  }
  return heard;
}

std::string WriteHeartbeatAnswer(const HeartbeatAnswer& answer, const PrivateKey& portal) {
  Json out = {{"portal", answer.portal},     {"collector", answer.collector},
              {"sha256", answer.sha256},     {"at", FormatInstant(answer.at)},
              {"nonce", answer.nonce},       {"heard", answer.heard},
              {"unbroken", answer.unbroken}, {"highest", answer.highest},
              {"missing", answer.missing}};
  if (!answer.unbroken_sha256.empty()) out["unbroken_sha256"] = answer.unbroken_sha256;
  if (!answer.newest.empty()) out["newest"] = answer.newest;
  if (answer.keys > 0) out["keys"] = answer.keys;
  if (answer.settings) {
    Json values = Json::object();
    for (const auto& [name, texts] : answer.settings->values) values[name] = texts;
    out["settings"] = {{"version", answer.settings->version}, {"values", std::move(values)}};
  }
  for (const EarlierPlace& one : answer.earlier) {
    out["earlier"].push_back({{"stream", one.stream},
                              {"unbroken", one.unbroken},
                              {"highest", one.highest},
                              {"missing", one.missing}});
  }
  return SignJws(kHeartbeatAnswerJws, JsonText(out), portal);
}

std::optional<HeartbeatAnswer> ReadHeartbeatAnswer(std::string_view jws, const PublicKey& portal) {
  return ReadSigned<HeartbeatAnswer>(jws, kHeartbeatAnswerJws, portal, [](const Field& in) {
    HeartbeatAnswer answer{.portal = in["portal"].Bytes(kHash),
                           .collector = in["collector"].SomeText(),
                           .sha256 = in["sha256"].Bytes(kHash),
                           .at = in["at"].Time(),
                           .nonce = in["nonce"].Bytes(kNonce),
                           .heard = in["heard"].Boolean(),
                           .unbroken = Count(in["unbroken"]),
                           .unbroken_sha256 = BytesOrNothing(in["unbroken_sha256"], kHash),
                           .highest = Count(in["highest"]),
                           .newest = TextOrNothing(in["newest"])};
    answer.missing = MissingFrom(in["missing"]);
    answer.earlier = PlacesFrom(in["earlier"]);
    if (in["keys"].is_present()) answer.keys = in["keys"].Integer(1, kMaxInteger);
    if (in["settings"].is_present()) answer.settings = ProposalFrom(in["settings"]);
    return answer;
  });
}

}  // namespace plotmeter
