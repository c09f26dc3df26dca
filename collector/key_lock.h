// Who changes identity or keys in a state directory, one at a time, whichever process it is: enrol,
// rotate-key, and the service where it brings that to its end.
//
//    const KeyLock lock(directory);          // waits
//    if (KeyLock lock(directory, KeyLock::Try()); lock.has()) …
//
// The system gives the lock back when the process ends, however it ends.

#pragma once

#include <memory>
#include <string>

namespace plotmeter {

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
  struct File;
  std::unique_ptr<File> file_;
  bool has_ = false;
};

}  // namespace plotmeter
