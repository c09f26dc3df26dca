#include "collector/rhythm.h"

#include <algorithm>

namespace plotmeter {

milliseconds WaitLeft(const Attempt& attempt, const Moment& now) {
  const std::optional<milliseconds> passed = Passed(attempt.at, now);
  if (!passed) return {};
  return std::max(milliseconds(0), attempt.wait - *passed);
}

milliseconds RoundLeft(const Rhythm& rhythm, const Past& past, const Moment& now) {
  const milliseconds left = rhythm.round.Left(now, past.round);
  if (!past.disk_refused || !past.round) return left;
  return std::min(left, WaitLeft({.at = *past.round, .wait = kDiskAgain}, now));
}

namespace {

// A clock that was put right may be what was wrong: certificates are believed by it.
bool IsPutRight(const Attempt& attempt, const Moment& now) {
  return !attempt.asked && now.wall < attempt.at.wall;
}

milliseconds Pause(const Past& past, const Moment& now) {
  if (!past.send || IsPutRight(*past.send, now)) return {};
  return WaitLeft(*past.send, now);
}

}  // namespace

Next WhatNext(const Rhythm& rhythm, const Past& past, const Moment& now) {
  const milliseconds pause = Pause(past, now);
  const bool portal_asked = past.send && past.send->asked && pause.count() > 0;
  if (past.waits && past.urgent && !portal_asked) return {.turn = Turn::kSend};

  const milliseconds round = RoundLeft(rhythm, past, now);
  const bool sends = past.waits && pause.count() == 0;
  std::optional<milliseconds> heartbeat;
  if (rhythm.heartbeat.interval.count() > 0) {
    heartbeat = rhythm.heartbeat.Left(now, past.heartbeat);
    if (portal_asked) heartbeat = std::max(*heartbeat, pause);
  }
  const bool beats = heartbeat && heartbeat->count() == 0;
  if (round.count() == 0) {
    if (sends && past.owes_send) return {.turn = Turn::kSend};
    if (beats && past.owes_heartbeat) return {.turn = Turn::kHeartbeat};
    return {.turn = Turn::kRound};
  }
  if (sends) return {.turn = Turn::kSend};
  if (beats) return {.turn = Turn::kHeartbeat};
  const milliseconds next = past.waits ? std::min(round, pause) : round;
  return {.wait = heartbeat ? std::min(next, *heartbeat) : next};
}

void Past::Had(Turn turn) {
  if (turn == Turn::kRound) owes_send = owes_heartbeat = true;
  if (turn == Turn::kSend || turn == Turn::kWait) owes_send = false;
  if (turn == Turn::kHeartbeat || turn == Turn::kWait) owes_heartbeat = false;
}

}  // namespace plotmeter
