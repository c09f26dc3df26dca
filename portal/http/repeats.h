// A POST that is sent twice happens once, if it has an Idempotency-Key: the second time its answer
// is given again.
//
//    Idempotency-Key: 0193a1c2-7b1e-7c3a-9f52-0d6f3f1b8a11
//
// It is 16 to 255 characters, chosen at random. 409 with Retry-After: the first is still being
// answered. 422: the key came with another request before.
//
// Only answers of success are kept: what changed nothing may be tried again with the same key. An
// answer may hold a secret that is shown once, so it is kept encrypted under a key made from the
// Idempotency-Key, of which only a hash is stored; whoever reads the database reads no answer.
//
// Where a route makes something (Router::Route::MakesOnce), the change and the note of its answer
// are one transaction: a process that dies has done both or neither. Of other routes the note comes
// after the change, and a second attempt after a crash in between is answered as if it were the
// first: what they do, a revocation or an erasure, is the same done twice.
//
// 429: too many answers are kept for this caller already.

#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "portal/http/http.h"

namespace plotmeter {

// What the store keeps for us.
struct RepeatNote {
  std::string key = {};      // base64url SHA-256 of the Idempotency-Key
  std::string request = {};  // base64url HMAC, under it, of method, target, media type and body
  std::string answer = {};   // SealAnswer
};

// The seam to the store. Called from worker threads.
class RepeatNotes {
 public:
  virtual ~RepeatNotes() = default;
  // Kept within the last 24 hours for that caller.
  virtual std::optional<RepeatNote> Find(const Caller& caller, const std::string& key) = 0;
  virtual void Keep(const Caller& caller, const RepeatNote& note) = 0;
  virtual bool HasRoom(const Caller&) { return true; }
  // What `work` changes and keeps is one transaction; what it throws rolls all of it back.
  virtual void Together(const std::function<void()>& work) { work(); }
};

class Repeats {
 public:
  // `notes` must outlive this.
  explicit Repeats(RepeatNotes& notes) : notes_(notes) {}

  // Whether `request` asks for it. Callers without an id, and other methods, never do.
  static bool Wants(const Request& request, const Caller& caller);

  // What `run` answers, or what it answered before. Throws Problem 400 for a key that is too short
  // to be a secret, 409 and 422 as above, and what `run` throws.
  // `together`: in one transaction with what is kept.
  Response Once(const Request& request, const Caller& caller, bool together,
                const std::function<Response()>& run);

 private:
  Response Together(const std::function<Response()>& run,
                    const std::function<void(const Response&)>& keep);

  RepeatNotes& notes_;
  std::mutex mutex_;
  std::set<std::string> running_;
};

// iv (16 bytes), AES-128-CBC of the answer as JSON, HMAC-SHA256 of both (32 bytes). Both keys are
// made from `key`, the Idempotency-Key itself, and whose it is.
std::string SealAnswer(std::string_view key, const Caller& caller, const Response& response);
std::optional<Response> OpenAnswer(std::string_view key, const Caller& caller,
                                   std::string_view sealed);

}  // namespace plotmeter
