// The collector's key replaced by the next one (proto/rotation.h), with batches under way: what was
// cut stays as it is, and from the moment on which the portal may have agreed, nothing more is cut
// with the old key until it is known whether it did.
//
//    const RotationStep step = RotateKey(spool, portal, clock, identity, next, refresh_keys);
//    if (step.end == RotationEnd::kRotated) UseNextKey(directory, …);
//
// First the portal is asked without its nonce, which does nothing, and shows that it understands;
// only then the old key is retired in the spool. Done again after any crash it comes to the same
// end. Never throws for what the network or the portal did.

#pragma once

#include <functional>
#include <string>

#include "collector/spool/spool.h"
#include "collector/uplink/portal.h"
#include "collector/upload/uploader.h"
#include "common/clock.h"
#include "common/crypto.h"

namespace plotmeter {

enum class RotationEnd {
  kRotated,  // the portal knows the collector by the next key
  kRefused,  // signed: it does not, and the old key signs on
  kTrouble,  // not known: ask again
};

struct RotationStep {
  RotationEnd end = RotationEnd::kTrouble;
  std::string words = {};  // why not, for people
};

// `refresh_keys` fetches the portal's keys into `identity`.
RotationStep RotateKey(Spool& spool, Portal& portal, const Clock& clock,
                       const UploadIdentity& identity, const PrivateKey& next,
                       const std::function<bool()>& refresh_keys);

}  // namespace plotmeter
