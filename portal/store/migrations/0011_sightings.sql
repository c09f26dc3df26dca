-- A printer as one customer's collectors told of it: what that customer's viewers may see. A printer that
-- moved, or is reached from two customers' networks, has one for each. Printers have one where they
-- stand, whether or not anything was told of them there.
CREATE TABLE sighting (
  number      INTEGER PRIMARY KEY,  -- rising: the lowest of a printer is of who saw it first
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  printer     INTEGER NOT NULL REFERENCES printer,
  id          TEXT NOT NULL,  -- the printer's
  customer    TEXT NOT NULL REFERENCES customer,
  site        TEXT NOT NULL REFERENCES site,  -- the printer's where it stands there; else which told first
  product     TEXT NOT NULL,
  model       TEXT NOT NULL,
  firmware    TEXT NOT NULL,
  state       TEXT,
  first_seen  INTEGER,  -- NULL, these two: nothing was told
  last_seen   INTEGER,
  UNIQUE (printer, customer)
) STRICT;
CREATE UNIQUE INDEX sighting_of_customer ON sighting (customer, id);
CREATE UNIQUE INDEX sighting_of_site ON sighting (site, id);

INSERT INTO sighting(reseller_id, printer, id, customer, site, product, model, firmware, state, first_seen, last_seen)
  SELECT reseller_id, number, id, customer, site, product, model, firmware, state, first_seen, last_seen
  FROM printer ORDER BY number;
-- Of who claims it no more is known than its readings.
INSERT INTO sighting(reseller_id, printer, id, customer, site, product, model, firmware, first_seen, last_seen)
  SELECT p.reseller_id, p.number, p.id, s.customer, k.site, p.product, p.model, '', min(k.first_seen),
    max(k.first_seen, COALESCE((SELECT max(r.at) FROM meter m JOIN meter_reading r ON r.meter=m.number
      JOIN batch b ON b.number=r.batch JOIN collector c ON c.id=b.collector JOIN site o ON o.id=c.site
      WHERE m.printer=p.number AND o.customer=s.customer), k.first_seen))
  FROM printer_claim k JOIN printer p ON p.number=k.printer JOIN site s ON s.id=k.site
  WHERE s.customer<>p.customer GROUP BY p.number, s.customer ORDER BY min(k.first_seen);

-- When a person last said where it stands; NULL: nobody did. What was seen elsewhere before is no claim.
ALTER TABLE printer ADD COLUMN placed_at INTEGER;

-- Who told it is part of the key in these four: what two customers told are two rows. No REFERENCES, which
-- would want an index: a sighting goes only together with its rows.
CREATE TABLE told_job (
  reseller_id     INTEGER NOT NULL,
  printer         INTEGER NOT NULL REFERENCES printer,
  channel         TEXT NOT NULL,
  job             TEXT NOT NULL,
  sighting        INTEGER NOT NULL,
  revision        INTEGER NOT NULL,
  seen_at         INTEGER NOT NULL,
  type            TEXT NOT NULL,
  status          TEXT NOT NULL,
  submitted       INTEGER,  -- the three by the printer's clock
  started         INTEGER,
  finished        INTEGER,
  clock_offset_ms INTEGER,  -- collector minus printer
  copies          INTEGER,
  printed_copies  INTEGER,
  pages           INTEGER,
  printed_pages   INTEGER,
  media           TEXT,
  area            TEXT,
  area_unit       TEXT,
  length          TEXT,
  length_unit     TEXT,
  quality         TEXT,
  ink             TEXT NOT NULL,  -- JSON: [["magenta","0.21","cc"]]; [] is unknown
  batch           INTEGER NOT NULL REFERENCES batch,
  -- When it ended, by the collector's clock: as the printer said, where its clock is known to be off by so
  -- much, else when the record was seen.
  ended_at        INTEGER GENERATED ALWAYS AS (COALESCE(finished+clock_offset_ms, seen_at)) VIRTUAL,
  PRIMARY KEY (printer, channel, job, sighting)
) STRICT, WITHOUT ROWID;
INSERT INTO told_job(reseller_id, printer, channel, job, sighting, revision, seen_at, type, status, submitted, started,
    finished, clock_offset_ms, copies, printed_copies, pages, printed_pages, media, area, area_unit, length,
    length_unit, quality, ink, batch)
  SELECT j.reseller_id, j.printer, j.channel, j.job,
    COALESCE((SELECT v.number FROM batch b JOIN collector c ON c.id=b.collector JOIN site s ON s.id=c.site
      JOIN sighting v ON v.printer=j.printer AND v.customer=s.customer WHERE b.number=j.batch),
      (SELECT min(v.number) FROM sighting v WHERE v.printer=j.printer)),
    j.revision, j.seen_at, j.type, j.status, j.submitted, j.started, j.finished, j.clock_offset_ms, j.copies,
    j.printed_copies, j.pages, j.printed_pages, j.media, j.area, j.area_unit, j.length, j.length_unit, j.quality,
    j.ink, j.batch
  FROM job j;
DROP TABLE job;
ALTER TABLE told_job RENAME TO job;
CREATE INDEX job_of_reseller ON job (reseller_id, ended_at);
CREATE INDEX job_of_printer ON job (printer, ended_at);

-- Who told the rows of before is not known here and in the next two: whoever it stands at.
CREATE TABLE told_supply (
  reseller_id   INTEGER NOT NULL,
  printer       INTEGER NOT NULL REFERENCES printer,
  channel       TEXT NOT NULL,
  supply        TEXT NOT NULL,
  sighting      INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  kind          TEXT,
  colorant      TEXT,
  description   TEXT,
  level         TEXT,
  level_unit    TEXT,
  capacity      TEXT,
  capacity_unit TEXT,
  percent       TEXT,
  remark        TEXT,
  state         TEXT,
  part_number   TEXT,
  serial        TEXT,
  installed     TEXT,
  PRIMARY KEY (printer, channel, supply, sighting)
) STRICT, WITHOUT ROWID;
INSERT INTO told_supply
  SELECT u.reseller_id, u.printer, u.channel, u.supply, v.number, u.at, u.kind, u.colorant, u.description, u.level,
    u.level_unit, u.capacity, u.capacity_unit, u.percent, u.remark, u.state, u.part_number, u.serial, u.installed
  FROM supply u JOIN printer p ON p.number=u.printer JOIN sighting v ON v.printer=p.number AND v.customer=p.customer;
DROP TABLE supply;
ALTER TABLE told_supply RENAME TO supply;

CREATE TABLE told_alert (
  reseller_id INTEGER NOT NULL,
  printer     INTEGER NOT NULL REFERENCES printer,
  channel     TEXT NOT NULL,
  key         TEXT NOT NULL,
  since       INTEGER NOT NULL,
  sighting    INTEGER NOT NULL,
  severity    TEXT NOT NULL,
  code        TEXT NOT NULL,
  text        TEXT,
  part        TEXT,  -- which part of the printer, "input 2"; NULL: it does not say, or an older collector sent it
  cleared_at  INTEGER,
  PRIMARY KEY (printer, channel, key, since, sighting)
) STRICT, WITHOUT ROWID;
INSERT INTO told_alert
  SELECT a.reseller_id, a.printer, a.channel, a.key, a.since, v.number, a.severity, a.code, a.text, a.part, a.cleared_at
  FROM alert a JOIN printer p ON p.number=a.printer JOIN sighting v ON v.printer=p.number AND v.customer=p.customer;
DROP TABLE alert;
ALTER TABLE told_alert RENAME TO alert;
CREATE INDEX alert_of_reseller ON alert (reseller_id, since);
CREATE INDEX alert_that_lasts ON alert (reseller_id, since) WHERE cleared_at IS NULL;
CREATE INDEX alert_of_printer ON alert (printer, since);

CREATE TABLE told_event (
  reseller_id   INTEGER NOT NULL,
  printer       INTEGER NOT NULL REFERENCES printer,
  channel       TEXT NOT NULL,  -- none: the collector noticed it by itself
  kind          TEXT NOT NULL,
  key           TEXT NOT NULL,
  sighting      INTEGER NOT NULL,
  at            INTEGER NOT NULL,  -- the collector's clock when it was seen first
  code          TEXT,
  text          TEXT,
  printer_time  INTEGER,
  printer_pages INTEGER,
  was           TEXT,
  now           TEXT,
  PRIMARY KEY (printer, channel, kind, key, sighting)
) STRICT, WITHOUT ROWID;
INSERT INTO told_event
  SELECT e.reseller_id, e.printer, e.channel, e.kind, e.key, v.number, e.at, e.code, e.text, e.printer_time,
    e.printer_pages, e.was, e.now
  FROM event e JOIN printer p ON p.number=e.printer JOIN sighting v ON v.printer=p.number AND v.customer=p.customer;
DROP TABLE event;
ALTER TABLE told_event RENAME TO event;
CREATE INDEX event_of_printer ON event (printer, at);

-- Tokens a page at a time, and how much is kept for one caller.
CREATE INDEX api_token_of_reseller ON api_token (reseller_id);
CREATE INDEX kept_answer_of_caller ON kept_answer (reseller_id, caller, kept_at);

-- How often the password was changed. A sign-in names how often it was when it looked at it; hashing anew is
-- no change.
ALTER TABLE person ADD COLUMN password_changes INTEGER NOT NULL DEFAULT 0;
