-- What a collector's site lets it say of a printer's place: as it stands in N, in the clear or hashed. The
-- last word of each collector; it can be forgotten alone, as N can.
CREATE TABLE printer_whereabouts (
  reseller_id INTEGER NOT NULL,
  printer     INTEGER NOT NULL REFERENCES printer,
  collector   TEXT NOT NULL REFERENCES collector,
  at          INTEGER NOT NULL,
  ip          TEXT,
  macs        TEXT NOT NULL,  -- JSON: ["00:1b:78:aa:bb:cc"]
  name        TEXT,
  location    TEXT,
  PRIMARY KEY (printer, collector)
) STRICT, WITHOUT ROWID;
