// Counts who is inside, in total and by address, and lets nobody in beyond either number.
//
//    auto place = turnstile.Enter("192.0.2.7");
//    if (!place) return;   // hang up
//
// Safe from any thread. A turnstile outlives its places.

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace plotmeter {

class Turnstile {
 public:
  // Held by who is inside, and given back when it dies.
  class Place {
   public:
    Place(Turnstile& turnstile, std::string address)
        : turnstile_(&turnstile), address_(std::move(address)) {}
    Place(Place&& other) noexcept
        : turnstile_(std::exchange(other.turnstile_, nullptr)),
          address_(std::move(other.address_)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (turnstile_ != nullptr) turnstile_->Leave(address_);
    }

   private:
    Turnstile* turnstile_;
    std::string address_;
  };

  Turnstile(std::size_t max_total, std::size_t max_per_address)
      : max_total_(max_total), max_per_address_(max_per_address) {}

  // Empty when there is no room for this address, or for anybody.
  std::optional<Place> Enter(const std::string& address);

  std::size_t inside() const;

  // True when everybody has left before `patience` is over.
  bool WaitUntilEmpty(std::chrono::milliseconds patience);

 private:
  void Leave(const std::string& address);

  const std::size_t max_total_;
  const std::size_t max_per_address_;
  mutable std::mutex mutex_;
  std::condition_variable empty_;
  std::size_t total_ = 0;
  std::map<std::string, std::size_t> inside_;
};

}  // namespace plotmeter
