//! Values without operators: numbers with units, names, calls, brackets, and what begins with a keyword.

use calendar::CalendarUnit;
use quantity::Ratio;

use super::ast::{Argument, Expr, ExprKind, Name, Quantifier, Window};
use super::expression::UNARY;
use super::parser::{Parsed, Parser};
use super::token::TokenKind;

/// Functions in whose arguments `of` separates what is taken from the rows it is taken over.
const TAKES_ROWS: [&str; 16] = [
    "sum",
    "mean",
    "min",
    "max",
    "greatest",
    "first",
    "last",
    "share",
    "percentile",
    "values",
    "timeline",
    "streak",
    "held",
    "stack",
    "highest",
    "elapsed",
];

/// Words that end an expression because they begin something else.
const TERMINATORS: [&str; 22] = [
    "when",
    "pays",
    "applies",
    "otherwise",
    "then",
    "until",
    "opens",
    "closes",
    "per",
    "by",
    "requires",
    "automatic",
    "clause",
    "reading",
    "in",
    "rounded",
    "discretionary",
    "nothing",
    "expect",
    "given",
    "every",
    "to",
];

impl Parser<'_> {
    /// A value without operators or postfixes.
    pub(crate) fn primary(&mut self) -> Parsed<Expr> {
        let token = self.peek().clone();
        let span = token.span;
        if token.at_margin || (self.line_ends && token.first_on_line) {
            return Err(self.expected("a value", "一个值"));
        }
        let kind = match token.kind {
            TokenKind::Number(value) => {
                self.take();
                self.measure(value)?
            }
            TokenKind::Percent(value) => {
                self.take();
                ExprKind::Number(value)
            }
            TokenKind::Text(text) => {
                self.take();
                ExprKind::Text(text)
            }
            TokenKind::Instant(text) => {
                self.take();
                ExprKind::Instant(text)
            }
            TokenKind::Date(date) => {
                self.take();
                match self.peek().kind.clone() {
                    TokenKind::Time(time) if self.continues() => {
                        self.take();
                        ExprKind::LocalInstant(date, time)
                    }
                    _ => ExprKind::Date(date),
                }
            }
            TokenKind::Punct("(") => self.parenthesis()?,
            TokenKind::Word(word) => self.word_primary(&word)?,
            _ => return Err(self.expected("a value", "一个值")),
        };
        Ok(Expr { kind, span: span.to(self.last_span()) })
    }

    fn parenthesis(&mut self) -> Parsed<ExprKind> {
        self.take();
        self.bracketed(|it| {
            let first = it.expression()?;
            if it.take_punct(")") {
                return Ok(first.kind);
            }
            if it.take_word("to") {
                let until = it.expression()?;
                it.expect_punct(")")?;
                return Ok(ExprKind::Windows(Window::Between(Box::new(first), Box::new(until))));
            }
            let mut items = vec![first];
            while it.take_punct(",") {
                if it.is_punct(")") {
                    break;
                }
                items.push(it.expression()?);
            }
            it.expect_punct(")")?;
            Ok(ExprKind::List(items))
        })
    }

    /// A number, with the units that follow it.
    fn measure(&mut self, value: Ratio) -> Parsed<ExprKind> {
        let Some(unit) = self.unit_word() else { return Ok(ExprKind::Number(value)) };
        let mut parts = vec![(value, unit)];
        while let TokenKind::Number(more) = &self.peek().kind {
            let more = more.clone();
            let is_duration = matches!(&self.peek_at(1).kind, TokenKind::Word(word) if quantity::unit_named(word).is_some());
            if !self.continues() || !is_duration {
                break;
            }
            self.take();
            match self.unit_word() {
                Some(unit) => parts.push((more, unit)),
                None => break,
            }
        }
        Ok(ExprKind::Measure(parts))
    }

    /// A word after a number that is a unit: not a keyword or an operator.
    fn unit_word(&mut self) -> Option<Name> {
        const NOT_UNITS: [&str; 19] = [
            "and",
            "or",
            "not",
            "where",
            "lasting",
            "of",
            "over",
            "distinct",
            "ordered",
            "descending",
            "ascending",
            "except",
            "breached",
            "met",
            "is",
            "cycles",
            "cycle",
            "decimals",
            "for",
        ];
        let TokenKind::Word(word) = &self.peek().kind else { return None };
        let refused = !self.continues()
            || self.peek().first_on_line
            || NOT_UNITS.contains(&word.as_str())
            || TERMINATORS.contains(&word.as_str());
        if refused {
            return None;
        }
        if word == "working" {
            let start = self.take().span;
            let days = self.name().ok()?;
            return Some(Name { text: "working days".to_owned(), span: start.to(days.span) });
        }
        self.name().ok()
    }

    fn word_primary(&mut self, word: &str) -> Parsed<ExprKind> {
        match word {
            "true" | "false" => {
                self.take();
                Ok(ExprKind::Truth(word == "true"))
            }
            "if" => self.conditional(),
            "by" => self.lookup(),
            "ladder" => self.ladder(),
            "as" if self.is_word_at(1, "of") => self.as_of(),
            "hours" => self.hours(),
            "holidays" if matches!(self.peek_at(1).kind, TokenKind::Text(_)) => self.holidays(),
            "for" => self.quantified(),
            "carry" if matches!(self.peek_at(1).kind, TokenKind::Word(_)) && self.is_word_at(2, "from") => {
                self.carry()
            }
            "at" if self.is_word_at(1, "least") => {
                self.take_words(&["at", "least"]);
                let count = self.with_flags(self.line_ends, true, |it| it.climb(UNARY))?;
                self.expect_word("of")?;
                self.quantifier_rest(Quantifier::AtLeast(Box::new(count)))
            }
            "slices" => self.slices(),
            "last" if self.cycle_count_ahead() => Ok(ExprKind::Windows(self.window()?)),
            "previous" if self.is_word_at(1, "cycle") || self.cycle_count_ahead() => {
                Ok(ExprKind::Windows(self.window()?))
            }
            "calendar" if self.calendar_parts_ahead() => {
                self.take();
                let unit = self.parts_unit()?;
                self.take();
                Ok(ExprKind::CalendarParts(unit, self.window()?))
            }
            "history" => Ok(ExprKind::Windows(self.window()?)),
            _ if matches!(self.peek_at(1).kind, TokenKind::Punct("("))
                && !self.peek_at(1).first_on_line
                && self.call_ahead() =>
            {
                self.call()
            }
            _ if TERMINATORS.contains(&word) && !self.field_word(word) => {
                Err(self.expected("a value", "一个值"))
            }
            _ => Ok(ExprKind::Name(self.name()?.text)),
        }
    }

    /// `calendar weeks of …`: the two words would not stand side by side otherwise.
    fn calendar_parts_ahead(&self) -> bool {
        matches!(self.peek_at(1).kind, TokenKind::Word(_)) && self.is_word_at(2, "of")
    }

    fn parts_unit(&mut self) -> Parsed<CalendarUnit> {
        let known = [
            ("days", CalendarUnit::Day),
            ("weeks", CalendarUnit::Week),
            ("months", CalendarUnit::Month),
            ("quarters", CalendarUnit::Quarter { year_starts: 1 }),
            ("years", CalendarUnit::Year { year_starts: 1 }),
        ];
        for (word, unit) in known {
            if self.take_word(word) {
                return Ok(unit);
            }
        }
        Err(self.expected(
            "`days`, `weeks`, `months`, `quarters` or `years`",
            "`days`、`weeks`、`months`、`quarters` 或 `years`",
        ))
    }

    /// `last 12 cycles`, `last n cycles`, `last (n + 1) cycles`, rather than `last(ROWS)`; likewise `previous`.
    fn cycle_count_ahead(&self) -> bool {
        match &self.peek_at(1).kind {
            TokenKind::Number(_) => true,
            TokenKind::Word(_) => self.is_word_at(2, "cycles"),
            TokenKind::Punct("(") => !self.call_ahead(),
            _ => false,
        }
    }

    /// Row fields whose names are also keywords.
    fn field_word(&self, word: &str) -> bool {
        matches!(word, "until")
    }

    /// A name directly followed by `(`, without space, is a call.
    fn call_ahead(&self) -> bool {
        self.peek().span.until == self.peek_at(1).span.from
    }

    fn call(&mut self) -> Parsed<ExprKind> {
        let name = self.name()?;
        self.glue();
        let compares = matches!(name.text.as_str(), "min" | "max" | "greatest" | "first" | "last")
            && self.several_arguments();
        self.take();
        let takes_rows = TAKES_ROWS.contains(&name.text.as_str()) && !compares;
        let mut arguments = Vec::new();
        while !self.is_punct(")") {
            arguments.push(self.argument(takes_rows)?);
            if !self.take_punct(",") {
                break;
            }
        }
        self.expect_punct(")")?;
        Ok(ExprKind::Call(name, arguments))
    }

    /// Whether the bracket that opens here holds more than one argument: `min(a, b)`, not `min(E of ROWS)`.
    fn several_arguments(&self) -> bool {
        let mut depth = 0usize;
        for ahead in 0.. {
            match self.peek_at(ahead).kind {
                TokenKind::Punct("(" | "[" | "{") => depth += 1,
                TokenKind::Punct(")" | "]" | "}") if depth <= 1 => return false,
                TokenKind::Punct(")" | "]" | "}") => depth -= 1,
                TokenKind::Punct(",") if depth == 1 => return true,
                TokenKind::End => return false,
                _ => {}
            }
        }
        false
    }

    fn argument(&mut self, takes_rows: bool) -> Parsed<Argument> {
        let value = self.with_flags(false, takes_rows, Self::expression)?;
        let of = if self.take_word("of") { Some(self.bracketed(Self::expression)?) } else { None };
        Ok(Argument { value, of })
    }

    fn conditional(&mut self) -> Parsed<ExprKind> {
        self.take();
        let condition = self.bracketed(Self::expression)?;
        self.expect_word("then")?;
        let yes = self.bracketed(Self::expression)?;
        self.expect_word("otherwise")?;
        let no = self.expression()?;
        Ok(ExprKind::If(Box::new(condition), Box::new(yes), Box::new(no)))
    }
}
