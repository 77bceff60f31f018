-- Records in volume that are counted before they are merged ----------------------------------------------------------

-- 1: shares no record with any other file of its partition, so it is counted although it is not merged yet.
ALTER TABLE lake_file ADD COLUMN apart BIGINT NOT NULL DEFAULT 0;
-- Files come and go by the second; those that stand are few.
CREATE INDEX lake_file_standing ON lake_file (tenant_id, stream, fact, day) WHERE removed_at IS NULL;
CREATE INDEX lake_file_gone ON lake_file (removed_at) WHERE removed_at IS NOT NULL;
