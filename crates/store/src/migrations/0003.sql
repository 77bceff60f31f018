-- Evidence in volume that waits in a store several processes share ---------------------------------------------------

-- Which object of the journal's a batch waits in, numbered from 1; 0 in a journal that is a folder of one process.
ALTER TABLE lake_waiting ADD COLUMN object BIGINT NOT NULL DEFAULT 0;
-- Up to which number the objects of a journal are in files. What waits in them waits no longer, also when that is put down later.
CREATE TABLE lake_folded (
  journal TEXT PRIMARY KEY, object BIGINT NOT NULL, at BIGINT NOT NULL
) -- keyed
;
