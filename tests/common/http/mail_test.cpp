// The message itself; what a server makes of it is tried with a real one
// (tests/end_to_end/alerts.py).

#include "common/http/mail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plotmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

const Instant kAt = *ParseInstant("2026-11-30T07:05:09Z");

TEST(MailTest, WritesAMessage) {
  const std::string text = MessageText({.to = "anna@north.example",
                                        .subject = "[Plotmeter] critical: Z9: silent",
                                        .text = "Where  Yard\n",
                                        .id = "0193a1c2",
                                        .at = kAt},
                                       "portal@example.org");
  EXPECT_EQ(text,
            "Date: Mon, 30 Nov 2026 07:05:09 +0000\r\n"
            "From: Plotmeter <portal@example.org>\r\n"
            "To: <anna@north.example>\r\n"
            "Subject: [Plotmeter] critical: Z9: silent\r\n"
            "Message-ID: <0193a1c2@example.org>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            "\r\n"
            "V2hlcmUgIFlhcmQNCg==\r\n");
}

TEST(MailTest, SendsAFileAlong) {
  const std::string text =
      MessageText({.to = "anna@north.example",
                   .subject = "s",
                   .text = "x\n",
                   .id = "i",
                   .at = kAt,
                   .file = MailFile{"usage\r\n\"2026-11\".csv", "text/csv", "a,b\r\n1,2\r\n"}},
                  "portal@example.org");
  EXPECT_THAT(text,
              testing::EndsWith("MIME-Version: 1.0\r\n"
                                "Content-Type: multipart/mixed; boundary=\"plotmeter-part\"\r\n"
                                "\r\n"
                                "--plotmeter-part\r\n"
                                "Content-Type: text/plain; charset=utf-8\r\n"
                                "Content-Transfer-Encoding: base64\r\n"
                                "\r\n"
                                "eA0K\r\n"
                                "--plotmeter-part\r\n"
                                "Content-Type: text/csv\r\n"
                                "Content-Disposition: attachment; filename=\"usage2026-11.csv\"\r\n"
                                "Content-Transfer-Encoding: base64\r\n"
                                "\r\n"
                                "YSxiDQoxLDINCg==\r\n"
                                "--plotmeter-part--\r\n"));
}

std::string Subject(const std::string& subject) {
  const std::string text = MessageText({.to = "a@b", .subject = subject, .id = "i"}, "p@q");
  const auto from = text.find("Subject: ") + 9;
  return text.substr(from, text.find("\r\nMessage-ID") - from);
}

TEST(MailTest, SplitsNoHeader) {
  EXPECT_EQ(Subject("a\r\nBcc: everybody@north.example"), "aBcc: everybody@north.example");
  EXPECT_EQ(Subject("Tür"), "=?UTF-8?B?VMO8cg==?=");
  EXPECT_THAT(Subject("=?UTF-8?B?eA==?="), Not(HasSubstr("eA==?= ")));
  const std::string many = Subject(std::string(100, 'x') + "ü");
  for (std::size_t start = 0; start < many.size();) {
    const auto end = std::min(many.find("\r\n", start), many.size());
    EXPECT_LE(end - start, 76u);
    start = end + 2;
  }
  // No character is cut: 42 bytes are 21 of these.
  std::string umlauts = "x";
  for (int i = 0; i < 40; ++i) umlauts += "ü";
  EXPECT_THAT(Subject(umlauts), HasSubstr("?=\r\n =?UTF-8?B?w7"));
}

TEST(MailTest, WritesToMailboxesAlone) {
  for (const char* good : {"a@b", "anna.meier+x@north.example"}) EXPECT_TRUE(IsMailbox(good));
  for (const char* bad :
       {"", "a", "@b", "a@", "a b@c", "a@b>", "<a@b", "a@b\r\nDATA", "a@b,c@d", "a\"@b", "a\\@b"}) {
    EXPECT_FALSE(IsMailbox(bad)) << bad;
  }
  const Mailer mailer({.host = "127.0.0.1", .port = 1, .from = "p@q"});
  EXPECT_EQ(mailer.Send({.to = "a@b>\r\nRCPT TO:<c@d"}).seen, MailSeen::kRefused);
}

TEST(MailTest, SaysThatNobodyIsThere) {
  const Mailer mailer({.host = "127.0.0.1", .port = 1, .from = "p@q"});
  const MailResult sent = mailer.Send({.to = "a@b", .id = "i", .at = kAt});
  EXPECT_EQ(sent.seen, MailSeen::kTrouble);
  EXPECT_EQ(sent.detail, "the mail server takes no connection");
}

}  // namespace
}  // namespace plotmeter
