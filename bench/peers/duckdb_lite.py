"""Answers Q1-lite with DuckDB from tables in memory. Reads `run` and `cells` from its input, a line each."""

import pathlib
import sys
import time

import duckdb

HERE = pathlib.Path(__file__).resolve().parent
END = "-- end --"
LOAD = """
set threads = 2;
create table o as select * from read_csv('outages.csv', header = false, columns = {s: int, f: bigint, u: bigint});
create table m as select * from read_csv('maintenance.csv', header = false, columns = {s: int, f: bigint, u: bigint});
create macro month_of(ms) as (year(make_timestamp(ms * 1000)) - 2024) * 12 + month(make_timestamp(ms * 1000)) - 1;
create table mon as
  select k, epoch_ms(timestamp '2024-01-01' + to_months(k::int)) f, epoch_ms(timestamp '2024-01-01' + to_months(k::int + 1)) u
  from range(24) months(k);
"""


def main():
    connection = duckdb.connect()
    connection.execute(LOAD)
    question = (HERE / "question.sql").read_text(encoding="utf-8")
    print(duckdb.__version__, END, sep="\n", flush=True)
    for command in sys.stdin:
        if command.strip() == "run":
            begun = time.perf_counter_ns()
            count, total = connection.execute(f"select count(*), sum(ms)::bigint from ({question})").fetchone()
            print((time.perf_counter_ns() - begun) // 1000, count, total)
        else:
            for row in connection.execute(f"{question} order by s, k").fetchall():
                print(*row)
        print(END, flush=True)


main()
