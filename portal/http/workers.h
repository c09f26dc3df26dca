// A fixed number of threads that run handlers, and a queue of fixed length before them: what does
// not fit is refused at once instead of piling up.
//
//    Workers workers(8, 64);
//    if (!workers.Offer([] { … })) Answer503();
//
// Whoever can do without a worker most of the time keeps a free one, for the case that it cannot:
//
//    if (workers.Keep()) { … workers.Release(); or workers.Call([] { … }); }
//
// Safe from any thread. Jobs run in the order in which they came, each once.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace plotmeter {

class Workers {
 public:
  using Job = std::function<void()>;  // whatever it throws is logged as a bug and goes no further

  // `queue` jobs may wait beside those that run.
  Workers(std::size_t threads, std::size_t queue);
  ~Workers();  // Stop()

  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // False when the queue is full or Stop was called; then the job is not run.
  bool Offer(Job job);

  // The next part of work that Offer took: it waits its turn, but is not refused for a full queue.
  // False only after Stop.
  bool Continue(Job job);

  // A free worker is kept for the caller, who either releases it, which counts as a job that has
  // ended, or calls it, and then it begins at once. False when none is free, or jobs wait.
  bool Keep();
  void Release();
  void Call(Job job);

  // The calling thread is a worker, too, until Stop.
  void Join();

  std::size_t waiting() const;

  // Whether jobs wait, and none has ended since the last call that found jobs waiting: no thread
  // gets any further.
  bool AreStuck();

  // Waits for the jobs that run; forgets those that wait.
  void Stop();

 private:
  bool Add(Job job, bool even_if_full);
  void Run();

  const std::size_t queue_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> waiting_;
  std::deque<Job> called_;  // for workers that were kept
  std::size_t free_;        // workers without a job
  std::size_t kept_ = 0;    // of them
  bool stopped_ = false;
  std::uint64_t ended_ = 0;             // jobs
  std::uint64_t ended_when_asked_ = 0;  // AreStuck, while jobs waited
  bool waited_when_asked_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace plotmeter
