//! Columns: the values of a table and the comments of neighbouring lines stand under each other.

use std::collections::{BTreeMap, BTreeSet};

use super::lines::Line;

/// A value that would have to move further is left where it is, with its whole table.
const SHIFT_MAX: usize = 40;

/// A line as it will be written.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// Indentation and tokens.
    pub(super) text: String,
    /// The first byte after the colon of its key, when a value follows on the line.
    pub(super) value_at: Option<usize>,
    /// It may hold several entries.
    pub(super) several: bool,
    /// The comment at its end, or all of it.
    pub(super) comment: Option<String>,
    /// Columns of space before the comment.
    pub(super) gap: usize,
}

impl Row {
    /// The line with its end, and the blank line before it.
    pub(super) fn written(&self, blank_before: bool, end: &str) -> String {
        let blank = if blank_before { end } else { "" };
        let comment = self.comment.as_deref().unwrap_or("");
        format!("{blank}{}{}{comment}{end}", self.text, " ".repeat(self.gap))
    }

    /// It begins with the end of a bracket.
    fn closes(&self) -> bool {
        self.text.trim_start().starts_with(['}', ')', ']'])
    }

    /// It is nothing but a comment.
    fn own_comment(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// Puts the values of each table in one column, where every entry stands on a line of its own.
pub(super) fn tables(lines: &[Line], rows: &mut [Row]) {
    let opened: BTreeSet<usize> = lines.iter().filter_map(|it| it.opens).collect();
    let mut entries: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, (line, row)) in lines.iter().zip(rows.iter()).enumerate() {
        if let Some(table) =
            line.inside.filter(|it| opened.contains(it) && !row.own_comment() && !row.closes())
        {
            entries.entry(table).or_default().push(at);
        }
    }
    for members in entries.into_values() {
        align(&members, lines, rows);
    }
}

/// Puts the values of these lines in one column, unless one of them is not one whole entry.
fn align(members: &[usize], lines: &[Line], rows: &mut [Row]) {
    let widths: Option<Vec<usize>> =
        members.iter().map(|at| key_width(lines.get(*at)?, rows.get(*at)?)).collect();
    let widths = widths.unwrap_or_default();
    let widest = widths.iter().copied().max().unwrap_or(0);
    if widths.iter().any(|it| widest - it > SHIFT_MAX) {
        return;
    }
    for (at, width) in members.iter().zip(widths) {
        if let Some(row) = rows.get_mut(*at)
            && let Some(value) = row.value_at
        {
            row.text.insert_str(value, &" ".repeat(widest - width));
        }
    }
}

/// Columns up to the end of the key; absent when the line is not one whole entry.
fn key_width(line: &Line, row: &Row) -> Option<usize> {
    let key = row.text.get(..row.value_at?)?;
    (line.balanced && !row.several).then(|| width(key))
}

/// Puts the comments at the ends of neighbouring lines in one column.
pub(super) fn comments(rows: &mut [Row]) {
    let mut from = 0;
    while from < rows.len() {
        let ends_with_comment = |it: &&Row| it.comment.is_some() && !it.own_comment();
        let run = rows.get(from..).unwrap_or(&[]).iter().take_while(ends_with_comment).count();
        let until = from + run;
        let widest = rows.get(from..until).unwrap_or(&[]).iter().map(|it| width(&it.text)).max().unwrap_or(0);
        for row in rows.get_mut(from..until).unwrap_or(&mut []) {
            row.gap = widest - width(&row.text) + 2;
        }
        from = until + 1;
    }
}

/// Columns of a text on a screen.
fn width(text: &str) -> usize {
    text.chars().map(diagnostic::width).sum()
}
