// Which handler answers a request, who may ask, and how an error looks.
//
//    router.Get("/api/v1/usage", kViewers, this, &UsageController::List);
//    router.Get("/api/v1/printers/{printer}", kViewers, this, &PrintersController::Show);
//    router.Post("/api/v1/batches", kAnyone, this, &BatchesController::Receive)
//        .MaxBody(4 << 20)
//        .Accepts("application/jose");
//
// A path is written whole. {name} stands for one segment; where two templates fit, the one whose
// text is fixed further to the left wins, whatever the order in which they were added. HEAD goes to
// the handler of GET.
//
// Every error is problem+json (RFC 9457): 404 no such path; 405 with Allow; 401 with
// WWW-Authenticate (RFC 6750) without credentials, or with wrong ones; 403 another role; 413, 411
// and 415 about the body; 503 with Retry-After where another process holds the database; 500,
// logged as request_failed and telling nobody why.
//
// A JSON answer to GET, PUT or PATCH has an ETag (conditions.h): GET with If-None-Match is a 304
// where nothing changed; PUT, PATCH and DELETE with If-Match are a 412 where what GET of the same
// path answers is another by now, and no other change of that path comes between the look and the
// change.
//
// Add every route first, then share the router between threads: Handle and Admit only read.

#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "portal/http/http.h"
#include "portal/http/metrics.h"
#include "portal/http/rate_limit.h"
#include "portal/http/repeats.h"

namespace plotmeter {

class Router {
 public:
  using Handler = std::function<Response(const Request&, const Caller&)>;

  // Who the credentials of a request belong to; empty when there are none or they are wrong.
  // Called on worker threads, only for routes that are not kAnyone. May throw: a Problem is the
  // answer, anything else a 500.
  using Authenticator = std::function<std::optional<Caller>(const Request&)>;

  class Route {
   public:
    // Bytes; 1 MiB unless said otherwise, and 0 for GET, which has no body.
    Route& MaxBody(std::uint64_t bytes);
    // The only media type taken (parameters such as charset are not looked at); 415 for others.
    Route& Accepts(std::string media_type);
    // application/json, and at most 64 KiB of it.
    Route& TakesJson();
    // What collectors ask: counted apart from people and programs (rate_limit.h).
    Route& ForCollectors();
    // Whoever asks from the portal's own machine (127.0.0.0/8, ::1) needs no credentials and is
    // nobody; all others need one of the route's roles.
    Route& OpenToThisMachine();
    // Makes something: with an Idempotency-Key, it and the answer that is kept are one transaction.
    // The handler must wait for nobody who may want to write.
    Route& MakesOnce();
    // Takes a body of unknown length (Transfer-Encoding: chunked), which is a 411 otherwise.
    Route& TakesChunked();

   private:
    friend class Router;
    std::string method_;
    std::string path_;
    std::vector<std::string> segments_;
    Roles roles_;
    Handler handler_;
    std::uint64_t max_body_ = 0;
    std::string media_type_;
    bool takes_chunked_ = false;
    bool makes_once_ = false;
    bool is_for_collectors_ = false;
    bool is_open_to_this_machine_ = false;
    std::unique_ptr<RouteCounts> counts_ = std::make_unique<RouteCounts>();
  };

  // Without an authenticator nobody gets in, except where anyone may.
  explicit Router(Authenticator authenticate = {}) : authenticate_(std::move(authenticate)) {}

  // From then on too many requests are a 429, and a POST with an Idempotency-Key happens once. Both
  // must outlive the router; null: not so.
  void Limit(RateLimits* limits) { limits_ = limits; }
  void Remember(Repeats* repeats) { repeats_ = repeats; }
  // From then on `read` is called with what answers a GET: who asks, and the handler. It calls it
  // once, and may see to it that all of it sees the same.
  using Read = std::function<void(const std::function<void()>&)>;
  void ReadWith(Read read) { read_ = std::move(read); }

  // Adds a route. `self` must outlive the router. Throws std::logic_error for a path that does not
  // start with "/", or a second route of the same method and template.
  template <typename C>
  Route& Get(std::string path, Roles roles, const C* self,
             Response (C::*handler)(const Request&, const Caller&) const) {
    return Add("GET", std::move(path), roles, Bind(self, handler));
  }
  template <typename C>
  Route& Post(std::string path, Roles roles, const C* self,
              Response (C::*handler)(const Request&, const Caller&) const) {
    return Add("POST", std::move(path), roles, Bind(self, handler));
  }
  template <typename C>
  Route& Put(std::string path, Roles roles, const C* self,
             Response (C::*handler)(const Request&, const Caller&) const) {
    return Add("PUT", std::move(path), roles, Bind(self, handler));
  }
  template <typename C>
  Route& Patch(std::string path, Roles roles, const C* self,
               Response (C::*handler)(const Request&, const Caller&) const) {
    return Add("PATCH", std::move(path), roles, Bind(self, handler));
  }
  template <typename C>
  Route& Delete(std::string path, Roles roles, const C* self,
                Response (C::*handler)(const Request&, const Caller&) const) {
    return Add("DELETE", std::move(path), roles, Bind(self, handler));
  }
  Route& Add(std::string method, std::string path, Roles roles, Handler handler);

  // What can be said before the body is read: throws Problem 404, 405, 411, 413 or 415; otherwise
  // the number of bytes the body may have. `head` is a request without its body, whose
  // Content-Length, Transfer-Encoding and Content-Type the listener has found well formed.
  std::uint64_t Admit(const Request& head) const;

  // The answer, whatever happens; never throws but for lack of memory. May run for as long as the
  // handler does. The second takes the caller as given and is for tests of controllers.
  Response Handle(Request request) const;
  Response Handle(Request request, const Caller& caller) const;

  // Every route, as a test compares it with proto/openapi.yaml.
  struct Line {
    std::string method = {};
    std::string path = {};
    Roles roles = {};
    std::uint64_t max_body = 0;
    std::string media_type = {};

    bool operator==(const Line&) const = default;
  };
  std::vector<Line> Routes() const;

  // Requests and their times by route; those that fit none are of route "none".
  void WriteMetrics(std::string& text) const;

 private:
  template <typename C>
  static Handler Bind(const C* self, Response (C::*handler)(const Request&, const Caller&) const) {
    return [self, handler](const Request& request, const Caller& caller) {
      return (self->*handler)(request, caller);
    };
  }

  const Route& Find(const Request& request) const;    // throws Problem 404, 405
  Caller Authenticate(const Request& request) const;  // throws Problem 401
  Response Answer(Request& request, const Caller* given) const;
  Response Reply(Request& request, const Caller* given, const Route*& route) const;
  Response Serve(const Route& route, Request& request, const Caller* given) const;
  Response Run(const Route& route, const Request& request, const Caller& caller) const;
  Response Change(const Route& route, const Request& request, const Caller& caller) const;

  Authenticator authenticate_;
  RateLimits* limits_ = nullptr;
  Repeats* repeats_ = nullptr;
  Read read_;
  using Locks = std::array<std::mutex, 64>;
  std::unique_ptr<RouteCounts> no_route_ = std::make_unique<RouteCounts>();
  std::unique_ptr<Locks> changing_ = std::make_unique<Locks>();  // by path
  std::deque<Route> routes_;  // a deque, because Add hands out references
};

}  // namespace plotmeter
