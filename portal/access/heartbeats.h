// What collectors say every few minutes (proto/heartbeat.h): noted, and answered with how far their
// stream is here, the next nonce, and the settings they are asked to take.
//
//    Heartbeats heartbeats(directory, store, keys, clock);
//    auto answer = heartbeats.Hear(body);
//    if (auto* heard = std::get_if<HeartbeatHeard>(&answer)) answer 200 with heard->jws
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

struct HeartbeatHeard {
  std::string jws = {};  // the signed answer
};

using HeartbeatRefused = SaidRefused;

class Heartbeats {
 public:
  // Directory, store and clock must outlive it. `newest` is the version of the collector's program
  // that collectors are told of, as common/semantic_version.h reads it; empty: they are told of
  // none.
  Heartbeats(Directory& directory, Store& store, InUse<Keyring> keys, const Clock& clock,
             std::string newest = {})
      : directory_(directory),
        store_(store),
        keys_(std::move(keys)),
        clock_(clock),
        refusing_(keys_, clock),
        newest_(std::move(newest)) {}

  std::variant<HeartbeatHeard, HeartbeatRefused> Hear(std::string_view body);

 private:
  Directory& directory_;
  Store& store_;
  const InUse<Keyring> keys_;
  const Clock& clock_;
  Refusing refusing_;
  const std::string newest_;
};

}  // namespace plotmeter
