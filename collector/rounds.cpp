#include "collector/rounds.h"

#include <fmt/format.h>

#include <algorithm>

#include "collector/channel/macs.h"
#include "collector/poll/installed.h"
#include "common/log.h"

namespace plotmeter {
namespace {

constexpr std::size_t kMostUnsynced = 64;  // printers whose readings share a turn of the disk

std::string PlaceOf(const std::string& host, std::uint16_t port) {
  return fmt::format("{}:{}", host, port);
}
std::string PlaceOf(const PrinterAddress& address) {
  return PlaceOf(address.host, address.snmp_port);
}

// What a poll told that was not known.
bool IsNews(const KnownPrinter& known, const Polled& polled) {
  const auto differs = [](const std::string& was, const std::string& is) {
    return !is.empty() && was != is;
  };
  return differs(known.identity.serial, polled.identity.serial) ||
         differs(known.identity.manufacturer, polled.identity.manufacturer) ||
         differs(known.identity.product, polled.identity.product) ||
         differs(known.identity.model, polled.identity.model) ||
         differs(known.identity.firmware, polled.identity.firmware) ||
         (known.macs.size() < kMostMacs && !std::ranges::includes(known.macs, polled.macs));
}

// A device that is none of the printers that are metered took the place of one: an office printer
// got its address. What it says is nobody's business.
bool IsStranger(const Polled& polled) {
  const std::string& serial = polled.identity.serial;
  return polled.answered() && polled.is_large_format == false &&
         (serial.empty() || serial != polled.address.known.serial);
}

// Who it is, without what it said; of a stranger, that nobody answered.
Polled WhoOf(const Polled& polled) {
  if (IsStranger(polled)) return {.address = polled.address};
  Polled who{.address = polled.address, .identity = polled.identity, .macs = polled.macs};
  if (polled.answered()) who.readings.emplace_back();
  if (polled.asleep()) who.reports = polled.reports;
  return who;
}

// Who stands where; of parts all are news when a printer is read for the first time.
bool IsNewsForPeople(const PrinterEvent& event) {
  return event.channel == ChannelKind::kNone && !IsInstalled(event.kind);
}

}  // namespace

RoundReport Rounds::Run(const RoundWish& wish) {
  RoundReport report;
  std::vector<KnownPrinter> printers = parts_.spool.KnownPrinters();
  std::erase_if(printers, [](const KnownPrinter& printer) { return printer.host.empty(); });
  parts_.certificates.AgreeWith(parts_.spool.Certificates());  // --forget-key works while we run
  Ask(printers, wish, report);
  return report;
}

bool Rounds::IsReadingDue(const PrinterAddress& address, const RoundWish& wish) {
  const PrinterStatus& status = parts_.book.Of(address);
  const auto before = before_.find(address.host);
  const bool strange = before != before_.end() && before->second.stranger_at;
  const auto& last = strange ? before->second.stranger_at : status.last_kept;
  if (wish.all || wish.reading.IsDue(parts_.clock.Both(), last)) return true;
  return status.owed && !status.asleep;
}

// A printer that was started, or has other firmware, may have channels that it did not have.
void Rounds::ProbeAfterChange(const Polled& polled) {
  const auto [entry, is_new] = before_.try_emplace(polled.address.host);
  Before& before = entry->second;
  const std::string& firmware = polled.identity.firmware;
  const bool renewed = !firmware.empty() && !before.firmware.empty() && firmware != before.firmware;
  const bool came_back = polled.answered() && !before.answered;
  if (!is_new && (renewed || came_back)) parts_.poller.ProbeAgain(polled.address);
  before.answered = polled.answered();
  if (!firmware.empty()) before.firmware = firmware;
}

void Rounds::KeepNoticed(const Polled& polled) {
  const PrinterIdentity& printer = polled.address.known;
  if (printer.serial.empty() || polled.events.empty()) return;
  std::vector<IdentityEvent> news;
  const bool on_disk = parts_.disk.Try([&] {
    parts_.spool.Together([&] {
      for (const PrinterEvent& event : polled.events) {
        try {
          const bool is_news = parts_.spool.Keep(printer, event);
          if (is_news && IsNewsForPeople(event)) news.push_back({printer, event});
        } catch (const BatchError&) {  // one odd answer harms no other
        }
      }
    });
  });
  if (on_disk) parts_.book.Note(news);
}

std::string Rounds::KeepOnDisk(const Polled& polled, const std::vector<PrinterEvent>& events,
                               bool due, RoundReport& report) {
  std::string error;
  std::vector<IdentityEvent> noticed;
  // What was kept before may be lost, or was not kept: all is told.
  const bool again = !parts_.book.Of(polled.address).last_kept;
  const auto kept = [&](const std::function<void()>& keep) {
    try {
      keep();
    } catch (const BatchError& refused) {  // one odd answer harms no other
      error = fmt::format("not kept: {}", refused.what());
    }
  };
  Spool& spool = parts_.spool;
  const bool on_disk = parts_.disk.Try([&] {
    spool.Together([&] {
      if (due) {
        for (const Reading& reading : polled.readings) {
          kept([&] { spool.Keep(again ? reading : traits_.WithNews(reading)); });
        }
        kept([&] { spool.Keep(polled.identity, polled.whereabouts); });
        // Only a whole answer shows what is not there; a watched list may leave out what is known.
        for (const ChannelKind channel : polled.job_lists) {
          kept([&] { spool.ShowedJobs(polled.identity, channel); });
        }
      }
      for (const JobRecord& job : polled.jobs) kept([&] { spool.Keep(polled.identity, job); });
      for (const PrinterEvent& event : events) {
        kept([&] {
          const bool is_news = spool.Keep(polled.identity, event);
          if (is_news && IsNewsForPeople(event)) {
            noticed.push_back({polled.identity, event});
          }
        });
      }
      for (const ChannelAlerts& alerts : polled.alerts) {
        kept([&] {
          const AlertChanges changes =
              spool.Alerts(polled.identity, alerts.channel, alerts.active, alerts.since);
          report.changed |= !changes.appeared.empty() || !changes.cleared.empty();
          report.urgent |= std::ranges::any_of(changes.appeared, [](const Alert& alert) {
            return alert.severity == Severity::kCritical;
          });
        });
      }
    });
  });
  if (!on_disk) {
    // A channel that told it thinks it known: it is asked in full again.
    parts_.book.Of(polled.address).last_kept = {};
    return parts_.disk.trouble();
  }
  parts_.disk.IsWell();
  parts_.book.Note(noticed);
  firmware_.Note(polled);
  if (due) {
    PrinterStatus& status = parts_.book.Of(polled.address);
    status.last_kept = parts_.clock.Both();
    status.owed = polled.sleeps_in_part();
    if (error.empty()) {
      for (const Reading& reading : polled.readings) traits_.Note(reading);
    }
    ++report.kept;
  }
  return error;
}

void Rounds::Keep(const Polled& polled, bool due, RoundReport& report) {
  PrinterStatus& status = parts_.book.Of(polled.address);
  ProbeAfterChange(polled);
  // What a reading showed holds until the next one: who is only watched says less.
  Before& before = before_[polled.address.host];
  if (polled.in_full) before.remarks = polled.remarks;
  if (IsStranger(polled)) {
    before.remarks.clear();
    if (polled.in_full) before.stranger_at = parts_.clock.Both();
  } else if (polled.answered()) {
    before.stranger_at.reset();
  }
  status.remarks = before.remarks;
  for (const std::string& remark : IsStranger(polled) ? before.remarks : polled.remarks) {
    if (std::ranges::find(status.remarks, remark) == status.remarks.end()) {
      status.remarks.push_back(remark);
    }
  }
  const bool slept = status.asleep;
  status.asleep = polled.asleep() || polled.sleeps_in_part();
  std::string error = polled.Trouble();
  if (IsStranger(polled)) {
    error = fmt::format(
        "another device has its address: {}, which is no large-format printer",
        polled.identity.model.empty() ? "one that does not say its model" : polled.identity.model);
  } else if (polled.answered()) {
    ++report.answered;
    status.last_success = polled.readings.front().at;
    status.model = polled.identity.model;
    status.serial = polled.identity.serial;
    if (!error.empty()) status.remarks.push_back(error);  // the other channel answered
    error.clear();
    if (polled.identity.serial.empty()) {
      error = "it says no serial number, so what it says cannot be metered";
      status.last_kept = {};  // what is not kept is asked for in full once it says who it is
      KeepNoticed(polled);
    } else {
      std::vector<PrinterEvent> events = polled.events;
      if (auto changed = firmware_.Change(polled, parts_.clock.Now())) {
        events.push_back(*std::move(changed));
      }
      error = KeepOnDisk(polled, events, due, report);
    }
  } else {
    KeepNoticed(polled);
    if (status.serial.empty()) {  // it never answered since it was found
      status.model = polled.address.known.model;
      status.serial = polled.address.known.serial;
    }
    if (polled.asleep()) {  // as it was when it fell asleep, and no trouble
      ++report.answered;
      status.remarks.push_back(error);
      status.owed |= due;
      error.clear();
    }
  }
  if (slept != status.asleep) {
    Log(LogLevel::kInfo, status.asleep ? "printer_sleeps" : "printer_awake",
        {{"address", polled.address.host}});
  }
  if (error != status.last_error) {
    Log(error.empty() ? LogLevel::kInfo : LogLevel::kWarning,
        error.empty() ? "printer_answers" : "printer_trouble",
        {{"address", polled.address.host}, {"why", error.empty() ? "it is well again" : error}});
  }
  status.last_error = error;
}

void Rounds::Ask(const std::vector<KnownPrinter>& printers, const RoundWish& wish,
                 RoundReport& report) {
  std::vector<PrinterAddress> addresses;
  for (const KnownPrinter& printer : printers) addresses.push_back(AddressOf(printer));
  report.printers = static_cast<int>(addresses.size());
  // Those that were silent come last: what the well wait for is the well.
  std::ranges::stable_partition(addresses, [this](const PrinterAddress& address) {
    return parts_.book.Of(address).last_error.empty();
  });
  // Decided once, before the printers are asked: what is kept must have been read in full.
  std::map<std::string, bool> due;
  for (const PrinterAddress& address : addresses) {
    due[PlaceOf(address)] = IsReadingDue(address, wish);
  }
  Heard heard;
  // Those that finish together share one turn of the disk: alone each takes milliseconds.
  std::vector<PrinterAddress> unsynced;
  bool told_urgent = false;
  const auto sync = [&] {
    if (unsynced.empty()) return;
    if (!parts_.disk.Try([&] { parts_.spool.Sync(); })) {
      for (const PrinterAddress& address : unsynced) parts_.book.Of(address).last_kept = {};
    }
    unsynced.clear();
    if (report.urgent && !told_urgent && wish.urgent) {
      told_urgent = true;
      wish.urgent();
    }
  };
  parts_.poller.Poll(
      addresses, stop_,
      [&](const Polled& polled) {
        if (unsynced.empty()) parts_.disk.Try([&] { parts_.spool.SyncLater(); });
        unsynced.push_back(polled.address);
        Keep(polled, polled.in_full, report);
        heard.emplace(PlaceOf(polled.address), WhoOf(polled));
        if (unsynced.size() >= kMostUnsynced) sync();
      },
      sync, [&](const PrinterAddress& address) { return due[PlaceOf(address)]; });
  sync();
  if (!stop_.stop_requested()) NameTheLate(addresses, heard);
  Recognise(printers, heard);
  AskSpares(printers, heard, wish, report);
  if (!parts_.disk.trouble().empty()) return;  // what was learnt is kept when the disk takes it
  for (const auto& [printer, fingerprint] : parts_.certificates.TakeNew()) {
    parts_.disk.Try([&] { parts_.spool.RememberCertificate(printer, fingerprint); });
  }
  parts_.disk.Try([&] { parts_.spool.RememberGiven(parts_.poller.TakeNewlyGiven()); });
}

void Rounds::NameTheLate(const std::vector<PrinterAddress>& asked, const Heard& heard) {
  for (const PrinterAddress& address : asked) {
    if (heard.contains(PlaceOf(address))) continue;
    PrinterStatus& status = parts_.book.Of(address);
    const std::string error = "it is still answering; the other printers do not wait for it";
    if (status.last_error != error) {
      Log(LogLevel::kWarning, "printer_trouble", {{"address", address.host}, {"why", error}});
    }
    status.last_error = error;
  }
}

void Rounds::Recognise(const std::vector<KnownPrinter>& asked, const Heard& heard) {
  std::vector<KnownPrinter> seen;
  for (const KnownPrinter& printer : asked) {
    const auto answer = heard.find(PlaceOf(printer.host, printer.snmp_port));
    if (answer == heard.end() || !answer->second.answered()) continue;
    if (!IsNews(printer, answer->second)) continue;
    seen.push_back({.host = printer.host,
                    .snmp_port = printer.snmp_port,
                    .https_port = printer.https_port,
                    .piws_url = printer.piws_url,
                    .identity = answer->second.identity,
                    .access = printer.access,
                    .macs = answer->second.macs});
  }
  if (seen.empty()) return;
  Known known;
  const auto is_there = [this](const KnownPrinter& printer) {
    return parts_.book.IsThere(printer);
  };
  if (parts_.disk.Try(
          [&] { known = KnowPrinters(parts_.spool, seen, is_there, parts_.clock.Now()); })) {
    parts_.book.Note(known.events);
  }
}

void Rounds::AskSpares(const std::vector<KnownPrinter>& asked, const Heard& heard,
                       const RoundWish& wish, RoundReport& report) {
  std::vector<PrinterAddress> addresses;
  std::vector<KnownPrinter> silent;
  for (const KnownPrinter& printer : asked) {
    if (printer.spares.empty()) continue;
    const auto answer = heard.find(PlaceOf(printer.host, printer.snmp_port));
    if (answer == heard.end()) continue;  // who is still answering is not silent
    if (answer->second.answered() || answer->second.asleep()) continue;
    silent.push_back(printer);
    addresses.push_back(AddressOf(printer, printer.spares.front()));
  }
  if (silent.empty()) return;
  parts_.poller.Poll(addresses, stop_, [&](const Polled& answer) {
    const auto printer = std::ranges::find_if(silent, [&](const KnownPrinter& known) {
      return AddressOf(known, known.spares.front()) == answer.address &&
             known.identity.serial == answer.identity.serial;
    });
    if (!answer.answered() || printer == silent.end()) return;
    const std::optional<Instant> last = parts_.book.Of(AddressOf(*printer)).last_success;
    Keep(answer, IsReadingDue(answer.address, wish), report);
    const Meeting meeting = TakeSpare(*printer, printer->spares.front(), last, parts_.clock.Now());
    if (parts_.disk.Try([&] {
          parts_.spool.Together([&] {
            for (const KnownPrinter& changed : meeting.changed) parts_.spool.Know(changed);
            KeepEvents(parts_.spool, meeting.events);
          });
        })) {
      parts_.book.Note(meeting.events);
    }
  });
}

}  // namespace plotmeter
