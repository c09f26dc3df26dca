-- What was put back between two readings, and how far it may be (portal/ledger/account.h), decides on usage: all books are made again.
INSERT INTO account_stale(printer, reseller_id, since, changes) SELECT number, reseller_id, 0, 1 FROM printer WHERE true
  ON CONFLICT DO UPDATE SET since=0, changes=changes+1;
