// One client of the listener, from its TLS handshake to its end. Known to listener.cpp only.
//
// A connection belongs to itself: what it waits for keeps it alive, and when it waits for nothing
// any more it is gone. All it does happens on its loop, but for the handler: that runs on a worker
// and posts its answer back, or has the loop's thread for as long as it is quick (loops.h).
//
//   handshake ─► idle ─► head ─► body ─► handler ─► write ─┬─► idle
//       │          │       └───────┴── refused ──────┘     └─► linger ─► closed
//       └──────────┴─► closed

#pragma once

#include <utility>  // before Boost 1.74, whose Asio forgets it in C++20
//
#include <atomic>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "portal/http/chunks.h"
#include "portal/http/head.h"
#include "portal/http/listener.h"
#include "portal/http/loops.h"
#include "portal/http/turnstile.h"
#include "portal/http/workers.h"

namespace plotmeter {

class Connection;

// What the connections of one listener share. It outlives them all.
struct Shared {
  Shared(const ListenerLimits& limits_in, const Router& router_in, std::size_t max_connections)
      : limits(limits_in),
        router(router_in),
        turnstile(max_connections, limits.connections_per_address),
        workers(limits.workers, limits.queue) {}

  const ListenerLimits limits;
  const Router& router;
  Turnstile turnstile;
  std::atomic<bool> stops = false;
  std::atomic<bool> is_overloaded = false;  // said in the log
  std::atomic<std::uint64_t> body_bytes = 0;
  std::mutex mutex;
  std::map<const Connection*, std::weak_ptr<Connection>> connections;  // guarded by mutex
  Workers workers;  // last, so that it is first to end: its jobs own connections
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // Of a loop and nothing more general: what may run on any executor costs an allocation a step.
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Loop::Executor>;

  // `socket` is one of `loop`.
  Connection(Socket socket, Loop& loop, boost::asio::ssl::context& tls, Shared& shared, Peer peer,
             Turnstile::Place place);
  ~Connection();

  void Start();

  // From any thread: ends at once when idle, otherwise after the answer under way.
  void Finish();

 private:
  enum class Phase { kHandshake, kIdle, kHead, kBody, kHandler, kWrite, kPull, kLinger, kOver };
  using Error = boost::system::error_code;
  static constexpr auto kNever = std::chrono::steady_clock::time_point::max();
  using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

  void Enter(Phase phase, std::chrono::milliseconds patience);
  void Watch();
  void OnDeadline();

  void AwaitRequest();
  void StartHead();
  void ReadHead();
  void ParseHead();
  void AdmitHead();
  void SendContinue();
  void ReadBody();
  void OnBodyBytes(const Error& error, std::size_t count);
  bool TakeBufferedBody();  // true when the body is complete
  bool Charge();            // false when all bodies together are too many
  void Dispatch();
  void Borrow(Loop::Lent lent, std::uint64_t turn, Request request);
  bool Offer(Request request);
  void PostAnswer(std::uint64_t turn, Response answer);  // from the thread of a handler

  void Refuse(const Problem& problem);
  void Send(Response response);
  void SendPiece();
  void Pull();
  void OnAnswered();

  void Close();  // in order: TLS, then TCP, then what the client still sends
  void Linger();
  void HangUp();  // the client is gone
  void Cut();     // at once; what the kernel still holds is forgotten

  const Turnstile::Place place_;  // first, so that it is given back when the socket is closed
  Loop& loop_;
  boost::asio::ssl::stream<Socket> stream_;
  boost::asio::steady_timer::rebind_executor<Loop::Executor>::other timer_;
  std::chrono::steady_clock::time_point deadline_ = kNever;  // of the phase; timer_ is due by then
  Shared& shared_;
  Peer peer_;
  Phase phase_ = Phase::kHandshake;
  std::uint64_t turn_ = 0;  // of the deadline, and of the answer, that count
  bool is_late_ = false;    // the deadline of a read is over; its handler will see it
  std::size_t requests_ = 0;

  boost::beast::flat_buffer buffer_;  // bytes read and not yet used
  std::optional<Parser> parser_;
  std::optional<Head> head_;
  bool is_head_method_ = false;
  std::uint64_t max_body_ = 0;
  std::string body_;  // its first body_read_ bytes have come
  std::size_t body_read_ = 0;
  std::optional<Chunks> chunks_;
  std::uint64_t charged_ = 0;

  Response response_;
  bool closes_ = false;
  bool is_chunked_ = false;
  bool has_more_ = false;  // of response_.pull
  std::size_t sent_ = 0;   // of response_.body
  std::string out_;
};

}  // namespace plotmeter
