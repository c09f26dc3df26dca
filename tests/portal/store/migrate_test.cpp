#include "portal/store/migrate.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "portal/store/migrations.h"
#include "tests/paths.h"
#include "tests/portal/store/fleet.h"
#include "tests/portal/store/parcel.h"

namespace plotmeter {
namespace {

std::string Schema(const std::string& path) {
  Database db(path, Database::Mode::kReadOnly);
  Statement q = db.Prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
  std::string text;
  while (q.Step()) text += q.Text(0) + ";\n\n";
  return text;
}

TEST(MigrateTest, MakesTheSchemaOfTheGoldenFile) {
  const std::string golden = SOURCE_ROOT "/tests/golden/schema.golden";
  const std::string schema = Schema(FreshDatabase());
  if (std::getenv("PLOTMETER_GOLDEN") != nullptr) std::ofstream(golden) << schema;
  std::stringstream expected;
  expected << std::ifstream(golden).rdbuf();
  EXPECT_EQ(schema, expected.str()) << "run with PLOTMETER_GOLDEN=write to rewrite " << golden;
}

TEST(MigrateTest, RemembersHowFarItCame) {
  const std::string path = FreshPath();
  EXPECT_EQ(SqliteStore::Create(path), 0);
  EXPECT_EQ(SqliteStore::Create(path), LatestSchema()) << "a second time nothing is done";
  Database db(path, Database::Mode::kReadOnly);
  Statement q = db.Prepare("PRAGMA user_version");
  ASSERT_TRUE(q.Step());
  EXPECT_EQ(q.Int(0), LatestSchema());
}

TEST(MigrateTest, RefusesADatabaseOfANewerProgram) {
  const std::string path = FreshDatabase();
  {
    Database db(path, Database::Mode::kReadWrite);
    db.Execute("PRAGMA user_version=4711");
  }
  EXPECT_THROW(SqliteStore::Create(path), NewerDatabase);
  try {
    SqliteStore store(path);
    FAIL() << "it was opened";
  } catch (const NewerDatabase& refused) {
    EXPECT_NE(std::string(refused.what()).find("schema 4711"), std::string::npos) << refused.what();
  }
}

TEST(MigrateTest, AsksForTheMigrationOfAnOlderDatabase) {
  const std::string path = FreshPath();
  { Database empty(path, Database::Mode::kReadWriteCreate); }
  try {
    SqliteStore store(path);
    FAIL() << "it was opened";
  } catch (const std::runtime_error& refused) {
    EXPECT_NE(std::string(refused.what()).find("plotmeter-portal migrate"), std::string::npos);
  }
}

TEST(MigrateTest, LetsTokensOfBeforeDoAllThatTheirRoleMay) {
  const std::string path = FreshPath();
  {
    Database db(path, Database::Mode::kReadWriteCreate);
    for (std::size_t i = 0; i < 7; ++i) db.Execute(kMigrations[i]);
    db.Execute(
        "PRAGMA user_version=7; INSERT INTO reseller(id, name, created_at) VALUES('res_A', 'A', 0);"
        "INSERT INTO api_token(id, reseller_id, hash, role, name, created_at)"
        " VALUES('tok_A', 1, 'h', 'reseller_admin', 'old', 0)");
  }
  EXPECT_EQ(SqliteStore::Create(path), 7);
  SqliteStore store(path);
  EXPECT_EQ(store.TokenByHash("h")->scopes, "*");
  EXPECT_EQ(store.TokenByHash("h")->reseller.value, "res_A");
  EXPECT_EQ(store.Resellers().size(), 1u);
}

// Two customers' collectors told of one printer, before anybody noted who told what.
TEST(MigrateTest, GivesRowsOfBeforeToTheCustomerWhoToldThem) {
  const std::string path = FreshPath();
  {
    Database db(path, Database::Mode::kReadWriteCreate);
    for (std::size_t i = 0; i < 10; ++i) db.Execute(kMigrations[i]);
    db.Execute(
        "PRAGMA user_version=10; INSERT INTO reseller(id, name, created_at) VALUES('res_A', 'A', "
        "0);"
        "INSERT INTO customer(id, reseller_id, name, created_at) VALUES('cus_1', 1, 'one', 0),"
        " ('cus_2', 1, 'two', 0);"
        "INSERT INTO site(id, reseller_id, customer, name, time_zone, created_at)"
        " VALUES('sit_1', 1, 'cus_1', 'S1', 'UTC', 0), ('sit_2', 1, 'cus_2', 'S2', 'UTC', 0);"
        "INSERT INTO collector(id, reseller_id, site, name, version, system, jwk, thumbprint,"
        " enrolled_at) VALUES('col_1', 1, 'sit_1', '', '', '', '', 't1', 0),"
        " ('col_2', 1, 'sit_2', '', '', '', '', 't2', 0);"
        "INSERT INTO batch(number, reseller_id, collector, batch, stream, sequence, previous,"
        " sha256, received_at, doubtful, receipt, jws)"
        " VALUES(1, 1, 'col_1', 'b1', 's', 1, '', 'h1', 0, 0, '', ''),"
        " (2, 1, 'col_2', 'b2', 's', 1, '', 'h2', 0, 0, '', '');"
        "INSERT INTO printer(number, reseller_id, id, manufacturer, serial, apart, product, model,"
        " firmware, site, customer, state, first_seen, last_seen)"
        " VALUES(1, 1, 'prn_1', 'HP', 'CN1', '', 'P', 'M', 'F', 'sit_1', 'cus_1', 'idle', 10, 99);"
        "INSERT INTO printer_claim(reseller_id, printer, site, collector, first_seen)"
        " VALUES(1, 1, 'sit_2', 'col_2', 20);"
        "INSERT INTO meter(number, reseller_id, printer, channel, meter, colorant, media, unit)"
        " VALUES(1, 1, 1, 'piws', 'prints', '', '', '1');"
        "INSERT INTO meter_reading(reseller_id, meter, at, value, batch)"
        " VALUES(1, 1, 10, '100', 1), (1, 1, 30, '200', 2);"
        "INSERT INTO job(reseller_id, printer, channel, job, revision, seen_at, type, status, ink,"
        " batch) VALUES(1, 1, 'piws', 'J1', 1, 10, 'print', 'printed', '[]', 1),"
        " (1, 1, 'piws', 'J2', 1, 20, 'print', 'printed', '[]', 2);"
        "INSERT INTO supply(reseller_id, printer, channel, supply, at)"
        " VALUES(1, 1, 'piws', 'ink', 10);"
        "INSERT INTO alert(reseller_id, printer, channel, key, since, severity, code, part)"
        " VALUES(1, 1, 'snmp', 'k', 10, 'warning', '8', 'input 2');"
        "INSERT INTO event(reseller_id, printer, channel, kind, key, at)"
        " VALUES(1, 1, 'piws', 'error-log', 'e', 10);");
  }
  EXPECT_EQ(SqliteStore::Create(path), 10);
  SqliteStore store(path);
  const ResellerId reseller{"res_A"};
  const Span always{.from = {}, .to = FromMillis(1000)};
  const auto seen = [&](const std::string& customer) {
    std::string text;
    const PrinterFilter filter{.customer = customer};
    for (const PrinterRow& row : store.Printers(reseller, filter, "", 9)) {
      text += row.site.id + " " + std::to_string(ToMillis(*row.last_seen));
    }
    for (const JobEntry& row : store.ListJobs(reseller, filter, always, {}, 9).rows) {
      text += " " + row.job;
    }
    for (const ReadingRow& row :
         store.ListReadings(reseller, customer, "prn_1", "", always, {}, 9).rows) {
      text += " " + row.value;
    }
    for (const SupplyRow& row : store.ListSupplies(reseller, filter, {}, 9).rows) {
      text += " " + row.supply;
    }
    for (const AlertRow& row : store.ListAlerts(reseller, filter, AlertsWanted::kAll, {}, 9).rows) {
      text += " " + row.part.value_or("");
    }
    for (const EventRow& row : store.ListEvents(reseller, customer, "prn_1", {}, 9).rows) {
      text += " " + row.key;
    }
    return text;
  };
  EXPECT_EQ(seen("cus_1"), "sit_1 99 J1 100 ink input 2 e");
  EXPECT_EQ(seen("cus_2"), "sit_2 30 J2 200");
  EXPECT_EQ(seen(""), "sit_1 99 J2 J1 100 200 ink input 2 e");
}

// A job and an event of before have nothing of what came with schema 20, and may be told of anew.
TEST(MigrateTest, MakesUpNoTraitsOfBefore) {
  const std::string path = FreshPath();
  {
    Database db(path, Database::Mode::kReadWriteCreate);
    for (std::size_t i = 0; i < 19; ++i) db.Execute(kMigrations[i]);
    db.Execute("PRAGMA user_version=19");
    db.Execute(
        "INSERT INTO reseller(id, name, created_at) VALUES('res_A', 'A', 0);"
        "INSERT INTO customer(id, reseller_id, name, created_at) VALUES('cus_1', 1, 'one', 0);"
        "INSERT INTO site(id, reseller_id, customer, name, time_zone, created_at)"
        " VALUES('sit_1', 1, 'cus_1', 'S1', 'UTC', 0);"
        "INSERT INTO collector(id, reseller_id, site, name, version, system, jwk, thumbprint,"
        " enrolled_at) VALUES('col_1', 1, 'sit_1', '', '', '', '', 't1', 0);"
        "INSERT INTO batch(number, reseller_id, collector, batch, stream, sequence, previous,"
        " sha256, received_at, doubtful, receipt, jws)"
        " VALUES(1, 1, 'col_1', 'b1', 'stream', 1, '', 'sha 1', 0, 0, '', '');"
        "INSERT INTO printer(number, reseller_id, id, manufacturer, serial, apart, product, model,"
        " firmware, site, customer, first_seen, last_seen)"
        " VALUES(1, 1, 'prn_1', 'HP', 'CN1', '', 'P', 'M', 'F', 'sit_1', 'cus_1', 10, 10);"
        "INSERT INTO sighting(number, reseller_id, printer, id, customer, site, product, model,"
        " firmware, first_seen, last_seen)"
        " VALUES(1, 1, 1, 'prn_1', 'cus_1', 'sit_1', 'P', 'M', 'F', 10, 10);"
        "INSERT INTO job(reseller_id, printer, channel, job, sighting, revision, seen_at, type,"
        " status, ink, batch) VALUES(1, 1, 'piws', 'J', 1, 1, 10, 'print', 'printed', '[]', 1);"
        "INSERT INTO event(reseller_id, printer, channel, kind, key, sighting, at, printer_time)"
        " VALUES(1, 1, 'piws', 'error-log', 'e', 1, 10, 9);");
  }
  EXPECT_EQ(SqliteStore::Create(path), 19);
  SqliteStore store(path);
  const ResellerId reseller{"res_A"};
  const auto job = [&] {
    return store.ListJobs(reseller, {}, {.from = {}, .to = FromMillis(9000)}, {}, 9).rows.at(0);
  };
  EXPECT_EQ(job().traits, std::nullopt);
  const auto event = store.ListEvents(reseller, "", "prn_1", {}, 9).rows.at(0);
  EXPECT_EQ(event.printer_time, FromMillis(9));
  EXPECT_EQ(event.clock_offset_ms, std::nullopt);
  EXPECT_TRUE(store.ListTraits(reseller, "", "prn_1", {}, 9).rows.empty());

  Parcel parcel("col_1", 2, "CN1", FromMillis(20));
  parcel.Says("width", "24").Job("J");
  parcel.jobs.back().revision = 2;
  parcel.jobs.back().traits = {{.trait = "folding", .value = "fan"}};
  store.StoreBatch(reseller, parcel.record, [](const auto&) { return "receipt"; });
  EXPECT_EQ(job().traits, R"([["folding",null,"fan",""]])");
  EXPECT_EQ(store.ListTraits(reseller, "", "prn_1", {}, 9).rows.at(0).value, "24");
}

TEST(MigrateTest, PutsEveryTableIntoATenantsHands) {
  Database db(FreshDatabase(), Database::Mode::kReadOnly);
  Statement tables = db.Prepare("SELECT name FROM sqlite_schema WHERE type='table'");
  int count = 0;
  while (tables.Step()) {
    ++count;
    Statement column = db.Prepare(
        "SELECT 1 FROM pragma_table_info(?) WHERE name='reseller_id' AND type='INTEGER'");
    EXPECT_TRUE(column.Bind(tables.Text(0)).Step()) << tables.Text(0);
  }
  EXPECT_GT(count, 10);
}

}  // namespace
}  // namespace plotmeter
