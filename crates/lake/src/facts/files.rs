//! The files of one fact, asked again and again: footers are read once, and counters are laid out once for each shape of
//! question.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use evidence::{FactSchema, FactsError, Group, Question};

use crate::answer::{Ask, BlobSource};
use crate::blobs::Blobs;
use crate::counters::{CountersError, PackedCounters, Part, Table, Wanted};
use crate::kernel::{self, Footer, Opened};
use crate::layout::Layout;
use crate::manifest::FileEntry;
use crate::threads::each_of;
use crate::trust;
use crate::write::{COUNTERS_KEY, FACT_KEY};

/// A table of so few cells answers questions that need less than it knows.
const CELLS_FEW: usize = 4096;
/// Steps of all tables that are kept; the oldest go first.
const STEPS_MAX: usize = 16 << 20;

/// The files of one fact that stand for a window.
#[derive(Default)]
pub(super) struct Files {
    entries: Vec<Entry>,
    /// The newest last.
    tables: Mutex<Vec<Arc<Counted>>>,
}

/// One file of the window; what it says of itself is read when it is first wanted.
struct Entry {
    blobs: Arc<dyn Blobs>,
    entry: FileEntry,
    source: BlobSource,
    footer: OnceLock<Footer>,
    /// Still packed, which takes a dozen bytes for each counter.
    counters: OnceLock<Option<PackedCounters>>,
}

/// What the counters of some neighbouring files say.
struct Counted {
    table: Table,
    /// Which files.
    files: Range<usize>,
    /// By file of those: whether it keeps counters and so is in the table.
    is_counted: Vec<bool>,
}

impl Files {
    pub(super) fn push(&mut self, entry: FileEntry, blobs: &Arc<dyn Blobs>) {
        let source = BlobSource::new(Arc::clone(blobs), entry.path.clone(), entry.bytes);
        let (footer, counters) = (OnceLock::new(), OnceLock::new());
        self.entries.push(Entry { blobs: Arc::clone(blobs), entry, source, footer, counters });
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &FileEntry> {
        self.entries.iter().map(|it| &it.entry)
    }

    pub(super) fn ask(&self, question: &Question, schema: &FactSchema) -> Result<Vec<Group>, FactsError> {
        self.answer(question, schema, |_| true).map(Option::unwrap_or_default)
    }

    /// What counters alone say; nothing where rows would have to be looked at.
    pub(super) fn ask_counters(
        &self,
        question: &Question,
        schema: &FactSchema,
    ) -> Result<Option<Vec<Group>>, FactsError> {
        self.answer(question, schema, |rows| rows == 0)
    }

    /// The answer, if so many files may be opened for their rows.
    fn answer(
        &self,
        question: &Question,
        schema: &FactSchema,
        may_open: impl FnOnce(usize) -> bool,
    ) -> Result<Option<Vec<Group>>, FactsError> {
        let ask = Ask::of(question, schema)?;
        let (from, until) = (question.within.from().nanos(), question.within.until().nanos());
        let asked = self.touched(from, until);
        let counted = ask.wanted().map(|it| self.counted(it, &asked, ask.layout())).transpose()?;
        let (mut whole, mut edges) = (Vec::new(), Vec::new());
        for (at, file) in asked.clone().zip(self.entries.get(asked).unwrap_or_default()) {
            let is_counted = counted.as_ref().is_some_and(|it| it.counts(at));
            let touches = |(from, until): &(i64, i64)| file.touches(*from, *until);
            match is_counted {
                false if file.touches(from, until) => whole.push(file),
                true if ask.edges().iter().any(touches) => edges.push(file),
                _ => {}
            }
        }
        if !may_open(whole.len() + edges.len()) {
            return Ok(None);
        }
        ask.answer(counted.as_ref().map(|it| &it.table), &opened(&whole)?, &opened(&edges)?).map(Some)
    }

    /// The files from the first to the last that may have a row in the half-open span.
    fn touched(&self, from: i64, until: i64) -> Range<usize> {
        let touches = |it: &Entry| it.touches(from, until);
        let first = self.entries.iter().position(touches).unwrap_or_default();
        first..self.entries.iter().rposition(touches).map_or(first, |last| last + 1)
    }

    /// The table for that over at least those files; made when there is none yet, while others wait for it.
    fn counted(
        &self,
        wanted: &Wanted,
        asked: &Range<usize>,
        layout: &Layout,
    ) -> Result<Arc<Counted>, FactsError> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let knows = |it: &&Arc<Counted>| {
            let known = it.table.wanted();
            let tells = known == wanted || (it.table.cells() <= CELLS_FEW && known.covers(wanted));
            tells && it.files.start <= asked.start && asked.end <= it.files.end
        };
        if let Some(known) = tables.iter().find(knows) {
            return Ok(Arc::clone(known));
        }
        let overlaps = |it: &&Arc<Counted>| {
            it.table.wanted() == wanted && it.files.start < asked.end && asked.start < it.files.end
        };
        let before = tables.iter().position(|it| overlaps(&it));
        let files =
            before.and_then(|at| tables.get(at)).map(|it| grown(&it.files, asked, self.entries.len()));
        let counted = Arc::new(self.count(wanted, files.unwrap_or(asked.clone()), layout)?);
        before.into_iter().for_each(|at| drop(tables.remove(at)));
        tables.push(Arc::clone(&counted));
        while tables.len() > 1 && tables.iter().map(|it| it.table.len()).sum::<usize>() > STEPS_MAX {
            tables.remove(0);
        }
        Ok(counted)
    }

    fn count(&self, wanted: &Wanted, files: Range<usize>, layout: &Layout) -> Result<Counted, FactsError> {
        let asked = self.entries.get(files.clone()).unwrap_or_default();
        let found = each_of(asked, |it| it.part(wanted, layout));
        let (mut parts, mut is_counted) = (Vec::new(), Vec::new());
        for part in found {
            let part = part?;
            is_counted.push(part.is_some());
            parts.extend(part);
        }
        let table = Table::of(wanted.clone(), &parts, layout);
        let table = table.map_err(|it| FactsError::Unavailable(it.to_string()))?;
        Ok(Counted { table, files, is_counted })
    }
}

impl Counted {
    /// Whether the file at that place is in the table.
    fn counts(&self, at: usize) -> bool {
        let of = at.checked_sub(self.files.start).and_then(|it| self.is_counted.get(it));
        of.copied().unwrap_or_default()
    }
}

/// Both, and half as much again where the second reaches beyond the first: windows that move on by little are not counted from
/// the beginning each time.
fn grown(known: &Range<usize>, asked: &Range<usize>, all: usize) -> Range<usize> {
    let (start, end) = (known.start.min(asked.start), known.end.max(asked.end));
    let more = (end - start) / 2;
    let from = if start < known.start { start.saturating_sub(more) } else { start };
    from..if end > known.end { end.saturating_add(more).min(all) } else { end }
}

/// Files whose rows are to be looked at.
fn opened<'f>(files: &[&'f Entry]) -> Result<Vec<Opened<'f>>, FactsError> {
    each_of(files, |it| it.opened()).into_iter().collect()
}

impl Entry {
    /// Whether a row may lie in the half-open span.
    fn touches(&self, from: i64, until: i64) -> bool {
        self.entry.from.nanos() < until && self.entry.until.nanos() >= from
    }

    fn opened(&self) -> Result<Opened<'_>, FactsError> {
        if let Some(footer) = self.footer.get() {
            return Ok(Opened { source: &self.source, footer });
        }
        trust::check(&self.blobs, &self.entry).map_err(unavailable)?;
        // Counters are long, and are laid out in tables.
        let read = kernel::footer_head(&self.source).map_err(unavailable)?;
        Ok(Opened { source: &self.source, footer: self.footer.get_or_init(|| read) })
    }

    /// What its counters say of what is wanted, if it has any that do.
    fn part(&self, wanted: &Wanted, layout: &Layout) -> Result<Option<Part>, FactsError> {
        let part = self.counters(layout)?.and_then(|it| it.part(wanted));
        part.transpose().map_err(|it| self.damaged(it))
    }

    /// Several threads may read them at once; what they read is the same.
    fn counters(&self, layout: &Layout) -> Result<Option<&PackedCounters>, FactsError> {
        if let Some(known) = self.counters.get() {
            return Ok(known.as_ref());
        }
        let footer = trust::footer(&self.blobs, &self.entry)?;
        let read = packed_counters(&footer, layout).map_err(|it| self.damaged(it))?;
        Ok(self.counters.get_or_init(|| read).as_ref())
    }

    fn damaged(&self, error: CountersError) -> FactsError {
        FactsError::Unavailable(format!("`{}`: {error}", self.entry.path))
    }
}

fn unavailable(error: impl fmt::Display) -> FactsError {
    FactsError::Unavailable(error.to_string())
}

/// The counters that a footer keeps, if it keeps any, in terms of a layout, which may be newer than the file.
fn packed_counters(footer: &Footer, layout: &Layout) -> Result<Option<PackedCounters>, CountersError> {
    let kept =
        |wanted: &str| footer.metadata.iter().find(|(key, _)| key == wanted).map(|(_, it)| it.as_str());
    let Some(text) = kept(COUNTERS_KEY) else { return Ok(None) };
    let written = kept(FACT_KEY).and_then(Layout::parse).ok_or(CountersError)?;
    let mut packed = PackedCounters::open(text)?;
    if written != *layout {
        packed.head.rename(&written, layout);
    }
    Ok(Some(packed))
}
