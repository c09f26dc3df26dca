#include "collector/web/presence.h"

#include <algorithm>

namespace plotmeter {

void Presence::Saw(Seen seen, const std::string& detail, Instant now) {
  seen_ = seen;
  detail_ = detail;
  at_ = now;
  const bool absent = seen == Seen::kNotSpoken ||
                      (!spoken_ && (seen == Seen::kUnreachable || seen == Seen::kUnreadable));
  if (seen == Seen::kAnswered) spoken_ = true;
  wait_ = !absent ? std::chrono::milliseconds{0}
                  : std::clamp<std::chrono::milliseconds>(2 * wait_, kFirstWait, kLongestWait);
  again_ = now + wait_;
}

}  // namespace plotmeter
