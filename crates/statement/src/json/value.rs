//! Exact values as JSON.

use calendar::Zone;
use diagnostic::Lang;
use quantity::{Quantity, Ratio, show_money};
use serde_json::{Map, Value, json};
use settle::absent::{Absent, status_word};
use settle::settlement::Outcome;
use timeline::{Instant, Interval};

use crate::bilingual::half_of_pair;

/// RFC 3339 with the zone's offset.
pub(super) fn instant(zone: &Zone, at: Instant) -> Value {
    Value::from(zone.show(at))
}

/// `{from, until}`.
pub(super) fn interval(zone: &Zone, interval: Interval) -> Value {
    json!({ "from": instant(zone, interval.from()), "until": instant(zone, interval.until()) })
}

/// Whole seconds as an integer, other lengths as `num/den`.
pub(super) fn seconds(length: &Ratio) -> Value {
    match length.to_integer().and_then(|whole| i64::try_from(whole).ok()) {
        Some(whole) => Value::from(whole),
        None => Value::from(length.fraction()),
    }
}

/// `{currency, exact}`, or `{unit, exact}` when it is not money.
pub(super) fn quantity(quantity: &Quantity) -> Map<String, Value> {
    let mut object = Map::new();
    match quantity.unit.currency() {
        Some(currency) => object.insert("currency".to_owned(), Value::from(currency.code())),
        None => object.insert("unit".to_owned(), Value::from(quantity.unit.to_string())),
    };
    object.insert("exact".to_owned(), Value::from(quantity.value.fraction()));
    object
}

/// A rounded amount as a decimal: money with all its minor digits.
pub(super) fn decimal(quantity: &Quantity) -> Value {
    Value::from(match quantity.unit.currency() {
        Some(currency) => show_money(&quantity.value, currency),
        None => quantity.value.show(),
    })
}

/// `status`, `reason` and `reason_zh` of an outcome; the reasons are `null` when there is a value.
pub(super) fn status<T>(outcome: &Outcome<T>) -> Map<String, Value> {
    let mut object = absent(outcome.as_ref().err());
    let word = outcome.as_ref().err().map_or("computed", |absent| status_word(absent.status));
    object.insert("status".to_owned(), Value::from(word));
    object
}

/// `reason` and `reason_zh`.
pub(super) fn absent(absent: Option<&Absent>) -> Map<String, Value> {
    let reason = |lang| absent.map(|absent| half_of_pair(&absent.reason, lang));
    Map::from_iter([
        ("reason".to_owned(), Value::from(reason(Lang::En))),
        ("reason_zh".to_owned(), Value::from(reason(Lang::Zh))),
    ])
}

/// The fields of both.
pub(super) fn merged(base: Value, more: Map<String, Value>) -> Value {
    match base {
        Value::Object(mut object) => {
            object.extend(more);
            Value::Object(object)
        }
        other => other,
    }
}
