// The heartbeat, said and understood (proto/heartbeat.h): that the collector lives, how much waits,
// and where its stream ends; and what the portal answers to that.
//
//    Heart heart(spool, portal, clock, identity, [&] { return uploader.RefreshKeys(); });
//    HeartbeatStep step = heart.Beat(facts);
//    if (step.resent > 0) …         the portal lost batches: they wait to be sent again
//
// Only what the portal signed, about this very heartbeat, means anything; all else is network
// trouble, and the next beat says it again. Beat never throws for what the network or the portal
// did. Not for two threads.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "collector/spool/spool.h"
#include "collector/uplink/portal.h"
#include "collector/upload/retry.h"
#include "collector/upload/uploader.h"
#include "common/clock.h"
#include "proto/heartbeat.h"

namespace plotmeter {

// What the spool does not know.
struct HeartFacts {
  std::string version = {};
  std::int64_t known = 0, answering = 0, asleep = 0;  // printers
  std::string disk = {};                              // DiskWord
  std::vector<std::string> troubles = {};
  std::optional<SettingsOutcome> settings = {};
};

struct HeartbeatStep {
  bool answered = false;     // signed, and noted by the portal
  std::string trouble = {};  // why not, for people
  std::int64_t resent = 0;   // batches that had a receipt and are to be sent again
  bool new_stream = false;   // the portal has more of ours than we have: we were restored
  std::string newest = {};   // version of this program that the portal knows of; may be empty
  std::optional<ProposedSettings> settings = {};
  std::optional<milliseconds> wait = {};  // the portal asked not to be spoken to for so long
};

class Heart {
 public:
  // All references must outlive it. `refresh_keys` fetches the portal's keys into `identity`.
  Heart(Spool& spool, Portal& portal, const Clock& clock, const UploadIdentity& identity,
        std::function<bool()> refresh_keys)
      : spool_(spool),
        portal_(portal),
        clock_(clock),
        identity_(identity),
        refresh_keys_(std::move(refresh_keys)) {}

  HeartbeatStep Beat(const HeartFacts& facts);

 private:
  std::vector<StreamEnd> Earlier();
  Heartbeat Say(const HeartFacts& facts, const StreamEnd& end);
  HeartbeatStep Once(const HeartFacts& facts, bool& again);
  void Obey(const HeartbeatAnswer& answer, const StreamEnd& end, HeartbeatStep& step);

  Spool& spool_;
  Portal& portal_;
  const Clock& clock_;
  const UploadIdentity& identity_;
  std::function<bool()> refresh_keys_;
  std::string nonce_ = {};  // the portal's last; empty: after a start
  bool troubled_ = false;   // it was said in the log
};

// How much room there is, in words that tell nobody how large a disk is: plenty (1 GiB or more),
// enough (100 MiB), low. Empty: not known.
std::string DiskWord(const std::string& directory);

}  // namespace plotmeter
