// Who reads or changes the files in DATA/keys, whichever process it is. Several may read; who
// changes them is alone, so that nobody sees the half of a change, and no two keys follow the same
// one.
//
//    const KeysLock lock = KeysLock::ToChange(data);       // or it throws, and nothing was changed
//    const KeysLock lock = KeysLock::ToRead(data);         // waits for a change that is under way
//
// The system gives the lock back when the process ends, however it ends. It is on the folder
// itself: there is no file of it. Of use between processes, and between threads as well; who has it
// does not ask for it again. All throw std::runtime_error where there is no such folder.

#pragma once

#include <filesystem>

namespace plotmeter {

class KeysLock {
 public:
  static KeysLock ToRead(const std::filesystem::path& data);
  // For a person's wish: a second one may be the same wish. Throws std::runtime_error that says so.
  static KeysLock ToChange(const std::filesystem::path& data);
  // The same, for what has to be done in any case.
  static KeysLock WaitToChange(const std::filesystem::path& data);
  ~KeysLock();
  KeysLock(const KeysLock&) = delete;
  KeysLock& operator=(const KeysLock&) = delete;

 private:
  KeysLock(const std::filesystem::path& data, int how);  // as flock(2) knows it

  int folder_ = -1;
};

}  // namespace plotmeter
