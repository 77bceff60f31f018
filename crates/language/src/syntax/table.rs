//! Tables: entries on lines of their own between braces; lookups, ladders with their bands, texts by date.

use super::ast::{Band, Compare, Edge, Expr, ExprKind, LadderMode};
use super::expression::SUM;
use super::parser::{Parsed, Parser};
use super::token::TokenKind;
use crate::problem::{Problem, both};

/// Entries with their keys, and the `otherwise`.
type Table<K> = (Vec<(K, Expr)>, Option<Box<Expr>>);

impl Parser<'_> {
    /// One table: entries on lines of their own or after commas, between braces.
    pub(super) fn table<K>(&mut self, key: impl Fn(&mut Self) -> Parsed<K>) -> Parsed<Table<K>> {
        self.expect_punct("{")?;
        let mut entries = Vec::new();
        let mut otherwise = None;
        while !self.is_punct("}") && !self.at_end() {
            if otherwise.is_none() && self.take_word("otherwise") {
                self.expect_punct(":")?;
                otherwise = Some(Box::new(self.with_flags(true, false, Self::entry_value)?));
            } else {
                let key = self.with_flags(false, false, &key)?;
                self.expect_punct(":")?;
                entries.push((key, self.with_flags(true, false, Self::entry_value)?));
            }
            self.take_punct(",");
        }
        self.close_table()?;
        Ok((entries, otherwise))
    }

    /// The value of an entry begins on the line of its key.
    fn entry_value(&mut self) -> Parsed<Expr> {
        if self.peek().first_on_line {
            let help = both(
                "an entry stands on one line; put a value that needs more in brackets",
                "每个条目占一行；较长的值请放在括号中",
            );
            return Err(self.expected_with(both("a value on the same line", "同一行上的值"), help));
        }
        self.expression()
    }

    /// The closing brace may stand at the left margin.
    fn close_table(&mut self) -> Parsed<()> {
        self.expect_punct("}").map(|_| ())
    }

    pub(super) fn lookup(&mut self) -> Parsed<ExprKind> {
        self.take();
        let key = self.table_subject()?;
        let (entries, otherwise) = self.table(Self::lookup_keys)?;
        Ok(ExprKind::By(Box::new(key), entries, otherwise))
    }

    pub(super) fn table_subject(&mut self) -> Parsed<Expr> {
        self.with_flags(false, false, |it| it.climb(SUM))
    }

    fn lookup_keys(&mut self) -> Parsed<Vec<Expr>> {
        let mut keys = vec![self.climb(SUM)?];
        while self.take_punct(",") {
            keys.push(self.climb(SUM)?);
        }
        Ok(keys)
    }

    pub(super) fn ladder(&mut self) -> Parsed<ExprKind> {
        self.take();
        let subject = self.table_subject()?;
        let mode = if self.take_word("first") {
            LadderMode::First
        } else if self.take_word("greatest") {
            LadderMode::Greatest
        } else {
            LadderMode::Unique
        };
        let (entries, otherwise) = self.table(Self::band)?;
        Ok(ExprKind::Ladder(Box::new(subject), mode, entries, otherwise))
    }

    pub(super) fn band(&mut self) -> Parsed<Band> {
        if self.is_punct("[") || self.is_punct("(") {
            return self.interval_band();
        }
        let start = self.peek().span;
        let operator = if self.is_punct("!=") { None } else { self.take_compare() };
        let Some(operator) = operator else {
            return Err(self
                .expected("a band such as `>= 99%` or `[95%, 99%)`", "区间，例如 `>= 99%` 或 `[95%, 99%)`"));
        };
        let value = self.climb(SUM)?;
        let span = start.to(value.span);
        let edge = |inclusive| Some(Edge { value: value.clone(), inclusive });
        Ok(match operator {
            Compare::Less => Band { low: None, high: edge(false), span },
            Compare::AtMost => Band { low: None, high: edge(true), span },
            Compare::More => Band { low: edge(false), high: None, span },
            Compare::AtLeast => Band { low: edge(true), high: None, span },
            Compare::Equal | Compare::NotEqual => Band { low: edge(true), high: edge(true), span },
        })
    }

    /// Whether a parenthesis closes with `]` or holds exactly two values, so that it is a band.
    pub(super) fn band_ahead(&self) -> bool {
        let mut depth = 0usize;
        for ahead in 0..64 {
            match self.peek_at(ahead).kind {
                TokenKind::Punct("(" | "[") => depth += 1,
                TokenKind::Punct("]") => return depth == 1,
                TokenKind::Punct(")") if depth == 1 => return false,
                TokenKind::Punct(")") => depth -= 1,
                TokenKind::End => return false,
                _ => {}
            }
        }
        false
    }

    pub(super) fn interval_band(&mut self) -> Parsed<Band> {
        let open = self.take();
        let low_inclusive = open.kind == TokenKind::Punct("[");
        self.bracketed(|it| {
            let low = it.climb(SUM)?;
            it.expect_punct(",")?;
            let high = it.climb(SUM)?;
            let high_inclusive = it.is_punct("]");
            if !it.is_punct("]") && !it.is_punct(")") {
                return Err(it.expected("`]` or `)`", "`]` 或 `)`"));
            }
            let span = open.span.to(it.take().span);
            let low = Some(Edge { value: low, inclusive: low_inclusive });
            let high = Some(Edge { value: high, inclusive: high_inclusive });
            Ok(Band { low, high, span })
        })
    }

    pub(super) fn as_of(&mut self) -> Parsed<ExprKind> {
        self.take_words(&["as", "of"]);
        let date = self.table_subject()?;
        let (entries, otherwise) = self.table(|it| it.climb(SUM))?;
        if let Some(otherwise) = otherwise {
            self.problems.push(Problem::error(
                "E0126",
                otherwise.span,
                both(
                    "expected a date before each text, found `otherwise`",
                    "每个文本之前应为日期，却是 `otherwise`",
                ),
                both(
                    "the latest date that has come counts; give the earliest text the first date",
                    "以已到来的最晚日期为准；请为最早的文本写上首个日期",
                ),
            ));
        }
        Ok(ExprKind::AsOf(Box::new(date), entries))
    }
}
