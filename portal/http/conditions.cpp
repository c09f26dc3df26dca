#include "portal/http/conditions.h"

#include "common/crypto.h"

namespace plotmeter {

std::string EtagOf(std::string_view body) {
  return '"' + Base64Url(Sha256(body).substr(0, 16)) + '"';
}

bool NamesEtag(std::string_view field, std::string_view etag, bool weak_too) {
  const auto skip = [&field](std::string_view any_of) {
    field.remove_prefix(std::min(field.find_first_not_of(any_of), field.size()));
  };
  skip(" \t");
  if (field == "*") return true;
  for (skip(" \t,"); !field.empty(); skip(" \t,")) {
    const bool is_weak = field.starts_with("W/");
    if (is_weak) field.remove_prefix(2);
    const auto end = field.starts_with('"') ? field.find('"', 1) : field.npos;
    if (end == field.npos) return false;
    if (field.substr(0, end + 1) == etag && (weak_too || !is_weak)) return true;
    field.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace plotmeter
