#include "collector/known_printers.h"

#include <algorithm>

#include "collector/channel/macs.h"

namespace plotmeter {
namespace {

bool SamePlace(const KnownPrinter& a, const KnownPrinter& b) {
  return !a.host.empty() && a.host == b.host && a.snmp_port == b.snmp_port;
}

bool IsAt(const SpareAddress& spare, const KnownPrinter& printer) {
  return spare.host == printer.host && spare.snmp_port == printer.snmp_port;
}

bool ShareMac(const KnownPrinter& a, const KnownPrinter& b) {
  return std::ranges::any_of(a.macs, [&](const std::string& mac) {
    return std::ranges::find(b.macs, mac) != b.macs.end();
  });
}

// None of those it was known by; unknown contradicts nothing.
bool HasOtherCard(const KnownPrinter& known, const KnownPrinter& seen) {
  return !known.macs.empty() && !seen.macs.empty() && !ShareMac(known, seen);
}

// Unknown contradicts nothing.
bool Differ(const std::string& a, const std::string& b) {
  return !a.empty() && !b.empty() && a != b;
}

SpareAddress PlaceOf(const KnownPrinter& printer, Instant since) {
  return {.host = printer.host,
          .snmp_port = printer.snmp_port,
          .https_port = printer.https_port,
          .access = printer.access,
          .since = since,
          .proven = false};
}

void GoTo(KnownPrinter& printer, const SpareAddress& place) {
  printer.host = place.host;
  printer.snmp_port = place.snmp_port;
  printer.https_port = place.https_port;
  printer.access = place.access;
  printer.piws_url.clear();
}

PrinterEvent EventOf(const char* kind, Instant now, const std::string& was, const std::string& is) {
  PrinterEvent event{.kind = kind, .key = FormatInstant(now), .at = now};
  if (!was.empty()) event.was = was;
  if (!is.empty()) event.is = is;
  return event;
}

// What was told now counts; what was not told now stays.
void Learn(KnownPrinter& printer, const KnownPrinter& seen) {
  const auto take = [](std::string& into, const std::string& from) {
    if (!from.empty()) into = from;
  };
  take(printer.identity.manufacturer, seen.identity.manufacturer);
  take(printer.identity.serial, seen.identity.serial);
  take(printer.identity.product, seen.identity.product);
  take(printer.identity.model, seen.identity.model);
  take(printer.identity.firmware, seen.identity.firmware);
  take(printer.name, seen.name);
  take(printer.label, seen.label);
  take(printer.note, seen.note);
  for (const std::string& mac : seen.macs) {
    if (printer.macs.size() >= kMostMacs) break;
    if (std::ranges::find(printer.macs, mac) == printer.macs.end()) printer.macs.push_back(mac);
  }
  std::ranges::sort(printer.macs);
}

}  // namespace

bool IsSamePrinter(const KnownPrinter& a, const KnownPrinter& b) {
  if (a.identity.serial.empty() || b.identity.serial.empty()) {
    return ShareMac(a, b) && !Differ(a.identity.product, b.identity.product);
  }
  if (a.identity.serial != b.identity.serial ||
      Differ(a.identity.manufacturer, b.identity.manufacturer)) {
    return false;
  }
  // One machine may be told another product number; two machines may share a serial.
  return SamePlace(a, b) || !Differ(a.identity.product, b.identity.product);
}

Meeting Meet(const std::vector<KnownPrinter>& known, const KnownPrinter& seen,
             const std::function<bool(const KnownPrinter&)>& is_there, Instant now) {
  Meeting meeting;
  std::vector<KnownPrinter> list = known;
  const std::string& serial = seen.identity.serial;
  const auto here =
      std::ranges::find_if(list, [&](const auto& other) { return SamePlace(other, seen); });
  auto same =
      std::ranges::find_if(list, [&](const auto& other) { return IsSamePrinter(other, seen); });
  // It says no serial just now, or is known by none: who stands here stands here still.
  if (here != list.end() && same == list.end() &&
      (serial.empty() || here->identity.serial.empty()) && !HasOtherCard(*here, seen)) {
    same = here;
  }
  if (here != list.end() && here == same) {
    if (Differ(here->identity.product, seen.identity.product)) {
      meeting.events.push_back(
          {seen.identity,
           EventOf("product-changed", now, here->identity.product, seen.identity.product)});
    }
    if (!serial.empty() && HasOtherCard(*here, seen)) {
      meeting.events.push_back({here->identity, EventOf("card-changed", now, "", "")});
      here->macs.clear();  // where that card is now, another printer may be
    }
    Learn(*here, seen);
    here->https_port = seen.https_port;
    if (!seen.access.empty()) here->access = seen.access;
  } else if (here != list.end() && same == list.end() && ShareMac(*here, seen) &&
             !Differ(here->identity.product, seen.identity.product)) {
    meeting.events.push_back(
        {seen.identity, EventOf("board-swapped", now, here->identity.serial, serial)});
    Learn(*here, seen);
    if (!seen.access.empty()) here->access = seen.access;
  } else {
    if (here != list.end()) {
      // One that was seen elsewhere just now was not replaced: they change places.
      const bool has_gone = !here->spares.empty() && !here->spares.front().proven;
      meeting.events.push_back(
          {here->identity, has_gone ? EventOf("moved", now, "", "")
                                    : EventOf("replaced", now, here->identity.serial, serial)});
      if (here->spares.empty()) {
        here->host.clear();
      } else {
        GoTo(*here, here->spares.front());
        here->spares.erase(here->spares.begin());
      }
    }
    const SpareAddress place = PlaceOf(seen, now);
    if (same == list.end()) {
      KnownPrinter added = seen;
      added.id = 0;
      added.found_at = now;
      std::ranges::sort(added.macs);
      list.push_back(std::move(added));
      meeting.is_new = true;
    } else if (same->host.empty() || !is_there(*same)) {
      Learn(*same, seen);
      std::erase_if(same->spares, [&](const SpareAddress& spare) { return IsAt(spare, seen); });
      GoTo(*same, place);
      meeting.events.push_back({same->identity, EventOf("moved", now, "", "")});
    } else {
      Learn(*same, seen);
      const auto spare =
          std::ranges::find_if(same->spares, [&](const auto& other) { return IsAt(other, seen); });
      if (spare == same->spares.end()) {
        same->spares.push_back(place);
      } else if (!spare->proven) {
        spare->proven = true;
        meeting.events.push_back({same->identity, EventOf("second-address", now, "", "")});
      }
    }
  }
  // Nobody else is here any more, as a spare either.
  for (KnownPrinter& other : list) {
    if (!IsSamePrinter(other, seen)) {
      std::erase_if(other.spares, [&](const SpareAddress& spare) { return IsAt(spare, seen); });
    }
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i >= known.size() || list[i] != known[i]) meeting.changed.push_back(list[i]);
  }
  // Those who leave an address are kept before those who take it.
  std::ranges::stable_partition(meeting.changed,
                                [&](const KnownPrinter& p) { return !SamePlace(p, seen); });
  return meeting;
}

Meeting TakeSpare(const KnownPrinter& printer, const SpareAddress& spare,
                  std::optional<Instant> last_success, Instant now) {
  Meeting meeting;
  KnownPrinter moved = printer;
  std::erase(moved.spares, spare);
  const bool has_both = last_success && *last_success > spare.since;
  if (has_both) {
    SpareAddress other = PlaceOf(printer, spare.since);
    other.proven = true;
    moved.spares.push_back(std::move(other));
    if (!spare.proven) {
      meeting.events.push_back({printer.identity, EventOf("second-address", now, "", "")});
    }
  } else {
    meeting.events.push_back({printer.identity, EventOf("moved", now, "", "")});
  }
  GoTo(moved, spare);
  meeting.changed.push_back(std::move(moved));
  return meeting;
}

void KeepEvents(Spool& spool, const std::vector<IdentityEvent>& events) {
  for (const auto& [printer, event] : events) {
    if (!printer.serial.empty()) spool.Keep(printer, event);  // else nobody could say whose it is
  }
}

Known KnowPrinters(Spool& spool, const std::vector<KnownPrinter>& seen,
                   const std::function<bool(const KnownPrinter&)>& is_there, Instant now) {
  Known all;
  spool.Together([&] {
    for (const KnownPrinter& printer : seen) {
      Meeting meeting = Meet(spool.KnownPrinters(), printer, is_there, now);
      for (const KnownPrinter& changed : meeting.changed) spool.Know(changed);
      KeepEvents(spool, meeting.events);
      for (IdentityEvent& event : meeting.events) all.events.push_back(std::move(event));
      if (meeting.is_new) ++all.added;
    }
  });
  return all;
}

PrinterAddress AddressOf(const KnownPrinter& printer) {
  return {.host = printer.host,
          .snmp_port = printer.snmp_port,
          .https_port = printer.https_port,
          .piws_url = printer.piws_url,
          .access = printer.access,
          .known = printer.identity};
}

PrinterAddress AddressOf(const KnownPrinter& printer, const SpareAddress& spare) {
  PrinterAddress address = AddressOf(printer);
  address.host = spare.host;
  address.snmp_port = spare.snmp_port;
  address.https_port = spare.https_port;
  address.access = spare.access;
  return address;
}

}  // namespace plotmeter
