-- An export that is written every month, and what became of each month.
CREATE TABLE scheduled_export (
  id          TEXT PRIMARY KEY,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  what        TEXT NOT NULL,     -- usage, jobs, …
  customer    TEXT NOT NULL,     -- ids that narrow it; empty: they do not
  site        TEXT NOT NULL,
  printer     TEXT NOT NULL,
  format      TEXT NOT NULL CHECK (format IN ('csv', 'ndjson')),
  columns     TEXT NOT NULL,     -- the column profile, TOML; empty: none
  folder      TEXT NOT NULL,
  first_month TEXT NOT NULL,     -- 2026-11
  day         INTEGER NOT NULL,  -- of the month after; with hour, by the clocks of time_zone
  hour        INTEGER NOT NULL,
  time_zone   TEXT NOT NULL,     -- IANA
  created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX scheduled_export_of_reseller ON scheduled_export (reseller_id);

-- ready: the file is whole and waits to be put where it belongs; done: it was.
CREATE TABLE scheduled_month (
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  schedule    TEXT NOT NULL REFERENCES scheduled_export ON DELETE CASCADE,
  month       TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('ready', 'done')),
  file        TEXT NOT NULL,     -- its name in the folder
  at          INTEGER NOT NULL,
  PRIMARY KEY (schedule, month)
) STRICT, WITHOUT ROWID;
