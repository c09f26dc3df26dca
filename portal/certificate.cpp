#include "portal/certificate.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <stdexcept>

namespace plotmeter {
namespace {

constexpr long kDay = 24 * 60 * 60;  // seconds

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;

void Check(bool good, const char* doing) {
  if (!good) throw std::runtime_error(fmt::format("OpenSSL could not {}", doing));
}

// "DNS:portal.example.org" or "IP:127.0.0.1". Anything that could end the entry is refused.
std::string AlternativeName(const std::string& name) {
  unsigned char address[16];
  if (::inet_pton(AF_INET, name.c_str(), address) == 1 ||
      ::inet_pton(AF_INET6, name.c_str(), address) == 1) {
    return "IP:" + name;
  }
  const auto known =
      name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-*");
  if (name.empty() || name.size() > 253 || known != std::string::npos) {
    throw std::runtime_error(fmt::format(
        "'{}' can be no certificate's name; expected a host name or an IP address", name));
  }
  return "DNS:" + name;
}

void AddExtension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  Check(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1,
        "add an extension");
}

std::string Text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

TlsFiles MakeCertificate(const std::vector<std::string>& names, Instant now) {
  std::string alternatives;
  for (const std::string& name : names) {
    alternatives += (alternatives.empty() ? "" : ",") + AlternativeName(name);
  }
  Check(!alternatives.empty(), "make a certificate for no name");

  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  Check(key != nullptr && certificate != nullptr, "make a key");
  const Number serial(BN_new());
  Check(serial != nullptr && BN_rand(serial.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
            BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate.get())) != nullptr,
        "choose a serial number");
  X509_set_version(certificate.get(), X509_VERSION_3);
  const auto seconds = static_cast<time_t>(ToMillis(now) / 1000);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), seconds - kDay);
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), seconds + 3650 * kDay);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  // RFC 5280: a common name has 64 characters at most.
  const std::string common = names[0].substr(0, 64);
  Check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(common.data()),
                                   static_cast<int>(common.size()), -1, 0) == 1,
        "name a certificate");
  X509_set_issuer_name(certificate.get(), name);
  Check(X509_set_pubkey(certificate.get(), key.get()) == 1, "put the key into a certificate");
  AddExtension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
  AddExtension(certificate.get(), NID_subject_key_identifier, "hash");
  AddExtension(certificate.get(), NID_ext_key_usage, "serverAuth");
  AddExtension(certificate.get(), NID_subject_alt_name, alternatives);
  Check(X509_sign(certificate.get(), key.get(), EVP_sha256()) != 0, "sign a certificate");

  const Bio certificate_pem(BIO_new(BIO_s_mem()));
  const Bio key_pem(BIO_new(BIO_s_secmem()));
  Check(PEM_write_bio_X509(certificate_pem.get(), certificate.get()) == 1 &&
            PEM_write_bio_PKCS8PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                          nullptr) == 1,
        "write PEM");
  return {Text(certificate_pem.get()), Secret(Text(key_pem.get()))};
}

std::optional<Instant> ReadExpiry(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  tm ends{};
  if (certificate == nullptr ||
      ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &ends) != 1) {
    return std::nullopt;
  }
  return FromMillis(std::int64_t{::timegm(&ends)} * 1000);
}

}  // namespace plotmeter
