// A value nobody may see by accident: it prints as <secret>, is not copied silently, and is wiped
// when it dies.
//
//    Secret code("PM1-…");
//    fmt::format("{}", code);   // "<secret>"
//    code.Reveal();             // the text, where it is truly needed
//    Secret twin = code.Copy(); // a copy has to be asked for

#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace plotmeter {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  ~Secret();

  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;

  Secret Copy() const { return Secret(value_); }
  const std::string& Reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

}  // namespace plotmeter

template <>
struct fmt::formatter<plotmeter::Secret> : fmt::formatter<std::string_view> {
  template <typename Context>
  auto format(const plotmeter::Secret&, Context& context) const {
    return fmt::formatter<std::string_view>::format("<secret>", context);
  }
};
