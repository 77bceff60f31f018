//! PostgreSQL driven directly by `pgbench`: messages with a key, those that are there already left as they are.

use std::path::Path;

use cluster::Server;

use super::direct::{SETTINGS, output, tps_milli};
use crate::Fault;

const LOAD: &str = include_str!("../../peers/messages_load.sql");
const ONE: &str = include_str!("../../peers/messages_one.sql");
const BATCH: &str = include_str!("../../peers/messages_batch.sql");
/// Messages of one batch, as the file has it.
const BATCH_SIZE: u64 = 1_000;
/// How many clients send single messages at once; the best counts.
const SINGLE_CLIENTS: [u32; 3] = [64, 128, 190];
const BATCH_CLIENTS: u32 = 16;

pub(super) struct Messages {
    server: Server,
    pub(super) name: String,
}

impl Messages {
    pub(super) fn start(programs: &Path) -> Result<Self, Fault> {
        let mut messages = Self { server: Server::start(programs, &SETTINGS)?, name: String::new() };
        let ask = |sql: &str| output(messages.server.psql().arg("--command").arg(sql));
        let version = ask("show server_version;")?;
        ask(LOAD)?;
        messages.name = format!("PostgreSQL {}", version.split(' ').next().unwrap_or_default());
        std::fs::write(messages.server.folder().join("one.sql"), ONE)?;
        std::fs::write(messages.server.folder().join("batch.sql"), BATCH)?;
        Ok(messages)
    }

    /// Single messages a second, with as many clients as do best.
    pub(super) fn singles(&self, seconds: u64) -> Result<u64, Fault> {
        SINGLE_CLIENTS.into_iter().try_fold(0, |best, clients| {
            let rate = self.bench("one.sql", clients, seconds)?;
            eprintln!("{} with {clients} clients: {rate} a second", self.name);
            Ok(best.max(rate))
        })
    }

    /// Messages a second, sent by the thousand.
    pub(super) fn batches(&self, seconds: u64) -> Result<u64, Fault> {
        Ok(self.bench("batch.sql", BATCH_CLIENTS, seconds)? * BATCH_SIZE)
    }

    fn bench(&self, file: &str, clients: u32, seconds: u64) -> Result<u64, Fault> {
        let mut bench = self.server.client("pgbench");
        bench.args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--file"]);
        bench.arg(self.server.folder().join(file));
        bench.args([format!("--client={clients}"), format!("--time={seconds}"), "postgres".to_owned()]);
        let said = output(&mut bench)?;
        let milli = said.lines().find_map(tps_milli).ok_or("pgbench told no rate")?;
        Ok(milli / 1_000)
    }
}
