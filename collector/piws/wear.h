// The parts that wear out, from HP's Printer Information Web Services: printheads, maintenance
// cartridges and kits, waste. Pure; documents.h tells the rules they all follow. No printer was
// recorded to send either document: the names are those that public clients expect.

#pragma once

#include "collector/channel/channel.h"
#include "collector/xml/document.h"

namespace plotmeter {

// PrintheadsStatus: a supply "printhead-<SlotId>" of kind "printhead" for each head, with its
// health (HealthGaugeLevel in the unit given) as its level, and the meter x-printhead-ink-<serial>,
// the ink that went through it. A new head is another serial and so another meter; a head that says
// no serial has its slot's name. Colours of a head with several are in the description: "HP 744,
// magenta, yellow".
bool ReadPrintheads(const Node& document, Answers& into);

// PrinterMaintenance: supplies of the kinds maintenance-kit, maintenance-cartridge,
// waste-collector, condensate-collector and liquid-tank. Of a kit PercentageConsumed is read:
// `percent` is what is left, and the remark repeats what was said, "37 percent consumed". Whether
// the level of a collector is what is in it or what still goes in, nobody has said: it is a remark
// only.
bool ReadMaintenance(const Node& document, Answers& into);

}  // namespace plotmeter
