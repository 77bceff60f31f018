//! Where the cells of one CSV row stand, by the letter of RFC 4180: a quote opens or closes a whole cell.

use crate::row::Span;

/// The cells of `row`, which begins at byte `base` of its file and does not end in a line end; quotes included. The
/// error is the quote that is out of place.
pub(super) fn spans(row: &[u8], base: usize) -> Result<Vec<Span>, Span> {
    let mut spans = Vec::new();
    let mut from = 0;
    loop {
        let rest = row.get(from..).unwrap_or_default();
        let length =
            cell_length(rest).map_err(|at| Span { from: base + from + at, until: base + from + at + 1 })?;
        spans.push(Span { from: base + from, until: base + from + length });
        if row.get(from + length).is_none() {
            return Ok(spans);
        }
        from += length + 1;
    }
}

/// Bytes up to the comma or the end; the error is the place of a bad quote.
fn cell_length(rest: &[u8]) -> Result<usize, usize> {
    if rest.first() == Some(&b'"') {
        return quoted_length(rest);
    }
    let length = rest.iter().position(|byte| *byte == b',').unwrap_or(rest.len());
    match rest.iter().take(length).position(|byte| *byte == b'"') {
        Some(stray) => Err(stray),
        None => Ok(length),
    }
}

fn quoted_length(rest: &[u8]) -> Result<usize, usize> {
    let mut at = 1;
    loop {
        let inside = rest.get(at..).unwrap_or_default();
        at += inside.iter().position(|byte| *byte == b'"').ok_or(0_usize)? + 1;
        match rest.get(at) {
            Some(b'"') => at += 1,
            Some(b',') | None => return Ok(at),
            Some(_) => return Err(at - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the cells stand, or the bad quote.
    type Found = Result<&'static [(usize, usize)], usize>;

    #[test]
    fn a_quote_opens_or_closes_a_whole_cell() {
        let table: [(&str, Found); 12] = [
            ("", Ok(&[(0, 0)])),
            ("a,b", Ok(&[(0, 1), (2, 3)])),
            (",", Ok(&[(0, 0), (1, 1)])),
            ("\"a,b\",c", Ok(&[(0, 5), (6, 7)])),
            ("\"a\"\"b\"", Ok(&[(0, 6)])),
            ("\"a\nb\",", Ok(&[(0, 5), (6, 6)])),
            ("\"\"", Ok(&[(0, 2)])),
            ("a\"b\"", Err(1)),
            ("\"a\"b", Err(2)),
            ("x,\"a", Err(2)),
            ("\"", Err(0)),
            ("\"\"\"", Err(0)),
        ];
        for (row, expected) in table {
            let found = spans(row.as_bytes(), 10).map_err(|it| it.from - 10);
            let pairs = found.map(|it| it.iter().map(|it| (it.from - 10, it.until - 10)).collect::<Vec<_>>());
            assert_eq!(pairs, expected.map(<[_]>::to_vec), "{row}");
        }
    }
}
