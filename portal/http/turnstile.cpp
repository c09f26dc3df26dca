#include "portal/http/turnstile.h"

namespace plotmeter {

std::optional<Turnstile::Place> Turnstile::Enter(const std::string& address) {
  const std::lock_guard lock(mutex_);
  if (total_ >= max_total_) return std::nullopt;
  const auto there = inside_.find(address);
  if (there != inside_.end() && there->second >= max_per_address_) return std::nullopt;
  ++inside_[address];
  ++total_;
  return Place(*this, address);
}

std::size_t Turnstile::inside() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

void Turnstile::Leave(const std::string& address) {
  const std::lock_guard lock(mutex_);
  const auto there = inside_.find(address);
  if (--there->second == 0) inside_.erase(there);
  if (--total_ == 0) empty_.notify_all();
}

bool Turnstile::WaitUntilEmpty(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return empty_.wait_for(lock, patience, [this] { return total_ == 0; });
}

}  // namespace plotmeter
