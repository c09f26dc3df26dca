// One service on one state directory: two would read every printer twice and send against each
// other. Commands that only look, and preview --cut, need no lock.
//
//    const StateLock lock("/var/lib/plotmeter");   // throws when another one has it
//
// The system gives the lock back when the process ends, however it ends.

#pragma once

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
  int file_ = -1;
};

// Who changes identity or keys in a state directory, one at a time, whichever process it is: enrol,
// rotate-key, and the service where it brings that to its end.
//
//    const KeyLock lock(directory);          // waits
//    if (KeyLock lock(directory, KeyLock::Try()); lock.has()) …
class KeyLock {
 public:
  struct Try {};
  // Both throw std::runtime_error where the directory takes no file.
  explicit KeyLock(const std::string& directory);
  KeyLock(const std::string& directory, Try);
  ~KeyLock();
  KeyLock(const KeyLock&) = delete;
  KeyLock& operator=(const KeyLock&) = delete;

  bool has() const { return has_; }

 private:
  int file_ = -1;
  bool has_ = false;
};

}  // namespace plotmeter
