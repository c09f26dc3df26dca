// Telling by its web server what stands at an address that SNMP does not settle: PIWS, which only
// large-format printers have, else the model that LEDM names.
//
//    AskWeb(ways.piws, ways.ledm, address, [&](std::vector<ChannelTold> told) {
//      SettleByWeb(looked, std::move(told), profiles);   verdict, rule and identity
//    });
//
// For addresses that a person named: one on the command line, those of a host list, and names. In a
// range strangers are asked by SNMP only, one small packet each; a connection is another matter.

#pragma once

#include <functional>
#include <vector>

#include "collector/channel/channel.h"
#include "collector/look.h"
#include "collector/poll/belief.h"

namespace plotmeter {

// True where SNMP was silent, or proved nothing.
bool IsUnsettled(const Fingerprint& fingerprint);

// Identifies by PIWS and, where that is not answered, by LEDM. Calls back once, with what each that
// was asked told, from a thread of the channels' own or, once they are stopped, from this one. The
// channels outlive the call.
void AskWeb(Channel& piws, Channel& ledm, const PrinterAddress& address,
            std::function<void(std::vector<ChannelTold>)> told);

// What it means for an unsettled address: large-format, office, or as before with what was seen
// over the web behind the rule. Takes the identity where somebody answered. Pure.
void SettleByWeb(Looked& looked, std::vector<ChannelTold> told, const Profiles& profiles);

}  // namespace plotmeter
