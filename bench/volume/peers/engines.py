"""The peers, each tuned as its documentation says for two threads, and how each of them says the questions of W2."""

import os
import time

WINDOWS = (
    "NOT (ts_us BETWEEN 1764547200000000 AND 1764550800000000)"
    " AND NOT (ts_us BETWEEN 1765547200000000 AND 1765550800000000)"
)
OK = "sum(CASE WHEN status = 0 THEN 1 ELSE 0 END) ok"
VALID = "sum(CASE WHEN status NOT IN (3, 4) THEN 1 ELSE 0 END) valid"
SQL = {
    "C1": "SELECT count(*) FROM d WHERE status = 0",
    "C2": f"SELECT account_id, kind, {OK}, {VALID} FROM d GROUP BY account_id, kind",
    "C3": f"SELECT account_id, kind, {OK}, {VALID},"
    " sum(CAST(parts AS BIGINT) * CAST(price_e4 AS BIGINT)) fee"
    f" FROM d WHERE {WINDOWS} GROUP BY account_id, kind",
    "C4": f"SELECT account_id, DAY dd, count(*) n, {OK} FROM d GROUP BY account_id, DAY",
    # The error itself decides between equally frequent ones, so that there is one answer.
    "C5": "SELECT err, count(*) n FROM d WHERE account_id = 199 AND status <> 0 GROUP BY err ORDER BY n DESC, err LIMIT 20",
    "C6": "SELECT count(DISTINCT msg_id) FROM d WHERE account_id < 20",
    # The month of one account without its first hour.
    "statement": f"SELECT kind, status, count(*) n, sum(CAST(parts AS BIGINT)) parts FROM d"
    " WHERE account_id = ACCOUNT AND ts_us >= 1764550800000000 GROUP BY kind, status",
}


def question(name, account, table, day):
    sql = SQL[name].replace("FROM d", f"FROM {table}").replace("DAY", day)
    return sql.replace("ACCOUNT", str(account))


class DuckDB:
    def __init__(self):
        import duckdb

        self.name = f"DuckDB {duckdb.__version__}"
        self.connect = duckdb.connect

    def same(self, file):
        self.c = self.connect()
        self.c.execute("SET threads = 2; SET memory_limit = '6GB'")
        self.c.execute(f"CREATE VIEW d AS SELECT * FROM '{file}'")

    def own(self, file, folder):
        self.c = self.connect(os.path.join(folder, "sorted.duckdb"))
        self.c.execute(f"SET threads = 2; SET memory_limit = '8GB'; SET temp_directory = '{folder}'")
        order = "ts_us // 21600000000, account_id, kind, status, ts_us"
        self.c.execute(f"CREATE TABLE d AS SELECT * FROM '{file}' ORDER BY {order}")
        self.c.execute("CHECKPOINT")

    def asked(self, name, account):
        sql = question(name, account, "d", "ts_us // 86400000000")
        return lambda: self.c.execute(sql).fetchall()

    def rows(self, answer):
        return answer


class ChDB:
    def __init__(self):
        import chdb
        from chdb import session

        self.name = f"chDB {chdb.engine_version}"
        self.session = session.Session

    def same(self, file):
        self.s = self.session()
        self.table = f"file('{file}', Parquet)"

    def own(self, file, folder):
        self.s = self.session(os.path.join(folder, "chdb"))
        self.table = "x.d"
        self.s.query("CREATE DATABASE x ENGINE = Atomic")
        self.s.query(
            "CREATE TABLE x.d (account_id UInt16, ts_us Int64, kind UInt8, carrier UInt8, status UInt8, err UInt16,"
            " parts UInt8, price_e4 Int32, msg_id UInt64) ENGINE = MergeTree ORDER BY (account_id, kind, ts_us)"
        )
        self.s.query(f"INSERT INTO x.d SELECT * FROM file('{file}', Parquet) SETTINGS max_threads = 2")
        self.s.query("OPTIMIZE TABLE x.d FINAL")

    def insert(self, folder, seconds):
        """Batches of 1,000 rows, one after another, each flushed before it is acknowledged."""
        s = self.session(os.path.join(folder, "chdb-insert"))
        s.query("CREATE DATABASE y ENGINE = Atomic")
        s.query(
            "CREATE TABLE y.d (account_id UInt16, ts_us Int64, kind UInt8, carrier UInt8, status UInt8, err UInt16,"
            " parts UInt8, price_e4 Int32, msg_id String) ENGINE = MergeTree ORDER BY (account_id, ts_us)"
            " SETTINGS fsync_after_insert = 1, fsync_part_directory = 1"
        )
        begun, batches = time.perf_counter(), 0
        while time.perf_counter() - begun < seconds:
            s.query(
                "INSERT INTO y.d SELECT number % 200, number, 0, 0, 0, 0, 1, 300, toString(rand64())"
                " FROM numbers(1000)"
            )
            batches += 1
        kept = int(s.query("SELECT count() FROM y.d", "CSV").bytes())
        if kept != 1000 * batches:
            raise ValueError(f"{kept} rows of {1000 * batches} are there")
        return kept

    def asked(self, name, account):
        sql = question(name, account, self.table, "intDiv(ts_us, 86400000000)")
        return lambda: self.s.query(sql + " SETTINGS max_threads = 2", "CSV").bytes()

    def rows(self, answer):
        return [[int(cell) for cell in line.split(",")] for line in answer.decode().splitlines()]


class DataFusion:
    def __init__(self):
        import datafusion

        self.name = f"DataFusion {datafusion.__version__}"
        self.module = datafusion

    def same(self, file):
        config = self.module.SessionConfig().with_target_partitions(2)
        self.c = self.module.SessionContext(config)
        self.c.register_parquet("d", file)

    def asked(self, name, account):
        sql = question(name, account, "d", "CAST(ts_us / 86400000000 AS BIGINT)")
        return lambda: self.c.sql(sql).collect()

    def rows(self, answer):
        return [list(row.values()) for batch in answer for row in batch.to_pylist()]


class Polars:
    def __init__(self):
        os.environ["POLARS_MAX_THREADS"] = "2"
        import polars

        self.name = f"Polars {polars.__version__}"
        self.pl = polars

    def same(self, file):
        self.file = file

    def asked(self, name, account):
        pl, c = self.pl, self.pl.col
        d = pl.scan_parquet(self.file)
        ok, valid = (c("status") == 0).sum().alias("ok"), (~c("status").is_in([3, 4])).sum().alias("valid")
        fee = (c("parts").cast(pl.Int64) * c("price_e4").cast(pl.Int64)).sum().alias("fee")
        outside = ~c("ts_us").is_between(1764547200000000, 1764550800000000)
        outside &= ~c("ts_us").is_between(1765547200000000, 1765550800000000)
        day = (c("ts_us") // 86_400_000_000).alias("dd")
        failed = d.filter((c("account_id") == 199) & (c("status") != 0)).group_by("err").agg(pl.len().alias("n"))
        of_account = d.filter((c("account_id") == account) & (c("ts_us") >= 1764550800000000))
        plan = {
            "C1": d.filter(c("status") == 0).select(pl.len()),
            "C2": d.group_by("account_id", "kind").agg(ok, valid),
            "C3": d.filter(outside).group_by("account_id", "kind").agg(ok, valid, fee),
            "C4": d.group_by("account_id", day).agg(pl.len().alias("n"), ok),
            "C5": failed.sort(["n", "err"], descending=[True, False]).head(20),
            "C6": d.filter(c("account_id") < 20).select(c("msg_id").n_unique()),
            "statement": of_account.group_by("kind", "status").agg(pl.len().alias("n"), c("parts").cast(pl.Int64).sum()),
        }[name]
        return lambda: plan.collect(engine="streaming")

    def rows(self, answer):
        return answer.rows()


ENGINES = {"duckdb": DuckDB, "chdb": ChDB, "datafusion": DataFusion, "polars": Polars}
