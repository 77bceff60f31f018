//! Canonical lines of records taken in by the thousand: the same bytes as [`Evidence::lines`](crate::Evidence::lines), with
//! the order of keys worked out once for each fact.

use std::fmt::Write;

use crate::canonical::{self, Writer};
use crate::{FactKind, Record, Schema};

/// Writes canonical lines of one schema.
pub struct LineWriter<'s> {
    writer: Writer<'s>,
    plans: Vec<Vec<Slot<'s>>>,
}

/// A key of a fact's records, where it stands in the line.
enum Slot<'s> {
    Attribute(usize, &'s str),
    Fact(&'s str),
    Begin(&'static str),
    End,
    Id,
    Subject,
    Source,
    Supersedes,
    Reason,
    RecordedAt,
    Withdrawn,
}

impl<'s> LineWriter<'s> {
    /// For records of `schema`.
    pub fn new(schema: &'s Schema) -> Self {
        let plans = schema.facts.iter().map(|fact| plan(&fact.name, fact)).collect();
        Self { writer: Writer::new(Some(schema)), plans }
    }

    /// Appends the record's line, without its end.
    pub fn push(&self, out: &mut String, record: &Record) {
        let Some(plan) = self.plans.get(record.fact) else { return out.push_str(&self.writer.line(record)) };
        let mut before = '{';
        for slot in plan {
            let from = out.len();
            out.push(before);
            if self.slot(out, slot, record) {
                before = ',';
            } else {
                out.truncate(from);
            }
        }
        out.push('}');
    }

    /// Writes a key with its value; `false` when the record does not say it.
    fn slot(&self, out: &mut String, slot: &Slot<'_>, record: &Record) -> bool {
        match slot {
            Slot::Attribute(at, name) => {
                let Some(Some(datum)) = record.attributes.get(*at) else { return false };
                key(out, name);
                self.writer.push_datum(out, record.fact, *at, datum);
                true
            }
            Slot::Fact(name) => text(out, "fact", Some(name)),
            Slot::Begin(name) => instant(out, name, record.from.is_bounded().then_some(record.from)),
            Slot::End => instant(out, "until", record.until.is_bounded().then_some(record.until)),
            Slot::Id => text(out, "id", record.id.as_deref()),
            Slot::Subject => text(out, "subject", record.subject.as_deref()),
            Slot::Source => text(out, "source", record.source.as_deref()),
            Slot::Supersedes => text(out, "supersedes", record.supersedes.as_deref()),
            Slot::Reason => text(out, "reason", record.reason.as_deref()),
            Slot::RecordedAt => instant(out, "recorded_at", record.recorded_at),
            Slot::Withdrawn if record.withdrawn => {
                key(out, "withdrawn");
                out.push_str("true");
                true
            }
            Slot::Withdrawn => false,
        }
    }
}

/// The keys a fact's records may have, in the order of RFC 8785.
fn plan<'s>(name: &'s str, fact: &'s crate::FactSchema) -> Vec<Slot<'s>> {
    let is_event = fact.kind == FactKind::Event;
    let begin = if is_event { "at" } else { "from" };
    let mut slots: Vec<(&str, Slot<'s>)> = vec![
        ("fact", Slot::Fact(name)),
        (begin, Slot::Begin(begin)),
        ("id", Slot::Id),
        ("subject", Slot::Subject),
        ("source", Slot::Source),
        ("supersedes", Slot::Supersedes),
        ("reason", Slot::Reason),
        ("recorded_at", Slot::RecordedAt),
        ("withdrawn", Slot::Withdrawn),
    ];
    if !is_event {
        slots.push(("until", Slot::End));
    }
    let attributes = fact.attributes.iter().enumerate();
    slots.extend(attributes.map(|(at, it)| (it.name.as_str(), Slot::Attribute(at, it.name.as_str()))));
    slots.sort_by(|left, right| left.0.encode_utf16().cmp(right.0.encode_utf16()));
    slots.into_iter().map(|it| it.1).collect()
}

fn key(out: &mut String, name: &str) {
    canonical::push_quoted(out, name);
    out.push(':');
}

fn text(out: &mut String, name: &str, said: Option<&str>) -> bool {
    let Some(said) = said else { return false };
    key(out, name);
    canonical::push_quoted(out, said);
    true
}

fn instant(out: &mut String, name: &str, at: Option<timeline::Instant>) -> bool {
    let Some(at) = at else { return false };
    key(out, name);
    out.push('"');
    push_utc(out, at);
    out.push('"');
    true
}

const DAY_NANOS: i64 = 86_400 * SECOND_NANOS;
const SECOND_NANOS: i64 = 1_000_000_000;

/// RFC 3339 in UTC, as [`calendar::Zone::show`] writes it, without asking a zone.
pub(crate) fn push_utc(out: &mut String, at: timeline::Instant) {
    let (days, within) = (at.nanos().div_euclid(DAY_NANOS), at.nanos().rem_euclid(DAY_NANOS));
    let (year, month, day) = civil(days);
    let (seconds, nanos) = (within / SECOND_NANOS, within % SECOND_NANOS);
    // Writing to a text cannot fail.
    let _ = write!(out, "{year:04}");
    for (mark, number) in
        [('-', month), ('-', day), ('T', seconds / 3600), (':', seconds / 60 % 60), (':', seconds % 60)]
    {
        out.push(mark);
        push_two(out, number);
    }
    if nanos > 0 {
        let digits = format!("{nanos:09}");
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
    out.push('Z');
}

fn push_two(out: &mut String, number: i64) {
    for digit in [number / 10 % 10, number % 10] {
        out.push(char::from(b'0' + u8::try_from(digit).unwrap_or(0)));
    }
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
