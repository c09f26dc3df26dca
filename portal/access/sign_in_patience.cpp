#include "portal/access/sign_in_patience.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <span>

namespace plotmeter {
namespace {

constexpr std::int64_t kMostDoublings = 30;

// What an IPv4 address begins with where a socket takes both kinds (RFC 4291 section 2.5.5.2).
constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

JudgedTry JudgeTry(const SignInTries& tries, const Patience& patience, Instant now) {
  if (tries.failures == 0 || now - tries.last >= patience.forgotten) return {.failures = 1};
  const JudgedTry go_on{.failures = tries.failures + 1};
  // A clock that was set back makes nobody wait until it is there again; `last` becomes its now.
  if (tries.failures < patience.free || now < tries.last) return go_on;
  const std::int64_t doublings = std::min(tries.failures - patience.free, kMostDoublings);
  const auto pause = std::min(std::chrono::seconds(std::int64_t{1} << doublings), patience.longest);
  const auto left = tries.last + pause - now;
  if (left.count() <= 0) return go_on;
  return {.wait = std::chrono::ceil<std::chrono::seconds>(left)};
}

std::string NetworkOf(std::string_view address) {
  const std::string text(address);
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (std::ranges::equal(std::span(bytes).first<12>(), kMapped)) {
    ::inet_ntop(AF_INET, bytes.data() + 12, out.data(), out.size());
    return out.data();
  }
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  ::inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
  return std::string(out.data()) + "/64";
}

}  // namespace plotmeter
