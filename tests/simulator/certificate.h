// The certificates printers sign themselves, made when somebody first asks: a thousand printers
// start at once.
//
//    Certificates certificates;
//    certificates.Use(ssl, {.printer = 3});
//    certificates.Use(ssl, {.printer = 3, .number = 1});    another key: as after a new board
//
// Safe from any thread.

#pragma once

#include <openssl/ssl.h>

#include <compare>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>

namespace plotmeter::simulator {

struct CertificatePlan {
  std::size_t printer = 0;
  unsigned number = 0;   // the how many-th of this printer, from 0; each has a key of its own
  bool expired = false;  // a year ago
  // Of old: RSA of 1024 bits signed with SHA-1, one key for all printers, for it is dear to make;
  // else P-256 and SHA-256.
  bool rsa = false;

  auto operator<=>(const CertificatePlan&) const = default;
};

class Certificates {
 public:
  // Gives a connection of the printer its certificate and key, and lets it resume no session of
  // another one. Throws std::runtime_error when OpenSSL cannot.
  void Use(SSL* ssl, const CertificatePlan& plan);

 private:
  using Key = std::shared_ptr<EVP_PKEY>;
  struct Pair {
    Key key = {};
    std::shared_ptr<X509> certificate = {};
  };

  Key RsaKey();

  std::mutex mutex_;
  std::map<CertificatePlan, Pair> made_;
  Key rsa_;
};

}  // namespace plotmeter::simulator
