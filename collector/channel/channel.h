// The seam between "a printer" and "the ways it can be read". All the rest of the collector knows
// of SNMP and PIWS is this file.
//
//    channel.Read({.host = "10.0.0.7"}, [](Told told) {
//      if (told.seen == Seen::kAnswered) Keep(told.at, told.answers);
//    });
//
// Nothing here blocks: Identify and Read return at once and call back exactly once, from a thread
// of the channel's own. A callback must not wait. A channel asks one printer one thing at a time
// and many printers at once.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/event.h"
#include "common/job.h"
#include "common/reading.h"

namespace plotmeter {

// Where a printer can be reached.
struct PrinterAddress {
  std::string host = {};  // an IP address as text; names are resolved before
  std::uint16_t snmp_port = 161;
  std::uint16_t https_port = 443;
  std::string piws_url = {};  // instead of https://host:https_port, for tests and odd sites
  std::string access = {};  // name of the discovery profile whose credentials let us in; may be ""
  PrinterIdentity known = {};  // who was found there; chooses which channels need not be asked

  bool operator==(const PrinterAddress&) const = default;
};

// What of people and places a channel may ask a printer for. By default nothing: what is not read
// cannot leave.
struct Curiosity {
  bool printer_name = false;
  bool location = false;
};

// What was seen, not what to do about it.
enum class Seen {
  kNothing,  // nobody asked
  kAnswered,
  kUnreachable,  // time-out, connection refused, no route
  kAsleep,       // HTTP 503 on every resource: keep the last state
  kRefused,      // it wants credentials, or the community is wrong and it said so
  kNotSpoken,   // it answers, but this channel is not there (404 on Identification, no Printer-MIB)
  kUnreadable,  // it answered something that is not what the protocol says
};

std::string_view ToText(Seen seen);

// Everything a channel learnt about one printer.
struct Answers {
  PrinterIdentity identity = {};
  // Whether it is one of the printers that are metered; absent: the channel cannot tell.
  std::optional<bool> is_large_format = {};
  std::vector<MeterValue> meters = {};
  std::vector<Supply> supplies = {};
  std::vector<LoadedMedia> media = {};
  std::optional<std::string> state = {};
  std::optional<std::vector<Alert>> alerts = {};  // absent: no statement was made
  // When the printer began to number its alerts, as it was reckoned first, where it does; their
  // numbers come again after that.
  std::optional<Instant> alerts_since = {};
  std::vector<JobRecord> jobs = {};
  bool tells_jobs = false;                // it showed its list of jobs, though that may be empty
  std::vector<PrinterEvent> events = {};  // what its own log says happened, oldest first
  std::vector<Trait> traits = {};
  std::optional<Quantity> uptime = {};  // since the card or the printer started
  std::vector<std::string> macs = {};   // "00:1b:78:aa:bb:cc"
  // What people called it, and where they say it stands; empty: the printer says that nobody did.
  // Asked for and read only if the site wants them (Curiosity), and masked before they are kept.
  std::optional<std::string> name = {};
  std::optional<std::string> location = {};
  std::vector<std::string> remarks =
      {};  // what was odd, for status and --explain: "job queue wants credentials"
};

struct Told {
  Seen seen = Seen::kNothing;
  std::string detail = {};  // for people: "no answer within 2 s after 3 tries"
  Instant at = {};          // the collector's clock when the device answered
  Answers answers = {};     // complete only with kAnswered; else remarks and events, if any
};

class Channel {
 public:
  virtual ~Channel() = default;
  virtual ChannelKind kind() const = 0;

  // Is there a printer that speaks this channel, and which? Fills answers.identity only.
  virtual void Identify(const PrinterAddress& address, std::function<void(Told)> told) = 0;

  // Everything it knows now.
  virtual void Read(const PrinterAddress& address, std::function<void(Told)> told) = 0;

  // What must not wait for the next Read: jobs, alerts, events. All else may be left out, and so
  // may alerts and jobs that are known to be as they were; nothing in the answer is older than the
  // answer. By default, everything.
  virtual void Watch(const PrinterAddress& address, std::function<void(Told)> told) {
    Read(address, std::move(told));
  }

  // A channel that a printer did not speak is not asked for at every Read and Watch. What was
  // learnt of that is forgotten here: the printer started, or has other firmware.
  virtual void ProbeAgain(const PrinterAddress&) {}
};

}  // namespace plotmeter
