-- Evidence in volume ------------------------------------------------------------------------------------------------

-- Files of facts in volume: each one UTC day of one fact of one stream; day: days since 1970-01-01. A file stands from added_at until
-- removed_at. settled: 1 where it shares no record with any other file that stands with it. sha256: of its bytes; content: of its rows.
CREATE TABLE lake_file (
  tenant_id TEXT NOT NULL, stream TEXT NOT NULL, fact TEXT NOT NULL, day BIGINT NOT NULL, path TEXT NOT NULL, records BIGINT NOT NULL,
  bytes BIGINT NOT NULL, sha256 BYTEA NOT NULL, content BYTEA NOT NULL, from_at BIGINT NOT NULL, until_at BIGINT NOT NULL,
  settled BIGINT NOT NULL, added_at BIGINT NOT NULL, removed_at BIGINT,
  PRIMARY KEY (tenant_id, stream, fact, day, path, added_at)
) -- keyed
;
CREATE INDEX lake_file_path ON lake_file (path);
-- Batches whose records in volume are safe in a journal and in no file yet. journal: whose; first_at: the earliest time they speak of.
CREATE TABLE lake_waiting (
  tenant_id TEXT NOT NULL, stream TEXT NOT NULL, seq BIGINT NOT NULL, journal TEXT NOT NULL, first_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, stream, seq)
) -- keyed
;
