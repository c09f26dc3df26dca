-- The first schema. Instants are milliseconds since 1970 (UTC); quantities are the printer's own text.
-- reseller_id is the tenant, in every table; the public ids (res_…, col_…) are what leaves the portal.

CREATE TABLE reseller (
  reseller_id INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,
  name        TEXT NOT NULL UNIQUE,
  created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE customer (
  id          TEXT PRIMARY KEY,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  name        TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  UNIQUE (reseller_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE site (
  id          TEXT PRIMARY KEY,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  customer    TEXT NOT NULL REFERENCES customer,
  name        TEXT NOT NULL,
  time_zone   TEXT NOT NULL,  -- IANA name; billing periods are cut by it
  created_at  INTEGER NOT NULL,
  UNIQUE (customer, name)
) STRICT, WITHOUT ROWID;

-- A collector is known by one key for ever; the thumbprint is RFC 7638.
CREATE TABLE collector (
  id          TEXT PRIMARY KEY,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  site        TEXT NOT NULL REFERENCES site,
  name        TEXT NOT NULL,
  version     TEXT NOT NULL,
  system      TEXT NOT NULL,
  jwk         TEXT NOT NULL,
  thumbprint  TEXT NOT NULL UNIQUE,
  enrolled_at INTEGER NOT NULL,
  revoked_at  INTEGER
) STRICT, WITHOUT ROWID;

-- Only hashes of secrets are stored: SHA-256, base64url.
CREATE TABLE enrolment_code (
  hash        TEXT PRIMARY KEY,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  site        TEXT NOT NULL REFERENCES site,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  used_at     INTEGER,
  collector   TEXT REFERENCES collector  -- who used it
) STRICT, WITHOUT ROWID;

CREATE TABLE api_token (
  id          TEXT PRIMARY KEY,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  hash        TEXT NOT NULL UNIQUE,
  role        TEXT NOT NULL CHECK (role IN ('reseller_admin', 'reseller_viewer', 'customer_viewer')),
  customer    TEXT REFERENCES customer,  -- what a customer_viewer sees
  name        TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER,
  CHECK ((role = 'customer_viewer') = (customer IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- The evidence, byte for byte: S (jws), P (payload), N (names). The large columns stand last, so that
-- what does not ask for them does not read them.
CREATE TABLE batch (
  number      INTEGER PRIMARY KEY,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  collector   TEXT NOT NULL REFERENCES collector,
  batch       TEXT NOT NULL,
  stream      TEXT NOT NULL,
  sequence    INTEGER NOT NULL,
  previous    TEXT NOT NULL,
  sha256      TEXT NOT NULL,  -- of P, base64url
  received_at INTEGER NOT NULL,
  doubtful    INTEGER NOT NULL,  -- the collector's clock was more than 10 minutes off
  receipt     TEXT NOT NULL,     -- the JWS that was answered, and is answered again
  jws         TEXT NOT NULL,
  names       TEXT,
  payload     TEXT,
  UNIQUE (collector, batch),
  UNIQUE (collector, stream, sequence)
) STRICT;

-- Every sequence up to `unbroken` is stored or void; `highest` is the last one stored.
CREATE TABLE stream (
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  collector   TEXT NOT NULL REFERENCES collector,
  stream      TEXT NOT NULL,
  unbroken    INTEGER NOT NULL,
  highest     INTEGER NOT NULL,
  PRIMARY KEY (collector, stream)
) STRICT, WITHOUT ROWID;

-- What a person should know about a stream. void: the batch will not come; chain: `previous` does not
-- match the batch before; fork: another batch claimed the same place and was refused.
CREATE TABLE gap (
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  collector   TEXT NOT NULL REFERENCES collector,
  stream      TEXT NOT NULL,
  sequence    INTEGER NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('void', 'chain', 'fork')),
  detail      TEXT NOT NULL,
  noted_at    INTEGER NOT NULL,
  PRIMARY KEY (collector, stream, sequence, kind)
) STRICT, WITHOUT ROWID;

-- A printer is (reseller, manufacturer, serial). One that names no serial is kept apart by who saw it:
-- `apart` is then "collector/product/model", and empty for all others.
CREATE TABLE printer (
  number       INTEGER PRIMARY KEY,
  reseller_id  INTEGER NOT NULL REFERENCES reseller,
  id           TEXT NOT NULL UNIQUE,
  manufacturer TEXT NOT NULL COLLATE NOCASE,
  serial       TEXT NOT NULL,
  apart        TEXT NOT NULL,
  product      TEXT NOT NULL,
  model        TEXT NOT NULL,
  firmware     TEXT NOT NULL,
  site         TEXT NOT NULL REFERENCES site,
  state        TEXT,
  first_seen   INTEGER NOT NULL,
  last_seen    INTEGER NOT NULL,
  UNIQUE (reseller_id, serial, manufacturer, apart)
) STRICT;

-- A serial that showed up at a second site of the same reseller: waits for a person.
CREATE TABLE printer_claim (
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  printer     INTEGER NOT NULL REFERENCES printer,
  site        TEXT NOT NULL REFERENCES site,
  collector   TEXT NOT NULL REFERENCES collector,
  first_seen  INTEGER NOT NULL,
  PRIMARY KEY (printer, site)
) STRICT, WITHOUT ROWID;

-- Another unit is another meter. No colorant and no media are empty text, so that UNIQUE sees them.
CREATE TABLE meter (
  number      INTEGER PRIMARY KEY,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  printer     INTEGER NOT NULL REFERENCES printer,
  channel     TEXT NOT NULL,
  meter       TEXT NOT NULL,
  colorant    TEXT NOT NULL,
  media       TEXT NOT NULL,
  unit        TEXT NOT NULL,
  UNIQUE (printer, channel, meter, colorant, media, unit)
) STRICT;

CREATE TABLE meter_reading (
  reseller_id INTEGER NOT NULL,
  meter       INTEGER NOT NULL REFERENCES meter,
  at          INTEGER NOT NULL,  -- the collector's clock
  value       TEXT NOT NULL,
  batch       INTEGER NOT NULL REFERENCES batch,
  PRIMARY KEY (meter, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
  reseller_id     INTEGER NOT NULL,
  printer         INTEGER NOT NULL REFERENCES printer,
  channel         TEXT NOT NULL,
  job             TEXT NOT NULL,
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
  PRIMARY KEY (printer, channel, job)
) STRICT, WITHOUT ROWID;

-- The latest word on each supply.
CREATE TABLE supply (
  reseller_id   INTEGER NOT NULL,
  printer       INTEGER NOT NULL REFERENCES printer,
  channel       TEXT NOT NULL,
  supply        TEXT NOT NULL,
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
  PRIMARY KEY (printer, channel, supply)
) STRICT, WITHOUT ROWID;

CREATE TABLE alert (
  reseller_id INTEGER NOT NULL,
  printer     INTEGER NOT NULL REFERENCES printer,
  channel     TEXT NOT NULL,
  key         TEXT NOT NULL,
  since       INTEGER NOT NULL,
  severity    TEXT NOT NULL,
  code        TEXT NOT NULL,
  text        TEXT,
  cleared_at  INTEGER,
  PRIMARY KEY (printer, channel, key, since)
) STRICT, WITHOUT ROWID;
