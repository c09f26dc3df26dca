#include "portal/http/tls.h"

#define OPENSSL_NO_FILENAMES  // its macros leave the path of this source in the program

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

namespace plotmeter {
namespace {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};

using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;

constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// Sessions are told apart by this from those of other services that might share the keys.
constexpr unsigned char kSessionContext[] = "plotmeter";

constexpr long kCachedSessions = 1024;  // for TLS 1.2 clients without tickets; about 1 MiB

[[noreturn]] void Fail(const std::string& what) {
  std::array<char, 256> reason = {};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  throw std::runtime_error(fmt::format("{}: {}", what, reason.data()));
}

// RFC 7301: a client that names protocols and not ours is refused; one that names none is not.
int ChooseProtocol(SSL*, const unsigned char** out, unsigned char* out_length,
                   const unsigned char* in, unsigned in_length, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, kHttp11, sizeof(kHttp11), in, in_length) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

// A key behind a pass phrase fails to load; the default would wait for one at a terminal.
int NoPassPhrase(char*, int, int, void*) { return 0; }

int TakeAnyCertificate(X509_STORE_CTX*, void*) { return 1; }

}  // namespace

SSL_CTX* NewServerContext(const std::string& certificate_file, const std::string& key_file,
                          bool asks_client) {
  Context context(SSL_CTX_new(TLS_server_method()));
  if (!context) Fail("no TLS context");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  if (SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!PSK") != 1) {
    Fail("TLS ciphers");
  }
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context.get(), ChooseProtocol, nullptr);
  SSL_CTX_set_session_id_context(context.get(), kSessionContext, sizeof(kSessionContext) - 1);
  SSL_CTX_sess_set_cache_size(context.get(), kCachedSessions);
  SSL_CTX_set_default_passwd_cb(context.get(), NoPassPhrase);
  if (asks_client) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context.get(), TakeAnyCertificate, nullptr);
  }

  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
    Fail("cannot use the certificate " + certificate_file);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    Fail("cannot use the key " + key_file);
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) {
    Fail(fmt::format("{} is not the key of {}", key_file, certificate_file));
  }
  return context.release();
}

void ReadClientCertificate(const SSL* tls, Peer& peer) {
  const Certificate certificate(SSL_get1_peer_certificate(tls));
  if (!certificate) return;

  const Bio text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate.get()), 0, XN_FLAG_RFC2253);
  char* start = nullptr;
  const long length = BIO_get_mem_data(text.get(), &start);
  peer.certificate_subject.assign(start, static_cast<std::size_t>(std::max(length, 0L)));

  unsigned char* key = nullptr;
  const int key_length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &key);
  if (key_length <= 0) return;
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash = {};
  unsigned hash_length = 0;
  EVP_Digest(key, static_cast<std::size_t>(key_length), hash.data(), &hash_length, EVP_sha256(),
             nullptr);
  OPENSSL_free(key);
  for (unsigned i = 0; i < hash_length; ++i) {
    peer.certificate_key_sha256 += fmt::format("{:02x}", hash[i]);
  }
}

}  // namespace plotmeter
