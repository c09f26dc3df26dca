#include "collector/search_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/private_file.h"
#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;

Arguments With(std::map<std::string, std::vector<std::string>> values) {
  Arguments arguments;
  arguments.values = {
      {"port", {"161"}}, {"https-port", {"443"}}, {"community", {"public"}}, {"timeout", {"2s"}}};
  for (auto& [name, value] : values) arguments.values[name] = value;
  return arguments;
}

std::string SecretFile(const std::string& text) {
  static int number = 0;
  const std::string path = Scratch() + "/secret" + std::to_string(++number);
  WritePrivateFile(path, Secret(text));
  return path;
}

// One as an editor makes it.
std::string OpenFile(const std::string& text) {
  const std::string path = Scratch() + "/open";
  std::ofstream(path) << text;
  std::filesystem::permissions(path, std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  return path;
}

std::string File(const std::string& text) {
  static int number = 0;
  const std::string path = Scratch() + "/hosts" + std::to_string(++number) + ".csv";
  std::ofstream(path) << text;
  return path;
}

std::string Complaint(const Arguments& arguments) {
  try {
    SearchProfilesOf(arguments);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no complaint";
}

TEST(CredentialsTest, TriesEveryCommunityInOrder) {
  const auto all = CredentialsOf(With({{"community", {"public", "secret"}}}));
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0], (SnmpCredentials{SnmpVersion::k2c, "public"}));
  EXPECT_EQ(all[1], (SnmpCredentials{SnmpVersion::k2c, "secret"}));
  EXPECT_EQ(all[2], (SnmpCredentials{SnmpVersion::k1, "public"}));
  EXPECT_EQ(CredentialsOf(With({{"version", {"1"}}})).size(), 1U);
  EXPECT_THAT(Complaint(With({{"version", {"2"}}})),
              HasSubstr("'version' is '2'; expected 1, 2c or 3"));
}

TEST(CredentialsTest, SpeaksV3FirstAndAloneUnlessToldOtherwise) {
  Arguments v3 = With({{"user", {"meter"}},
                       {"auth-protocol", {"sha-256"}},
                       {"auth-secret-file", {SecretFile("correct horse\n")}},
                       {"priv-protocol", {"AES"}},
                       {"priv-secret-file", {SecretFile("battery staple\r\n")}},
                       {"context", {"Jetdirect"}}});
  const auto alone = CredentialsOf(v3);
  ASSERT_EQ(alone.size(), 1U);
  EXPECT_EQ(alone[0].version, SnmpVersion::k3);
  EXPECT_EQ(alone[0].context, "Jetdirect");
  ASSERT_TRUE(alone[0].user);
  EXPECT_EQ(alone[0].user->name, "meter");
  EXPECT_EQ(alone[0].user->auth, SnmpAuth::kSha256);
  EXPECT_EQ(alone[0].user->auth_secret.Reveal(), "correct horse");
  EXPECT_EQ(alone[0].user->privacy, SnmpPrivacy::kAes128);
  EXPECT_EQ(alone[0].user->privacy_secret.Reveal(), "battery staple");
  v3.values["downgrade"] = {"true"};
  const auto with_downgrade = CredentialsOf(v3);
  ASSERT_EQ(with_downgrade.size(), 3U);
  EXPECT_EQ(with_downgrade[0].version, SnmpVersion::k3);
  EXPECT_EQ(with_downgrade[1].version, SnmpVersion::k2c);
  EXPECT_EQ(with_downgrade[2].version, SnmpVersion::k1);
}

TEST(CredentialsTest, NamesWhatIsWrongAndNeverThePassphrase) {
  const auto says = [](std::map<std::string, std::vector<std::string>> values) {
    const std::string words = Complaint(With(std::move(values)));
    EXPECT_THAT(words, testing::Not(HasSubstr("hunter")));
    return words;
  };
  EXPECT_THAT(says({{"version", {"3"}}}), HasSubstr("'user' is missing"));
  EXPECT_THAT(says({{"version", {"2c"}}, {"user", {"u"}}}), HasSubstr("'user' is given"));
  EXPECT_THAT(says({{"context", {"x"}}}), HasSubstr("'context' is given without 'user'"));
  EXPECT_THAT(says({{"user", {"u"}}, {"auth-protocol", {"sha3"}}}),
              HasSubstr("'auth-protocol' is 'sha3'; expected none, MD5"));
  EXPECT_THAT(says({{"user", {"u"}}, {"auth-protocol", {"SHA-1"}}}),
              HasSubstr("'auth-secret-file' is missing"));
  EXPECT_THAT(says({{"user", {"u"}}, {"auth-secret-file", {"x"}}}),
              HasSubstr("'auth-secret-file' is given without 'auth-protocol'"));
  const auto with_file = [&](const std::string& path) {
    return says({{"user", {"u"}}, {"auth-protocol", {"SHA-1"}}, {"auth-secret-file", {path}}});
  };
  EXPECT_THAT(with_file("/nowhere/secret"), HasSubstr("which cannot be read"));
  EXPECT_THAT(with_file(Scratch()), HasSubstr("which is no file"));
  EXPECT_THAT(with_file(SecretFile("hunter2\n")), HasSubstr("holds 7 octets; expected"));
  EXPECT_THAT(with_file(OpenFile("hunter2hunter2")), HasSubstr("which others may open ("));
  EXPECT_THAT(with_file(SecretFile("hunter2hunter2\nhunter3\n")), HasSubstr("several lines"));
  EXPECT_THAT(with_file(SecretFile(std::string(5000, 'x'))), HasSubstr("octets and more"));
  EXPECT_THAT(says({{"user", {"u"}},
                    {"priv-protocol", {"AES"}},
                    {"priv-secret-file", {SecretFile("hunter2hunter2")}}}),
              HasSubstr("'user' is 'u': "))
      << "privacy without authentication";
}

TEST(SearchProfileTest, TakesRangesNamesAndHostLists) {
  const auto profiles = SearchProfilesOf(
      With({{"range", {"10.0.0.0/24", "Plotter.example.com"}},
            {"exclude", {"10.0.0.9"}},
            {"hosts", {File("address,community,label\n10.0.0.7:1161,blue,Archive\n")}},
            {"packets-per-second", {"50"}}}));
  ASSERT_EQ(profiles.size(), 1U);
  const SearchProfile& p = profiles[0];
  EXPECT_EQ(p.name, "default");
  EXPECT_EQ(p.ranges.size(), 1U);
  ASSERT_EQ(p.hosts.size(), 2U);
  EXPECT_EQ(p.hosts[0].at.host, "plotter.example.com");
  EXPECT_EQ(p.hosts[1].label, "Archive");
  EXPECT_EQ(p.packets_per_second, 50);
  EXPECT_EQ(p.rediscover, std::chrono::hours(168));
  EXPECT_TRUE(p.names_something());
  SearchProfile again;
  again.LookAgain(p.what());
  EXPECT_EQ(again.ranges.size(), 1U);
  EXPECT_EQ(again.excludes.size(), 1U);
  EXPECT_FALSE(SearchProfilesOf(With({}))[0].names_something());
  EXPECT_NE(SearchProfilesOf(With({{"range", {"10.0.0.0/25"}}}))[0].what(), p.what());
}

TEST(SearchProfileTest, ACommunityOfAListNeverComesBeforeV3) {
  const std::string hosts = File("address,community\n10.0.0.7,blue\n");
  const auto with = [&](const std::string& downgrade) {
    return With({{"user", {"meter"}}, {"downgrade", {downgrade}}, {"hosts", {hosts}}});
  };
  std::string refused;
  try {
    SearchProfilesOf(with("false"));
  } catch (const UsageError& error) {
    refused = error.what();
  }
  EXPECT_EQ(refused, hosts +
                         ", line 2: a community is given, and the profile 'default' speaks "
                         "SNMPv3 only; expected none, or 'downgrade' for the profile");

  const AccessBook book(SearchProfilesOf(with("true")));
  const auto credentials = book.Of({.host = "10.0.0.7", .access = "default"}).credentials;
  ASSERT_GE(credentials.size(), 4U);
  EXPECT_EQ(credentials[0].version, SnmpVersion::k3);
  EXPECT_EQ(credentials[1].community, "blue");
  EXPECT_EQ(credentials[2].community, "blue");
  EXPECT_EQ(credentials[3].community, "public");

  std::vector<SnmpCredentials> v3_only = {credentials[0]};
  EXPECT_EQ(WithCommunity("blue", v3_only), v3_only) << "nor in its place";
}

TEST(SearchProfileTest, NamesTheListAndTheLineOfWhatIsWrongAcrossLists) {
  const std::string plant = File("address,profile\n10.0.0.7,\n");
  const std::string other = File("address,profile\n10.0.0.8,\n10.0.0.7,plant\n");
  const auto says = [&](const std::string& hosts) {
    Arguments arguments = With({{"hosts", {hosts}}});
    Arguments table = With({{"hosts", {plant}}});
    table.kind = "profile";
    table.title = "plant";
    arguments.tables = {table};
    try {
      SearchProfilesOf(arguments);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  const std::string nobody = File("address,profile\n10.0.0.9,palnt\n");
  EXPECT_THAT(says(nobody), HasSubstr(nobody + ", line 2: profile is 'palnt'"));
  EXPECT_EQ(says(other), other + ", line 3: the address '10.0.0.7' was in " + plant +
                             ", line 2 already; expected it once");
}

TEST(SearchProfileTest, KeepsProfilesApart) {
  Arguments arguments = With({{"hosts",
                               {File("address,profile,community\n10.0.0.7,plant,\n"
                                     "10.0.0.8,,blue\n")}}});
  Arguments plant = With({{"range", {"10.1.0.0/16"}},
                          {"community", {"green"}},
                          {"timeout", {"10s"}},
                          {"retries", {"4"}}});
  plant.kind = "profile";
  plant.title = "plant";
  arguments.tables = {plant};
  const auto profiles = SearchProfilesOf(arguments);
  ASSERT_EQ(profiles.size(), 2U);
  EXPECT_EQ(profiles[0].hosts.size(), 1U);
  ASSERT_EQ(profiles[1].hosts.size(), 1U) << "its row went to it";
  EXPECT_EQ(profiles[1].hosts[0].at.host, "10.0.0.7");
  EXPECT_EQ(profiles[1].ports.access, "plant");

  const AccessBook book(profiles);
  const SnmpAccess green = book.Of({.host = "10.1.0.1", .access = "plant"});
  EXPECT_EQ(green.credentials[0].community, "green");
  EXPECT_EQ(green.timeout, std::chrono::seconds(10)) << "it is polled as it was found";
  EXPECT_EQ(green.retries, 4);
  EXPECT_EQ(profiles[1].sweep_retries(), 4) << "who says it, says it of both";
  const SnmpAccess gone = book.Of({.host = "10.1.0.1", .access = "gone"});
  EXPECT_EQ(gone.credentials[0].community, "public");
  EXPECT_EQ(gone.retries, 2) << "a sleeping card misses the first packet";
  EXPECT_EQ(profiles[0].sweep_retries(), 1);
  EXPECT_EQ(gone.timeout, std::chrono::seconds(2));
  const auto blue = book.Of({.host = "10.0.0.8", .access = "default"}).credentials;
  ASSERT_EQ(blue.size(), 4U);
  EXPECT_EQ(blue[0].community, "blue");
  EXPECT_EQ(blue[2].community, "public");

  arguments.tables[0].values["range"] = {};
  EXPECT_EQ(Complaint(arguments),
            "[profile.plant]: it names no place to look at; expected 'range' or 'hosts'");
  arguments.tables[0].values["range"] = {"10.0.0.0/40"};
  EXPECT_THAT(Complaint(arguments), HasSubstr("[profile.plant]: 'range' is '10.0.0.0/40'"));
  arguments.tables[0].title = "default";
  EXPECT_THAT(Complaint(arguments), HasSubstr("[profile.default] cannot be"));
  arguments.tables = {};
  EXPECT_THAT(Complaint(arguments), HasSubstr("line 2: profile is 'plant'; expected the name"));
}

}  // namespace
}  // namespace plotmeter
