-- The ledger's books. All but device_reading and gap_decision can be made again from readings and decisions.

-- When each printer was read over each channel; what it said then stands in meter_reading. `stands_at` puts the
-- readings of a collector in the order in which it made them, whatever its clock said (portal/store/books.h).
CREATE TABLE device_reading (
  reseller_id INTEGER NOT NULL,
  printer     INTEGER NOT NULL REFERENCES printer,
  channel     TEXT NOT NULL,
  stands_at   INTEGER NOT NULL,
  batch       INTEGER NOT NULL REFERENCES batch,
  place       INTEGER NOT NULL,  -- in the batch
  at          INTEGER NOT NULL,  -- the collector's clock: of meter_reading
  up_ms       INTEGER,           -- since the device started
  PRIMARY KEY (printer, channel, stands_at, batch, place)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO device_reading(reseller_id, printer, channel, stands_at, batch, place, at)
  SELECT DISTINCT r.reseller_id, m.printer, m.channel, iif(r.at>b.received_at+600000, b.received_at, r.at), r.batch, 0, r.at
  FROM meter_reading r JOIN meter m ON m.number=r.meter JOIN batch b ON b.number=r.batch;

-- What an account knew when all readings before `at` were taken (portal/ledger/account.h); `at` is the first
-- instant of a month, in UTC.
CREATE TABLE account_state (
  reseller_id INTEGER NOT NULL,
  printer     INTEGER NOT NULL REFERENCES printer,
  channel     TEXT NOT NULL,
  at          INTEGER NOT NULL,
  state       TEXT NOT NULL,
  PRIMARY KEY (printer, channel, at)
) STRICT, WITHOUT ROWID;

-- Printers whose books are to be made again, from `since` on.
CREATE TABLE account_stale (
  printer     INTEGER PRIMARY KEY REFERENCES printer,
  reseller_id INTEGER NOT NULL,
  since       INTEGER NOT NULL,
  changes     INTEGER NOT NULL  -- how often it was noted, so that nobody strikes out what came meanwhile
) STRICT;
CREATE INDEX account_stale_of_reseller ON account_stale (reseller_id, printer);
INSERT INTO account_stale(printer, reseller_id, since, changes) SELECT number, reseller_id, 0, 1 FROM printer;

-- What a meter counted in a month at a site: 202611. Base quantities are NULL where the unit is not confirmed.
CREATE TABLE usage_month (
  reseller_id   INTEGER NOT NULL,
  meter         INTEGER NOT NULL REFERENCES meter,
  month         INTEGER NOT NULL,
  site          TEXT NOT NULL REFERENCES site,
  opening       TEXT NOT NULL,
  opening_at    INTEGER NOT NULL,
  opening_batch INTEGER NOT NULL,
  closing       TEXT NOT NULL,
  closing_at    INTEGER NOT NULL,
  closing_batch INTEGER NOT NULL,
  used          TEXT,     -- in the meter's unit; NULL: one reading alone
  used_base     INTEGER,
  gaps          INTEGER NOT NULL,
  hidden_base   INTEGER,  -- what the gaps can hide at the most; NULL: nobody knows
  believed      INTEGER NOT NULL,  -- when the row was made: it is in the sums by site
  PRIMARY KEY (meter, month, site)
) STRICT, WITHOUT ROWID;

-- The same, summed by site, of meters that are believed and whose unit is confirmed.
CREATE TABLE usage_site_month (
  reseller_id INTEGER NOT NULL,
  month       INTEGER NOT NULL,
  site        TEXT NOT NULL REFERENCES site,
  meter       TEXT NOT NULL,
  colorant    TEXT NOT NULL,
  media       TEXT NOT NULL,
  used_base   INTEGER NOT NULL,
  gaps        INTEGER NOT NULL,
  printers    INTEGER NOT NULL,
  PRIMARY KEY (reseller_id, month, site, meter, colorant, media)
) STRICT, WITHOUT ROWID;

-- What happened between two epochs of a meter, and is not known.
CREATE TABLE meter_gap (
  id          TEXT PRIMARY KEY,
  reseller_id INTEGER NOT NULL,
  meter       INTEGER NOT NULL REFERENCES meter,
  printer     INTEGER NOT NULL REFERENCES printer,
  kind        TEXT NOT NULL,
  opening     TEXT NOT NULL,
  opening_at  INTEGER NOT NULL,
  closing     TEXT NOT NULL,
  closing_at  INTEGER NOT NULL,
  hidden_base INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX meter_gap_of_reseller ON meter_gap (reseller_id, closing_at);
CREATE INDEX meter_gap_of_meter ON meter_gap (meter);
CREATE INDEX meter_gap_of_printer ON meter_gap (printer, closing_at);

-- What a person decided about a gap: how much was used in it. The last one counts; used NULL: undone.
CREATE TABLE gap_decision (
  gap         TEXT NOT NULL,
  number      INTEGER NOT NULL,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  meter       INTEGER NOT NULL REFERENCES meter,
  used        TEXT,
  reason      TEXT NOT NULL,
  who         TEXT NOT NULL,
  at          INTEGER NOT NULL,
  PRIMARY KEY (gap, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX gap_decision_of_meter ON gap_decision (meter);
