// The seam between what we want to know of printers and the packets that ask for it. Whoever reads
// SNMP stands on this file; tests answer from a recorded walk instead.
//
//    session.Walk({.address = "10.0.0.7"}, {mib::kPrtMarkerLifeCount}, [](SnmpResult result) {
//      if (result.seen == SnmpSeen::kAnswered) Keep(result.at, result.table);
//    });
//
// Get and Walk return at once and may be called from any thread, callbacks included. Each calls
// back exactly once, from a thread of the session's own; a callback must not wait. Two requests to
// one address and port are never under way together: the second waits for the first.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collector/snmp/table.h"
#include "common/secret.h"
#include "common/time.h"

namespace plotmeter {

enum class SnmpVersion { k1, k2c, k3 };

constexpr std::string_view ToText(SnmpVersion version) {
  switch (version) {
    case SnmpVersion::k1:
      return "1";
    case SnmpVersion::k3:
      return "3";
    case SnmpVersion::k2c:
      break;
  }
  return "2c";
}

// How a v3 user proves who it is (RFC 3414, RFC 7860) and hides what it says (RFC 3414, RFC 3826;
// AES of 192 and 256 bits by draft-blumenthal-aes-usm-04).
enum class SnmpAuth { kNone, kMd5, kSha1, kSha224, kSha256, kSha384, kSha512 };
enum class SnmpPrivacy { kNone, kDes, kAes128, kAes192, kAes256 };

// A v3 user. Privacy without authentication does not exist. Passphrases have 8 octets at least
// (RFC 3414 section 11.2).
struct SnmpUser {
  std::string name = {};
  SnmpAuth auth = SnmpAuth::kNone;
  Secret auth_secret = {};
  SnmpPrivacy privacy = SnmpPrivacy::kNone;
  Secret privacy_secret = {};
};

// How to be let in. A community travels in the clear in every packet; it is not logged all the
// same.
struct SnmpCredentials {
  SnmpVersion version = SnmpVersion::k2c;
  std::string community = "public";           // of v1 and v2c
  std::shared_ptr<const SnmpUser> user = {};  // of v3: the same object is the same user
  std::string context = {};                   // of v3; some HP cards keep objects in "Jetdirect"

  bool operator==(const SnmpCredentials&) const = default;
};

struct SnmpPeer {
  std::string address = {};  // an IP address as text; names are resolved before
  std::uint16_t port = 161;
  std::vector<SnmpCredentials> credentials = {SnmpCredentials{}};  // tried in this order
  std::chrono::milliseconds timeout{2000};                         // for each packet
  int retries = 2;  // after the first packet; a sleeping card misses that one
  // More than 0: walk by GETBULK, about so many values at once, falling back to GETNEXT. Some cards
  // break over it, so it is for those that are known to bear it.
  int bulk_values = 0;
  // How many objects or subtrees go into one request. Some cards choke on more than a few: a
  // request for more than kFewObjects that is not answered is tried again for those few.
  std::size_t objects_at_once = kFewObjects;

  static constexpr std::size_t kFewObjects = 8;
};

// What was seen, not what to do about it.
enum class SnmpSeen {
  kAnswered,  // also when every object asked for is absent
  kTimedOut,
  kRefused,    // the port is closed (ICMP), nothing can be sent there, or the agent lets nobody in
  kMalformed,  // it answers, but not SNMP, or not what was asked for
  kNotIncreasing,  // a walk was stopped because the agent went back or stood still
  kTooLong,        // a walk was stopped at kMaxWalkRows or kMaxWalkOctets
  kStopped,        // the session ended first
};

std::string_view ToText(SnmpSeen seen);  // "answered", "time-out", …

// What a walk showed of GETBULK. kFailed: it was answered wrongly or not at all where GETNEXT was
// answered.
enum class SnmpBulk { kNotTried, kWorked, kFailed };

inline constexpr std::size_t kMaxWalkRows = 20'000;
inline constexpr std::size_t kMaxWalkOctets = std::size_t{4} << 20;  // of texts

struct SnmpResult {
  SnmpSeen seen = SnmpSeen::kStopped;
  std::string detail = {};  // for people: "no answer within 2000 ms after 3 tries"
  SnmpTable table = {};     // whatever came, complete only with kAnswered, but for:
  // Subtrees and objects that ended in an error or on the way, whatever `seen` says: what is not in
  // the table may still be there.
  std::vector<Oid> cut = {};
  // The collector's clock at the last answer. With kRefused it tells an agent that answers, but
  // lets nobody in, from a port without one, where it is 0.
  Instant at = {};
  SnmpCredentials credentials = {};  // those that were answered
  SnmpBulk bulk = SnmpBulk::kNotTried;
};

using SnmpCallback = std::function<void(SnmpResult)>;

class SnmpSession {
 public:
  virtual ~SnmpSession() = default;

  // The values of these objects. One that is missing is not in the table and harms no other.
  virtual void Get(const SnmpPeer& peer, std::vector<Oid> objects, SnmpCallback done) = 0;

  // Everything below each of these subtrees (columns, most often), several to a packet.
  virtual void Walk(const SnmpPeer& peer, std::vector<Oid> subtrees, SnmpCallback done) = 0;
};

}  // namespace plotmeter
