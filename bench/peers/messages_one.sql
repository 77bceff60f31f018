\set n random(1,1000000000)
INSERT INTO message(id,at,outcome,number) VALUES ('c'||:client_id||'-'||:n, now(), 1, 1) ON CONFLICT DO NOTHING;
