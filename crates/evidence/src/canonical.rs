//! The one way to write a record down: a line of NDJSON that [`read`](crate::read) reads back to the same record.
//!
//! The form is that of RFC 8785: keys sorted by their UTF-16 code units, the shortest escapes. Numbers are exact
//! decimals in quotes, times are in UTC, what is absent is left out. So the lines of a body of evidence, sorted,
//! depend on nothing but what was said.

use std::borrow::Cow;
use std::fmt::Write;

use calendar::Zone;
use quantity::Ratio;
use sha2::{Digest, Sha256};
use timeline::Instant;

use crate::plain::plain_bytes;
use crate::{AttributeKind, Datum, FactKind, FactSchema, Record, Schema};

/// Writes records of one schema. Without the schema, facts and attributes go by their position.
pub(crate) struct Writer<'s> {
    schema: Option<&'s Schema>,
    utc: Zone,
}

/// What stands after a key.
enum Said<'r> {
    Text(Cow<'r, str>),
    At(Instant),
    Truth(bool),
}

/// A key and what stands after it.
type Member<'r> = (Cow<'r, str>, Said<'r>);

impl<'s> Writer<'s> {
    pub(crate) fn new(schema: Option<&'s Schema>) -> Writer<'s> {
        Writer { schema, utc: Zone::utc() }
    }

    /// The line, without its end.
    pub(crate) fn line(&self, record: &Record) -> String {
        let declared = self.schema.and_then(|schema| schema.facts.get(record.fact));
        let mut members = self.attributes(record, declared);
        members.push(("fact".into(), Said::Text(fact_name(record, declared))));
        members.extend(times(record, declared));
        for (key, text) in [
            ("id", &record.id),
            ("subject", &record.subject),
            ("source", &record.source),
            ("supersedes", &record.supersedes),
            ("reason", &record.reason),
        ] {
            members.extend(text.as_deref().map(|text| (key.into(), Said::Text(text.into()))));
        }
        members.extend(record.recorded_at.map(|at| ("recorded_at".into(), Said::At(at))));
        members.extend(record.withdrawn.then_some(("withdrawn".into(), Said::Truth(true))));
        members.sort_unstable_by(|left, right| left.0.encode_utf16().cmp(right.0.encode_utf16()));
        self.object(&members)
    }

    fn attributes<'r>(&self, record: &'r Record, declared: Option<&'r FactSchema>) -> Vec<Member<'r>> {
        let member = |(at, datum): (usize, &'r Option<Datum>)| {
            let attribute = declared.and_then(|fact| fact.attributes.get(at));
            let name =
                attribute.map_or_else(|| format!("#{at}").into(), |it| Cow::Borrowed(it.name.as_str()));
            Some((name, self.said(datum.as_ref()?, attribute.map(|it| &it.kind))))
        };
        record.attributes.iter().enumerate().filter_map(member).collect()
    }

    fn said<'r>(&self, datum: &'r Datum, kind: Option<&AttributeKind>) -> Said<'r> {
        let currency = self.schema.and_then(|schema| schema.currency);
        match (datum, kind) {
            (Datum::Money(it), _) if currency.is_some() => measured(it, currency),
            (Datum::Quantity(it), Some(AttributeKind::Unit(unit))) => measured(it, Some(unit)),
            (Datum::Duration(it), _) => measured(it, Some("s")),
            (Datum::Number(it) | Datum::Money(it) | Datum::Quantity(it), _) => Said::Text(decimal(it).into()),
            (Datum::Instant(at), _) => Said::At(*at),
            (Datum::Date(date), _) => Said::Text(date.to_string().into()),
            (Datum::Text(text), _) => Said::Text(Cow::Borrowed(text)),
            (Datum::Truth(truth), _) => Said::Truth(*truth),
        }
    }

    /// Appends what one attribute says.
    pub(crate) fn push_datum(&self, out: &mut String, fact: usize, at: usize, datum: &Datum) {
        let declared = self.schema.and_then(|it| it.facts.get(fact)).and_then(|it| it.attributes.get(at));
        push_said(out, &self.said(datum, declared.map(|it| &it.kind)), &self.utc);
    }

    fn object(&self, members: &[Member<'_>]) -> String {
        let mut out = String::with_capacity(members.len() * 32);
        for (index, (key, said)) in members.iter().enumerate() {
            out.push(if index == 0 { '{' } else { ',' });
            push_quoted(&mut out, key);
            out.push(':');
            push_said(&mut out, said, &self.utc);
        }
        out.push('}');
        out
    }
}

fn push_said(out: &mut String, said: &Said<'_>, utc: &Zone) {
    match said {
        Said::Text(text) => push_quoted(out, text),
        Said::At(at) => push_quoted(out, &utc.show(*at)),
        Said::Truth(truth) => out.push_str(if *truth { "true" } else { "false" }),
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

fn fact_name<'r>(record: &Record, declared: Option<&'r FactSchema>) -> Cow<'r, str> {
    declared.map_or_else(|| format!("#{}", record.fact).into(), |fact| Cow::Borrowed(fact.name.as_str()))
}

/// The ends that are points in time.
fn times<'r>(record: &Record, declared: Option<&FactSchema>) -> impl Iterator<Item = Member<'r>> + use<'r> {
    let is_event = declared.is_some_and(|it| it.kind == FactKind::Event);
    let until = (!is_event).then_some(("until", record.until));
    let times = [Some((if is_event { "at" } else { "from" }, record.from)), until];
    let bounded = times.into_iter().flatten().filter(|(_, at)| at.is_bounded());
    bounded.map(|(key, at)| (Cow::Borrowed(key), Said::At(at)))
}

fn measured<'r>(number: &Ratio, unit: Option<impl std::fmt::Display>) -> Said<'r> {
    let mut text = decimal(number);
    if let Some(unit) = unit {
        let _ = write!(text, " {unit}");
    }
    Said::Text(text.into())
}

/// The exact decimal. Only numbers that were computed rather than read can be without one; they are fractions.
fn decimal(number: &Ratio) -> String {
    number.exact_decimal().unwrap_or_else(|| number.fraction())
}

/// A JSON string with as few escapes as JSON allows.
pub(crate) fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    // Every special character is one byte long.
    while let Some((plain, special)) = rest.split_at_checked(plain_bytes(rest.as_bytes())) {
        out.push_str(plain);
        let Some(it) = special.chars().next() else { break };
        push_escaped(out, it);
        rest = special.get(1..).unwrap_or_default();
    }
    out.push('"');
}

/// RFC 8785 §3.2.2.2.
fn push_escaped(out: &mut String, it: char) {
    let _ = match it {
        '"' | '\\' => write!(out, "\\{it}"),
        '\u{8}' => write!(out, "\\b"),
        '\t' => write!(out, "\\t"),
        '\n' => write!(out, "\\n"),
        '\u{c}' => write!(out, "\\f"),
        '\r' => write!(out, "\\r"),
        _ => write!(out, "\\u{:04x}", u32::from(it)),
    };
}
