-- A customer that was erased. Its row, and those of its sites and collectors, stay without a name:
-- the batches stand on them.
ALTER TABLE customer ADD COLUMN erased_at INTEGER;

-- What retention looks for.
CREATE INDEX evidence_with_names ON evidence (reseller_id, batch) WHERE names IS NOT NULL;
CREATE INDEX evidence_with_payload ON evidence (reseller_id, batch) WHERE payload IS NOT NULL;
CREATE INDEX batch_as_text ON batch (reseller_id, received_at) WHERE payload IS NOT NULL;
