//! One delivery of the workload, and how it is said as a record of a fact in volume.

use std::sync::Arc;

use evidence::{Attribute, AttributeKind, FactKind, FactSchema, Schema};
use lake::kernel::Value;
use lake::{Cell, RowView};

/// The month begins here, 2025-12-01T00:00Z.
pub(crate) const MONTH_US: i64 = 1_764_547_200_000_000;
pub(crate) const HOUR_US: i64 = 3_600_000_000;
pub(crate) const DAY_US: i64 = 24 * HOUR_US;
pub(crate) const DAYS: i64 = 30;
pub(crate) const ACCOUNTS: u16 = 200;

const KINDS: [&str; 3] = ["code", "notice", "advertisement"];
const STATUSES: [&str; 5] = ["delivered", "failed", "expired", "no_number", "blocked"];
const CARRIERS: [&str; 7] = ["c0", "c1", "c2", "c3", "c4", "c5", "c6"];
/// Digits after the point of a price.
const PRICE_SCALE: u8 = 4;

/// One delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) account: u16,
    pub(crate) ts_us: i64,
    pub(crate) kind: u8,
    pub(crate) carrier: u8,
    pub(crate) status: u8,
    pub(crate) err: u16,
    pub(crate) parts: u8,
    pub(crate) price_e4: i32,
    pub(crate) msg_id: u64,
}

/// The workload's fact and everything else a file of ours says in words.
pub(crate) struct Words {
    accounts: Vec<String>,
    errors: Vec<String>,
}

impl Words {
    pub(crate) fn new() -> Words {
        Words {
            accounts: (0..ACCOUNTS).map(|it| it.to_string()).collect(),
            errors: (0..=180_u16).map(|it| it.to_string()).collect(),
        }
    }

    /// Hands the row on as the record it is.
    pub(crate) fn with_view<T>(&self, row: &Row, take: impl FnOnce(RowView<'_>) -> T) -> T {
        let id = hex(row.msg_id);
        let cells = [
            Cell::Word(word(&KINDS, row.kind)),
            Cell::Word(word(&STATUSES, row.status)),
            Cell::Word(word(&CARRIERS, row.carrier)),
            Cell::Word(self.errors.get(usize::from(row.err)).map_or("", String::as_str)),
            Cell::Number { unscaled: i64::from(row.parts), scale: 0 },
            Cell::Number { unscaled: i64::from(row.price_e4), scale: PRICE_SCALE },
        ];
        take(RowView {
            at: row.ts_us.saturating_mul(1_000),
            recorded_at: None,
            subject: self.accounts.get(usize::from(row.account)).map(String::as_str),
            source: None,
            id: std::str::from_utf8(&id).unwrap_or_default(),
            cells: &cells,
        })
    }
}

/// The fact, alone in a schema.
pub(crate) fn schema() -> Schema {
    let one_of = |words: &[&str]| AttributeKind::OneOf(words.iter().map(|it| (*it).to_owned()).collect());
    let attribute =
        |(name, kind): (&str, AttributeKind)| Attribute { name: name.to_owned(), kind, optional: false };
    let attributes = [
        ("kind", one_of(&KINDS)),
        ("status", one_of(&STATUSES)),
        ("carrier", one_of(&CARRIERS)),
        ("err", AttributeKind::Text),
        ("parts", AttributeKind::Number),
        ("price", AttributeKind::Number),
    ];
    let fact = FactSchema {
        name: "message".to_owned(),
        kind: FactKind::Event,
        attributes: attributes.into_iter().map(attribute).collect(),
        volume: true,
    };
    Schema { facts: vec![fact], currency: None, zone: None }
}

/// The word of a column's number in a file of ours.
pub(crate) fn text_of(column: &str, number: u16) -> Value {
    let small = u8::try_from(number).unwrap_or(u8::MAX);
    Value::Text(match column {
        "kind" => word(&KINDS, small).into(),
        "status" => word(&STATUSES, small).into(),
        "carrier" => word(&CARRIERS, small).into(),
        _ => Arc::from(number.to_string()),
    })
}

/// The number a word stands for.
pub(crate) fn number_of(text: &str) -> Option<i128> {
    let lists: [&[&str]; 3] = [&KINDS, &STATUSES, &CARRIERS];
    let known = lists.iter().find_map(|words| words.iter().position(|it| *it == text));
    known.and_then(|it| i128::try_from(it).ok()).or_else(|| text.parse().ok())
}

fn word<'w>(words: &[&'w str], number: u8) -> &'w str {
    words.get(usize::from(number)).copied().unwrap_or("")
}

fn hex(number: u64) -> [u8; 16] {
    let mut text = [0; 16];
    for (digit, byte) in text.iter_mut().rev().enumerate() {
        let value = number >> (4 * digit) & 0xF;
        *byte = b"0123456789abcdef".get(usize::try_from(value).unwrap_or(0)).copied().unwrap_or(b'0');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_the_schema_wants() {
        let row = Row {
            account: 7,
            ts_us: MONTH_US,
            kind: 2,
            carrier: 6,
            status: 4,
            err: 180,
            parts: 2,
            price_e4: 349,
            msg_id: 0xAB,
        };
        let mut rows = lake::Rows::new(lake::Layout::of(&schema().facts[0]));
        Words::new().with_view(&row, |it| rows.push_row(it)).unwrap();
        let mut cells = Vec::new();
        let view = rows.view(0, &mut cells).unwrap();
        assert_eq!((view.at, view.subject, view.id), (MONTH_US * 1_000, Some("7"), "00000000000000ab"));
        assert_eq!(view.cells[1], Cell::Word("blocked"));
        assert_eq!(view.cells[3], Cell::Word("180"));
    }

    #[test]
    fn words_stand_for_their_numbers() {
        for (column, count) in [("kind", 3), ("status", 5), ("carrier", 7), ("err", 181), ("subject", 200)] {
            for number in 0..count {
                let Value::Text(text) = text_of(column, number) else { panic!("{column} says no text") };
                assert_eq!(number_of(&text), Some(i128::from(number)));
            }
        }
    }
}
