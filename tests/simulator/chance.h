// Chance that comes out the same on every machine: SplitMix64 (Steele, Lea, Flood 2014). The
// standard library's distributions differ between implementations, and the simulator's truth must
// not.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace plotmeter::simulator {

class Chance {
 public:
  // Same numbers, same sequence: Chance({seed, printer, day}).
  explicit Chance(std::initializer_list<std::uint64_t> numbers) {
    for (const std::uint64_t number : numbers)
      state_ = (state_ ^ number) * 0x9E3779B97F4A7C15u + Next();
  }

  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  // From low to high, both included.
  std::int64_t Between(std::int64_t low, std::int64_t high) {
    const auto span = static_cast<std::uint64_t>(high - low) + 1;
    return low + static_cast<std::int64_t>(Next() % span);
  }

  bool OneIn(std::int64_t n) { return Between(1, n) == 1; }

  std::string Letters(std::string_view alphabet, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += alphabet[Next() % alphabet.size()];
    return text;
  }

  // "32222D2B-191C-402A-944C-CB719C44869F"
  std::string Uuid() {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string text = Letters(kHex, 8) + "-" + Letters(kHex, 4) + "-4" + Letters(kHex, 3) + "-";
    return text + Letters("89AB", 1) + Letters(kHex, 3) + "-" + Letters(kHex, 12);
  }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace plotmeter::simulator
