// One service on one state directory: two would read every printer twice and send against each
// other. Commands that only look, and preview --cut, need no lock.
//
//    const StateLock lock("/var/lib/plotmeter");   // throws when another one has it
//    LockHolder("/var/lib/plotmeter")              // its process, 4711
//
// The system gives the lock back when the process ends, however it ends.

#pragma once

#include <memory>
#include <string>

namespace plotmeter {

class StateLock {
 public:
  // Makes the directory where it is missing. Throws std::runtime_error.
  explicit StateLock(const std::string& directory);
  ~StateLock();
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;

 private:
  struct File;
  std::unique_ptr<File> file_;
};

// The process that has the lock of this directory; 0: none.
int LockHolder(const std::string& directory);

}  // namespace plotmeter
