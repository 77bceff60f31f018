//! Questions and answers as text: one way to write each, so that equal questions have equal texts.
//!
//! A question is a line that begins with `? `; each group of its answer follows on a line that begins with `= `. Parts of
//! a line are separated by tabs; backslash, tab and line end are escaped within them. In a question `;`, `(` and `)` part its
//! conditions, so that they are escaped in the texts it names.

use std::collections::BTreeMap;
use std::fmt;

use calendar::{Date, Zone, parse_instant};
use quantity::Ratio;
use timeline::{Instant, Timeline};

use crate::{Datum, Field, Group, Measure, Predicate, Question, Schema};

type Told = BTreeMap<String, Vec<Group>>;

/// A line that is no question and no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadAnswer {
    /// 1-based.
    pub line: usize,
}

impl fmt::Display for UnreadAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} is neither a question nor an answer", self.line)
    }
}

impl std::error::Error for UnreadAnswer {}

pub(super) fn answers(told: &Told) -> String {
    let mut out = String::new();
    for (question, groups) in told {
        out.push_str("? ");
        out.push_str(question);
        out.push('\n');
        for group in groups {
            out.push_str("= ");
            out.push_str(&group_line(group));
            out.push('\n');
        }
    }
    out
}

pub(super) fn parse(text: &str) -> Result<Told, UnreadAnswer> {
    let mut told = Told::new();
    let mut last: Option<String> = None;
    for (at, line) in text.lines().enumerate() {
        let unread = UnreadAnswer { line: at + 1 };
        if let Some(question) = line.strip_prefix("? ") {
            if told.insert(question.to_owned(), Vec::new()).is_some() {
                return Err(unread);
            }
            last = Some(question.to_owned());
        } else {
            let group = line.strip_prefix("= ").and_then(read_group).ok_or(unread)?;
            last.as_ref().and_then(|it| told.get_mut(it)).ok_or(unread)?.push(group);
        }
    }
    Ok(told)
}

/// `slice`, keys and values; how many keys stands first, for the values follow them.
fn group_line(group: &Group) -> String {
    let slice = group.slice.map_or_else(|| "-".to_owned(), |it| it.to_string());
    let mut parts = vec![slice, group.keys.len().to_string()];
    parts.extend(group.keys.iter().chain(&group.values).map(|it| datum(it.as_ref())));
    parts.join("\t")
}

fn read_group(line: &str) -> Option<Group> {
    let mut parts = line.split('\t');
    let slice = match parts.next()? {
        "-" => None,
        it => Some(it.parse().ok()?),
    };
    let keys: usize = parts.next()?.parse().ok()?;
    let mut data = parts.map(read_datum).collect::<Option<Vec<_>>>()?;
    if keys > data.len() {
        return None;
    }
    let values = data.split_off(keys);
    Some(Group { slice, keys: data, values })
}

fn datum(it: Option<&Datum>) -> String {
    match it {
        None => "-".to_owned(),
        Some(Datum::Number(it)) => format!("number {it}"),
        Some(Datum::Money(it)) => format!("money {it}"),
        Some(Datum::Duration(it)) => format!("duration {it}"),
        Some(Datum::Quantity(it)) => format!("quantity {it}"),
        Some(Datum::Instant(it)) => format!("instant {}", instant(*it)),
        Some(Datum::Date(it)) => format!("date {it}"),
        Some(Datum::Truth(it)) => format!("truth {it}"),
        Some(Datum::Text(it)) => format!("text {}", escaped(it)),
    }
}

/// A datum where a question names it: what parts conditions is escaped.
fn named(it: Option<&Datum>) -> String {
    let Some(Datum::Text(text)) = it else { return datum(it) };
    let mut out = "text ".to_owned();
    for c in escaped(text).chars() {
        if matches!(c, ';' | '(' | ')') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The outer `None` is a part that cannot be read.
fn read_datum(text: &str) -> Option<Option<Datum>> {
    if text == "-" {
        return Some(None);
    }
    let (kind, said) = text.split_once(' ')?;
    let ratio = || Ratio::parse_fraction(said);
    Some(Some(match kind {
        "number" => Datum::Number(ratio()?),
        "money" => Datum::Money(ratio()?),
        "duration" => Datum::Duration(ratio()?),
        "quantity" => Datum::Quantity(ratio()?),
        "instant" => Datum::Instant(read_instant(said)?),
        "date" => Datum::Date(Date::parse(said)?),
        "truth" => Datum::Truth(said.parse().ok()?),
        "text" => Datum::Text(unescaped(said)?.into()),
        _ => return None,
    }))
}

fn instant(at: Instant) -> String {
    Zone::utc().show(at)
}

fn read_instant(text: &str) -> Option<Instant> {
    match text {
        "-∞" => Some(Instant::MIN),
        "∞" => Some(Instant::MAX),
        it => parse_instant(it).ok(),
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            it => out.push(it),
        }
    }
    out
}

fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        out.push(match c {
            '\\' => match rest.next()? {
                '\\' => '\\',
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            it => it,
        });
    }
    Some(out)
}

/// A question in one line. It names what it asks about as the contract does.
pub(super) fn question(schema: &Schema, question: &Question) -> String {
    let names = Names { schema, fact: question.fact };
    let measures: Vec<String> = question.measures.iter().map(|it| names.measure(it)).collect();
    let mut parts = vec![
        measures.join(", "),
        format!("of {}", names.fact()),
        format!("from {} until {}", instant(question.within.from()), instant(question.within.until())),
    ];
    parts.extend(question.slice_nanos.map(|it| format!("in slices of {it} ns")));
    if !question.group_by.is_empty() {
        let keys: Vec<String> = question.group_by.iter().map(|it| names.field(*it)).collect();
        parts.push(format!("by {}", keys.join(", ")));
    }
    if question.filter != Predicate::All {
        parts.push(format!("where {}", names.predicate(&question.filter)));
    }
    parts.join("\t")
}

/// What the schema calls things.
struct Names<'s> {
    schema: &'s Schema,
    fact: usize,
}

impl Names<'_> {
    fn fact(&self) -> String {
        self.schema.facts.get(self.fact).map_or_else(|| format!("#{}", self.fact), |it| it.name.clone())
    }

    fn field(&self, field: Field) -> String {
        match field {
            Field::Attribute(at) => {
                let attribute = self.schema.facts.get(self.fact).and_then(|fact| fact.attributes.get(at));
                attribute.map_or_else(|| format!("#{at}"), |it| it.name.clone())
            }
            Field::Subject => "@subject".to_owned(),
            Field::Source => "@source".to_owned(),
            Field::Id => "@id".to_owned(),
        }
    }

    fn measure(&self, measure: &Measure) -> String {
        match measure {
            Measure::Count => "count".to_owned(),
            Measure::Sum(it) => format!("sum({})", self.field(*it)),
            Measure::Min(it) => format!("min({})", self.field(*it)),
            Measure::Max(it) => format!("max({})", self.field(*it)),
            Measure::CountDistinct(fields) => {
                let fields: Vec<String> = fields.iter().map(|it| self.field(*it)).collect();
                format!("distinct({})", fields.join(", "))
            }
            Measure::Percentile { field, per_mille } => {
                format!("percentile({per_mille} ‰, {})", self.field(*field))
            }
        }
    }

    fn predicate(&self, predicate: &Predicate) -> String {
        let compared = |field: &Field, sign: &str, said: &Datum| {
            format!("{} {sign} {}", self.field(*field), named(Some(said)))
        };
        let joined = |all: &[Predicate], word: &str| {
            let parts: Vec<String> = all.iter().map(|it| self.predicate(it)).collect();
            format!("{word}({})", parts.join("; "))
        };
        match predicate {
            Predicate::All => "all".to_owned(),
            Predicate::Not(inner) => format!("not({})", self.predicate(inner)),
            Predicate::And(all) => joined(all, "and"),
            Predicate::Or(any) => joined(any, "or"),
            Predicate::Equals(field, said) => format!("{} = {}", self.field(*field), named(said.as_ref())),
            Predicate::Less(field, it) => compared(field, "<", it),
            Predicate::LessOrEqual(field, it) => compared(field, "<=", it),
            Predicate::Greater(field, it) => compared(field, ">", it),
            Predicate::GreaterOrEqual(field, it) => compared(field, ">=", it),
            Predicate::OneOf(field, words) => {
                let words: Vec<String> = words.iter().map(|it| named(Some(it))).collect();
                format!("{} in ({})", self.field(*field), words.join("; "))
            }
            Predicate::OutsideOf(timeline) => format!("outside({})", runs(timeline)),
            Predicate::Inside(timeline) => format!("inside({})", runs(timeline)),
        }
    }
}

fn runs(timeline: &Timeline) -> String {
    let runs = timeline.runs().iter();
    runs.map(|it| format!("{}/{}", instant(it.from()), instant(it.until()))).collect::<Vec<_>>().join("; ")
}
