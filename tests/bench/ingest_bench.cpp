// How fast the portal takes batches: the whole of Ingest::Take (open, verify, parse, store, sign)
// of sealed batches of 1 000 readings, beside the very rows that it left behind as bare prepared
// INSERTs, a transaction a batch, into a database with the same schema and pragmas. Both take
// turns, batch by batch, on the same disk.
//
//    bench_ingest [BATCHES]        200 unless said otherwise, after 20 that are not counted
//
// "Rows" are meter readings; each side also writes the batch's evidence row (S, P, N, receipt) and
// a row for each answer of a device.

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "common/clock.h"
#include "common/jose.h"
#include "portal/ledger/ingest.h"
#include "portal/store/sqlite_store.h"
#include "tests/bench/bench_batches.h"

namespace plotmeter {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr int kWarmUp = 20;

// The rows of the last batch of one database, written again into another.
class Bare {
 public:
  Bare(const std::string& from, const std::string& to)
      : from_(from, Database::Mode::kReadOnly), to_(to, Database::Mode::kReadWrite) {}

  // What does not grow with the batches is there already, as it is for Ingest after the first.
  void Prepare(const std::string& from) {
    to_.Execute(fmt::format("ATTACH '{}' AS source", from));
    for (const char* table : {"reseller", "customer", "site", "collector", "printer", "meter"}) {
      // The operator is in every new one.
      to_.Execute(fmt::format("INSERT OR IGNORE INTO main.{0} SELECT * FROM source.{0}", table));
    }
    to_.Execute("DETACH source");
  }

  Seconds InsertLast() {
    Statement last = from_.Prepare(
        "SELECT number, batch.reseller_id, collector, batch.batch, stream, sequence, previous, "
        "sha256,"
        " received_at, doubtful, receipt, jws, e.payload, e.names FROM batch"
        " JOIN evidence e ON e.batch=number ORDER BY number DESC LIMIT 1");
    last.Step();
    struct Row {
      std::int64_t owner, meter, at;
      std::string value;
    };
    std::vector<Row> rows;
    // In the order in which they came: poll by poll.
    Statement readings = from_.Prepare(
        "SELECT reseller_id, meter, at, value FROM meter_reading WHERE batch=? ORDER BY at, meter");
    for (readings.Bind(last.Int(0)); readings.Step();) {
      rows.push_back({readings.Int(0), readings.Int(1), readings.Int(2), readings.Text(3)});
    }
    if (rows.size() != kRowsOfABatch) std::abort();
    struct Device {
      std::int64_t owner, printer, stands_at, place, at;
      std::string channel;
    };
    std::vector<Device> devices;
    Statement polls = from_.Prepare(
        "SELECT reseller_id, printer, stands_at, place, at, channel FROM device_reading"
        " WHERE batch=? ORDER BY place");
    for (polls.Bind(last.Int(0)); polls.Step();) {
      devices.push_back(
          {polls.Int(0), polls.Int(1), polls.Int(2), polls.Int(3), polls.Int(4), polls.Text(5)});
    }
    if (devices.empty()) std::abort();
    std::vector<std::string> texts;
    for (int column = 0; column < last.columns(); ++column) texts.push_back(last.Text(column));

    const auto start = std::chrono::steady_clock::now();
    Transaction transaction(to_);
    batch_.Run(last.Int(0), last.Int(1), texts[2], texts[3], texts[4], last.Int(5), texts[6],
               texts[7], last.Int(8), last.Int(9), texts[10], texts[11]);
    evidence_.Run(last.Int(0), last.Int(1), Blob{texts[12]}, Blob{texts[13]});
    for (const Row& row : rows) {
      reading_.Run(row.owner, row.meter, row.at, row.value, last.Int(0));
    }
    for (const Device& device : devices) {
      device_.Run(device.owner, device.printer, device.channel, device.stands_at, last.Int(0),
                  device.place, device.at);
    }
    transaction.Commit();
    return std::chrono::steady_clock::now() - start;
  }

 private:
  Database from_;
  Database to_;
  Statement batch_ = to_.Prepare(
      "INSERT INTO batch(number, reseller_id, collector, batch, stream, sequence, previous, sha256,"
      " received_at, doubtful, receipt, jws) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)");
  Statement evidence_ =
      to_.Prepare("INSERT INTO evidence(batch, reseller_id, payload, names) VALUES(?,?,?,?)");
  Statement reading_ = to_.Prepare(
      "INSERT INTO meter_reading(reseller_id, meter, at, value, batch) VALUES(?,?,?,?,?)");
  Statement device_ = to_.Prepare(
      "INSERT INTO device_reading(reseller_id, printer, channel, stands_at, batch, place, at)"
      " VALUES(?,?,?,?,?,?,?)");
};

int Measure(int batches) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("plotmeter_bench_{}", ::getpid());
  std::filesystem::create_directories(folder);
  const std::string taken = folder / "ingest.db";
  const std::string bare_path = folder / "bare.db";
  SqliteStore::Create(taken);
  SqliteStore::Create(bare_path);
  {
    SqliteStore store(taken);
    const PrivateKey signing = PrivateKey::Generate();
    const PrivateKey encryption = PrivateKey::Generate();
    Party party{.portal = Thumbprint(signing.public_key()), .encryption = encryption.public_key()};
    party.id = Enrol(store, BenchSite(store), party.collector.public_key());
    const PortalIdentity identity{
        .signing = signing, .thumbprint = party.portal, .decryption = [&](const std::string&) {
          return std::optional(encryption);
        }};
    const SystemClock clock;
    Ingest ingest(store, store, identity, clock);
    Bare bare(taken, bare_path);

    Seconds ingesting{0};
    Seconds inserting{0};
    std::string previous;
    std::size_t bytes = 0;
    for (int number = 0; number < kWarmUp + batches; ++number) {
      const std::string sealed = SealedBatch(party, number, previous);
      const auto start = std::chrono::steady_clock::now();
      const IngestResult result = ingest.Take(sealed);
      const Seconds took = std::chrono::steady_clock::now() - start;
      if (const auto* refused = std::get_if<Refused>(&result)) {
        fmt::print(stderr, "refused: {} {}\n", refused->check, refused->detail);
        return 1;
      }
      if (number == 0) bare.Prepare(taken);
      const Seconds bare_took = bare.InsertLast();
      if (number < kWarmUp) continue;
      ingesting += took;
      inserting += bare_took;
      bytes += sealed.size();
    }
    const double rows = static_cast<double>(batches) * kRowsOfABatch;
    const double ratio = inserting / ingesting;
    fmt::print("{} batches of {} rows, {} bytes sealed each\n", batches, kRowsOfABatch,
               bytes / static_cast<std::size_t>(batches));
    fmt::print("ingest        {:>9.0f} rows/s  {:.2f} ms a batch\n", rows / ingesting.count(),
               1000 * ingesting.count() / batches);
    fmt::print("bare INSERTs  {:>9.0f} rows/s  {:.2f} ms a batch\n", rows / inserting.count(),
               1000 * inserting.count() / batches);
    fmt::print("bench ingest: {:.2f} ratio (goal >= 0.5) {}\n", ratio,
               ratio >= 0.5 ? "ok" : "short");
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace plotmeter

int main(int argc, char** argv) {
  const int batches = argc > 1 ? std::atoi(argv[1]) : 200;
  if (batches < 1) {
    fmt::print(stderr, "'BATCHES' is '{}'; expected a whole number of at least 1\n", argv[1]);
    return 2;
  }
  return plotmeter::Measure(batches);
}
