// Takes what is due to whoever it is for: one courier for mail and one for webhooks, each in a
// thread of its own, so that neither waits for the other, and nobody else for either.
//
//    Courier mails(store, store, clock, "email", MailsBy(mailer, frame, open));
//    mails.Run(stop_token);            for ever; Wake() when there is something new
//    mails.Tick();                     what is due now; how many were tried
//
// What fails is tried again after one minute, then two, four, … up to an hour, each a tenth sooner
// or later, and given up after 72 hours; a link after 24. What the other side refuses for good
// (SMTP 5xx, HTTP 410) is given up at once. Of webhooks 64 go out together, one to each recipient;
// who is slow holds them up for ten seconds at most. Mail goes one after the other.
//
// A try is noted when it is over, and if the database is busy just then, before anything else goes
// out. So a crash in between is the one case in which something goes out twice: with the same
// Message-ID, the same Plotmeter-Delivery.
//
// Log: deliveries_fail and deliveries_arrive for a recipient, delivery_given_up, outbox_failed.

#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/http/fetch.h"
#include "common/http/mail.h"
#include "common/secret.h"
#include "portal/store/directory.h"
#include "portal/store/outbox.h"

namespace plotmeter {

inline constexpr std::chrono::hours kGivenUpAfter{72};
inline constexpr std::chrono::hours kLinkGivenUpAfter{24};

// What came of one delivery.
struct Carried {
  enum class Outcome { kAgain, kDone, kRefused, kStopped };  // kStopped: as if it was not tried
  Outcome outcome = Outcome::kAgain;
  std::string trouble = {};
};

// One outcome for each, in order. Blocks.
using Carry = std::function<std::vector<Carried>(const std::vector<Delivery>&)>;

// What is stored sealed, in the clear: the secret of a webhook `of` that URL, the link of that
// person. Empty: not by this key, or of another one.
using Unseal =
    std::function<std::optional<Secret>(const std::string& sealed, const std::string& of)>;

// `portal` is its address as people know it. `mailer` and `fetch` must outlive what is returned.
Carry MailsBy(const Mailer& mailer, std::string portal, Unseal unseal);
Carry WebhooksBy(Fetch& fetch, const Clock& clock, Unseal unseal);

class Courier {
 public:
  // All of them must outlive this.
  Courier(Outbox& outbox, Directory& directory, const Clock& clock, std::string kind, Carry carry);

  // Throws nothing: what fails is logged. One thread at a time.
  int Tick();
  void Run(const std::stop_token& stop);
  void Wake();  // from any thread

 private:
  struct Load {
    std::vector<Delivery> deliveries = {};
    std::vector<ResellerId> of = {};  // each
  };
  Load TakeLoad();
  void NoteWhatCame(const Load& load, const std::vector<Carried>& carried);
  void NoteAll();
  Try TryOf(const Delivery& delivery, const Carried& carried, Instant now) const;

  Outbox& outbox_;
  Directory& directory_;
  const Clock& clock_;
  const std::string kind_;
  const Carry carry_;
  std::map<std::string, std::vector<Try>> unnoted_;  // by reseller
  bool fails_ = false;
  std::mutex mutex_;  // guards woken_
  std::condition_variable_any waked_;
  bool woken_ = false;
};

// How long to wait after that many tries; `chance` is from 0 to 99.
std::chrono::milliseconds WaitAfter(std::int64_t tries, int chance);

}  // namespace plotmeter
