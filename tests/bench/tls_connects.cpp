// How many TLS 1.3 connections a second a server makes: what portal_bench.py drives, at the portal
// and at nginx.
//
//    tls_connects PORT new|resumed SECONDS
//
// Sixteen threads connect to 127.0.0.1 one connection after the other. Each ends as soon as its
// handshake does: the client says so, and reads until the server hangs up, which brings the session
// tickets that come after the handshake. "resumed" uses the newest ticket of its thread (with a
// fresh key agreement, as browsers do), "new" none; a connection that was not what was asked for is
// an error. Ends with one line of JSON. OpenSSL's own s_time makes one connection at a time, and
// does not resume TLS 1.3.
//
// Certificates are not verified: it is the server that is measured.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/json.h"

namespace plotmeter {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kThreads = 16;

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};

using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Tls = std::unique_ptr<SSL, Freed<SSL_free>>;
using Session = std::unique_ptr<SSL_SESSION, Freed<SSL_SESSION_free>>;

class Socket {
 public:
  explicit Socket(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      ::close(descriptor_);
      throw std::runtime_error(fmt::format("port {} cannot be connected to", port));
    }
  }
  // By a reset, so that ports do not run out: both sides have said all.
  ~Socket() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    ::close(descriptor_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
};

// OpenSSL hands tickets over by a callback; they go to the thread that reads.
thread_local Session newest_ticket;

int KeepTicket(SSL*, SSL_SESSION* session) {
  newest_ticket.reset(session);
  return 1;
}

Context NewContext() {
  Context context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context.get(), KeepTicket);
  return context;
}

// Whether it was resumed.
bool Connect(SSL_CTX* context, std::uint16_t port, SSL_SESSION* ticket) {
  const Socket socket(port);
  const Tls tls(SSL_new(context));
  SSL_set_fd(tls.get(), socket.descriptor());
  if (ticket != nullptr) SSL_set_session(tls.get(), ticket);
  if (SSL_connect(tls.get()) != 1) throw std::runtime_error("a handshake failed");
  const bool is_resumed = SSL_session_reused(tls.get()) == 1;
  SSL_shutdown(tls.get());
  char byte = 0;
  while (SSL_read(tls.get(), &byte, 1) > 0) {
  }
  return is_resumed;
}

int Measure(std::uint16_t port, bool resumes, std::chrono::seconds span) {
  const Context context = NewContext();
  std::atomic<std::int64_t> connections = 0;
  std::atomic<bool> is_wrong = false;
  const auto start = SteadyClock::now();
  const auto work = [&] {
    try {
      if (resumes) Connect(context.get(), port, nullptr);
      while (SteadyClock::now() < start + span && !is_wrong) {
        const Session ticket = std::move(newest_ticket);
        if (Connect(context.get(), port, resumes ? ticket.get() : nullptr) != resumes) {
          throw std::runtime_error(resumes ? "a session was not resumed" : "a session was resumed");
        }
        ++connections;
      }
    } catch (const std::exception& error) {
      if (!is_wrong.exchange(true)) fmt::print(stderr, "tls_connects: {}\n", error.what());
    }
    newest_ticket.reset();
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work);
  threads.clear();
  const std::chrono::duration<double> took = SteadyClock::now() - start;
  if (is_wrong) return 1;
  fmt::print("{}\n", JsonText({{"connections", connections.load()}, {"seconds", took.count()}}));
  return 0;
}

}  // namespace
}  // namespace plotmeter

int main(int argc, char** argv) {
  const std::string_view kind = argc == 4 ? argv[2] : "";
  const int port = argc == 4 ? std::atoi(argv[1]) : 0;
  const int seconds = argc == 4 ? std::atoi(argv[3]) : 0;
  if ((kind != "new" && kind != "resumed") || port < 1 || port > 65535 || seconds < 1) {
    fmt::print(stderr, "usage: tls_connects PORT new|resumed SECONDS\n");
    return 2;
  }
  ::signal(SIGPIPE, SIG_IGN);
  return plotmeter::Measure(static_cast<std::uint16_t>(port), kind == "resumed",
                            std::chrono::seconds(seconds));
}
