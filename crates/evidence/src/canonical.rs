//! The one way to write a record down: a line of NDJSON that [`read`](crate::read) reads back to the same record.
//!
//! Keys are sorted by their bytes, numbers are exact decimals in quotes, times are in UTC, what is absent is left
//! out. So the lines of a body of evidence, sorted, depend on nothing but what was said.

use std::fmt::Write;

use calendar::Zone;
use quantity::Ratio;
use sha2::{Digest, Sha256};
use timeline::Instant;

use crate::{AttributeKind, Datum, FactKind, Record, Schema};

/// Writes records of one schema. Without the schema, facts and attributes go by their position.
pub(crate) struct Writer<'s> {
    schema: Option<&'s Schema>,
    utc: Zone,
}

impl<'s> Writer<'s> {
    pub(crate) fn new(schema: Option<&'s Schema>) -> Writer<'s> {
        Writer { schema, utc: Zone::utc() }
    }

    /// The line, without its end.
    pub(crate) fn line(&self, record: &Record) -> String {
        let mut members: Vec<(String, String)> = self.attributes(record);
        members.push(("fact".to_owned(), quote(&self.fact_name(record))));
        members.extend(self.times(record));
        for (key, text) in [
            ("id", &record.id),
            ("subject", &record.subject),
            ("source", &record.source),
            ("supersedes", &record.supersedes),
            ("reason", &record.reason),
        ] {
            members.extend(text.as_deref().map(|text| (key.to_owned(), quote(text))));
        }
        members.extend(record.recorded_at.map(|at| ("recorded_at".to_owned(), self.instant(at))));
        members.extend(record.withdrawn.then(|| ("withdrawn".to_owned(), "true".to_owned())));
        members.sort_unstable();
        object(&members)
    }

    fn fact_name(&self, record: &Record) -> String {
        let declared = self.schema.and_then(|schema| schema.facts.get(record.fact));
        declared.map_or_else(|| format!("#{}", record.fact), |fact| fact.name.clone())
    }

    fn times(&self, record: &Record) -> Vec<(String, String)> {
        let declared = self.schema.and_then(|schema| schema.facts.get(record.fact));
        let begins = if declared.is_some_and(|it| it.kind == FactKind::Event) { "at" } else { "from" };
        let mut times = Vec::new();
        if record.from.is_bounded() {
            times.push((begins.to_owned(), self.instant(record.from)));
        }
        if begins == "from" && record.until.is_bounded() {
            times.push(("until".to_owned(), self.instant(record.until)));
        }
        times
    }

    fn attributes(&self, record: &Record) -> Vec<(String, String)> {
        let declared = self.schema.and_then(|schema| schema.facts.get(record.fact));
        let member = |(at, datum): (usize, &Option<Datum>)| {
            let attribute = declared.and_then(|fact| fact.attributes.get(at));
            let name = attribute.map_or_else(|| format!("#{at}"), |it| it.name.clone());
            Some((name, self.datum(datum.as_ref()?, attribute.map(|it| &it.kind))))
        };
        record.attributes.iter().enumerate().filter_map(member).collect()
    }

    fn datum(&self, datum: &Datum, kind: Option<&AttributeKind>) -> String {
        match (datum, kind) {
            (Datum::Number(it), _) => quote(&decimal(it)),
            (Datum::Money(it), _) => match self.schema.and_then(|schema| schema.currency) {
                Some(currency) => quote(&format!("{} {currency}", decimal(it))),
                None => quote(&decimal(it)),
            },
            (Datum::Duration(it), _) => quote(&format!("{} s", decimal(it))),
            (Datum::Quantity(it), Some(AttributeKind::Unit(unit))) => {
                quote(&format!("{} {unit}", decimal(it)))
            }
            (Datum::Quantity(it), _) => quote(&decimal(it)),
            (Datum::Instant(at), _) => self.instant(*at),
            (Datum::Date(date), _) => quote(&date.to_string()),
            (Datum::Text(text), _) => quote(text),
            (Datum::Truth(truth), _) => truth.to_string(),
        }
    }

    fn instant(&self, at: Instant) -> String {
        quote(&self.utc.show(at))
    }
}

/// SHA-256 over the lines, each followed by a line feed.
pub(crate) fn digest(lines: &[String]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for line in lines {
        hash.update(line.as_bytes());
        hash.update(b"\n");
    }
    hash.finalize().into()
}

/// The exact decimal. Only numbers that were computed rather than read can be without one; they are fractions.
fn decimal(number: &Ratio) -> String {
    number.exact_decimal().unwrap_or_else(|| number.fraction())
}

fn object(members: &[(String, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(key, value)| format!("{}:{value}", quote(key))).collect();
    format!("{{{}}}", members.join(","))
}

/// A JSON string with as few escapes as JSON allows.
fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for it in text.chars() {
        match it {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{0}'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(it));
            }
            it => out.push(it),
        }
    }
    out.push('"');
    out
}
