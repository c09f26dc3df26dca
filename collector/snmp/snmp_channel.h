// The SNMP way into a printer: identity, state, supplies, loaded media, alerts, the error log, what
// counters there are, and jobs of the few that list them (job_mib.h). It has no area.
//
//    SnmpChannel channel(session, {.credentials = {{SnmpVersion::k2c, "public"}}});
//    channel.Read({.host = "10.0.0.7"}, [](Told told) { … });
//
// What was learnt of an address is remembered; what of it may outlive the channel is handed out and
// taken back as text (learnt.h):
//
// * The credentials it answered to are tried first, so a v1-only printer costs the time-outs of v2c
//   once. Where that was v3, only v3 credentials that protect no less are tried: a printer that was
//   let speak safely is not asked in the clear in the same breath. If it answers none of them, that
//   is what is told; it is forgotten, and the next call tries the whole list again.
// * What showed who a printer is is asked for at once the next time (probe.h).
// * GETBULK is used only where it was seen to work. After the first reading by GETNEXT one table of
//   it is asked for again by GETBULK: the same rows, and the printer bears it; anything else, and
//   it is not tried again. So does the first failure later, after which the same read goes on by
//   GETNEXT.
// * Under v3, what the default context lacks is asked for in the context "Jetdirect" too
//   (two_contexts.h).
//
// Between readings a printer is watched: two or three packets where nothing has happened since it was
// told last, else it is read in full (printer_read.h).
//
// One read takes well under 30 KB both ways: only the columns that are used are asked for
// (SnmpCounters tells).

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collector/channel/channel.h"
#include "collector/channel/profiles.h"
#include "collector/snmp/access.h"
#include "collector/snmp/learnt.h"
#include "collector/snmp/printer_read.h"
#include "collector/snmp/probe.h"
#include "collector/snmp/session.h"
#include "collector/snmp/two_contexts.h"

namespace plotmeter {

class SnmpChannel : public Channel {
 public:
  // What was learnt (learnt.h), by host and port.
  using LearntTexts = std::map<std::pair<std::string, std::uint16_t>, std::string>;

  struct Options {
    // Tried in this order. Some HP cards speak v1 only and leave v2c unanswered.
    std::vector<SnmpCredentials> credentials = {{SnmpVersion::k2c, "public"},
                                                {SnmpVersion::k1, "public"}};
    std::chrono::milliseconds timeout{2000};
    int retries = 2;
    // Instead of those three, where they differ from printer to printer. From any thread.
    std::function<SnmpAccess(const PrinterAddress&)> access_of = {};
    int bulk_values = 64;                           // to a GETBULK; 0: never one
    const Profiles* profiles = &BuiltInProfiles();  // must outlive the channel
    Curiosity curiosity = {};
  };

  // The session and this channel outlive every call. `learnt` is of a channel before this one.
  SnmpChannel(SnmpSession& session, Options options, const LearntTexts& learnt = {});

  ChannelKind kind() const override { return ChannelKind::kSnmp; }

  // kNotSpoken: something answers that is no printer, or does not show that it is one.
  void Identify(const PrinterAddress& address, std::function<void(Told)> told) override;

  // Reads every printer, whoever made it: what to do with it is the caller's to know.
  void Read(const PrinterAddress& address, std::function<void(Told)> told) override;

  // Without alerts, supplies, paper and counters where nothing has happened.
  void Watch(const PrinterAddress& address, std::function<void(Told)> told) override;

  // What stands at the address, with the verdict and the rule that led to it.
  void Recognise(const PrinterAddress& address, std::function<void(Probed)> done);

  // What was learnt of printers that were read since the last call, where it has changed.
  LearntTexts TakeLearnt();

  // What a probe says in the words of the seam: identity, or why there is none.
  static Told ToTold(const Probed& probed);

 private:
  using Key = std::pair<std::string, std::uint16_t>;
  struct Known {
    std::optional<SnmpCredentials> answered_to = {};
    SnmpLearnt learnt = {};
  };

  enum class Wish { kIdentity, kEverything, kNews };

  void Recognise(const PrinterAddress& address, Wish wish, std::function<void(Probed)> done);
  void Ask(const PrinterAddress& address, Wish wish, std::function<void(Told)> told);
  void ReadOn(SnmpPeer peer, Wish wish, Probed probed, std::function<void(Told)> told);
  // For the probe, which is small and never asks by GETBULK.
  SnmpPeer PeerOf(const PrinterAddress& address);

  TwoContexts session_;
  const Options options_;
  std::mutex mutex_;  // guards what is below
  std::map<Key, Known> known_;
  std::set<Key> changed_;  // since TakeLearnt
};

}  // namespace plotmeter
