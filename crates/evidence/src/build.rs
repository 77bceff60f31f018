//! From a written row to a [`Record`]: what every row must say, and what this fact's rows may say.

mod explain;

use std::sync::Arc;

use timeline::Instant;

use crate::canonical::Writer;
use crate::intake;
use crate::keys::{Key, Keys};
use crate::ndjson::{LINE_BYTES_MAX, too_long};
use crate::nearest::nearest;
use crate::pool::Pool;
use crate::report::{Problem, Report};
use crate::row::{Cell, Row, Start};
use crate::value;
use crate::{Datum, FactKind, FactSchema, Record, RecordPlace, Schema};

pub(crate) use explain::unknown_column;

/// Makes records of rows.
pub(crate) struct Builder<'s> {
    pub(crate) schema: &'s Schema,
    /// By fact, once one of its rows was read.
    keys: Vec<Option<Keys<'s>>>,
    pool: Pool,
    writer: Writer<'s>,
    /// Takes the records of all rows without an error.
    kept: &'s mut dyn FnMut(Record),
    manner: Manner,
    refused: usize,
}

/// How rows are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Everything the schema does not say is an error.
    Strict,
    /// The same, and a record says neither when it was recorded nor, of a correction, nothing about why.
    Incoming,
    /// Rows that were taken in under another version of the schema: what this one does not say is left out.
    Lenient,
}

impl<'s> Builder<'s> {
    pub(crate) fn new(schema: &'s Schema, kept: &'s mut dyn FnMut(Record)) -> Builder<'s> {
        Self::in_manner(schema, kept, Manner::Strict)
    }

    /// For records that are just being taken in.
    pub(crate) fn incoming(schema: &'s Schema, kept: &'s mut dyn FnMut(Record)) -> Builder<'s> {
        Self::in_manner(schema, kept, Manner::Incoming)
    }

    /// For records taken in before, perhaps under another version of the schema.
    pub(crate) fn lenient(schema: &'s Schema, kept: &'s mut dyn FnMut(Record)) -> Builder<'s> {
        Self::in_manner(schema, kept, Manner::Lenient)
    }

    fn in_manner(schema: &'s Schema, kept: &'s mut dyn FnMut(Record), manner: Manner) -> Builder<'s> {
        let (keys, writer) = (schema.facts.iter().map(|_| None).collect(), Writer::new(Some(schema)));
        Builder { schema, keys, pool: Pool::default(), writer, kept, manner, refused: 0 }
    }

    /// How many rows became no record.
    pub(crate) fn refused(&self) -> usize {
        self.refused
    }

    /// A row that could not even be split into cells.
    pub(crate) fn refuse(&mut self, start: Start, problem: Problem, report: &mut Report<'_>) {
        self.refused += 1;
        report.add(start, problem);
    }

    /// Takes one row; what is wrong with it goes to the report, all at once.
    pub(crate) fn add(&mut self, row: &Row<'_>, report: &mut Report<'_>) {
        if self.manner == Manner::Lenient {
            return self.add_known(row);
        }
        let (record, mut problems) = self.record(row);
        problems.extend(record.as_ref().and_then(|it| too_long_to_write(row, it, &self.writer)));
        if self.manner == Manner::Incoming {
            problems.extend(intake::own_time(row).into_iter().chain(intake::unexplained(row)));
        }
        match record {
            Some(record) if !problems.iter().any(intake::is_error) => (self.kept)(record),
            _ => self.refused += 1,
        }
        for problem in problems {
            report.add(row.start, problem);
        }
    }

    /// Takes a row that was checked when it was taken in.
    fn add_known(&mut self, row: &Row<'_>) {
        let fact = row.cell("fact").and_then(|it| value::text(it).ok());
        if fact.is_none_or(|it| self.schema.fact(it).is_none()) {
            return;
        }
        match self.record(row).0.filter(|it| it.withdrawn || it.from.is_bounded()) {
            Some(record) => (self.kept)(record),
            None => self.refused += 1,
        }
    }

    /// The record, as far as it could be read, and what is wrong with it; to be trusted only when that is no error.
    fn record(&mut self, row: &Row<'_>) -> (Option<Record>, Vec<Problem>) {
        let (fact, declared) = match fact(row, self.schema) {
            Ok(found) => found,
            Err(problem) => return (None, vec![problem]),
        };
        let Some(keys) = self.keys.get_mut(fact) else { return (None, Vec::new()) };
        let keys = keys.get_or_insert_with(|| Keys::of(declared));
        keys.find(&row.cells);
        let (schema, pool) = (self.schema, &mut self.pool);
        let mut reading = Reading { row, keys, schema, pool, problems: Vec::new() };
        (Some(reading.record(fact, declared)), reading.problems)
    }
}

/// The fact a row is of.
fn fact<'s>(row: &Row<'_>, schema: &'s Schema) -> Result<(usize, &'s FactSchema), Problem> {
    let cell = row.cell("fact").ok_or_else(|| explain::no_fact(row.span, schema))?;
    let name = value::text(cell)?;
    schema.fact(name).ok_or_else(|| {
        let meant = nearest(name, schema.facts.iter().map(|it| it.name.as_str()));
        explain::unknown_fact(cell.span, name, meant, schema)
    })
}

/// Escapes make a line up to six times as long as the row it was read from; shorter rows need no second look.
const SURELY_SHORT_BYTES: usize = LINE_BYTES_MAX / 16;

/// The problem of a record whose own line would be too long to be read back.
fn too_long_to_write(row: &Row<'_>, record: &Record, writer: &Writer<'_>) -> Option<Problem> {
    let is_short = row.span.until - row.span.from <= SURELY_SHORT_BYTES;
    let bytes = if is_short { 0 } else { writer.line(record).len() };
    (bytes > LINE_BYTES_MAX).then(|| too_long(row.span, bytes))
}

struct Reading<'r, 's> {
    row: &'r Row<'r>,
    /// What they found is of this row.
    keys: &'r Keys<'s>,
    schema: &'s Schema,
    pool: &'r mut Pool,
    problems: Vec<Problem>,
}

impl<'r> Reading<'r, '_> {
    fn record(&mut self, fact: usize, declared: &FactSchema) -> Record {
        self.check_keys(declared);
        let withdrawn = self.optional(Key::Withdrawn, value::truth).unwrap_or(false);
        let (from, until) = self.times(declared.kind, withdrawn);
        let supersedes = self.name(Key::Supersedes).map(Arc::from);
        if withdrawn && self.cell(Key::Supersedes).is_none() {
            self.problems.push(explain::withdraws_nothing(self.row.span));
        }
        Record {
            fact,
            id: self.name(Key::Id).map(Arc::from),
            subject: self.shared(Key::Subject),
            from,
            until,
            attributes: self.attributes(declared, withdrawn),
            source: self.shared(Key::Source),
            recorded_at: self.instant(Key::RecordedAt),
            supersedes,
            reason: self.optional(Key::Reason, value::text).map(|it| self.pool.share(it)),
            place: self.place(),
            withdrawn,
        }
    }

    fn cell(&self, key: Key) -> Option<&'r Cell<'r>> {
        self.keys.cell(self.row, key)
    }

    fn place(&self) -> RecordPlace {
        let start = self.row.start;
        RecordPlace { file: start.file, line: u32::try_from(start.line).unwrap_or(u32::MAX) }
    }

    fn check_keys(&mut self, declared: &FactSchema) {
        let unknown = self.keys.unknown(self.row);
        self.problems.extend(unknown.map(|it| explain::unknown_key(it, declared)));
    }

    fn attributes(&mut self, declared: &FactSchema, withdrawn: bool) -> Vec<Option<Datum>> {
        let mut data = Vec::with_capacity(declared.attributes.len());
        for (at, attribute) in declared.attributes.iter().enumerate() {
            let cell = self.keys.attribute(self.row, at);
            if cell.is_none() && !attribute.optional && !withdrawn {
                self.problems.push(explain::missing_attribute(self.row.span, attribute, declared));
            }
            self.problems.extend(cell.and_then(|cell| value::unnamed_cause(&attribute.kind, cell)));
            let datum = cell.map(|cell| value::datum(&attribute.kind, self.schema, cell, self.pool));
            data.push(datum.and_then(|it| self.keep(it)));
        }
        data
    }

    /// `from` and `until`. A withdrawal may leave its times out.
    fn times(&mut self, kind: FactKind, withdrawn: bool) -> (Instant, Instant) {
        self.check_time_keys(kind);
        let (begins, name) = if kind == FactKind::Event { (Key::At, "at") } else { (Key::From, "from") };
        if self.cell(begins).is_none() && !withdrawn {
            self.problems.push(explain::missing_time(self.row.span, name, kind));
        }
        let from = self.instant(begins).unwrap_or(Instant::MIN);
        let until = match kind {
            FactKind::Event => from,
            FactKind::Span | FactKind::Request => self.instant(Key::Until).unwrap_or(Instant::MAX),
        };
        if let Some(cell) = self.cell(Key::Until)
            && (until < from || (until == from && kind == FactKind::Span))
        {
            self.problems.push(explain::backwards(cell, until == from));
        }
        if from == Instant::MIN { (from, from) } else { (from, until) }
    }

    fn check_time_keys(&mut self, kind: FactKind) {
        let foreign: &[Key] = if kind == FactKind::Event { &[Key::From, Key::Until] } else { &[Key::At] };
        let cells = foreign.iter().filter_map(|key| self.keys.cell(self.row, *key));
        self.problems.extend(cells.map(|cell| explain::foreign_time(cell, kind)));
    }

    fn instant(&mut self, key: Key) -> Option<Instant> {
        let cell = self.cell(key)?;
        self.keep(value::instant(cell, self.schema))
    }

    /// A name that many records repeat.
    fn shared(&mut self, key: Key) -> Option<Arc<str>> {
        let name = self.name(key)?;
        Some(self.pool.share(name))
    }

    /// The text of a key that must not be empty.
    fn name(&mut self, key: Key) -> Option<&'r str> {
        let cell = self.cell(key)?;
        let text = self.keep(value::text(cell))?;
        if text.is_empty() {
            self.problems.push(explain::empty_name(cell));
        }
        Some(text)
    }

    fn optional<T>(&mut self, key: Key, read: impl Fn(&'r Cell<'r>) -> Result<T, Problem>) -> Option<T> {
        let cell = self.cell(key)?;
        self.keep(read(cell))
    }

    fn keep<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.problems.push(problem)).ok()
    }
}
