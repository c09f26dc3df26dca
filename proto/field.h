// One member of a JSON document from outside, with its place in it, read as a value or refused in
// words.
//
//    const Field batch(json);
//    batch["sequence"].Integer(1, kMaxInteger);           // or it throws BatchError:
//        'readings[3].meters[0].value' is "12,5"; expected decimal text such as "433" or
//        "191.352000" 'clock' is missing; expected an object
//
// A Field refers to the JSON and to the Field it was taken from; both outlive it. Only for
// proto/*.cpp.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/decimal.h"
#include "common/json.h"
#include "common/time.h"
#include "proto/batch.h"

namespace plotmeter {

// [a-z][a-z0-9.-]*, at most 64: "ink.used", "x-heads"
bool IsWord(std::string_view text);

class Field {
 public:
  explicit Field(const Json& root) : value_(&root) {}

  bool is_present() const { return value_ != nullptr; }
  bool is_null() const { return value_ != nullptr && value_->is_null(); }  // JSON's null
  bool is_array() const { return value_ != nullptr && value_->is_array(); }

  // A member of an object (throws if this is none), perhaps absent. An element of an array, which
  // is there.
  Field operator[](const char* member) const;
  Field operator[](std::size_t element) const;

  // To compare with words that are known; empty when it is no text.
  std::string_view text_or_empty() const;

  // Each throws BatchError unless it is there and is what was asked for.
  std::string Text() const;      // at most kMaxText bytes, without U+0000
  std::string SomeText() const;  // the same, not empty
  std::string Word() const;      // IsWord
  std::int64_t Integer(std::int64_t low, std::int64_t high) const;
  bool Boolean() const;
  Instant Time() const;                        // RFC 3339, UTC, with a Z
  Decimal Number() const;                      // decimal text
  std::string Bytes(std::size_t count) const;  // base64url of so many bytes; answers the text
  std::string Uuid(char version) const;        // lower case; version '7', or '*' for any
  std::string Compact() const;                 // a JWS or JWE as one line, at most 16 KiB
  const Json& Object() const;
  std::size_t Array(std::size_t most) const;  // how many elements

  // The same for what may be absent: batch["clock"].Maybe(&Field::Time).
  template <typename Value>
  std::optional<Value> Maybe(Value (Field::*read)() const) const {
    if (!is_present()) return std::nullopt;
    return (this->*read)();
  }

  // Refuses this member: "'path' is …; expected …". Long values are cut.
  [[noreturn]] void Refuse(std::string_view expected) const;

 private:
  Field(const Field* parent, const Json* value, const char* member, std::size_t element)
      : parent_(parent), value_(value), member_(member), element_(element) {}

  std::string path() const;

  const Field* parent_ = nullptr;
  const Json* value_ = nullptr;  // null when it is absent
  const char* member_ = nullptr;
  std::size_t element_ = 0;
};

}  // namespace plotmeter
