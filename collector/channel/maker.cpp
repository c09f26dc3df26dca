#include "collector/channel/maker.h"

#include <algorithm>

namespace plotmeter {
namespace {

constexpr std::string_view kHp = "HP";
constexpr std::string_view kNamesOfHp[] = {"hp", "hp inc", "hp inc.", "hewlett-packard",
                                           "hewlett packard"};

bool IsSame(char a, char b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return lower(a) == lower(b);
}

}  // namespace

std::string UsualMaker(std::string_view said) {
  const std::size_t first = std::min(said.find_first_not_of(" \t\r\n"), said.size());
  said.remove_prefix(first);
  said = said.substr(0, said.find_last_not_of(" \t\r\n") + 1);
  const bool is_hp = std::ranges::any_of(
      kNamesOfHp, [&](std::string_view name) { return std::ranges::equal(said, name, IsSame); });
  return std::string(is_hp ? kHp : said);
}

std::string_view MakerInModel(std::string_view model) {
  const bool is_hp = std::ranges::any_of(kNamesOfHp, [&](std::string_view name) {
    return model.size() > name.size() && model[name.size()] == ' ' &&
           std::ranges::equal(model.substr(0, name.size()), name, IsSame);
  });
  return is_hp ? kHp : std::string_view();
}

}  // namespace plotmeter
