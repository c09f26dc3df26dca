#include "tests/simulator/web_server.h"

#include <sys/resource.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <future>
#include <list>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>  // Boost 1.74's Asio forgets it in C++20
#include <vector>

#include "common/log.h"
#include "tests/simulator/certificate.h"

namespace plotmeter::simulator {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr std::chrono::seconds kStep{10};      // for the handshake, one request, one piece sent
constexpr std::chrono::minutes kSilence{10};   // so long a dead printer holds its guests
constexpr int kDrips = 30;                     // pieces of a slow answer
constexpr std::uint32_t kHeaderLimit = 16384;  // octets
constexpr std::uint64_t kBodyLimit = 65536;    // octets; there is nothing to send to a printer here

void TakeDescriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

asio::ssl::context Tls(bool weak) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  SSL_CTX* native = context.native_handle();
  bool done = SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) == 1;
  if (weak) {
    done = done && SSL_CTX_set_max_proto_version(native, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(native, "AES256-GCM-SHA384:@SECLEVEL=0") == 1;
  }
  if (!done) throw std::runtime_error("OpenSSL made no context");
  return context;
}

using Gone = std::shared_ptr<const std::atomic<bool>>;  // nobody lives at this address any more

// One connection; it keeps itself alive through the handlers that wait for it.
template <typename Stream>
class Connection : public std::enable_shared_from_this<Connection<Stream>> {
 public:
  Connection(Stream stream, std::size_t printer, const WebServer::Handler& handler, Gone gone)
      : stream_(std::move(stream)),
        timer_(stream_.get_executor()),
        printer_(printer),
        handler_(handler),
        gone_(std::move(gone)) {}

  void Start() {
    if constexpr (kTls) {
      Expect(kStep);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](error_code error) {
                                if (!error) self->Read();
                              });
    } else {
      Read();
    }
  }

  // Says nothing until the guest leaves or patience ends.
  void Hold() {
    Expect(kSilence);
    beast::get_lowest_layer(stream_).async_read_some(
        buffer_.prepare(kHeaderLimit),
        [self = this->shared_from_this()](error_code error, std::size_t) {
          if (!error) self->Hold();
        });
  }

 private:
  static constexpr bool kTls = std::is_same_v<Stream, TlsStream>;

  template <typename Duration>
  void Expect(Duration time) {
    beast::get_lowest_layer(stream_).expires_after(time);
  }

  void Read() {
    parser_.emplace();
    parser_->header_limit(kHeaderLimit);
    parser_->body_limit(kBodyLimit);
    Expect(kStep);
    http::async_read(stream_, buffer_, *parser_,
                     [self = this->shared_from_this()](error_code error, std::size_t) {
                       if (!error) self->Answer();
                     });
  }

  void Answer() {
    if (*gone_) return;  // dropped
    const auto& request = parser_->get();
    try {
      answer_ = handler_(printer_, {.method = std::string(request.method_string()),
                                    .target = std::string(request.target()),
                                    .accept = std::string(request[http::field::accept]),
                                    .tls = kTls});
    } catch (const std::exception& error) {
      Log(LogLevel::kError, "web_answer_failed", {{"error", error.what()}});
      answer_ = {.status = 500, .body = "Internal Server Error\n"};
    }
    if (answer_.never) return Hold();
    const std::uint64_t length = answer_.body.size() + answer_.filler.size() * answer_.fillers;
    http::response<http::empty_body> head;
    head.result(answer_.status);
    head.version(request.version());
    head.set(http::field::server, "HP HTTP Server; simulated");
    head.set(http::field::content_type, answer_.type);
    for (const auto& [name, value] : answer_.headers) head.set(name, value);
    head.keep_alive(request.keep_alive());
    keep_ = request.keep_alive() && !answer_.cut;
    head.content_length(length);
    if (request.method() == http::verb::head) {
      answer_.body.clear();
      answer_.fillers = 0;
    }
    if (answer_.cut) answer_.body.resize(answer_.body.size() / 2);
    std::ostringstream text;
    text << head;
    text_ = text.str() + answer_.body;
    sent_ = 0;
    Wait(answer_.wait);
  }

  // A piece, or all there is; then the next.
  void Send() {
    const bool slow = answer_.wait.count() > 0;
    asio::const_buffer piece;
    if (sent_ < text_.size()) {
      const std::size_t most = slow ? text_.size() / kDrips + 1 : text_.size();
      piece = asio::buffer(text_.data() + sent_, std::min(most, text_.size() - sent_));
      sent_ += piece.size();
    } else if (answer_.fillers > 0) {
      --answer_.fillers;
      piece = asio::buffer(answer_.filler);
    } else {
      return keep_ ? Read() : Close();
    }
    Expect(kStep);
    asio::async_write(stream_, piece,
                      [self = this->shared_from_this(), slow](error_code error, std::size_t) {
                        if (error) return;
                        slow ? self->Wait(self->answer_.wait / kDrips) : self->Send();
                      });
  }

  void Wait(std::chrono::milliseconds time) {
    if (time.count() == 0) return Send();
    beast::get_lowest_layer(stream_).expires_never();
    timer_.expires_after(time);
    timer_.async_wait([self = this->shared_from_this()](error_code error) {
      if (!error) self->Send();
    });
  }

  void Close() {
    if (answer_.cut) return;  // dropped without a word
    Expect(kStep);
    if constexpr (kTls) {
      stream_.async_shutdown([self = this->shared_from_this()](error_code) {});
    } else {
      error_code ignored;
      stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    }
  }

  Stream stream_;
  asio::steady_timer timer_;
  const std::size_t printer_;
  const WebServer::Handler& handler_;
  const Gone gone_;
  beast::flat_buffer buffer_{kHeaderLimit + kBodyLimit};
  std::optional<http::request_parser<http::string_body>> parser_;
  WebAnswer answer_;
  std::string text_;  // head and body as sent
  std::size_t sent_ = 0;
  bool keep_ = false;
};

struct Entrance {
  Entrance(asio::io_context& io, std::size_t number, bool secure)
      : acceptor(asio::make_strand(io)), printer(number), tls(secure) {}

  tcp::acceptor acceptor;
  std::size_t printer;
  bool tls;
  std::shared_ptr<std::atomic<bool>> gone = std::make_shared<std::atomic<bool>>(false);
  std::optional<tcp::socket> only_guest = {};  // fills the queue of one that sleeps
};

}  // namespace

class WebServer::Doors {
 public:
  Doors(Handler handler, Door door, int threads)
      : handler_(std::move(handler)), door_(std::move(door)) {
    TakeDescriptors();
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { io_.run(); });
    }
  }

  ~Doors() {
    io_.stop();
    for (std::thread& thread : threads_) thread.join();
  }

  std::uint16_t Listen(std::size_t printer, const std::string& address, std::uint16_t port,
                       bool tls) {
    Entrance& entrance = entrances_.emplace_back(io_, printer, tls);
    Open(entrance, address, port, asio::socket_base::max_listen_connections);
    asio::post(entrance.acceptor.get_executor(), [this, &entrance] { Accept(entrance); });
    return entrance.acceptor.local_endpoint().port();
  }

  // Linux drops the packets of whoever connects while the queue is full, and it has room for one.
  std::uint16_t ListenAsleep(std::size_t printer, const std::string& address, std::uint16_t port) {
    Entrance& entrance = entrances_.emplace_back(io_, printer, false);
    Open(entrance, address, port, 0);
    entrance.only_guest.emplace(io_).connect(entrance.acceptor.local_endpoint());
    return entrance.acceptor.local_endpoint().port();
  }

  void Leave(const std::string& address, std::uint16_t port) {
    const tcp::endpoint at(asio::ip::make_address_v4(address), port);
    for (Entrance& entrance : entrances_) {
      std::promise<void> done;
      asio::post(entrance.acceptor.get_executor(), [&] {
        if (entrance.acceptor.is_open() && entrance.acceptor.local_endpoint() == at) {
          *entrance.gone = true;
          entrance.only_guest.reset();
          entrance.acceptor.close();
        }
        done.set_value();
      });
      done.get_future().wait();
    }
  }

 private:
  static void Open(Entrance& entrance, const std::string& address, std::uint16_t port, int queue) {
    tcp::acceptor& acceptor = entrance.acceptor;
    const tcp::endpoint at(asio::ip::make_address_v4(address), port);
    acceptor.open(at.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(at);
    acceptor.listen(queue);
  }

  void Accept(Entrance& entrance) {
    if (!entrance.acceptor.is_open()) return;  // nobody lives here any more
    entrance.acceptor.async_accept(
        asio::make_strand(io_), [this, &entrance](error_code error, tcp::socket socket) {
          if (error == asio::error::operation_aborted) return;
          if (!error) {
            Welcome(entrance, std::move(socket));
            return Accept(entrance);
          }
          // Out of descriptors, say: wait instead of spinning, then try again.
          auto pause = std::make_shared<asio::steady_timer>(entrance.acceptor.get_executor(),
                                                            std::chrono::milliseconds(100));
          pause->async_wait([this, &entrance, pause](error_code stopped) {
            if (!stopped) Accept(entrance);
          });
        });
  }

  void Welcome(const Entrance& entrance, tcp::socket socket) {
    const WebDoor door = door_ ? door_(entrance.printer) : WebDoor{};
    const auto start = [&](auto connection) {
      door.dead ? connection->Hold() : connection->Start();
    };
    if (!entrance.tls) {
      start(std::make_shared<Connection<beast::tcp_stream>>(
          beast::tcp_stream(std::move(socket)), entrance.printer, handler_, entrance.gone));
      return;
    }
    TlsStream stream(std::move(socket), door.weak ? weak_ : modern_);
    certificates_.Use(stream.native_handle(), {.printer = entrance.printer,
                                               .number = door.certificate,
                                               .expired = door.expired,
                                               .rsa = door.weak});
    start(std::make_shared<Connection<TlsStream>>(std::move(stream), entrance.printer, handler_,
                                                  entrance.gone));
  }

  const Handler handler_;
  const Door door_;
  asio::ssl::context modern_ = Tls(false);
  asio::ssl::context weak_ = Tls(true);
  Certificates certificates_;
  asio::io_context io_;  // dies after the entrances, and its waiting connections with it
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
  std::list<Entrance> entrances_;
  std::vector<std::thread> threads_;
};

WebServer::WebServer(Handler handler, Door door, int threads)
    : doors_(std::make_unique<Doors>(std::move(handler), std::move(door), threads)) {}

WebServer::~WebServer() = default;

std::uint16_t WebServer::Listen(std::size_t printer, const std::string& address, std::uint16_t port,
                                bool tls) {
  return doors_->Listen(printer, address, port, tls);
}

std::uint16_t WebServer::ListenAsleep(std::size_t printer, const std::string& address,
                                      std::uint16_t port) {
  return doors_->ListenAsleep(printer, address, port);
}

void WebServer::Leave(const std::string& address, std::uint16_t port) {
  doors_->Leave(address, port);
}

}  // namespace plotmeter::simulator
