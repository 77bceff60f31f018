//! Ordering the codes of an annex so that the first that fits is the one that counts.

use std::collections::BTreeMap;

use diagnostic::Place;
use timeline::Instant;

use super::markdown::Span;
use super::{ANY, Entry, Fault};

/// One code as the annex writes it.
pub(super) struct Row<'t> {
    /// Code, provider, carrier.
    pub(super) key: (&'t str, &'t str, &'t str),
    pub(super) from: Instant,
    pub(super) class: usize,
    pub(super) words: &'t str,
    pub(super) span: Span,
}

/// Entries by code, the exact before the general, the later before the earlier. Rows of one key must stand in the order of
/// their dates.
pub(super) fn order(text: &str, rows: Vec<Row<'_>>, faults: &mut Vec<(Span, Fault)>) -> Vec<Entry> {
    let mut last: BTreeMap<(&str, &str, &str), (Instant, Span)> = BTreeMap::new();
    for row in &rows {
        if let Some((from, span)) = last.insert(row.key, (row.from, row.span))
            && row.from <= from
        {
            let line = Place::in_text("", text, span.from, span.until).line;
            let fault = if row.from == from { Fault::KeyTwice { line } } else { Fault::DateOrder { line } };
            faults.push((row.span, fault));
        }
    }
    let mut entries: Vec<Entry> = rows.into_iter().map(entry).collect();
    entries.sort_by(|a, b| {
        let general = |it: &Entry| (it.provider == ANY, it.carrier == ANY);
        (&a.code, general(a), b.from).cmp(&(&b.code, general(b), a.from))
    });
    entries
}

fn entry(row: Row<'_>) -> Entry {
    let (code, provider, carrier) = row.key;
    Entry {
        provider: provider.to_owned(),
        carrier: carrier.to_owned(),
        code: code.to_owned(),
        from: row.from,
        class: row.class,
        words: row.words.to_owned(),
    }
}

/// The name that shares the most of its beginning and end with a misspelt one, when that is most of it.
pub(super) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let alike = |it: &str| {
        let start = it.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
        let end = it.bytes().rev().zip(name.bytes().rev()).take_while(|(a, b)| a == b).count();
        (start + end).min(it.len()).min(name.len())
    };
    let (shared, best) = names.map(|it| (alike(it), it)).max_by_key(|it| it.0)?;
    (shared * 3 >= best.len().max(name.len()) * 2).then_some(best)
}
