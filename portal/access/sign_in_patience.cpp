#include "portal/access/sign_in_patience.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace plotmeter {
namespace {

constexpr std::int64_t kMostDoublings = 30;

}  // namespace

JudgedTry JudgeTry(const SignInTries& tries, const Patience& patience, Instant now) {
  if (tries.failures == 0 || now - tries.last >= patience.forgotten) return {.failures = 1};
  const JudgedTry go_on{.failures = tries.failures + 1};
  if (tries.failures < patience.free) return go_on;
  const std::int64_t doublings = std::min(tries.failures - patience.free, kMostDoublings);
  const auto pause = std::min(std::chrono::seconds(std::int64_t{1} << doublings), patience.longest);
  // A clock that was set back makes nobody wait longer than that.
  const auto left = std::min<std::chrono::milliseconds>(tries.last + pause - now, pause);
  if (left.count() <= 0) return go_on;
  return {.wait = std::chrono::ceil<std::chrono::seconds>(left)};
}

std::string NetworkOf(std::string_view address) {
  const std::string text(address);
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  std::array<char, INET6_ADDRSTRLEN> out{};
  ::inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
  return std::string(out.data()) + "/64";
}

}  // namespace plotmeter
