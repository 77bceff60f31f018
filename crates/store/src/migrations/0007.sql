-- Receipts in no class, beside the records in volume that they make none of ------------------------------------------

-- Codes of which receipts are kept because they are in no class, and between which times their messages were sent: such a
-- receipt is noted as classified when it comes again and is in a class. carrier: '' where receipts do not say; code: '' stands for
-- all codes beyond those that are told apart.
CREATE TABLE receipt_open (
  tenant_id TEXT NOT NULL, stream TEXT NOT NULL, fact TEXT NOT NULL, provider TEXT NOT NULL, carrier TEXT NOT NULL, code TEXT NOT NULL,
  from_at BIGINT NOT NULL, until_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, stream, fact, provider, carrier, code)
) -- keyed
;
