#include "collector/poll/due.h"

#include <cstdint>

namespace plotmeter {

std::chrono::milliseconds JitterOf(std::string_view name, std::chrono::milliseconds interval) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char letter : name) {
    hash ^= static_cast<unsigned char>(letter);
    hash *= 0x100000001b3ULL;
  }
  if (interval.count() <= 0) return {};
  return std::chrono::milliseconds(hash % static_cast<std::uint64_t>(interval.count()));
}

Instant NextDue(std::optional<Instant> last, std::chrono::milliseconds interval,
                std::chrono::milliseconds jitter) {
  if (!last || interval.count() <= 0) return {};
  const std::int64_t beat = interval.count();
  const std::int64_t since = last->time_since_epoch().count() - jitter.count();
  const std::int64_t whole = since >= 0 ? since / beat : -((-since + beat - 1) / beat);
  return Instant(std::chrono::milliseconds((whole + 1) * beat + jitter.count()));
}

bool IsDue(Instant now, std::optional<Instant> last, std::chrono::milliseconds interval,
           std::chrono::milliseconds jitter) {
  return !last || now < *last || now >= NextDue(last, interval, jitter);
}

}  // namespace plotmeter
