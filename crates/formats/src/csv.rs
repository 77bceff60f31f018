//! Rows of a table by RFC 4180: commas, fields in double quotes at will, a quote inside written twice.

use std::borrow::Cow;

use crate::cut::Cut;
use crate::{Limits, Reason};

/// The row at the beginning of `bytes`, without its line break.
pub(crate) fn row(bytes: &[u8], ended: bool, limits: &Limits) -> Cut {
    let blank = bytes.iter().take_while(|it| matches!(it, b'\r' | b'\n')).count();
    let text = bytes.get(blank..).unwrap_or_default();
    let within = text.get(..limits.record_bytes_max + 1).unwrap_or(text);
    if let Some(end) = line_end(within) {
        return Cut::Record { from: blank, until: blank + end, next: blank + end + 1 };
    }
    // A quote that is not closed costs its own line and no more.
    let first_line = within.iter().position(|it| *it == b'\n').map_or(within.len(), |it| it + 1);
    let broken = |reason| Cut::Broken { from: blank, next: blank + first_line.saturating_sub(1), reason };
    if within.len() > limits.record_bytes_max {
        return broken(Reason::TooLong { bytes_max: limits.record_bytes_max });
    }
    match (ended, text.is_empty()) {
        (true, false) if is_quote_open(text) => broken(Reason::Unfinished),
        (true, false) => Cut::Record { from: blank, until: bytes.len(), next: bytes.len() },
        _ => Cut::More { done: blank },
    }
}

/// The first line break outside quotes.
fn line_end(bytes: &[u8]) -> Option<usize> {
    let mut quoted = Quoted::default();
    bytes.iter().position(|it| quoted.after(*it) == Some(b'\n'))
}

fn is_quote_open(bytes: &[u8]) -> bool {
    let mut quoted = Quoted::default();
    bytes.iter().for_each(|it| {
        quoted.after(*it);
    });
    quoted.inside
}

/// Whether a byte stands inside a quoted field. A quote opens a field only at its beginning.
#[derive(Default)]
struct Quoted {
    inside: bool,
    within_field: bool,
    was_quoted: bool,
}

impl Quoted {
    /// The byte when it stands outside quotes.
    fn after(&mut self, byte: u8) -> Option<u8> {
        match byte {
            b'"' if !self.within_field => {
                (self.inside, self.within_field, self.was_quoted) = (true, true, true)
            }
            b'"' if self.was_quoted => self.inside = !self.inside,
            _ if self.inside => {}
            b',' | b'\n' => {
                (self.within_field, self.was_quoted) = (false, false);
                return Some(byte);
            }
            _ => self.within_field = true,
        }
        None
    }
}

/// Calls `field` with each field of a row and its position.
pub(crate) fn fields<'a>(row: &'a str, mut field: impl FnMut(usize, Cow<'a, str>)) -> usize {
    let row = row.strip_suffix('\r').unwrap_or(row);
    let (mut quoted, mut from, mut count) = (Quoted::default(), 0, 0);
    for (at, byte) in row.bytes().enumerate() {
        if quoted.after(byte) == Some(b',') {
            field(count, unquoted(&row[from..at]));
            (from, count) = (at + 1, count + 1);
        }
    }
    field(count, unquoted(&row[from..]));
    count + 1
}

fn unquoted(field: &str) -> Cow<'_, str> {
    match field.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
        None => Cow::Borrowed(field),
        Some(inside) if inside.contains('"') => Cow::Owned(inside.replace("\"\"", "\"")),
        Some(inside) => Cow::Borrowed(inside),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_split_at_commas_outside_quotes() {
        let split = |row| {
            let mut found = Vec::new();
            fields(row, |_, it| found.push(it.into_owned()));
            found
        };
        assert_eq!(split("a,b\r"), ["a", "b"]);
        assert_eq!(split("\"a,b\",\"c \"\"d\"\"\",,"), ["a,b", "c \"d\"", "", ""]);
        assert_eq!(split("a\"b,c"), ["a\"b", "c"]);
        assert_eq!(split(""), [""]);
    }

    #[test]
    fn a_quote_that_is_not_closed_costs_one_line() {
        let limits = Limits::default();
        assert_eq!(row(b"\"a\nb\",c\nd", false, &limits), Cut::Record { from: 0, until: 7, next: 8 });
        assert_eq!(row(b"\"a\nb,c\n", false, &limits), Cut::More { done: 0 });
        assert_eq!(
            row(b"\"a\nb,c\n", true, &limits),
            Cut::Broken { from: 0, next: 2, reason: Reason::Unfinished }
        );
    }
}
