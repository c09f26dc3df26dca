-- What each collector said last. `nonce` is the one it was given last and has to name next; the rest
-- is NULL until it was heard once.
CREATE TABLE heartbeat (
  collector        TEXT PRIMARY KEY REFERENCES collector,
  reseller_id      INTEGER NOT NULL REFERENCES reseller,
  nonce            TEXT NOT NULL,
  received_at      INTEGER,
  at               INTEGER,  -- the collector's clock
  offset_ms        INTEGER,  -- that clock minus ours, as the collector measured it
  version          TEXT,
  stream           TEXT,
  sequence         INTEGER,  -- of the last batch it cut; 0: none
  readings         INTEGER,  -- these six wait
  jobs             INTEGER,
  alerts           INTEGER,
  events           INTEGER,
  batches          INTEGER,
  aside            INTEGER,  -- refused for good
  known            INTEGER,  -- printers
  answering        INTEGER,
  asleep           INTEGER,
  disk             TEXT,     -- plenty, enough, low
  troubles         TEXT,     -- JSON: ["set-aside"]
  settings_version INTEGER,  -- what became of the proposal with this version
  settings_outcome TEXT,     -- taken, refused, not-allowed
  settings_reason  TEXT
) STRICT, WITHOUT ROWID;

-- What collectors are asked to set. `target` is a collector or a site; a collector's own comes before
-- its site's, the highest version counts, and versions rise within a reseller.
CREATE TABLE settings_proposal (
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  version     INTEGER NOT NULL,
  target      TEXT NOT NULL,
  settings    TEXT NOT NULL,  -- JSON: {"interval":["1h"]}
  made_at     INTEGER NOT NULL,
  PRIMARY KEY (reseller_id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX settings_proposal_target ON settings_proposal (target, version);
