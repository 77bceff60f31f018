//! A filter in terms of a table of counters: asked of every word once, and never of a row.

use super::counted::by_of;
use super::stretches::Spans;
use crate::counters::{Table, Words};
use crate::kernel::{Filter, Test};
use crate::layout::Layout;

/// A filter over the codes of a cell.
pub(super) enum Told {
    All,
    Not(Box<Told>),
    And(Vec<Told>),
    Or(Vec<Told>),
    /// The code of a dimension is one of these, which ascend.
    Codes(usize, Vec<u32>),
    /// What the filter by time of that number says.
    During(usize),
}

impl Told {
    /// The filters by time are numbered, and their spans appended to `spans`; `None` when it asks for what the table does not
    /// know.
    pub(super) fn of<'p>(
        filter: &'p Filter,
        layout: &Layout,
        table: &Table,
        spans: &mut Vec<Spans<'p>>,
    ) -> Option<Told> {
        let mut all = |inner: &'p [Filter]| {
            inner.iter().map(|it| Told::of(it, layout, table, spans)).collect::<Option<Vec<_>>>()
        };
        Some(match filter {
            Filter::All => Told::All,
            Filter::Not(inner) => Told::Not(Box::new(Told::of(inner, layout, table, spans)?)),
            Filter::And(inner) => Told::And(all(inner)?),
            Filter::Or(inner) => Told::Or(all(inner)?),
            Filter::Column(name, test) => {
                let (dimension, words) = table.dimension(by_of(name, layout)?)?;
                Told::Codes(dimension, passing(test, words))
            }
            Filter::During(during) => {
                spans.push(during);
                Told::During(spans.len() - 1)
            }
        })
    }

    /// Whether it holds for the codes of a cell, when the filters by time say that.
    pub(super) fn holds(&self, codes: &[u32], class: &[bool]) -> bool {
        match self {
            Told::All => true,
            Told::Not(inner) => !inner.holds(codes, class),
            Told::And(all) => all.iter().all(|it| it.holds(codes, class)),
            Told::Or(any) => any.iter().any(|it| it.holds(codes, class)),
            Told::Codes(dimension, passing) => match (codes.get(*dimension), passing.as_slice()) {
                (Some(code), [only]) => code == only,
                (Some(code), passing) => passing.binary_search(code).is_ok(),
                (None, _) => false,
            },
            Told::During(number) => class.get(*number).copied().unwrap_or_default(),
        }
    }

    /// The only codes of a dimension it can hold for, when it says so outright.
    pub(super) fn only_codes(&self, dimension: usize) -> Option<&[u32]> {
        match self {
            Told::Codes(at, passing) if *at == dimension => Some(passing),
            Told::And(all) => all.iter().filter_map(|it| it.only_codes(dimension)).min_by_key(|it| it.len()),
            _ => None,
        }
    }
}

/// The codes whose words pass. Words that are named are looked up; there may be very many.
fn passing(test: &Test, words: &Words) -> Vec<u32> {
    let mut codes: Vec<u32> = match test {
        Test::Absent => words.code(&None).into_iter().collect(),
        Test::Is(value) => words.code(&Some(value.clone())).into_iter().collect(),
        Test::OneOf(values) => values.iter().filter_map(|it| words.code(&Some(it.clone()))).collect(),
        Test::Where(passes) => {
            let each = (0..).zip(&words.values);
            each.filter(|(_, value)| passes(value.as_ref())).map(|(code, _)| code).collect()
        }
    };
    codes.sort_unstable();
    codes.dedup();
    codes
}
