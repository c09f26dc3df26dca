-- What a printer says of itself, or of a part, that has no place of its own: the latest word on each.
CREATE TABLE trait (
  reseller_id INTEGER NOT NULL,
  printer     INTEGER NOT NULL REFERENCES printer,
  channel     TEXT NOT NULL,
  part        TEXT NOT NULL,  -- the supply or input, by its name there; empty: the whole printer
  trait       TEXT NOT NULL,
  sighting    INTEGER NOT NULL,
  at          INTEGER NOT NULL,  -- what is not said any more keeps the instant when it was
  value       TEXT NOT NULL,
  unit        TEXT,  -- NULL: none
  PRIMARY KEY (printer, channel, part, trait, sighting)
) STRICT, WITHOUT ROWID;

ALTER TABLE event ADD COLUMN clock_offset_ms INTEGER;  -- collector minus printer, as jobs have it

-- JSON: [["nominal-life","printhead-3","1000","cc"],["folding",null,"fan",""]]; NULL: none.
ALTER TABLE job ADD COLUMN traits TEXT;
