//! Canonical lines of records taken in by the thousand: the same bytes as [`Evidence::lines`](crate::Evidence::lines), with
//! the order of keys worked out once for each fact.

use std::sync::Arc;

use timeline::Instant;

use crate::canonical::{self, Writer};
use crate::{Datum, FactKind, FactSchema, Record, Schema};

/// Writes canonical lines of one schema.
pub struct LineWriter<'s> {
    writer: Writer<'s>,
    schema: &'s Schema,
    /// By fact.
    plans: Vec<Vec<Slot>>,
}

/// A key of a fact's records, where it stands in the line.
struct Slot {
    /// As it is written, with the colon behind it.
    key: String,
    value: Value,
}

/// What stands behind a key.
enum Value {
    Attribute(usize),
    Fact,
    Begin,
    End,
    Id,
    Subject,
    Source,
    Supersedes,
    Reason,
    RecordedAt,
    Withdrawn,
}

/// What a record says under one key.
enum Said<'r> {
    Text(&'r str),
    At(Instant),
    Datum(usize, &'r Datum),
    Withdrawn,
}

impl<'s> LineWriter<'s> {
    /// For records of `schema`.
    pub fn new(schema: &'s Schema) -> Self {
        Self { writer: Writer::new(Some(schema)), schema, plans: schema.facts.iter().map(plan).collect() }
    }

    /// Appends the record's line, without its end.
    pub fn push(&self, out: &mut String, record: &Record) {
        let (Some(plan), Some(fact)) = (self.plans.get(record.fact), self.schema.facts.get(record.fact))
        else {
            return out.push_str(&self.writer.line(record));
        };
        let mut before = '{';
        for slot in plan {
            if let Some(said) = said(&slot.value, record, fact) {
                out.push(before);
                out.push_str(&slot.key);
                self.push_said(out, record.fact, &said);
                before = ',';
            }
        }
        out.push('}');
    }

    fn push_said(&self, out: &mut String, fact: usize, said: &Said<'_>) {
        match said {
            Said::Text(text) => canonical::push_quoted(out, text),
            Said::At(at) => {
                out.push('"');
                push_utc(out, *at);
                out.push('"');
            }
            Said::Datum(at, datum) => self.writer.push_datum(out, fact, *at, datum),
            Said::Withdrawn => out.push_str("true"),
        }
    }
}

fn said<'r>(value: &Value, record: &'r Record, fact: &'r FactSchema) -> Option<Said<'r>> {
    let text = |it: &'r Option<Arc<str>>| it.as_deref().map(Said::Text);
    let bounded = |it: Instant| it.is_bounded().then_some(Said::At(it));
    match value {
        Value::Attribute(at) => match record.attributes.get(*at)?.as_ref()? {
            Datum::Text(text) => Some(Said::Text(text)),
            datum => Some(Said::Datum(*at, datum)),
        },
        Value::Fact => Some(Said::Text(&fact.name)),
        Value::Begin => bounded(record.from),
        Value::End => bounded(record.until),
        Value::Id => text(&record.id),
        Value::Subject => text(&record.subject),
        Value::Source => text(&record.source),
        Value::Supersedes => text(&record.supersedes),
        Value::Reason => text(&record.reason),
        Value::RecordedAt => record.recorded_at.map(Said::At),
        Value::Withdrawn => record.withdrawn.then_some(Said::Withdrawn),
    }
}

/// The keys a fact's records may have, in the order of RFC 8785.
fn plan(fact: &FactSchema) -> Vec<Slot> {
    let is_event = fact.kind == FactKind::Event;
    let mut values: Vec<(&str, Value)> = vec![
        ("fact", Value::Fact),
        (if is_event { "at" } else { "from" }, Value::Begin),
        ("id", Value::Id),
        ("subject", Value::Subject),
        ("source", Value::Source),
        ("supersedes", Value::Supersedes),
        ("reason", Value::Reason),
        ("recorded_at", Value::RecordedAt),
        ("withdrawn", Value::Withdrawn),
    ];
    if !is_event {
        values.push(("until", Value::End));
    }
    let attributes = fact.attributes.iter().enumerate();
    values.extend(attributes.map(|(at, it)| (it.name.as_str(), Value::Attribute(at))));
    values.sort_by(|left, right| left.0.encode_utf16().cmp(right.0.encode_utf16()));
    values.into_iter().map(|(name, value)| Slot { key: key(name), value }).collect()
}

fn key(name: &str) -> String {
    let mut key = String::with_capacity(name.len() + 3);
    canonical::push_quoted(&mut key, name);
    key.push(':');
    key
}

const DAY_NANOS: i64 = 86_400 * SECOND_NANOS;
const SECOND_NANOS: i64 = 1_000_000_000;

/// RFC 3339 in UTC, as [`calendar::Zone::show`] writes it, without asking a zone.
pub(crate) fn push_utc(out: &mut String, at: Instant) {
    let (days, within) = (at.nanos().div_euclid(DAY_NANOS), at.nanos().rem_euclid(DAY_NANOS));
    let (year, month, day) = civil(days);
    let (seconds, nanos) = (within / SECOND_NANOS, within % SECOND_NANOS);
    // Years have four digits: instants lie between 1677 and 2262.
    let mut text = *b"0000-00-00T00:00:00";
    let numbers = [year / 100, year % 100, month, day, seconds / 3600, seconds / 60 % 60, seconds % 60];
    for (from, number) in [0, 2, 5, 8, 11, 14, 17].into_iter().zip(numbers) {
        if let Some(digits) = text.get_mut(from..from + 2) {
            digits.copy_from_slice(&two_digits(number));
        }
    }
    // ASCII is UTF-8.
    out.push_str(str::from_utf8(&text).unwrap_or_default());
    if nanos > 0 {
        let digits = format!("{nanos:09}");
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
    out.push('Z');
}

fn two_digits(number: i64) -> [u8; 2] {
    [number / 10 % 10, number % 10].map(|digit| b'0' + u8::try_from(digit).unwrap_or(0))
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar: eras of 400 years, years that begin in
/// March (Hinnant, "chrono-compatible low-level date algorithms").
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}
