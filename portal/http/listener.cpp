#include "portal/http/listener.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

#include "common/log.h"
#include "portal/http/connection.h"
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
        loops_(options_.limits.io_threads),
        acceptor_(loops_.front().io),
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
    net::post(acceptor_.get_executor(), [this] { Accept(); });
    for (Loop& loop : loops_) threads_.emplace_back([&loop] { Talk(loop.io); });
    Log(LogLevel::kInfo, "listening",
        {{"address", options_.address}, {"port", std::to_string(port_)}});
  }

  void Stop() {
    if (shared_.stops.exchange(true)) return;
    net::post(acceptor_.get_executor(), [this] {
      Error ignored;
      acceptor_.close(ignored);
      pause_.cancel();
    });
    for (const auto& connection : Connections()) connection->Finish();
    const bool is_drained =
        threads_.empty() || shared_.turnstile.WaitUntilEmpty(options_.limits.drain);
    if (!is_drained) Log(LogLevel::kWarning, "requests_cut_by_stop");
    for (Loop& loop : loops_) loop.io.stop();
    for (auto& thread : threads_) thread.join();
    shared_.workers.Stop();
  }

  std::uint16_t port() const { return port_; }

  bool IsAlive(std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    std::vector<std::future<void>> answers;
    for (Loop& loop : loops_) {
      const auto answer = std::make_shared<std::promise<void>>();  // outlives a late answer
      answers.push_back(answer->get_future());
      net::post(loop.io, [answer] { answer->set_value(); });
    }
    const bool talk = std::ranges::all_of(answers, [end](const std::future<void>& answer) {
      return answer.wait_until(end) == std::future_status::ready;
    });
    return !shared_.workers.AreStuck() && talk;
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
  // One thread talks in each: what belongs to a loop needs no lock, and no other thread is woken
  // for it.
  struct Loop {
    net::io_context io{1};
    net::executor_work_guard<net::io_context::executor_type> keep_running{io.get_executor()};
  };

  // What throws here is lack of memory, and costs the connection it happened to.
  static void Talk(net::io_context& io) {
    for (;;) {
      try {
        io.run();
        return;
      } catch (const std::exception& error) {
        Log(LogLevel::kError, "connection_failed", {{"why", error.what()}});
      }
    }
  }

  std::vector<std::shared_ptr<Connection>> Connections() {
    std::vector<std::shared_ptr<Connection>> alive;
    const std::lock_guard lock(shared_.mutex);
    for (const auto& [key, connection] : shared_.connections) {
      if (auto held = connection.lock()) alive.push_back(std::move(held));
    }
    return alive;
  }

  void Accept() {
    Loop& loop = loops_[next_loop_++ % loops_.size()];
    acceptor_.async_accept(loop.io, [this](const Error& error, Connection::Socket socket) {
      if (shared_.stops) return;
      if (!error) {
        Admit(std::move(socket));
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

  void Admit(Connection::Socket socket) {
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
        std::move(socket), *tls, shared_,
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
  std::deque<Loop> loops_;
  std::size_t next_loop_ = 0;  // of the next connection: each in turn
  tcp::acceptor acceptor_;     // in the first
  net::steady_timer pause_;
  bool is_pausing_ = false;
  std::mutex tls_mutex_;
  std::shared_ptr<net::ssl::context> tls_;
  std::uint16_t port_ = 0;
  std::vector<std::thread> threads_;
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
