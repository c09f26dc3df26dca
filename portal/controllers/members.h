// The members of a JSON body, each read into what it has to be, or a Problem 422 that names it,
// what came and what was expected.
//
//    const Members body(request, {"name", "role", "customer"});
//    const std::string name = body.Text("name");                   // there, and 1 to 200 bytes
//    const auto customer = body.MaybeText("customer");             // empty: not there
//
// A body that is no JSON object is a 400; a member that is not known a 422 with what may have been
// meant.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/secret.h"
#include "portal/http/http.h"

namespace plotmeter {

class Members {
 public:
  Members(const Request& request, const std::vector<std::string>& known);

  bool Has(const std::string& name) const { return body_.contains(name); }

  // 1 to `longest` bytes without control characters.
  std::string Text(const std::string& name, std::size_t longest = 200) const;
  std::optional<std::string> MaybeText(const std::string& name, std::size_t longest = 200) const;
  // The same, never repeated in an answer; it may be empty.
  Secret SecretText(const std::string& name, std::size_t longest) const;
  std::optional<bool> MaybeFlag(const std::string& name) const;
  std::optional<std::int64_t> MaybeNumber(const std::string& name, std::int64_t low,
                                          std::int64_t high) const;
  std::optional<std::vector<std::string>> MaybeTexts(const std::string& name,
                                                     std::size_t most) const;

  // For what only the controller can judge.
  Problem Wrong(const std::string& name, const std::string& expected) const;

 private:
  const Json* Find(const std::string& name) const;
  const Json& Need(const std::string& name, const std::string& expected) const;

  Json body_;
};

}  // namespace plotmeter
