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
  const bool sure = seen == Seen::kNotSpoken && !spoken_;
  const auto longest = sure ? kLongestWait : kLongestUnsure;
  wait_ = !absent ? std::chrono::milliseconds{0}
                  : std::clamp<std::chrono::milliseconds>(2 * wait_, kFirstWait, longest);
  again_ = now + wait_;
}

}  // namespace plotmeter
