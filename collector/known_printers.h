// Which printer is which: what an answer from an address means for the list of known printers.
//
//    Meeting m = Meet(known, seen, IsThere);
//    for (const KnownPrinter& printer : m.changed) spool.Know(printer);
//
// A printer is its maker and serial (and product number, where both are told); an address is only
// where it was met. Told apart, with the event that says so:
//
//    known serial, new address, not at its old one      moved: it is read at the new one
//    known serial, new address, still at its old one    kept as a spare; second-address when it was
//                                                       seen at both once more: it may be moving
//    another serial at a known address                  replaced: the old one has no address now
//    another serial at a known address, the same MAC    board-swapped: one machine, as it seems
//    known serial and address, none of its MACs         card-changed: it has another network card
//    no serial, known MAC                               the same machine, weakly
//
// Pure. No event names an address, because events leave the site.

#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "collector/channel/channel.h"
#include "collector/spool/spool.h"
#include "common/event.h"

namespace plotmeter {

struct IdentityEvent {
  PrinterIdentity printer = {};  // of the list it belongs to: the old one of a replaced pair
  PrinterEvent event = {};
};

struct Meeting {
  std::vector<KnownPrinter> changed = {};  // to be kept; id 0 is new
  std::vector<IdentityEvent> events = {};
  bool is_new = false;  // a printer that was not known
};

// `seen` is what answered at seen.host: its address, identity, macs and whatever else was learnt; a
// member that is empty is not known and takes nothing away. `is_there` says whether a known printer
// still answers, as itself, where it is known to be. `now` dates the events.
Meeting Meet(const std::vector<KnownPrinter>& known, const KnownPrinter& seen,
             const std::function<bool(const KnownPrinter&)>& is_there, Instant now);

// The printer did not answer at its address, but did at this spare one. It is read there from now
// on. If it was never seen at the old address after the spare was found, it has moved; else it has
// two.
Meeting TakeSpare(const KnownPrinter& printer, const SpareAddress& spare,
                  std::optional<Instant> last_success, Instant now);

// For the portal; those of a printer without a serial are left out.
void KeepEvents(Spool& spool, const std::vector<IdentityEvent>& events);

// Puts what was seen into the spool's list, all or nothing, and returns what happened, in order.
struct Known {
  std::vector<IdentityEvent> events = {};
  int added = 0;
};
Known KnowPrinters(Spool& spool, const std::vector<KnownPrinter>& seen,
                   const std::function<bool(const KnownPrinter&)>& is_there, Instant now);

// Where it is read, and where it could be.
PrinterAddress AddressOf(const KnownPrinter& printer);
PrinterAddress AddressOf(const KnownPrinter& printer, const SpareAddress& spare);

// Whether both are the same printer by what they say.
bool IsSamePrinter(const KnownPrinter& a, const KnownPrinter& b);

}  // namespace plotmeter
