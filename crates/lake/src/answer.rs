//! Questions about facts in volume, answered from files exactly as they would be from memory.

mod counted;
mod datum;
mod question;
mod stretches;
mod told;

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use evidence::{FactSchema, FactsError, Group, Question};

use crate::blobs::Blobs;
use crate::counters::{Counters, Table, Wanted};
use crate::kernel::{self, Answer, Footer, Opened, Plan, ReadAt, ReadError};
use crate::layout::Layout;

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
    let ask = Ask::of(question, schema)?;
    let (mut parts, mut whole, mut edges) = (Vec::new(), Vec::new(), Vec::new());
    for file in files {
        match file.counters.zip(ask.wanted()).and_then(|(it, wanted)| it.part(wanted)) {
            Some(part) => {
                parts.push(part.map_err(|it| FactsError::Unavailable(it.to_string()))?);
                edges.push(file.source);
            }
            None => whole.push(file.source),
        }
    }
    let table = ask.wanted().map(|it| Table::of(it.clone(), &parts, ask.layout())).transpose();
    let table = table.map_err(|it| FactsError::Unavailable(it.to_string()))?;
    if ask.edges().is_empty() {
        edges.clear();
    }
    let (whole_footers, edge_footers) = (footers(&whole)?, footers(&edges)?);
    ask.answer(table.as_ref(), &opened(&whole, &whole_footers), &opened(&edges, &edge_footers))
}

fn footers(files: &[&dyn ReadAt]) -> Result<Vec<Footer>, FactsError> {
    kernel::footer_heads(files).map_err(unavailable)
}

fn opened<'f>(files: &[&'f dyn ReadAt], footers: &'f [Footer]) -> Vec<Opened<'f>> {
    files.iter().zip(footers).map(|(source, footer)| Opened { source: *source, footer }).collect()
}

/// A question on its way: what counters can decide of it, and what is left to rows.
pub(crate) struct Ask<'q> {
    asking: Asking<'q>,
    layout: Layout,
    /// What counters have to know, and the hours they cannot decide.
    decidable: Option<(Wanted, Vec<(i64, i64)>)>,
}

impl<'q> Ask<'q> {
    pub(crate) fn of(question: &'q Question, schema: &'q FactSchema) -> Result<Ask<'q>, FactsError> {
        let asking = Asking::of(question, schema)?;
        let layout = Layout::of(schema);
        let decidable = counted::wanted(&asking.plan, &layout).zip(counted::edge_hours(&asking.plan));
        Ok(Ask { asking, layout, decidable })
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// What a table has to know to decide; `None` when counters tell nothing.
    pub(crate) fn wanted(&self) -> Option<&Wanted> {
        self.decidable.as_ref().map(|(wanted, _)| wanted)
    }

    /// The hours in which rows have to be looked at even so, as half-open spans in order.
    pub(crate) fn edges(&self) -> &[(i64, i64)] {
        self.decidable.as_ref().map_or(&[], |(_, hours)| hours)
    }

    /// The answer: all of some files, the hours at the edges of others, and what the table, which counts those, says of
    /// all other hours.
    pub(crate) fn answer(
        &self,
        table: Option<&Table>,
        whole: &[Opened<'_>],
        edges: &[Opened<'_>],
    ) -> Result<Vec<Group>, FactsError> {
        let plan = &self.asking.plan;
        let mut found = Answer::default();
        if let Some(table) = table {
            found = counted::decide(plan, &self.layout, table, self.edges()).map_err(|it| failed(&it))?;
        }
        scan(plan, whole, &mut found)?;
        if !self.edges().is_empty() {
            scan(&counted::only_during(plan, self.edges()), edges, &mut found)?;
        }
        self.asking.groups(found)
    }
}

fn scan(plan: &Plan, files: &[Opened<'_>], found: &mut Answer) -> Result<(), FactsError> {
    if files.is_empty() {
        return Ok(());
    }
    let more = kernel::run_opened(plan, files).map_err(unavailable)?;
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

    fn read_ranges(&self, ranges: &[Range<u64>]) -> std::io::Result<Vec<Bytes>> {
        self.blobs.get_ranges(&self.path, ranges).map_err(|it| std::io::Error::other(it.to_string()))
    }

    fn is_far(&self) -> bool {
        self.blobs.is_far()
    }
}
