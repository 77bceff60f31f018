CREATE TABLE dlru (
  account_id smallint NOT NULL, ts timestamptz NOT NULL, kind smallint NOT NULL, carrier smallint NOT NULL,
  status smallint NOT NULL, err smallint NOT NULL, parts smallint NOT NULL, price_e4 integer NOT NULL,
  msg_id bigint NOT NULL, UNIQUE (account_id, msg_id)
);
CREATE SEQUENCE xs;
