// Enrolment: a one-time code becomes an identity (wire section 5).
//
//    Identity me = Enrol(portal, {.directory = "/var/lib/plotmeter", .portal_url = url,
//                                 .code = code.Copy(), .name = "print room"});
//
// The code names the portal's signing key. Whoever else answers learns nothing: the secret is
// spoken only after keys signed by that key have arrived, and then only sealed to them. The
// collector's key is on disk before the code is used, so that a lost answer burns nothing: the same
// command again gets the same answer.
//
// A directory that was enrolled before is enrolled again with a new key, at the same portal and
// site only. If it still has its old key, that one vouches for the new, and the collector stays who
// it was, with its streams, also where the portal has forgotten it. If not, or if it was revoked,
// it is another collector from then on, and what waits is moved into a new stream of that one.

#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "collector/enrol/identity.h"
#include "collector/uplink/portal.h"
#include "common/secret.h"
#include "proto/rotation.h"

namespace plotmeter {

// It failed; the words are for people and say what to do.
struct EnrolError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What the spool has to do when a directory is enrolled again (collector/spool/spool.h).
struct EnrolSpool {
  std::function<std::vector<StreamMark>(const Identity& before, const PrivateKey& old)> retire = {};
  std::function<void(const PrivateKey& old)> reinstate = {};
  std::function<void()> move = {};  // what has no receipt into a new stream
};

struct EnrolWishes {
  std::string directory = {};
  std::string portal_url = {};
  std::string ca_file = {};
  Secret code = {};       // as it was typed
  std::string name = {};  // what the portal shows; chosen by the administrator
  std::string version = {};
  std::string system = {};  // "Linux x86_64"
  Instant at = {};          // now
  EnrolSpool spool = {};    // empty: there is none
};

// Reads the code, or throws EnrolError that says it is mistyped. Never repeats it.
EnrolmentCode ParseCode(const Secret& code);

// Enrols and saves the identity.
Identity Enrol(Portal& portal, const EnrolWishes& wishes);

}  // namespace plotmeter
