//! Text in a CSV cell that no spreadsheet takes for a formula.

/// Signs a spreadsheet begins a formula with, their full-width forms, and the controls that are dropped before one.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠'];

/// Signs after which another program may begin a new cell.
const BOUNDARY: [char; 8] = ['"', '\'', ',', ';', '|', '\t', '\n', '\r'];

/// A text as one CSV cell: with an apostrophe before it when a spreadsheet could take it, or a part of it after a
/// quote or separator, for a formula; and in double quotes when it holds any sign that ends a cell somewhere.
///
/// For texts only: a negative number is written as it is. [`csv_restored`] gives the text back.
/// Sources: OWASP ASVS 5.0 1.2.10, CWE-1236, RFC 4180.
///
/// ```
/// use ledger::csv_cell;
///
/// assert_eq!(csv_cell("October"), "October");
/// assert_eq!(csv_cell("=1+1"), "\"'=1+1\"");
/// assert_eq!(csv_cell("say \"yes\""), "\"say \"\"yes\"\"\"");
/// ```
pub fn csv_cell(text: &str) -> String {
    if is_formula(text) {
        return quoted(&format!("'{text}"));
    }
    let plain = !text.chars().any(|it| BOUNDARY.contains(&it)) && text.trim() == text;
    if plain { text.to_owned() } else { quoted(text) }
}

/// The text of a cell written by [`csv_cell`], after a CSV reader has taken the double quotes away.
pub fn csv_restored(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(cell)
}

/// Whether a formula may begin at the start, or after a sign that may begin a cell, spaces between them allowed.
/// An apostrophe is such a sign, so that a text that looks guarded already is guarded once more.
fn is_formula(text: &str) -> bool {
    let mut at_start = true;
    for sign in text.chars() {
        if at_start && FORMULA.contains(&sign) {
            return true;
        }
        at_start = BOUNDARY.contains(&sign) || (at_start && sign.is_whitespace());
    }
    false
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_may_begin_a_formula_is_guarded() {
        let dangerous = [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "＝1", "＋1", "－1", "＠x", " =1",
            "\u{a0}=1", "\"=1", "'=1", "a,=1", "a;=1", "a|=1", "a\n=1", "a\"=1", "x, =1", "a\t@b", "''=1",
            "a;\"=1\"",
        ];
        for text in dangerous {
            let cell = csv_cell(text);
            assert!(cell.starts_with("\"'") && cell.ends_with('"'), "{text:?} became {cell:?}");
        }
    }

    #[test]
    fn an_ordinary_text_stays_readable() {
        for text in ["", "October", "a=b", "2026-10", "mail@example.com", "十月 赔付", "it is 5 + 5"] {
            assert_eq!(csv_cell(text), text);
        }
        assert_eq!(csv_cell("a,b"), "\"a,b\"");
        assert_eq!(csv_cell("two\nlines"), "\"two\nlines\"");
        assert_eq!(csv_cell(" edge"), "\" edge\"");
    }
}
