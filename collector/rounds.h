// One round: asks every known printer, keeps what they say, and notices who stands where.
//
//    Rounds rounds({spool, book, poller, certificates, disk, clock}, stop);
//    RoundReport report = rounds.Run({.reading = Beat::Of(site, 3h)});
//
// Jobs, alerts and events are kept always; readings of those printers whose beat has come. Each
// printer is kept as soon as it has answered, so a slow one delays only the end of the round, and
// an urgent alert does not wait for that either. One that sleeps is left asleep: it is asked no
// second time, its last state stays, and the reading it owes is taken in the round after the one
// that found it awake. One thread uses it.

#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "collector/disk_care.h"
#include "collector/firmware_book.h"
#include "collector/known_printers.h"
#include "collector/poll/due.h"
#include "collector/poll/poller.h"
#include "collector/spool/spool.h"
#include "collector/status_book.h"
#include "collector/trait_book.h"
#include "collector/ways.h"
#include "common/clock.h"

namespace plotmeter {

struct RoundReport {
  int printers = 0;
  int answered = 0;
  int kept = 0;          // printers whose readings were kept
  bool changed = false;  // an alert came or went
  bool urgent = false;   // a critical one came
};

struct RoundWish {
  bool all = false;  // readings of every printer, due or not
  Beat reading = {};
  // Called within the round when a critical alert is on disk; may send.
  std::function<void()> urgent = {};
};

class Rounds {
 public:
  // All of them must outlive it.
  struct Parts {
    Spool& spool;
    StatusBook& book;
    Poller& poller;
    RememberedCertificates& certificates;
    DiskCare& disk;
    const Clock& clock;
  };
  Rounds(const Parts& parts, std::stop_token stop) : parts_(parts), stop_(std::move(stop)) {}

  RoundReport Run(const RoundWish& wish);

 private:
  // Who answered in a round, without what they said, by "host:port".
  using Heard = std::map<std::string, Polled>;

  void Ask(const std::vector<KnownPrinter>& printers, const RoundWish& wish, RoundReport& report);
  // Printers that were silent at their address, at their spare one.
  void AskSpares(const std::vector<KnownPrinter>& asked, const Heard& heard, const RoundWish& wish,
                 RoundReport& report);
  // Who answered where: what it means for the list of known printers.
  void Recognise(const std::vector<KnownPrinter>& asked, const Heard& heard);
  // Those whose answers were not whole when the round ended (Poller::set_patience).
  void NameTheLate(const std::vector<PrinterAddress>& asked, const Heard& heard);
  bool IsReadingDue(const PrinterAddress& address, const RoundWish& wish);
  void ProbeAfterChange(const Polled& polled);
  void Keep(const Polled& polled, bool due, RoundReport& report);
  // Why something was left out, in words; empty when all was kept. `events` are those of `polled`
  // and what was noticed beside.
  std::string KeepOnDisk(const Polled& polled, const std::vector<PrinterEvent>& events, bool due,
                         RoundReport& report);
  // Of a printer that did not answer, or did not say who it is: what is known of it.
  void KeepNoticed(const Polled& polled);

  Parts parts_;
  std::stop_token stop_;
  struct Before {
    bool answered = false;
    std::string firmware = {};
    std::vector<std::string> remarks = {};  // of the last reading
    // When a stranger was seen in full who stands there now; asked as often as a printer.
    std::optional<Moment> stranger_at = {};
  };
  std::map<std::string, Before> before_;  // by host, what the last round saw
  FirmwareBook firmware_;
  TraitBook traits_;
};

}  // namespace plotmeter
