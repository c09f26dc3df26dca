// The ledger: making all books again from the readings, beside reading the same rows with the
// sqlite3 shell; a month's usage by site, of few and of many printers, with little and with much
// history; and what a printer costs the portal's database in a year.
//
//    bench_ledger [PRINTERS [REMADE]]
//        PRINTERS of the month by site at the most: 10000 unless said otherwise, 0 for none;
//        REMADE printers whose books are made again: 20 (1000 have 88 million values)
//
// The readings are rows as ingest leaves them, put in by SQL: making 90 million of them by sealed
// batches would take a day. The books are made of them by the Bookkeeper, as in `serve`. What a
// printer costs is of true batches, evidence included (tests/crash/long_silence.h).

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "portal/ledger/bookkeeping.h"
#include "portal/store/sqlite_store.h"
#include "tests/bench/bench_batches.h"
#include "tests/crash/long_silence.h"

namespace plotmeter {
namespace {

using std::chrono::hours;

constexpr std::int64_t kHourMs = 3'600'000;
constexpr const char* kInks[] = {"cyan",        "magenta", "yellow", "matte-black", "gray",
                                 "photo-black", "red",     "green",  "blue"};
constexpr int kMeters = 10;  // nine inks and the area
constexpr int kPrintersOfASite = 10;
const Instant kBegin = *ParseInstant("2023-11-01T00:00:00Z");

double Seconds(const std::function<void()>& act) {
  const auto begun = std::chrono::steady_clock::now();
  act();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

// A portal's database with printers that have been read every so many hours.
class Fleet {
 public:
  Fleet(const std::string& directory, int printers, int readings, int hours_between)
      : path_(fmt::format("{}/fleet_{}_{}.db", directory, printers, readings)),
        store_(Created(path_)) {
    const BenchPlace place = BenchSite(store_);
    reseller_ = place.reseller;
    const std::string collector = Enrol(store_, place, PrivateKey::Generate().public_key());
    Database db(path_, Database::Mode::kReadWrite);
    db.Execute("PRAGMA synchronous=OFF");
    Transaction transaction(db);
    Statement find = db.Prepare("SELECT reseller_id, customer FROM site WHERE id=?");
    find.Bind(place.site).Step();
    const std::int64_t owner = find.Int(0);
    const std::string customer = find.Text(1);
    db.Prepare(
          "INSERT INTO batch(number, reseller_id, collector, batch, stream, sequence, previous,"
          " sha256, received_at, doubtful, receipt, jws) VALUES(1,?,?,'b','s',1,'','',?,0,'','')")
        .Run(owner, collector, ToMillis(kBegin) + readings * hours_between * kHourMs);
    for (int site = 0; site <= printers / kPrintersOfASite; ++site) {
      db.Prepare(
            "INSERT INTO site(id, reseller_id, customer, name, time_zone, created_at)"
            " VALUES(?1,?2,?3,?1,'UTC',0)")
          .Run(SiteId(site), owner, customer);
    }
    Statement printer = db.Prepare(
        "INSERT INTO printer(number, reseller_id, id, manufacturer, serial, apart, product, model,"
        " firmware, site, customer, first_seen, last_seen)"
        " VALUES(?1,?2,?3,'HP',?3,'','W3Z71A','HP DesignJet Z9','1',?4,?5,?6,?6)");
    Statement meter = db.Prepare(
        "INSERT INTO meter(number, reseller_id, printer, channel, meter, colorant, media, unit)"
        " VALUES(?,?,?,'piws',?,?,'',?)");
    Statement device = db.Prepare(
        "INSERT INTO device_reading(reseller_id, printer, channel, stands_at, batch, place, at)"
        " VALUES(?1,?2,'piws',?3,1,0,?3)");
    Statement reading = db.Prepare(
        "INSERT INTO meter_reading(reseller_id, meter, at, value, batch) VALUES(?,?,?,?,1)");
    for (int p = 1; p <= printers; ++p) {
      printer.Run(p, owner, fmt::format("prn_{:08}", p), SiteId(p / kPrintersOfASite), customer,
                  ToMillis(kBegin));
      for (int r = 0; r < readings; ++r) {
        device.Run(owner, p, ToMillis(kBegin) + r * hours_between * kHourMs);
      }
      for (int m = 0; m < kMeters; ++m) {
        const std::int64_t number = p * kMeters + m;
        const bool is_ink = m < kMeters - 1;
        meter.Run(number, owner, p, is_ink ? "ink.used" : "media.area", is_ink ? kInks[m] : "",
                  is_ink ? "cc" : "m2");
        for (int r = 0; r < readings; ++r) {
          reading.Run(owner, number, ToMillis(kBegin) + r * hours_between * kHourMs,
                      fmt::format("{}.{}", 1000 + r * (m + 1) / 10, r * (m + 1) % 10));
        }
      }
    }
    transaction.Commit();
  }

  void Stale() { store_.ReopenBooks(reseller_); }
  int MakeBooks() {
    return Bookkeeper(store_, store_, store_).Tick([] { return true; });
  }
  std::size_t BySite(MonthNumber month) { return store_.UsageBySite(reseller_, month, {}).size(); }
  const std::string& path() const { return path_; }

 private:
  static const std::string& Created(const std::string& path) {
    SqliteStore::Create(path);
    return path;
  }
  static std::string SiteId(int number) { return fmt::format("site_{:06}", number); }

  std::string path_;
  SqliteStore store_;
  ResellerId reseller_;
};

void Recompute(const std::string& directory, int printers) {
  constexpr int kReadings = 3 * 365 * 8;
  Fleet fleet(directory, printers, kReadings, 3);
  fleet.Stale();
  fleet.MakeBooks();  // what the first time writes afresh
  fleet.Stale();
  const double ours = Seconds([&] { fleet.MakeBooks(); });
  const std::string shell = fmt::format(
      "sqlite3 -readonly {} \"SELECT m.printer, m.channel, d.stands_at, m.number, r.value"
      " FROM device_reading d JOIN meter m ON m.printer=d.printer AND m.channel=d.channel"
      " JOIN meter_reading r ON r.meter=m.number AND r.at=d.at"
      " ORDER BY d.printer, d.channel, d.stands_at\" > /dev/null",
      fleet.path());
  int rc = 0;
  const double theirs = Seconds([&] { rc = std::system(shell.c_str()); });
  if (rc != 0) {
    fmt::print("bench ledger.recompute: the sqlite3 shell ended with {} short\n", rc);
    return;
  }
  const double values = static_cast<double>(printers) * kReadings * kMeters;
  fmt::print(
      "bench ledger.recompute: {:.0f} values/s of {} printers over 3 years; the shell reads "
      "{:.0f}/s"
      " of the same: {:.2f}\n",
      values / ours, printers, values / theirs, theirs / ours);
  std::fflush(stdout);
}

// Milliseconds: median and 99th percentile.
struct Times {
  double median = 0, p99 = 0;
  std::size_t rows = 0;
};
Times BySite(Fleet& fleet, int months) {
  constexpr int kRounds = 200;
  std::vector<double> took;
  Times times;
  for (int i = 0; i < kRounds; ++i) {
    const int month = (i * 7 % months) + 11;  // from December 2023 on
    const MonthNumber number = (2023 + month / 12) * 100 + month % 12 + 1;
    took.push_back(1000 * Seconds([&] { times.rows = fleet.BySite(number); }));
  }
  std::ranges::sort(took);
  times.median = took[kRounds / 2];
  times.p99 = took[kRounds * 99 / 100];
  return times;
}

void MonthBySite(const std::string& directory, int most) {
  constexpr int kHoursOfAMonth = 730;
  const auto measure = [&](int printers, int months) {
    Fleet fleet(directory, printers, months + 1, kHoursOfAMonth);
    fleet.Stale();
    fleet.MakeBooks();
    const Times times = BySite(fleet, months);
    fmt::print(
        "bench ledger.month: {:.1f} ms in the middle, {:.1f} ms p99, {} sums; {} printers,"
        " {} months of history\n",
        times.median, times.p99, times.rows, printers, months);
    std::fflush(stdout);
    return times;
  };
  const Times few = measure(most / 100, 36);
  measure(most / 10, 36);
  const Times young = measure(most, 1);
  const Times many = measure(most, 36);
  const double growth = many.median / few.median;
  const double history = many.median / young.median;
  fmt::print("bench ledger.month.p99: {:.1f} ms (goal <= 50) {}\n", many.p99,
             many.p99 <= 50 && many.rows > 0 ? "ok" : "short");
  fmt::print(
      "bench ledger.month.growth: {:.1f} times for 100 times the printers (goal <= 100) {}\n",
      growth, growth <= 100 ? "ok" : "short");
  fmt::print("bench ledger.month.history: {:.2f} times for 36 times the history (goal <= 1.3) {}\n",
             history, history <= 1.3 ? "ok" : "short");
}

void BytesAYear() {
  constexpr int kPrinters = 4;
  const crash::SilenceReport report =
      crash::LiveThrough({.printers = kPrinters, .days = 365, .jobs_a_day = 50});
  if (!report.wrong.empty()) {
    fmt::print("bench ledger.bytes: {} short\n", report.wrong);
    return;
  }
  fmt::print(
      "bench ledger.bytes: {:.1f} MB a printer a year, evidence included: 8 readings a day over two"
      " channels and 50 jobs\n",
      static_cast<double>(report.portal_bytes) / kPrinters / 1e6);
}

}  // namespace
}  // namespace plotmeter

int main(int argc, char** argv) {
  using namespace plotmeter;
  const int most = argc > 1 ? std::atoi(argv[1]) : 10'000;
  const int remade = argc > 2 ? std::atoi(argv[2]) : 20;
  const std::string directory = fmt::format("/var/tmp/bench_ledger.{}", ::getpid());
  std::filesystem::create_directories(directory);
  Recompute(directory, remade);
  if (most >= 100) MonthBySite(directory, most);
  BytesAYear();
  std::filesystem::remove_all(directory);
  return 0;
}
