#include "portal/http/connection.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>

#include "common/log.h"
#include "portal/http/answer.h"
#include "portal/http/tls.h"

namespace plotmeter {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;

constexpr std::size_t kPiece = 64 << 10;      // of an answer: what one write deadline is for
constexpr std::size_t kBodyPiece = 64 << 10;  // memory for a body grows by this, as it comes
constexpr std::size_t kFirstBytes = 2 << 10;  // most requests are smaller
constexpr std::size_t kChunkBytes = 8 << 10;
constexpr std::size_t kEnoughPulled = 32 << 10;

Problem Busy(const char* why) { return Problem(503, why).WithHeader("Retry-After", "2"); }

}  // namespace

Connection::Connection(Socket socket, Loop& loop, net::ssl::context& tls, Shared& shared, Peer peer,
                       Turnstile::Place place)
    : place_(std::move(place)),
      loop_(loop),
      stream_(std::move(socket), tls),
      timer_(stream_.get_executor(), kNever),
      shared_(shared),
      peer_(std::move(peer)),
      // One header, and what came with its last bytes.
      buffer_(shared.limits.header_bytes + kFirstBytes + kChunkBytes) {}

Connection::~Connection() {
  shared_.body_bytes -= charged_;
  const std::lock_guard lock(shared_.mutex);
  shared_.connections.erase(this);
}

void Connection::Start() {
  loop_.Post([self = shared_from_this()] {
    self->Enter(Phase::kHandshake, self->shared_.limits.handshake);
    self->stream_.async_handshake(net::ssl::stream_base::server, [self](const Error& error) {
      if (error) return self->HangUp();
      ReadClientCertificate(self->stream_.native_handle(), self->peer_);
      self->AwaitRequest();
    });
  });
}

void Connection::Finish() {
  loop_.Post([self = shared_from_this()] {
    if (self->phase_ != Phase::kIdle) return;
    Error ignored;
    self->is_late_ = true;
    self->stream_.lowest_layer().cancel(ignored);
  });
}

// A phase has one deadline, however many reads or writes it takes. Most end long before, so the
// timer is left as it is set and looks, when it is due, whether the deadline has moved.
void Connection::Enter(Phase phase, std::chrono::milliseconds patience) {
  phase_ = phase;
  ++turn_;
  deadline_ = std::chrono::steady_clock::now() + patience;
  if (timer_.expiry() > deadline_) Watch();
}

void Connection::Watch() {
  timer_.expires_at(deadline_);
  timer_.async_wait([self = shared_from_this()](const Error& error) {
    if (error || self->phase_ == Phase::kOver) return;
    self->timer_.expires_at(kNever);
    if (std::chrono::steady_clock::now() < self->deadline_) return self->Watch();
    self->OnDeadline();
  });
}

void Connection::OnDeadline() {
  Error ignored;
  switch (phase_) {
    case Phase::kIdle:
    case Phase::kHead:
    case Phase::kBody:
      is_late_ = true;  // the read ends, and says so to its handler
      stream_.lowest_layer().cancel(ignored);
      return;
    case Phase::kHandler:
      closes_ = true;
      return Send(ToResponse(Busy("the answer took too long")));
    case Phase::kHandshake:
    case Phase::kWrite:
    case Phase::kPull:
    case Phase::kLinger:
      return Cut();
    case Phase::kOver:
      return;
  }
}

void Connection::AwaitRequest() {
  if (buffer_.size() > 0) return StartHead();  // pipelined
  if (shared_.stops) return Close();
  // A client that has just come to us knows what it wants; later it may pause.
  Enter(Phase::kIdle, requests_ == 0 ? shared_.limits.header : shared_.limits.idle);
  stream_.async_read_some(buffer_.prepare(kFirstBytes),
                          [self = shared_from_this()](const Error& error, std::size_t count) {
                            if (self->is_late_) return self->Close();
                            if (error) return self->HangUp();
                            self->buffer_.commit(count);
                            self->StartHead();
                          });
}

void Connection::StartHead() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(shared_.limits.header_bytes));
  // The router's to say, once we know the route. (boost::none would refuse every body in 1.74.)
  parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
  head_.reset();
  chunks_.reset();
  is_head_method_ = false;
  closes_ = true;  // until the head is understood
  ++requests_;
  Enter(Phase::kHead, shared_.limits.header);
  ParseHead();
}

// Read by ourselves and not by Beast's async_read_header, which would go on after a deadline that
// falls between two of its reads: a byte a second would hold the connection for ever.
void Connection::ReadHead() {
  stream_.async_read_some(buffer_.prepare(kFirstBytes),
                          [self = shared_from_this()](const Error& error, std::size_t count) {
                            if (self->is_late_)
                              return self->Refuse(Problem(408, "the header took too long"));
                            if (error) return self->HangUp();
                            self->buffer_.commit(count);
                            self->ParseHead();
                          });
}

void Connection::ParseHead() {
  Error error;
  buffer_.consume(parser_->put(buffer_.data(), error));
  if (error == http::error::need_more) return ReadHead();
  if (error == http::error::header_limit) {
    return Refuse(
        Problem(431, "the header is too large").With("max_bytes", shared_.limits.header_bytes));
  }
  if (error) return Refuse(Problem(400, "this is not HTTP/1.1"));
  if (!parser_->is_header_done()) return ReadHead();
  try {
    AdmitHead();
  } catch (const Problem& problem) {
    return Refuse(problem);
  }
  if (!head_->has_body()) return Dispatch();
  if (head_->is_chunked) chunks_.emplace(max_body_);
  body_read_ = 0;
  if (head_->expects_continue && buffer_.size() == 0) return SendContinue();
  ReadBody();
}

void Connection::AdmitHead() {
  const auto& message = parser_->get();
  RawHead raw;
  raw.method = std::string(message.method_string());
  raw.target = std::string(message.target());
  raw.version = static_cast<int>(message.version());
  for (const auto& field : message) {
    raw.fields.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  is_head_method_ = raw.method == "HEAD";
  head_ = plotmeter::ReadHead(raw);
  // A body that is refused is not read, so nobody knows where the next request would start.
  closes_ = head_->has_body();
  max_body_ = shared_.router.Admit(head_->request);
}

void Connection::SendContinue() {
  Enter(Phase::kWrite, shared_.limits.write);
  out_ = "HTTP/1.1 100 Continue\r\n\r\n";
  net::async_write(stream_, net::buffer(out_),
                   [self = shared_from_this()](const Error& error, std::size_t) {
                     if (error) return self->HangUp();
                     self->ReadBody();
                   });
}

void Connection::ReadBody() {
  const auto& limits = shared_.limits;
  const std::uint64_t announced = head_->is_chunked ? max_body_ : head_->content_length;
  Enter(Phase::kBody, limits.body + std::chrono::seconds(announced / limits.body_rate));
  OnBodyBytes({}, 0);
}

void Connection::OnBodyBytes(const Error& error, std::size_t count) {
  if (is_late_) return Refuse(Problem(408, "the body took too long"));
  if (error) return HangUp();
  if (chunks_) {
    buffer_.commit(count);
  } else {
    body_read_ += count;
  }
  const bool is_complete = TakeBufferedBody();
  if (chunks_ && chunks_->seen() == Chunks::Seen::kBad) {
    return Refuse(Problem(400, "the chunks of the body are malformed"));
  }
  if (chunks_ && chunks_->seen() == Chunks::Seen::kTooLong) {
    return Refuse(Problem(413, "the body is too large").With("max_bytes", max_body_));
  }
  if (!Charge()) return Refuse(Busy("too many bodies at once"));
  if (is_complete) return Dispatch();

  const auto next = [self = shared_from_this()](const Error& failed, std::size_t read) {
    self->OnBodyBytes(failed, read);
  };
  if (chunks_) return stream_.async_read_some(buffer_.prepare(kChunkBytes), next);
  stream_.async_read_some(net::buffer(body_.data() + body_read_, body_.size() - body_read_), next);
}

bool Connection::TakeBufferedBody() {
  const auto bytes = buffer_.data();
  const std::string_view buffered(static_cast<const char*>(bytes.data()), bytes.size());
  if (chunks_) {
    buffer_.consume(chunks_->Take(buffered));
    return chunks_->seen() == Chunks::Seen::kDone;
  }
  const auto length = static_cast<std::size_t>(head_->content_length);  // Admit has bounded it
  if (body_read_ == body_.size()) {
    body_.resize(std::min(length, body_.size() + std::max(kBodyPiece, body_.size())));
  }
  const std::size_t taken = std::min(buffered.size(), body_.size() - body_read_);
  buffered.copy(body_.data() + body_read_, taken);
  body_read_ += taken;
  buffer_.consume(taken);
  return body_read_ == length;
}

bool Connection::Charge() {
  const std::uint64_t now = chunks_ ? chunks_->body().size() : body_.size();
  shared_.body_bytes += now - charged_;
  charged_ = now;
  return shared_.body_bytes <= shared_.limits.body_memory;
}

void Connection::Dispatch() {
  closes_ = !head_->keeps_alive || requests_ >= shared_.limits.requests_per_connection;
  Enter(Phase::kHandler, shared_.limits.request);
  Request request = std::move(head_->request);
  if (chunks_) body_ = chunks_->TakeBody();
  request.WithBody(std::move(body_)).WithPeer(peer_).WithDeadline(deadline_);
  body_ = {};

  // What writes waits for others who do; what reads waits for nobody, and is nearly always quick.
  const bool only_reads = request.method() == "GET" || request.method() == "HEAD";
  const std::uint64_t turn = turn_;
  auto lent = only_reads ? loop_.Lend() : std::nullopt;
  const bool is_taken = lent || Offer(std::move(request));
  if (shared_.is_overloaded != !is_taken && shared_.is_overloaded.exchange(!is_taken) == is_taken) {
    Log(is_taken ? LogLevel::kInfo : LogLevel::kWarning,
        is_taken ? "workers_have_room" : "workers_are_full");
  }
  if (!is_taken) return Send(ToResponse(Busy("too many requests at once")));
  if (lent) Borrow(*std::move(lent), turn, std::move(request));
}

void Connection::Borrow(Loop::Lent lent, std::uint64_t turn, Request request) {
  Response answer = shared_.router.Handle(std::move(request));
  if (lent.Return()) return Send(std::move(answer));
  PostAnswer(turn, std::move(answer));
  Loop::Leave();
}

bool Connection::Offer(Request request) {
  return shared_.workers.Offer(
      [self = shared_from_this(), turn = turn_, request = std::move(request)]() mutable {
        if (std::chrono::steady_clock::now() >= request.deadline()) return;
        self->PostAnswer(turn, self->shared_.router.Handle(std::move(request)));
      });
}

void Connection::PostAnswer(std::uint64_t turn, Response answer) {
  auto shared = std::make_shared<Response>(std::move(answer));
  loop_.Post([self = shared_from_this(), turn, answer = std::move(shared)] {
    if (turn == self->turn_) self->Send(std::move(*answer));
  });
}

void Connection::Refuse(const Problem& problem) { Send(ToResponse(problem)); }

void Connection::Send(Response response) {
  shared_.body_bytes -= charged_;
  charged_ = 0;
  is_late_ = false;
  response_ = std::move(response);
  sent_ = 0;
  const bool is_http_1_0 = head_ && head_->is_http_1_0;
  const bool has_none = response_.status == 204 || response_.status == 304;
  is_chunked_ = response_.pull && !is_http_1_0;
  if (response_.pull && is_http_1_0) closes_ = true;
  if (shared_.stops) closes_ = true;
  Framing framing{.is_chunked = is_chunked_, .closes = closes_};
  if (!response_.pull) framing.length = response_.body.size();
  out_ = HeadText(response_, framing, std::chrono::system_clock::now());
  if (is_head_method_ || has_none) {
    response_.body.clear();
    response_.pull = {};
  }
  has_more_ = static_cast<bool>(response_.pull);
  SendPiece();
}

void Connection::SendPiece() {
  if (!response_.pull) {
    out_.append(response_.body, sent_, kPiece);
    sent_ = std::min(response_.body.size(), sent_ + kPiece);
  }
  Enter(Phase::kWrite, shared_.limits.write);
  net::async_write(stream_, net::buffer(out_),
                   [self = shared_from_this()](const Error& error, std::size_t) {
                     if (error) return self->HangUp();
                     self->out_.clear();
                     if (self->has_more_) return self->Pull();
                     if (self->sent_ < self->response_.body.size()) return self->SendPiece();
                     self->OnAnswered();
                   });
}

// The next part is made only when the last one has gone, so a slow reader costs one part.
void Connection::Pull() {
  Enter(Phase::kPull, shared_.limits.request);
  const bool is_taken = shared_.workers.Continue([self = shared_from_this(), turn = turn_] {
    auto part = std::make_shared<std::string>();
    bool has_more = true;
    bool is_whole = true;
    try {
      while (has_more && part->size() < kEnoughPulled) {
        const std::size_t before = part->size();
        has_more = self->response_.pull(*part);
        if (has_more && part->size() == before) throw std::logic_error("it adds nothing");
      }
    } catch (const std::exception& error) {
      Log(LogLevel::kError, "long_answer_failed", {{"why", error.what()}});
      is_whole = false;
    }
    self->loop_.Post([self, turn, part, has_more, is_whole] {
      if (turn != self->turn_) return;
      if (!is_whole) return self->Cut();
      self->has_more_ = has_more;
      if (!self->is_chunked_) {
        self->out_ = std::move(*part);
      } else {
        if (!part->empty()) self->out_ = ChunkText(*part);
        if (!has_more) self->out_ += ChunkText("");
      }
      self->SendPiece();
    });
  });
  if (!is_taken) Cut();
}

void Connection::OnAnswered() {
  response_ = {};
  out_ = {};
  if (closes_) return Close();
  AwaitRequest();
}

void Connection::Close() {
  is_late_ = false;
  Enter(Phase::kLinger, shared_.limits.linger);
  stream_.async_shutdown([self = shared_from_this()](const Error&) {
    Error ignored;
    self->stream_.lowest_layer().shutdown(Socket::shutdown_send, ignored);
    self->buffer_.clear();
    self->Linger();
  });
}

// Closing a socket with unread bytes in it would make the kernel take back our last answer.
void Connection::Linger() {
  stream_.next_layer().async_read_some(
      buffer_.prepare(kFirstBytes), [self = shared_from_this()](const Error& error, std::size_t) {
        if (error) return self->HangUp();
        self->Linger();
      });
}

void Connection::HangUp() {
  Error ignored;
  phase_ = Phase::kOver;
  ++turn_;
  timer_.cancel();
  stream_.lowest_layer().close(ignored);
}

void Connection::Cut() {
  Error ignored;
  stream_.lowest_layer().set_option(net::socket_base::linger(true, 0), ignored);
  HangUp();
}

}  // namespace plotmeter
