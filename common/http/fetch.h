// GET (and, where allowed, POST) to strangers: printers, webhooks. Limits on everything a stranger
// could stretch. The one door to libcurl.
//
//    Fetch printers(FetchRules::Printers());
//    printers.Submit({.url = "https://10.0.0.7/Identification.xml"}, [](FetchResult got) {
//      if (got.seen == FetchSeen::kAnswered && got.status == 200) Use(got.body, got.fingerprint);
//    });
//
// One thread serves all transfers (libcurl's multi interface). Submit and Stop may be called from
// any thread, Submit also from a callback. Each callback runs exactly once, on that thread, and
// must not wait: everybody else waits meanwhile.
//
// What never happens: a redirect followed, a body decompressed (a bomb stays as small as it
// travelled), a user name in a URL used, a cookie kept, a method but GET unless the rules allow
// POST.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/time.h"

namespace plotmeter {

// What a Fetch may do at all. The defaults are the strict ones: a forgotten field verifies in full.
struct FetchRules {
  // kVerify: the certificate must lead to a root we trust and name the host. kRemembered: a printer
  // signs its own, so any is accepted whose key is the one in FetchRequest::pin; without a pin, the
  // key seen is reported and the caller decides.
  enum class Tls { kVerify, kRemembered };

  Tls tls = Tls::kVerify;
  std::string ca_file = {};  // PEM, for kVerify; empty: the system's roots
  // Ciphers without forward secrecy and small keys (OpenSSL DEFAULT@SECLEVEL=0), which is
  // all that some firmware offers. TLS stays at 1.2 or newer.
  bool old_ciphers = false;
  bool plain_http = false;  // http:// too
  bool post = false;        // FetchRequest::Method::kPost too
  // Only addresses of the open internet (public_address.h), whatever a name leads to: for URLs that
  // others give us. Looked at when the connection is made, so no name can change its mind.
  bool public_only = false;
  // https_proxy and its kin from the environment. Printers are on the LAN.
  bool system_proxy = false;
  // Transfers in flight. The others wait, and their time does not run yet.
  std::size_t at_once = 64;
  // Of all bodies under way together. Once there is more, those end as kTooLarge that have more
  // than their share, most_bytes / at_once; no honest one suffers for it, and memory has an end.
  std::size_t most_bytes = std::size_t{64} << 20;

  // For printers: their own certificates, old ciphers, GET only, no proxy.
  static FetchRules Printers() { return {.tls = Tls::kRemembered, .old_ciphers = true}; }
};

struct FetchRequest {
  enum class Method { kGet, kPost };

  std::string url = {};     // "https://10.0.0.7/LFPWebServices/PI/InkSystem.json"
  std::string accept = {};  // the Accept header; empty: "*/*"
  Method method = Method::kGet;
  std::string content_type = {};  // of `body`, for kPost
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};  // more of them
  bool https_only = false;                                        // even where the rules allow http
  std::string pin = {};  // the fingerprint the server must have, as in FetchResult; empty: any that
                         // the rules allow

  std::size_t max_bytes = std::size_t{4} << 20;  // of the body; headers may have 64 KiB
  std::chrono::milliseconds deadline{15'000};    // for all of it, from the first packet on
  std::chrono::milliseconds connect{5'000};      // for TCP and TLS, within the deadline
  std::chrono::milliseconds pause{0};            // starts no sooner than this after Submit
};

// What was seen, not what to do about it.
enum class FetchSeen {
  kNothing,
  kAnswered,            // a whole HTTP answer; any status, 302 and 503 too
  kUnreachable,         // refused, no route, no such name, cut before a whole answer
  kTimedOut,            // connect or deadline
  kTooLarge,            // more than max_bytes, or more than 64 KiB of headers
  kTlsTrouble,          // no handshake, or a certificate that kVerify does not trust
  kCertificateChanged,  // the key is not the pinned one; nothing was asked of it
  kNotHttp,             // bytes that are no HTTP answer
  kRefused,             // by us: a URL, scheme or method that the rules do not allow
  kStopped,             // by Stop()
};

constexpr std::string_view ToText(FetchSeen seen) {
  switch (seen) {
    case FetchSeen::kAnswered:
      return "answered";
    case FetchSeen::kUnreachable:
      return "unreachable";
    case FetchSeen::kTimedOut:
      return "timed-out";
    case FetchSeen::kTooLarge:
      return "too-large";
    case FetchSeen::kTlsTrouble:
      return "tls-trouble";
    case FetchSeen::kCertificateChanged:
      return "certificate-changed";
    case FetchSeen::kNotHttp:
      return "not-http";
    case FetchSeen::kRefused:
      return "refused";
    case FetchSeen::kStopped:
      return "stopped";
    case FetchSeen::kNothing:
      break;
  }
  return "nothing";
}

struct FetchResult {
  FetchSeen seen = FetchSeen::kNothing;
  int status = 0;                    // HTTP status; 0 without an answer
  std::string content_type = {};     // as sent; often without charset
  std::string body = {};             // only with kAnswered
  std::optional<Instant> date = {};  // the server's Date header: its clock, to the second
  std::string fingerprint =
      {};  // SHA-256 of the server's public key (SPKI), 64 hex digits; empty without TLS
  std::string detail = {};  // for people: "no answer within 15 s"; never what the stranger sent
};

// What all transfers together moved, as HTTP (without TCP and TLS).
struct FetchTraffic {
  std::uint64_t requests = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
};

class Fetch {
 public:
  // Starts the thread.
  explicit Fetch(FetchRules rules = {});
  ~Fetch();  // Stop(). Not from a callback.
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  // Connections are kept and used again. After Stop() it calls back at once, on the caller's
  // thread, with kStopped.
  void Submit(FetchRequest request, std::function<void(FetchResult)> done);

  // Runs `act` soon, on the thread of the transfers. False once stopped: it will not run.
  bool Call(std::function<void()> act);

  // Cancels everything; all callbacks have run when it returns (from a callback: they run soon
  // after).
  void Stop();

  FetchTraffic traffic() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace plotmeter
