//! From a written row to a [`Record`]: what every row must say, and what this fact's rows may say.

mod explain;

use std::sync::Arc;

use timeline::Instant;

use crate::canonical::Writer;
use crate::intake;
use crate::ndjson::{LINE_BYTES_MAX, too_long};
use crate::nearest::nearest;
use crate::pool::Pool;
use crate::report::{Problem, Report};
use crate::row::{Cell, Row, Start};
use crate::value;
use crate::{Datum, FactKind, FactSchema, Record, RecordPlace, Schema};

pub(crate) use explain::unknown_column;

/// The keys any record may have, whatever its fact declares.
pub(crate) const KEYS: [&str; 11] = [
    "fact",
    "id",
    "subject",
    "at",
    "from",
    "until",
    "source",
    "recorded_at",
    "supersedes",
    "reason",
    "withdrawn",
];

/// Makes records of rows.
pub(crate) struct Builder<'s> {
    pub(crate) schema: &'s Schema,
    pool: Pool,
    writer: Writer<'s>,
    records: Vec<Record>,
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
    pub(crate) fn new(schema: &'s Schema) -> Builder<'s> {
        Self::in_manner(schema, Manner::Strict)
    }

    /// For records that are just being taken in.
    pub(crate) fn incoming(schema: &'s Schema) -> Builder<'s> {
        Self::in_manner(schema, Manner::Incoming)
    }

    /// For records taken in before, perhaps under another version of the schema.
    pub(crate) fn lenient(schema: &'s Schema) -> Builder<'s> {
        Self::in_manner(schema, Manner::Lenient)
    }

    fn in_manner(schema: &'s Schema, manner: Manner) -> Builder<'s> {
        let writer = Writer::new(Some(schema));
        Builder { schema, pool: Pool::default(), writer, records: Vec::new(), manner, refused: 0 }
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

    /// The records of all rows without an error.
    pub(crate) fn finish(self) -> Vec<Record> {
        self.records
    }

    /// Takes one row; what is wrong with it goes to the report, all at once.
    pub(crate) fn add(&mut self, row: &Row<'_>, report: &mut Report<'_>) {
        if self.manner == Manner::Lenient {
            return self.add_known(row);
        }
        let mut reading = Reading { row, schema: self.schema, pool: &mut self.pool, problems: Vec::new() };
        let record = reading.record();
        let writer = &self.writer;
        reading.problems.extend(record.as_ref().and_then(|it| too_long_to_write(row, it, writer)));
        if self.manner == Manner::Incoming {
            reading.problems.extend(intake::own_time(row).into_iter().chain(intake::unexplained(row)));
        }
        if reading.problems.iter().any(intake::is_error) {
            self.refused += 1;
        } else {
            self.records.extend(record);
        }
        for problem in reading.problems {
            report.add(row.start, problem);
        }
    }
}

impl Builder<'_> {
    /// Takes a row that was checked when it was taken in.
    fn add_known(&mut self, row: &Row<'_>) {
        let fact = row.cell("fact").and_then(|it| value::text(it).ok());
        if fact.is_none_or(|it| self.schema.fact(it).is_none()) {
            return;
        }
        let mut reading = Reading { row, schema: self.schema, pool: &mut self.pool, problems: Vec::new() };
        match reading.record().filter(|it| it.withdrawn || it.from.is_bounded()) {
            Some(record) => self.records.push(record),
            None => self.refused += 1,
        }
    }
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
    schema: &'s Schema,
    pool: &'r mut Pool,
    problems: Vec<Problem>,
}

impl<'r, 's> Reading<'r, 's> {
    /// The record, as far as it could be read; to be trusted only when no error was found.
    fn record(&mut self) -> Option<Record> {
        let (fact, declared) = self.fact()?;
        self.check_keys(declared);
        let withdrawn = self.optional("withdrawn", value::truth).unwrap_or(false);
        let (from, until) = self.times(declared.kind, withdrawn);
        let supersedes = self.name("supersedes").map(Arc::from);
        if withdrawn && self.row.cell("supersedes").is_none() {
            self.problems.push(explain::withdraws_nothing(self.row.span));
        }
        Some(Record {
            fact,
            id: self.name("id").map(Arc::from),
            subject: self.shared("subject"),
            from,
            until,
            attributes: self.attributes(declared, withdrawn),
            source: self.shared("source"),
            recorded_at: self.instant("recorded_at"),
            supersedes,
            reason: self.optional("reason", value::text).map(|it| self.pool.share(it)),
            place: self.place(),
            withdrawn,
        })
    }

    fn place(&self) -> RecordPlace {
        let start = self.row.start;
        RecordPlace { file: start.file, line: u32::try_from(start.line).unwrap_or(u32::MAX) }
    }

    fn fact(&mut self) -> Option<(usize, &'s FactSchema)> {
        let Some(cell) = self.row.cell("fact") else {
            self.problems.push(explain::no_fact(self.row.span, self.schema));
            return None;
        };
        let name = self.keep(value::text(cell))?;
        let found = self.schema.fact(name);
        if found.is_none() {
            let meant = nearest(name, self.schema.facts.iter().map(|it| it.name.as_str()));
            self.problems.push(explain::unknown_fact(cell.span, name, meant, self.schema));
        }
        found
    }

    fn check_keys(&mut self, declared: &FactSchema) {
        for cell in &self.row.cells {
            let key = cell.key.as_ref();
            if !KEYS.contains(&key) && declared.attribute(key).is_none() {
                self.problems.push(explain::unknown_key(cell, declared));
            }
        }
    }

    fn attributes(&mut self, declared: &FactSchema, withdrawn: bool) -> Vec<Option<Datum>> {
        let mut data = Vec::with_capacity(declared.attributes.len());
        for attribute in &declared.attributes {
            let cell = self.row.cell(&attribute.name);
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
        let begins = if kind == FactKind::Event { "at" } else { "from" };
        if self.row.cell(begins).is_none() && !withdrawn {
            self.problems.push(explain::missing_time(self.row.span, begins, kind));
        }
        let from = self.instant(begins).unwrap_or(Instant::MIN);
        let until = match kind {
            FactKind::Event => from,
            FactKind::Span | FactKind::Request => self.instant("until").unwrap_or(Instant::MAX),
        };
        if let Some(cell) = self.row.cell("until")
            && (until < from || (until == from && kind == FactKind::Span))
        {
            self.problems.push(explain::backwards(cell, until == from));
        }
        if from == Instant::MIN { (from, from) } else { (from, until) }
    }

    fn check_time_keys(&mut self, kind: FactKind) {
        let foreign: &[&str] = if kind == FactKind::Event { &["from", "until"] } else { &["at"] };
        let cells = foreign.iter().filter_map(|key| self.row.cell(key));
        self.problems.extend(cells.map(|cell| explain::foreign_time(cell, kind)));
    }

    fn instant(&mut self, key: &str) -> Option<Instant> {
        let cell = self.row.cell(key)?;
        self.keep(value::instant(cell, self.schema))
    }

    /// A name that many records repeat.
    fn shared(&mut self, key: &str) -> Option<Arc<str>> {
        let name = self.name(key)?;
        Some(self.pool.share(name))
    }

    /// The text of a key that must not be empty.
    fn name(&mut self, key: &str) -> Option<&'r str> {
        let cell = self.row.cell(key)?;
        let text = self.keep(value::text(cell))?;
        if text.is_empty() {
            self.problems.push(explain::empty_name(cell));
        }
        Some(text)
    }

    fn optional<T>(&mut self, key: &str, read: impl Fn(&'r Cell<'r>) -> Result<T, Problem>) -> Option<T> {
        let cell = self.row.cell(key)?;
        self.keep(read(cell))
    }

    fn keep<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.problems.push(problem)).ok()
    }
}
