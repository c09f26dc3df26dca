// A collector replaces its key (proto/rotation.h): the old one signs for the new, and signs nothing
// afterwards but what was cut before.
//
//    Rotations rotations(directory, store, keys, clock);
//    auto result = rotations.Take(body);      // the body of POST /api/v1/rotations
//    if (auto* heard = std::get_if<RotationHeard>(&result)) answer 200 with heard->jws
//
// Safe from any thread.

#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "common/clock.h"
#include "portal/access/keyring.h"
#include "portal/access/said.h"
#include "portal/store/directory.h"
#include "portal/store/store.h"

namespace plotmeter {

struct RotationHeard {
  std::string jws = {};  // the signed answer: done, or which nonce to name
};

class Rotations {
 public:
  // All of them must outlive it.
  Rotations(Directory& directory, Store& store, const Keyring& keys, const Clock& clock)
      : directory_(directory), store_(store), keys_(keys), clock_(clock), refusing_(keys, clock) {}

  std::variant<RotationHeard, SaidRefused> Take(std::string_view body);

 private:
  Directory& directory_;
  Store& store_;
  const Keyring& keys_;
  const Clock& clock_;
  Refusing refusing_;
};

}  // namespace plotmeter
