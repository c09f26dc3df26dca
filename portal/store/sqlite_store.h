// Store, Lists and Directory, answered by one SQLite file (WAL, synchronous=FULL).
//
//    SqliteStore::Create("data/portal.db");        // a new file with the latest schema
//    SqliteStore store("data/portal.db");          // throws NewerDatabase, or when it is older
//
// Several processes may hold the file at once (`serve`, and a command beside it).

#pragma once

#include <string>

#include "portal/store/connection.h"
#include "portal/store/derived.h"
#include "portal/store/directory.h"
#include "portal/store/lists.h"
#include "portal/store/store.h"

namespace plotmeter {

class SqliteStore : public Store, public Lists, public Directory {
 public:
  // Makes the file, or brings an older one up to date; answers the schema it had (0: it was new).
  static int Create(const std::string& path);

  // The file must exist and have LatestSchema(); throws std::runtime_error that says what to do.
  explicit SqliteStore(const std::string& path);

  std::optional<std::string> AddCustomer(const ResellerId& reseller, const std::string& name,
                                         Instant now) override;
  std::optional<std::string> AddSite(const ResellerId& reseller, const Site& site,
                                     Instant now) override;
  Renamed RenameCustomer(const ResellerId& reseller, const Customer& customer) override;
  Renamed ChangeSite(const ResellerId& reseller, const Site& site) override;
  std::vector<Customer> Customers(const ResellerId& reseller) override;
  std::vector<Site> Sites(const ResellerId& reseller) override;
  std::optional<Site> FindSite(const ResellerId& reseller, const std::string& id) override;

  std::optional<std::string> AddToken(const ResellerId& reseller, const ApiToken& token) override;
  std::vector<ApiToken> Tokens(const ResellerId& reseller) override;
  bool AddCode(const ResellerId& reseller, const EnrolmentOffer& offer) override;
  std::vector<EnrolmentOffer> Codes(const ResellerId& reseller) override;
  CodeUsed UseCode(const ResellerId& reseller, const std::string& hash, const Newcomer& newcomer,
                   Instant now) override;
  std::vector<Collector> Collectors(const ResellerId& reseller) override;
  KeyReplaced ReplaceKey(const ResellerId& reseller, const KeyChange& change,
                         const std::string& said, const std::string& next, Instant now) override;
  std::vector<RetiredKey> RetiredKeys(const ResellerId& reseller,
                                      const std::string& collector) override;
  bool RevokeCollector(const ResellerId& reseller, const std::string& id, Instant now) override;

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
                                              const std::string& settings, Instant now) override;
  std::optional<SettingsProposal> SettingsFor(const ResellerId& reseller,
                                              const std::string& collector) override;

  std::vector<PrinterRow> Printers(const ResellerId& reseller, const PrinterScope& scope,
                                   const std::string& after, std::size_t limit) override;
  std::vector<PrinterRow> PrintersInOrder(const ResellerId& reseller,
                                          const PrinterScope& scope) override;
  void EachMeter(const ResellerId& reseller, const std::string& printer, Instant from, Instant to,
                 const std::function<void(const MeterSeries&)>& visit) override;
  void EachJob(const ResellerId& reseller, const std::string& printer, Instant from, Instant to,
               const std::function<void(const JobRow&)>& visit) override;

  std::optional<SettingsProposal> SettingsOf(const ResellerId& reseller,
                                             const std::string& target) override;
  std::optional<KeptAnswer> FindAnswer(const ResellerId& reseller, const std::string& caller,
                                       const std::string& key, Instant now) override;
  void KeepAnswer(const ResellerId& reseller, const KeptAnswer& answer, Instant now) override;

  Page<Customer> ListCustomers(const ResellerId& reseller, const PrinterScope& scope,
                               const Position& after, std::size_t limit) override;
  Page<Site> ListSites(const ResellerId& reseller, const PrinterScope& scope, const Position& after,
                       std::size_t limit) override;
  Page<CollectorRow> ListCollectors(const ResellerId& reseller, const PrinterScope& scope,
                                    const Position& after, std::size_t limit) override;
  Page<CodeRow> ListCodes(const ResellerId& reseller, const PrinterScope& scope,
                          const Position& after, std::size_t limit) override;
  std::optional<Customer> FindCustomer(const ResellerId& reseller, const std::string& id) override;
  std::optional<CollectorRow> FindCollector(const ResellerId& reseller,
                                            const std::string& id) override;
  std::vector<StreamRow> StreamsOf(const ResellerId& reseller,
                                   const std::string& collector) override;
  std::vector<GapRow> GapsOf(const ResellerId& reseller, const std::string& collector,
                             std::size_t limit) override;
  Page<ReadingRow> ListReadings(const ResellerId& reseller, const std::string& printer,
                                const std::string& meter, const Span& span, const Position& after,
                                std::size_t limit) override;
  std::vector<ReadingRow> LatestReadings(const ResellerId& reseller,
                                         const std::string& printer) override;
  Page<SupplyRow> ListSupplies(const ResellerId& reseller, const PrinterScope& scope,
                               const Position& after, std::size_t limit) override;
  Page<JobEntry> ListJobs(const ResellerId& reseller, const PrinterScope& scope, const Span& span,
                          const Position& after, std::size_t limit) override;
  Page<AlertRow> ListAlerts(const ResellerId& reseller, const PrinterScope& scope,
                            AlertsWanted wanted, const Position& after, std::size_t limit) override;
  Page<EventRow> ListEvents(const ResellerId& reseller, const std::string& printer,
                            const Position& after, std::size_t limit) override;

  std::optional<KnownCollector> CollectorByKey(const std::string& thumbprint) override;
  std::optional<KnownToken> TokenByHash(const std::string& hash) override;
  std::optional<ResellerId> ResellerOfCode(const std::string& hash) override;
  std::optional<ResellerId> AddReseller(const std::string& name, Instant now) override;
  std::vector<Reseller> Resellers() override;
  void Ping() override;

 private:
  ConnectionPool pool_;
  DerivedRows derived_;  // used under the writer's lease only
};

// The number a reseller has in this database; 0, which matches no row, for one it does not have.
std::int64_t OwnerOf(StoreConnection& connection, const ResellerId& reseller);

// The same of a printer, by its id.
std::int64_t PrinterNumber(StoreConnection& connection, const ResellerId& reseller,
                           const std::string& id);

// An id no row of `table` has yet: the prefix and eight characters of Crockford's base 32.
std::string UnusedId(StoreConnection& connection, std::string_view table, std::string_view prefix);

std::optional<Instant> MaybeInstant(const Statement& row, int column);
std::optional<std::int64_t> MaybeMillis(const std::optional<Instant>& instant);

}  // namespace plotmeter
