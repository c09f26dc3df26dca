-- What happened once: entries of printers' own logs, and changes that a collector noticed.
CREATE TABLE event (
  reseller_id   INTEGER NOT NULL,
  printer       INTEGER NOT NULL REFERENCES printer,
  channel       TEXT NOT NULL,  -- none: the collector noticed it by itself
  kind          TEXT NOT NULL,
  key           TEXT NOT NULL,
  at            INTEGER NOT NULL,  -- the collector's clock when it was seen first
  code          TEXT,
  text          TEXT,
  printer_time  INTEGER,
  printer_pages INTEGER,
  was           TEXT,
  now           TEXT,
  PRIMARY KEY (printer, channel, kind, key)
) STRICT, WITHOUT ROWID;

-- 1: another channel gives this meter too, and the collector's profile of the model believes that one.
ALTER TABLE meter ADD COLUMN outranked INTEGER NOT NULL DEFAULT 0;
