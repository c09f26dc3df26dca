// Whether it is worth asking a printer again over a channel that it may not have. Pure.
//
//    presence.Saw(Seen::kNotSpoken, "no PIWS: HTTP 404", now);
//    presence.IsDue(now + 5min)    false: ten minutes from then, then twenty, at most a week
//
// A week only where the printer's web server itself said, and has always said, that there is no
// such thing. Who did not answer may have been switched off, and who had it once may be half
// started: these are asked every hour at least, for no other channel need be there to tell that it
// is back.
//
// A printer that never had the channel is so asked some ten times in its first week and then once a
// week, and not at every poll for ever. One that answered before is asked each time while it only
// does not answer: it comes back. Firmware that still starts says 404 for what it will have, hence
// the short first waits.

#pragma once

#include <chrono>
#include <string>

#include "collector/channel/channel.h"

namespace plotmeter {

class Presence {
 public:
  static constexpr std::chrono::minutes kFirstWait{10};
  static constexpr std::chrono::hours kLongestWait{7 * 24};
  static constexpr std::chrono::hours kLongestUnsure{1};

  // True also when the clock was set back.
  bool IsDue(Instant now) const { return now >= again_ || now < at_; }

  void Saw(Seen seen, const std::string& detail, Instant now);

  // What was seen last, for who asks while it is not due.
  Seen seen() const { return seen_; }
  const std::string& detail() const { return detail_; }
  Instant at() const { return at_; }
  bool spoken() const { return spoken_; }  // it answered once

 private:
  Seen seen_ = Seen::kNothing;
  std::string detail_ = {};
  Instant at_ = {};
  Instant again_ = {};
  bool spoken_ = false;
  std::chrono::milliseconds wait_{0};
};

}  // namespace plotmeter
