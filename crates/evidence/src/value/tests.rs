//! Texts and what they say as each kind of attribute, or the code they are refused with.

use quantity::{Currency, Unit};

use super::*;

fn schema() -> Schema {
    Schema { currency: Currency::parse("USD"), ..Schema::default() }
}

/// The datum as text, or the code of the problem.
fn read(kind: &AttributeKind, value: Value<'_>) -> String {
    let cell = Cell { key: "k".into(), key_span: Span::default(), value, span: Span::default() };
    match datum(kind, &schema(), &cell, &mut Pool::default()) {
        Ok(Datum::Number(it) | Datum::Money(it) | Datum::Duration(it) | Datum::Quantity(it)) => it.fraction(),
        Ok(other) => format!("{other:?}"),
        Err(problem) => problem.code.to_owned(),
    }
}

#[test]
fn a_value_says_exactly_what_is_written_or_is_refused() {
    use AttributeKind as Kind;
    let text = |it: &'static str| Value::Text(it.into());
    let number = Value::Number;
    let amps = || Kind::Unit(Unit::named("A"));
    let bytes = || Kind::Unit(Unit::data());
    let rate = || Kind::Unit(Unit::money(Currency::parse("CNY").unwrap()).div(&Unit::time()));
    let words = || Kind::OneOf(vec!["dns".to_owned(), "network".to_owned()]);
    let table: Vec<(Kind, Value<'_>, &str)> = vec![
        (Kind::Number, number("0.1"), "1/10"),
        (Kind::Number, text("0.1"), "1/10"),
        (Kind::Number, Value::Truth(true), "V0114"),
        (Kind::Number, text("12 USD"), "V0114"),
        (Kind::Number, number("1e99"), "V0115"),
        (Kind::Money, text("200.05 USD"), "4001/20"),
        (Kind::Money, text("-1 USD"), "-1/1"),
        (Kind::Money, number("200"), "V0116"),
        (Kind::Money, text("200"), "V0116"),
        (Kind::Money, text("200USD"), "V0114"),
        (Kind::Money, text("200 EUR"), "V0117"),
        (Kind::Money, text("200 usd"), "V0117"),
        (Kind::Money, text("200  USD"), "V0117"),
        (Kind::Money, text("x USD"), "V0114"),
        (Kind::Money, Value::List, "V0114"),
        (Kind::Duration, text("90 s"), "90/1"),
        (Kind::Duration, text("1.5 h"), "5400/1"),
        (Kind::Duration, text("1 ns"), "1/1000000000"),
        (Kind::Duration, text("90"), "V0118"),
        (Kind::Duration, number("90"), "V0118"),
        (Kind::Duration, text("1 h 30 min"), "V0118"),
        (Kind::Duration, text("PT1H"), "V0118"),
        (Kind::Duration, text("5 GB"), "V0118"),
        (Kind::Duration, text("1 month"), "V0118"),
        (bytes(), text("5 GB"), "5000000000/1"),
        (bytes(), number("5"), "V0118"),
        (amps(), text("3.5 A"), "7/2"),
        (amps(), number("3.5"), "7/2"),
        (amps(), text("3.5"), "7/2"),
        (amps(), text("3.5 V"), "V0118"),
        (rate(), text("3 CNY/s"), "3/1"),
        (rate(), number("3"), "V0118"),
        (Kind::Instant, text("1970-01-01T08:00:01+08:00"), "Instant(Instant(1000000000))"),
        (Kind::Instant, text("1970-01-01T08:00:01"), "V0119"),
        (Kind::Instant, text("1970-01-01"), "V0120"),
        (Kind::Instant, number("1760000000"), "V0114"),
        (Kind::Date, text("2026-10-01"), "Date(2026-10-01)"),
        (Kind::Date, text("2026-02-30"), "V0121"),
        (Kind::Date, number("20261001"), "V0114"),
        (Kind::Text, text(""), "Text(\"\")"),
        (Kind::Text, number("5"), "V0114"),
        (Kind::Truth, Value::Truth(false), "Truth(false)"),
        (Kind::Truth, text("true"), "Truth(true)"),
        (Kind::Truth, text("TRUE"), "V0114"),
        (Kind::Truth, number("1"), "V0114"),
        (words(), text("dns"), "Text(\"dns\")"),
        (words(), text("dsn"), "V0122"),
        (words(), Value::Object, "V0114"),
    ];
    for (kind, value, expected) in table {
        assert_eq!(read(&kind, value.clone()), expected, "{kind:?} {value:?}");
    }
}

#[test]
fn help_for_a_local_time_shows_it_in_the_contracts_zone() {
    let schema = Schema { zone: calendar::Zone::named("Asia/Shanghai").ok(), ..Schema::default() };
    let value = Value::Text("2026-10-01T08:30:00.25".into());
    let cell = Cell { key: "at".into(), key_span: Span::default(), value, span: Span::default() };
    let problem = instant(&cell, &schema).unwrap_err();
    assert_eq!(
        problem.words.help.en,
        "if it was read from a clock in Asia/Shanghai, write `2026-10-01T08:30:00.25+08:00`"
    );
}
