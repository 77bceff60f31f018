"""Writes the delivery rows of W2 with DuckDB: one month, by time, 200 accounts of very different size.

usage: generate.py ROWS FILE
"""

import os
import sys

import duckdb

ROWS, FILE = int(sys.argv[1]), sys.argv[2]
STEP = 30 * 86_400 * 1_000_000 // ROWS

SELECT = f"""
SELECT (floor(200 * power((hash(i) % 1000003) / 1000003.0, 3)))::USMALLINT AS account_id,
       (1764547200000000 + i * {STEP})::BIGINT AS ts_us,
       (hash(i + 7) % 3)::UTINYINT AS kind,
       (hash(i * 31 + 1) % 7)::UTINYINT AS carrier,
       CASE WHEN hash(i + 11) % 1000 < 960 THEN 0 WHEN hash(i + 11) % 1000 < 975 THEN 1
            WHEN hash(i + 11) % 1000 < 985 THEN 2 WHEN hash(i + 11) % 1000 < 995 THEN 3 ELSE 4 END::UTINYINT AS status,
       CASE WHEN hash(i + 11) % 1000 < 960 THEN 0 ELSE (hash(i + 13) % 180) + 1 END::USMALLINT AS err,
       (1 + (hash(i + 17) % 10 < 2)::INT)::UTINYINT AS parts,
       (300 + (hash(i + 19) % 50))::INTEGER AS price_e4,
       hash(i + 23)::UBIGINT AS msg_id
FROM range({ROWS}) r(i)
"""

c = duckdb.connect()
c.execute("SET threads = 2; SET preserve_insertion_order = true")
c.execute(f"COPY ({SELECT}) TO '{FILE}.part' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 1000000)")
# Under its name only when it is whole.
os.replace(f"{FILE}.part", FILE)
