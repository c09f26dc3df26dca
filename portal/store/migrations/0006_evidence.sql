-- P and N of a batch, each as raw DEFLATE (RFC 1951). NULL: erased; `batch` keeps hash and place. Batches
-- of before have theirs as plain text in `batch`, and no row here.
CREATE TABLE evidence (
  batch       INTEGER PRIMARY KEY REFERENCES batch,
  reseller_id INTEGER NOT NULL REFERENCES reseller,
  payload     BLOB,
  names       BLOB
) STRICT;
