// One TLS server on loopback that says what the test tells it to, with certificates made for it.

#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace plotmeter {

// A self-signed authority and a certificate by it.
struct TestCertificates {
  explicit TestCertificates(const std::string& alternative_name = "IP:127.0.0.1",
                            long valid_seconds = 3600);
  std::string ca_pem = {};
  std::shared_ptr<X509> leaf = {};
  std::shared_ptr<EVP_PKEY> leaf_key = {};
};

class TlsServer {
 public:
  // `answer` is given each request's head and body as they came, and gives the bytes to send; empty
  // keeps the connection open without a word until the server dies.
  TlsServer(const TestCertificates& certificates,
            std::function<std::string(const std::string&)> answer, int max_version = 0);
  ~TlsServer();

  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }
  int requests() const { return requests_; }

 private:
  void Serve();

  std::function<std::string(const std::string&)> answer_;
  std::shared_ptr<SSL_CTX> context_;
  int listener_ = -1;
  int stop_[2] = {-1, -1};
  int port_ = 0;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

}  // namespace plotmeter
