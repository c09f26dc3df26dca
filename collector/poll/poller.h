// One round: asks every printer over every channel at once, marks which meters are to be believed
// (belief.h), and makes of the answers one Reading a channel, all with the same identity. poll has
// never heard of SNMP or PIWS.
//
//    Poller poller({&piws, &snmp});                      // best channel first (domain: identity)
//    poller.Poll(addresses, stop, [&](const Polled& p) { spool.Keep(…); });
//
// A slow or dead printer delays nobody but the end of the round: each is handed over as soon as its
// own last channel has answered. With a patience not even that: a round ends without the printers
// that are still answering. They are not asked again before they are done, and what they said is
// handed over in the round after, if it is not too old by then (kLateFor): else they are asked.

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "collector/channel/channel.h"
#include "collector/channel/profiles.h"
#include "collector/poll/belief.h"
#include "common/clock.h"
#include "common/reading.h"
#include "common/whereabouts.h"

namespace plotmeter {

// How one channel fared.
struct ChannelReport {
  ChannelKind channel = ChannelKind::kNone;
  Seen seen = Seen::kNothing;
  std::string detail = {};  // for people
  Instant at = {};
  std::string firmware = {};  // in the channel's words; empty: it said none
};

struct ChannelAlerts {
  ChannelKind channel = ChannelKind::kNone;
  std::vector<Alert> active = {};
  std::optional<Instant> since = {};  // Answers::alerts_since
};

// What one round learnt of one printer.
struct Polled {
  PrinterAddress address = {};
  // Each member from the best channel that said it; without a serial nothing below may be billed.
  PrinterIdentity identity = {};
  std::vector<Reading> readings = {};  // one for each channel that answered
  std::vector<JobRecord> jobs = {};
  std::vector<PrinterEvent> events = {};    // of the printer's own logs
  std::vector<ChannelAlerts> alerts = {};   // only of channels that made a complete statement
  std::vector<ChannelKind> job_lists = {};  // channels that showed their list of jobs
  std::vector<ChannelReport> reports = {};
  std::vector<std::string> macs = {};  // of all channels, sorted
  // The address that was asked, and what the best channel that said something said. Not masked yet.
  Whereabouts whereabouts = {};
  std::vector<std::string> remarks = {};
  // One channel's word that it is suffices; absent: none can tell.
  std::optional<bool> is_large_format = {};
  bool in_full = false;  // it was read, not watched

  bool answered() const { return !readings.empty(); }
  // It is there and sleeps (kAsleep): with no other channel that answered, or beside one that did.
  bool asleep() const;
  bool sleeps_in_part() const;
  // Why nothing was learnt, in one sentence: "snmp: no answer within 2 s; piws: refused".
  std::string Trouble() const;
};

// Puts together what the channels told of one printer; `told` in the order of preference. Pure.
Polled Merge(const PrinterAddress& address, const std::vector<ChannelTold>& told);

class Poller {
 public:
  // Best channel first. The channels must outlive the poller, and every answer it still waits for;
  // `profiles` must outlive it too, and `clock` all of them. `given` is which channel gave which
  // meter before.
  explicit Poller(std::vector<Channel*> channels, const Profiles& profiles = BuiltInProfiles(),
                  std::set<GivenMeter> given = {}, const Clock& clock = TheMachinesClock());

  // How long after a printer has answered its answers are still good for a later round. They say
  // what is active now, and a machine may have slept in between.
  static constexpr std::chrono::hours kLateFor{1};

  // Whether a printer is to be read in full; else it is watched (Channel::Watch).
  using InFull = std::function<bool(const PrinterAddress&)>;

  // Asks every printer over every channel and hands over what was told, in the channels' order; on
  // the calling thread, each printer as soon as its last channel has answered. Returns when all
  // have, or when `stop` is requested. A channel that the profile of PrinterAddress::known rules
  // out is not asked and is not in the list; an address of which nothing is known is asked over
  // all.
  void Ask(const std::vector<PrinterAddress>& addresses, std::stop_token stop,
           const std::function<void(const PrinterAddress&, const std::vector<ChannelTold>&)>& told,
           const std::function<void()>& pause = {}, const InFull& in_full = {});

  // Ask, and Merge. Reads every printer and hands each to `polled`, on the calling thread, in the
  // order in which they finish. `pause`, if given, is called after those that had finished by then,
  // before it waits for more, and at the end: the time for what is cheaper done for many.
  void Poll(const std::vector<PrinterAddress>& addresses, std::stop_token stop,
            const std::function<void(const Polled&)>& polled,
            const std::function<void()>& pause = {}, const InFull& in_full = {});

  // How long a round waits for its slowest printers; 0, the default: until they are done.
  void set_patience(std::chrono::milliseconds patience) { patience_ = patience; }

  // Called about so often while it waits for answers, on the thread that polls.
  void set_pulse(std::chrono::milliseconds every, std::function<void()> pulse) {
    pulse_every_ = every;
    pulse_ = std::move(pulse);
  }

  // What a channel learnt of not being there may be otherwise now (Channel::ProbeAgain).
  void ProbeAgain(const PrinterAddress& address);

  // What the last rounds added to `given`, to be kept on disk.
  std::set<GivenMeter> TakeNewlyGiven() { return memory_.TakeNew(); }

 private:
  struct Round;
  // A printer that was still answering when its round ended.
  struct Late {
    std::shared_ptr<Round> round;
    std::size_t printer = 0;
    bool in_full = false;
  };
  using Hand = std::function<void(const PrinterAddress&, std::vector<ChannelTold>, bool in_full)>;
  void Go(const std::vector<PrinterAddress>& addresses, std::stop_token stop, const Hand& hand,
          const std::function<void()>& pause, const InFull& in_full);
  // Whether the printer is busy with an earlier round; hands over what it said if it is done and
  // that is not too old.
  bool WasLate(const PrinterAddress& address, const Hand& hand);
  // Until a printer of the round has finished: true. False when `stop` is requested or the round,
  // begun then, has waited long enough.
  bool WaitForOne(Round& round, std::unique_lock<std::mutex>& lock, const std::stop_token& stop,
                  std::chrono::steady_clock::time_point begun);

  std::vector<Channel*> channels_;
  const Profiles& profiles_;
  MeterMemory memory_;
  const Clock& clock_;
  std::chrono::milliseconds patience_{0};
  std::chrono::milliseconds pulse_every_{std::chrono::seconds(5)};
  std::function<void()> pulse_ = {};
  std::map<std::string, Late> late_ = {};  // by "host:port"
};

}  // namespace plotmeter
