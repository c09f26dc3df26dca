#include "common/json_string.h"

#include <algorithm>

#include "common/json.h"

namespace plotmeter {

void AppendJsonString(std::string& out, std::string_view text) {
  const auto stands_for_itself = [](char c) {
    return c >= ' ' && c < '\x7f' && c != '"' && c != '\\';
  };
  if (!std::ranges::all_of(text, stands_for_itself)) {
    out += JsonText(Json(text));
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

}  // namespace plotmeter
