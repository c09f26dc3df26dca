#include "collector/uplink/portal_client.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <future>

#include "common/settings.h"
#include "tests/collector/uplink/tls_server.h"
#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

using std::chrono::milliseconds;

std::string Http(const std::string& status, const std::string& headers, const std::string& body) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(), headers,
                     body);
}

class PortalClientTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }

  std::string CaFile(const TestCertificates& certificates) {
    const std::string path =
        Scratch() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name() + ".pem";
    std::ofstream(path) << certificates.ca_pem;
    return path;
  }
  PortalClientSettings Settings(const TlsServer& server, const TestCertificates& trusted) {
    return {.url = server.url(), .ca_file = CaFile(trusted), .deadline = milliseconds(10'000)};
  }

  TestCertificates certificates_;
};

TEST_F(PortalClientTest, PostsAndReadsTheAnswer) {
  std::string seen;
  TlsServer server(certificates_, [&](const std::string& request) {
    seen = request;
    return Http("200 OK", "Content-Type: application/jose\r\nRetry-After: 17\r\n", "a.b.c");
  });
  PortalClient client(Settings(server, certificates_));
  const PortalAnswer answer = client.Post("/api/v1/batches", "application/jose", "x.y.z");
  ASSERT_EQ(answer.seen, PortalSeen::kAnswered) << answer.detail;
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "a.b.c");
  EXPECT_EQ(answer.content_type, "application/jose");
  EXPECT_EQ(answer.retry_after, std::chrono::seconds(17));
  EXPECT_TRUE(seen.starts_with("POST /api/v1/batches HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("Content-Type:application/jose\r\n"), std::string::npos) << seen;
  EXPECT_TRUE(seen.ends_with("\r\n\r\nx.y.z")) << seen;
}

TEST_F(PortalClientTest, RefusesACertificateOfAnotherAuthority) {
  TlsServer server(certificates_, [](const std::string&) { return Http("200 OK", "", "no"); });
  PortalClient client(Settings(server, TestCertificates()));
  const PortalAnswer answer = client.Get("/api/v1/keys");
  EXPECT_EQ(answer.seen, PortalSeen::kUntrusted);
  EXPECT_NE(answer.detail.find("its certificate is not trusted"), std::string::npos)
      << answer.detail;
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(PortalClientTest, RefusesACertificateTheSystemDoesNotKnow) {
  TlsServer server(certificates_, [](const std::string&) { return Http("200 OK", "", "no"); });
  PortalClient client({.url = server.url()});
  EXPECT_EQ(client.Get("/").seen, PortalSeen::kUntrusted);
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(PortalClientTest, RefusesACertificateForAnotherName) {
  const TestCertificates elsewhere("DNS:portal.example");
  TlsServer server(elsewhere, [](const std::string&) { return Http("200 OK", "", "no"); });
  PortalClient client(Settings(server, elsewhere));
  const PortalAnswer answer = client.Get("/");
  EXPECT_EQ(answer.seen, PortalSeen::kUntrusted);
  EXPECT_EQ(answer.detail, "its certificate is not made out to 127.0.0.1");
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(PortalClientTest, RefusesACertificateThatHasExpired) {
  const TestCertificates old("IP:127.0.0.1", -60);
  TlsServer server(old, [](const std::string&) { return Http("200 OK", "", "no"); });
  PortalClient client(Settings(server, old));
  const PortalAnswer answer = client.Get("/");
  EXPECT_EQ(answer.seen, PortalSeen::kUntrusted);
  EXPECT_NE(answer.detail.find("expired"), std::string::npos) << answer.detail;
}

TEST_F(PortalClientTest, RefusesTlsOlderThanOneDotTwo) {
  TlsServer server(
      certificates_, [](const std::string&) { return Http("200 OK", "", "no"); }, TLS1_1_VERSION);
  PortalClient client(Settings(server, certificates_));
  EXPECT_EQ(client.Get("/").seen, PortalSeen::kUntrusted);
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(PortalClientTest, FollowsNoRedirect) {
  TlsServer server(certificates_, [](const std::string& request) {
    return request.starts_with("POST") ? Http("302 Found", "Location: /elsewhere\r\n", "")
                                       : Http("200 OK", "", "gone astray");
  });
  PortalClient client(Settings(server, certificates_));
  const PortalAnswer answer = client.Post("/api/v1/batches", "application/jose", "x");
  EXPECT_EQ(answer.seen, PortalSeen::kAnswered);
  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(PortalClientTest, ReadsNoAnswerLongerThanAgreed) {
  TlsServer server(certificates_, [](const std::string&) {
    return Http("200 OK", "Connection: close\r\n", std::string(64 * 1024 + 1, 'x'));
  });
  PortalClient client(Settings(server, certificates_));
  const PortalAnswer answer = client.Get("/");
  EXPECT_EQ(answer.seen, PortalSeen::kTooLarge) << answer.detail;
  EXPECT_TRUE(answer.body.empty());
}

TEST_F(PortalClientTest, ReadsAnAnswerOfExactlyTheLimit) {
  TlsServer server(certificates_, [](const std::string&) {
    return Http("200 OK", "", std::string(64 * 1024, 'x'));
  });
  PortalClient client(Settings(server, certificates_));
  EXPECT_EQ(client.Get("/").body.size(), 64U * 1024);
}

TEST_F(PortalClientTest, ReadsNoMoreOfAnAnswerThatDoesNotSayHowLongItIs) {
  TlsServer server(certificates_, [](const std::string&) {
    std::string said = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    for (int i = 0; i < 80; ++i) said += "400\r\n" + std::string(1024, 'x') + "\r\n";
    return said + "0\r\n\r\n";
  });
  PortalClient client(Settings(server, certificates_));
  EXPECT_EQ(client.Get("/").seen, PortalSeen::kTooLarge);
}

TEST_F(PortalClientTest, EndsARequestAtItsDeadline) {
  TlsServer server(certificates_, [](const std::string&) { return std::string(); });
  PortalClientSettings settings = Settings(server, certificates_);
  settings.deadline = milliseconds(200);
  PortalClient client(settings);
  const PortalAnswer answer = client.Get("/");
  EXPECT_EQ(answer.seen, PortalSeen::kTimedOut);
  EXPECT_EQ(answer.detail, "no whole answer within 200 ms");
}

TEST_F(PortalClientTest, EndsARequestWhenTheCollectorStops) {
  std::promise<void> asked;
  TlsServer server(certificates_, [&](const std::string&) {
    asked.set_value();
    return std::string();
  });
  PortalClient client(Settings(server, certificates_));
  auto answer = std::async(std::launch::async, [&] { return client.Get("/"); });
  asked.get_future().wait();
  client.Cancel();
  EXPECT_EQ(answer.get().seen, PortalSeen::kCancelled);
  EXPECT_EQ(client.Get("/").seen, PortalSeen::kCancelled);
}

TEST_F(PortalClientTest, SaysThatNobodyListens) {
  int port_nobody_has = 0;
  {
    TlsServer gone(certificates_, [](const std::string&) { return std::string(); });
    port_nobody_has = std::stoi(gone.url().substr(gone.url().rfind(':') + 1));
  }
  PortalClient client({.url = fmt::format("https://127.0.0.1:{}", port_nobody_has)});
  const PortalAnswer answer = client.Get("/");
  EXPECT_EQ(answer.seen, PortalSeen::kUnreachable);
  EXPECT_FALSE(answer.detail.empty());
}

TEST_F(PortalClientTest, IsMadeForHttpsOnly) {
  for (const char* url : {"http://portal.example", "portal.example", "", "https://", "https://a b",
                          "https://user@portal.example"}) {
    EXPECT_THROW(PortalClient({.url = url}), UsageError) << url;
  }
  EXPECT_THROW(PortalClient({.url = "https://portal.example", .ca_file = "/nowhere.pem"}),
               UsageError);
}

}  // namespace
}  // namespace plotmeter
