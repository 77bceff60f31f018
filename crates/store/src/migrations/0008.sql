-- Files of evidence in volume on their way out -----------------------------------------------------------------------

-- Whether the file is being deleted. Who would put the same file anew waits until it is gone, and puts it then.
ALTER TABLE lake_file ADD COLUMN going BIGINT NOT NULL DEFAULT 0;
