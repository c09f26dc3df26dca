#include "collector/snmp/ieee1284.h"

#include <algorithm>
#include <cstddef>

#include "collector/snmp/text.h"

namespace plotmeter {
namespace {

constexpr std::size_t kMaxOctets = 4096;

struct Synonym {
  std::string_view long_name;
  std::string_view key;
};

constexpr Synonym kSynonyms[] = {
    {"MANUFACTURER", "MFG"}, {"MANUFACTURE", "MFG"}, {"MODEL", "MDL"},
    {"DESCRIPTION", "DES"},  {"COMMAND SET", "CMD"}, {"CLASS", "CLS"},
};

std::string ShortName(std::string_view key) {
  std::string upper = UpperAscii(Trimmed(key));
  const auto* synonym = std::ranges::find(kSynonyms, upper, &Synonym::long_name);
  return synonym != std::end(kSynonyms) ? std::string(synonym->key) : upper;
}

}  // namespace

DeviceId DeviceId::Parse(std::string_view octets) {
  octets = octets.substr(0, kMaxOctets);
  DeviceId id;
  while (!octets.empty()) {
    const std::string_view field = octets.substr(0, octets.find(';'));
    octets.remove_prefix(std::min(field.size() + 1, octets.size()));
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos) continue;
    std::string key = ShortName(field.substr(0, colon));
    if (key.empty()) continue;
    id.fields_.emplace(std::move(key), DecodeText(field.substr(colon + 1)).utf8);
  }
  return id;
}

std::string DeviceId::Get(std::string_view key) const {
  const auto field = fields_.find(ShortName(key));
  return field == fields_.end() ? std::string() : field->second;
}

bool DeviceId::is_printer() const { return UpperAscii(Get("CLS")) == "PRINTER"; }

}  // namespace plotmeter
