//! Questions about facts in volume, answered from files exactly as they would be from memory.

mod counted;
mod datum;
mod question;

use std::ops::Range;
use std::sync::Arc;

use evidence::{FactSchema, FactsError, Group, Question};

use crate::blobs::Blobs;
use crate::counters::Counters;
use crate::kernel::{self, Answer, Plan, ReadAt, ReadError};
use crate::layout::Layout;

pub(crate) use counted::names;
use question::Asking;

/// One file to be asked, with its counters if they may speak for it.
#[derive(Clone, Copy)]
pub struct Counted<'f> {
    /// The file.
    pub source: &'f dyn ReadAt,
    /// What its footer counts.
    pub counters: Option<&'f Counters>,
}

/// Answers a question from the rows of files that share no identity. `Question::fact` is not looked at: `schema` is the
/// fact's own.
pub fn answer(
    files: &[&dyn ReadAt],
    question: &Question,
    schema: &FactSchema,
) -> Result<Vec<Group>, FactsError> {
    let files: Vec<Counted<'_>> = files.iter().map(|it| Counted { source: *it, counters: None }).collect();
    answer_counted(&files, question, schema)
}

/// Answers a question from counters where they decide, and from rows where they do not: in the hours that the question
/// cuts, and in files without counters.
pub fn answer_counted(
    files: &[Counted<'_>],
    question: &Question,
    schema: &FactSchema,
) -> Result<Vec<Group>, FactsError> {
    let asking = Asking::of(question, schema)?;
    let layout = Layout::of(schema);
    let mut found = Answer::default();
    let (mut whole, mut edges): (Vec<&dyn ReadAt>, Vec<&dyn ReadAt>) = (Vec::new(), Vec::new());
    let hours = counted::edge_hours(&asking.plan);
    for file in files {
        let counted = match (file.counters, &hours) {
            (Some(counters), Some(hours)) => counted::decide(&asking.plan, &layout, counters, hours),
            _ => None,
        };
        match counted {
            None => whole.push(file.source),
            Some(answer) => {
                found.merge(answer.map_err(unavailable)?).map_err(|it| failed(&it))?;
                edges.push(file.source);
            }
        }
    }
    scan(&asking.plan, &whole, &mut found)?;
    if let Some(hours) = hours.filter(|it| !it.is_empty()) {
        scan(&counted::only_during(&asking.plan, &hours), &edges, &mut found)?;
    }
    asking.groups(found)
}

fn scan(plan: &Plan, files: &[&dyn ReadAt], found: &mut Answer) -> Result<(), FactsError> {
    if files.is_empty() {
        return Ok(());
    }
    let more = kernel::run_all(plan, files).map_err(unavailable)?;
    found.merge(more).map_err(|it| failed(&it))
}

fn unavailable(error: ReadError) -> FactsError {
    FactsError::Unavailable(error.to_string())
}

fn failed(problem: &kernel::Problem) -> FactsError {
    FactsError::Unavailable(format!("the answer {problem}"))
}

/// A file of a store, read by ranges.
#[derive(Clone)]
pub struct BlobSource {
    blobs: Arc<dyn Blobs>,
    path: String,
    size: u64,
}

impl BlobSource {
    /// The file at `path` of so many bytes.
    pub fn new(blobs: Arc<dyn Blobs>, path: impl Into<String>, size: u64) -> BlobSource {
        BlobSource { blobs, path: path.into(), size }
    }
}

impl ReadAt for BlobSource {
    fn name(&self) -> &str {
        &self.path
    }

    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> std::io::Result<()> {
        let until = offset.saturating_add(into.len() as u64);
        let found = self.blobs.get_range(&self.path, Range { start: offset, end: until });
        let found = found.map_err(|it| std::io::Error::other(it.to_string()))?;
        if found.len() != into.len() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        into.copy_from_slice(&found);
        Ok(())
    }
}
