// What the program `openssl`, which nobody here wrote, thinks of our certificates.

#include "portal/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/fakes/scratch.h"
#include "tests/portal/program/shell.h"

namespace plotmeter {
namespace {

using testing::HasSubstr;

const Instant kNow = *ParseInstant("2026-11-22T09:00:00Z");

class CertificateTest : public testing::Test {
 protected:
  ~CertificateTest() override { std::filesystem::remove(path_); }

  std::string Write(const TlsFiles& files) {
    std::ofstream(path_) << files.certificate << files.key.Reveal();
    return path_;
  }

  std::string path_ = Scratch() + "/certificate_" + std::to_string(::getpid()) + ".pem";
};

TEST_F(CertificateTest, IsForTheNamesGivenAndFitsItsKey) {
  const std::string path = Write(MakeCertificate({"portal.test", "127.0.0.1", "::1"}, kNow));
  const Ended shown = Shell("openssl x509 -noout -text -in " + path);
  EXPECT_EQ(shown.code, 0);
  EXPECT_THAT(shown.output, HasSubstr("DNS:portal.test, IP Address:127.0.0.1, "
                                      "IP Address:0:0:0:0:0:0:0:1"));
  EXPECT_THAT(shown.output, HasSubstr("Not Before: Nov 21 09:00:00 2026 GMT"));
  EXPECT_THAT(shown.output, HasSubstr("TLS Web Server Authentication"));
  EXPECT_EQ(Shell("openssl x509 -noout -pubkey -in " + path).output,
            Shell("openssl pkey -pubout -in " + path).output);
}

TEST_F(CertificateTest, IsTrustedWhereItIsTheAuthority) {
  const std::string path = Write(MakeCertificate({"portal.test"}, kNow));
  const std::string verify =
      "openssl verify -attime 1795338000 -purpose sslserver -CAfile " + path + " -verify_hostname ";
  EXPECT_EQ(Shell(verify + "portal.test " + path).code, 0);
  EXPECT_NE(Shell(verify + "other.test " + path).code, 0);
}

TEST_F(CertificateTest, RefusesANameThatCouldSmuggleInAnother) {
  for (const char* name : {"", "a,DNS:b", "a b", "a/b", "ü.test"}) {
    EXPECT_THROW(MakeCertificate({name}, kNow), std::runtime_error) << name;
  }
  EXPECT_THROW(MakeCertificate({}, kNow), std::runtime_error);
}

TEST(CertificateExpiryTest, SaysWhenItEnds) {
  const Instant now = *ParseInstant("2026-11-22T09:00:00Z");
  EXPECT_EQ(ReadExpiry(MakeCertificate({"localhost"}, now).certificate),
            now + std::chrono::days(3650));
  EXPECT_EQ(ReadExpiry(""), std::nullopt);
  EXPECT_EQ(ReadExpiry("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            std::nullopt);
}

}  // namespace
}  // namespace plotmeter
