-- The operator is a reseller of its own, number 0: every row has a reseller, that of the operator's people, tokens
-- and changes too. It has no customers, and no list of resellers shows it; no reseller can be called "".
INSERT INTO reseller(reseller_id, id, name, created_at) VALUES (0, 'operator', '', 0);

-- Names of people stand here and nowhere else, so that one person can be forgotten.
CREATE TABLE person (
  id              TEXT PRIMARY KEY,
  reseller_id     INTEGER NOT NULL REFERENCES reseller,
  email           TEXT NOT NULL COLLATE NOCASE UNIQUE,  -- who signs in names no reseller
  name            TEXT NOT NULL,
  role            TEXT NOT NULL CHECK (role IN ('operator', 'reseller_admin', 'reseller_viewer', 'customer_viewer')),
  customer        TEXT REFERENCES customer,  -- what a customer_viewer sees
  password        TEXT,     -- Argon2id in its own text form; NULL until the invitation was accepted
  totp            TEXT,     -- the shared secret, sealed with a key that is no row of this file
  totp_since      INTEGER,  -- NULL: shown, and not confirmed yet
  totp_step       INTEGER,  -- of the last code that was accepted: none is accepted twice
  created_at      INTEGER NOT NULL,
  signed_in_at    INTEGER,
  disabled_at     INTEGER,
  CHECK ((role = 'customer_viewer') = (customer IS NOT NULL)),
  CHECK ((role = 'operator') = (reseller_id = 0))
) STRICT, WITHOUT ROWID;
CREATE INDEX person_reseller ON person (reseller_id, id);

-- Of all secrets below only the SHA-256 is kept, base64url.
CREATE TABLE recovery_code (
  person      TEXT NOT NULL REFERENCES person ON DELETE CASCADE,
  hash        TEXT NOT NULL,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  used_at     INTEGER,
  PRIMARY KEY (person, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  hash        TEXT PRIMARY KEY,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  person      TEXT NOT NULL REFERENCES person ON DELETE CASCADE,
  created_at  INTEGER NOT NULL,
  seen_at     INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL  -- however busy it is
) STRICT, WITHOUT ROWID;
CREATE INDEX session_person ON session (person, seen_at);

-- Where a person signed in before: there the failures of strangers slow nobody.
CREATE TABLE device (
  person      TEXT NOT NULL REFERENCES person ON DELETE CASCADE,
  hash        TEXT NOT NULL,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  seen_at     INTEGER NOT NULL,
  PRIMARY KEY (person, hash)
) STRICT, WITHOUT ROWID;

-- Links that a person is handed to set a password.
CREATE TABLE link (
  hash        TEXT PRIMARY KEY,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  person      TEXT NOT NULL REFERENCES person ON DELETE CASCADE,
  kind        TEXT NOT NULL CHECK (kind IN ('invite', 'reset')),
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  used_at     INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX link_person ON link (person);

-- How often signing in failed. `subject` is a hash of an account and an address, of an account and a device, or of
-- an address: nobody reads from here who tried what. All belong to the operator, because a name that was tried
-- may be nobody's.
CREATE TABLE sign_in_failure (
  subject     TEXT PRIMARY KEY,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  failures    INTEGER NOT NULL,
  last_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_failure_age ON sign_in_failure (reseller_id, last_at);

-- Every change: who, what, of what, before and after (JSON objects). A chain for each reseller; `hash` covers the row and
-- `previous` (portal/store/audit.h). Names of people and customers are not in it, so that it need never change.
CREATE TABLE audit (
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  number      INTEGER NOT NULL,  -- 1, 2, 3, …
  at          INTEGER NOT NULL,
  who         TEXT NOT NULL,     -- usr_…, tok_…, col_…, command line, portal
  what        TEXT NOT NULL,     -- user.invite
  subject     TEXT NOT NULL,
  before      TEXT NOT NULL,
  after       TEXT NOT NULL,
  previous    TEXT NOT NULL,
  hash        TEXT NOT NULL,
  PRIMARY KEY (reseller_id, number)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
-- REPLACE would delete without asking the trigger above.
CREATE TRIGGER audit_has_no_second_row BEFORE INSERT ON audit
  WHEN NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM audit WHERE reseller_id = NEW.reseller_id)
  BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;

-- Tokens of before may do all that their role may.
CREATE TABLE scoped_token (
  id           TEXT PRIMARY KEY,
  reseller_id  INTEGER NOT NULL REFERENCES reseller,
  hash         TEXT NOT NULL UNIQUE,
  role         TEXT NOT NULL CHECK (role IN ('operator', 'reseller_admin', 'reseller_viewer', 'customer_viewer')),
  customer     TEXT REFERENCES customer,  -- what a customer_viewer sees
  name         TEXT NOT NULL,
  scopes       TEXT NOT NULL,  -- "printers.read usage.read", or "*"
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER,
  revoked_at   INTEGER,
  last_used_at INTEGER,  -- to the hour
  CHECK ((role = 'customer_viewer') = (customer IS NOT NULL)),
  CHECK ((role = 'operator') = (reseller_id = 0))
) STRICT, WITHOUT ROWID;
INSERT INTO scoped_token(id, reseller_id, hash, role, customer, name, scopes, created_at, expires_at)
  SELECT id, reseller_id, hash, role, customer, name, '*', created_at, expires_at FROM api_token;
DROP TABLE api_token;
ALTER TABLE scoped_token RENAME TO api_token;
