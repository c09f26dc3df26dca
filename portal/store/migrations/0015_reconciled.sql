-- Jobs beside lifetime meters, by month (portal/ledger/reconciliation.h): what the ledger made of both, and can
-- make again. Amounts are in the meter's base unit.
CREATE TABLE reconciled_month (
  reseller_id INTEGER NOT NULL,
  printer     INTEGER NOT NULL REFERENCES printer,
  month       INTEGER NOT NULL,  -- of its site: 202611
  meter       INTEGER NOT NULL REFERENCES meter,
  from_at     INTEGER NOT NULL,
  to_at       INTEGER NOT NULL,
  metered     INTEGER NOT NULL,
  in_jobs     INTEGER NOT NULL,
  tolerance   INTEGER NOT NULL,
  jobs        INTEGER NOT NULL,
  unsaid      INTEGER NOT NULL,  -- of these: do not say how much
  gaps        INTEGER NOT NULL,
  fit         TEXT NOT NULL,
  shows_from  INTEGER,  -- of a mismatch: where it is largest
  shows_to    INTEGER,
  PRIMARY KEY (printer, month, meter)
) STRICT, WITHOUT ROWID;
CREATE INDEX reconciled_month_of_meter ON reconciled_month (meter);

-- The months that there are.
INSERT INTO account_stale(printer, reseller_id, since, changes) SELECT number, reseller_id, 0, 1 FROM printer WHERE true
  ON CONFLICT DO UPDATE SET since=0, changes=changes+1;
