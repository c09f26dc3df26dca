#include "tests/simulator/piws_server.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <list>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>  // Boost 1.74's Asio forgets it in C++20
#include <vector>

#include "common/log.h"

namespace plotmeter::simulator {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds kStep{10};      // for the handshake, one request, one answer
constexpr std::uint32_t kHeaderLimit = 16384;  // octets
constexpr std::uint64_t kBodyLimit = 65536;    // octets; there is nothing to send to a printer here

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

void Require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL made no certificate");
}

// As a printer does at its first start: a key, and a certificate for its name that it signs itself.
asio::ssl::context SelfSigned(const std::string& name) {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const Certificate certificate(X509_new(), &X509_free);
  Require(key != nullptr && certificate != nullptr);
  X509* x = certificate.get();
  Require(X509_set_version(x, 2) == 1);
  Require(ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1);
  Require(X509_gmtime_adj(X509_getm_notBefore(x), -86'400L) != nullptr);
  Require(X509_gmtime_adj(X509_getm_notAfter(x), 86'400L * 3650) != nullptr);
  X509_NAME* subject = X509_get_subject_name(x);
  Require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                     0) == 1);
  Require(X509_set_issuer_name(x, subject) == 1);
  Require(X509_set_pubkey(x, key.get()) == 1);
  Require(X509_sign(x, key.get(), EVP_sha256()) > 0);

  asio::ssl::context context(asio::ssl::context::tls_server);
  Require(SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION) == 1);
  Require(SSL_CTX_use_certificate(context.native_handle(), x) == 1);
  Require(SSL_CTX_use_PrivateKey(context.native_handle(), key.get()) == 1);
  return context;
}

// One connection; it keeps itself alive through the handlers that wait for it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, asio::ssl::context& context, std::size_t printer,
             const PiwsServer::Handler& handler)
      : stream_(std::move(socket), context), printer_(printer), handler_(handler) {}

  void Start() {
    beast::get_lowest_layer(stream_).expires_after(kStep);
    stream_.async_handshake(asio::ssl::stream_base::server,
                            [self = shared_from_this()](error_code error) {
                              if (!error) self->Read();
                            });
  }

 private:
  void Read() {
    parser_.emplace();
    parser_->header_limit(kHeaderLimit);
    parser_->body_limit(kBodyLimit);
    beast::get_lowest_layer(stream_).expires_after(kStep);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](error_code error, std::size_t) {
                       if (!error) self->Answer();
                     });
  }

  void Answer() {
    const auto& request = parser_->get();
    WebAnswer answer;
    try {
      answer = handler_(printer_, {.method = std::string(request.method_string()),
                                   .target = std::string(request.target()),
                                   .accept = std::string(request[http::field::accept])});
    } catch (const std::exception& error) {
      Log(LogLevel::kError, "piws_answer_failed", {{"error", error.what()}});
      answer = {.status = 500, .body = "Internal Server Error\n"};
    }
    response_ = {};
    response_.result(answer.status);
    response_.version(request.version());
    response_.set(http::field::server, "HP HTTP Server; simulated");
    response_.set(http::field::content_type, answer.type);
    response_.body() = std::move(answer.body);
    response_.keep_alive(request.keep_alive());
    response_.prepare_payload();
    if (request.method() == http::verb::head) response_.body().clear();
    beast::get_lowest_layer(stream_).expires_after(kStep);
    http::async_write(stream_, response_,
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (error) return;
                        self->response_.keep_alive() ? self->Read() : self->Close();
                      });
  }

  void Close() {
    beast::get_lowest_layer(stream_).expires_after(kStep);
    stream_.async_shutdown([self = shared_from_this()](error_code) {});
  }

  beast::ssl_stream<beast::tcp_stream> stream_;
  const std::size_t printer_;
  const PiwsServer::Handler& handler_;
  beast::flat_buffer buffer_{kHeaderLimit + kBodyLimit};
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

struct Door {
  Door(asio::io_context& io, asio::ssl::context tls, std::size_t number)
      : context(std::move(tls)), acceptor(asio::make_strand(io)), printer(number) {}

  asio::ssl::context context;
  tcp::acceptor acceptor;
  std::size_t printer;
};

}  // namespace

class PiwsServer::Doors {
 public:
  Doors(Handler handler, int threads) : handler_(std::move(handler)) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { io_.run(); });
    }
  }

  ~Doors() {
    io_.stop();
    for (std::thread& thread : threads_) thread.join();
  }

  std::uint16_t Listen(std::size_t printer, const std::string& address, std::uint16_t port) {
    Door& door =
        doors_.emplace_back(io_, SelfSigned("plotter-" + std::to_string(printer)), printer);
    const tcp::endpoint at(asio::ip::make_address_v4(address), port);
    door.acceptor.open(at.protocol());
    door.acceptor.set_option(asio::socket_base::reuse_address(true));
    door.acceptor.bind(at);
    door.acceptor.listen(asio::socket_base::max_listen_connections);
    const std::uint16_t got = door.acceptor.local_endpoint().port();
    asio::post(door.acceptor.get_executor(), [this, &door] { Accept(door); });
    return got;
  }

 private:
  void Accept(Door& door) {
    door.acceptor.async_accept(
        asio::make_strand(io_), [this, &door](error_code error, tcp::socket socket) {
          if (error == asio::error::operation_aborted) return;
          if (!error) {
            std::make_shared<Connection>(std::move(socket), door.context, door.printer, handler_)
                ->Start();
            return Accept(door);
          }
          // Out of descriptors, say: wait instead of spinning, then try again.
          auto pause = std::make_shared<asio::steady_timer>(door.acceptor.get_executor(),
                                                            std::chrono::milliseconds(100));
          pause->async_wait([this, &door, pause](error_code stopped) {
            if (!stopped) Accept(door);
          });
        });
  }

  const Handler handler_;
  asio::io_context io_;  // dies after the doors, and its waiting connections with it
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
  std::list<Door> doors_;
  std::vector<std::thread> threads_;
};

PiwsServer::PiwsServer(Handler handler, int threads)
    : doors_(std::make_unique<Doors>(std::move(handler), threads)) {}

PiwsServer::~PiwsServer() = default;

std::uint16_t PiwsServer::Listen(std::size_t printer, const std::string& address,
                                 std::uint16_t port) {
  return doors_->Listen(printer, address, port);
}

}  // namespace plotmeter::simulator
