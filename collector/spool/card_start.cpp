#include "collector/spool/card_start.h"

#include <algorithm>
#include <chrono>

namespace plotmeter {

std::optional<ReckonedJob> ReckonedJobOf(const JobRecord& job) {
  if (job.channel != ChannelKind::kSnmp) return {};
  const std::size_t mark = job.job.find("/~");
  if (mark == std::string::npos) return {};
  const auto start = ParseInstant(job.job.substr(mark + 2));
  if (!start) return {};
  return ReckonedJob{.number = job.job.substr(0, mark), .start = *start};
}

bool IsSameStart(Instant kept, Instant reckoned, Instant now) {
  constexpr std::chrono::minutes kLeast{10};
  constexpr std::chrono::milliseconds kRound{(std::int64_t{1} << 32) * 10};  // of sysUpTime
  const auto age = std::max<std::chrono::milliseconds>(now - kept, std::chrono::milliseconds{0});
  const std::chrono::milliseconds apart = std::chrono::abs(reckoned - kept) % kRound;
  return std::min(apart, kRound - apart) <= kLeast + age / 5'000;
}

std::string NameOfStart(Instant start, const std::string& before) {
  const std::string hour = FormatInstant(std::chrono::floor<std::chrono::hours>(start));
  if (before.substr(0, 13) != hour.substr(0, 13)) return hour;  // "2026-10-01T12"
  return FormatInstant(std::chrono::floor<std::chrono::minutes>(start));
}

}  // namespace plotmeter
