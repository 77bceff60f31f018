//! The parts of the workload, one after another: the same file for all, everybody's own layout, statements, the recount,
//! the journal.

mod layouts;
mod recount;
mod same;
mod statements;
mod taken;

use std::path::PathBuf;

use measured::Fault;
use measured::report::{Goal, Item, Rival};

use crate::own::Own;
use crate::peer::generate;

/// How much is measured, and where everything is.
pub(crate) struct Volume {
    pub(crate) rows: u64,
    /// Whether a thousand million rows are counted again, too.
    pub(crate) large: bool,
    /// A Python interpreter with the peers' packages.
    pub(crate) python: PathBuf,
    /// The folder with `initdb`, `postgres` and `pgbench`.
    pub(crate) postgres: PathBuf,
    /// Where files may lie; the workload's rows stay there for the next time.
    pub(crate) data: PathBuf,
}

type Part = fn(&Volume) -> Result<Vec<Item>, Fault>;

/// Each with its name. Our files are written by the second and read by those that follow.
const PARTS: [(&str, Part); 6] = [
    ("same", same::run),
    ("own", layouts::run),
    ("statement", statements::run),
    ("recount", recount::run),
    ("large", recount::run_large),
    ("journal", taken::run),
];

impl Volume {
    /// The parts with a text in their name.
    pub(crate) fn run(&self, only: &str) -> Result<Vec<Item>, Fault> {
        if !PARTS.iter().any(|(name, _)| name.contains(only)) {
            let names: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
            return Err(format!("no part has {only} in its name: {}", names.join(", ")).into());
        }
        std::fs::create_dir_all(&self.data)?;
        let mut items = Vec::new();
        for (name, part) in PARTS.iter().filter(|(name, _)| name.contains(only)) {
            eprintln!("{name} …");
            items.extend(part(self)?);
        }
        Ok(items)
    }

    /// The workload's rows as DuckDB wrote them.
    fn file(&self) -> Result<PathBuf, Fault> {
        generate(&self.python, self.rows, &self.data)
    }

    fn lake_folder(&self) -> PathBuf {
        self.data.join(format!("lake-{}", self.rows))
    }

    /// Our files, as the part before left them or made now.
    fn own(&self) -> Result<Own, Fault> {
        let own = Own::open(&self.lake_folder())?;
        let kept: u64 = own.entries()?.iter().map(|it| it.rows).sum();
        if kept == self.rows {
            return Ok(own);
        }
        drop(own);
        let own = Own::anew(&self.lake_folder())?;
        own.import_file(&self.file()?, 0)?;
        Ok(own)
    }
}

/// A line without a peer.
fn alone(id: &'static str, unit: &'static str, ours: u64, goal: Goal, is_equal: bool) -> Item {
    Item { id, unit, ours, rival: None, goal, is_equal }
}

/// A line beside a peer.
fn beside(
    id: &'static str,
    unit: &'static str,
    ours: u64,
    peer: (&str, u64),
    goal: Goal,
    is_equal: bool,
) -> Item {
    Item { id, unit, ours, rival: Some(Rival { name: peer.0.to_owned(), value: peer.1 }), goal, is_equal }
}
