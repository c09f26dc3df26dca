// Versions as Semantic Versioning 2.0.0 has them, to say which of two is the newer one.
//
//    IsNewer("0.10.0", "0.9.1")      true: numbers count, not letters
//    IsNewer("1.0.0", "1.0.0-rc.2")  true: what is before a release comes before it
//    IsNewer("1.0.0+b7", "1.0.0")    false: what follows "+" says how it was built
//    ParseVersion("v1.0")            nothing: three numbers, and nothing before them
//
// Pure.

#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plotmeter {

inline constexpr std::size_t kMostVersion = 64;  // bytes; versions are shown to people

struct SemanticVersion {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  std::uint64_t patch = 0;
  std::vector<std::string> prerelease = {};  // "rc", "2" of 1.0.0-rc.2; empty: a release

  // By precedence (section 11): what follows "+" was not kept.
  std::strong_ordering operator<=>(const SemanticVersion& other) const;
  bool operator==(const SemanticVersion& other) const = default;
};

// Nothing where `text` is not "MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD]" to the letter, is longer
// than kMostVersion, or has a number beyond 64 bits.
std::optional<SemanticVersion> ParseVersion(std::string_view text);

// False also where one of the two is no version: who knows nothing recommends nothing.
bool IsNewer(std::string_view candidate, std::string_view installed);

}  // namespace plotmeter
