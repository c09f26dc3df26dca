#include "tests/simulator/certificate.h"

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <stdexcept>
#include <string>

namespace plotmeter::simulator {

namespace {

constexpr long kDay = 86'400;

void Require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL made no certificate");
}

// As a printer does at its first start: a certificate for its name that it signs itself.
std::shared_ptr<X509> SelfSigned(const CertificatePlan& plan, EVP_PKEY* key) {
  const std::string name = fmt::format("plotter-{}", plan.printer);
  const std::shared_ptr<X509> certificate(X509_new(), &X509_free);
  X509* x = certificate.get();
  Require(x != nullptr && key != nullptr);
  Require(X509_set_version(x, 2) == 1);
  Require(ASN1_INTEGER_set(X509_get_serialNumber(x), 1 + static_cast<long>(plan.number)) == 1);
  const long end = plan.expired ? -365 * kDay : 3650 * kDay;
  Require(X509_gmtime_adj(X509_getm_notBefore(x), end - 3651 * kDay) != nullptr);
  Require(X509_gmtime_adj(X509_getm_notAfter(x), end) != nullptr);
  X509_NAME* subject = X509_get_subject_name(x);
  Require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                     0) == 1);
  Require(X509_set_issuer_name(x, subject) == 1);
  Require(X509_set_pubkey(x, key) == 1);
  Require(X509_sign(x, key, plan.rsa ? EVP_sha1() : EVP_sha256()) > 0);
  return certificate;
}

}  // namespace

Certificates::Key Certificates::RsaKey() {
  if (!rsa_) rsa_ = Key(EVP_RSA_gen(1024), &EVP_PKEY_free);
  return rsa_;
}

void Certificates::Use(SSL* ssl, const CertificatePlan& plan) {
  const std::lock_guard lock(mutex_);
  Pair& pair = made_[plan];
  if (!pair.certificate) {
    pair.key = plan.rsa ? RsaKey() : Key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    pair.certificate = SelfSigned(plan, pair.key.get());
  }
  Require(SSL_use_certificate(ssl, pair.certificate.get()) == 1);
  Require(SSL_use_PrivateKey(ssl, pair.key.get()) == 1);
  const std::string id =
      fmt::format("{}.{}.{}{}", plan.printer, plan.number, plan.expired, plan.rsa);
  Require(SSL_set_session_id_context(ssl, reinterpret_cast<const unsigned char*>(id.data()),
                                     static_cast<unsigned>(id.size())) == 1);
}

}  // namespace plotmeter::simulator
