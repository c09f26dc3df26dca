#include "portal/http/rate_limit.h"

#include <fmt/format.h>

#include <algorithm>

namespace plotmeter {
namespace {

constexpr std::chrono::seconds kBetweenSweeps{1};

// Of those who never gave one, such as tests, all are one.
const std::string& KeyOf(const Peer& peer) {
  return peer.network.empty() ? peer.address : peer.network;
}

}  // namespace

std::chrono::microseconds RateLimit::Take(const std::string& key, std::chrono::microseconds now) {
  const std::lock_guard lock(mutex_);
  if (full_at_.size() >= most_keys_) ForgetTheRested(now);
  const bool is_known = full_at_.contains(key);
  const bool has_room = is_known || full_at_.size() < most_keys_;
  auto& full_at = full_at_[has_room ? key : std::string()];
  const auto then = std::max(full_at, now) + rate_.every;
  const auto wait = then - now - rate_.burst * rate_.every;
  if (wait > std::chrono::microseconds(0)) return wait;
  full_at = then;
  return std::chrono::microseconds(0);
}

// Not at every request of a crowd: it looks at all of them.
void RateLimit::ForgetTheRested(std::chrono::microseconds now) {
  if (now - swept_at_ < kBetweenSweeps) return;
  swept_at_ = now;
  std::erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
}

std::size_t RateLimit::keys() const {
  const std::lock_guard lock(mutex_);
  return full_at_.size();
}

void RateLimits::Check(RateLimit& limit, const std::string& key) const {
  const auto wait = limit.Take(key, clock_.Steady());
  if (wait == std::chrono::microseconds(0)) return;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  throw Problem(429, fmt::format("too many requests; come again in {} s", seconds))
      .WithHeader("Retry-After", std::to_string(seconds));
}

void RateLimits::CheckAddress(const Peer& peer) { Check(addresses_, KeyOf(peer)); }

void RateLimits::CheckCollectorAddress(const Peer& peer) { Check(collectors_, KeyOf(peer)); }

void RateLimits::CheckCaller(const Caller& caller) {
  if (!caller.id.empty()) Check(callers_, caller.id);
}

}  // namespace plotmeter
