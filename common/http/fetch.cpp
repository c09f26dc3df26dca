#include "common/http/fetch.h"

#define OPENSSL_NO_FILENAMES  // its macros leave the path of this source in the program

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <new>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "common/http/public_address.h"
#include "common/log.h"
#include "common/net.h"
#include "common/version.h"

namespace plotmeter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::size_t kMaxHeaderBytes = 64 << 10;

// SHA-256 of the public key rather than of the certificate: one renewed with the same key is no
// change.
std::string FingerprintOf(SSL* tls) {
  X509* certificate = tls != nullptr ? SSL_get0_peer_certificate(tls) : nullptr;
  if (certificate == nullptr) return {};
  unsigned char* der = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (length <= 0) return {};
  unsigned char hash[EVP_MAX_MD_SIZE] = {};
  unsigned int size = 0;
  const int hashed =
      EVP_Digest(der, static_cast<std::size_t>(length), hash, &size, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  std::string text;
  for (unsigned int i = 0; hashed == 1 && i < size; ++i) text += fmt::format("{:02x}", hash[i]);
  return text;
}

template <typename Value>
Value Info(CURL* easy, CURLINFO what) {
  Value value{};
  curl_easy_getinfo(easy, what, &value);
  return value;
}

// One request on its way. libcurl holds pointers into it, so it stays where it is.
struct Transfer {
  FetchRequest request = {};
  std::function<void(FetchResult)> done = {};
  FetchResult result = {};
  steady_clock::time_point not_before = {};
  bool tls_remembered = false;
  bool too_large = false;
  bool is_unfair = false;  // too large while others hold as much
  bool is_coded = false;   // in a way that nobody asked for
  bool other_key = false;
  bool is_not_public = false;       // the address that the name leads to
  std::size_t* all_held = nullptr;  // bytes of all bodies under way
  std::size_t most_held = 0;
  std::size_t fair_share = 0;
  std::size_t header_bytes = 0;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy{nullptr, &curl_easy_cleanup};
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers{nullptr,
                                                                      &curl_slist_free_all};
};

// Runs after the handshake, or when a kept connection is used again, and before anything is asked.
int BeforeRequest(void* transfer, char*, char*, int, int) {
  auto& t = *static_cast<Transfer*>(transfer);
  const auto* tls = Info<curl_tlssessioninfo*>(t.easy.get(), CURLINFO_TLS_SSL_PTR);
  if (tls != nullptr && tls->backend == CURLSSLBACKEND_OPENSSL) {
    t.result.fingerprint = FingerprintOf(static_cast<SSL*>(tls->internals));
  }
  // Without a key to show (http too), a pinned request fails as well: the pin is a promise.
  t.other_key = !t.request.pin.empty() && t.request.pin != t.result.fingerprint;
  return t.other_key ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

curl_socket_t OpenPublicOnly(void* transfer, curlsocktype, curl_sockaddr* to) {
  const auto address = IpOf(&to->addr, to->addrlen);
  if (address && IsPublic(*address)) return ::socket(to->family, to->socktype, to->protocol);
  static_cast<Transfer*>(transfer)->is_not_public = true;
  return CURL_SOCKET_BAD;
}

// libcurl unpacks a transfer coding that it did not ask for.
bool NamesACoding(std::string_view line) {
  constexpr std::string_view kName = "transfer-encoding:";
  std::string lower(line);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (!lower.starts_with(kName)) return false;
  lower.erase(0, kName.size());
  std::erase_if(lower, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  return lower != "chunked" && lower != "identity";
}

std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* transfer) {
  auto& t = *static_cast<Transfer*>(transfer);
  t.is_coded = t.is_coded || NamesACoding({data, size * count});
  if (t.is_coded) return 0;
  t.header_bytes += size * count;
  t.too_large = t.too_large || t.header_bytes > kMaxHeaderBytes;
  return t.too_large ? 0 : size * count;
}

std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* transfer) {
  auto& t = *static_cast<Transfer*>(transfer);
  const std::size_t body = t.result.body.size();
  t.is_unfair = *t.all_held + size * count > t.most_held && body + size * count > t.fair_share;
  if (size * count > t.request.max_bytes - body || t.is_unfair) {
    t.too_large = true;
    return 0;
  }
  t.result.body.append(data, size * count);
  *t.all_held += size * count;
  return size * count;
}

FetchSeen SeenOf(CURLcode code, const Transfer& t) {
  if (t.other_key) return FetchSeen::kCertificateChanged;
  if (t.is_not_public && code != CURLE_OK) return FetchSeen::kRefused;
  if (t.is_coded) return FetchSeen::kNotHttp;
  if (t.too_large) return FetchSeen::kTooLarge;
  switch (code) {
    case CURLE_OK:
      return FetchSeen::kAnswered;
    case CURLE_OPERATION_TIMEDOUT:
      return FetchSeen::kTimedOut;
    case CURLE_FILESIZE_EXCEEDED:
      return FetchSeen::kTooLarge;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return FetchSeen::kTlsTrouble;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_BAD_CONTENT_ENCODING:
      return FetchSeen::kNotHttp;
    case CURLE_UNSUPPORTED_PROTOCOL:  // not in our list, or an answer without a status line
      return Info<long>(t.easy.get(), CURLINFO_REQUEST_SIZE) > 0 ? FetchSeen::kNotHttp
                                                                 : FetchSeen::kRefused;
    case CURLE_URL_MALFORMAT:
    case CURLE_LOGIN_DENIED:
      return FetchSeen::kRefused;
    default:
      return FetchSeen::kUnreachable;
  }
}

// Our own words: what libcurl says of it may quote the stranger, and is for programmers.
std::string UnreachableBecause(CURLcode code, const Transfer& t) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "no address is known for this host name";
    case CURLE_COULDNT_CONNECT:
      switch (MeaningOf(static_cast<int>(Info<long>(t.easy.get(), CURLINFO_OS_ERRNO)))
                  .value_or(Reached::kYes)) {
        case Reached::kRefused:
          return "the port is closed";
        case Reached::kNoWay:
          return "no way leads there";
        default:
          return "it takes no connection";
      }
    case CURLE_GOT_NOTHING:
      return "it ended the connection without an answer";
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return "the connection broke off before the end of the answer";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "no address is known for the proxy";
    default:
      return curl_easy_strerror(code);
  }
}

std::string DetailOf(FetchSeen seen, CURLcode code, const Transfer& t) {
  switch (seen) {
    case FetchSeen::kRefused:
      if (t.is_not_public) return "its address is none of the open internet";
      return curl_easy_strerror(code);
    case FetchSeen::kAnswered:
      return {};
    case FetchSeen::kCertificateChanged:
      return "the certificate's key is not the remembered one";
    case FetchSeen::kTooLarge:
      if (t.header_bytes > kMaxHeaderBytes) {
        return fmt::format("more than {} bytes of HTTP headers", kMaxHeaderBytes);
      }
      if (t.is_unfair) {
        return fmt::format("more than {} bytes while others send as much", t.fair_share);
      }
      return fmt::format("more than {} bytes", t.request.max_bytes);
    case FetchSeen::kNotHttp:
      if (t.is_coded) return "a transfer coding that nobody asked for";
      return "what came back is not HTTP";
    case FetchSeen::kTimedOut:
      // Nothing of the request is sent before the connection is ready.
      if (Info<curl_off_t>(t.easy.get(), CURLINFO_PRETRANSFER_TIME_T) == 0 &&
          t.request.connect < t.request.deadline) {
        return fmt::format("no connection within {} ms", t.request.connect.count());
      }
      return fmt::format("no whole answer within {} ms", t.request.deadline.count());
    case FetchSeen::kTlsTrouble:
      if (code == CURLE_SSL_CONNECT_ERROR) {
        return "it does not speak TLS, or none that is spoken here";
      }
      if (code == CURLE_PEER_FAILED_VERIFICATION) {
        return "its certificate is not trusted, or is another host's";
      }
      return curl_easy_strerror(code);
    case FetchSeen::kUnreachable:
      return UnreachableBecause(code, t);
    default:
      return curl_easy_strerror(code);
  }
}

void Initialise() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw std::runtime_error("libcurl does not start");
}

}  // namespace

class Fetch::Loop {
 public:
  explicit Loop(FetchRules rules) : rules_(std::move(rules)) {
    Initialise();
    multi_.reset(curl_multi_init());
    if (!multi_) throw std::bad_alloc();
    thread_ = std::thread([this] { Run(); });
  }

  ~Loop() { Stop(); }

  void Submit(FetchRequest request, std::function<void(FetchResult)> done) {
    auto transfer = std::make_unique<Transfer>();
    transfer->not_before = steady_clock::now() + request.pause;
    transfer->request = std::move(request);
    transfer->done = std::move(done);
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_) {
        submitted_.push_back(std::move(transfer));
        curl_multi_wakeup(multi_.get());
      }
    }
    if (transfer) Finish(*transfer, FetchSeen::kStopped, "stopped");
  }

  bool Call(std::function<void()> act) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return false;
      calls_.push_back(std::move(act));
      curl_multi_wakeup(multi_.get());
    }
    return true;
  }

  void Stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      curl_multi_wakeup(multi_.get());
    }
    if (std::this_thread::get_id() == thread_id_.load()) return;
    const std::lock_guard lock(joining_);
    if (thread_.joinable()) thread_.join();
  }

  FetchTraffic traffic() const {
    return {.requests = requests_.load(),
            .bytes_sent = sent_.load(),
            .bytes_received = received_.load()};
  }

 private:
  void Run() {
    thread_id_ = std::this_thread::get_id();
    for (;;) {
      const bool goes_on = TakeSubmitted();
      MakeCalls();
      if (!goes_on) break;
      const int until_next = StartDue();
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      if (FinishEnded()) continue;  // a callback may have submitted, and a place is free
      LetGo();
      curl_multi_poll(multi_.get(), nullptr, 0, until_next, nullptr);
    }
    for (auto& [easy, transfer] : active_) {
      curl_multi_remove_handle(multi_.get(), easy);
      Finish(*transfer, FetchSeen::kStopped, "stopped");
    }
    for (auto& [due, transfer] : waiting_) Finish(*transfer, FetchSeen::kStopped, "stopped");
    active_.clear();
    waiting_.clear();
  }

  // False once it is time to stop. What was submitted before that waits in `waiting_`, to be called
  // back.
  bool TakeSubmitted() {
    const std::lock_guard lock(mutex_);
    for (auto& transfer : submitted_) {
      const auto due = transfer->not_before;
      waiting_.emplace(due, std::move(transfer));
    }
    submitted_.clear();
    to_call_ = std::exchange(calls_, {});
    return !stopping_;
  }

  void MakeCalls() {
    for (const auto& act : to_call_) Shielded(act);
    to_call_.clear();
  }

  // Starts what is due, as far as there is room. Milliseconds until there is something to start
  // again.
  int StartDue() {
    const auto now = steady_clock::now();
    while (!waiting_.empty() && waiting_.begin()->first <= now && active_.size() < rules_.at_once) {
      auto transfer = std::move(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
      Start(std::move(transfer));
    }
    constexpr milliseconds kIdle{1000};
    if (waiting_.empty() || active_.size() >= rules_.at_once) return kIdle.count();
    const auto wait = std::chrono::ceil<milliseconds>(waiting_.begin()->first - now);
    return static_cast<int>(std::clamp(wait, milliseconds{0}, kIdle).count());
  }

  // Connections that nobody needs soon are closed: strangers have few, and each takes 40 KB here.
  void LetGo() {
    constexpr seconds kKept{10};
    const auto now = steady_clock::now();
    if (!active_.empty() || !waiting_.empty()) {
      busy_at_ = now;
    } else if (busy_at_ && now - *busy_at_ >= kKept) {
      const std::lock_guard lock(mutex_);  // nobody wakes it up meanwhile
      if (!submitted_.empty() || !calls_.empty()) return;
      if (CURLM* const fresh = curl_multi_init()) multi_.reset(fresh);
      busy_at_.reset();
    }
  }

  void Start(std::unique_ptr<Transfer> transfer) {
    Transfer& t = *transfer;
    if (t.request.method == FetchRequest::Method::kPost && !rules_.post) {
      return Finish(t, FetchSeen::kRefused, "POST is not allowed here");
    }
    t.easy.reset(curl_easy_init());
    if (!t.easy) return Finish(t, FetchSeen::kUnreachable, "out of memory");
    try {
      SetUp(t);
    } catch (const std::runtime_error& error) {
      return Finish(t, FetchSeen::kRefused, error.what());
    }
    CURL* easy = t.easy.get();
    if (const CURLMcode code = curl_multi_add_handle(multi_.get(), easy); code != CURLM_OK) {
      return Finish(t, FetchSeen::kUnreachable, curl_multi_strerror(code));
    }
    t.all_held = &held_;
    t.most_held = rules_.most_bytes;
    t.fair_share = rules_.most_bytes / std::max<std::size_t>(rules_.at_once, 1);
    requests_ += 1;
    active_.emplace(easy, std::move(transfer));
  }

  void SetUp(Transfer& t) {
    CURL* easy = t.easy.get();
    const auto set = [easy](CURLoption option, auto value) {
      if (const CURLcode code = curl_easy_setopt(easy, option, value); code != CURLE_OK) {
        throw std::runtime_error(fmt::format("libcurl option {}: {}", static_cast<int>(option),
                                             curl_easy_strerror(code)));
      }
    };
    set(CURLOPT_URL, t.request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, rules_.plain_http && !t.request.https_only ? "http,https" : "https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    set(CURLOPT_USERAGENT, fmt::format("plotmeter/{}", kVersion).c_str());
    set(CURLOPT_NOSIGNAL, 1L);
    if (!rules_.system_proxy) set(CURLOPT_PROXY, "");
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(t.request.deadline.count()));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(t.request.connect.count()));
    set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(t.request.max_bytes));

    set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    if (rules_.old_ciphers) set(CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
    if (rules_.tls == FetchRules::Tls::kRemembered) {
      set(CURLOPT_SSL_VERIFYPEER, 0L);  // BeforeRequest compares the key instead
      set(CURLOPT_SSL_VERIFYHOST, 0L);
    } else if (!rules_.ca_file.empty()) {
      set(CURLOPT_CAINFO, rules_.ca_file.c_str());
      set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    if (rules_.public_only) {
      set(CURLOPT_OPENSOCKETFUNCTION, &OpenPublicOnly);
      set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(&t));
      // A connection that is kept was opened by these rules as well.
    }
    set(CURLOPT_PREREQFUNCTION, &BeforeRequest);
    set(CURLOPT_PREREQDATA, static_cast<void*>(&t));

    const auto header = [&t](const std::string& line) {
      t.headers.reset(curl_slist_append(t.headers.release(), line.c_str()));
    };
    header("Accept: " + (t.request.accept.empty() ? "*/*" : t.request.accept));
    if (t.request.method == FetchRequest::Method::kPost) {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDS, t.request.body.c_str());
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(t.request.body.size()));
      header("Content-Type: " + t.request.content_type);
      header("Expect:");
    }
    for (const auto& [name, value] : t.request.headers) header(name + ": " + value);
    set(CURLOPT_HTTPHEADER, t.headers.get());
    set(CURLOPT_HEADERFUNCTION, &OnHeader);
    set(CURLOPT_HEADERDATA, static_cast<void*>(&t));
    set(CURLOPT_WRITEFUNCTION, &OnBody);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&t));
  }

  bool FinishEnded() {
    bool any = false;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      const auto found = active_.find(message->easy_handle);
      auto transfer = std::move(found->second);
      active_.erase(found);
      held_ -= transfer->result.body.size();
      Conclude(*transfer, code);
      any = true;
    }
    return any;
  }

  void Conclude(Transfer& t, CURLcode code) {
    CURL* easy = t.easy.get();
    t.result.status = static_cast<int>(Info<long>(easy, CURLINFO_RESPONSE_CODE));
    if (const char* type = Info<char*>(easy, CURLINFO_CONTENT_TYPE)) t.result.content_type = type;
    curl_header* date = nullptr;
    if (curl_easy_header(easy, "Date", 0, CURLH_HEADER, -1, &date) == CURLHE_OK) {
      const auto seconds = curl_getdate(date->value, nullptr);
      if (seconds > 0) t.result.date = FromMillis(std::int64_t{seconds} * 1000);
    }
    const auto downloaded = Info<curl_off_t>(easy, CURLINFO_SIZE_DOWNLOAD_T);
    sent_ += static_cast<std::uint64_t>(Info<long>(easy, CURLINFO_REQUEST_SIZE)) +
             static_cast<std::uint64_t>(Info<curl_off_t>(easy, CURLINFO_SIZE_UPLOAD_T));
    received_ += t.header_bytes + static_cast<std::uint64_t>(downloaded);
    const FetchSeen seen = SeenOf(code, t);
    std::string detail = DetailOf(seen, code, t);
    curl_multi_remove_handle(multi_.get(), easy);
    Finish(t, seen, std::move(detail));
  }

  void Finish(Transfer& t, FetchSeen seen, std::string detail) {
    t.result.seen = seen;
    t.result.detail = std::move(detail);
    if (seen != FetchSeen::kAnswered) t.result.body = {};
    Shielded([&t] { t.done(std::move(t.result)); });
  }

  // A callback that throws harms no other.
  static void Shielded(const std::function<void()>& act) {
    try {
      act();
    } catch (const std::exception& error) {
      Log(LogLevel::kError, "fetch_callback_threw", {{"what", error.what()}});
    }
  }

  const FetchRules rules_;
  std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi_{nullptr, &curl_multi_cleanup};
  std::atomic<std::uint64_t> requests_ = 0;
  std::atomic<std::uint64_t> sent_ = 0;
  std::atomic<std::uint64_t> received_ = 0;

  std::mutex mutex_;  // guards the three below, and waking up `multi_`
  bool stopping_ = false;
  std::vector<std::unique_ptr<Transfer>> submitted_;
  std::vector<std::function<void()>> calls_;

  // The thread's own.
  std::vector<std::function<void()>> to_call_;
  std::size_t held_ = 0;  // bytes of the bodies of those that are active
  std::map<CURL*, std::unique_ptr<Transfer>> active_;
  std::multimap<steady_clock::time_point, std::unique_ptr<Transfer>> waiting_;
  std::optional<steady_clock::time_point> busy_at_;  // the last time; empty: nothing to let go

  std::mutex joining_;
  std::atomic<std::thread::id> thread_id_ = {};
  std::thread thread_;
};

Fetch::Fetch(FetchRules rules) : loop_(std::make_unique<Loop>(std::move(rules))) {}
Fetch::~Fetch() { loop_->Stop(); }  // while loop_ is whole: callbacks may still submit

void Fetch::Submit(FetchRequest request, std::function<void(FetchResult)> done) {
  loop_->Submit(std::move(request), std::move(done));
}

bool Fetch::Call(std::function<void()> act) { return loop_->Call(std::move(act)); }

void Fetch::Stop() { loop_->Stop(); }

FetchTraffic Fetch::traffic() const { return loop_->traffic(); }

}  // namespace plotmeter
