-- Lists that are read page by page: each is in the order of an index, so that a page costs the same in a
-- fleet of a hundred printers and of ten thousand.

-- The customer of its site, which decides: whoever moves a printer to another site sets both.
ALTER TABLE printer ADD COLUMN customer TEXT REFERENCES customer;
UPDATE printer SET customer=(SELECT customer FROM site WHERE site.id=printer.site);
-- Unique, as `id` is anyway: SQLite then sees that a printer's supplies follow one another.
CREATE UNIQUE INDEX printer_of_reseller ON printer (reseller_id, id);
CREATE UNIQUE INDEX printer_of_customer ON printer (customer, id);
CREATE UNIQUE INDEX printer_of_site ON printer (site, id);
CREATE UNIQUE INDEX printer_of_model ON printer (reseller_id, model, id);

-- Tables without a rowid carry their primary key at the end of every index: `id`, or the rest of what a
-- page is ordered by.
CREATE INDEX customer_of_reseller ON customer (reseller_id);
CREATE INDEX site_of_reseller ON site (reseller_id);
CREATE INDEX site_of_customer ON site (customer);
CREATE INDEX collector_of_reseller ON collector (reseller_id);
CREATE INDEX collector_of_site ON collector (site);
CREATE INDEX enrolment_code_of_reseller ON enrolment_code (reseller_id, created_at);

-- When it ended, by the collector's clock: as the printer said, where its clock is known to be off by so
-- much, else when the record was seen.
ALTER TABLE job ADD COLUMN ended_at INTEGER
  GENERATED ALWAYS AS (COALESCE(finished+clock_offset_ms, seen_at)) VIRTUAL;
CREATE INDEX job_of_reseller ON job (reseller_id, ended_at);
CREATE INDEX job_of_printer ON job (printer, ended_at);
CREATE INDEX alert_of_reseller ON alert (reseller_id, since);
CREATE INDEX alert_that_lasts ON alert (reseller_id, since) WHERE cleared_at IS NULL;
CREATE INDEX alert_of_printer ON alert (printer, since);
CREATE INDEX event_of_printer ON event (printer, at);

-- What a POST with an Idempotency-Key was answered, for whoever sends it again within a day. `key` is its SHA-256,
-- `request` an HMAC under it, base64url. `answer` may hold a secret that is shown once: it is encrypted under a
-- key made from the Idempotency-Key, which is stored nowhere.
CREATE TABLE kept_answer (
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  caller      TEXT NOT NULL,  -- tok_…, usr_…
  key         TEXT NOT NULL,
  request     TEXT NOT NULL,
  answer      BLOB NOT NULL,
  kept_at     INTEGER NOT NULL,
  PRIMARY KEY (reseller_id, caller, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_answer_of_day ON kept_answer (reseller_id, kept_at);
