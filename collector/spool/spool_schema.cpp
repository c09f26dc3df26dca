#include "collector/spool/spool_schema.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>
#include <string_view>

#include "common/crypto.h"

namespace plotmeter {
namespace {

// Numbered from 1; never edited after a release. Instants are milliseconds since 1970.
constexpr std::array<std::string_view, 8> kMigrations = {R"sql(
-- One row: the stream that is written now, and where it is.
CREATE TABLE stream(
  id INTEGER PRIMARY KEY CHECK(id = 1),
  stream TEXT NOT NULL,
  next_sequence INTEGER NOT NULL DEFAULT 1,
  previous TEXT NOT NULL DEFAULT '',      -- base64url SHA-256 of the last batch's P
  max_bytes INTEGER,                      -- of a batch's contents, after the portal said 413
  offset_ms INTEGER, offset_at INTEGER);  -- our clock minus the portal's, when last measured

-- Who was read. model, product and firmware are the latest that were told.
CREATE TABLE printer(
  id INTEGER PRIMARY KEY,
  manufacturer TEXT NOT NULL, serial TEXT NOT NULL,
  product TEXT NOT NULL, model TEXT NOT NULL, firmware TEXT NOT NULL,
  UNIQUE(manufacturer, serial));

-- Where printers to be read were found.
CREATE TABLE known_printer(
  host TEXT NOT NULL, snmp_port INTEGER NOT NULL, https_port INTEGER NOT NULL, piws_url TEXT NOT NULL,
  manufacturer TEXT NOT NULL, serial TEXT NOT NULL, product TEXT NOT NULL, model TEXT NOT NULL,
  firmware TEXT NOT NULL, found_at INTEGER NOT NULL,
  PRIMARY KEY(host, snmp_port));

-- The key each printer showed at first contact.
CREATE TABLE certificate(printer TEXT PRIMARY KEY, fingerprint TEXT NOT NULL);

-- A batch is written once. Of its row only state, receipt, reason, message (dropped when old) change.
--   cut        waits for its receipt            aside   refused for good; named in a later void
--   receipted  the portal has it                moved   its contents went into another stream
CREATE TABLE batch(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch TEXT NOT NULL UNIQUE, stream TEXT NOT NULL, sequence INTEGER NOT NULL,
  sha256 TEXT NOT NULL, message TEXT, created_at INTEGER NOT NULL, items INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'cut' CHECK(state IN ('cut', 'receipted', 'aside', 'moved')),
  tries INTEGER NOT NULL DEFAULT 0, sent_at INTEGER,
  receipt TEXT, receipted_at INTEGER, reason TEXT,
  to_void INTEGER NOT NULL DEFAULT 0,     -- 1: the next batch says that this one will not come
  UNIQUE(stream, sequence));
CREATE INDEX batch_waiting ON batch(id) WHERE state = 'cut';

CREATE TABLE reading(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  printer INTEGER NOT NULL REFERENCES printer(id), body TEXT NOT NULL,
  batch INTEGER REFERENCES batch(id));    -- NULL: in no batch yet
CREATE INDEX reading_unsent ON reading(id) WHERE batch IS NULL;
CREATE INDEX reading_batch ON reading(batch) WHERE batch IS NOT NULL;

CREATE TABLE job(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  printer INTEGER NOT NULL REFERENCES printer(id), channel TEXT NOT NULL, job TEXT NOT NULL,
  name TEXT, body TEXT NOT NULL,          -- the best record so far, masked
  looked_at INTEGER NOT NULL,             -- when the printer last showed it, to the day
  answer TEXT NOT NULL,                   -- hash of what it last said: the same again needs no second look
  unsent INTEGER NOT NULL DEFAULT 1,      -- this revision is in no batch yet
  UNIQUE(printer, channel, job));
CREATE INDEX job_unsent ON job(id) WHERE unsent = 1;

CREATE TABLE alert(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  printer INTEGER NOT NULL REFERENCES printer(id), channel TEXT NOT NULL, key TEXT NOT NULL,
  severity TEXT NOT NULL, code TEXT NOT NULL, text TEXT,
  since INTEGER NOT NULL, cleared_at INTEGER,
  unsent INTEGER NOT NULL DEFAULT 1);
CREATE UNIQUE INDEX alert_active ON alert(printer, channel, key) WHERE cleared_at IS NULL;
CREATE INDEX alert_unsent ON alert(id) WHERE unsent = 1;

-- Which jobs and alerts a batch without receipt carries, to move them if it has to be cut anew.
CREATE TABLE batch_job(batch INTEGER NOT NULL REFERENCES batch(id), job INTEGER NOT NULL,
  PRIMARY KEY(batch, job)) WITHOUT ROWID;
CREATE TABLE batch_alert(batch INTEGER NOT NULL REFERENCES batch(id), alert INTEGER NOT NULL,
  PRIMARY KEY(batch, alert)) WITHOUT ROWID;
)sql",
                                                         R"sql(
-- Where printers to be read were found. host is '' for one whose address another device took.
CREATE TABLE found_printer(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  host TEXT NOT NULL, snmp_port INTEGER NOT NULL, https_port INTEGER NOT NULL, piws_url TEXT NOT NULL,
  manufacturer TEXT NOT NULL, serial TEXT NOT NULL, product TEXT NOT NULL, model TEXT NOT NULL,
  firmware TEXT NOT NULL, found_at INTEGER NOT NULL,
  access TEXT NOT NULL DEFAULT '', name TEXT NOT NULL DEFAULT '',
  label TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '',
  macs TEXT NOT NULL DEFAULT '[]',      -- JSON: ["00:1b:78:aa:bb:cc"]
  spares TEXT NOT NULL DEFAULT '[]');   -- JSON: [["10.0.0.7", 161, 443, "access", since]]
CREATE UNIQUE INDEX found_printer_at ON found_printer(host, snmp_port) WHERE host <> '';
INSERT INTO found_printer(host, snmp_port, https_port, piws_url, manufacturer, serial, product, model,
    firmware, found_at)
  SELECT host, snmp_port, https_port, piws_url, manufacturer, serial, product, model, firmware, found_at
  FROM known_printer;
DROP TABLE known_printer;
ALTER TABLE found_printer RENAME TO known_printer;

-- How far the sweep of each discovery profile has come.
CREATE TABLE sweep(                    -- told: base64url of a bit a place
  profile TEXT PRIMARY KEY, what TEXT NOT NULL, next INTEGER NOT NULL, told TEXT NOT NULL,
  started_at INTEGER NOT NULL, finished_at INTEGER);
)sql",
                                                         R"sql(
-- What happened once. Kept after its receipt, since a printer's log is read again and again.
CREATE TABLE event(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  printer INTEGER NOT NULL REFERENCES printer(id),
  channel TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
  looked_at INTEGER NOT NULL,             -- when it was last shown, to the day
  unsent INTEGER NOT NULL DEFAULT 1,
  UNIQUE(printer, channel, kind, key));
CREATE INDEX event_unsent ON event(id) WHERE unsent = 1;
CREATE TABLE batch_event(batch INTEGER NOT NULL REFERENCES batch(id), event INTEGER NOT NULL,
  PRIMARY KEY(batch, event)) WITHOUT ROWID;
)sql",
                                                         R"sql(
-- Which channel ever gave which meter of a printer: it stays believed when it is silent.
CREATE TABLE given_meter(serial TEXT NOT NULL, meter TEXT NOT NULL, channel TEXT NOT NULL,
  PRIMARY KEY(serial, meter, channel)) WITHOUT ROWID;
)sql",
                                                         R"sql(
-- What a printer said of its place, masked. It travels with the printer's readings.
CREATE TABLE whereabouts(
  printer INTEGER PRIMARY KEY REFERENCES printer(id),
  ip TEXT, macs TEXT NOT NULL,            -- JSON: ["00:1b:78:aa:bb:cc"]
  name TEXT, location TEXT);

-- Under which modes all this was masked.
CREATE TABLE mask_mode(setting TEXT PRIMARY KEY, mode TEXT NOT NULL) WITHOUT ROWID;

ALTER TABLE batch ADD COLUMN sent_bytes INTEGER;  -- sealed, when it was sent last

ALTER TABLE alert ADD COLUMN part TEXT;           -- of the printer, "input 2"; NULL: it does not say

-- When its card started, as it was reckoned first, and what stands for that in the ids of its jobs.
ALTER TABLE printer ADD COLUMN card_started_at INTEGER;
ALTER TABLE printer ADD COLUMN card_start TEXT;

-- What was learnt over SNMP of the printer at an address, in that channel's own words.
CREATE TABLE learnt(host TEXT NOT NULL, snmp_port INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY(host, snmp_port)) WITHOUT ROWID;
)sql",
                                                         R"sql(
-- The portal may know jobs of this spool in revisions up to this one, which the spool has forgotten: it
-- was put back to an older state, or saved from a damaged file. What is told anew goes above.
ALTER TABLE stream ADD COLUMN revisions_above INTEGER NOT NULL DEFAULT 0;

-- When a channel of a printer last showed its whole list of jobs, to the day: what was not in it is gone.
CREATE TABLE job_list(
  printer INTEGER NOT NULL REFERENCES printer(id), channel TEXT NOT NULL, told_at INTEGER NOT NULL,
  PRIMARY KEY(printer, channel)) WITHOUT ROWID;

-- What befell the spool itself: 'damaged', 'foreign' or 'full', and a sentence for people.
CREATE TABLE mishap(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL, kind TEXT NOT NULL, what TEXT NOT NULL);

-- What went because the spool was full, and was not told to the portal yet.
CREATE TABLE left_out(
  printer INTEGER NOT NULL, step TEXT NOT NULL, first_at TEXT NOT NULL, last_at TEXT NOT NULL,
  count INTEGER NOT NULL, PRIMARY KEY(printer, step)) WITHOUT ROWID;
-- Up to which reading each step of making room has come.
CREATE TABLE room(step TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
)sql",
                                                         R"sql(
-- Keys that sign no more batches, and up to where each did: [{"stream":…,"sequence":41}].
CREATE TABLE retired_key(thumbprint TEXT PRIMARY KEY, last TEXT NOT NULL) WITHOUT ROWID;
)sql",
                                                         R"sql(
ALTER TABLE alert ADD COLUMN location TEXT;  -- these three NULL: it does not say
ALTER TABLE alert ADD COLUMN raised TEXT;    -- the printer's uptime then, in raised_unit
ALTER TABLE alert ADD COLUMN raised_unit TEXT;
)sql"};

std::size_t VersionOf(Database& db) {
  Statement version = db.Prepare("PRAGMA user_version");
  version.Step();
  const std::int64_t done = version.Int(0);
  if (done < 0 || done > static_cast<std::int64_t>(kMigrations.size())) {
    throw std::runtime_error(
        fmt::format("the spool is of version {}, this program knows {}; use the newer program",
                    done, kMigrations.size()));
  }
  return static_cast<std::size_t>(done);
}

}  // namespace

std::int64_t NewestSpoolVersion() { return static_cast<std::int64_t>(kMigrations.size()); }

bool PrepareSpool(Database& db) {
  // Asked first without the write lock, so that who only looks never waits for who writes.
  if (VersionOf(db) == kMigrations.size()) return false;
  Transaction transaction(db);
  const std::size_t done = VersionOf(db);
  if (done == kMigrations.size()) return false;
  for (std::size_t i = done; i < kMigrations.size(); ++i) db.Execute(kMigrations[i]);
  db.Execute(fmt::format("PRAGMA user_version = {}", kMigrations.size()));
  if (done == 0) db.Prepare("INSERT INTO stream(id, stream) VALUES(1, ?)").Run(NewUuidV4());
  transaction.Commit();
  return done == 0;
}

}  // namespace plotmeter
