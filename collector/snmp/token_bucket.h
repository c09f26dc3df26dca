// A ceiling on packets a second, the same for first sends and retries: pure, time is handed in.
//
//    TokenBucket bucket(100, now);
//    if (bucket.Take(now)) Send(); else WaitUntil(bucket.next());
//
// Packets leave evenly. Those that were due while the thread overslept may leave at once, at most
// 20 ms worth of them (and at least one), so that the rate is held; time in which there was nothing
// to send (Rest) earns nothing, so no burst follows it. However that falls, no second of any
// beginning has more than the ceiling.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace plotmeter {

class TokenBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  // 0 packets a second: no ceiling.
  TokenBucket(int packets_per_second, Time now)
      : interval_(packets_per_second > 0 ? Duration(std::chrono::seconds(1)) / packets_per_second
                                         : Duration::zero()),
        slack_(std::max<Duration>(std::chrono::milliseconds(20), interval_)),
        next_(now),
        free_at_(static_cast<std::size_t>(std::max(packets_per_second, 0)), now) {}

  // True: one packet may leave now, and it is counted.
  bool Take(Time now) {
    if (interval_ == Duration::zero()) return true;
    if (now < next()) return false;
    next_ = std::max(next_, resting_ ? now : now - slack_) + interval_;
    resting_ = false;
    free_at_[oldest_] = now + kWindow;
    oldest_ = (oldest_ + 1) % free_at_.size();
    return true;
  }

  // There is nothing to send just now.
  void Rest() { resting_ = true; }

  // When the next packet may leave; in the past if it may leave now. Without a ceiling, no matter.
  Time next() const { return free_at_.empty() ? next_ : std::max(next_, free_at_[oldest_]); }

 private:
  // A second, and what a packet may be later on the wire than it was taken.
  static constexpr std::chrono::milliseconds kWindow{1003};

  Duration interval_;
  Duration slack_;
  Time next_;
  std::vector<Time> free_at_;  // when each of the last packets is out of the window
  std::size_t oldest_ = 0;
  bool resting_ = true;
};

}  // namespace plotmeter
