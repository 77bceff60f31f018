//! The tables of a Markdown text, cell by cell, with the places they stand at.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Bytes `[from, until)` of the annex.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: usize,
    pub(super) until: usize,
}

/// One cell.
#[derive(Debug, Default)]
pub(super) struct Cell {
    /// All its text.
    pub(super) text: String,
    /// What in it is in code style.
    pub(super) codes: Vec<String>,
    pub(super) span: Span,
}

impl Cell {
    /// What it says: its words in code style, else its text; nothing when it is empty or a dash.
    pub(super) fn words(&self) -> Vec<&str> {
        match (self.codes.as_slice(), self.text.trim()) {
            ([], "" | "-" | "–" | "—") => Vec::new(),
            ([], text) => vec![text],
            (codes, _) => codes.iter().map(String::as_str).collect(),
        }
    }
}

/// One table: its head, then its rows.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) head: Vec<Cell>,
    pub(super) rows: Vec<Vec<Cell>>,
    pub(super) span: Span,
}

/// The tables of `text` from the byte `base` on.
pub(super) fn tables(text: &str, base: usize) -> Vec<Table> {
    let body = text.get(base..).unwrap_or_default();
    let (mut tables, mut table, mut row, mut cell) =
        (Vec::new(), Table::default(), Vec::new(), Cell::default());
    for (event, range) in Parser::new_ext(body, Options::ENABLE_TABLES).into_offset_iter() {
        let span = Span { from: base + range.start, until: base + range.end };
        match event {
            Event::Start(Tag::Table(_)) => table = Table { span, ..Table::default() },
            Event::Start(Tag::TableCell) => cell = Cell { span: trimmed(text, span), ..Cell::default() },
            Event::Text(it) => cell.text.push_str(&it),
            Event::Code(it) => {
                cell.text.push_str(&it);
                cell.codes.push(it.into_string());
            }
            Event::End(TagEnd::TableCell) => row.push(std::mem::take(&mut cell)),
            Event::End(TagEnd::TableHead) => table.head = std::mem::take(&mut row),
            Event::End(TagEnd::TableRow) => table.rows.push(std::mem::take(&mut row)),
            Event::End(TagEnd::Table) => tables.push(std::mem::take(&mut table)),
            _ => {}
        }
    }
    tables
}

/// Without the spaces and bars around a cell.
fn trimmed(text: &str, span: Span) -> Span {
    let all = text.get(span.from..span.until).unwrap_or_default();
    let is_edge = |it: char| it.is_whitespace() || it == '|';
    let inside = all.trim_matches(is_edge);
    let from = span.from + (all.len() - all.trim_start_matches(is_edge).len());
    if inside.is_empty() { span } else { Span { from, until: from + inside.len() } }
}
