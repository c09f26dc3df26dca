// Memory that all requests share: each takes its part bit by bit, as it grows, and gives it back
// when it ends. Nobody waits: who finds too little left is told so at once, and comes again.
//
//    MemoryBudget budget(512 << 20);
//    MemoryBudget::Share share(budget);
//    if (!share.Take(1 << 20)) answer 503          // given back when `share` dies
//
// It counts what it is told, and allocates nothing. Safe from any thread; a Share is one thread's.

#pragma once

#include <atomic>
#include <cstddef>

namespace plotmeter {

class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t bytes) : total_(bytes), left_(bytes) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  std::size_t left() const { return left_; }

  class Share {
   public:
    explicit Share(MemoryBudget& budget) : budget_(budget) {}  // `budget` must outlive it
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() { budget_.left_ += taken_; }

    // False, and nothing is taken, where that much is not left.
    bool Take(std::size_t bytes) {
      std::size_t left = budget_.left_;
      do {
        if (bytes > left) return false;
      } while (!budget_.left_.compare_exchange_weak(left, left - bytes));
      taken_ += bytes;
      return true;
    }

    // Whether this much more would be too much even for one that is alone.
    bool NeverFits(std::size_t bytes) const { return bytes > budget_.total_ - taken_; }

   private:
    MemoryBudget& budget_;
    std::size_t taken_ = 0;
  };

 private:
  const std::size_t total_;
  std::atomic<std::size_t> left_;
};

}  // namespace plotmeter
