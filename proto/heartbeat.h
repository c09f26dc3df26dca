// What a collector says every five minutes, and what the portal answers (wire sections 4 and 5).
//
//   heartbeat  POST /api/v1/heartbeats, body: JWE (typ plotmeter-heartbeat+jwe, no zip) to the
//              portal's encryption key, of a JWS (typ plotmeter-heartbeat+jws) by the collector's
//              key over
//              {"portal":thumbprint,"collector":"col_…","nonce":base64url,"at":…,"offset_ms":-120,
//               "version":"0.1.0","stream":…,"sequence":41,"sha256":base64url,
//               "waiting":{"readings":2,"jobs":0,"alerts":0,"events":0,"batches":1,"aside":0},
//               "printers":{"known":9,"answering":8,"asleep":1},"disk":"plenty",
//               "troubles":["set-aside"],"settings":{"version":3,"outcome":"taken","reason":"…"},
//               "earlier":[{"stream":…,"sequence":17,"sha256":base64url}]}
//   answer     200, JWS (typ plotmeter-heartbeat-answer+jws) by the portal's signing key over
//              {"portal":…,"collector":…,"sha256":of the heartbeat's payload,"at":…,"nonce":…,
//               "heard":true,"unbroken":40,"unbroken_sha256":…,"highest":41,"missing":[],
//               "newest":"0.2.0","keys":1,"settings":{"version":3,"values":{"interval":"1h"}},
//               "earlier":[{"stream":…,"unbroken":17,"highest":17,"missing":[]}]}
//
// `sequence` and `sha256` are of the last batch that was cut in `stream`; absent before the first.
// Nothing in it names a person, a place, an address or a printer.
//
// `nonce` is the last one the portal gave, so that an old heartbeat means nothing. With another
// one, or none, the answer is {"heard":false} with the nonce to use, and nothing was noted: the
// collector says it once more. Every sequence up to `unbroken` is stored or given up, `highest` is
// the highest stored, `missing` those between that are not there: what a portal restored from a
// backup no longer has, the collector sends again, whatever receipts it holds. `earlier` says the
// same of the streams that the collector wrote before this one, as long as it keeps what it sent in
// them: the newest ten, each with its last batch that has a receipt. Who does not know the member
// ignores it. `keys` is the version of the portal's keys document: who has a lower one fetches it.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto.h"
#include "common/time.h"
#include "proto/said.h"

namespace plotmeter {

inline constexpr std::string_view kHeartbeatJws = "plotmeter-heartbeat+jws";
inline constexpr std::string_view kHeartbeatJwe = "plotmeter-heartbeat+jwe";
inline constexpr std::string_view kHeartbeatAnswerJws = "plotmeter-heartbeat-answer+jws";
inline constexpr std::size_t kMaxHeartbeat = 16 << 10;  // bytes, sealed; one is about 2 KiB
inline constexpr std::size_t kMaxEarlier = 10;          // streams before this one

// What became of the settings that the portal proposed last.
struct SettingsOutcome {
  std::int64_t version = 0;
  std::string outcome = {};  // "taken", "refused" or "not-allowed"
  std::string reason = {};   // why not, naming the setting; empty when taken

  bool operator==(const SettingsOutcome&) const = default;
};

// A stream that the collector wrote before this one, and the last batch of it with a receipt.
struct EarlierStream {
  std::string stream = {};
  std::int64_t sequence = 0;
  std::string sha256 = {};

  bool operator==(const EarlierStream&) const = default;
};

// How much of it the portal has.
struct EarlierPlace {
  std::string stream = {};
  std::int64_t unbroken = 0;
  std::int64_t highest = 0;
  std::vector<std::int64_t> missing = {};

  bool operator==(const EarlierPlace&) const = default;
};

struct Heartbeat {
  std::string portal = {};  // thumbprint of the portal's signing key
  std::string collector = {};
  std::string nonce = {};  // 16 bytes, base64url; empty: none was given yet
  Instant at = {};
  std::optional<std::int64_t> offset_ms = {};  // the collector's clock minus the portal's
  std::string version = {};                    // of the collector
  std::string stream = {};
  std::int64_t sequence = 0;  // 0: nothing was cut in this stream
  std::string sha256 = {};    // of P of that batch

  std::int64_t readings = 0, jobs = 0, alerts = 0, events = 0;  // wait, in no batch
  std::int64_t batches = 0;                                     // cut, without receipt
  std::int64_t aside = 0;                                       // refused for good
  std::int64_t known = 0, answering = 0, asleep = 0;            // printers
  std::string disk = {};  // "plenty", "enough", "low"; empty: not known
  // Words: disk, no-printers, silent-printers, set-aside, spool-damaged, spool-full, clock.
  std::vector<std::string> troubles = {};
  std::optional<SettingsOutcome> settings = {};
  std::vector<EarlierStream> earlier = {};  // newest first

  bool operator==(const Heartbeat&) const = default;
};

// Settings by name, each as one would write it in the file. Lists have several values.
using SettingValues = std::map<std::string, std::vector<std::string>>;

// Those that the portal can propose; what a collector makes of them it decides.
inline constexpr const char* kProposable[] = {"interval",   "job-interval",       "heartbeat",
                                              "rediscover", "packets-per-second", "range",
                                              "exclude"};

struct ProposedSettings {
  std::int64_t version = 0;  // rises with every change
  SettingValues values = {};

  bool operator==(const ProposedSettings&) const = default;
};

struct HeartbeatAnswer {
  std::string portal = {};
  std::string collector = {};
  std::string sha256 = {};  // of the payload that is answered
  Instant at = {};
  std::string nonce = {};            // for the next one
  bool heard = false;                // false: the nonce was another; say it again with this one
  std::int64_t unbroken = 0;         // 0: the portal has nothing of this stream
  std::string unbroken_sha256 = {};  // empty with 0, and where that one was given up
  std::int64_t highest = 0;
  std::vector<std::int64_t> missing = {};
  std::string newest = {};  // version of the collector's program; empty: not known
  std::int64_t keys = 0;    // version of the portal's keys document; 0: an older portal
  std::optional<ProposedSettings> settings = {};
  std::vector<EarlierPlace> earlier = {};  // of those that were named

  bool operator==(const HeartbeatAnswer&) const = default;
};

// What is signed: the JSON above, and all that a heartbeat tells (docs/privacy.md lists it).
std::string HeartbeatPayload(const Heartbeat& heartbeat);

struct SaidHeartbeat {
  std::string sealed = {};  // what is POSTed
  std::string sha256 = {};  // of its payload: what the answer names
};
SaidHeartbeat WriteHeartbeat(const Heartbeat& heartbeat, const PrivateKey& collector,
                             const PublicKey& portal_encryption);

// What an opened heartbeat is, or at which check it failed.
struct HeardHeartbeat {
  using Check = SaidCheck;
  Check check = Check::kForm;
  std::string detail = {};  // for people; nothing about keys
  std::string sha256 = {};  // of the payload, once the signature was right
  Heartbeat heartbeat = {};
};
HeardHeartbeat ReadHeartbeat(std::string_view sealed, const OpenKeys& keys);

std::string WriteHeartbeatAnswer(const HeartbeatAnswer& answer, const PrivateKey& portal);
std::optional<HeartbeatAnswer> ReadHeartbeatAnswer(std::string_view jws, const PublicKey& portal);

}  // namespace plotmeter
