// Which firmware each printer has, and whether it was given other firmware.
//
//    FirmwareBook book;
//    book.Change(polled, now);    empty at first
//    book.Note(polled);           once what it said is kept: a change that is not is told again
//    book.Change(polled, now);    firmware-changed, was "TR8-AC_15.0.0.1", is "TR8-AC_16.0.0.1"
//
// Every channel has words of its own for one firmware, and may be asleep for a while. So a printer's
// best channel of those that ever named it is compared with itself alone. What was known before this
// process is some channel's word, nobody knows whose: it has changed when all channels have spoken
// in one round and none says it. Where that never happens, nobody is told.

#pragma once

#include <map>
#include <optional>
#include <string>

#include "collector/poll/poller.h"
#include "common/event.h"

namespace plotmeter {

class FirmwareBook {
 public:
  // `polled.address.known` is who was known to stand there.
  std::optional<PrinterEvent> Change(const Polled& polled, Instant now) const;
  void Note(const Polled& polled);

 private:
  struct Said {
    std::string before = {};  // known before this process; empty: nothing, or it was compared
    std::map<ChannelKind, std::string> words = {};
  };
  std::map<std::string, Said> said_;  // by printer: two makers may give one serial number
};

}  // namespace plotmeter
