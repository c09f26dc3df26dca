// Which firmware each printer has, and whether it was given other firmware.
//
//    FirmwareBook book;
//    book.Note(polled, now);    empty at first
//    book.Note(polled, now);    firmware-changed, was "TR8-AC_15.0.0.1", is "TR8-AC_16.0.0.1"
//
// Every channel has words of its own for one firmware, and may be asleep for a while. So a printer's
// best channel of those that ever named it is compared with itself alone. What was known before this
// process is some channel's word, nobody knows whose: it has changed when all channels have spoken
// and none says it any more.

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
  std::optional<PrinterEvent> Note(const Polled& polled, Instant now);

 private:
  std::map<std::string, std::map<ChannelKind, std::string>> said_;  // by serial
};

}  // namespace plotmeter
