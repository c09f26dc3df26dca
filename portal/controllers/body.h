// The JSON object of a request's body, member by member, as values that cannot be wrong.
//
//    const Body body(request, {"name", "time_zone"});
//    site.name = body.Need<Name>("name").text;
//    if (auto zone = body.Find<TimeZone>("time_zone")) site.time_zone = zone->name;
//
// A T has `static std::optional<T> Read(const Json&)` and `kExample`. Problem 400 for what is no
// JSON object; 422 that names the member, what came and what was expected, and for a member that
// nobody knows with the one that was meant. What is secret is read as a Secret, and never repeated
// in an answer:
//
//    const Secret password = body.NeedSecret("password");

#pragma once

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "common/json.h"
#include "common/secret.h"
#include "portal/http/http.h"

namespace plotmeter {

inline constexpr std::size_t kLongestSecret = 1024;  // bytes of a password, code or link

class Body {
 public:
  Body(const Request& request, std::initializer_list<const char*> known);

  template <typename T>
  T Need(const char* member) const {
    const Json* json = Member(member);
    if (json == nullptr) throw Missing(member, T::kExample);
    return Value<T>(member, *json);
  }

  template <typename T>
  std::optional<T> Find(const char* member) const {
    const Json* json = Member(member);
    if (json == nullptr) return std::nullopt;
    return Value<T>(member, *json);
  }

  // A password, code or link of at most kLongestSecret bytes; it may be empty.
  Secret NeedSecret(const char* member) const;
  std::optional<Secret> FindSecret(const char* member) const;

  // For what only the controller can judge of a member, or of its absence.
  Problem Wrong(const char* member, std::string_view expected) const;

  // What is wrong with one member, "settings.interval", for who reads it in other ways.
  static Problem Unreadable(const std::string& member, const Json& came, std::string_view expected);

 private:
  template <typename T>
  static T Value(const char* member, const Json& json) {
    if (auto value = T::Read(json)) return *std::move(value);
    throw Unreadable(member, json, T::kExample);
  }

  const Json* Member(const char* name) const;  // null: it is not there
  static Problem Missing(const std::string& member, std::string_view expected);

  Json object_;
};

// What a customer, a site, a person or a token is called.
struct Name {
  static constexpr std::string_view kExample = "1 to 200 bytes of text, without control characters";
  static std::optional<Name> Read(const Json& json);
  std::string text = {};
};

struct Flag {
  static constexpr std::string_view kExample = "true or false";
  static std::optional<Flag> Read(const Json& json);
  bool value = false;
};

struct TimeZone {
  static constexpr std::string_view kExample = "a time zone such as Europe/Berlin or UTC";
  static std::optional<TimeZone> Read(const Json& json);
  std::string name = {};
};

// An id of another row; whether it is there is another question.
struct RowId {
  static constexpr std::string_view kExample = "an id such as cus_7Q2M9K4T";
  static std::optional<RowId> Read(const Json& json);
  std::string text = {};
};

// For how long an enrolment code works.
struct CodeDays {
  static constexpr std::string_view kExample = "a whole number from 1 to 365";
  static std::optional<CodeDays> Read(const Json& json);
  std::chrono::days value{7};
};

}  // namespace plotmeter
