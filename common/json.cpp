#include "common/json.h"

#include <fmt/format.h>

#include <vector>

namespace plotmeter {
namespace {

// Builds the value itself, because the library's own builder neither counts depth nor sees a
// repeated member.
class StrictBuilder : public nlohmann::json_sax<Json> {
 public:
  explicit StrictBuilder(const JsonLimits& limits)
      : max_depth_(limits.max_depth), fractions_as_text_(limits.fractions_as_text) {}

  bool null() override { return Add(nullptr); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(number_integer_t value) override { return Add(value); }
  bool number_unsigned(number_unsigned_t value) override { return Add(value); }
  bool number_float(number_float_t value, const string_t& digits) override {
    return fractions_as_text_ ? Add(digits) : Add(value);
  }
  bool string(string_t& value) override { return Add(std::move(value)); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return Open(Json::object()); }
  bool start_array(std::size_t) override { return Open(Json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(string_t& name) override {
    const auto [member, is_new] = open_.back()->emplace(name, nullptr);
    if (!is_new) {
      throw JsonError(fmt::format("member {} stands twice in one object", JsonText(name)));
    }
    member_ = &*member;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // The library's text repeats what it read, which may be a secret: only its place is told.
    (void)error;
    throw JsonError(fmt::format("not valid JSON at byte {}", position));
  }

  Json Take() { return std::move(root_); }

 private:
  template <typename Value>
  bool Add(Value&& value) {
    Place(Json(std::forward<Value>(value)));
    return true;
  }

  bool Open(Json container) {
    if (static_cast<int>(open_.size()) >= max_depth_) {
      throw JsonError(fmt::format("nested deeper than {}", max_depth_));
    }
    open_.push_back(Place(std::move(container)));
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  // Where a value landed. Pointers stay good: a container grows only while it is the innermost one.
  Json* Place(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    return &(*member_ = std::move(value));
  }

  int max_depth_;
  bool fractions_as_text_;
  Json root_;
  Json* member_ = nullptr;  // whose value comes next
  std::vector<Json*> open_;
};

}  // namespace

Json ParseJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    throw JsonError(fmt::format("{} bytes; at most {}", text.size(), limits.max_bytes));
  }
  StrictBuilder builder(limits);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) throw JsonError("not valid JSON");
  return builder.Take();
}

std::string JsonText(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace plotmeter
