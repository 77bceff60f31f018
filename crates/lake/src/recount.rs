//! Everything counted again: every file against its SHA-256, every counter against the rows it counts.

mod again;
mod contents;

use std::fmt;
use std::sync::Arc;

use crate::answer::BlobSource;
use crate::blobs::Blobs;
use crate::counters::{Counters, CountersError, PackedCounters};
use crate::error::LakeError;
use crate::kernel::{self, Footer, Measure, Measured, Opened, Plan, Time, each_alike};
use crate::layout::Layout;
use crate::manifest::FileEntry;
use crate::place::HOUR_NANOS;
use crate::read::verify;
use crate::threads::{THREADS_FAR, each_on, threads};
use crate::write::{COUNTERS_KEY, FACT_KEY};
use again::Again;

pub use contents::contents;

/// What was counted again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recount {
    /// Files looked at.
    pub files: usize,
    /// Rows counted.
    pub rows: u64,
    /// Files that keep no counters, and so had nothing to be compared with.
    pub without_counters: usize,
    /// What does not agree, by file.
    pub differences: Vec<Difference>,
}

/// Something that does not agree with the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which file.
    pub path: String,
    /// What.
    pub what: Differs,
}

/// What does not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Differs {
    /// The file's bytes are not those of the manifest, or cannot be read.
    File(String),
    /// The file has another number of rows than the manifest says.
    Rows {
        /// In the manifest.
        said: u64,
        /// In the file.
        found: u64,
    },
    /// The rows are others than those the content digest was taken of.
    Content,
    /// Rows are of other times than the manifest says of the file, or its footer of a row group.
    Times,
    /// Records that the files of a day say more than once, although each is to be there once.
    Repeated {
        /// How many too many.
        rows: u64,
    },
    /// A counter says something else than the rows.
    Counter {
        /// Hours since 1970-01-01T00:00Z.
        hour: i64,
        /// The subject and the words, by column.
        keys: Vec<(String, Option<String>)>,
        /// Rows the counter says.
        said: u64,
        /// Rows there are.
        found: u64,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.what {
            Differs::File(why) => f.write_str(why),
            Differs::Rows { said, found } => write!(f, "`{path}` has {found} rows, the manifest says {said}"),
            Differs::Content => write!(f, "`{path}` has other records than its content digest names"),
            Differs::Times => {
                write!(f, "`{path}` has rows of other times than the manifest or its own footer says")
            }
            Differs::Repeated { rows } => {
                write!(f, "`{path}` and the other files of its day have {rows} records more than once")
            }
            Differs::Counter { hour, keys, said, found } => {
                write!(f, "`{path}` counts {said} rows and has {found}, or other sums, in hour {hour}")?;
                keys.iter().try_for_each(|(name, word)| {
                    write!(f, ", {name} {}", word.as_deref().unwrap_or("absent"))
                })
            }
        }
    }
}

/// Counts every row of the files of one fact again, several files at once. The error is a store that does not answer; a file
/// that is damaged is a difference.
pub fn recount(blobs: &Arc<dyn Blobs>, entries: &[FileEntry], layout: &Layout) -> Result<Recount, LakeError> {
    let mut recount = Recount::default();
    let threads = if blobs.is_far() { THREADS_FAR } else { threads() };
    for (entry, counted) in entries.iter().zip(each_on(threads, entries, |it| one(blobs, it, layout))) {
        let counted = counted?;
        let differ = |what| Difference { path: entry.path.clone(), what };
        recount.files += 1;
        recount.rows += counted.rows;
        recount.without_counters += usize::from(counted.is_uncounted);
        recount.differences.extend(counted.differ.into_iter().map(differ));
    }
    Ok(recount)
}

/// One file counted again.
#[derive(Default)]
struct OneFile {
    rows: u64,
    is_uncounted: bool,
    differ: Vec<Differs>,
}

fn one(blobs: &Arc<dyn Blobs>, entry: &FileEntry, layout: &Layout) -> Result<OneFile, LakeError> {
    let damaged = |why| OneFile { differ: vec![Differs::File(why)], ..OneFile::default() };
    match verify(blobs.as_ref(), entry) {
        Err(error @ LakeError::Corrupt { .. }) => return Ok(damaged(error.to_string())),
        other => other?,
    }
    let source = BlobSource::new(Arc::clone(blobs), entry.path.clone(), entry.bytes);
    Ok(compared(&source, entry, layout).unwrap_or_else(damaged))
}

/// The rows of a file beside what its manifest and its footer say of them; the error is why it cannot be read.
fn compared(source: &BlobSource, entry: &FileEntry, layout: &Layout) -> Result<OneFile, String> {
    let footer = kernel::footer(source).map_err(|it| it.to_string())?;
    let kept = |key: &str| footer.metadata.iter().find(|(it, _)| it == key).map(|(_, it)| it.as_str());
    let damaged = |it: CountersError| format!("`{}`: {it}", entry.path);
    let counters = kept(COUNTERS_KEY).map(PackedCounters::open).transpose().map_err(damaged)?;
    // Counters name attributes by their position in the layout the file was written with.
    let written = kept(FACT_KEY).and_then(Layout::parse);
    let layout = written.as_ref().unwrap_or(layout);
    let mut found = match &counters {
        Some(counters) => {
            let again = Again::of(counters, layout).map_err(damaged)?;
            counted(Opened { source, footer: &footer }, &counters.head, again, layout)?
        }
        None => OneFile { rows: rows(source, &footer)?, is_uncounted: true, ..OneFile::default() },
    };
    if found.rows != entry.rows {
        found.differ.insert(0, Differs::Rows { said: entry.rows, found: found.rows });
    }
    Ok(found)
}

fn counted(
    file: Opened<'_>,
    counters: &Counters,
    mut again: Again<'_>,
    layout: &Layout,
) -> Result<OneFile, String> {
    let names = names(counters, layout);
    let plan = plan(counters, layout, &names);
    each_alike(&plan, HOUR_NANOS, file, &mut again).map_err(|it| it.to_string())?;
    Ok(OneFile { rows: again.rows(), is_uncounted: false, differ: again.differ(&names) })
}

/// How many rows there are when nothing else is to be counted.
fn rows(source: &BlobSource, footer: &Footer) -> Result<u64, String> {
    let plan = Plan { measures: vec![Measured::all(Measure::Count)], ..Plan::default() };
    let answer = kernel::run_opened(&plan, &[Opened { source, footer }]).map_err(|it| it.to_string())?;
    let count = |parts: &Vec<kernel::Part>| match parts.first() {
        Some(kernel::Part::Count(rows)) => *rows,
        _ => 0,
    };
    Ok(answer.groups.values().map(count).sum())
}

/// The names of the columns that the counters count by, the subject first.
fn names(counters: &Counters, layout: &Layout) -> Vec<String> {
    let keys = counters.keys.iter().map(|it| name(layout, it.column));
    std::iter::once("subject".to_owned()).chain(keys).collect()
}

fn name(layout: &Layout, column: usize) -> String {
    layout.columns.get(column).map_or_else(String::new, |it| it.name.clone())
}

/// Asks the rows for what the counters say.
fn plan(counters: &Counters, layout: &Layout, names: &[String]) -> Plan {
    let time = Time { column: "at".to_owned(), from: i64::MIN, until: i64::MAX, slice: None };
    let sums = counters.sums.iter().map(|it| Measured::all(Measure::Sum(name(layout, it.column))));
    Plan {
        time: Some(time),
        keys: names.to_vec(),
        measures: sums.collect(),
        scales: counters.sums.iter().map(|it| (name(layout, it.column), it.scale)).collect(),
        optional: layout.columns.iter().filter(|it| it.optional).map(|it| it.name.clone()).collect(),
        ..Plan::default()
    }
}
