#include "tests/common/http/stranger.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace plotmeter {

struct SelfSigned::Parts {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{nullptr, &EVP_PKEY_free};
  std::unique_ptr<X509, decltype(&X509_free)> certificate{nullptr, &X509_free};
};

SelfSigned::SelfSigned(Kind kind) : kind_(kind), parts_(std::make_unique<Parts>()) {
  parts_->key.reset(kind == Kind::kModern ? EVP_EC_gen("P-256") : EVP_RSA_gen(1024));
  parts_->certificate.reset(X509_new());
  X509* x = parts_->certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 3600L * 24 * 365);
  X509_set_pubkey(x, parts_->key.get());
  X509_NAME* name = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("stranger"), -1, -1, 0);
  X509_set_issuer_name(x, name);
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(x, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(x, parts_->key.get(), EVP_sha256());
}

SelfSigned::~SelfSigned() = default;

std::string SelfSigned::pem() const {
  std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_X509(bio.get(), parts_->certificate.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string SelfSigned::fingerprint() const {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(parts_->key.get(), &der);
  unsigned char hash[32];
  EVP_Digest(der, static_cast<std::size_t>(size), hash, nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  std::string text;
  for (const unsigned char octet : hash) text += fmt::format("{:02x}", octet);
  return text;
}

struct Stranger::Inside {
  Handler handler;
  Speaks speaks;
  std::shared_ptr<const SelfSigned> certificate;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{nullptr, &SSL_CTX_free};
  int listener = -1;
  std::uint16_t port = 0;
  std::atomic<std::uint64_t> bytes_sent = 0;
  std::mutex mutex;
  bool stopping = false;
  std::vector<int> sockets;
  std::vector<std::thread> threads;
  std::vector<Request> asked;
  std::thread acceptor;

  void Accept() {
    for (int count = 1;; ++count) {
      const int socket = ::accept(listener, nullptr, nullptr);
      if (socket < 0) return;
      const std::lock_guard lock(mutex);
      if (stopping) {
        ::close(socket);
        return;
      }
      sockets.push_back(socket);
      threads.emplace_back([this, socket, count] { Serve(socket, count); });
    }
  }

  void Serve(int socket, int connection) {
    std::unique_ptr<SSL, decltype(&SSL_free)> tls(nullptr, &SSL_free);
    if (speaks == Speaks::kTls) {
      tls.reset(SSL_new(context.get()));
      SSL_set_fd(tls.get(), socket);
      if (SSL_accept(tls.get()) != 1) {
        ::shutdown(socket, SHUT_RDWR);
        return;
      }
    }
    const auto read = [&](char* to, std::size_t size) {
      return tls ? SSL_read(tls.get(), to, static_cast<int>(size))
                 : static_cast<int>(::recv(socket, to, size, 0));
    };
    const auto write = [&](const std::string& bytes) {
      if (bytes.empty()) return true;
      const auto sent = tls ? SSL_write(tls.get(), bytes.data(), static_cast<int>(bytes.size()))
                            : static_cast<int>(::send(socket, bytes.data(), bytes.size(), 0));
      if (sent > 0) bytes_sent += static_cast<std::uint64_t>(sent);
      return sent == static_cast<int>(bytes.size());
    };
    std::string pending;
    for (;;) {
      std::size_t end = 0;
      while ((end = pending.find("\r\n\r\n")) == std::string::npos) {
        char buffer[4096];
        const int got = read(buffer, sizeof buffer);
        if (got <= 0) return;
        pending.append(buffer, static_cast<std::size_t>(got));
      }
      const std::string head = pending.substr(0, end);
      pending.erase(0, end + 4);
      const auto blank = head.find(' ');
      Request request{.method = head.substr(0, blank),
                      .path = head.substr(blank + 1, head.find(' ', blank + 1) - blank - 1),
                      .head = head,
                      .connection = connection};
      {
        const std::lock_guard lock(mutex);
        asked.push_back(request);
      }
      const Answer answer = handler(request);
      if (!write(answer.bytes)) return;
      if (answer.then == Answer::Then::kRepeatForEver) {
        const std::string more(64 << 10, 'x');
        while (write(more)) {
        }
      }
      if (answer.then == Answer::Then::kHang) {
        char ignored[256];
        while (read(ignored, sizeof ignored) > 0) {  // until the other side gives up
        }
      }
      if (answer.then != Answer::Then::kKeep) {
        if (tls) SSL_shutdown(tls.get());
        ::shutdown(socket, SHUT_RDWR);
        return;
      }
    }
  }
};

Stranger::Stranger(Handler handler, Speaks speaks, std::shared_ptr<const SelfSigned> certificate,
                   std::uint16_t port)
    : inside_(std::make_unique<Inside>()) {
  std::signal(SIGPIPE, SIG_IGN);
  Inside& in = *inside_;
  in.handler = std::move(handler);
  in.speaks = speaks;
  in.certificate = certificate ? std::move(certificate) : std::make_shared<const SelfSigned>();
  in.context.reset(SSL_CTX_new(TLS_server_method()));
  if (in.certificate->kind() == SelfSigned::Kind::kOldFirmware) {
    SSL_CTX_set_security_level(in.context.get(), 0);
    SSL_CTX_set_max_proto_version(in.context.get(), TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(in.context.get(), "DHE-RSA-AES256-GCM-SHA384");
    SSL_CTX_set_dh_auto(in.context.get(), 1);  // as long as the key: 1024 bits
  }
  SSL_CTX_use_certificate(in.context.get(), in.certificate->parts().certificate.get());
  SSL_CTX_use_PrivateKey(in.context.get(), in.certificate->parts().key.get());
  in.listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(in.listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(in.listener, generic, size) != 0 || ::listen(in.listener, 64) != 0 ||
      ::getsockname(in.listener, generic, &size) != 0) {
    throw std::runtime_error("no port for a stranger");
  }
  in.port = ntohs(address.sin_port);
  in.acceptor = std::thread([&in] { in.Accept(); });
}

Stranger::~Stranger() {
  Inside& in = *inside_;
  {
    const std::lock_guard lock(in.mutex);
    in.stopping = true;
    for (const int socket : in.sockets) ::shutdown(socket, SHUT_RDWR);
  }
  ::shutdown(in.listener, SHUT_RDWR);
  in.acceptor.join();
  for (auto& thread : in.threads) thread.join();
  for (const int socket : in.sockets) ::close(socket);
  ::close(in.listener);
}

Stranger::Answer Stranger::Ok(const std::string& body, const std::string& type,
                              const std::string& more_headers) {
  return {fmt::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n{}", type,
                      body.size(), more_headers, body)};
}

Stranger::Answer Stranger::Status(int status, const std::string& more_headers) {
  return {fmt::format("HTTP/1.1 {} Said So\r\nContent-Length: 0\r\n{}\r\n", status, more_headers)};
}

std::string Stranger::url(const std::string& path) const {
  return fmt::format("{}://127.0.0.1:{}{}", inside_->speaks == Speaks::kTls ? "https" : "http",
                     inside_->port, path);
}

std::uint16_t Stranger::port() const { return inside_->port; }
const SelfSigned& Stranger::certificate() const { return *inside_->certificate; }
std::uint64_t Stranger::bytes_sent() const { return inside_->bytes_sent; }

std::vector<Stranger::Request> Stranger::asked() const {
  const std::lock_guard lock(inside_->mutex);
  return inside_->asked;
}

}  // namespace plotmeter
