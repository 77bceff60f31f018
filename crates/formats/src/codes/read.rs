//! Reading an annex: a Markdown text whose tables have columns in code style, and prose for people around them.

use calendar::{Date, Zone};
use diagnostic::Place;
use evidence::{AttributeKind, FactKind, FactSchema};
use sha2::{Digest as _, Sha256};
use timeline::Instant;

use super::front::Front;
use super::markdown::{Cell, Span, Table, tables};
use super::resolve::{Row, order};
use super::{AMBIGUOUS, Class, Codes, Fault, Finding, NO_RECEIPT, SentUnknown, Stage, Standing, standing};

/// A larger annex is refused.
const ANNEX_BYTES_MAX: usize = 1024 * 1024;
/// Further findings are not told; the first ones explain them.
const FINDINGS_MAX: usize = 200;

type Faults = Vec<(Span, Fault)>;

impl Codes {
    /// Reads the annex `text`, called `file` in findings, for that fact of its contract. Everything wrong is told at once,
    /// in the order of the text.
    pub fn read(file: &str, text: &str, schema: &FactSchema) -> Result<Codes, Vec<Finding>> {
        let mut faults = Vec::new();
        let codes = read(text, schema, &mut faults);
        faults.sort_by_key(|it| it.0.from);
        match codes {
            Some(codes) if faults.is_empty() => Ok(codes),
            _ => Err(faults
                .into_iter()
                .take(FINDINGS_MAX)
                .map(|(span, fault)| Finding {
                    place: Place::in_text(file, text, span.from, span.until),
                    fault,
                })
                .collect()),
        }
    }
}

fn read(text: &str, schema: &FactSchema, faults: &mut Faults) -> Option<Codes> {
    if text.len() > ANNEX_BYTES_MAX {
        faults.push((Span::default(), Fault::TooLarge));
        return None;
    }
    let front = Front::read(text, faults);
    let id = front.required("id", faults);
    let version = front.required("version", faults);
    front.required("for", faults);
    let zone = zone(&front, faults);
    fact(&front, schema, faults);
    let tables = tables(text, front.body);
    let mut classes = classes(&tables, schema, faults);
    rules(&tables, &mut classes, schema, faults);
    complete(&classes, schema, faults);
    let rows = codes(&tables, &classes, zone.as_ref(), faults);
    let entries = order(text, rows, faults);
    let plain: Vec<Class> = classes.into_iter().map(|it| it.class).collect();
    let standing = front.required("standing", faults).and_then(|it| standing(it, &plain, schema, faults));
    let sent_unknown = match front.value("sent_unknown") {
        None | Some(("refused", _)) => SentUnknown::Refused,
        Some(("reported", _)) => SentUnknown::Reported,
        Some((_, span)) => {
            faults.push((span, Fault::SentUnknown));
            SentUnknown::Refused
        }
    };
    Some(Codes {
        id: id?.0.to_owned(),
        version: version?.0.to_owned(),
        sha256: Sha256::digest(text.as_bytes()).into(),
        zone: zone?,
        classes: plain,
        entries,
        standing: standing?,
        sent_unknown,
    })
}

fn standing(
    (line, span): (&str, Span),
    classes: &[Class],
    schema: &FactSchema,
    faults: &mut Faults,
) -> Option<Vec<Standing>> {
    match standing::read(line, classes, schema) {
        Ok(standing) => return Some(standing),
        // Classes that are wrong anyway may be why.
        Err(Fault::StageUnseen) if !faults.is_empty() => {}
        Err(fault) => faults.push((span, fault)),
    }
    None
}

fn zone(front: &Front<'_>, faults: &mut Faults) -> Option<Zone> {
    let (name, span) = front.required("zone", faults)?;
    Zone::named(name).map_err(|_| faults.push((span, Fault::ZoneUnknown(name.to_owned())))).ok()
}

fn fact(front: &Front<'_>, schema: &FactSchema, faults: &mut Faults) {
    let Some((name, span)) = front.required("fact", faults) else { return };
    if name != schema.name {
        faults.push((span, Fault::OtherFact(name.to_owned())));
    } else if schema.kind != FactKind::Event {
        faults.push((span, Fault::NotAnEvent(name.to_owned())));
    }
}

/// The tables that have a column of that name, in code style.
fn with_column<'t>(tables: &'t [Table], name: &'static str) -> impl Iterator<Item = &'t Table> {
    tables.iter().filter(move |it| it.head.iter().any(|it| it.codes.iter().any(|it| it == name)))
}

/// The columns in code style, by name, and where in a row they stand.
struct Columns<'t>(Vec<(&'t str, usize)>);

impl<'t> Columns<'t> {
    fn of(table: &'t Table) -> Columns<'t> {
        let named = table.head.iter().enumerate();
        Columns(named.filter_map(|(index, cell)| Some((cell.codes.first()?.as_str(), index))).collect())
    }

    /// The position of a column that must be there once.
    fn one(&self, name: &'static str, table: &Table, faults: &mut Faults) -> Option<usize> {
        let mut found = self.0.iter().filter(|it| it.0 == name);
        match (found.next(), found.next()) {
            (Some((_, index)), None) => Some(*index),
            _ => {
                faults.push((table.span, Fault::Column(name.to_owned())));
                None
            }
        }
    }

    /// All columns but those.
    fn others(&self, known: &[&str]) -> Vec<(&'t str, usize)> {
        self.0.iter().filter(|it| !known.contains(&it.0)).copied().collect()
    }
}

/// What a cell says that says one thing.
fn one<'c>(row: &'c [Cell], index: usize, name: &str, faults: &mut Faults) -> Option<(&'c str, Span)> {
    let cell = row.get(index)?;
    match cell.words().as_slice() {
        [word] => return Some((word, cell.span)),
        [] => faults.push((cell.span, Fault::Empty(name.to_owned()))),
        _ => faults.push((cell.span, Fault::Several(name.to_owned()))),
    }
    None
}

struct PlacedClass {
    class: Class,
    span: Span,
    /// Whether an attribute was refused, so that missing ones are not told as well.
    is_broken: bool,
}

fn classes(tables: &[Table], schema: &FactSchema, faults: &mut Faults) -> Vec<PlacedClass> {
    let mut classes: Vec<PlacedClass> = Vec::new();
    let mut found = with_column(tables, "stage").peekable();
    if found.peek().is_none() {
        faults.push((Span::default(), Fault::TableLacks("stage")));
    }
    for table in found {
        let columns = Columns::of(table);
        let (Some(name_at), Some(stage_at)) =
            (columns.one("class", table, faults), columns.one("stage", table, faults))
        else {
            continue;
        };
        let attributes = known(&columns.others(&["class", "stage"]), table, schema, faults);
        for row in &table.rows {
            let name = one(row, name_at, "class", faults);
            let stage = one(row, stage_at, "stage", faults).and_then(|it| stage(it, faults));
            let before = faults.len();
            let said = words(row, &attributes, schema, faults);
            let is_broken = faults.len() > before;
            let (Some((name, span)), Some(stage)) = (name, stage) else { continue };
            if classes.iter().any(|it| it.class.name == name) {
                faults.push((span, Fault::ClassTwice(name.to_owned())));
                continue;
            }
            if is_ruled(name) && !said.is_empty() {
                faults.push((span, Fault::RuleElsewhere(name.to_owned())));
            }
            let class = Class { name: name.to_owned(), stage, attributes: said };
            classes.push(PlacedClass { class, span, is_broken });
        }
    }
    classes
}

fn is_ruled(class: &str) -> bool {
    class == AMBIGUOUS || class == NO_RECEIPT
}

fn stage((word, span): (&str, Span), faults: &mut Faults) -> Option<Stage> {
    match word {
        "final" => return Some(Stage::Final),
        "temporary" => return Some(Stage::Temporary),
        _ => faults.push((span, Fault::StageUnknown(word.to_owned()))),
    }
    None
}

/// The columns that are attributes of the fact.
fn known<'t>(
    columns: &[(&'t str, usize)],
    table: &Table,
    schema: &FactSchema,
    faults: &mut Faults,
) -> Vec<(&'t str, usize)> {
    let mut known: Vec<(&str, usize)> = Vec::new();
    for (name, index) in columns {
        let span = table.head.get(*index).map_or(table.span, |it| it.span);
        let fault = match schema.attribute(name).map(|it| &it.1.kind) {
            None => Fault::AttributeUnknown { attribute: (*name).to_owned(), fact: schema.name.clone() },
            Some(_) if known.iter().any(|it| it.0 == *name) => Fault::Column((*name).to_owned()),
            Some(kind) if !is_worded(kind) => Fault::AttributeKind((*name).to_owned()),
            Some(_) => {
                known.push((name, *index));
                continue;
            }
        };
        faults.push((span, fault));
    }
    known
}

fn is_worded(kind: &AttributeKind) -> bool {
    use AttributeKind::{Cause, OneOf, Text, Truth};
    matches!(kind, OneOf(_) | Cause(_) | Text | Truth)
}

/// What a row says of attributes, every word checked against the fact.
fn words(
    row: &[Cell],
    attributes: &[(&str, usize)],
    schema: &FactSchema,
    faults: &mut Faults,
) -> Vec<(String, String)> {
    let mut said = Vec::new();
    for (name, index) in attributes {
        let Some(cell) = row.get(*index).filter(|it| !it.words().is_empty()) else { continue };
        let Some((word, span)) = one(row, *index, name, faults) else { continue };
        let Some((_, attribute)) = schema.attribute(name) else { continue };
        match known_words(&attribute.kind) {
            Some(words) if !words.iter().any(|it| it == word) => {
                let (word, attribute) = (word.to_owned(), (*name).to_owned());
                faults.push((span, Fault::WordUnknown { word, attribute, words }));
            }
            _ => said.push(((*name).to_owned(), word.to_owned())),
        }
        debug_assert_eq!(cell.span, span);
    }
    said
}

/// The words an attribute may have; `None` for any. A cause the contract does not name would exclude nothing and so is
/// taken for a slip here.
fn known_words(kind: &AttributeKind) -> Option<Vec<String>> {
    match kind {
        AttributeKind::OneOf(words) | AttributeKind::Cause(words) => Some(words.clone()),
        AttributeKind::Truth => Some(vec!["true".to_owned(), "false".to_owned()]),
        _ => None,
    }
}

/// Gives `ambiguous` and `no_receipt` the attributes of their rules.
fn rules(tables: &[Table], classes: &mut [PlacedClass], schema: &FactSchema, faults: &mut Faults) {
    let mut ruled: Vec<&str> = Vec::new();
    for table in with_column(tables, "case") {
        let columns = Columns::of(table);
        let Some(case_at) = columns.one("case", table, faults) else { continue };
        let attributes = known(&columns.others(&["case"]), table, schema, faults);
        for row in &table.rows {
            let Some((case, span)) = one(row, case_at, "case", faults) else { continue };
            if !is_ruled(case) || ruled.contains(&case) {
                faults.push((span, Fault::RuleUnknown(case.to_owned())));
                continue;
            }
            ruled.push(if case == AMBIGUOUS { AMBIGUOUS } else { NO_RECEIPT });
            let before = faults.len();
            let said = words(row, &attributes, schema, faults);
            match classes.iter_mut().find(|it| it.class.name == case) {
                Some(placed) => {
                    placed.class.attributes = said;
                    placed.is_broken |= faults.len() > before;
                    placed.span = span;
                }
                None => {
                    faults.push((span, Fault::ClassUnknown { class: case.to_owned(), nearest: None }));
                }
            }
        }
    }
    for case in [AMBIGUOUS, NO_RECEIPT] {
        if !ruled.contains(&case) {
            let placed = classes.iter_mut().find(|it| it.class.name == case);
            let span = placed.map_or(Span::default(), |it| {
                it.is_broken = true;
                it.span
            });
            faults.push((span, Fault::RuleLacks(case)));
        }
    }
}

/// Every class must say what every record needs, unless the receipt itself does, and be a word of the attribute `class`
/// where that has words.
fn complete(classes: &[PlacedClass], schema: &FactSchema, faults: &mut Faults) {
    if let Some(words) = schema.attribute("class").and_then(|it| known_words(&it.1.kind)) {
        for PlacedClass { class, span, .. } in classes.iter().filter(|it| !words.contains(&it.class.name)) {
            let (word, attribute, words) = (class.name.clone(), "class".to_owned(), words.clone());
            faults.push((*span, Fault::WordUnknown { word, attribute, words }));
        }
    }
    for PlacedClass { class, span, .. } in classes.iter().filter(|it| !it.is_broken) {
        for attribute in schema.attributes.iter().filter(|it| !it.optional) {
            let is_said = class.attributes.iter().any(|it| it.0 == attribute.name);
            if !is_said && !crate::classify::is_always_said(&attribute.name) {
                let (class, attribute) = (class.name.clone(), attribute.name.clone());
                faults.push((*span, Fault::AttributeLacks { class, attribute }));
            }
        }
    }
}

fn codes<'t>(
    tables: &'t [Table],
    classes: &[PlacedClass],
    zone: Option<&Zone>,
    faults: &mut Faults,
) -> Vec<Row<'t>> {
    let mut rows = Vec::new();
    let mut found = with_column(tables, "code").peekable();
    if found.peek().is_none() {
        faults.push((Span::default(), Fault::TableLacks("code")));
    }
    for table in found {
        let columns = Columns::of(table);
        let at = ["provider", "carrier", "code", "from", "class", "words"]
            .map(|name| columns.one(name, table, faults));
        let [Some(provider), Some(carrier), Some(code), Some(from), Some(class), Some(words)] = at else {
            continue;
        };
        for row in &table.rows {
            let provider = one(row, provider, "provider", faults);
            let carrier = one(row, carrier, "carrier", faults);
            let from = one(row, from, "from", faults).and_then(|it| day(it, zone, faults));
            let class = one(row, class, "class", faults).and_then(|it| class_at(it, classes, faults));
            let Some(cell) = row.get(code) else { continue };
            if cell.words().is_empty() {
                faults.push((cell.span, Fault::Empty("code".to_owned())));
            }
            let words = row.get(words).map_or("", |it| it.text.trim());
            let (Some(provider), Some(carrier), Some(from), Some(class)) = (provider, carrier, from, class)
            else {
                continue;
            };
            rows.extend(cell.words().into_iter().map(|code| Row {
                key: (code, provider.0, carrier.0),
                from,
                class,
                words,
                span: cell.span,
            }));
        }
    }
    rows
}

/// The beginning of a day in the annex's zone.
fn day((text, span): (&str, Span), zone: Option<&Zone>, faults: &mut Faults) -> Option<Instant> {
    let Some(date) = Date::parse(text) else {
        faults.push((span, Fault::NotADate(text.to_owned())));
        return None;
    };
    zone?.start_of_day(date)
}

fn class_at((name, span): (&str, Span), classes: &[PlacedClass], faults: &mut Faults) -> Option<usize> {
    let found = classes.iter().position(|it| it.class.name == name);
    if found.is_none() {
        let near = classes.iter().map(|it| it.class.name.as_str());
        let nearest = super::resolve::nearest(name, near).map(str::to_owned);
        faults.push((span, Fault::ClassUnknown { class: name.to_owned(), nearest }));
    }
    found
}
