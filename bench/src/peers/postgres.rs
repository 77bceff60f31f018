//! PostgreSQL with the rows of Q1-lite, asked through `psql` over a local socket.

use std::path::Path;
use std::time::Instant;

use cluster::Server;

use super::pipe::Pipe;
use super::{Peer, Timed, files, numbers};
use crate::Fault;
use crate::lite::Lite;

const SETTINGS: [&str; 8] = [
    "shared_buffers=1GB",
    "work_mem=256MB",
    "jit=off",
    "max_parallel_workers_per_gather=2",
    "timezone=UTC",
    // Nothing has to survive; only loading gets faster.
    "fsync=off",
    "max_wal_size=4GB",
    // The tables are vacuumed once loaded; nothing may run beside a measurement.
    "autovacuum=off",
];
const LOAD: &str = include_str!("../../peers/postgres_load.sql");
const QUESTION: &str = include_str!("../../peers/postgres_question.sql");
const END: &str = "-- end --";

pub(crate) struct Postgres {
    name: String,
    session: Option<Pipe>,
    server: Server,
}

impl Postgres {
    /// Makes a cluster, starts it and loads the rows.
    pub(crate) fn start(programs: &Path, lite: &Lite) -> Result<Postgres, Fault> {
        let server = Server::start(programs, &SETTINGS)?;
        let session = Pipe::start(&mut server.psql())?;
        let mut postgres = Postgres { name: String::new(), session: Some(session), server };
        let version = postgres.ask("show server_version;")?.concat();
        postgres.name = format!("PostgreSQL {}", version.split(' ').next().unwrap_or_default());
        postgres.load(lite)?;
        Ok(postgres)
    }

    fn load(&mut self, lite: &Lite) -> Result<(), Fault> {
        let folder = self.server.folder().to_path_buf();
        let (outages, maintenance) = (folder.join("outages.csv"), folder.join("maintenance.csv"));
        files::write_rows(&outages, &lite.outages, files::as_text)?;
        files::write_rows(&maintenance, &lite.maintenance, files::as_text)?;
        let load = LOAD.replace(":OUTAGES", &quoted(&outages)).replace(":MAINTENANCE", &quoted(&maintenance));
        self.ask(&load).map(drop)
    }

    /// The lines of the answer.
    fn ask(&mut self, sql: &str) -> Result<Vec<String>, Fault> {
        let session = self.session.as_mut().ok_or("the session is closed")?;
        session.tell(&format!("{sql}\n\\echo {END}"))?;
        session.lines_until(END)
    }
}

impl Peer for Postgres {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&mut self) -> Result<Timed, Fault> {
        let question = QUESTION.replace(":SELECT", "count(*), (1000 * sum(x))::bigint");
        let begun = Instant::now();
        let answer = self.ask(&format!("{question};"))?;
        let micros = u64::try_from(begun.elapsed().as_micros())?;
        let [cells, sum_ms] = numbers(&answer.concat())?;
        Ok(Timed { micros, cells: usize::try_from(cells)?, sum_ms })
    }

    fn cells(&mut self) -> Result<Vec<String>, Fault> {
        let question = QUESTION.replace(":SELECT", "s, k, trim_scale(1000 * x)");
        self.ask(&format!("{question} order by s, k;"))
    }
}

impl Drop for Postgres {
    /// The session first, so that the server can end in order.
    fn drop(&mut self) {
        self.session = None;
    }
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}
