// The example of PROTOCOL.md is true: every value in it is worked out again from example.jwe.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>

#include "common/json.h"
#include "tests/common/hex.h"
#include "tests/paths.h"
#include "tests/proto/golden.h"
#include "tests/proto/sample.h"

namespace plotmeter {
namespace {

using Values = std::map<std::string, std::string>;

// Sealed with chance, so made once and kept. Made anew only when it is deleted and PLOTMETER_GOLDEN
// is set; the table of PROTOCOL.md then has to follow.
std::string Example() {
  const std::string file = kGolden + "example.jwe";
  if (IsWritingGolden() && ReadFile(file).empty()) {
    const Parties parties = Parties::Published();
    std::ofstream(file, std::ios::binary)
        << Seal(parties.Message(WriteBatch(ExampleBatch())), parties.portal.public_key());
  }
  return ReadFile(file);
}

// Step by step, with nothing of seal.cpp but the inflating.
Values WorkedOut(const std::string& sealed) {
  const Parties parties = Parties::Published();
  const Jwe jwe = ReadJwe(sealed).jwe;
  const Secret z = parties.portal.Agree(*jwe.epk);
  const std::string key = DeriveEcdhEs(z, "A128CBC-HS256", 256, "", "").Reveal();
  const std::string bits = fmt::format("{:016x}", jwe.protected_header.size() * 8);
  const std::string mac = HmacSha256Of(
      key.substr(0, 16), {jwe.protected_header, jwe.iv, jwe.ciphertext, FromHex(bits)});
  EXPECT_EQ(mac.substr(0, 16), jwe.tag);
  const std::string deflated = *Aes128CbcDecrypt(key.substr(16), jwe.iv, jwe.ciphertext);
  const std::string message = *Inflate(deflated, kMaxMessage);
  const auto first = message.find('\n');
  const auto second = message.find('\n', first + 1);
  const std::string s = message.substr(0, first);
  const std::string p = message.substr(first + 1, second - first - 1);
  const std::string n = message.substr(second + 1);
  const auto bytes = [](const std::string& text) { return fmt::format("{} bytes", text.size()); };
  return {{"portal key, thumbprint", Thumbprint(parties.portal.public_key())},
          {"collector key, thumbprint", Thumbprint(parties.collector.public_key())},
          {"E", bytes(sealed)},
          {"SHA-256 of E", Base64Url(Sha256(sealed))},
          {"E, first part, decoded", *FromBase64Url(jwe.protected_header)},
          {"E, first part (AAD)", bytes(jwe.protected_header)},
          {"E, third part (IV)", ToHex(jwe.iv)},
          {"E, fourth part (ciphertext)", bytes(jwe.ciphertext)},
          {"E, fifth part (tag)", ToHex(jwe.tag)},
          {"ECDH, Z", ToHex(z.Reveal())},
          {"Concat KDF, MAC key", ToHex(key.substr(0, 16))},
          {"Concat KDF, AES key", ToHex(key.substr(16))},
          {"length of AAD in bits (AL)", bits},
          {"HMAC-SHA-256 of AAD, IV, ciphertext, AL", ToHex(mac)},
          {"after AES-128-CBC and PKCS #7", bytes(deflated)},
          {"after raw DEFLATE: M", bytes(message)},
          {"S", s},
          {"S, header, decoded", *FromBase64Url(s.substr(0, s.find('.')))},
          {"P", bytes(p)},
          {"SHA-256 of P", Base64Url(Sha256(p))},
          {"N", bytes(n)},
          {"SHA-256 of N", Base64Url(Sha256(n))}};
}

// Rows of the table: | name | `value` |
Values Documented(const std::string& document) {
  static const std::regex kRow("\\| ([^|]+) \\| `([^`]+)` \\|");
  Values values;
  const auto begin = document.find("## 5. ");
  const std::string section = document.substr(begin, document.find("\n## ", begin) - begin);
  for (std::sregex_iterator row(section.begin(), section.end(), kRow), end; row != end; ++row) {
    values[(*row)[1]] = (*row)[2];
  }
  return values;
}

TEST(ProtocolTest, TellsTheTruthInItsExample) {
  const std::string document = ReadFile(SOURCE_ROOT "/proto/PROTOCOL.md");
  const std::string sealed = Example();
  const Values worked_out = WorkedOut(sealed);
  if (IsWritingGolden()) {
    for (const auto& [name, value] : worked_out) fmt::print("| {} | `{}` |\n", name, value);
  }
  EXPECT_EQ(Documented(document), worked_out);
  const OpenResult opened = Open(sealed, Parties::Published().Keys());
  ASSERT_EQ(opened.refusal, Refusal::kNone) << opened.detail;
  for (const auto& text : {opened.text.payload, opened.text.names, sealed}) {
    EXPECT_NE(document.find("\n" + text + "\n"), std::string::npos) << text;
  }
}

TEST(ProtocolTest, ReadsTheExampleAsTheBatchItWas) {
  const OpenResult opened = Open(Example(), Parties::Published().Keys());
  EXPECT_EQ(opened.text.payload, ReadFile(kGolden + "example.p.json"));
  EXPECT_EQ(ParseBatch(opened.text.payload, opened.text.names), ExampleBatch());
}

TEST(ProtocolTest, NamesEveryRefusal) {
  const std::string document = ReadFile(SOURCE_ROOT "/proto/PROTOCOL.md");
  for (int i = 1; i <= static_cast<int>(Refusal::kRevoked); ++i) {
    const std::string word = fmt::format("`{}`", ToText(static_cast<Refusal>(i)));
    EXPECT_NE(document.find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace plotmeter
