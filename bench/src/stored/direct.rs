//! PostgreSQL driven directly by `pgbench`: a ledger of two updates and an insert.

use std::path::Path;
use std::process::{Command, Stdio};

use cluster::Server;

use crate::Fault;

/// As its documentation advises for so much memory; durable.
pub(super) const SETTINGS: [&str; 6] = [
    "shared_buffers=1GB",
    "work_mem=256MB",
    "jit=off",
    "max_wal_size=4GB",
    "max_connections=200",
    "timezone=UTC",
];
const LOAD: &str = include_str!("../../peers/ledger_load.sql");
const ONE: &str = include_str!("../../peers/ledger_one.sql");
const BATCH: &str = include_str!("../../peers/ledger_batch.sql");
/// Transfers of one batch, as the file has it.
pub(super) const BATCH_SIZE: u64 = 8_000;

pub(super) struct Direct {
    server: Server,
    pub(super) name: String,
}

impl Direct {
    pub(super) fn start(programs: &Path) -> Result<Self, Fault> {
        let mut direct = Self { server: Server::start(programs, &SETTINGS)?, name: String::new() };
        let version = direct.ask("show server_version;")?;
        direct.name = format!("PostgreSQL {}", version.split(' ').next().unwrap_or_default());
        direct.ask(LOAD)?;
        std::fs::write(direct.server.folder().join("one.sql"), ONE)?;
        std::fs::write(direct.server.folder().join("batch.sql"), BATCH)?;
        Ok(direct)
    }

    /// A new database on the server; its URL.
    pub(super) fn database(&self, name: &str) -> Result<String, Fault> {
        self.ask(&format!("create database {name};"))?;
        let url = self.server.url();
        let (base, _) = url.rsplit_once('/').ok_or("a URL without a database")?;
        Ok(format!("{base}/{name}"))
    }

    /// Single transfers a second, from so many clients.
    pub(super) fn singles(&self, clients: u32, seconds: u64) -> Result<u64, Fault> {
        self.bench("one.sql", clients, seconds, 1)
    }

    /// Transfers a second, one batch after another.
    pub(super) fn batches(&self, seconds: u64) -> Result<u64, Fault> {
        self.bench("batch.sql", 1, seconds, BATCH_SIZE)
    }

    fn bench(&self, file: &str, clients: u32, seconds: u64, times: u64) -> Result<u64, Fault> {
        let mut bench = self.server.client("pgbench");
        bench.args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--file"]);
        bench.arg(self.server.folder().join(file));
        bench.args([format!("--client={clients}"), format!("--time={seconds}"), "postgres".to_owned()]);
        let said = output(&mut bench)?;
        let milli = said.lines().find_map(tps_milli).ok_or("pgbench told no rate")?;
        Ok(milli * times / 1_000)
    }

    /// Whether debits, credits and transfers come to the same.
    pub(super) fn is_balanced(&self) -> Result<bool, Fault> {
        let sums = "select (select sum(debits) from acct), (select sum(credits) from acct), (select sum(amount) from xfer);";
        let said = self.ask(sums)?;
        let sums: Vec<&str> = said.split_whitespace().collect();
        Ok(sums.len() == 3 && sums.windows(2).all(|pair| pair[0] == pair[1]))
    }

    fn ask(&self, sql: &str) -> Result<String, Fault> {
        output(self.server.psql().arg("--command").arg(sql))
    }
}

pub(super) fn output(command: &mut Command) -> Result<String, Fault> {
    let said = command.stdin(Stdio::null()).output()?;
    if said.status.success() {
        return Ok(String::from_utf8(said.stdout)?);
    }
    Err(String::from_utf8_lossy(&said.stderr).into_owned().into())
}

/// Thousandths of transactions a second, from the line `tps = 1234.567890 (…)`.
pub(super) fn tps_milli(line: &str) -> Option<u64> {
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
        assert_eq!(tps_milli("tps = 5950.123456 (without initial connection time)"), Some(5_950_123));
        assert_eq!(tps_milli("tps = 14.5 (x)"), Some(14_500));
        assert_eq!(tps_milli("latency average = 2.5 ms"), None);
    }
}
