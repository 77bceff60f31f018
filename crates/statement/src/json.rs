//! A settlement as JSON: exact numbers as `num/den` strings, whole numbers as integers, nothing as `null`, never a
//! float.

mod results;
mod value;

use calendar::Zone;
use diagnostic::Lang;
use serde_json::{Map, Value, json};
use settle::settlement::{Derivation, EvidenceUse, Excluded, ExcludedMeasure, Lint, Outcome};
use settle::{Settlement, Shown};

use crate::bilingual::{half, half_of_pair};
use crate::claim_window::reason;
use value::{instant, interval, merged, seconds};

/// The settlement as a value of stable shape; a word of the language's own is written as its stable word
/// (`met`, `not_due`, `no_data`).
///
/// Durations are in seconds with `"unit": "s"`, money has `"currency"`. Instants are RFC 3339 with the offset of
/// the contract's zone. Reasons and messages are in English, beside each `X` stands `X_zh`; in a derivation, only
/// where the two differ.
pub fn json(settlement: &Settlement) -> Value {
    let zone = &settlement.contract.zone;
    let each = |values: Vec<Value>| Value::Array(values);
    json!({
        "contract": contract(settlement),
        "inputs": inputs(settlement),
        "tenant": settlement.inputs.tenant,
        "plan": settlement.inputs.plan,
        "cycle": cycle(settlement),
        "status": settlement.status.word(),
        "levels": each(settlement.levels.iter().map(|level| results::level(settlement, level)).collect()),
        "promises": each(settlement.promises.iter().map(|it| results::promise(settlement, it)).collect()),
        "remedies": each(settlement.remedies.iter().map(results::remedy).collect()),
        "claims": each(settlement.claims.iter().map(|claim| results::claim(claim, zone)).collect()),
        "rights": each(settlement.rights.iter().map(|right| results::right(right, zone)).collect()),
        "excluded": each(settlement.excluded.iter().map(|it| excluded(it, settlement)).collect()),
        "lints": each(settlement.lints.iter().map(lint).collect()),
        "derivation": each(settlement.derivation.iter().map(|it| derivation(it, settlement)).collect()),
        "evidence": { "records": settlement.evidence.records, "sha256": settlement.evidence.sha256 },
        "tzdb": settlement.tzdb,
        "calendars": each(settlement.calendars.iter().map(calendar).collect()),
    })
}

fn contract(settlement: &Settlement) -> Value {
    let contract = &settlement.contract;
    json!({
        "id": contract.id,
        "version": contract.version,
        "sha256": contract.sha256,
        "title": half_of_pair(&contract.title, Lang::En),
        "title_zh": half_of_pair(&contract.title, Lang::Zh),
        "provider": contract.provider,
        "zone": contract.zone.name(),
    })
}

fn inputs(settlement: &Settlement) -> Value {
    let inputs = &settlement.inputs;
    let zone = &settlement.contract.zone;
    let parameters = inputs.parameters.iter().map(|(name, value)| (name.clone(), Value::from(value.clone())));
    json!({
        "plan": inputs.plan,
        "tenant": inputs.tenant,
        "since": inputs.since.map(|at| instant(zone, at)),
        "as_of": inputs.as_of.map(|at| instant(zone, at)),
        "parameters": Value::Object(parameters.collect::<Map<_, _>>()),
    })
}

fn cycle(settlement: &Settlement) -> Value {
    let zone = &settlement.contract.zone;
    let cycle = &settlement.cycle;
    json!({
        "from": instant(zone, cycle.counted.from()),
        "until": instant(zone, cycle.counted.until()),
        "label": cycle.label,
        "whole_from": instant(zone, cycle.whole.from()),
        "whole_until": instant(zone, cycle.whole.until()),
    })
}

fn excluded(excluded: &Excluded, settlement: &Settlement) -> Value {
    let zone = &settlement.contract.zone;
    let mut object = json!({
        "cause": excluded.cause,
        "text": excluded.text.as_deref().map(|text| half(text, Lang::En)),
        "text_zh": excluded.text.as_deref().map(|text| half(text, Lang::Zh)),
        "clause": excluded.clause,
        "from": instant(zone, excluded.from),
        "until": instant(zone, excluded.until),
    });
    let (name, measure) = match &excluded.measure {
        ExcludedMeasure::Seconds(length) => ("seconds", seconds(length)),
        ExcludedMeasure::Count(count) => ("count", Value::from(*count)),
    };
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), measure);
    }
    object
}

fn lint(lint: &Lint) -> Value {
    json!({
        "code": lint.code,
        "message": half_of_pair(&lint.message, Lang::En),
        "message_zh": half_of_pair(&lint.message, Lang::Zh),
        "clause": lint.clause,
    })
}

fn derivation(derivation: &Derivation, settlement: &Settlement) -> Value {
    let zone = &settlement.contract.zone;
    let steps = derivation
        .steps
        .iter()
        .map(|(expression, value)| merged(json!({ "expression": expression }), came_out(value, zone)));
    let read = |it: &EvidenceUse| json!({ "fact": it.fact, "count": it.count, "records": it.records });
    let rule = json!({
        "name": derivation.name,
        "subject": derivation.subject,
        "window": derivation.window.map(|window| interval(zone, window)),
        "reading": derivation.reading,
        "clause": derivation.clause,
        "rule": derivation.rule,
    });
    let used = Map::from_iter([
        ("steps".to_owned(), steps.collect()),
        ("uses".to_owned(), Value::from(derivation.uses.clone())),
        ("evidence".to_owned(), derivation.evidence.iter().map(read).collect()),
    ]);
    merged(merged(rule, came_out(&derivation.value, zone)), used)
}

/// `value` in English; `value_zh` where Chinese says it differently, which numbers and names do not.
fn came_out(value: &Outcome<Shown>, zone: &Zone) -> Map<String, Value> {
    let text = |lang| match value {
        Ok(value) => value.in_words(zone, lang),
        Err(absent) => reason(absent, lang),
    };
    let (en, zh) = (text(Lang::En), text(Lang::Zh));
    let chinese = (zh != en).then(|| ("value_zh".to_owned(), Value::from(zh)));
    std::iter::once(("value".to_owned(), Value::from(en))).chain(chinese).collect()
}

fn calendar((name, provenance): &(String, String)) -> Value {
    json!({ "name": name, "provenance": provenance })
}
