// The SNMP way into a printer: identity, state, supplies, loaded media, alerts and what counters
// there are. It has no jobs and no area.
//
//    SnmpChannel channel(session, {.credentials = {{SnmpVersion::k2c, "public"}}});
//    channel.Read({.host = "10.0.0.7"}, [](Told told) { … });
//
// The credentials an address answered to are remembered and tried first the next time, so a v1-only
// printer costs the time-outs of v2c once. One read takes well under 30 KB both ways: only the
// columns that are used are asked for (SnmpCounters tells).

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "collector/channel/channel.h"
#include "collector/channel/profiles.h"
#include "collector/snmp/probe.h"
#include "collector/snmp/session.h"

namespace plotmeter {

class SnmpChannel : public Channel {
 public:
  struct Options {
    // Tried in this order. Some HP cards speak v1 only and leave v2c unanswered.
    std::vector<SnmpCredentials> credentials = {{SnmpVersion::k2c, "public"},
                                                {SnmpVersion::k1, "public"}};
    std::chrono::milliseconds timeout{2000};
    int retries = 2;
    int max_repetitions = 0;                        // see SnmpPeer
    const Profiles* profiles = &BuiltInProfiles();  // must outlive the channel
  };

  // The session and this channel outlive every call.
  SnmpChannel(SnmpSession& session, Options options);

  ChannelKind kind() const override { return ChannelKind::kSnmp; }

  // kNotSpoken: something answers that is no printer, or does not show that it is one.
  void Identify(const PrinterAddress& address, std::function<void(Told)> told) override;

  // Reads every printer, whoever made it: what to do with it is the caller's to know.
  void Read(const PrinterAddress& address, std::function<void(Told)> told) override;

  // What stands at the address, with the verdict and the rule that led to it.
  void Recognise(const PrinterAddress& address, std::function<void(Probed)> done);

  // What a probe says in the words of the seam: identity, or why there is none.
  static Told ToTold(const Probed& probed);

 private:
  using Key = std::pair<std::string, std::uint16_t>;

  SnmpPeer PeerOf(const PrinterAddress& address);

  SnmpSession& session_;
  const Options options_;
  std::mutex mutex_;  // guards what is below
  std::map<Key, SnmpCredentials> answered_to_;
};

}  // namespace plotmeter
