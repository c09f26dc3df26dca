// A value that many threads use while one replaces it. Who asks for it keeps what it got for as
// long as it needs it: all of a request sees one and the same.
//
//    InUse<Keyring> keys(Keyring::Load("data"));
//    const auto now = keys.Now();               // in a thread: shared_ptr<const Keyring>
//    keys.Replace(Keyring::Load("data"));       // in another: whoever asks from now on gets these
//
// Copies are the same one: what is replaced in one is replaced in all. Safe from any thread.

#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace plotmeter {

template <typename T>
class InUse {
 public:
  // For who never replaces it, a value will do.
  InUse(T value) : place_(std::make_shared<Place>()) { Replace(std::move(value)); }

  std::shared_ptr<const T> Now() const {
    const std::lock_guard guard(place_->mutex);
    return place_->value;
  }

  void Replace(T value) {
    auto next = std::make_shared<const T>(std::move(value));
    const std::lock_guard guard(place_->mutex);
    place_->value.swap(next);  // the old one may die after the lock is given back
  }

 private:
  struct Place {
    std::mutex mutex;
    std::shared_ptr<const T> value;
  };
  std::shared_ptr<Place> place_;
};

}  // namespace plotmeter
