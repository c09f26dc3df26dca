// Who is told of incidents, and what is on its way to them.
//
//    auto id = store.AddRecipient(reseller, {.kind = "email", .address = "ops@north.example", …},
//                                 actor, now);
//    for (const Delivery& one : store.DueDeliveries(reseller, "email", now, 16)) …
//    store.NoteTries(reseller, {{.delivery = one.id, .outcome = Try::kDone}}, now);
//
// A delivery is made in the transaction of what it tells of, so no crash loses one; it is done when
// that was noted, so a crash between sending and noting sends it again, with the same id. Of one
// incident and one recipient they go out one after the other. Safe from any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/reseller.h"
#include "common/time.h"
#include "portal/store/audit.h"
#include "portal/store/incidents.h"

namespace plotmeter {

struct Recipient {
  std::string id = {};    // "rcp_7Q2M9K4T"
  std::string kind = {};  // email, webhook
  std::string name = {};
  std::string address = {};  // an e-mail address, or a URL
  std::string secret = {};   // of a webhook, sealed
  std::string customer = {};
  std::string severity = "warning";     // and what is graver
  std::vector<std::string> kinds = {};  // empty: all
  bool at_once = true;
  std::optional<int> digest_minute = {};  // of the day
  std::string time_zone = "UTC";
  std::optional<Instant> digest_due = {};
  Instant digest_from = {};
  Instant created_at = {};
  std::optional<Instant> failing_since = {};
};

struct Delivery {
  std::string id = {};  // a UUID
  std::string kind = {};
  std::string recipient = {};  // empty: a person's link
  std::string person = {};
  std::string address = {};
  std::string secret = {};  // sealed
  std::string what = {};    // raised, worsened, reminded, cleared, digest, test, invite, reset
  std::string body = {};    // JSON; of a link sealed
  Instant at = {};          // when it happened
  Instant made_at = {};
  std::int64_t tries = 0;
};

struct DeliveryRow {
  std::string id = {}, what = {}, incident = {};
  Instant made_at = {}, due_at = {};
  std::int64_t tries = 0;
  std::optional<std::string> trouble = {};
  std::optional<Instant> done_at = {}, given_up_at = {};
};

// What came of trying.
struct Try {
  enum class Outcome { kAgain, kDone, kGivenUp };
  std::string delivery = {};
  Outcome outcome = Outcome::kAgain;
  std::string trouble = {};
  Instant due_at = {};  // of kAgain
};

// What a note of tries changed in how well a recipient is reached.
struct Reach {
  std::string recipient = {};
  bool fails = false;
  std::optional<Instant> since = {};  // of what is over, or begins
};

struct DigestRows {
  std::vector<IncidentRow> open = {};     // at most 200, newest first; not those that are snoozed
  std::vector<IncidentRow> cleared = {};  // since the digest before
  bool more = false;
};

inline constexpr std::size_t kMostRecipients = 200;  // of one reseller

class Outbox {
 public:
  virtual ~Outbox() = default;

  // Empty where the customer is not this reseller's, or there are kMostRecipients.
  virtual std::optional<std::string> AddRecipient(const ResellerId& reseller,
                                                  const Recipient& recipient, const Actor& actor,
                                                  Instant now) = 0;
  virtual std::vector<Recipient> Recipients(const ResellerId& reseller) = 0;
  virtual std::optional<Recipient> FindRecipient(const ResellerId& reseller,
                                                 const std::string& id) = 0;
  // All but its kind, address and secret. False where it is not this reseller's.
  virtual bool ChangeRecipient(const ResellerId& reseller, const Recipient& recipient,
                               const Actor& actor, Instant now) = 0;
  virtual bool RemoveRecipient(const ResellerId& reseller, const std::string& id,
                               const Actor& actor, Instant now) = 0;
  // The last hundred, newest first.
  virtual std::vector<DeliveryRow> DeliveriesTo(const ResellerId& reseller,
                                                const std::string& recipient) = 0;
  // The id of the delivery. Empty where the recipient is not this reseller's.
  virtual std::optional<std::string> AddTest(const ResellerId& reseller,
                                             const std::string& recipient, const Actor& actor,
                                             Instant now) = 0;

  // A link for a person, sealed. `what` is invite or reset. Ones before that were not sent go.
  virtual void AddLinkMail(const ResellerId& reseller, const std::string& person,
                           const std::string& what, const std::string& sealed, Instant now) = 0;

  // Those of that kind that are due, at most one a recipient, longest due first.
  virtual std::vector<Delivery> DueDeliveries(const ResellerId& reseller, const std::string& kind,
                                              Instant now, std::size_t limit) = 0;
  virtual std::vector<Reach> NoteTries(const ResellerId& reseller, const std::vector<Try>& tries,
                                       Instant now) = 0;

  virtual std::vector<Recipient> DueDigests(const ResellerId& reseller, Instant now) = 0;
  virtual DigestRows RowsForDigest(const ResellerId& reseller, const Recipient& recipient,
                                   Instant now) = 0;
  // Makes the delivery, unless `body` is empty, and the next one due; nothing where another process
  // did so.
  virtual void NoteDigest(const ResellerId& reseller, const Recipient& recipient,
                          const std::string& body, Instant next, Instant now) = 0;
};

// Whether the recipient is to hear of such an incident at once or in its digest.
bool IsFor(const Recipient& recipient, const std::string& kind, const std::string& severity,
           const std::string& customer);

}  // namespace plotmeter
