// An HTTPS (or HTTP) server on 127.0.0.1 for tests, which sends exactly the bytes the test says,
// however wrong they are.
//
//    Stranger stranger([](const Stranger::Request& asked) {
//      return asked.path == "/a.json" ? Stranger::Ok("{}", "application/json") :
//      Stranger::Status(404);
//    });
//    fetch.Submit({.url = stranger.url("/a.json")}, …);
//
// A thread a connection; connections are kept between answers. It shares no code with what it
// tests.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace plotmeter {

// A key and a certificate for 127.0.0.1 signed by it, made anew for each.
class SelfSigned {
 public:
  // kOldFirmware: RSA with 1024 bits, TLS 1.2 at most, Diffie-Hellman with 1024 bits.
  enum class Kind { kModern, kOldFirmware };

  explicit SelfSigned(Kind kind = Kind::kModern);
  ~SelfSigned();
  SelfSigned(const SelfSigned&) = delete;
  SelfSigned& operator=(const SelfSigned&) = delete;

  std::string pem() const;          // the certificate, as a CA file would have it
  std::string fingerprint() const;  // SHA-256 of the public key, hex

  Kind kind() const { return kind_; }
  struct Parts;
  const Parts& parts() const { return *parts_; }

 private:
  Kind kind_;
  std::unique_ptr<Parts> parts_;
};

class Stranger {
 public:
  struct Request {
    std::string method = {};
    std::string path = {};  // with the query
    std::string head = {};  // all header lines
    int connection = 0;     // counts from 1
  };
  struct Answer {
    std::string bytes = {};
    enum class Then { kKeep, kClose, kHang, kRepeatForEver } then = Then::kKeep;
  };
  using Handler = std::function<Answer(const Request&)>;  // called from several threads
  enum class Speaks { kTls, kPlain };

  explicit Stranger(Handler handler, Speaks speaks = Speaks::kTls,
                    std::shared_ptr<const SelfSigned> certificate = nullptr,
                    std::uint16_t port = 0);
  ~Stranger();  // Cuts all connections.

  static Answer Ok(const std::string& body, const std::string& type = "text/plain",
                   const std::string& more_headers = {});
  static Answer Status(int status, const std::string& more_headers = {});

  std::string url(const std::string& path = "/") const;
  std::uint16_t port() const;
  const SelfSigned& certificate() const;
  std::vector<Request> asked() const;  // so far
  std::uint64_t bytes_sent() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace plotmeter
