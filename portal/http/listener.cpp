#include "portal/http/listener.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <stdexcept>
#include <vector>

#include "common/log.h"
#include "portal/http/connection.h"
#include "portal/http/loops.h"
#include "portal/http/tls.h"

namespace plotmeter {
namespace {

namespace net = boost::asio;
using net::ip::tcp;
using Error = boost::system::error_code;

// Descriptors for what is not a connection: the database, logs, webhooks.
constexpr std::size_t kOtherFiles = 64;
constexpr std::chrono::milliseconds kAcceptPause(100);
constexpr int kBacklog = 1024;

// At most `wanted`, and no more than there are descriptors for.
std::size_t ConnectionsWeCanHold(std::size_t wanted) {
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return wanted;
  if (files.rlim_cur < wanted + kOtherFiles && files.rlim_cur < files.rlim_max) {
    files.rlim_cur = std::min<rlim_t>(wanted + kOtherFiles, files.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) getrlimit(RLIMIT_NOFILE, &files);
  }
  if (files.rlim_cur >= wanted + kOtherFiles) return wanted;
  const std::size_t held = files.rlim_cur > 2 * kOtherFiles
                               ? files.rlim_cur - kOtherFiles
                               : std::max<rlim_t>(files.rlim_cur / 3, 1);
  Log(LogLevel::kWarning, "few_descriptors",
      {{"wanted", std::to_string(wanted)}, {"connections", std::to_string(held)}});
  return held;
}

// IPv6 counts by /64: one customer has all of those addresses.
std::string CountedAs(const net::ip::address& address) {
  if (!address.is_v6() || address.to_v6().is_v4_mapped()) return address.to_string();
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return net::ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace

class Listener::Core {
 public:
  Core(Options options, const Router& router)
      : options_(std::move(options)),
        shared_(options_.limits, router, ConnectionsWeCanHold(options_.limits.connections)),
        loops_(options_.limits.io_threads, shared_.workers),
        acceptor_(loops_.first().io()),
        pause_(acceptor_.get_executor()) {}

  ~Core() { Stop(); }

  void Start() {
    ReloadCertificate();
    const std::string where = fmt::format("{} port {}", options_.address, options_.port);
    Error error;
    const auto address = net::ip::make_address(options_.address, error);
    if (error) throw std::runtime_error("cannot listen on " + where + ": that is no IP address");
    const tcp::endpoint endpoint(address, options_.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(net::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(kBacklog, error);
    if (error) throw std::runtime_error("cannot listen on " + where + ": " + error.message());
    port_ = acceptor_.local_endpoint().port();
    loops_.first().Post([this] { Accept(); });
    loops_.Start();
    Log(LogLevel::kInfo, "listening",
        {{"address", options_.address}, {"port", std::to_string(port_)}});
  }

  void Stop() {
    if (shared_.stops.exchange(true)) return;
    loops_.first().Post([this] {
      Error ignored;
      acceptor_.close(ignored);
      pause_.cancel();
    });
    for (const auto& connection : Connections()) connection->Finish();
    const bool is_drained = shared_.turnstile.WaitUntilEmpty(options_.limits.drain);
    if (!is_drained) Log(LogLevel::kWarning, "requests_cut_by_stop");
    loops_.Stop();
  }

  std::uint16_t port() const { return port_; }

  bool IsAlive(std::chrono::milliseconds patience) {
    const bool talks = loops_.AnswerWithin(patience);
    return !shared_.workers.AreStuck() && talks;
  }

  Load load() const {
    return {shared_.turnstile.inside(), shared_.workers.waiting(), shared_.body_bytes};
  }

  void ReloadCertificate() {
    auto fresh = std::make_shared<net::ssl::context>(NewServerContext(
        options_.certificate_file, options_.key_file, options_.asks_client_certificate));
    const std::lock_guard lock(tls_mutex_);
    tls_ = std::move(fresh);
  }

 private:
  std::vector<std::shared_ptr<Connection>> Connections() {
    std::vector<std::shared_ptr<Connection>> alive;
    const std::lock_guard lock(shared_.mutex);
    for (const auto& [key, connection] : shared_.connections) {
      if (auto held = connection.lock()) alive.push_back(std::move(held));
    }
    return alive;
  }

  void Accept() {
    Loop& loop = loops_.Next();
    acceptor_.async_accept(loop.io(), [this, &loop](const Error& error, Connection::Socket socket) {
      if (shared_.stops) return;
      if (!error) {
        Admit(std::move(socket), loop);
      } else if (error != net::error::connection_aborted) {
        return Pause(error);
      }
      if (!error && is_pausing_) {
        is_pausing_ = false;
        Log(LogLevel::kInfo, "accepting_again");
      }
      Accept();
    });
  }

  // Out of descriptors or memory: whoever waits stays in the kernel's queue meanwhile.
  void Pause(const Error& error) {
    if (!is_pausing_) Log(LogLevel::kWarning, "accept_failed", {{"why", error.message()}});
    is_pausing_ = true;
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([this](const Error& cancelled) {
      if (!cancelled && !shared_.stops) Accept();
    });
  }

  void Admit(Connection::Socket socket, Loop& loop) {
    Error error;
    const auto remote = socket.remote_endpoint(error);
    if (error) return;  // gone already
    const std::string network = CountedAs(remote.address());
    auto place = shared_.turnstile.Enter(network);
    if (!place) {
      socket.set_option(net::socket_base::linger(true, 0), error);
      return;
    }
    socket.set_option(tcp::no_delay(true), error);
    std::shared_ptr<net::ssl::context> tls;
    {
      const std::lock_guard lock(tls_mutex_);
      tls = tls_;
    }
    const auto connection = std::make_shared<Connection>(
        std::move(socket), loop, *tls, shared_,
        Peer{.address = remote.address().to_string(), .network = network}, *std::move(place));
    {
      const std::lock_guard lock(shared_.mutex);
      shared_.connections.emplace(connection.get(), connection);
    }
    connection->Start();
    if (shared_.stops) connection->Finish();
  }

  const Options options_;
  Shared shared_;  // before loops_, whose handlers own connections, which use it to their end
  Loops loops_;
  tcp::acceptor acceptor_;  // in the first
  net::steady_timer pause_;
  bool is_pausing_ = false;
  std::mutex tls_mutex_;
  std::shared_ptr<net::ssl::context> tls_;
  std::uint16_t port_ = 0;
};

Listener::Listener(Options options, const Router& router)
    : core_(std::make_unique<Core>(std::move(options), router)) {}

Listener::~Listener() = default;

void Listener::Start() { core_->Start(); }

std::uint16_t Listener::port() const { return core_->port(); }

void Listener::Stop() { core_->Stop(); }

bool Listener::IsAlive(std::chrono::milliseconds patience) { return core_->IsAlive(patience); }

Listener::Load Listener::load() const { return core_->load(); }

void Listener::ReloadCertificate() { core_->ReloadCertificate(); }

}  // namespace plotmeter
