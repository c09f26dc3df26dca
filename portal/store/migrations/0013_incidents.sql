-- Conditions that need a person (portal/alerts/rules.h): one row from when one is raised until it is cleared,
-- however often it goes and comes back meanwhile.
CREATE TABLE incident (
  id              TEXT PRIMARY KEY,
  reseller_id     INTEGER NOT NULL REFERENCES reseller,
  key             TEXT NOT NULL,  -- the same for the same condition: "supply-low/prn_7Q2M9K4T/piws/slot-0"
  kind            TEXT NOT NULL,
  severity        TEXT NOT NULL CHECK (severity IN ('warning', 'critical')),
  customer        TEXT REFERENCES customer,  -- NULL: it is the whole reseller's, or the operator's
  site            TEXT REFERENCES site,
  printer         INTEGER REFERENCES printer,
  collector       TEXT REFERENCES collector,
  what            TEXT NOT NULL,
  facts           TEXT NOT NULL,  -- JSON
  since           INTEGER NOT NULL,
  raised_at       INTEGER NOT NULL,
  gone_at         INTEGER,  -- it does not hold since then, and may come back
  returns         INTEGER NOT NULL DEFAULT 0,
  cleared_at      INTEGER,
  acknowledged_at INTEGER,
  acknowledged_by TEXT,
  snoozed_until   INTEGER,
  assigned_to     TEXT REFERENCES person ON DELETE SET NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX incident_that_lasts ON incident (reseller_id, key) WHERE cleared_at IS NULL;
CREATE INDEX incident_of_reseller ON incident (reseller_id, raised_at);
CREATE INDEX incident_of_customer ON incident (customer, raised_at);
CREATE INDEX incident_lasting_of_reseller ON incident (reseller_id, raised_at) WHERE cleared_at IS NULL;
CREATE INDEX incident_of_printer ON incident (printer, raised_at);
CREATE INDEX incident_of_collector ON incident (collector) WHERE cleared_at IS NULL AND printer IS NULL;
CREATE INDEX incident_gone ON incident (reseller_id, gone_at) WHERE gone_at IS NOT NULL AND cleared_at IS NULL;
CREATE INDEX incident_snoozed ON incident (reseller_id, snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE INDEX incident_over ON incident (reseller_id, cleared_at) WHERE cleared_at IS NOT NULL;
CREATE INDEX incident_assigned ON incident (assigned_to) WHERE assigned_to IS NOT NULL;

CREATE TABLE incident_comment (
  incident    TEXT NOT NULL REFERENCES incident ON DELETE CASCADE,
  number      INTEGER NOT NULL,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  at          INTEGER NOT NULL,
  who         TEXT NOT NULL,  -- usr_…, tok_…
  text        TEXT NOT NULL,
  PRIMARY KEY (incident, number)
) STRICT, WITHOUT ROWID;

-- What differs from the rules' own settings. `target` is empty for the reseller, else a customer or a printer.
CREATE TABLE rule_set (
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  target      TEXT NOT NULL,
  rules       TEXT NOT NULL,  -- JSON: {"supply_low_percent":20}
  PRIMARY KEY (reseller_id, target)
) STRICT, WITHOUT ROWID;

-- When each printer is to be looked at again. Whoever stores something of it makes it due, and counts `touched`;
-- `collector` is who told of it last.
CREATE TABLE printer_watch (
  printer     INTEGER PRIMARY KEY REFERENCES printer,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  collector   TEXT REFERENCES collector,
  due_at      INTEGER NOT NULL,
  touched     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX printer_watch_due ON printer_watch (reseller_id, due_at);
INSERT INTO printer_watch(printer, reseller_id, due_at) SELECT number, reseller_id, 0 FROM printer;

-- The same of collectors. `back_at`: when it was heard again after it had been silent.
CREATE TABLE collector_watch (
  collector   TEXT PRIMARY KEY REFERENCES collector,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  due_at      INTEGER NOT NULL,
  back_at     INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX collector_watch_due ON collector_watch (reseller_id, due_at);
INSERT INTO collector_watch(collector, reseller_id, due_at) SELECT id, reseller_id, 0 FROM collector;
CREATE TRIGGER collector_is_watched AFTER INSERT ON collector
  BEGIN INSERT INTO collector_watch(collector, reseller_id, due_at) VALUES (NEW.id, NEW.reseller_id, 0); END;

-- What the rules look for.
CREATE INDEX alert_that_lasts_of_printer ON alert (printer) WHERE cleared_at IS NULL;

-- What a supply's level was, for forecasts: once a day (UTC) at most, and only where it changed.
CREATE TABLE supply_level (
  printer     INTEGER NOT NULL REFERENCES printer,
  channel     TEXT NOT NULL,
  supply      TEXT NOT NULL,
  day         INTEGER NOT NULL,  -- since 1970
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  at          INTEGER NOT NULL,
  level       TEXT NOT NULL,
  unit        TEXT NOT NULL,
  PRIMARY KEY (printer, channel, supply, day)
) STRICT, WITHOUT ROWID;

-- Who is told of incidents.
CREATE TABLE recipient (
  id            TEXT PRIMARY KEY,
  reseller_id   INTEGER NOT NULL REFERENCES reseller,
  kind          TEXT NOT NULL CHECK (kind IN ('email', 'webhook')),
  name          TEXT NOT NULL,
  address       TEXT NOT NULL,  -- an e-mail address, or a URL
  secret        TEXT NOT NULL,  -- of a webhook, sealed with a key that is no row of this file
  customer      TEXT REFERENCES customer,  -- only what is this customer's
  severity      TEXT NOT NULL CHECK (severity IN ('warning', 'critical')),  -- and what is graver
  kinds         TEXT NOT NULL,  -- JSON: ["supply-low"]; [] is all
  at_once       INTEGER NOT NULL,
  digest_minute INTEGER,  -- of the day, where `time_zone` is; NULL: no digest
  time_zone     TEXT NOT NULL,
  digest_due    INTEGER,
  digest_from   INTEGER,  -- what the next one begins with
  created_at    INTEGER NOT NULL,
  failing_since INTEGER   -- the first of the deliveries that failed in a row
) STRICT, WITHOUT ROWID;
CREATE INDEX recipient_of_reseller ON recipient (reseller_id);
CREATE INDEX recipient_with_digest ON recipient (reseller_id, digest_due) WHERE digest_due IS NOT NULL;

-- What is to be told, and to whom. A notice is written in the transaction of what it tells of.
CREATE TABLE notice (
  number      INTEGER PRIMARY KEY,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  incident    TEXT REFERENCES incident ON DELETE CASCADE,
  what        TEXT NOT NULL,  -- raised, worsened, reminded, cleared, digest, test, invite, reset
  at          INTEGER NOT NULL,
  body        TEXT NOT NULL   -- JSON; of a link sealed, and emptied once it is sent
) STRICT;
CREATE INDEX notice_of_reseller ON notice (reseller_id, at);
CREATE INDEX notice_of_incident ON notice (incident) WHERE incident IS NOT NULL;

CREATE TABLE delivery (
  id          TEXT PRIMARY KEY,  -- a UUID, by which who hears it twice knows it
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  notice      INTEGER NOT NULL REFERENCES notice ON DELETE CASCADE,
  recipient   TEXT REFERENCES recipient ON DELETE CASCADE,
  person      TEXT REFERENCES person ON DELETE CASCADE,  -- of a link
  kind        TEXT NOT NULL CHECK (kind IN ('email', 'webhook')),
  made_at     INTEGER NOT NULL,
  due_at      INTEGER NOT NULL,
  tries       INTEGER NOT NULL DEFAULT 0,
  trouble     TEXT,  -- of the last try
  done_at     INTEGER,
  given_up_at INTEGER,
  CHECK ((recipient IS NULL) <> (person IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery (reseller_id, kind, due_at) WHERE done_at IS NULL AND given_up_at IS NULL;
CREATE INDEX delivery_of_recipient ON delivery (recipient, made_at) WHERE recipient IS NOT NULL;
CREATE INDEX delivery_of_person ON delivery (person) WHERE person IS NOT NULL;
CREATE INDEX delivery_of_notice ON delivery (notice);
CREATE INDEX delivery_by_age ON delivery (reseller_id, made_at);
