// Store, Accounts, Lists, Directory, Forgetting, Schedules, Books, EnteredReadings, Watching,
// Incidents and Outbox, answered by one SQLite file (WAL, synchronous=FULL).
//
//    SqliteStore::Create("data/portal.db");        // a new file with the latest schema
//    SqliteStore store("data/portal.db");          // throws NewerDatabase, or when it is older
//
// Several processes may hold the file at once (`serve`, and a command beside it).

#pragma once

#include <chrono>
#include <string>

#include "portal/store/accounts.h"
#include "portal/store/books.h"
#include "portal/store/connection.h"
#include "portal/store/derived.h"
#include "portal/store/directory.h"
#include "portal/store/entered.h"
#include "portal/store/forgetting.h"
#include "portal/store/incidents.h"
#include "portal/store/lists.h"
#include "portal/store/outbox.h"
#include "portal/store/schedules.h"
#include "portal/store/store.h"
#include "portal/store/watching.h"

namespace plotmeter {

class SqliteStore : public Store,
                    public Accounts,
                    public Lists,
                    public Directory,
                    public Forgetting,
                    public Schedules,
                    public Books,
                    public EnteredReadings,
                    public Watching,
                    public Incidents,
                    public Outbox {
 public:
  // Makes the file, or brings an older one up to date; answers the schema it had (0: it was new).
  static int Create(const std::string& path);

  // The file must exist and have LatestSchema(); throws std::runtime_error that says what to do.
  // What is to be written waits `patience` for another process that writes, then it throws
  // SqliteBusy. A person at the command line waits rather than reads that the database is locked.
  explicit SqliteStore(const std::string& path,
                       std::chrono::milliseconds patience = std::chrono::seconds(30));

  std::optional<std::string> AddCustomer(const ResellerId& reseller, const std::string& name,
                                         Instant now, const Actor& actor) override;
  std::optional<std::string> AddSite(const ResellerId& reseller, const Site& site, Instant now,
                                     const Actor& actor) override;
  Renamed RenameCustomer(const ResellerId& reseller, const Customer& customer, const Actor& actor,
                         Instant now) override;
  Renamed ChangeSite(const ResellerId& reseller, const Site& site, const Actor& actor,
                     Instant now) override;
  std::vector<Customer> Customers(const ResellerId& reseller) override;
  std::vector<Site> Sites(const ResellerId& reseller) override;
  std::optional<Site> FindSite(const ResellerId& reseller, const std::string& id) override;

  std::optional<std::string> AddToken(const ResellerId& reseller, const ApiToken& token,
                                      const Actor& actor) override;
  std::vector<ApiToken> Tokens(const ResellerId& reseller) override;
  std::vector<ApiToken> TokensAfter(const ResellerId& reseller, const std::string& after,
                                    std::size_t limit) override;
  bool RevokeToken(const ResellerId& reseller, const std::string& id, Instant now,
                   const Actor& actor) override;
  void NoteTokenUse(const ResellerId& reseller, const std::string& id, Instant now) override;
  bool AddCode(const ResellerId& reseller, const EnrolmentOffer& offer,
               const Actor& actor) override;
  std::vector<EnrolmentOffer> Codes(const ResellerId& reseller) override;
  CodeUsed UseCode(const ResellerId& reseller, const std::string& hash, const Newcomer& newcomer,
                   Instant now) override;
  std::vector<Collector> Collectors(const ResellerId& reseller) override;
  KeyReplaced ReplaceKey(const ResellerId& reseller, const KeyChange& change,
                         const std::string& said, const std::string& next, Instant now) override;
  std::vector<RetiredKey> RetiredKeys(const ResellerId& reseller,
                                      const std::string& collector) override;
  bool RevokeCollector(const ResellerId& reseller, const std::string& id, Instant now,
                       const Actor& actor) override;

  BatchFound FindBatch(const ResellerId& reseller, const BatchRecord& batch) override;
  BatchFound StoreBatch(const ResellerId& reseller, const BatchRecord& batch,
                        const MakeReceipt& receipt) override;
  void NoteGap(const ResellerId& reseller, const Gap& gap, Instant now) override;
  std::vector<Gap> Gaps(const ResellerId& reseller) override;
  void EachBatch(const ResellerId& reseller, const std::string& collector,
                 const std::function<void(const EvidenceRow&)>& visit) override;

  HeartbeatTaken TakeHeartbeat(const ResellerId& reseller, const HeartbeatNote& note,
                               const std::string& said, const std::string& next) override;
  std::vector<HeartbeatNote> Heartbeats(const ResellerId& reseller) override;
  StreamPlace FindStream(const ResellerId& reseller, const std::string& collector,
                         const std::string& stream) override;
  std::optional<std::int64_t> ProposeSettings(const ResellerId& reseller, const std::string& target,
                                              const std::string& settings, Instant now,
                                              const Actor& actor) override;
  std::optional<SettingsProposal> SettingsFor(const ResellerId& reseller,
                                              const std::string& collector) override;

  std::vector<PrinterRow> Printers(const ResellerId& reseller, const PrinterFilter& filter,
                                   const std::string& after, std::size_t limit) override;
  std::vector<PrinterRow> PrintersInOrder(const ResellerId& reseller,
                                          const PrinterFilter& filter) override;
  Moved MovePrinter(const ResellerId& reseller, const std::string& printer, const std::string& site,
                    const Actor& actor, Instant now) override;
  void EachJob(const ResellerId& reseller, const std::string& customer, const std::string& printer,
               Instant from, Instant to, const JobPlace& after,
               const std::function<bool(const JobRow&)>& visit) override;

  void EachChannel(const ResellerId& reseller, const std::string& customer,
                   const std::string& printer, const std::vector<AccountState>& states,
                   Instant until,
                   const std::function<void(const ChannelReadings&)>& visit) override;
  bool IsShared(const ResellerId& reseller, const std::string& printer) override;
  std::vector<PrinterPlace> PlacesOf(const ResellerId& reseller,
                                     const std::string& printer) override;
  std::vector<std::string> TimeZonesOf(const ResellerId& reseller,
                                       const std::string& printer) override;
  std::vector<AccountState> StatesBefore(const ResellerId& reseller, const std::string& printer,
                                         Instant at) override;
  std::optional<Instant> LastReading(const ResellerId& reseller, const std::string& printer,
                                     Instant before) override;
  std::optional<Instant> ReadBefore(const ResellerId& reseller, const std::string& printer,
                                    Instant since) override;
  std::vector<StalePrinter> StalePrinters(const ResellerId& reseller, std::size_t limit) override;
  bool KeepBooks(const ResellerId& reseller, const StalePrinter& stale,
                 const PrinterBooks& books) override;
  void ReopenBooks(const ResellerId& reseller) override;
  std::string BatchId(const ResellerId& reseller, std::int64_t number) override;
  std::vector<GapDecision> DecisionsOf(const ResellerId& reseller,
                                       const std::string& printer) override;
  Page<NamedGap> MeterGaps(const ResellerId& reseller, const PrinterFilter& filter,
                           bool undecided_only, const Span& span, const Position& after,
                           std::size_t limit) override;
  std::optional<NamedGap> FindGap(const ResellerId& reseller, const std::string& customer,
                                  const std::string& id) override;
  bool Decide(const ResellerId& reseller, const GapDecision& decision, const Actor& actor) override;
  std::vector<NamedReconciled> ReconciledSince(const ResellerId& reseller,
                                               const std::string& printer,
                                               MonthNumber month) override;
  std::vector<NamedMonth> MonthsSince(const ResellerId& reseller, const std::string& printer,
                                      MonthNumber month) override;
  std::vector<SiteUsage> UsageBySite(const ResellerId& reseller, MonthNumber month,
                                     const PrinterFilter& filter) override;

  PrinterAdded AddPrinter(const ResellerId& reseller, const NewPrinter& printer, const Actor& actor,
                          Instant now) override;
  Entered Enter(const ResellerId& reseller, const EnteredReading& reading, const Actor& actor,
                Instant now) override;
  Withdrawn Withdraw(const ResellerId& reseller, const std::string& id, const std::string& reason,
                     const Actor& actor, Instant now) override;
  Page<EnteredReading> ListEntered(const ResellerId& reseller, const std::string& customer,
                                   const std::string& printer, const Position& after,
                                   std::size_t limit) override;
  std::optional<EnteredReading> FindEntered(const ResellerId& reseller, const std::string& customer,
                                            const std::string& id) override;

  PersonAdded AddPerson(const ResellerId& reseller, const Person& person, const LinkOffer& link,
                        const Actor& actor, Instant now) override;
  std::vector<Person> People(const ResellerId& reseller, const std::string& after,
                             std::size_t limit) override;
  std::optional<Person> FindPerson(const ResellerId& reseller, const std::string& id) override;
  PersonChanged ChangePerson(const ResellerId& reseller, const std::string& id,
                             const PersonChange& change, const Actor& actor, Instant now) override;
  bool AddLink(const ResellerId& reseller, const std::string& person, const LinkOffer& link,
               const Actor& actor, Instant now) override;
  std::optional<std::string> UseLink(const ResellerId& reseller, const std::string& hash,
                                     const std::string& password, Instant now) override;
  PersonSecrets SecretsOf(const ResellerId& reseller, const std::string& person) override;
  bool SetPassword(const ResellerId& reseller, const std::string& person,
                   const std::string& password, const std::string& kept,
                   std::optional<std::int64_t> proved, const Actor& actor, Instant now) override;
  void Rehash(const ResellerId& reseller, const std::string& person, const std::string& was,
              const std::string& password) override;
  bool BeginTotp(const ResellerId& reseller, const std::string& person,
                 const std::string& sealed) override;
  bool ConfirmTotp(const ResellerId& reseller, const std::string& person, std::int64_t step,
                   const std::vector<std::string>& recovery_codes, const Actor& actor,
                   Instant now) override;
  void DropTotp(const ResellerId& reseller, const std::string& person, const Actor& actor,
                Instant now) override;
  bool UseTotpStep(const ResellerId& reseller, const std::string& person,
                   std::int64_t step) override;
  bool UseRecoveryCode(const ResellerId& reseller, const std::string& person,
                       const std::string& hash, const Actor& actor, Instant now) override;
  void SetRecoveryCodes(const ResellerId& reseller, const std::string& person,
                        const std::vector<std::string>& hashes, const Actor& actor,
                        Instant now) override;
  bool AddSession(const ResellerId& reseller, const std::string& person, const NewSession& session,
                  Instant now) override;
  void SeeSession(const ResellerId& reseller, const std::string& hash, Instant now) override;
  void EndSession(const ResellerId& reseller, const std::string& hash) override;
  std::int64_t EndSessions(const ResellerId& reseller, const std::string& person,
                           const Actor& actor, Instant now) override;
  bool KnowsDevice(const ResellerId& reseller, const std::string& person,
                   const std::string& hash) override;
  std::chrono::seconds TakeAttempt(const ResellerId& reseller,
                                   const std::vector<std::string>& subjects, const Judge& judge,
                                   Instant now) override;
  void Forgive(const ResellerId& reseller, const std::string& subject, Forgiven what) override;
  std::optional<Reseller> FindReseller(const ResellerId& reseller) override;
  bool RenameReseller(const ResellerId& reseller, const std::string& name, const Actor& actor,
                      Instant now) override;
  void NoteAudit(const ResellerId& reseller, const AuditNote& note, const Actor& actor,
                 Instant now) override;
  std::vector<AuditRow> AuditRows(const ResellerId& reseller, std::int64_t before,
                                  std::size_t limit) override;
  void EachAuditRow(const ResellerId& reseller,
                    const std::function<void(const AuditRow&)>& visit) override;

  std::optional<SettingsProposal> SettingsOf(const ResellerId& reseller,
                                             const std::string& target) override;
  std::optional<KeptAnswer> FindAnswer(const ResellerId& reseller, const std::string& caller,
                                       const std::string& key, Instant now) override;
  void KeepAnswer(const ResellerId& reseller, const KeptAnswer& answer, Instant now) override;
  bool HasRoomForAnswer(const ResellerId& reseller, const std::string& caller,
                        Instant now) override;
  void Together(const std::function<void()>& work) override { pool_.Together(work); }
  void AtOneInstant(const std::function<void()>& work) override { pool_.AtOneInstant(work); }

  Page<Customer> ListCustomers(const ResellerId& reseller, const PrinterFilter& filter,
                               const Position& after, std::size_t limit) override;
  Page<Site> ListSites(const ResellerId& reseller, const PrinterFilter& filter,
                       const Position& after, std::size_t limit) override;
  Page<CollectorRow> ListCollectors(const ResellerId& reseller, const PrinterFilter& filter,
                                    const Position& after, std::size_t limit) override;
  Page<CodeRow> ListCodes(const ResellerId& reseller, const PrinterFilter& filter,
                          const Position& after, std::size_t limit) override;
  std::optional<Customer> FindCustomer(const ResellerId& reseller, const std::string& id) override;
  std::optional<CollectorRow> FindCollector(const ResellerId& reseller,
                                            const std::string& id) override;
  std::vector<StreamRow> StreamsOf(const ResellerId& reseller,
                                   const std::string& collector) override;
  std::vector<GapRow> GapsOf(const ResellerId& reseller, const std::string& collector,
                             std::size_t limit) override;
  Page<ReadingRow> ListReadings(const ResellerId& reseller, const std::string& customer,
                                const std::string& printer, const std::string& meter,
                                const Span& span, const Position& after,
                                std::size_t limit) override;
  std::vector<ReadingRow> LatestReadings(const ResellerId& reseller, const std::string& customer,
                                         const std::string& printer) override;
  Page<SupplyRow> ListSupplies(const ResellerId& reseller, const PrinterFilter& filter,
                               const Position& after, std::size_t limit) override;
  Page<TraitRow> ListTraits(const ResellerId& reseller, const std::string& customer,
                            const std::string& printer, const Position& after,
                            std::size_t limit) override;
  Page<JobEntry> ListJobs(const ResellerId& reseller, const PrinterFilter& filter, const Span& span,
                          const Position& after, std::size_t limit) override;
  Page<AlertRow> ListAlerts(const ResellerId& reseller, const PrinterFilter& filter,
                            AlertsWanted wanted, const Position& after, std::size_t limit) override;
  Page<EventRow> ListEvents(const ResellerId& reseller, const std::string& customer,
                            const std::string& printer, const Position& after,
                            std::size_t limit) override;

  std::optional<KnownCollector> CollectorByKey(const std::string& thumbprint) override;
  std::optional<KnownToken> TokenByHash(const std::string& hash) override;
  std::optional<KnownSession> SessionByHash(const std::string& hash) override;
  std::optional<KnownLink> LinkByHash(const std::string& hash) override;
  std::optional<ResellerId> ResellerOfCode(const std::string& hash) override;
  std::optional<KnownPerson> PersonByEmail(const std::string& email) override;
  std::optional<ResellerId> AddReseller(const std::string& name, Instant now,
                                        const Actor& actor) override;
  std::vector<Reseller> Resellers() override;
  std::vector<Reseller> ResellersAfter(const std::string& after, std::size_t limit) override;
  void Ping() override;

  std::optional<ErasureReport> EraseCustomer(const ResellerId& reseller,
                                             const std::string& customer, const Actor& actor,
                                             Instant now) override;
  std::int64_t ForgetNames(const ResellerId& reseller, Instant before, std::size_t limit) override;
  std::int64_t ForgetEvidence(const ResellerId& reseller, Instant before,
                              std::size_t limit) override;
  std::int64_t ForgetJobs(const ResellerId& reseller, Instant before, std::size_t limit) override;
  bool EmptyLog() override;

  std::string AddSchedule(const ResellerId& reseller, const ScheduledExport& schedule,
                          const Actor& actor, Instant now) override;
  bool RemoveSchedule(const ResellerId& reseller, const std::string& id, const Actor& actor,
                      Instant now) override;
  std::vector<ScheduledExport> ScheduledExports(const ResellerId& reseller) override;
  std::vector<ScheduledMonth> MonthsOf(const ResellerId& reseller,
                                       const std::string& schedule) override;
  bool NoteMonth(const ResellerId& reseller, const std::string& schedule,
                 const ScheduledMonth& month, Instant now) override;
  void EndMonth(const ResellerId& reseller, const std::string& schedule, const std::string& month,
                Instant now) override;

  std::vector<DuePrinter> DuePrinters(const ResellerId& reseller, Instant now,
                                      std::size_t limit) override;
  std::vector<WatchedCollector> DueCollectors(const ResellerId& reseller, Instant now,
                                              std::size_t limit) override;
  std::vector<WatchedToken> EndingTokens(const ResellerId& reseller, Instant before) override;
  std::map<std::string, std::string> RuleSets(const ResellerId& reseller) override;
  Noted NoteVerdicts(const ResellerId& reseller, const std::vector<Judged>& judged,
                     Instant now) override;
  Noted ClearGone(const ResellerId& reseller, Instant gone_before, Instant now) override;
  std::int64_t ForgetIncidents(const ResellerId& reseller, Instant cleared_before,
                               Instant made_before, std::size_t limit) override;

  Page<IncidentRow> ListIncidents(const ResellerId& reseller, const IncidentFilter& filter,
                                  const Position& after, std::size_t limit) override;
  std::optional<IncidentRow> FindIncident(const ResellerId& reseller,
                                          const std::string& id) override;
  std::vector<IncidentComment> CommentsOn(const ResellerId& reseller,
                                          const std::string& id) override;
  IncidentChanged ChangeIncident(const ResellerId& reseller, const std::string& id,
                                 const IncidentChange& change, const Actor& actor,
                                 Instant now) override;
  std::optional<std::int64_t> AddComment(const ResellerId& reseller, const std::string& id,
                                         const std::string& text, const Actor& actor,
                                         Instant now) override;
  std::string RulesOf(const ResellerId& reseller, const std::string& target) override;
  void SetRules(const ResellerId& reseller, const std::string& target, const Json& rules,
                const Actor& actor, Instant now) override;

  std::optional<std::string> AddRecipient(const ResellerId& reseller, const Recipient& recipient,
                                          const Actor& actor, Instant now) override;
  std::vector<Recipient> Recipients(const ResellerId& reseller) override;
  std::optional<Recipient> FindRecipient(const ResellerId& reseller,
                                         const std::string& id) override;
  bool ChangeRecipient(const ResellerId& reseller, const Recipient& recipient, const Actor& actor,
                       Instant now) override;
  bool RemoveRecipient(const ResellerId& reseller, const std::string& id, const Actor& actor,
                       Instant now) override;
  std::vector<DeliveryRow> DeliveriesTo(const ResellerId& reseller,
                                        const std::string& recipient) override;
  std::optional<std::string> AddTest(const ResellerId& reseller, const std::string& recipient,
                                     const Actor& actor, Instant now) override;
  void AddLinkMail(const ResellerId& reseller, const std::string& person, const std::string& what,
                   const std::string& sealed, Instant now) override;
  std::vector<Delivery> DueDeliveries(const ResellerId& reseller, const std::string& kind,
                                      Instant now, std::size_t limit) override;
  std::vector<Reach> NoteTries(const ResellerId& reseller, const std::vector<Try>& tries,
                               Instant now) override;
  std::vector<Recipient> DueDigests(const ResellerId& reseller, Instant now) override;
  DigestRows RowsForDigest(const ResellerId& reseller, const Recipient& recipient,
                           Instant now) override;
  void NoteDigest(const ResellerId& reseller, const Recipient& recipient, const std::string& body,
                  Instant next, Instant now) override;

 private:
  std::int64_t ForgetOfBatches(const ResellerId& reseller, const std::string& which,
                               std::string_view forget, std::string_view forget_texts,
                               Instant before, std::size_t limit);

  ConnectionPool pool_;
  DerivedRows derived_;  // used under the writer's lease only
};

// The number a reseller has in this database; kNobodys, which matches no row, for one it does not
// have. kOperators is that of the operator, who has no customers.
inline constexpr std::int64_t kNobodys = -1;
inline constexpr std::int64_t kOperators = 0;
std::int64_t OwnerOf(StoreConnection& connection, const ResellerId& reseller);

// Writes a change down, in the transaction that is open.
void WriteAudit(StoreConnection& writer, std::int64_t owner, const AuditNote& note,
                const Actor& actor, Instant now);

// Inside other changes of a person: no sessions but `kept`, and without one no known devices; no
// second factor.
void ForgetSessions(StoreConnection& writer, std::int64_t owner, const std::string& person,
                    const std::string& kept);
void ForgetTotp(StoreConnection& writer, std::int64_t owner, const std::string& person);

// The same of a printer, by its id.
std::int64_t PrinterNumber(StoreConnection& connection, const ResellerId& reseller,
                           const std::string& id);

// An id no row of `table` has yet: the prefix and eight characters of Crockford's base 32.
std::string UnusedId(StoreConnection& connection, std::string_view table, std::string_view prefix);

std::optional<Instant> MaybeInstant(const Statement& row, int column);
std::optional<std::int64_t> MaybeMillis(const std::optional<Instant>& instant);

}  // namespace plotmeter
