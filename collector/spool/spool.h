// The spool: what was read, on disk until the portal has it. One SQLite file, `spool.db`, in the
// state directory; every function that changes something is durable when it returns, and all or
// nothing when the machine dies within it.
//
//    Spool spool({.directory = "/var/lib/plotmeter"}, clock);
//    spool.Keep(reading);                                 // readings, jobs, alerts come in …
//    spool.Cut(signer);                                   // … become a batch that never changes …
//    while (auto batch = spool.Next()) Send(batch->message);   // … is sent, as often as it takes …
//    spool.Receipted(batch->batch, receipt_jws, at);      // … and only a receipt lets it be
//                                                         // forgotten
//
// A batch belongs to a stream (a random UUID made with the spool), has a sequence without holes in
// it, and names the SHA-256 of the one before. It is signed when it is cut and sealed when it is
// sent, so the spool knows the signing key of the call only, and HTTP not at all.
//
// One thread uses one Spool; other processes may have theirs on the same directory. Errors of the
// disk throw SqliteError.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "collector/spool/masking.h"
#include "common/clock.h"
#include "common/crypto.h"
#include "common/event.h"
#include "common/given_meter.h"
#include "common/job.h"
#include "common/reading.h"
#include "common/sqlite.h"
#include "common/whereabouts.h"
#include "proto/batch.h"
#include "proto/rotation.h"

namespace plotmeter {

struct SpoolSettings {
  std::string directory = {};
  // Whether a spool is made where there is none; who only looks throws std::runtime_error instead.
  bool make = true;
  MaskModes masks = {};
  // How long messages are kept after their receipt, so that a portal restored from a backup can ask
  // for them again.
  std::chrono::days keep_messages{35};
  // How many bytes the spool may hold; 0: no limit. What is free in its file does not count, nor
  // does its write-ahead log, of a few megabytes.
  std::int64_t limit = 0;
  // In the directory. Another name only while a spool is made that is to take the place of one.
  std::string file = "spool.db";
};

// What became of a spool that was not what it should be (spool_rescue.h).
struct Rescued {
  std::string aside = {};  // the name of the old file now, in the same directory
  std::string why = {};    // what was wrong with it
  // What could be read of it, and what waits of that.
  std::int64_t printers = 0, readings = 0, jobs = 0, alerts = 0, events = 0, batches = 0;
  std::int64_t lost = 0;   // rows that were there and could not be read, as far as one can tell
  std::string words = {};  // all of that in a sentence
};

// What befell the spool itself.
struct Mishap {
  Instant at = {};
  std::string kind = {};  // "damaged", "foreign" or "full"
  std::string what = {};  // a sentence
};

// Cut was told to use a key that was retired.
struct KeyRetired : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// For whom and by whom a batch is cut.
struct BatchSigner {
  std::string portal = {};          // thumbprint
  std::string collector = {};       // "col_…"
  const PrivateKey* key = nullptr;  // must outlive the call
};

// What one batch may hold at most. The defaults keep what the portal accepts.
struct CutLimits {
  std::size_t printers = kMaxPrinters;
  std::size_t readings = kMaxReadings;
  std::size_t jobs = kMaxJobs;
  std::size_t alerts = kMaxAlerts;
  std::size_t events = kMaxEvents;
  std::size_t bytes = std::size_t{5} << 19;  // 2.5 MiB of contents: sealed, it never passes 4 MiB
};

// A batch as it lies in the spool.
struct CutBatch {
  std::string batch = {};  // UUIDv7
  std::string stream = {};
  std::int64_t sequence = 0;
  std::string sha256 = {};   // base64url of SHA-256(P): what the receipt names
  std::string message = {};  // M = S LF P LF N; empty when too old to be kept
  Instant created_at = {};
  std::int64_t items = 0;  // readings, jobs, alerts and events in it
  std::int64_t tries = 0;  // how often it was sent
};

// P and N of M = S LF P LF N: the bytes that the portal keeps.
BatchText TextOfMessage(std::string_view message);

enum class BatchState { kCut, kReceipted, kAside, kMoved };
std::string_view ToText(BatchState state);

struct OutboxEntry {
  CutBatch batch = {};  // without its message
  BatchState state = BatchState::kCut;
  std::optional<Instant> sent_at = {};          // the last time
  std::optional<std::int64_t> sent_bytes = {};  // sealed, as they went out then
  std::optional<Instant> receipted_at = {};
  std::string receipt = {};  // JWS
  std::string reason = {};   // why it was set aside or moved
};

// What is not in the portal yet.
struct Waiting {
  std::int64_t readings = 0;  // in no batch
  std::int64_t jobs = 0;
  std::int64_t alerts = 0;
  std::int64_t events = 0;
  std::int64_t batches = 0;  // cut, without receipt
  std::int64_t aside = 0;    // refused for good
};

// The stream that is written now, and the last batch cut in it.
struct StreamEnd {
  std::string stream = {};
  std::int64_t sequence = 0;  // 0: none was cut
  std::string sha256 = {};
  std::optional<std::int64_t> offset_ms = {};  // our clock minus the portal's, as measured last
};

struct AlertChanges {
  std::vector<Alert> appeared = {};
  std::vector<Alert> cleared = {};
};

// Another address at which a known printer answered.
struct SpareAddress {
  std::string host = {};
  std::uint16_t snmp_port = 161;
  std::uint16_t https_port = 443;
  std::string access = {};
  Instant since = {};  // when it was seen there first
  bool proven = true;  // it was seen at its other address after that; else it may have moved

  bool operator==(const SpareAddress&) const = default;
};

// A printer that is read. Found by discovery, kept until it is forgotten by a person. It is read at
// one address only; the others are spare.
struct KnownPrinter {
  std::int64_t id = 0;    // of its row; 0: not kept yet
  std::string host = {};  // empty: another device took its address, and it was not seen since
  std::uint16_t snmp_port = 161;
  std::uint16_t https_port = 443;
  std::string piws_url = {};
  PrinterIdentity identity = {};
  Instant found_at = {};
  std::string access = {};  // the discovery profile whose credentials let us in
  std::string name = {};    // the host name it was asked for by; empty: an address
  std::string label = {};   // a person's words for its site, and about it
  std::string note = {};
  std::vector<std::string> macs = {};  // "00:1b:78:aa:bb:cc", sorted
  std::vector<SpareAddress> spares = {};

  // Without a serial it is known by its MAC at best, and cannot be billed.
  bool is_weak() const { return identity.serial.empty(); }
  bool operator==(const KnownPrinter&) const = default;
};

// How far the sweep of a discovery profile has come, or when it ended.
struct SweepRecord {
  std::string what = {};   // ranges and all else that makes it another sweep when it changes
  std::uint64_t next = 0;  // all before this place of its walk were asked
  std::string told = {};   // a bit a place, lowest first: a verdict was given
  Instant started_at = {};
  std::optional<Instant> finished_at = {};

  bool operator==(const SweepRecord&) const = default;
};

class Spool {
 public:
  // Makes directory, tables, stream and masking key where they are missing and may be made. `clock`
  // must outlive the spool.
  Spool(const SpoolSettings& settings, const Clock& clock);

  // The file turned out to be damaged while it was open: saves what can be read of it and goes on
  // with that (spool_rescue.h). `signer` is the collector's own key, or null. Throws when the disk
  // does not let it; then the spool is as it was.
  Rescued Rescue(const std::string& why, const PublicKey* signer);
  std::vector<Mishap> Mishaps(std::size_t newest = 10);  // newest first
  void Note(const Mishap& mishap);
  std::vector<PrinterIdentity> Printers();  // that were ever read

  // Runs `act` in one transaction: what it keeps is kept together or not at all.
  void Together(const std::function<void()>& act);

  // When the modes are others than those under which this was called last: masks on disk what waits
  // uncut, and what was kept of jobs and printers, again. What was cut stays as it is. For who
  // reads and sends; who only looks has modes of its own.
  void MaskAgain();
  // The modes of that time; empty: never.
  std::optional<MaskModes> MaskedUnder();

  // What is kept until Sync() goes to the disk then, in one turn: each Together is still all or
  // nothing, and a few dozen of them cost no more than one. Sync() throws what the disk said if any
  // of it was lost. Other processes cannot write meanwhile. Not within Together.
  void SyncLater();
  void Sync();

  // A printer is (manufacturer, serial); product, model and firmware are what was told last.
  // Reading::alerts are not kept here: see Alerts.
  void Keep(const Reading& reading);

  // Keeps the best record of (printer, channel, job); true when that made a new revision. The name
  // is masked before it is written; a start that was only reckoned is told as it was before.
  bool Keep(const PrinterIdentity& printer, const JobRecord& told);

  // That channel of the printer showed its whole list of jobs now: those it did not show are gone
  // from it, and only they are ever forgotten.
  void ShowedJobs(const PrinterIdentity& printer, ChannelKind channel);

  // What a printer says of its place, masked before it is written. It travels with the printer's
  // readings. What is not said leaves what was said before; empty text says that there is none.
  void Keep(const PrinterIdentity& printer, const Whereabouts& said);

  // Keeps an event, unless the same one (printer, channel, kind, key) was kept before; true when it
  // is new.
  bool Keep(const PrinterIdentity& printer, const PrinterEvent& event);

  // `active` is the channel's complete list now: what is new in it began now, what is missing from
  // it ended now. Where their numbers come again after each start of the printer, `since` is when it
  // started (card_start.h).
  AlertChanges Alerts(const PrinterIdentity& printer, ChannelKind channel,
                      std::vector<Alert> active, const std::optional<Instant>& since = {});

  // From now on nothing is cut with that key, by whichever process: it is about to name the next
  // one (proto/rotation.h), and with it where it stopped, which is what this answers. A second time
  // it answers the same. `signer` names portal, collector and key.
  std::vector<StreamMark> Retire(const BatchSigner& signer);
  // It was not replaced after all.
  void Reinstate(const PublicKey& key);
  bool IsRetired(const PublicKey& key);

  // Makes one batch of what is in none: alerts first, then events, readings, jobs, oldest first, as
  // far as the limits go; call again for the rest. Empty when nothing waits. Throws KeyRetired.
  std::optional<CutBatch> Cut(const BatchSigner& signer, const CutLimits& limits = {});

  // What Cut would write now; changes nothing. The batch id, the salts and the instant will be
  // others when it is cut. Empty when nothing waits.
  std::optional<BatchText> Preview(const BatchSigner& signer, const CutLimits& limits = {});

  // The oldest batch without a receipt. Throws SqliteError that is_damage() when its bytes are not
  // those that were cut; Cut does when what waits is not what was kept.
  std::optional<CutBatch> Next();

  // Counts a try of so many bytes, before anything is sent.
  void Sending(const std::string& batch, std::size_t bytes);

  // The portal has it: its contents are forgotten. `receipt` was verified by the caller.
  void Receipted(const std::string& batch, const std::string& receipt);

  // Refused for good: kept for people, named in the void of the next batch, and out of the way.
  void SetAside(const std::string& batch, const std::string& reason);

  // Too large for the portal: set aside, and its contents are cut again into batches of half its
  // size. A batch of one item can only be set aside.
  void CutAnew(const std::string& batch, const std::string& reason);

  // A new stream; everything without a receipt is moved into it. The portal may have seen jobs in
  // revisions that this spool knows nothing of, because it was restored or has a twin: of each job
  // the next answer of its printer makes a revision above all that there can have been.
  void NewStream(const std::string& reason);

  // The portal misses these of the current stream: sends them again, or names them in the next
  // void. Returns how many will be sent again that had their receipt.
  std::int64_t Resend(const std::vector<std::int64_t>& sequences);
  // The same for a stream that was written before; a void can name nothing of it.
  std::int64_t ResendOf(const std::string& stream, const std::vector<std::int64_t>& sequences);

  // Our clock minus the portal's, measured at `at`: goes into the batches cut from now on.
  void MeasuredOffset(std::chrono::milliseconds offset, Instant at);

  // Forgets messages after their retention, and jobs and events that were not shown for as long,
  // the jobs only if their printer has shown its list without them since: one that is switched off
  // shows nothing. `now` is the portal's word where there is one: a clock that was set a year ahead
  // must not let anything go, or a job would be told anew as its first revision.
  void ForgetOld(std::optional<Instant> now = {});

  // Makes room when there is more than the limit, as spool_limit.h says, for two seconds at most.
  // Answers which kinds of things went; they are told to the portal and kept as a Mishap.
  std::vector<std::string> KeepWithin();
  std::int64_t used_bytes();

  std::vector<OutboxEntry> Outbox(std::size_t newest = 1000);  // newest first
  // One of them with its message, by its SHA-256, batch id, or sequence in the current stream.
  std::optional<OutboxEntry> Shown(const std::string& which);
  Waiting CountWaiting();
  std::string stream();
  StreamEnd stream_end();
  // The streams before, as far as messages of them are kept: the last batch of each that has its
  // receipt. Newest first; none that were cut for another portal or by another collector.
  std::vector<StreamEnd> EarlierStreams(std::size_t most, const std::string& portal,
                                        const std::string& collector);
  // SHA-256 of the P of that batch of the current stream; empty: there is none.
  std::string HashOf(std::int64_t sequence);

  // Replaces what was known of this id; without an id, of (host, snmp_port).
  void Know(const KnownPrinter& printer);
  std::vector<KnownPrinter> KnownPrinters();  // by host and port
  bool KnowsAnyPrinter();

  // What was learnt of printers, by host and SNMP port; the text is its channel's. Forgotten with
  // the address of its known printer.
  using Learnt = std::map<std::pair<std::string, std::uint16_t>, std::string>;
  void RememberLearnt(const Learnt& learnt);
  Learnt LearntOfPrinters();

  // By the name of the profile.
  void RecordSweep(const std::string& profile, const SweepRecord& sweep);
  std::optional<SweepRecord> LastSweep(const std::string& profile);

  // Which key a printer's web server showed at first contact.
  void RememberCertificate(const std::string& printer, const std::string& fingerprint);
  std::map<std::string, std::string> Certificates();
  // The keys shown at this address, and those of the printers that are read there, so that the next
  // one counts as the first. Returns how many were forgotten.
  std::int64_t ForgetCertificates(const std::string& host);

  // Which channel ever gave which meter of a printer.
  void RememberGiven(const std::set<GivenMeter>& given);
  std::set<GivenMeter> GivenMeters();

 private:
  friend class SpoolRescue;
  friend class SpoolRoom;
  struct Contents;

  void Prepare();
  std::int64_t PrinterRow(const PrinterIdentity& printer);
  // What stands for this start of a printer in the ids of its jobs and alerts (card_start.h).
  std::string CardStart(std::int64_t printer, Instant reckoned);
  // The next revision of any job is above all that there can have been; and of each job that is
  // known, the next answer makes one.
  void CountRevisionsAnew();
  void RaiseRevisions();
  Contents TakeUnsent(const BatchSigner& signer, const CutLimits& limits);
  void MarkCut(const Contents& contents, std::int64_t batch);
  void Free(std::int64_t batch);
  void PutBack(const std::string& message);
  std::optional<std::string> Mask(std::string_view field, const std::string& value,
                                  bool again = false) const;
  Whereabouts PlaceOf(std::int64_t printer);
  void KeepPlace(std::int64_t printer, const Whereabouts& place);
  Whereabouts MaskedPlace(const Whereabouts& said, bool again) const;
  void Within(const std::function<void()>& act);  // the transaction that waits for Sync

  SpoolSettings settings_;
  const Clock& clock_;
  Database db_;
  Secret masking_key_;
  bool together_ = false;
  std::optional<Transaction> until_sync_;
  // The one whose row was looked at last; empty after anything was taken back.
  std::optional<std::pair<PrinterIdentity, std::int64_t>> at_hand_;
  std::optional<SqliteError> lost_;  // why what was to wait for Sync is gone
};

}  // namespace plotmeter
