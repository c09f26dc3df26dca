// How many requests one caller, and one address, may make: so that a script that runs wild slows
// itself, and not the portal.
//
//    RateLimit limit({.burst = 300, .every = std::chrono::milliseconds(100)});
//    if (auto wait = limit.Take("tok_7Q2M9K4T", clock.Steady()); wait > 0ms) answer 429
//
// A bucket holds `burst` requests and gets another one each `every`; who comes for the first time
// finds it full. Memory is bounded: beyond `most_keys` strangers share one bucket. Safe from any
// thread.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "common/clock.h"
#include "portal/http/http.h"

namespace plotmeter {

struct Rate {
  std::int64_t burst = 0;
  std::chrono::microseconds every{};
};

// So many a second for ever, at most 1 000 000; whoever rested for `rest` may make the requests of
// that time at once.
constexpr Rate RateOf(std::int64_t a_second, std::chrono::seconds rest) {
  return {.burst = a_second * rest.count(),
          .every = std::chrono::microseconds(std::chrono::seconds(1)) / a_second};
}

class RateLimit {
 public:
  explicit RateLimit(Rate rate, std::size_t most_keys = 100'000)
      : rate_(rate), most_keys_(most_keys) {}

  // Zero: the request was counted, go on. Otherwise how long until the next one may come; nothing
  // was counted. `now` is a steady clock's.
  std::chrono::microseconds Take(const std::string& key, std::chrono::microseconds now);

  std::size_t keys() const;  // remembered now

 private:
  void ForgetTheRested(std::chrono::microseconds now);

  const Rate rate_;
  const std::size_t most_keys_;
  mutable std::mutex mutex_;
  std::chrono::microseconds swept_at_{};
  // When the bucket is full again; who is not here has a full one.
  std::unordered_map<std::string, std::chrono::microseconds> full_at_;
};

// What a portal allows, unless told otherwise. Nobody who works with it by hand comes near.
struct RateRules {
  static constexpr std::chrono::seconds kCallerRests{30}, kAddressRests{20};

  // A token or session. A burst of 300 pages shows a fleet of 300 000.
  Rate caller = RateOf(10, kCallerRests);
  // An address, whoever sits behind it, with or without credentials: an office with a dashboard on
  // every screen.
  Rate address = RateOf(50, kAddressRests);
  // An address that collectors speak from: a thousand behind one NAT, each with ten batches that
  // waited for the line to come back.
  Rate collectors = RateOf(500, kAddressRests);
};

class RateLimits {
 public:
  // `clock` must outlive this.
  explicit RateLimits(const Clock& clock, const RateRules& rules = {})
      : clock_(clock),
        callers_(rules.caller),
        addresses_(rules.address),
        collectors_(rules.collectors) {}

  // Each throws Problem 429 with Retry-After.
  void CheckAddress(const Peer& peer);
  void CheckCollectorAddress(const Peer& peer);
  void CheckCaller(const Caller& caller);

 private:
  void Check(RateLimit& limit, const std::string& key) const;

  const Clock& clock_;
  RateLimit callers_, addresses_, collectors_;
};

}  // namespace plotmeter
