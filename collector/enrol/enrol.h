// Enrolment: a one-time code becomes an identity (wire section 5).
//
//    Identity me = Enrol(portal, {.directory = "/var/lib/plotmeter", .portal_url = url,
//                                 .code = code.Copy(), .name = "print room"});
//
// The code names the portal's signing key. Whoever else answers learns nothing: the secret is
// spoken only after keys signed by that key have arrived, and then only sealed to them. The
// collector's key is on disk before the code is used, so that a lost answer burns nothing: the same
// command again gets the same answer.

#pragma once

#include <stdexcept>
#include <string>

#include "collector/enrol/identity.h"
#include "collector/uplink/portal.h"
#include "common/secret.h"

namespace plotmeter {

// It failed; the words are for people and say what to do.
struct EnrolError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct EnrolWishes {
  std::string directory = {};
  std::string portal_url = {};
  std::string ca_file = {};
  Secret code = {};       // as it was typed
  std::string name = {};  // what the portal shows; chosen by the administrator
  std::string version = {};
  std::string system = {};  // "Linux x86_64"
};

// Reads the code, or throws EnrolError that says it is mistyped. Never repeats it.
EnrolmentCode ParseCode(const Secret& code);

// Enrols and saves the identity.
Identity Enrol(Portal& portal, const EnrolWishes& wishes);

}  // namespace plotmeter
