//! Levels, promises, remedies, claims and rights as JSON.

use calendar::Zone;
use diagnostic::Lang;
use quantity::Quantity;
use serde_json::{Map, Value, json};
use settle::Settlement;
use settle::settlement::{
    ClaimResult, LevelResult, Outcome, PromiseResult, ReadingResult, RemedyResult, RightResult, Verdict,
};
use timeline::Instant;

use super::value::{absent, decimal, instant, merged, quantity, status};
use crate::bilingual::{half, half_of_pair};
use crate::figure::{self, LevelFigure};

pub(super) fn level(settlement: &Settlement, level: &LevelResult) -> Value {
    let figure = LevelFigure::new(settlement, level);
    let value = |outcome: &Outcome<Quantity>| level_value(outcome, &figure);
    let readings = level.readings.iter().map(|it| merged(reading(it), value(&it.value)));
    let mut object = value(&level.value);
    object.insert("clause".to_owned(), Value::from(level.clause.clone()));
    object.insert("percent".to_owned(), Value::from(level.percent));
    object.insert("decimals".to_owned(), Value::from(level.decimals));
    object.insert("readings".to_owned(), readings.collect());
    object.insert("without_exclusions".to_owned(), level.without_exclusions.as_ref().map(value).into());
    merged(json!({ "name": level.name, "subject": level.subject }), object)
}

pub(super) fn promise(settlement: &Settlement, promise: &PromiseResult) -> Value {
    let readings = promise.readings.iter().map(|it| {
        let verdict = it.value.as_ref().ok().map(|kept| if *kept { Verdict::Met } else { Verdict::Breached });
        merged(reading(it), with(status(&it.value), "verdict", verdict.map(Verdict::word).into()))
    });
    merged(
        json!({
            "name": promise.name,
            "subject": promise.subject,
            "duty": promise.duty,
            "verdict": promise.verdict.word(),
            "level": promise.level,
            "target": target(settlement, promise),
            "clause": promise.clause,
            "without_exclusions": promise.without_exclusions.map(Verdict::word),
            "readings": readings.collect::<Vec<_>>(),
        }),
        absent(promise.reason.as_ref()),
    )
}

pub(super) fn remedy(remedy: &RemedyResult) -> Value {
    let reason = |lang| remedy.reason.as_ref().map(|reason| half_of_pair(reason, lang));
    let readings = remedy.readings.iter().map(|it| {
        let value = it.value.as_ref().ok().map(rounded_amount);
        merged(reading(it), with(status(&it.value), "amount", value.into()))
    });
    let document = json!({
        "name": remedy.name,
        "subject": remedy.subject,
        "kind": remedy.kind,
        "status": remedy.status.word(),
        "reason": reason(Lang::En),
        "reason_zh": reason(Lang::Zh),
        "literal": remedy.literal.as_ref().map(|literal| literal.value.fraction()),
        "amount": remedy.amount.as_ref().map(|amount| owed(amount, remedy.rounded.as_ref())),
        "share": remedy.share.as_ref().map(|share| share.fraction()),
        "base": remedy.base.as_ref().map(quantity),
        "capped": remedy.capped,
        "without_exclusions": remedy.without_exclusions.as_ref().map(rounded_amount),
        "readings": readings.collect::<Vec<_>>(),
        "clause": remedy.clause,
    });
    // A text that does not speak of it has no such member.
    let directly = remedy
        .directly
        .as_ref()
        .map(|it| ("paid_directly".to_owned(), Value::from(it.as_ref().ok().copied())));
    merged(document, Map::from_iter(directly))
}

pub(super) fn claim(claim: &ClaimResult, zone: &Zone) -> Value {
    let halves = |texts: &[String], lang| texts.iter().map(|text| half(text, lang)).collect::<Vec<_>>();
    let reason = |lang| why_unknown(claim).map(|absent| half_of_pair(&absent.reason, lang));
    json!({
        "remedy": claim.remedy,
        "subject": claim.subject,
        "opens_at": moment(Some(&claim.opens), zone),
        "closes_at": moment(claim.closes.as_ref(), zone),
        "automatic": claim.automatic,
        "by": claim.by.as_deref().map(|by| half(by, Lang::En)),
        "by_zh": claim.by.as_deref().map(|by| half(by, Lang::Zh)),
        "requires": halves(&claim.requires, Lang::En),
        "requires_zh": halves(&claim.requires, Lang::Zh),
        "reason": reason(Lang::En),
        "reason_zh": reason(Lang::Zh),
        "clause": claim.clause,
    })
}

pub(super) fn right(right: &RightResult, zone: &Zone) -> Value {
    merged(
        json!({
            "name": right.name,
            "arisen": right.arisen.as_ref().ok(),
            "until": moment(right.until.as_ref(), zone),
            "clause": right.clause,
        }),
        status(&right.arisen),
    )
}

/// What every reading has.
fn reading<T>(reading: &ReadingResult<T>) -> Value {
    json!({
        "name": reading.name,
        "why": half(&reading.why, Lang::En),
        "why_zh": half(&reading.why, Lang::Zh),
        "in_force": reading.in_force,
    })
}

/// `status`, the exact value with its unit and as it is displayed.
fn level_value(outcome: &Outcome<Quantity>, figure: &LevelFigure) -> Map<String, Value> {
    let mut object = status(outcome);
    match outcome {
        Ok(value) => {
            object.extend(quantity(value));
            object.insert("display".to_owned(), Value::from(figure.show(value, Lang::En)));
        }
        Err(_) => {
            object.insert("exact".to_owned(), Value::Null);
            object.insert("display".to_owned(), Value::Null);
        }
    }
    object
}

fn target(settlement: &Settlement, promise: &PromiseResult) -> Option<Map<String, Value>> {
    let (compare, value) = promise.target.as_ref()?;
    let object = with(quantity(value), "compare", compare.symbol().into());
    Some(with(object, "display", figure::target(settlement, promise, Lang::En).into()))
}

/// What is owed exactly, and what is paid of it.
fn owed(amount: &Quantity, rounded: Option<&Quantity>) -> Map<String, Value> {
    with(quantity(amount), "rounded", rounded.map_or(Value::Null, decimal))
}

/// An amount of which only the rounded value is kept.
fn rounded_amount(amount: &Quantity) -> Map<String, Value> {
    with(quantity(amount), "rounded", decimal(amount))
}

fn moment(outcome: Option<&Outcome<Instant>>, zone: &Zone) -> Option<Value> {
    outcome.and_then(|outcome| outcome.as_ref().ok()).map(|at| instant(zone, *at))
}

/// Why the window is not known.
fn why_unknown(claim: &ClaimResult) -> Option<&settle::Absent> {
    let closes = claim.closes.as_ref().and_then(|closes| closes.as_ref().err());
    claim.opens.as_ref().err().or(closes)
}

fn with(mut object: Map<String, Value>, name: &str, value: Value) -> Map<String, Value> {
    object.insert(name.to_owned(), value);
    object
}
