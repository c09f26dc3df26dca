#include "portal/http/repeats.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "common/crypto.h"
#include "common/log.h"

namespace plotmeter {
namespace {

constexpr std::string_view kField = "Idempotency-Key";
constexpr std::size_t kShortest = 16;
constexpr std::size_t kLongest = 255;
constexpr std::size_t kIv = 16;
constexpr std::size_t kMac = 32;

struct Keys {
  std::string encryption = {};
  std::string mac = {};
};

Keys KeysOf(std::string_view key, const Caller& caller) {
  const std::string both =
      HmacSha256Of(key, {"plotmeter kept answer\n", caller.reseller.value, "\n", caller.id});
  return {both.substr(0, 16), both.substr(16)};
}

// Under the Idempotency-Key: a body may hold a password, which could be guessed from a bare hash.
std::string RequestHash(std::string_view key, const Request& request) {
  const std::string* type = request.Header("Content-Type");
  return Base64Url(
      HmacSha256Of(key, {"plotmeter request\n", request.method(), "\n", request.target(), "\n",
                         type == nullptr ? std::string_view() : *type, "\n", request.body()}));
}

// One of those that are being answered now.
class Running {
 public:
  Running(std::mutex& mutex, std::set<std::string>& all, std::string name)
      : mutex_(mutex), all_(all), name_(std::move(name)) {
    const std::lock_guard lock(mutex_);
    is_first_ = all_.insert(name_).second;
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    const std::lock_guard lock(mutex_);
    if (is_first_) all_.erase(name_);
  }
  bool is_first() const { return is_first_; }

 private:
  std::mutex& mutex_;
  std::set<std::string>& all_;
  const std::string name_;
  bool is_first_ = false;
};

}  // namespace

bool Repeats::Wants(const Request& request, const Caller& caller) {
  return request.method() == "POST" && !caller.id.empty() && request.Header(kField) != nullptr;
}

Response Repeats::Once(const Request& request, const Caller& caller, bool together,
                       const std::function<Response()>& run) {
  const std::string& key = *request.Header(kField);
  const bool is_key = key.size() >= kShortest && key.size() <= kLongest &&
                      std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7f; });
  if (!is_key) {
    throw Problem(400, fmt::format("'{}' has {} characters; expected {} to {} visible ones of "
                                   "ASCII, chosen at random",
                                   kField, key.size(), kShortest, kLongest))
        .With("field", std::string(kField));
  }
  const std::string hash = Base64Url(Sha256(key));
  const Running running(mutex_, running_, caller.reseller.value + ' ' + caller.id + ' ' + hash);
  if (!running.is_first()) {
    throw Problem(409, "the request with this Idempotency-Key is still being answered")
        .WithHeader("Retry-After", "1");
  }
  const std::string request_hash = RequestHash(key, request);
  if (const auto note = notes_.Find(caller, hash)) {
    auto answer = OpenAnswer(key, caller, note->answer);
    if (note->request != request_hash || !answer) {
      throw Problem(422, "this Idempotency-Key came with another request; choose a new one")
          .With("field", std::string(kField));
    }
    return *std::move(answer);
  }
  if (!notes_.HasRoom(caller)) {
    throw Problem(429,
                  "too many answers are kept for you already; come again tomorrow, or without "
                  "an Idempotency-Key")
        .WithHeader("Retry-After", "3600");
  }
  const auto keep = [&](const Response& response) {
    if (response.status >= 300 || response.pull) return;
    notes_.Keep(caller, {hash, request_hash, SealAnswer(key, caller, response)});
  };
  if (together) return Together(run, keep);
  Response response = run();
  // It has happened: whether the note can be kept changes nothing about that.
  try {
    keep(response);
  } catch (const std::exception& error) {
    Log(LogLevel::kWarning, "answer_not_kept", {{"why", error.what()}});
  }
  return response;
}

// What `run` throws leaves what it did before that: it did so without a key, too.
Response Repeats::Together(const std::function<Response()>& run,
                           const std::function<void(const Response&)>& keep) {
  Response response;
  std::exception_ptr refused;
  notes_.Together([&] {
    try {
      response = run();
    } catch (...) {
      refused = std::current_exception();
      return;
    }
    keep(response);
  });
  if (refused) std::rethrow_exception(refused);
  return response;
}

std::string SealAnswer(std::string_view key, const Caller& caller, const Response& response) {
  Json json = {{"status", response.status},
               {"content_type", response.content_type},
               {"body", response.body},
               {"headers", Json::object()}};
  for (const auto& [name, value] : response.headers) json["headers"][name] = value;
  const Keys keys = KeysOf(key, caller);
  std::string sealed = RandomBytes(kIv);
  sealed += Aes128CbcEncrypt(keys.encryption, sealed, JsonText(json));
  return sealed + HmacSha256(keys.mac, sealed);
}

std::optional<Response> OpenAnswer(std::string_view key, const Caller& caller,
                                   std::string_view sealed) {
  if (sealed.size() < kIv + kMac) return std::nullopt;
  const Keys keys = KeysOf(key, caller);
  const std::string_view signed_part = sealed.substr(0, sealed.size() - kMac);
  if (!SameBytes(HmacSha256(keys.mac, signed_part), sealed.substr(signed_part.size()))) {
    return std::nullopt;
  }
  const auto text =
      Aes128CbcDecrypt(keys.encryption, signed_part.substr(0, kIv), signed_part.substr(kIv));
  if (!text) return std::nullopt;
  const Json json = ParseJson(*text);
  Response response{.status = json.at("status").get<int>(),
                    .content_type = json.at("content_type").get<std::string>(),
                    .body = json.at("body").get<std::string>()};
  for (const auto& [name, value] : json.at("headers").items()) {
    response.headers.Set(name, value.get<std::string>());
  }
  return response;
}

}  // namespace plotmeter
