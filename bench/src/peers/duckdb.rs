//! DuckDB, in a Python process that keeps the tables in memory.

use std::path::Path;
use std::process::Command;

use super::pipe::Pipe;
use super::{Peer, Timed, files, numbers};
use crate::Fault;
use crate::lite::Lite;

const SCRIPT: &str = include_str!("../../peers/duckdb_lite.py");
const QUESTION: &str = include_str!("../../peers/duckdb_question.sql");
const END: &str = "-- end --";

pub(crate) struct DuckDb {
    name: String,
    process: Pipe,
}

impl DuckDb {
    /// Starts the process and loads the rows.
    pub(crate) fn start(python: &Path, lite: &Lite) -> Result<DuckDb, Fault> {
        let folder = tempfile::Builder::new().prefix("bench-duckdb-").tempdir()?;
        let file = |name| folder.path().join(name);
        files::write_rows(&file("outages.csv"), &lite.outages, files::as_ms)?;
        files::write_rows(&file("maintenance.csv"), &lite.maintenance, files::as_ms)?;
        std::fs::write(file("question.sql"), QUESTION)?;
        std::fs::write(file("duckdb_lite.py"), SCRIPT)?;
        let mut process =
            Pipe::start(Command::new(python).arg(file("duckdb_lite.py")).current_dir(folder.path()))?;
        // The tables are in memory once the version is told.
        let version = process.lines_until(END)?.concat();
        Ok(DuckDb { name: format!("DuckDB {version}"), process })
    }

    fn ask(&mut self, command: &str) -> Result<Vec<String>, Fault> {
        self.process.tell(command)?;
        self.process.lines_until(END)
    }
}

impl Peer for DuckDb {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&mut self) -> Result<Timed, Fault> {
        let answer = self.ask("run")?;
        let [micros, cells, sum_ms] = numbers(&answer.concat())?;
        Ok(Timed { micros: u64::try_from(micros)?, cells: usize::try_from(cells)?, sum_ms })
    }

    fn cells(&mut self) -> Result<Vec<String>, Fault> {
        self.ask("cells")
    }
}
