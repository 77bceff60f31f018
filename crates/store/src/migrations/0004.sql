-- Annexes of codes ---------------------------------------------------------------------------------------------------

-- What a version says of receipts: JSON list of id, version, fact and sha256 of each annex, and which of several receipts stands.
ALTER TABLE agreement_version ADD COLUMN annexes TEXT NOT NULL DEFAULT '[]';
-- Codes of receipts that the annex does not list, and how many receipts came with each. carrier: '' where receipts do not say.
CREATE TABLE receipt_unseen (
  tenant_id TEXT NOT NULL, stream TEXT NOT NULL, provider TEXT NOT NULL, carrier TEXT NOT NULL, code TEXT NOT NULL,
  receipts BIGINT NOT NULL, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, stream, provider, carrier, code)
) -- keyed
;
