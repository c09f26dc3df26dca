// What the collector does next: a pure function of the time, of what it did last and of what waits.
//
//    const Next next = WhatNext(rhythm, past, clock.Both());
//    next.turn == Turn::kRound   next.wait == 0        ask the printers, now
//    next.turn == Turn::kWait    next.wait == 83 s     nothing before that
//
// What comes first: an urgent alert, then the printers, since a job that a printer forgets is gone,
// then what waits to be sent, then the heartbeat. But printers that take longer to answer than from
// one round to the next would leave no time for the others: after a round each has a turn before
// the next one.
//
//    round       every job interval; within a minute again while the disk takes nothing
//    send        when something new waits, after the wait that the portal or a failure asked for;
//                after a failure also at once when the clock was set back, since that may have
//                been wrong
//    urgent      a critical alert is tried at once, though a back-off is under way, once; a wait
//                that the portal itself asked for (Retry-After) is always kept
//    heartbeat   every heartbeat interval, unless the portal asked to wait longer

#pragma once

#include <chrono>
#include <optional>

#include "collector/poll/due.h"
#include "common/clock.h"

namespace plotmeter {

inline constexpr std::chrono::minutes kDiskAgain{1};  // when the disk took nothing

struct Rhythm {
  Beat round = {};      // jobs and alerts
  Beat reading = {};    // each printer's own readings; taken in the first round after
  Beat heartbeat = {};  // of interval 0: none, because there is no portal
};

// Something that was tried, and how long to leave it after that.
struct Attempt {
  Moment at = {};
  milliseconds wait{0};
  bool asked = false;  // the portal asked for that wait; nothing shortens it
};

enum class Turn { kWait, kRound, kSend, kHeartbeat };

struct Past {
  // Notes whose turn it was.
  void Had(Turn turn);

  std::optional<Moment> round = {};      // when the last one began
  bool disk_refused = false;             // what it learnt could not be kept
  bool waits = false;                    // there is something to send
  bool urgent = false;                   // a critical alert is among it, not tried yet
  std::optional<Attempt> send = {};      // the last time; `wait` 0: it went well
  std::optional<Moment> heartbeat = {};  // the last time
  // Since the last round, and there was no time at which nothing was due.
  bool owes_send = false;
  bool owes_heartbeat = false;
};

struct Next {
  Turn turn = Turn::kWait;
  milliseconds wait{0};  // kWait: until something may be due
};

Next WhatNext(const Rhythm& rhythm, const Past& past, const Moment& now);

// How long until the next round.
milliseconds RoundLeft(const Rhythm& rhythm, const Past& past, const Moment& now);

// How long a wait that was begun at `attempt` still lasts. Begun by another process, in what is the
// future by the wall clock: no longer.
milliseconds WaitLeft(const Attempt& attempt, const Moment& now);

}  // namespace plotmeter
