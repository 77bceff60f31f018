//! PostgreSQL that takes the same batches: 1,000 rows in one statement, a unique key, durable when it answers.

use std::path::Path;
use std::process::{Command, Stdio};

use cluster::Server;
use measured::Fault;

/// As its documentation advises for so much memory; durable.
const SETTINGS: [&str; 6] = [
    "shared_buffers=1GB",
    "work_mem=256MB",
    "jit=off",
    "max_wal_size=4GB",
    "max_connections=200",
    "timezone=UTC",
];
const LOAD: &str = include_str!("../peers/postgres_load.sql");
const INSERT: &str = include_str!("../peers/postgres_insert.sql");
const BATCH_ROWS: u64 = 1_000;
/// How many rows are not those that were sent: a batch is 950 of its own and 50 of the hundredth batch before it, which
/// the first hundred have to themselves.
const LOST: &str =
    "select (select count(*) from dlru) - last_value * 950 - 50 * least(last_value, 100) from xs;";

/// A server with the table.
pub(crate) struct Postgres {
    server: Server,
    pub(crate) name: String,
}

impl Postgres {
    pub(crate) fn start(programs: &Path) -> Result<Postgres, Fault> {
        let mut postgres = Postgres { server: Server::start(programs, &SETTINGS)?, name: String::new() };
        let version = postgres.ask("show server_version;")?;
        postgres.name = format!("PostgreSQL {}", version.split(' ').next().unwrap_or_default());
        postgres.ask(LOAD)?;
        std::fs::write(postgres.server.folder().join("insert.sql"), INSERT)?;
        Ok(postgres)
    }

    /// Rows a second from so many clients.
    pub(crate) fn insert(&self, clients: u32, seconds: u64) -> Result<u64, Fault> {
        let mut bench = self.server.client("pgbench");
        bench.args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--file"]);
        bench.arg(self.server.folder().join("insert.sql"));
        bench.args([format!("--client={clients}"), format!("--time={seconds}"), "postgres".to_owned()]);
        let said = output(&mut bench)?;
        let milli = said.lines().find_map(tps_milli).ok_or("pgbench told no rate")?;
        if self.ask(LOST)?.trim() != "0" {
            return Err("PostgreSQL does not hold the rows it was sent".into());
        }
        Ok(milli * BATCH_ROWS / 1_000)
    }

    fn ask(&self, sql: &str) -> Result<String, Fault> {
        output(self.server.psql().arg("--command").arg(sql))
    }
}

fn output(command: &mut Command) -> Result<String, Fault> {
    let said = command.stdin(Stdio::null()).output()?;
    if said.status.success() {
        return Ok(String::from_utf8(said.stdout)?);
    }
    Err(String::from_utf8_lossy(&said.stderr).into_owned().into())
}

/// Thousandths of transactions a second, from the line `tps = 1234.567890 (…)`.
fn tps_milli(line: &str) -> Option<u64> {
    let number = line.strip_prefix("tps = ")?.split(' ').next()?;
    let (whole, part) = number.split_once('.')?;
    let milli: u64 = format!("{part}000").get(..3)?.parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000)?.checked_add(milli)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_read_to_the_thousandth() {
        assert_eq!(tps_milli("tps = 150.123456 (without initial connection time)"), Some(150_123));
        assert_eq!(tps_milli("tps = 14.5 (x)"), Some(14_500));
        assert_eq!(tps_milli("latency average = 2.5 ms"), None);
    }
}
