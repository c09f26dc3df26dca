#include "collector/poll/due.h"

#include <algorithm>
#include <cstdint>

namespace plotmeter {

milliseconds JitterOf(std::string_view name, milliseconds interval) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char letter : name) {
    hash ^= static_cast<unsigned char>(letter);
    hash *= 0x100000001b3ULL;
  }
  if (interval.count() <= 0) return {};
  return milliseconds(hash % static_cast<std::uint64_t>(interval.count()));
}

Instant NextDue(std::optional<Instant> last, milliseconds interval, milliseconds jitter) {
  if (!last || interval.count() <= 0) return {};
  const std::int64_t beat = interval.count();
  const std::int64_t since = last->time_since_epoch().count() - jitter.count();
  const std::int64_t whole = since >= 0 ? since / beat : -((-since + beat - 1) / beat);
  return Instant(milliseconds((whole + 1) * beat + jitter.count()));
}

std::optional<milliseconds> Passed(const Moment& from, const Moment& to) {
  const milliseconds wall = to.wall - from.wall;
  if (from.steady && to.steady) {
    return std::max({milliseconds(0), wall, *to.steady - *from.steady});
  }
  if (wall < milliseconds(0)) return {};
  return wall;
}

milliseconds Beat::After(Instant last) const {
  if (interval.count() <= 0) return {};
  return std::clamp<milliseconds>(NextDue(last, interval, jitter) - last, interval / 2, interval);
}

milliseconds Beat::Left(const Moment& now, const std::optional<Moment>& last) const {
  if (!last) return {};
  const std::optional<milliseconds> passed = Passed(*last, now);
  if (!passed) return {};
  return std::max(milliseconds(0), After(last->wall) - *passed);
}

}  // namespace plotmeter
