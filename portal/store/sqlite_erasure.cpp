// A customer, erased.

#include "portal/store/reading_rows.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {
namespace {

// In each statement: ?1 the customer, ?2 the reseller. The + keeps SQLite from walking over all
// rows of a reseller to find the few.
const std::string kSites = "(SELECT id FROM site WHERE customer=?1 AND reseller_id=?2)";
const std::string kCollectors = "(SELECT id FROM collector WHERE site IN " + kSites + ")";
const std::string kBatches = "(SELECT number FROM batch WHERE collector IN " + kCollectors + ")";
const std::string kPrinters = "(SELECT number FROM printer WHERE site IN " + kSites + ")";
const std::string kMeters = "(SELECT number FROM meter WHERE printer IN " + kPrinters + ")";
const std::string kPeople = "(SELECT id FROM person WHERE customer=?1 AND reseller_id=?2)";
const std::string kTokens = "(SELECT id FROM api_token WHERE customer=?1 AND reseller_id=?2)";

// Printers at its sites that another customer knows: first the one who claimed it first, then the
// one who saw it last.
const std::string kKnownElsewhere =
    "SELECT p.number, v.site, v.customer, (SELECT min(k.first_seen) FROM printer_claim k"
    " JOIN site s ON s.id=k.site WHERE k.printer=p.number AND s.customer=v.customer) AS claimed"
    " FROM printer p JOIN sighting v ON v.printer=p.number"
    " WHERE p.reseller_id=?2 AND v.customer<>?1 AND p.site IN " +
    kSites + " ORDER BY p.number, claimed IS NULL, claimed, v.last_seen DESC";
// Printers that stand elsewhere and were seen from its sites.
const std::string kSeenElsewhere =
    "SELECT v.printer FROM sighting v JOIN printer p ON p.number=v.printer"
    " WHERE v.customer=?1 AND v.reseller_id=?2 AND p.customer<>?1";

// Of a printer that stays, ?3: what the customer's collectors told of it.
const std::string kToldReadings =
    "DELETE FROM meter_reading WHERE +reseller_id=?2 AND meter IN"
    " (SELECT number FROM meter WHERE printer=?3) AND batch IN " +
    kBatches;
const std::string kToldOrder =
    "DELETE FROM device_reading WHERE +reseller_id=?2 AND printer=?3 AND batch IN " + kBatches;
const std::string kEntered =
    "(SELECT number FROM entered_reading WHERE printer=?3 AND customer=?1 AND reseller_id=?2)";
const std::string kToldWithdrawals =
    "DELETE FROM entered_withdrawal WHERE +reseller_id=?2 AND reading IN " + kEntered;
const std::string kToldValues =
    "DELETE FROM entered_value WHERE +reseller_id=?2 AND reading IN " + kEntered;
const std::string kToldEntered =
    "DELETE FROM entered_reading WHERE reseller_id=?2 AND printer=?3 AND customer=?1";
const std::string kToldMonths =
    "DELETE FROM usage_month WHERE +reseller_id=?2 AND meter IN"
    " (SELECT number FROM meter WHERE printer=?3) AND site IN " +
    kSites;
const std::string kBySighting =
    " AND printer=?3 AND sighting=(SELECT number FROM sighting WHERE printer=?3 AND customer=?1)";
const std::string kToldJobs = "DELETE FROM job WHERE +reseller_id=?2" + kBySighting;
const std::string kToldSupplies = "DELETE FROM supply WHERE +reseller_id=?2" + kBySighting;
const std::string kToldTraits = "DELETE FROM trait WHERE +reseller_id=?2" + kBySighting;
const std::string kToldAlerts = "DELETE FROM alert WHERE +reseller_id=?2" + kBySighting;
const std::string kToldEvents = "DELETE FROM event WHERE +reseller_id=?2" + kBySighting;
const std::string kToldWhereabouts =
    "DELETE FROM printer_whereabouts WHERE +reseller_id=?2 AND printer=?3 AND collector IN " +
    kCollectors;
const std::string kToldClaims =
    "DELETE FROM printer_claim WHERE +reseller_id=?2 AND printer=?3 AND site IN " + kSites;
const std::string kToldPlaces =
    "DELETE FROM printer_place WHERE +reseller_id=?2 AND printer=?3 AND site IN " + kSites;
const std::string kToldSighting =
    "DELETE FROM sighting WHERE reseller_id=?2 AND printer=?3 AND customer=?1";

const std::string kRevoke =
    "UPDATE collector SET name='', version='', system='', revoked_at=COALESCE(revoked_at, ?3)"
    " WHERE reseller_id=?2 AND site IN " +
    kSites;

struct Step {
  const char* counted;  // as which kind; null: not counted
  std::string sql = {};
};

// Children before parents.
const std::vector<Step> kSteps = {
    {nullptr, "DELETE FROM scheduled_export WHERE reseller_id=?2 AND (customer=?1 OR site IN " +
                  kSites + " OR printer IN (SELECT id FROM printer WHERE site IN " + kSites + "))"},
    {"readings", "DELETE FROM meter_reading WHERE +reseller_id=?2 AND meter IN " + kMeters},
    {nullptr,
     "DELETE FROM entered_withdrawal WHERE +reseller_id=?2 AND reading IN"
     " (SELECT number FROM entered_reading WHERE printer IN " +
         kPrinters + ")"},
    {nullptr, "DELETE FROM entered_value WHERE +reseller_id=?2 AND meter IN " + kMeters},
    {"entered", "DELETE FROM entered_reading WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {nullptr, "DELETE FROM usage_month WHERE +reseller_id=?2 AND meter IN " + kMeters},
    {nullptr, "DELETE FROM usage_site_month WHERE reseller_id=?2 AND site IN " + kSites},
    {nullptr, "DELETE FROM gap_decision WHERE +reseller_id=?2 AND meter IN " + kMeters},
    {nullptr, "DELETE FROM meter_gap WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {nullptr, "DELETE FROM reconciled_month WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {nullptr, "DELETE FROM account_state WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {nullptr, "DELETE FROM account_stale WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {nullptr, "DELETE FROM device_reading WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {nullptr, "DELETE FROM meter WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {"jobs", "DELETE FROM job WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {"supplies", "DELETE FROM supply WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {"traits", "DELETE FROM trait WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {"alerts", "DELETE FROM alert WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {"events", "DELETE FROM event WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {"whereabouts",
     "DELETE FROM printer_whereabouts WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {nullptr, "DELETE FROM printer_claim WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {nullptr, "DELETE FROM printer_place WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {"incidents", "DELETE FROM incident WHERE +reseller_id=?2 AND (customer=?1 OR printer IN " +
                      kPrinters + " OR collector IN " + kCollectors + ")"},
    // Digests name printers of all customers. One that has not gone yet is made anew a day later.
    {nullptr, "DELETE FROM notice WHERE reseller_id=?2 AND what='digest' AND body<>''"},
    {"recipients", "DELETE FROM recipient WHERE reseller_id=?2 AND customer=?1"},
    {nullptr,
     "DELETE FROM rule_set WHERE reseller_id=?2 AND (target=?1 OR target IN"
     " (SELECT id FROM printer WHERE site IN " +
         kSites + "))"},
    {nullptr, "DELETE FROM printer_watch WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {nullptr, "DELETE FROM collector_watch WHERE +reseller_id=?2 AND collector IN " + kCollectors},
    {nullptr, "DELETE FROM supply_level WHERE +reseller_id=?2 AND printer IN " + kPrinters},
    {nullptr, "DELETE FROM sighting WHERE customer=?1 AND reseller_id=?2"},
    {"printers", "DELETE FROM printer WHERE reseller_id=?2 AND site IN " + kSites},
    {nullptr, "DELETE FROM kept_answer WHERE reseller_id=?2 AND (caller IN " + kPeople +
                  " OR caller IN " + kTokens + ")"},
    {"sessions", "DELETE FROM session WHERE reseller_id=?2 AND person IN " + kPeople},
    {"people", "DELETE FROM person WHERE customer=?1 AND reseller_id=?2"},
    {nullptr,
     "DELETE FROM notice WHERE reseller_id=?2 AND NOT EXISTS"
     " (SELECT 1 FROM delivery WHERE notice=number)"},
    {"tokens", "DELETE FROM api_token WHERE customer=?1 AND reseller_id=?2"},
    {"enrolment_codes", "DELETE FROM enrolment_code WHERE reseller_id=?2 AND site IN " + kSites},
    {nullptr, "DELETE FROM settings_proposal WHERE reseller_id=?2 AND (target IN " + kSites +
                  " OR target IN " + kCollectors + ")"},
    {nullptr, "DELETE FROM heartbeat WHERE reseller_id=?2 AND collector IN " + kCollectors},
    {"batches",
     "UPDATE evidence SET payload=NULL, names=NULL WHERE +reseller_id=?2 AND (payload IS NOT NULL"
     " OR names IS NOT NULL) AND batch IN " +
         kBatches},
    {"batches",  // as they were kept once
     "UPDATE batch SET payload=NULL, names=NULL WHERE +reseller_id=?2 AND (payload IS NOT NULL"
     " OR names IS NOT NULL) AND collector IN " +
         kCollectors},
    {"sites", "UPDATE site SET name=id, time_zone='UTC' WHERE customer=?1 AND reseller_id=?2"},
};

class Erasing {
 public:
  Erasing(StoreConnection& writer, std::int64_t owner, ErasureReport& report)
      : writer_(writer), owner_(owner), report_(report) {}

  // Before anything else: where it is told what stands elsewhere.
  void LeavePrintersToOthers() {
    struct Move {
      std::int64_t printer;
      std::string site, customer;
    };
    std::vector<Move> moves;
    Statement& known = writer_.Sql(kKnownElsewhere);
    for (known.Bind(report_.customer, owner_); known.Step();) {
      if (!moves.empty() && moves.back().printer == known.Int(0)) continue;
      moves.push_back({known.Int(0), known.Text(1), known.Text(2)});
    }
    for (const Move& move : moves) {
      // Who told these nobody noted, and it stood at the customer's.
      writer_.Sql("DELETE FROM incident WHERE printer=? AND reseller_id=?")
          .Run(move.printer, owner_);
      Add("incidents", writer_.db().Changes());
      writer_.Sql("DELETE FROM supply_level WHERE printer=? AND reseller_id=?")
          .Run(move.printer, owner_);
      writer_.Sql("UPDATE printer SET site=?, customer=? WHERE number=? AND reseller_id=?")
          .Run(move.site, move.customer, move.printer, owner_);
      writer_.Sql("DELETE FROM printer_claim WHERE printer=? AND site=? AND reseller_id=?")
          .Run(move.printer, move.site, owner_);
    }
    std::vector<std::int64_t> staying;
    Statement& seen = writer_.Sql(kSeenElsewhere);
    for (seen.Bind(report_.customer, owner_); seen.Step();) staying.push_back(seen.Int(0));
    for (const std::int64_t printer : staying) ForgetWhatWasTold(printer);
  }

  void RunSteps() {
    for (const Step& step : kSteps) {
      writer_.Sql(step.sql).Run(report_.customer, owner_);
      if (step.counted != nullptr) Add(step.counted, writer_.db().Changes());
    }
    writer_.Sql(kRevoke).Run(report_.customer, owner_, ToMillis(report_.erased_at));
    Add("collectors", writer_.db().Changes());
  }

 private:
  void ForgetWhatWasTold(std::int64_t printer) {
    writer_.Sql(kToldWithdrawals).Run(report_.customer, owner_, printer);
    writer_.Sql(kToldValues).Run(report_.customer, owner_, printer);
    for (const auto& [kind, sql] :
         {std::pair("readings", &kToldReadings), std::pair("entered", &kToldEntered),
          std::pair("jobs", &kToldJobs), std::pair("supplies", &kToldSupplies),
          std::pair("traits", &kToldTraits), std::pair("alerts", &kToldAlerts),
          std::pair("events", &kToldEvents), std::pair("whereabouts", &kToldWhereabouts)}) {
      writer_.Sql(*sql).Run(report_.customer, owner_, printer);
      Add(kind, writer_.db().Changes());
    }
    writer_.Sql(kToldClaims).Run(report_.customer, owner_, printer);
    ForgetPlaces(printer);
    writer_.Sql(kToldSighting).Run(report_.customer, owner_, printer);
    // The printer itself shows what was told last, whoever told it.
    writer_
        .Sql(
            "UPDATE printer SET (product, model, firmware, state, first_seen, last_seen)="
            "(SELECT COALESCE(NULLIF(v.product, ''), printer.product),"
            " COALESCE(NULLIF(v.model, ''), printer.model), v.firmware, v.state,"
            " COALESCE(v.first_seen, printer.first_seen), COALESCE(v.last_seen, printer.first_seen)"
            " FROM sighting v WHERE v.printer=printer.number AND v.customer=printer.customer)"
            " WHERE number=? AND reseller_id=?")
        .Run(printer, owner_);
    // Its books are made again, of what is left; what the customer's site counted is gone.
    writer_.Sql(kToldMonths).Run(report_.customer, owner_, printer);
    writer_.Sql(kToldOrder).Run(report_.customer, owner_, printer);
    writer_.Sql("DELETE FROM reconciled_month WHERE printer=? AND reseller_id=?")
        .Run(printer, owner_);
    MarkStale(writer_, owner_, printer, 0);
    writer_
        .Sql(
            "DELETE FROM meter WHERE printer=? AND reseller_id=? AND NOT EXISTS"
            " (SELECT 1 FROM meter_reading WHERE meter=number) AND NOT EXISTS"
            " (SELECT 1 FROM entered_value WHERE meter=number) AND NOT EXISTS"
            " (SELECT 1 FROM usage_month WHERE meter=number) AND NOT EXISTS"
            " (SELECT 1 FROM meter_gap WHERE meter=number) AND NOT EXISTS"
            " (SELECT 1 FROM gap_decision WHERE meter=number)")
        .Run(printer, owner_);
  }
  // Others keep what they were billed by at the site where it was printed. The first place that is
  // left is since ever, and the last is where it stands.
  void ForgetPlaces(std::int64_t printer) {
    writer_.Sql(kToldPlaces).Run(report_.customer, owner_, printer);
    writer_
        .Sql(
            "UPDATE printer_place SET since=0 WHERE printer=?1 AND reseller_id=?2 AND since="
            "(SELECT min(since) FROM printer_place WHERE printer=?1)")
        .Run(printer, owner_);
    writer_
        .Sql(
            "INSERT INTO printer_place(reseller_id, printer, since, site)"
            " SELECT p.reseller_id, p.number, max(?3, w.since+1), p.site FROM printer p"
            " JOIN printer_place w ON w.printer=p.number WHERE p.number=?1 AND p.reseller_id=?2"
            " AND w.site<>p.site AND w.since=(SELECT max(since) FROM printer_place WHERE"
            " printer=?1)")
        .Run(printer, owner_, ToMillis(report_.erased_at));
  }
  void Add(std::string_view kind, std::int64_t rows) {
    for (auto& [name, count] : report_.counts) {
      if (name != kind) continue;
      count += rows;
      return;
    }
    report_.counts.emplace_back(kind, rows);
  }

  StoreConnection& writer_;
  const std::int64_t owner_;
  ErasureReport& report_;
};

}  // namespace

std::optional<ErasureReport> SqliteStore::EraseCustomer(const ResellerId& reseller,
                                                        const std::string& customer,
                                                        const Actor& actor, Instant now) {
  ErasureReport report{.customer = customer, .erased_at = now};
  {
    auto writer = pool_.Writer();
    Transaction transaction(writer->db());
    const std::int64_t owner = OwnerOf(*writer, reseller);
    Statement& there =
        writer->Sql("SELECT 1 FROM customer WHERE id=? AND reseller_id=? AND erased_at IS NULL");
    if (!there.Bind(customer, owner).Step()) return std::nullopt;
    Erasing erasing(*writer, owner, report);
    erasing.LeavePrintersToOthers();
    erasing.RunSteps();
    // A name that nobody can have taken; the old one is free again.
    writer->Sql("UPDATE customer SET name=?, erased_at=? WHERE id=? AND reseller_id=?")
        .Run(UnusedId(*writer, "customer", "erased " + customer + " "), ToMillis(now), customer,
             owner);
    WriteAudit(
        *writer, owner,
        {.what = "customer.erase", .subject = customer, .after = ToJson(report).at("erased")},
        actor, now);
    transaction.Commit();
    derived_.ForgetAll();
  }
  report.log_emptied = EmptyLog();
  return report;
}

bool SqliteStore::EmptyLog() {
  auto writer = pool_.Writer();
  Statement checkpoint = writer->db().Prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  return checkpoint.Step() && checkpoint.Int(0) == 0;
}

}  // namespace plotmeter
