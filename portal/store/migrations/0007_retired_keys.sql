-- Keys that a collector signed with before the one in `collector`. last: JSON of the places up to which this
-- one signed, [{"stream":…,"sequence":41}]; beyond them it signs nothing. rotation: the word with which it
-- named the next (JWS), kept as evidence.
CREATE TABLE retired_key (
  thumbprint  TEXT PRIMARY KEY,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  collector   TEXT NOT NULL REFERENCES collector,
  number      INTEGER NOT NULL,  -- rising within a collector
  jwk         TEXT NOT NULL,
  next        TEXT NOT NULL,     -- thumbprint of the key that replaced it
  last        TEXT NOT NULL,
  rotation    TEXT NOT NULL,
  retired_at  INTEGER NOT NULL,
  UNIQUE (collector, number)
) STRICT, WITHOUT ROWID;
