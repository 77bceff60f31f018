//! A derivation as a calculation a person follows: each expression as written, then with the values put in, then what it
//! comes to; of a table only the row that applies.

use diagnostic::Lang;
use quantity::{Quantity, Ratio};
use settle::Settlement;
use settle::settlement::{Derivation, LevelResult, Outcome, PromiseResult, RemedyResult};
use settle::shown::Shown;

use crate::arithmetic::{Step, came_out, one_line, steps};
use crate::figure;
use crate::time::Stamps;

/// Rules longer than this are laid out over several lines, in characters.
const LINE_CHARS: usize = 56;

/// A line of a calculation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The expression, or what a table is asked for.
    pub(crate) written: String,
    /// The expression with values in it.
    pub(crate) filled: Option<String>,
    /// The row of a table that applies, as written.
    pub(crate) row: Option<String>,
    /// What it comes to.
    pub(crate) value: String,
}

/// Calculations of one settlement.
pub(crate) struct Worked<'a> {
    settlement: &'a Settlement,
    stamps: &'a Stamps<'a>,
}

impl<'a> Worked<'a> {
    pub(crate) fn new(settlement: &'a Settlement, stamps: &'a Stamps<'a>) -> Self {
        Self { settlement, stamps }
    }

    /// What a derivation comes to; shares as percentages.
    pub(crate) fn value(&self, of: &Derivation, lang: Lang) -> String {
        self.shown(&of.value, self.is_share(of, &one_line(&of.rule), &of.value), lang)
    }

    /// The exact value, where digits of it are left out.
    pub(crate) fn exact(&self, of: &Derivation) -> Option<String> {
        let Ok(Shown::Quantity(it)) = &of.value else { return None };
        let is_cut = self.value(of, Lang::En).contains('…');
        (is_cut && !it.unit.is_time()).then(|| it.value.fraction())
    }

    /// The lines, innermost first; the last is the rule itself unless it needs no working out.
    pub(crate) fn lines(&self, of: &Derivation, lang: Lang) -> Vec<Line> {
        let rule = one_line(&of.rule);
        let all = steps(of);
        let mut lines: Vec<Line> = all
            .iter()
            .enumerate()
            .map(|(at, step)| self.line(of, step, all.get(..at).unwrap_or_default(), lang))
            .collect();
        let said = all.iter().any(|it| it.0 == rule);
        if !rule.is_empty() && !said && of.value.is_ok() {
            let mut last = self.line(of, &(rule, &of.value), &all, lang);
            if let Some(product) = self.share_of_base(of, lang) {
                last.filled = Some(product);
            }
            if last.filled.is_some() || last.row.is_some() {
                lines.push(last);
            }
        }
        lines
    }

    /// `24.2184…% × 300.00 USD`, where a remedy gives a share of a base.
    fn share_of_base(&self, of: &Derivation, lang: Lang) -> Option<String> {
        let same = |it: &&RemedyResult| it.name == of.name && it.subject == of.subject;
        let remedy = self.settlement.remedies.iter().find(same)?;
        let (share, base) = (remedy.share.as_ref()?, remedy.base.as_ref()?);
        Some(format!("{} × {}", figure::share(share), figure::quantity(base, lang)))
    }

    fn line(&self, of: &Derivation, step: &Step<'_>, before: &[Step<'_>], lang: Lang) -> Line {
        let (written, value) = step;
        let shown = self.shown(value, self.is_share(of, written, value), lang);
        if let Some((asked, rows)) = table(written) {
            let row = applying(&rows, value, before);
            return Line { written: asked, filled: None, row, value: shown };
        }
        let filled = self.filled(of, written, before, lang);
        Line {
            filled: Some(filled).filter(|it| *it != signs(written) && *it != shown),
            written: signs(written),
            row: None,
            value: shown,
        }
    }

    /// `written` with the values of earlier lines and of the rules it names.
    fn filled(&self, of: &Derivation, written: &str, before: &[Step<'_>], lang: Lang) -> String {
        let steps = before.iter().filter_map(|(text, value)| {
            let (Ok(Shown::Quantity(_)), false) = (value, text == written) else { return None };
            Some((text.clone(), self.shown(value, self.is_share(of, text, value), lang)))
        });
        let names = of.uses.iter().filter_map(|name| {
            let used = self.found(name, of.subject.as_deref())?;
            let Ok(Shown::Quantity(_)) = &used.value else { return None };
            Some((name.clone(), self.value(used, lang)))
        });
        let mut known: Vec<(String, String)> = steps.chain(names).collect();
        known.sort_by_key(|it| std::cmp::Reverse(it.0.len()));
        signs(&put_in(written, &known))
    }

    /// The derivation of a rule for a subject, or for the whole.
    pub(crate) fn found(&self, name: &str, subject: Option<&str>) -> Option<&'a Derivation> {
        let named = || self.settlement.derivation.iter().filter(|it| it.name == name);
        named().find(|it| it.subject.as_deref() == subject).or_else(|| named().next())
    }

    fn shown(&self, value: &Outcome<Shown>, share: bool, lang: Lang) -> String {
        match value {
            Ok(Shown::Quantity(it)) if share && it.unit.is_none() => figure::share(&it.value),
            Ok(Shown::Quantity(it)) => figure::quantity(it, lang),
            other => came_out(other, self.stamps, lang),
        }
    }

    /// Whether a plain number is meant as a percentage: it is written with one, or compared or paid as one.
    fn is_share(&self, of: &Derivation, written: &str, value: &Outcome<Shown>) -> bool {
        let Ok(Shown::Quantity(it)) = value else { return false };
        if !it.unit.is_none() {
            return false;
        }
        let whole = written == one_line(&of.rule);
        let levels = || self.settlement.levels.iter();
        if whole && levels().any(|it| it.percent && it.name == of.name) {
            return true;
        }
        let paid = || self.settlement.remedies.iter().any(|remedy| remedy.share.as_ref() == Some(&it.value));
        match written.contains('{') {
            true => paid() || levels().any(|level| self.is_target(level, &it.value)),
            false => written.contains('%') || (whole && paid()),
        }
    }

    fn is_target(&self, level: &LevelResult, value: &Ratio) -> bool {
        let equals = |it: &PromiseResult| {
            let on = it.level.as_deref() == Some(&*level.name);
            on && it.target.as_ref().is_some_and(|(_, target)| target.value == *value)
        };
        level.percent && self.settlement.promises.iter().any(equals)
    }
}

/// The last derivation with this value, of this subject before that of another: what an amount was made from.
pub(crate) fn made_from<'a>(
    settlement: &'a Settlement,
    subject: Option<&str>,
    value: &Quantity,
) -> Option<&'a Derivation> {
    let same = |it: &&Derivation| matches!(&it.value, Ok(Shown::Quantity(found)) if found == value);
    let all = || settlement.derivation.iter().rev().filter(same);
    all().find(|it| it.subject.as_deref() == subject).or_else(|| all().next())
}

/// A long rule with each row of its tables on a line of its own.
pub(crate) fn laid_out(rule: &str) -> String {
    let rule = rule.trim();
    if rule.contains('\n') || rule.chars().count() <= LINE_CHARS {
        return rule.to_owned();
    }
    indented(rule, 0)
}

fn indented(rule: &str, depth: usize) -> String {
    let Some((asked, rows)) = table(rule) else { return rule.to_owned() };
    let inner = "  ".repeat(depth.saturating_add(1));
    let row =
        |(key, it): &(String, String)| format!("{inner}{key}: {}\n", indented(it, depth.saturating_add(1)));
    let rows: String = rows.iter().map(row).collect();
    format!("{asked} {{\n{rows}{}}}", "  ".repeat(depth))
}

/// What a table is asked for, and its rows as `key: expression`.
fn table(written: &str) -> Option<(String, Vec<(String, String)>)> {
    let is_table = written.starts_with("ladder ") || written.starts_with("by ");
    let (head, body) = written.split_once('{').filter(|_| is_table)?;
    let body = body.trim_end().strip_suffix('}')?;
    let (mut rows, mut key) = (Vec::new(), String::new());
    for part in parts(body) {
        match top_colon(&part) {
            Some(at) => {
                let (last, expression) = part.split_at(at);
                let expression = expression.trim_start_matches(':').trim().to_owned();
                rows.push((format!("{key}{}", last.trim()), expression));
                key.clear();
            }
            None => {
                key.push_str(part.trim());
                key.push_str(", ");
            }
        }
    }
    Some((head.trim().to_owned(), rows))
}

/// The text cut at commas that stand in no brackets.
fn parts(text: &str) -> Vec<String> {
    let (mut parts, mut current, mut depth) = (Vec::new(), String::new(), 0_usize);
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(std::mem::take(&mut current));
                continue;
            }
            _ => {}
        }
        current.push(c);
    }
    parts.push(current);
    parts
}

fn top_colon(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

/// The row whose expression was worked out before, or the only one that is written with the value itself.
fn applying(rows: &[(String, String)], value: &Outcome<Shown>, before: &[Step<'_>]) -> Option<String> {
    let was_worked = |it: &&(String, String)| before.iter().any(|step| step.0 == it.1 && step.1 == value);
    let is_value = |it: &&(String, String)| matches!(value, Ok(Shown::Quantity(found)) if literal(&it.1).as_ref() == Some(&found.value));
    let found = only(rows.iter().filter(was_worked)).or_else(|| only(rows.iter().filter(is_value)))?;
    Some(match table(&found.1) {
        Some((asked, _)) => format!("{}: {asked}", found.0),
        None => format!("{}: {}", found.0, signs(&found.1)),
    })
}

fn only<T>(mut found: impl Iterator<Item = T>) -> Option<T> {
    let first = found.next();
    first.filter(|_| found.next().is_none())
}

/// `99.5%` and `3` as numbers.
fn literal(text: &str) -> Option<Ratio> {
    match text.strip_suffix('%') {
        Some(percent) => Ratio::parse_decimal(percent)?.div(&Ratio::int(100)).ok(),
        None => Ratio::parse_decimal(text),
    }
}

/// The text with what is known, longest first, replaced by its values. A part of an expression is replaced only where it
/// binds together: in brackets, as a call or a name, or where the text begins.
fn put_in(text: &str, known: &[(String, String)]) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut before = ' ';
    let bound = |c: char| c.is_alphanumeric() || c == '_';
    while let Some(c) = rest.chars().next() {
        let fits = |it: &&(String, String)| {
            let Some(after) = rest.strip_prefix(it.0.as_str()) else { return false };
            let is_call = after.starts_with('(') && is_name(&it.0);
            if bound(before) || after.starts_with(bound) || is_call {
                return false;
            }
            out.is_empty() || is_name(&it.0) || holds_together(&it.0)
        };
        match known.iter().find(fits) {
            Some((found, value)) => {
                out.push_str(value);
                before = found.chars().next_back().unwrap_or(' ');
                rest = rest.get(found.len()..).unwrap_or_default();
            }
            None => {
                out.push(c);
                before = c;
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out
}

fn is_name(text: &str) -> bool {
    text.chars().all(|it| it.is_alphanumeric() || it == '_')
}

/// `(a - b)`, `length(cycle)` and tables: one pair of brackets around all that is not a name.
fn holds_together(text: &str) -> bool {
    if table(text).is_some() {
        return true;
    }
    let Some(open) = text.find('(') else { return false };
    let mut depth = 0_usize;
    for (at, c) in text.char_indices().skip_while(|it| it.0 < open) {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + c.len_utf8() == text.len() && text.get(..open).is_some_and(is_name);
        }
    }
    false
}

/// Operators as printed in books.
fn signs(text: &str) -> String {
    text.replace(" * ", " × ")
        .replace(" / ", " ÷ ")
        .replace(" - ", " − ")
        .replace(">=", "≥")
        .replace("<=", "≤")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_names_and_earlier_lines_stood() {
        let known = [
            ("((99% - uptime) / 0.9%)".to_owned(), "48.4%".to_owned()),
            ("length(cycle)".to_owned(), "31 d".to_owned()),
            ("a - b".to_owned(), "7".to_owned()),
            ("downtime".to_owned(), "10 h".to_owned()),
            ("by plan { x: 1, y: 2 }".to_owned(), "2".to_owned()),
            ("a".to_owned(), "9".to_owned()),
        ];
        for (text, expected) in [
            ("((99% - uptime) / 0.9%) * 50%", "48.4% × 50%"),
            ("(length(cycle) - downtime) / length(cycle)", "(31 d − 10 h) ÷ 31 d"),
            ("a - b", "7"),
            ("a - b - c", "7 − c"),
            ("c * a - b", "c × 9 − b"),
            ("9 >= by plan { x: 1, y: 2 }", "9 ≥ 2"),
            ("max(a) + a(b) + aa + a_b", "max(9) + a(b) + aa + a_b"),
        ] {
            assert_eq!(signs(&put_in(text, &known)), expected, "{text}");
        }
    }

    #[test]
    fn the_row_of_a_table_that_applies_is_the_one_that_was_worked_out_or_has_the_value() {
        let quantity =
            |text: &str| Ok(Shown::Quantity(Quantity::number(Ratio::parse_fraction(text).unwrap())));
        let (_, rows) = table("ladder uptime { < 98%: 100%, [98%, 99%): (99% - uptime) * 50% }").unwrap();
        let (half, whole, other) = (quantity("1/2"), quantity("1"), quantity("1/3"));
        let before = [("(99% - uptime) * 50%".to_owned(), &half)];
        let row = |value, before| applying(&rows, value, before);
        assert_eq!(row(&half, &before).as_deref(), Some("[98%, 99%): (99% − uptime) × 50%"));
        assert_eq!(row(&whole, &[]).as_deref(), Some("< 98%: 100%"));
        assert_eq!(row(&other, &[]), None);
        let (asked, rows) = table("by plan { a, b: 99%, c: 99% }").unwrap();
        assert_eq!((asked.as_str(), rows[0].0.as_str()), ("by plan", "a, b"));
        assert_eq!(applying(&rows, &quantity("99/100"), &[]), None);
    }

    #[test]
    fn a_long_rule_has_a_line_for_each_row() {
        let rule = "by plan { basic, professional: ladder uptime { < 98%: 100%, [98%, 99%): (99% - uptime) * 50% }, enterprise: 1% }";
        let expected = "by plan {\n  basic, professional: ladder uptime {\n    < 98%: 100%\n    [98%, 99%): (99% - uptime) * 50%\n  }\n  enterprise: 1%\n}";
        assert_eq!(laid_out(rule), expected);
        assert_eq!(laid_out("short { a: 1 }"), "short { a: 1 }");
    }
}
