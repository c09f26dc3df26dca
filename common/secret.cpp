#include "common/secret.h"

#include <openssl/crypto.h>

namespace plotmeter {
namespace {

void Wipe(std::string& value) {
  OPENSSL_cleanse(value.data(), value.size());
  value.clear();
}

}  // namespace

Secret::~Secret() { Wipe(value_); }

// A short string lives inside the object, so moving it leaves its bytes behind: hence copy and
// wipe.
Secret::Secret(Secret&& other) noexcept : value_(other.value_) { Wipe(other.value_); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    Wipe(value_);
    value_ = other.value_;
    Wipe(other.value_);
  }
  return *this;
}

}  // namespace plotmeter
