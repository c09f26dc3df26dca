-- Where a printer stood before a person moved it: none of its rows, and it always stood where it stands. The first
-- is since 0, the last is where it stands now.
CREATE TABLE printer_place (
  reseller_id INTEGER NOT NULL,
  printer     INTEGER NOT NULL REFERENCES printer,
  since       INTEGER NOT NULL,
  site        TEXT NOT NULL REFERENCES site,
  PRIMARY KEY (printer, since)
) STRICT, WITHOUT ROWID;

-- What people read off a printer themselves. Rows are added and never changed; their meters are of channel 'manual'.
-- Where the number of a batch is wanted, -number stands for one of these (books.h).
CREATE TABLE entered_reading (
  number      INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  printer     INTEGER NOT NULL REFERENCES printer,
  customer    TEXT NOT NULL REFERENCES customer,  -- these two: where it stood when that was entered
  site        TEXT NOT NULL REFERENCES site,
  at          INTEGER NOT NULL,  -- when it was read off
  note        TEXT NOT NULL,     -- empty: none
  who         TEXT NOT NULL,
  entered_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX entered_reading_of_printer ON entered_reading (printer, at);

CREATE TABLE entered_value (
  reseller_id INTEGER NOT NULL,
  meter       INTEGER NOT NULL REFERENCES meter,
  reading     INTEGER NOT NULL REFERENCES entered_reading,
  value       TEXT NOT NULL,
  PRIMARY KEY (meter, reading)
) STRICT, WITHOUT ROWID;
CREATE INDEX entered_value_of_reading ON entered_value (reading);

-- It was wrong, and counts no more.
CREATE TABLE entered_withdrawal (
  reading     INTEGER PRIMARY KEY REFERENCES entered_reading,
  reseller_id INTEGER NOT NULL,
  reason      TEXT NOT NULL,
  who         TEXT NOT NULL,
  at          INTEGER NOT NULL
) STRICT;

-- An export that is written every month may go by mail, too: an address; empty: it does not.
ALTER TABLE scheduled_export ADD COLUMN mail TEXT NOT NULL DEFAULT '';
