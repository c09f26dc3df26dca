#include "collector/snmp/usm_words.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace plotmeter {
namespace {

constexpr std::size_t kShortestPassphrase = 8;  // RFC 3414 section 11.2
constexpr std::size_t kLongestName = 32;        // RFC 3414 section 2.4

// The first word of each is how it is shown; letters and digits alone tell them apart.
constexpr std::array<std::pair<std::string_view, SnmpAuth>, 8> kAuths = {
    {{"none", SnmpAuth::kNone},
     {"MD5", SnmpAuth::kMd5},
     {"SHA-1", SnmpAuth::kSha1},
     {"SHA", SnmpAuth::kSha1},
     {"SHA-224", SnmpAuth::kSha224},
     {"SHA-256", SnmpAuth::kSha256},
     {"SHA-384", SnmpAuth::kSha384},
     {"SHA-512", SnmpAuth::kSha512}}};

constexpr std::array<std::pair<std::string_view, SnmpPrivacy>, 6> kPrivacies = {
    {{"none", SnmpPrivacy::kNone},
     {"DES", SnmpPrivacy::kDes},
     {"AES-128", SnmpPrivacy::kAes128},
     {"AES", SnmpPrivacy::kAes128},
     {"AES-192", SnmpPrivacy::kAes192},
     {"AES-256", SnmpPrivacy::kAes256}}};

std::string Bare(std::string_view word) {
  std::string bare;
  for (const char c : word) {
    if (c == '-' || c == '_' || c == ' ') continue;
    bare += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return bare;
}

template <typename Words>
auto Find(const Words& words, std::string_view word)
    -> std::optional<decltype(words.front().second)> {
  const std::string bare = Bare(word);
  for (const auto& [text, protocol] : words) {
    if (Bare(text) == bare) return protocol;
  }
  return std::nullopt;
}

template <typename Words, typename Protocol>
std::string_view NameOf(const Words& words, Protocol protocol) {
  for (const auto& [text, named] : words) {
    if (named == protocol) return text;
  }
  return words.front().first;
}

std::string PassphraseProblem(std::string_view which, const Secret& secret) {
  const std::size_t size = secret.Reveal().size();
  if (size >= kShortestPassphrase) return {};
  return fmt::format("the {} passphrase has {} octets; expected {} or more", which, size,
                     kShortestPassphrase);
}

}  // namespace

std::optional<SnmpAuth> ParseAuth(std::string_view word) { return Find(kAuths, word); }
std::optional<SnmpPrivacy> ParsePrivacy(std::string_view word) { return Find(kPrivacies, word); }
std::string_view ToText(SnmpAuth auth) { return NameOf(kAuths, auth); }
std::string_view ToText(SnmpPrivacy privacy) { return NameOf(kPrivacies, privacy); }

std::string ProblemOf(const SnmpUser& user) {
  if (user.name.empty() || user.name.size() > kLongestName) {
    return fmt::format("the user name has {} octets; expected 1 to {}", user.name.size(),
                       kLongestName);
  }
  if (user.auth == SnmpAuth::kNone) {
    if (user.privacy == SnmpPrivacy::kNone) return {};
    return fmt::format("privacy by {} needs authentication; expected {}", ToText(user.privacy),
                       kAuthWords.substr(std::string_view("none, ").size()));
  }
  if (std::string problem = PassphraseProblem("authentication", user.auth_secret);
      !problem.empty()) {
    return problem;
  }
  if (user.privacy == SnmpPrivacy::kNone) return {};
  return PassphraseProblem("privacy", user.privacy_secret);
}

}  // namespace plotmeter
