//! The attributes of a fact as fields of a form, and back.

use ::evidence::{AttributeKind, FactSchema};
use calendar::Zone;
use language::Contract;
use platform::Refusal;
use serde_json::{Map, Value as Json};

use super::Pick;
use crate::fields::Fields;
use crate::pages::customers::when;
use crate::view::View;

/// What names of attributes begin with in forms.
const ATTRIBUTE: &str = "attribute.";

/// A field for an attribute.
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) hint: &'static str,
    pub(crate) required: bool,
    pub(crate) is_time: bool,
    /// What can be chosen; any text where there is nothing.
    pub(crate) choices: Vec<Pick>,
}

/// A field for each attribute but those in `without`.
pub(super) fn fields(
    view: &View<'_, '_>,
    contract: &Contract,
    fact: &FactSchema,
    without: &[&str],
    known: impl Fn(&str) -> String,
) -> Vec<Field> {
    let asked = fact.attributes.iter().filter(|it| !without.contains(&it.name.as_str()));
    asked
        .map(|it| {
            let name = format!("{ATTRIBUTE}{}", it.name);
            let is_time = it.kind == AttributeKind::Instant;
            let known = if is_time { local(&contract.zone, &known(&it.name)) } else { known(&it.name) };
            let value = view.filled(&name, &known);
            Field {
                label: it.name.replace('_', " "),
                hint: hint(view, &it.kind),
                required: !it.optional,
                is_time,
                choices: choices(view, contract, &it.kind, it.optional, &value),
                name,
                value,
            }
        })
        .collect()
}

fn local(zone: &Zone, text: &str) -> String {
    calendar::parse_instant(text).map_or_else(|_| text.to_owned(), |at| when::shown(zone, at))
}

fn hint(view: &View<'_, '_>, kind: &AttributeKind) -> &'static str {
    let w = view.w;
    match kind {
        AttributeKind::Money => w.evidence_hint_money(),
        AttributeKind::Duration => w.evidence_hint_duration(),
        AttributeKind::Date => w.evidence_hint_date(),
        AttributeKind::Number => w.evidence_hint_number(),
        AttributeKind::Unit(_) => w.evidence_hint_unit(),
        _ => "",
    }
}

fn choices(
    view: &View<'_, '_>,
    contract: &Contract,
    kind: &AttributeKind,
    optional: bool,
    value: &str,
) -> Vec<Pick> {
    let pick = |id: &str, word: String| Pick { id: id.to_owned(), word, chosen: id == value };
    let cause = |name: &String| {
        let found = contract.causes.iter().find(|it| it.name == *name).and_then(|it| it.text.as_deref());
        pick(name, found.map_or_else(|| name.replace('_', " "), |it| statement::display::half(it, view.lang)))
    };
    let mut all: Vec<Pick> = match kind {
        AttributeKind::OneOf(words) => words.iter().map(|it| pick(it, it.replace('_', " "))).collect(),
        AttributeKind::Cause(names) => names.iter().map(cause).collect(),
        AttributeKind::Truth => ["true", "false"].map(|it| pick(it, it.to_owned())).into(),
        _ => return Vec::new(),
    };
    if optional {
        all.insert(0, pick("", "–".to_owned()));
    }
    // A cause the contract does not name can still stand in a record.
    if !value.is_empty() && !all.iter().any(|it| it.chosen) {
        all.push(Pick { id: value.to_owned(), word: value.to_owned(), chosen: true });
    }
    all
}

/// What was filled in, as a record has it.
pub(super) fn read(fact: &FactSchema, fields: &Fields, zone: &Zone) -> Result<Map<String, Json>, Refusal> {
    let mut read = Map::new();
    for it in &fact.attributes {
        let text = fields.text(&format!("{ATTRIBUTE}{}", it.name));
        if text.is_empty() {
            continue;
        }
        let number = || serde_json::from_str::<serde_json::Number>(text).ok().map(Json::Number);
        let value = match it.kind {
            AttributeKind::Number => number().unwrap_or_else(|| Json::String(text.to_owned())),
            AttributeKind::Truth => Json::Bool(text == "true"),
            AttributeKind::Instant => Json::String(when::needed(&it.name, text, zone)?.to_string()),
            _ => Json::String(text.to_owned()),
        };
        read.insert(it.name.clone(), value);
    }
    Ok(read)
}
