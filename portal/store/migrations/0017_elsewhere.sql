-- How many printers of a site used a meter whose unit is not confirmed: they are in no sum, and seen to be missing.
ALTER TABLE usage_site_month ADD COLUMN unconverted INTEGER NOT NULL DEFAULT 0;
INSERT INTO usage_site_month(reseller_id, month, site, meter, colorant, media, used_base, gaps, printers, unconverted)
  SELECT u.reseller_id, u.month, u.site, m.meter, m.colorant, m.media, 0, 0, 0, count(DISTINCT m.printer)
  FROM usage_month u JOIN meter m ON m.number=u.meter
  WHERE u.believed=1 AND u.used IS NOT NULL AND u.used_base IS NULL
  GROUP BY u.reseller_id, u.month, u.site, m.meter, m.colorant, m.media
  ON CONFLICT DO UPDATE SET unconverted=excluded.unconverted;

-- Whether another channel counted what is in a gap (portal/store/elsewhere.h), which decides on usage, too: all books are made again.
ALTER TABLE meter_gap ADD COLUMN outranked INTEGER NOT NULL DEFAULT 0;
INSERT INTO account_stale(printer, reseller_id, since, changes) SELECT number, reseller_id, 0, 1 FROM printer WHERE true
  ON CONFLICT DO UPDATE SET since=0, changes=changes+1;
