// Which channel is believed for which meter, when several give it.
//
//    MeterMemory memory(spool.GivenMeters());
//    Believe(told, address.known, profiles, memory);
//    told[1].told.answers.meters[0].outranked     true: another channel is believed for ink.used
//
// The rule (docs/decisions/0007):
//
//  - A meter belongs to one channel as a whole, all its colours and papers: the channels name
//  colours
//    differently ("cyan", "ink-1"), so a mixture would count the same ink twice.
//  - Of the channels that are known to give the meter on this printer, the one that the profile of
//    the model ranks first is believed. Known means: it gave it once, now or earlier. A channel
//    that is silent in this poll stays believed, because its count goes on and will be read again;
//    to take the other's meanwhile would bill the stretch twice. What the others give is kept,
//    marked MeterValue::outranked, and a remark says who is waited for.
//  - So belief changes only upwards, when a better channel gives the meter for the first time, or
//    when the profile changes. A channel that is gone for good is made known by a profile that says
//    "spoken": "no" (--profiles): it is believed only as long as it answers.
//  - The list of jobs is believed in the same way, as if it were one meter ("jobs"). Of the other
//    channels the jobs are left out, since each would be counted again under another id.
//  - Meters x-… are never compared: that two channels mean the same by them is not settled.

#pragma once

#include <set>
#include <string>
#include <vector>

#include "collector/channel/channel.h"
#include "collector/channel/profiles.h"
#include "common/given_meter.h"

namespace plotmeter {

// What one channel told of one printer.
struct ChannelTold {
  ChannelKind channel = ChannelKind::kNone;
  Told told = {};
};

// Which channels ever gave which meter. One thread uses one.
class MeterMemory {
 public:
  explicit MeterMemory(std::set<GivenMeter> known = {}) : known_(std::move(known)) {}

  bool Has(const GivenMeter& given) const { return known_.contains(given); }
  void Note(const GivenMeter& given);

  // What was noted since the last call, to be kept on disk.
  std::set<GivenMeter> TakeNew();

 private:
  std::set<GivenMeter> known_;
  std::set<GivenMeter> new_ = {};
};

// Who the printer is by all that was told: each member from the first channel that said it. A
// channel that says another serial than one before it is not asked.
PrinterIdentity IdentityOf(const std::vector<ChannelTold>& told);

// Settles the units that the profile confirms, and marks what is outranked. `known` is what was
// known of the printer before, for a poll in which nobody says model or serial. Without any serial
// only this poll counts. Who was only watched (`whole` is false) may have left out meters that it
// has: nothing is remarked of these then.
void Believe(std::vector<ChannelTold>& told, const PrinterIdentity& known, const Profiles& profiles,
             MeterMemory& memory, bool whole = true);

}  // namespace plotmeter
