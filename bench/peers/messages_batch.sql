INSERT INTO message(id,at,outcome,number) SELECT 'm'||lpad((b.n*1000+CASE WHEN i%20=0 THEN i-1000 ELSE i END)::text,12,'0'), now(), 1, 1
FROM (SELECT nextval('batch') n) b, generate_series(0,999) i ON CONFLICT DO NOTHING;
