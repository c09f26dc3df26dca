// Base64Url and FromBase64Url of crypto.h: text, not cryptography, so apart from the door to
// OpenSSL.

#include <algorithm>
#include <array>
#include <cstdint>

#include "common/crypto.h"

namespace plotmeter {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint32_t kInvalid =
    0x80;  // above every value of six bits, so that it survives an or

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kInvalid);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

// The two characters of each twelve bits, so that a group of three bytes takes two look-ups.
constexpr std::array<char, 2 * 4096> kPairs = [] {
  std::array<char, 2 * 4096> pairs{};
  for (std::size_t i = 0; i < 4096; ++i) {
    pairs[2 * i] = kAlphabet[i >> 6];
    pairs[2 * i + 1] = kAlphabet[i & 63];
  }
  return pairs;
}();

}  // namespace

std::string Base64Url(std::string_view bytes) {
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return static_cast<unsigned char>(bytes[i]);
  };
  std::string out((bytes.size() * 4 + 2) / 3, '\0');
  char* to = out.data();
  const auto put = [&](std::uint32_t bits) { *to++ = kAlphabet[bits & 63]; };
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    to = std::copy_n(&kPairs[2 * (group >> 12)], 2, to);
    to = std::copy_n(&kPairs[2 * (group & 0xfff)], 2, to);
  }
  if (bytes.size() - i == 1) {
    put(byte(i) >> 2);
    put(byte(i) << 4);
  } else if (bytes.size() - i == 2) {
    put(byte(i) >> 2);
    put(byte(i) << 4 | byte(i + 1) >> 4);
    put(byte(i + 1) << 2);
  }
  return out;
}

std::optional<std::string> FromBase64Url(std::string_view text) {
  const auto value = [&](std::size_t i) -> std::uint32_t {
    return kValues[static_cast<unsigned char>(text[i])];
  };
  const std::size_t rest = text.size() % 4;
  if (rest == 1) return std::nullopt;
  std::string out(text.size() / 4 * 3 + (rest == 0 ? 0 : rest - 1), '\0');
  char* to = out.data();
  std::uint32_t seen = 0;
  std::size_t i = 0;
  for (; i + 4 <= text.size(); i += 4) {
    seen |= value(i) | value(i + 1) | value(i + 2) | value(i + 3);
    const std::uint32_t group =
        value(i) << 18 | value(i + 1) << 12 | value(i + 2) << 6 | value(i + 3);
    *to++ = static_cast<char>(group >> 16 & 0xff);
    *to++ = static_cast<char>(group >> 8 & 0xff);
    *to++ = static_cast<char>(group & 0xff);
  }
  if (rest >= 2) {
    const std::uint32_t third = rest == 3 ? value(i + 2) : 0;
    seen |= value(i) | value(i + 1) | third;
    const std::uint32_t group = value(i) << 18 | value(i + 1) << 12 | third << 6;
    *to++ = static_cast<char>(group >> 16 & 0xff);
    if (rest == 3) *to++ = static_cast<char>(group >> 8 & 0xff);
    if ((group & (rest == 3 ? 0xffU : 0xffffU)) != 0)
      return std::nullopt;  // two texts of one value
  }
  if ((seen & kInvalid) != 0) return std::nullopt;
  return out;
}

}  // namespace plotmeter
