#include "tests/collector/uplink/tls_server.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <stdexcept>

namespace plotmeter {
namespace {

void Extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

std::shared_ptr<X509> Certificate(const char* name, EVP_PKEY* key, X509* issuer,
                                  EVP_PKEY* issuer_key, long valid_seconds,
                                  const std::string& alternative_name) {
  std::shared_ptr<X509> certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), issuer == nullptr ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -7200);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), valid_seconds);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509* by = issuer == nullptr ? certificate.get() : issuer;
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(by));
  X509_set_pubkey(certificate.get(), key);
  if (issuer == nullptr) Extend(certificate.get(), by, NID_basic_constraints, "critical,CA:TRUE");
  if (!alternative_name.empty()) {
    Extend(certificate.get(), by, NID_subject_alt_name, alternative_name);
  }
  X509_sign(certificate.get(), issuer_key, EVP_sha256());
  return certificate;
}

// Head and body of one request; empty when the client went away.
std::string ReadRequest(SSL* ssl) {
  std::string text;
  char piece[4096];
  for (;;) {
    const int got = SSL_read(ssl, piece, sizeof piece);
    if (got <= 0) return {};
    text.append(piece, static_cast<std::size_t>(got));
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    std::size_t length = 0;
    if (const std::size_t at = text.find("Content-Length:"); at < end) {
      std::size_t digits = at + 15;
      if (text[digits] == ' ') ++digits;
      std::from_chars(text.data() + digits, text.data() + end, length);
    }
    if (text.size() >= end + 4 + length) return text;
  }
}

}  // namespace

TestCertificates::TestCertificates(const std::string& alternative_name, long valid_seconds) {
  std::shared_ptr<EVP_PKEY> ca_key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  leaf_key = {EVP_EC_gen("P-256"), EVP_PKEY_free};
  const auto ca = Certificate("Test authority", ca_key.get(), nullptr, ca_key.get(), 7200, "");
  leaf = Certificate("Test portal", leaf_key.get(), ca.get(), ca_key.get(), valid_seconds,
                     alternative_name);
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, ca.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  ca_pem.assign(data, static_cast<std::size_t>(size));
  BIO_free(memory);
}

TlsServer::TlsServer(const TestCertificates& certificates,
                     std::function<std::string(const std::string&)> answer, int max_version)
    : answer_(std::move(answer)), context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  SSL_CTX_use_certificate(context_.get(), certificates.leaf.get());
  SSL_CTX_use_PrivateKey(context_.get(), certificates.leaf_key.get());
  if (max_version != 0) {
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_min_proto_version(context_.get(), 0);
    SSL_CTX_set_max_proto_version(context_.get(), max_version);
  }
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {}, .sin_zero = {}};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 8) != 0 || pipe(stop_) != 0) {
    throw std::runtime_error("no server on loopback");
  }
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Serve(); });
}

TlsServer::~TlsServer() {
  close(stop_[1]);
  thread_.join();
  close(stop_[0]);
  close(listener_);
}

void TlsServer::Serve() {
  for (;;) {
    pollfd ready[2] = {{listener_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    poll(ready, 2, -1);
    if (ready[1].revents != 0) return;
    const int peer = accept(listener_, nullptr, nullptr);
    if (peer < 0) continue;
    timeval most{.tv_sec = 5, .tv_usec = 0};  // so that a stuck test ends
    setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    const std::shared_ptr<SSL> ssl(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(ssl.get(), peer);
    if (SSL_accept(ssl.get()) == 1) {
      for (std::string request = ReadRequest(ssl.get()); !request.empty();
           request = ReadRequest(ssl.get())) {
        ++requests_;
        const std::string said = answer_(request);
        if (said.empty()) {  // until the client or the test ends it
          pollfd quiet[2] = {{peer, POLLIN, 0}, {stop_[0], POLLIN, 0}};
          poll(quiet, 2, -1);
          break;
        }
        if (SSL_write(ssl.get(), said.data(), static_cast<int>(said.size())) <= 0) break;
        if (said.find("Connection: close") != std::string::npos) break;
      }
    }
    shutdown(peer, SHUT_RDWR);
    close(peer);
  }
}

}  // namespace plotmeter
