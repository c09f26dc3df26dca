#include "collector/snmp/usm_words.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace plotmeter {
namespace {

TEST(UsmWordsTest, ReadsWhatPeopleWrite) {
  const std::pair<const char*, SnmpAuth> auths[] = {
      {"none", SnmpAuth::kNone},      {"MD5", SnmpAuth::kMd5},
      {"md-5", SnmpAuth::kMd5},       {"SHA", SnmpAuth::kSha1},
      {"sha1", SnmpAuth::kSha1},      {"SHA-1", SnmpAuth::kSha1},
      {"sha224", SnmpAuth::kSha224},  {"SHA-256", SnmpAuth::kSha256},
      {"sha_256", SnmpAuth::kSha256}, {"SHA 384", SnmpAuth::kSha384},
      {"Sha512", SnmpAuth::kSha512}};
  for (const auto& [word, auth] : auths) EXPECT_EQ(ParseAuth(word), auth) << word;
  const std::pair<const char*, SnmpPrivacy> privacies[] = {
      {"None", SnmpPrivacy::kNone},     {"DES", SnmpPrivacy::kDes},
      {"aes", SnmpPrivacy::kAes128},    {"AES-128", SnmpPrivacy::kAes128},
      {"aes192", SnmpPrivacy::kAes192}, {"Aes-256", SnmpPrivacy::kAes256}};
  for (const auto& [word, privacy] : privacies) EXPECT_EQ(ParsePrivacy(word), privacy) << word;
  for (const char* word : {"", "sha3", "sha-25", "aes", "des", "md5 ,"}) {
    EXPECT_FALSE(ParseAuth(word)) << word;
  }
  for (const char* word : {"", "3des", "aes512", "sha"}) EXPECT_FALSE(ParsePrivacy(word)) << word;
}

TEST(UsmWordsTest, ReadsWhatItShows) {
  for (const SnmpAuth auth : {SnmpAuth::kNone, SnmpAuth::kMd5, SnmpAuth::kSha1, SnmpAuth::kSha224,
                              SnmpAuth::kSha256, SnmpAuth::kSha384, SnmpAuth::kSha512}) {
    EXPECT_EQ(ParseAuth(ToText(auth)), auth);
    EXPECT_NE(kAuthWords.find(ToText(auth)), std::string_view::npos) << ToText(auth);
  }
  for (const SnmpPrivacy privacy : {SnmpPrivacy::kNone, SnmpPrivacy::kDes, SnmpPrivacy::kAes128,
                                    SnmpPrivacy::kAes192, SnmpPrivacy::kAes256}) {
    EXPECT_EQ(ParsePrivacy(ToText(privacy)), privacy);
    EXPECT_NE(kPrivacyWords.find(ToText(privacy)), std::string_view::npos) << ToText(privacy);
  }
}

SnmpUser User(std::string name, SnmpAuth auth, std::string auth_secret,
              SnmpPrivacy privacy = SnmpPrivacy::kNone, std::string privacy_secret = "") {
  return {.name = std::move(name),
          .auth = auth,
          .auth_secret = Secret(std::move(auth_secret)),
          .privacy = privacy,
          .privacy_secret = Secret(std::move(privacy_secret))};
}

TEST(UsmWordsTest, SaysWhyAUserCannotBe) {
  EXPECT_EQ(ProblemOf(User("u", SnmpAuth::kNone, "")), "");
  EXPECT_EQ(ProblemOf(User("u", SnmpAuth::kMd5, "12345678")), "");
  EXPECT_EQ(ProblemOf(User("u", SnmpAuth::kMd5, "12345678", SnmpPrivacy::kDes, "87654321")), "");
  EXPECT_EQ(ProblemOf(User("", SnmpAuth::kNone, "")),
            "the user name has 0 octets; expected 1 to 32");
  EXPECT_EQ(ProblemOf(User(std::string(33, 'u'), SnmpAuth::kNone, "")),
            "the user name has 33 octets; expected 1 to 32");
  EXPECT_EQ(ProblemOf(User("u", SnmpAuth::kSha1, "tooshrt")),
            "the authentication passphrase has 7 octets; expected 8 or more");
  EXPECT_EQ(ProblemOf(User("u", SnmpAuth::kSha1, "12345678", SnmpPrivacy::kAes128, "x")),
            "the privacy passphrase has 1 octets; expected 8 or more");
  EXPECT_EQ(ProblemOf(User("u", SnmpAuth::kNone, "", SnmpPrivacy::kDes, "87654321")),
            "privacy by DES needs authentication; expected MD5, SHA-1, SHA-224, SHA-256, SHA-384 "
            "or SHA-512");
}

}  // namespace
}  // namespace plotmeter
