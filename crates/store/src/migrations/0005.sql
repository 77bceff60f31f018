-- Evidence in volume whose counters are told from others -------------------------------------------------------------

-- SHA-256 of the end of a file, where its counters are; NULL in rows that are older than this.
ALTER TABLE lake_file ADD COLUMN footer BYTEA;
