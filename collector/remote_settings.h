// What the portal may change from outside, and what it did change.
//
//    RemoteSettings remote(directory, ParseRemoteScope(arguments.Text("remote")));
//    if (remote.Take(proposal)) …                   the rhythm may be another now
//    Arguments now = remote.Over(arguments);        the file's settings, with the portal's over
//                                                   them
//
// The collector's own settings say how far that goes, and nothing from outside can widen it:
//
//    none       nothing; the default, because this is somebody else's network
//    schedule   interval, job-interval, heartbeat, rediscover; packets-per-second of sweeps, where
//               it is less than the file's own (100 if it names none)
//    all        also range and exclude; only addresses of local networks, at most 131072 together;
//               what the file excludes stays excluded
//
// No scope reaches masking, proxy, certificates, the portal's address, credentials or secrets: what
// is not in the list above is refused by name. A proposal is taken whole or not at all, and the
// reason goes back with the next heartbeat. It is kept in remote.json of the state directory and
// judged again at each start, so a narrower scope holds for what was taken before.

#pragma once

#include <optional>
#include <string>

#include "common/json.h"
#include "common/settings.h"
#include "proto/heartbeat.h"

namespace plotmeter {

enum class RemoteScope { kNone, kSchedule, kAll };

// Throws UsageError that names the setting.
RemoteScope ParseRemoteScope(const std::string& text);
std::string_view ToText(RemoteScope scope);

// Whether the proposal can be taken under that scope, and if not, why. Pure.
SettingsOutcome Judge(const ProposedSettings& proposal, RemoteScope scope);

class RemoteSettings {
 public:
  // A damaged file is as good as none: the portal proposes again.
  RemoteSettings(std::string directory, RemoteScope scope);

  // Judges and keeps what is newer than what was proposed before. True when something is to be set
  // anew. Throws std::runtime_error when it cannot be kept.
  bool Take(const ProposedSettings& proposal);

  Arguments Over(const Arguments& own) const;

  // For the heartbeat; empty while nothing was proposed.
  const std::optional<SettingsOutcome>& outcome() const { return outcome_; }

  // {"allowed":"schedule","version":3,"outcome":"taken","reason":null,"settings":{"interval":["1h"]}}
  // The last four are null, and {}, while nothing was proposed.
  Json ToJson() const;

 private:
  std::string path_;
  RemoteScope scope_;
  std::optional<ProposedSettings> proposal_ = {};
  std::optional<SettingsOutcome> outcome_ = {};
};

}  // namespace plotmeter
