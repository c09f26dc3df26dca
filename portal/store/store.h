// Every question the portal may ask its database. Each names a reseller and sees that reseller's
// rows only: another tenant's row does not exist. The two exceptions stand in directory.h.
//
//    auto site = store.FindSite(reseller, "sit_7Q2M9K4T");      // empty: not this reseller's
//    store.EachJob(reseller, customer, printer, from, to, {}, [](const JobRow& job) { … });
//
// Safe from any thread: readers run side by side, writers one after the other. What a caller
// branches on is a value; a database that is down throws, and is never an empty answer.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/event.h"
#include "common/job.h"
#include "common/reading.h"
#include "common/reseller.h"
#include "common/time.h"
#include "common/whereabouts.h"
#include "portal/store/audit.h"

namespace plotmeter {

struct Customer {
  std::string id = {};  // "cus_7Q2M9K4T"
  std::string name = {};
  Instant created_at = {};
};

struct Site {
  std::string id = {};        // "sit_7Q2M9K4T"
  std::string customer = {};  // its id
  std::string customer_name = {};
  std::string name = {};
  std::string time_zone = {};  // IANA, "Europe/Berlin"
  Instant created_at = {};
};

struct Collector {
  std::string id = {};  // "col_7Q2M9K4T"
  std::string site = {};
  std::string name = {};
  std::string version = {};
  std::string thumbprint = {};
  Instant enrolled_at = {};
  std::optional<Instant> revoked_at = {};
  std::string jwk = {};  // its public key
};

enum class Moved {
  kDone,
  kNoPrinter,  // these two: it is not this reseller's
  kNoSite,
};

enum class Renamed {
  kDone,
  kNotThere,  // it is not this reseller's
  kTaken,     // another one has that name
};

struct ApiToken {
  std::string id = {};        // "tok_7Q2M9K4T"
  std::string hash = {};      // base64url SHA-256 of the token's text
  std::string role = {};      // operator, reseller_admin, reseller_viewer, customer_viewer
  std::string customer = {};  // what a customer_viewer is confined to; else empty
  std::string name = {};
  std::string scopes = "*";  // "printers.read usage.read"; "*": all that its role may
  Instant created_at = {};
  std::optional<Instant> expires_at = {};
  std::optional<Instant> revoked_at = {};
  std::optional<Instant> last_used_at = {};  // to the hour
};

struct EnrolmentOffer {
  std::string hash = {};  // base64url SHA-256 of the code's secret
  std::string site = {};
  Instant created_at = {};
  Instant expires_at = {};
  std::optional<Instant> used_at = {};
  std::string collector = {};  // who used it; empty until then
};

// One key of a collector for another, as the old one said it (proto/rotation.h).
struct KeyChange {
  std::string collector = {};
  std::string old = {};         // thumbprints
  std::string thumbprint = {};  // of the new one
  std::string old_jwk = {};
  std::string jwk = {};
  std::string last = {};      // JSON: up to where the old one signed
  std::string rotation = {};  // the word itself
};

enum class KeyUse {
  kReplaced,    // now, or by this very key before
  kOtherNonce,  // nothing was done; KeyReplaced::nonce is the one to name
  kNotCurrent,  // the old key is not that of this collector now
  kTaken,       // the new key is, or was, a collector's
};

struct KeyReplaced {
  KeyUse use = KeyUse::kNotCurrent;
  std::string nonce = {};
};

struct RetiredKey {
  std::string thumbprint = {};
  std::string next = {};
  std::string rotation = {};
  Instant retired_at = {};
};

// A collector that shows a code.
struct Newcomer {
  std::string name = {};
  std::string version = {};
  std::string system = {};
  std::string jwk = {};
  std::string thumbprint = {};
  // Who it says it was, and at which site, if it was anybody and was told.
  std::string before = {};
  std::string before_site = {};
  // Its old key's word; the signatures were checked.
  std::optional<KeyChange> change = {};
  // Whether it may have the id that it had, if nobody has it.
  bool may_come_back = true;
};

enum class CodeUse {
  kUnknown,   // no such code of this reseller
  kEnrolled,  // now, or by this very key before: the same answer again
  kUsed,      // by another key
  kExpired,
  kKeyTaken,   // the key is a collector's already, of another site, or revoked
  kOtherSite,  // it was a collector of another site, or of another tenant: the code stays good
};

struct CodeUsed {
  CodeUse use = CodeUse::kUnknown;
  std::string collector = {};
  std::string site = {};
  std::string site_name = {};
  std::string thumbprint = {};  // of the key that the collector has now
};

// A batch and everything derived from it. The pointers are the caller's and live through the call.
struct BatchRecord {
  std::string collector = {};
  std::string batch = {};
  std::string stream = {};
  std::int64_t sequence = 0;
  std::string previous = {};
  std::string sha256 = {};               // of the payload, base64url
  const std::string* jws = nullptr;      // S, byte for byte
  const std::string* payload = nullptr;  // P and N, each as raw DEFLATE
  const std::string* names = nullptr;
  Instant received_at = {};
  bool doubtful = false;       // the collector's clock was too far off
  std::int64_t offset_ms = 0;  // by so much, collector minus portal, where it is doubtful

  struct ReadingOf {
    std::size_t printer = 0;  // index into `printers`
    const Reading* reading = nullptr;
  };
  struct JobOf {
    std::size_t printer = 0;
    const JobRecord* job = nullptr;
  };
  struct AlertOf {
    std::size_t printer = 0;
    ChannelKind channel = ChannelKind::kNone;
    const Alert* alert = nullptr;
    Instant since = {};
    std::optional<Instant> cleared_at = {};
  };
  struct EventOf {
    std::size_t printer = 0;
    const PrinterEvent* event = nullptr;
  };
  struct Void {
    std::int64_t sequence = 0;
    std::string detail = {};
  };
  std::vector<PrinterIdentity> printers = {};
  const std::map<std::size_t, Whereabouts>* whereabouts = nullptr;  // by index into `printers`
  std::vector<ReadingOf> readings = {};
  std::vector<JobOf> jobs = {};
  std::vector<AlertOf> alerts = {};
  std::vector<EventOf> events = {};
  std::vector<Void> voided = {};
};

// What the store knows of a batch's place.
enum class BatchPlace {
  kFree,
  kStored,    // this very batch, with this content
  kConflict,  // this batch id with other content
  kFork,      // another batch stands at this stream and sequence
  kRevoked,   // its collector was revoked meanwhile
};

struct BatchFound {
  BatchPlace place = BatchPlace::kFree;
  std::string receipt = {};  // where kStored: what was answered then
};

// Makes the receipt to be stored with the batch, given the sequences missing below it (at most
// kMaxResend, rising).
using MakeReceipt = std::function<std::string(const std::vector<std::int64_t>& resend)>;
inline constexpr std::size_t kMaxResend = 1000;

// A stored batch as it was kept.
struct EvidenceRow {
  std::string collector = {};
  std::string stream = {};
  std::int64_t sequence = 0;
  std::string batch = {};
  std::string sha256 = {};
  Instant received_at = {};
  std::string receipt = {};
  std::string jws = {};
  std::optional<std::string> payload = {};  // empty: erased
  std::optional<std::string> names = {};
  bool plain = false;  // it was stored before these two were kept as DEFLATE
};

struct Gap {
  std::string collector = {};
  std::string stream = {};
  std::int64_t sequence = 0;
  std::string kind = {};  // void, chain, fork
  std::string detail = {};
};

// What a collector said last (proto/heartbeat.h), and when it came.
struct HeartbeatNote {
  std::string collector = {};
  Instant received_at = {};
  Instant at = {};
  std::optional<std::int64_t> offset_ms = {};
  std::string version = {};
  std::string stream = {};
  std::int64_t sequence = 0;
  std::int64_t readings = 0, jobs = 0, alerts = 0, events = 0, batches = 0, aside = 0;
  std::int64_t known = 0, answering = 0, asleep = 0;
  std::string disk = {};
  std::vector<std::string> troubles = {};
  std::int64_t settings_version = 0;  // 0: it said nothing of settings
  std::string settings_outcome = {};
  std::string settings_reason = {};

  bool operator==(const HeartbeatNote&) const = default;
};

struct HeartbeatTaken {
  bool heard = false;      // false: another nonce is expected, and nothing was noted
  std::string nonce = {};  // to be named in the next one
};

// How far a stream is here.
struct StreamPlace {
  std::int64_t unbroken = 0;         // every sequence up to it is stored or void; 0: none is
  std::string unbroken_sha256 = {};  // empty where that one is not stored
  std::int64_t highest = 0;
  std::vector<std::int64_t> missing = {};  // between the two; at most kMaxResend, rising
};

struct SettingsProposal {
  std::int64_t version = 0;
  std::string target = {};    // "col_…" or "sit_…"
  std::string settings = {};  // JSON: {"interval":["1h"]}
  Instant made_at = {};
};

// What a POST was answered (portal/http/repeats.h).
struct KeptAnswer {
  std::string caller = {};
  std::string key = {};      // base64url SHA-256 of the Idempotency-Key
  std::string request = {};  // base64url HMAC, under that key, of what was asked
  std::string answer = {};   // sealed
};

inline constexpr std::chrono::hours kAnswersKept{24};
// Of one caller. A program that adds a customer with its sites a minute comes near.
inline constexpr std::int64_t kMostAnswersKept = 5000;

struct PrinterRow {
  std::string id = {};  // "prn_7Q2M9K4T"
  std::string manufacturer = {};
  std::string serial = {};  // empty: it named none, and is kept apart by its collector
  std::string product = {};
  std::string model = {};
  std::string firmware = {};
  Site site = {};
  std::optional<std::string> state = {};
  std::optional<Instant> first_seen = {};  // absent, these two: no collector told of it yet
  std::optional<Instant> last_seen = {};
  // Ids of other sites where the serial showed up; only the customer's where the filter names one.
  std::vector<std::string> claimed_by = {};
  Whereabouts whereabouts = {};  // as far as the site lets it be known, perhaps hashed
};

// Which printers: all of the reseller, or narrower. Empty members do not narrow. The last four are
// for lists of printers, and looked at by no other question.
//
// `customer` is more than a choice of printers: rows are as that customer may see them. Those are
// the printers that stand there, and those that its own collectors told of, however long ago; each
// with what its own collectors told, and at the site from which they did.
struct PrinterFilter {
  std::string customer = {};
  std::string site = {};
  std::string printer = {};
  std::string serial = {};
  std::string model = {};
  std::string state = {};
  std::string text = {};  // stands in serial, model, product or name, whatever its case
};

// Who said when a job ended: the printer, by its clock; or nobody, and it is when the collector saw
// that it had ended (LEDM and SNMP tell no times of jobs).
constexpr std::string_view EndedBy(bool end_is_told) {
  return end_is_told ? "printer" : "sighting";
}

// A job of one printer, as it is exported.
struct JobRow {
  std::string customer = {}, site = {};  // whose collector told it, and where that stands
  std::string channel = {}, job = {};
  std::int64_t revision = 0;
  std::string type = {}, status = {};
  Instant ended_at = {};                                               // by the collector's clock
  bool end_is_told = false;                                            // else when it was seen
  std::optional<Instant> submitted = {}, started = {}, finished = {};  // by the printer's
  std::optional<std::int64_t> copies = {}, printed_copies = {}, pages = {}, printed_pages = {};
  std::optional<std::string> media = {}, area = {}, area_unit = {}, length = {}, length_unit = {},
                             quality = {};
  std::string ink = {};    // JSON: [["magenta","0.21","cc"]]
  std::string batch = {};  // that told the latest of it
};

// After which job of a printer to go on. Empty: before the first.
struct JobPlace {
  Instant ended_at = {};
  std::string channel = {};
  std::string job = {};
};

class Store {
 public:
  virtual ~Store() = default;

  // What changes something writes who did it into the audit log, in the same transaction.

  // Tenancy. Add… answers the new id, or empty where the name is taken (or the parent is not ours).
  virtual std::optional<std::string> AddCustomer(const ResellerId& reseller,
                                                 const std::string& name, Instant now,
                                                 const Actor& actor) = 0;
  virtual std::optional<std::string> AddSite(const ResellerId& reseller, const Site& site,
                                             Instant now, const Actor& actor) = 0;
  // Another name, and for a site another time zone. What it was called before is free again.
  virtual Renamed RenameCustomer(const ResellerId& reseller, const Customer& customer,
                                 const Actor& actor, Instant now) = 0;
  virtual Renamed ChangeSite(const ResellerId& reseller, const Site& site, const Actor& actor,
                             Instant now) = 0;
  virtual std::vector<Customer> Customers(const ResellerId& reseller) = 0;
  virtual std::vector<Site> Sites(const ResellerId& reseller) = 0;
  virtual std::optional<Site> FindSite(const ResellerId& reseller, const std::string& id) = 0;

  // Access. AddToken answers the new id, empty where the customer is not this reseller's; AddCode
  // false where the site is not.
  virtual std::optional<std::string> AddToken(const ResellerId& reseller, const ApiToken& token,
                                              const Actor& actor) = 0;
  virtual std::vector<ApiToken> Tokens(const ResellerId& reseller) = 0;
  // By id, those after `after`; at most `limit`.
  virtual std::vector<ApiToken> TokensAfter(const ResellerId& reseller, const std::string& after,
                                            std::size_t limit) = 0;
  // False where it is not this reseller's. A second time changes nothing.
  virtual bool RevokeToken(const ResellerId& reseller, const std::string& id, Instant now,
                           const Actor& actor) = 0;
  virtual void NoteTokenUse(const ResellerId& reseller, const std::string& id, Instant now) = 0;
  virtual bool AddCode(const ResellerId& reseller, const EnrolmentOffer& offer,
                       const Actor& actor) = 0;
  virtual std::vector<EnrolmentOffer> Codes(const ResellerId& reseller) = 0;
  // Uses a code up, in one transaction. Used again by the same key it answers the same; so it does
  // for the key that the newcomer had before. At the same site, and with the word of the key that
  // it has there, the newcomer stays the collector that it was; a collector that the portal has
  // forgotten comes back as itself; any other is a new one.
  virtual CodeUsed UseCode(const ResellerId& reseller, const std::string& hash,
                           const Newcomer& newcomer, Instant now) = 0;
  virtual std::vector<Collector> Collectors(const ResellerId& reseller) = 0;
  // Another key for a collector. `said` and `next` are nonces, as for TakeHeartbeat. Asked again
  // for the same two keys it answers the same, whatever the nonce.
  virtual KeyReplaced ReplaceKey(const ResellerId& reseller, const KeyChange& change,
                                 const std::string& said, const std::string& next, Instant now) = 0;
  // Those that the collector had before, oldest first.
  virtual std::vector<RetiredKey> RetiredKeys(const ResellerId& reseller,
                                              const std::string& collector) = 0;
  // False where it is not this reseller's. A second time changes nothing.
  virtual bool RevokeCollector(const ResellerId& reseller, const std::string& id, Instant now,
                               const Actor& actor) = 0;

  // Evidence. FindBatch looks at identity and place only; StoreBatch looks again in the
  // transaction in which it stores batch, receipt and everything derived, or nothing at all.
  // The collector must be this reseller's (else it throws). Of one that was revoked nothing is
  // stored, however long ago its batch was found good.
  virtual BatchFound FindBatch(const ResellerId& reseller, const BatchRecord& batch) = 0;
  virtual BatchFound StoreBatch(const ResellerId& reseller, const BatchRecord& batch,
                                const MakeReceipt& receipt) = 0;
  virtual void NoteGap(const ResellerId& reseller, const Gap& gap, Instant now) = 0;
  virtual std::vector<Gap> Gaps(const ResellerId& reseller) = 0;
  // By collector, stream and sequence; of one collector, or of all where it is empty.
  virtual void EachBatch(const ResellerId& reseller, const std::string& collector,
                         const std::function<void(const EvidenceRow&)>& visit) = 0;

  // Heartbeats. TakeHeartbeat notes it, and gives `next` out, if `said` is the nonce that the
  // collector was given last; else it tells that one (for the first time, `next`). The collector
  // must be this reseller's (else it throws). Heartbeats: of those that were heard, by collector.
  virtual HeartbeatTaken TakeHeartbeat(const ResellerId& reseller, const HeartbeatNote& note,
                                       const std::string& said, const std::string& next) = 0;
  virtual std::vector<HeartbeatNote> Heartbeats(const ResellerId& reseller) = 0;
  virtual StreamPlace FindStream(const ResellerId& reseller, const std::string& collector,
                                 const std::string& stream) = 0;

  // Settings that collectors are asked to take. Propose… answers the version, empty where the
  // target is no collector or site of this reseller. SettingsFor: the collector's own, else its
  // site's, the latest.
  virtual std::optional<std::int64_t> ProposeSettings(const ResellerId& reseller,
                                                      const std::string& target,
                                                      const std::string& settings, Instant now,
                                                      const Actor& actor) = 0;
  virtual std::optional<SettingsProposal> SettingsFor(const ResellerId& reseller,
                                                      const std::string& collector) = 0;

  // What was asked of exactly this collector or site, the latest.
  virtual std::optional<SettingsProposal> SettingsOf(const ResellerId& reseller,
                                                     const std::string& target) = 0;

  // What `work` asks and changes with this thread is one transaction. What it throws rolls all of
  // it back, and is thrown on. It must wait for no other thread that may want to write.
  virtual void Together(const std::function<void()>& work) = 0;

  // What `work` asks with this thread is as it was at its first question; once it has changed
  // something, as it is at the next. Costs less than each question on its own.
  virtual void AtOneInstant(const std::function<void()>& work) = 0;

  // Answers to POSTs, for who asks twice. FindAnswer: what was kept within the last day. KeepAnswer
  // also forgets this reseller's of before; the first that is kept for a key stays.
  virtual std::optional<KeptAnswer> FindAnswer(const ResellerId& reseller,
                                               const std::string& caller, const std::string& key,
                                               Instant now) = 0;
  virtual void KeepAnswer(const ResellerId& reseller, const KeptAnswer& answer, Instant now) = 0;
  // Whether less than kMostAnswersKept of that caller's are kept.
  virtual bool HasRoomForAnswer(const ResellerId& reseller, const std::string& caller,
                                Instant now) = 0;

  // The fleet. Printers are ordered by id and start after `after`; at most `limit`.
  virtual std::vector<PrinterRow> Printers(const ResellerId& reseller, const PrinterFilter& filter,
                                           const std::string& after, std::size_t limit) = 0;
  // All of a filter, ordered as the exports are: customer, site, serial, id.
  virtual std::vector<PrinterRow> PrintersInOrder(const ResellerId& reseller,
                                                  const PrinterFilter& filter) = 0;
  // The printer stands at that site from now on, and what other sites claimed is settled; one that
  // tells of it later claims it anew. What was told stays with the customer whose collectors did;
  // alerts that last are over for the customer it leaves.
  virtual Moved MovePrinter(const ResellerId& reseller, const std::string& printer,
                            const std::string& site, const Actor& actor, Instant now) = 0;
  // Of what that customer's collectors told; with an empty `customer`, of all.
  // Jobs of one printer that ended at `from` or later and before `to`, by the collector's clock: as
  // the printer said, where its clock is known to be off by so much, else when the record was seen.
  // Ordered by that instant, channel and job, from the one after `after` on, until `visit` says
  // false. A row lives as long as its visit. Each names the customer and the site that it was told
  // from; one that two customers' collectors told is, of all, only that of the customer who saw the
  // printer first.
  virtual void EachJob(const ResellerId& reseller, const std::string& customer,
                       const std::string& printer, Instant from, Instant to, const JobPlace& after,
                       const std::function<bool(const JobRow&)>& visit) = 0;
};

}  // namespace plotmeter
