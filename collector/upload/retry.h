// What each answer of the portal means, and how long to wait next: wire.md section 4 as pure
// functions. Only what the portal signed can end or change something; everything else is network
// trouble, whatever its status says.
//
//    Decide({.word = Word::kRefusal, .status = 422})   {Act::kSetAside}
//    Decide({.word = Word::kNone, .status = 422})      {Act::kWait}: a proxy said that, not we
//    BackOff(3, 0.5)                                   10 s: half of the third of 5 s, 10 s, 20 s

#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace plotmeter {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What the portal itself said, after its signature and every name in it were verified.
enum class Word {
  kNone,     // nothing signed, or not about this batch
  kReceipt,  // this batch is stored
  kRefusal,  // this batch is refused; status and check say why
};

struct SeenAnswer {
  Word word = Word::kNone;
  bool answered = false;  // an HTTP answer came at all
  int status = 0;         // of the signed refusal, else of HTTP
  std::string check = {};
  bool earlier_key = false;  // the batch is signed by a key that we had before
  std::optional<seconds> retry_after = {};
};

enum class Act {
  kWait,       // and send the same again
  kForget,     // the receipt lets the contents go
  kNewStream,  // fork: one key on two machines, or a restored spool
  kMove,       // cut with a key after that was replaced: into a new stream, with today's
  kSetAside,   // refused for good
  kCutAnew,    // too large
  kFetchKeys,  // sealed to a key the portal no longer has; seal again
  kKnock,      // not enrolled any more: once an hour, keep reading and spooling
};

struct Decision {
  Act act = Act::kWait;
  std::optional<milliseconds> wait = {};  // kWait: as the portal asked; absent: back off
};

inline constexpr seconds kMostRetryAfter{3600};
inline constexpr seconds kKnockEvery{3600};
inline constexpr seconds kLeastBackOff{1};
inline constexpr seconds kFirstBackOff{5};
inline constexpr seconds kMostBackOff{15 * 60};

inline Decision Decide(const SeenAnswer& seen) {
  if (seen.word == Word::kReceipt) return {.act = Act::kForget};
  if (seen.word == Word::kRefusal) {
    if (seen.check == "key-retired") return {.act = Act::kFetchKeys};
    switch (seen.status) {
      case 401:
        return {.act = seen.check == "key-replaced" && seen.earlier_key ? Act::kMove : Act::kKnock};
      case 409:
        // Any other conflict is a bug of ours: the same batch id with other content.
        return {.act = seen.check == "fork" ? Act::kNewStream : Act::kSetAside};
      case 413:
        return {.act = Act::kCutAnew};
      case 400:
      case 422:
        return {.act = Act::kSetAside};
      default:
        break;  // 429, 503 and whatever a newer portal may say: later
    }
  }
  if (seen.answered && seen.retry_after) {
    return {.act = Act::kWait, .wait = std::min(*seen.retry_after, kMostRetryAfter)};
  }
  return {.act = Act::kWait};
}

// How long to wait after the `failures`-th failure in a row (from 1): full jitter, that is `chance`
// (from 0 to 1) of 5 s, 10 s, 20 s … 15 min; 1 s at least.
inline milliseconds BackOff(int failures, double chance) {
  const int doublings = std::clamp(failures - 1, 0, 20);
  const milliseconds most = std::min<milliseconds>(
      kMostBackOff, milliseconds(kFirstBackOff) * (std::int64_t{1} << doublings));
  const auto wait =
      static_cast<std::int64_t>(static_cast<double>(most.count()) * std::clamp(chance, 0.0, 1.0));
  return std::max<milliseconds>(kLeastBackOff, milliseconds(wait));
}

}  // namespace plotmeter
