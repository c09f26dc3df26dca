// What HP's private objects (the PML tree P) say beyond the Printer-MIB: pure.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/channel/profile.h"
#include "collector/snmp/table.h"
#include "common/reading.h"

namespace plotmeter {

// P.4.1.5.6.3.c.1.0: the ink of colour c that was used in the printer's life, as meters ink.used.
// The profile of the model says which colour has which number and in which unit they count (1/1000
// ml on a T770); where it does not, the colorant is "ink-<c>" and the unit "?". 0 reads as "not
// supported", since an object that never counts says 0.
std::vector<MeterValue> LifetimeInk(const SnmpTable& table, const ModelProfile& profile);

// P.4.1.5.3.p.19.0: the ink that went through printhead p, in "1/10 ml", as meters
// x-printhead-ink-<p>. It begins anew with a new head. Heads 1 to 8 are asked for; a T770 has 3.
std::vector<MeterValue> HeadInk(const SnmpTable& table);
std::vector<Oid> HeadInkSubtrees();

// P.4.1.2.5.0, total-engine-page-count, as the meter x-engine-pages. HP itself prints it under the
// heading "not for billing".
std::vector<MeterValue> EnginePages(const SnmpTable& table);

// P.4.1.3.3.n.k.0: what lies in source n, numbered like the Printer-MIB's inputs.
struct HpTray {
  std::optional<std::string> media = {};  // HP's paper id, "2070": the same that PIWS uses
  std::optional<std::string> name = {};
  std::string_view kind = {};           // as of prtInputType; empty: not said
  std::optional<Quantity> width = {};   // in "1/720 in" (decipoints)
  std::optional<Quantity> length = {};  // the same
};
HpTray TrayOf(const SnmpTable& table, std::uint32_t source);

// The objects of TrayOf, for a GET.
std::vector<Oid> TrayObjects(std::uint32_t source);

}  // namespace plotmeter
