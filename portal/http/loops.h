// The threads that talk, and how a handler borrows one of them without ever holding up the talk.
//
//    if (auto lent = loop.Lend()) {               // a worker stands by to talk instead
//      Response answer = router.Handle(request);  // on this thread: nobody is woken
//      if (lent->Return()) return Send(answer);   // it was quick, as nearly all are: talk on
//      Post(answer);                              // it was not, and the worker talks by now
//      Loop::Leave();                             // so this thread is a worker from here on
//    }
//
// One thread at a time talks in a loop: what belongs to a loop needs no lock. To hand each request
// to another thread, and its answer back, cost more than most answers (docs/decisions/0022). So the
// thread that has read a request runs the handler itself, as long as a worker is free; that one is
// kept for it. Watch looks once in a millisecond, while there are requests, and gives the loop of a
// handler that ran at two looks to the worker that was kept.
//
// Lend and Return are for the thread that talks, Next for the one that accepts, Start and Stop for
// their owner; Post and AnswerWithin for any.

#pragma once

#include <utility>  // before Boost 1.74, whose Asio forgets it in C++20
//
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "portal/http/workers.h"

namespace plotmeter {

class Loops;

class Loop {
 public:
  using Executor = boost::asio::io_context::executor_type;

  explicit Loop(Loops& all) : all_(all) {}

  // While this lives a handler has the thread.
  class Lent {
   public:
    Lent(Loop& loop, std::uint64_t turn, bool* is_replaced)
        : loop_(&loop), turn_(turn), is_replaced_(is_replaced) {}
    Lent(Lent&& other) noexcept
        : loop_(std::exchange(other.loop_, nullptr)),
          turn_(other.turn_),
          is_replaced_(other.is_replaced_) {}
    Lent& operator=(Lent&&) = delete;
    ~Lent() {
      if (loop_ != nullptr) Return();
    }

    // True: this thread goes on to talk. False: another one does, and did perhaps since Lend: this
    // one touches nothing that belongs to the loop, posts what it has to say, and leaves.
    bool Return();

   private:
    Loop* loop_;
    std::uint64_t turn_;
    bool* is_replaced_;  // the thread that talked when it was lent
  };

  // Empty where no worker is free. What the handler needs has to be at hand before.
  std::optional<Lent> Lend();

  // Ends the talk of a thread that has lost the loop, from within it.
  [[noreturn]] static void Leave();

  // To be done by whoever talks then. From any thread.
  void Post(std::function<void()> work);

  boost::asio::io_context& io() { return io_; }

 private:
  friend class Loops;
  struct Left {};  // thrown by Leave, and caught where the thread began to talk

  void Talk();  // until it has lost the loop, or the end
  // Gives the loop away, if it is still lent as it was at the last look.
  void LookAgain();

  Loops& all_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<Executor> keep_running_{io_.get_executor()};
  std::atomic<std::uint64_t> turn_ = 0;  // odd while lent; whoever makes it even has the loop
  std::uint64_t seen_ = 0;               // of turn_, at the last look
  bool* is_replaced_ = nullptr;          // who talks: set by itself, once its loop is another's
};

class Loops {
 public:
  // `workers` must outlive this.
  Loops(std::size_t count, Workers& workers);

  void Start();
  // Ends all talk, and then the workers, some of which may be talking.
  void Stop();

  Loop& first() { return loops_.front(); }
  Loop& Next() { return loops_[next_++ % loops_.size()]; }  // each in turn

  // Whether all of them still do what is posted.
  bool AnswerWithin(std::chrono::milliseconds patience);

 private:
  friend class Loop;
  static constexpr std::chrono::milliseconds kBetweenLooks{1};

  void Watch();
  void WakeWatch();

  Workers& workers_;
  std::deque<Loop> loops_;
  std::size_t next_ = 0;
  std::vector<std::thread> threads_;
  std::atomic<bool> watches_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stops_ = false;  // guarded by mutex_
  std::thread watch_;
};

}  // namespace plotmeter
