#include "collector/uplink/portal_client.h"

#include <fmt/format.h>

#include <atomic>
#include <charconv>
#include <future>
#include <mutex>
#include <utility>
#include <vector>

#include "collector/uplink/system_authorities.h"
#include "common/log.h"
#include "common/settings.h"

// cpprestsdk and its Boost are not clean under our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wextra"
#include <cpprest/http_client.h>
#include <cpprest/rawptrstream.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pplx/threadpool.h>

#include <boost/asio/ssl.hpp>
#pragma GCC diagnostic pop

namespace plotmeter {

void ReportUnobservedTask() { Log(LogLevel::kWarning, "portal_task_unobserved"); }

namespace {

namespace http = web::http;
using utility::conversions::to_string_t;
using utility::conversions::to_utf8string;

// What OpenSSL said of the portal's certificate; cpprestsdk itself only says "handshake failed".
struct Judgement {
  std::string host;
  std::mutex mutex;
  std::string reason;  // empty: it was believed, or never shown

  void Say(std::string text) {
    const std::lock_guard lock(mutex);
    reason = std::move(text);
  }
  std::string Take() {
    const std::lock_guard lock(mutex);
    return std::exchange(reason, {});
  }
};

// When only cpprestsdk's check of the host name said no, OpenSSL has no word for it.
bool IsAboutTheName(int error) {
  return error == X509_V_OK || error == X509_V_ERR_UNSPECIFIED ||
         error == X509_V_ERR_HOSTNAME_MISMATCH;
}

// Runs OpenSSL's own verification, with cpprestsdk's check of the host name within it, and
// remembers why it failed. Never says yes when that says no.
int VerifyAndRemember(X509_STORE_CTX* context, void* argument) {
  auto& judgement = *static_cast<Judgement*>(argument);
  const int believed = X509_verify_cert(context);
  if (believed > 0) return believed;
  const int error = X509_STORE_CTX_get_error(context);
  judgement.Say(IsAboutTheName(error)
                    ? fmt::format("its certificate is not made out to {}", judgement.host)
                    : fmt::format("its certificate is not trusted: {}",
                                  X509_verify_cert_error_string(error)));
  return believed;
}

Authorities LoadAuthorities(const std::string& ca_file) {
  Authorities store(X509_STORE_new(), X509_STORE_free);
  if (!store || X509_STORE_load_file(store.get(), ca_file.c_str()) != 1) {
    throw UsageError(fmt::format(
        "'ca' is '{}'; expected a readable file with certificates in PEM form", ca_file));
  }
  return store;
}

web::uri HttpsUri(const std::string& url) {
  web::uri uri;
  try {
    uri = web::uri(to_string_t(url));
  } catch (const web::uri_exception&) {
    uri = {};
  }
  if (uri.scheme() != _XPLATSTR("https") || uri.host().empty() || !uri.user_info().empty()) {
    throw UsageError(
        fmt::format("'portal' is '{}'; expected an address such as "
                    "https://portal.example",
                    WithoutCredentials(url)));
  }
  return uri;
}

// The clock of whoever answered; unsigned, for people.
std::optional<Instant> DateOf(const http::http_headers& headers) {
  const auto found = headers.find(_XPLATSTR("Date"));
  if (found == headers.end()) return {};
  const auto date = utility::datetime::from_string(found->second, utility::datetime::RFC_1123);
  if (!date.is_initialized()) return {};
  constexpr std::uint64_t kFrom1601To1970 = 11'644'473'600;  // seconds
  constexpr std::uint64_t kTicks = 10'000'000;               // a second
  const std::uint64_t seconds = date.to_interval() / kTicks;
  if (seconds < kFrom1601To1970) return {};
  return Instant(std::chrono::seconds(seconds - kFrom1601To1970));
}

std::optional<std::chrono::seconds> RetryAfter(const http::http_headers& headers) {
  const auto found = headers.find(_XPLATSTR("Retry-After"));
  if (found == headers.end()) return {};
  unsigned seconds = 0;
  const std::string text = to_utf8string(found->second);
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || stop != text.data() + text.size()) return {};
  return std::chrono::seconds(seconds);
}

// Everything one request needs until its last task has ended, whoever stopped waiting before.
struct Flight {
  explicit Flight(std::size_t max_answer)
      : bytes(max_answer), buffer(bytes.data(), bytes.size(), std::ios_base::out) {}

  std::vector<std::uint8_t> bytes;
  concurrency::streams::rawptr_buffer<std::uint8_t> buffer;  // refuses more than it holds
  pplx::cancellation_token_source stop;
  std::promise<PortalAnswer> promise;
};

PortalAnswer Troubled(PortalSeen seen, std::string detail) {
  return {.seen = seen, .detail = std::move(detail)};
}

PortalAnswer WholeAnswer(const http::http_response& response, Flight& flight) {
  PortalAnswer answer{.seen = PortalSeen::kAnswered, .status = response.status_code()};
  answer.content_type = to_utf8string(response.headers().content_type());
  answer.retry_after = RetryAfter(response.headers());
  answer.date = DateOf(response.headers());
  const auto length = static_cast<std::size_t>(flight.buffer.getpos(std::ios_base::out));
  answer.body.assign(flight.bytes.begin(),
                     flight.bytes.begin() + static_cast<std::ptrdiff_t>(length));
  return answer;
}

PortalAnswer Explained(const std::exception& error, Judgement& judgement, std::size_t max_answer) {
  if (const std::string reason = judgement.Take(); !reason.empty()) {
    return Troubled(PortalSeen::kUntrusted, reason);
  }
  const std::string words = error.what();
  if (const auto* known = dynamic_cast<const http::http_exception*>(&error)) {
    const std::error_code& code = known->error_code();
    if (code == std::errc::timed_out) return Troubled(PortalSeen::kTimedOut, words);
    if (code == std::errc::operation_canceled) return Troubled(PortalSeen::kCancelled, words);
  }
  if (words.find("past the end of the buffer") != std::string::npos) {
    return Troubled(PortalSeen::kTooLarge,
                    fmt::format("its answer is longer than {} bytes", max_answer));
  }
  if (words.find("SSL") != std::string::npos || words.find("handshake") != std::string::npos) {
    return Troubled(PortalSeen::kUntrusted, words);
  }
  return Troubled(PortalSeen::kUnreachable, words);
}

// Instead of cpprestsdk's forty.
void StartThreads() {
  static std::once_flag once;
  std::call_once(once, [] { crossplat::threadpool::initialize_with_threads(2); });
}

}  // namespace

struct PortalClient::Connection {
  PortalClientSettings settings;
  std::shared_ptr<Judgement> judgement = std::make_shared<Judgement>();
  std::unique_ptr<http::client::http_client> client;
  std::mutex mutex;
  std::shared_ptr<Flight> flight;  // the latest, for Cancel
  bool cancelled = false;

  PortalAnswer Ask(http::http_request request);
};

void PortalClient::Check(const PortalClientSettings& settings) {
  ChooseProxy(settings.proxy, to_utf8string(HttpsUri(settings.url).host()));
  if (!settings.ca_file.empty()) LoadAuthorities(settings.ca_file);
}

PortalClient::PortalClient(const PortalClientSettings& settings)
    : connection_(std::make_unique<Connection>()) {
  Check(settings);
  StartThreads();
  connection_->settings = settings;
  const web::uri uri = HttpsUri(settings.url);
  const std::string host = to_utf8string(uri.host());
  connection_->judgement->host = host;

  http::client::http_client_config config;
  config.set_max_redirects(0);  // else a POST that is redirected silently becomes a GET
  config.set_timeout(settings.step_timeout);
  if (std::optional<Proxy> proxy = ChooseProxy(settings.proxy, host)) {
    web::web_proxy by{web::uri(to_string_t(proxy->address))};
    if (!proxy->user.empty()) {
      by.set_credentials(
          web::credentials(to_string_t(proxy->user), to_string_t(proxy->password.Reveal())));
    }
    config.set_proxy(by);
  }
  config.set_ssl_context_callback(
      [ca_file = settings.ca_file, judgement = connection_->judgement](auto& context) {
        SSL_CTX* ssl = context.native_handle();
        SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION);
        SSL_CTX_set_cert_verify_callback(ssl, &VerifyAndRemember, judgement.get());
        Authorities authorities = ca_file.empty() ? SystemAuthorities() : LoadAuthorities(ca_file);
        if (authorities) SSL_CTX_set_cert_store(ssl, authorities.release());
      });
  connection_->client = std::make_unique<http::client::http_client>(uri, config);
}

PortalClient::~PortalClient() { Cancel(); }

PortalAnswer PortalClient::Connection::Ask(http::http_request request) {
  const auto mine = std::make_shared<Flight>(settings.max_answer);
  {
    const std::lock_guard lock(mutex);
    if (cancelled) return Troubled(PortalSeen::kCancelled, "the collector is stopping");
    flight = mine;
  }
  judgement->Take();
  request.set_response_stream(mine->buffer.create_ostream());
  std::future<PortalAnswer> told = mine->promise.get_future();
  const auto limit = settings.max_answer;

  client->request(request, mine->stop.get_token())
      .then([mine, limit](http::http_response response) {
        const std::uint64_t announced = response.headers().content_length();
        if (announced > limit) {
          mine->stop.cancel();  // closes the connection: the body is not read
          const PortalAnswer too_large = Troubled(
              PortalSeen::kTooLarge,
              fmt::format("its answer is {} bytes long; at most {} are read", announced, limit));
          // `mine` holds the buffer the body would go to, so it stays until nobody writes there.
          return response.content_ready().then(
              [mine, too_large](pplx::task<http::http_response> t) {
                try {
                  t.get();
                } catch (...) {  // it was cut off, as we wanted
                }
                return too_large;
              });
        }
        return response.content_ready().then(
            [mine](http::http_response whole) { return WholeAnswer(whole, *mine); });
      })
      // A task nobody observes would end the process: this one ends every chain and catches all.
      .then([mine, limit, judgement = judgement](pplx::task<PortalAnswer> task) {
        try {
          mine->promise.set_value(task.get());
        } catch (const std::exception& error) {
          mine->promise.set_value(Explained(error, *judgement, limit));
        } catch (...) {
          mine->promise.set_value(Troubled(PortalSeen::kUnreachable, "it failed without a word"));
        }
      });

  if (told.wait_for(settings.deadline) != std::future_status::ready) {
    mine->stop.cancel();
    // The chain ends as soon as its socket is closed; only a name being looked up cannot be
    // stopped.
    told.wait_for(std::chrono::seconds(2));
    const std::lock_guard lock(mutex);
    return cancelled ? Troubled(PortalSeen::kCancelled, "the collector is stopping")
                     : Troubled(PortalSeen::kTimedOut, fmt::format("no whole answer within {} ms",
                                                                   settings.deadline.count()));
  }
  PortalAnswer answer = told.get();
  const std::lock_guard lock(mutex);
  if (cancelled) return Troubled(PortalSeen::kCancelled, "the collector is stopping");
  return answer;
}

PortalAnswer PortalClient::Get(const std::string& path) {
  http::http_request request(http::methods::GET);
  request.set_request_uri(to_string_t(path));
  return connection_->Ask(std::move(request));
}

PortalAnswer PortalClient::Post(const std::string& path, const std::string& content_type,
                                const std::string& body) {
  http::http_request request(http::methods::POST);
  request.set_request_uri(to_string_t(path));
  request.set_body(body, content_type);
  return connection_->Ask(std::move(request));
}

void PortalClient::Cancel() {
  const std::lock_guard lock(connection_->mutex);
  connection_->cancelled = true;
  if (connection_->flight) connection_->flight->stop.cancel();
}

}  // namespace plotmeter
