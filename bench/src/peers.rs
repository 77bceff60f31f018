//! Other engines that answer Q1-lite from the same rows.

mod duckdb;
mod files;
mod postgres;

use std::path::PathBuf;

use measured::pipe;

use crate::Fault;
use crate::lite::{Lite, MONTHS};
pub(crate) use duckdb::DuckDb;
pub(crate) use postgres::Postgres;

/// Where the peers' programs are.
pub(crate) struct Programs {
    /// A Python interpreter with the package `duckdb`.
    pub(crate) python: PathBuf,
    /// The folder with `initdb`, `postgres` and `psql`.
    pub(crate) postgres: PathBuf,
}

/// One timed run of a peer: it returns how many cells there are and their sum, so that the transfer of rows costs it
/// nothing.
pub(crate) struct Timed {
    pub(crate) micros: u64,
    pub(crate) cells: usize,
    pub(crate) sum_ms: i64,
}

/// An engine with the rows loaded.
pub(crate) trait Peer {
    /// Name and version.
    fn name(&self) -> &str;
    /// Answers the whole question once.
    fn run(&mut self) -> Result<Timed, Fault>;
    /// Every cell as `service month milliseconds`.
    fn cells(&mut self) -> Result<Vec<String>, Fault>;
}

/// Our cells in the peers' form.
pub(crate) fn as_lines(cells: &[i64]) -> Vec<String> {
    let line = |(at, ms): (usize, &i64)| format!("{} {} {ms}", at / MONTHS, at % MONTHS);
    cells.iter().enumerate().map(line).collect()
}

/// Loads both peers.
pub(crate) fn start(programs: &Programs, lite: &Lite) -> Result<(Postgres, DuckDb), Fault> {
    Ok((Postgres::start(&programs.postgres, lite)?, DuckDb::start(&programs.python, lite)?))
}

/// The parts of `count sum` or `micros count sum`.
fn numbers<const N: usize>(line: &str) -> Result<[i64; N], Fault> {
    let parts = line.split_whitespace().map(str::parse::<i64>).collect::<Result<Vec<_>, _>>();
    let parts = parts.ok().and_then(|parts| <[i64; N]>::try_from(parts).ok());
    parts.ok_or_else(|| format!("a peer answered {line:?}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_exactly_its_numbers() {
        assert_eq!(numbers::<2>("24000 5").unwrap(), [24_000, 5]);
        assert!(numbers::<2>("24000").is_err());
        assert!(numbers::<2>("24000 5.5").is_err());
    }
}
