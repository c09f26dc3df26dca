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
#include <utility>
#include <variant>

#include "common/clock.h"
#include "common/in_use.h"
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
  // Directory, store and clock must outlive it.
  Rotations(Directory& directory, Store& store, InUse<Keyring> keys, const Clock& clock)
      : directory_(directory),
        store_(store),
        keys_(std::move(keys)),
        clock_(clock),
        refusing_(keys_, clock) {}

  std::variant<RotationHeard, SaidRefused> Take(std::string_view body);

 private:
  Directory& directory_;
  Store& store_;
  const InUse<Keyring> keys_;
  const Clock& clock_;
  Refusing refusing_;
};

}  // namespace plotmeter
