#include "collector/search_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "collector/collector_settings.h"
#include "collector/snmp/usm_words.h"
#include "common/crypto.h"
#include "common/json.h"
#include "common/private_file.h"

namespace plotmeter {
namespace {

constexpr std::size_t kMostOfSecret = 1024;

Secret ReadSecretFile(const std::string& setting, const std::string& path) {
  const auto wrong = [&](std::string_view what, std::string_view expected) {
    return UsageError(fmt::format("'{}' is '{}', {}; expected {}", setting, path, what, expected));
  };
  const Secret secret = [&] {
    try {
      return ReadPersonsFile(path, kMostOfSecret + 2);
    } catch (const std::runtime_error& error) {
      throw wrong(error.what(), "a file with a passphrase");
    }
  }();
  if (const std::string exposure = ExposureOf(path); !exposure.empty()) {
    throw wrong(fmt::format("which others may open ({})", exposure),
                fmt::format("a file only its owner may read ({})", CloseCommand(path)));
  }
  std::string_view passphrase = secret.Reveal();
  for (const char end : {'\n', '\r'}) {
    if (passphrase.ends_with(end)) passphrase.remove_suffix(1);
  }
  if (passphrase.size() < 8 || passphrase.size() > kMostOfSecret) {
    throw wrong(fmt::format("which holds {} octets{}", std::min(passphrase.size(), kMostOfSecret),
                            passphrase.size() > kMostOfSecret ? " and more" : ""),
                fmt::format("a passphrase of 8 to {}", kMostOfSecret));
  }
  if (passphrase.find('\n') != passphrase.npos) {
    throw wrong("which holds several lines", "a passphrase on one line");
  }
  return Secret(std::string(passphrase));
}

template <typename Word, typename Parse>
Word Spoken(const Arguments& arguments, const std::string& setting, Parse parse,
            std::string_view expected) {
  const std::string text = arguments.Text(setting);
  if (text.empty()) return Word::kNone;
  if (const auto word = parse(text)) return *word;
  throw UsageError(fmt::format("'{}' is '{}'; expected {}", setting, text, expected));
}

// A protocol and its passphrase come together. `protocol` is its setting's name.
Secret SecretOf(const Arguments& arguments, const std::string& protocol, const std::string& file,
                bool is_spoken) {
  if (is_spoken != arguments.Has(file)) {
    throw UsageError(is_spoken ? fmt::format("'{}' is missing; expected the file with the "
                                             "passphrase for '{}'",
                                             file, protocol)
                               : fmt::format("'{}' is given without '{}'; expected both or none",
                                             file, protocol));
  }
  return is_spoken ? ReadSecretFile(file, arguments.Text(file)) : Secret();
}

std::shared_ptr<const SnmpUser> UserOf(const Arguments& arguments) {
  const std::string name = arguments.Text("user");
  SnmpUser user{.name = name};
  user.auth = Spoken<SnmpAuth>(arguments, "auth-protocol", ParseAuth, kAuthWords);
  user.privacy = Spoken<SnmpPrivacy>(arguments, "priv-protocol", ParsePrivacy, kPrivacyWords);
  if (name.empty()) {
    for (const char* other : {"auth-protocol", "auth-secret-file", "priv-protocol",
                              "priv-secret-file", "context", "downgrade"}) {
      if (arguments.Has(other) && arguments.Text(other) != "false") {
        throw UsageError(fmt::format(
            "'{}' is given without 'user'; expected the name of an SNMPv3 user", other));
      }
    }
    return nullptr;
  }
  user.auth_secret =
      SecretOf(arguments, "auth-protocol", "auth-secret-file", user.auth != SnmpAuth::kNone);
  user.privacy_secret =
      SecretOf(arguments, "priv-protocol", "priv-secret-file", user.privacy != SnmpPrivacy::kNone);
  if (const std::string problem = ProblemOf(user); !problem.empty()) {
    throw UsageError(fmt::format("'user' is '{}': {}", name, problem));
  }
  return std::make_shared<const SnmpUser>(std::move(user));
}

void TakeRanges(SearchProfile& profile) {
  for (const std::string& text : profile.range_texts) {
    if (LooksLikeName(text)) {
      profile.hosts.push_back({.at = HostName::Parse("range", text)});
    } else {
      profile.ranges.push_back(AddressRange::Parse("range", text));
    }
  }
  for (const std::string& text : profile.exclude_texts) {
    profile.excludes.push_back(AddressRange::ParseExclude("exclude", text));
  }
}

SearchProfile ProfileOf(const Arguments& arguments, const std::string& name) {
  SearchProfile profile{.name = name};
  profile.range_texts = arguments.All("range");
  profile.exclude_texts = arguments.All("exclude");
  TakeRanges(profile);
  if (arguments.Has("hosts")) {
    for (HostRow& row : ReadHosts(arguments.Text("hosts"))) profile.hosts.push_back(std::move(row));
  }
  AddressWalk(profile.ranges, profile.excludes);  // not too many
  profile.credentials = CredentialsOf(arguments);
  profile.ports.snmp_port = static_cast<std::uint16_t>(arguments.Number("port", 1, 65535));
  profile.ports.https_port = static_cast<std::uint16_t>(arguments.Number("https-port", 1, 65535));
  profile.ports.access = name;
  profile.timeout = ParseDuration("timeout", arguments.Text("timeout"));
  if (arguments.Has("retries")) {
    profile.retries = static_cast<int>(arguments.Number("retries", 0, 10));
  }
  if (arguments.Has("packets-per-second")) {
    profile.packets_per_second =
        static_cast<int>(arguments.Number("packets-per-second", 0, 1'000'000));
  }
  if (arguments.Has("rediscover")) {
    profile.rediscover = ParseDuration("rediscover", arguments.Text("rediscover"));
  }
  return profile;
}

bool IsV3(const SnmpCredentials& credentials) { return credentials.version == SnmpVersion::k3; }

// No address twice, whatever lists it stands in; no community where v3 alone may be spoken.
void CheckHosts(const SearchProfile& profile) {
  std::map<std::string, const HostRow*> rows;
  for (const HostRow& row : profile.hosts) {
    if (row.file.empty()) continue;
    const auto [first, is_new] = rows.emplace(row.at.host, &row);
    if (!is_new) {
      throw UsageError(
          fmt::format("{}, line {}: the address '{}' was in {}, line {} already; expected it once",
                      row.file, row.line, row.at.host, first->second->file, first->second->line));
    }
    if (!row.community.empty() && std::ranges::all_of(profile.credentials, IsV3)) {
      throw UsageError(
          fmt::format("{}, line {}: a community is given, and the profile '{}' speaks SNMPv3 only; "
                      "expected none, or 'downgrade' for the profile",
                      row.file, row.line, profile.name));
    }
  }
}

// Rows that name another profile than that of their list go there.
void SortHosts(std::vector<SearchProfile>& profiles) {
  std::map<std::string, std::vector<HostRow>> to;
  for (SearchProfile& profile : profiles) {
    std::erase_if(profile.hosts, [&](const HostRow& row) {
      if (row.profile.empty() || row.profile == profile.name) return false;
      if (std::ranges::find(profiles, row.profile, &SearchProfile::name) == profiles.end()) {
        throw UsageError(fmt::format(
            "{}, line {}: profile is '{}'; expected the name of a [profile.NAME] of the "
            "configuration file, or nothing",
            row.file, row.line, row.profile));
      }
      to[row.profile].push_back(row);
      return true;
    });
  }
  for (SearchProfile& profile : profiles) {
    for (HostRow& row : to[profile.name]) profile.hosts.push_back(std::move(row));
    CheckHosts(profile);
  }
}

}  // namespace

std::vector<SnmpCredentials> CredentialsOf(const Arguments& arguments) {
  const std::string version = arguments.Text("version");
  if (!version.empty() && version != "1" && version != "2c" && version != "3") {
    throw UsageError(fmt::format("'version' is '{}'; expected 1, 2c or 3", version));
  }
  const std::shared_ptr<const SnmpUser> user = UserOf(arguments);
  if (version == "3" && !user) {
    throw UsageError("'version' is '3' and 'user' is missing; expected the name of an SNMPv3 user");
  }
  if (user && !version.empty() && version != "3") {
    throw UsageError(fmt::format("'user' is given and 'version' is '{}'; expected 3", version));
  }
  std::vector<SnmpCredentials> credentials;
  if (user) {
    credentials.push_back({.version = SnmpVersion::k3,
                           .community = "",
                           .user = user,
                           .context = arguments.Text("context")});
    if (!arguments.Switch("downgrade")) return credentials;
  }
  for (const SnmpVersion candidate : {SnmpVersion::k2c, SnmpVersion::k1}) {
    if (!user && !version.empty() && version != ToText(candidate)) continue;
    for (const std::string& community : arguments.All("community")) {
      credentials.push_back({.version = candidate, .community = community});
    }
  }
  return credentials;
}

std::string SearchProfile::what() const {
  std::string list;
  for (const HostRow& row : hosts) {
    list += fmt::format("{}:{}\n", row.at.host, row.at.port.value_or(0));
  }
  return JsonText({{"range", range_texts},
                   {"exclude", exclude_texts},
                   {"port", ports.snmp_port},
                   {"list", Base64Url(Sha256(list))}});
}

void SearchProfile::LookAgain(const std::string& what) {
  const Json before = ParseJson(what);
  range_texts = before.at("range").get<std::vector<std::string>>();
  exclude_texts = before.at("exclude").get<std::vector<std::string>>();
  try {
    TakeRanges(*this);
  } catch (const UsageError&) {  // of an earlier version, which took what this one refuses
    range_texts.clear();
    ranges.clear();
    hosts.clear();
    excludes.clear();
    for (const std::string& text : exclude_texts) {
      excludes.push_back(AddressRange::ParseExclude("exclude", text));
    }
  }
}

SearchProfile DefaultProfileOf(const Arguments& arguments) {
  return ProfileOf(arguments, kDefaultProfile);
}

std::vector<SearchProfile> SearchProfilesOf(const Arguments& arguments) {
  std::vector<SearchProfile> profiles = {DefaultProfileOf(arguments)};
  for (const Arguments& table : arguments.Tables("profile")) {
    if (table.title == kDefaultProfile) {
      throw UsageError(
          "[profile.default] cannot be: the settings outside tables are the profile "
          "default; expected another name");
    }
    try {
      profiles.push_back(ProfileOf(table, table.title));
      if (!profiles.back().names_something()) {
        throw UsageError("it names no place to look at; expected 'range' or 'hosts'");
      }
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("[profile.{}]: {}", table.title, error.what()));
    }
  }
  SortHosts(profiles);
  return profiles;
}

std::vector<SnmpCredentials> WithCommunity(const std::string& community,
                                           std::vector<SnmpCredentials> others) {
  if (community.empty() || std::ranges::all_of(others, IsV3)) return others;
  const SnmpCredentials own[] = {{SnmpVersion::k2c, community}, {SnmpVersion::k1, community}};
  std::erase_if(others, [&](const auto& other) { return std::ranges::count(own, other) > 0; });
  others.insert(std::ranges::find_if_not(others, IsV3), std::begin(own), std::end(own));
  return others;
}

AccessBook::AccessBook(const std::vector<SearchProfile>& profiles) {
  for (const SearchProfile& profile : profiles) {
    by_profile_[profile.name] = {.credentials = profile.credentials,
                                 .timeout = profile.timeout,
                                 .retries = profile.read_retries()};
    for (const HostRow& row : profile.hosts) Add(row.at.host, row);
  }
}

SnmpAccess AccessBook::Of(const PrinterAddress& address) const {
  auto profile = by_profile_.find(address.access);
  if (profile == by_profile_.end()) profile = by_profile_.find(kDefaultProfile);
  SnmpAccess access;
  if (profile != by_profile_.end()) access = profile->second;
  const std::lock_guard lock(mutex_);
  const auto community = by_host_.find(address.host);
  if (community != by_host_.end()) {
    access.credentials = WithCommunity(community->second, std::move(access.credentials));
  }
  return access;
}

void AccessBook::Add(const std::string& host, const HostRow& row) {
  if (row.community.empty()) return;
  const std::lock_guard lock(mutex_);
  by_host_[host] = row.community;
}

}  // namespace plotmeter
