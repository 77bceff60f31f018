//! Expressions, by precedence climbing: what binds weaker is read first.

use super::ast::{Binary, Compare, Expr, ExprKind, Name, Status, Window};
use super::parser::{NESTING_MAX, Parsed, Parser, Reported};
use super::token::{Span, TokenKind};
use crate::problem::{Problem, both};

pub(super) const OR: u8 = 1;
pub(super) const AND: u8 = 2;
pub(super) const COMPARISON: u8 = 4;
pub(super) const SUM: u8 = 5;
pub(super) const PRODUCT: u8 = 6;
pub(super) const UNARY: u8 = 7;

/// What became of an expression when one more operator was looked for.
enum Step {
    /// No operator: the expression is whole.
    Whole(Expr),
    /// An operator took it in.
    Grown(Expr),
}

impl Parser<'_> {
    /// A whole expression.
    pub fn expression(&mut self) -> Parsed<Expr> {
        self.climb(OR)
    }

    /// An expression inside brackets: new lines and `of` are ordinary again.
    pub(super) fn bracketed<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.with_flags(false, false, read)
    }

    pub(super) fn with_flags<T>(
        &mut self,
        line_ends: bool,
        of_ends: bool,
        read: impl FnOnce(&mut Self) -> Parsed<T>,
    ) -> Parsed<T> {
        let saved = (self.line_ends, self.of_ends);
        (self.line_ends, self.of_ends) = (line_ends, of_ends);
        let result = read(self);
        (self.line_ends, self.of_ends) = saved;
        result
    }

    pub(super) fn climb(&mut self, weakest: u8) -> Parsed<Expr> {
        let outer = std::mem::take(&mut self.height);
        self.depth += 1;
        self.refuse_deep(self.depth)?;
        let mut left = self.prefix()?;
        let mut height = self.height + 1;
        loop {
            self.height = 0;
            match self.infix(left, weakest)? {
                Step::Whole(whole) => {
                    self.depth -= 1;
                    self.height = outer.max(height);
                    return Ok(whole);
                }
                Step::Grown(grown) => left = grown,
            }
            height = height.max(self.height) + 1;
            self.refuse_deep(height)?;
        }
    }

    /// Neither brackets in brackets nor a chain of operators may make a tree taller than the limit.
    pub(super) fn refuse_deep(&mut self, depth: usize) -> Parsed<()> {
        if depth <= NESTING_MAX {
            return Ok(());
        }
        let span = self.peek().span;
        self.problems.push(Problem::error(
            "E0005",
            span,
            both(
                format!("an expression is nested deeper than {NESTING_MAX}"),
                format!("表达式嵌套超过 {NESTING_MAX} 层"),
            ),
            both("give the inner part a name of its own", "请为内层部分单独命名"),
        ));
        Err(Reported)
    }

    /// One operator and its right side, if one stands here and binds at least as tight as `weakest`.
    fn infix(&mut self, left: Expr, weakest: u8) -> Parsed<Step> {
        if !self.continues() {
            return Ok(Step::Whole(left));
        }
        match self.peek().kind.clone() {
            TokenKind::Word(word) => match word.as_str() {
                "or" if weakest <= OR => self.either(left).map(Step::Grown),
                "ordered" if weakest <= OR && self.is_word_at(1, "by") => self.ordered(left).map(Step::Grown),
                "except" if weakest <= OR => self.except(left).map(Step::Grown),
                "and" if weakest <= AND => self.binary(left, Binary::And, AND + 1).map(Step::Grown),
                "in" if weakest <= COMPARISON => self.membership(left).map(Step::Grown),
                "is" if weakest <= COMPARISON => self.status(left).map(Step::Grown),
                _ => Ok(Step::Whole(left)),
            },
            TokenKind::Punct(punct) => self.symbolic(left, punct, weakest),
            _ => Ok(Step::Whole(left)),
        }
    }

    fn symbolic(&mut self, left: Expr, punct: &str, weakest: u8) -> Parsed<Step> {
        let (operator, power) = match punct {
            "+" => (Binary::Add, SUM),
            "-" => (Binary::Subtract, SUM),
            "*" => (Binary::Multiply, PRODUCT),
            "/" => (Binary::Divide, PRODUCT),
            _ => return self.comparison(left, weakest),
        };
        if weakest > power {
            return Ok(Step::Whole(left));
        }
        self.binary(left, operator, power + 1).map(Step::Grown)
    }

    fn comparison(&mut self, left: Expr, weakest: u8) -> Parsed<Step> {
        if weakest > COMPARISON {
            return Ok(Step::Whole(left));
        }
        let Some(operator) = self.take_compare() else { return Ok(Step::Whole(left)) };
        let right = self.climb(SUM)?;
        let span = left.span.to(right.span);
        Ok(Step::Grown(Expr { kind: ExprKind::Compare(operator, Box::new(left), Box::new(right)), span }))
    }

    pub(crate) fn take_compare(&mut self) -> Option<Compare> {
        let operator = match self.peek().kind {
            TokenKind::Punct("=") => Compare::Equal,
            TokenKind::Punct("!=") => Compare::NotEqual,
            TokenKind::Punct("<") => Compare::Less,
            TokenKind::Punct("<=") => Compare::AtMost,
            TokenKind::Punct(">") => Compare::More,
            TokenKind::Punct(">=") => Compare::AtLeast,
            _ => return None,
        };
        self.take();
        Some(operator)
    }

    fn binary(&mut self, left: Expr, operator: Binary, right_power: u8) -> Parsed<Expr> {
        self.take();
        let right = self.climb(right_power)?;
        let span = left.span.to(right.span);
        Ok(Expr { kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)), span })
    }

    /// `A or B`, or `A or B when none`.
    fn either(&mut self, left: Expr) -> Parsed<Expr> {
        self.take();
        let right = self.climb(AND)?;
        let mut span = left.span.to(right.span);
        if self.continues() && self.take_words(&["when", "none"]) {
            span = span.to(self.last_span());
            return Ok(Expr { kind: ExprKind::Default(Box::new(left), Box::new(right)), span });
        }
        Ok(Expr { kind: ExprKind::Binary(Binary::Or, Box::new(left), Box::new(right)), span })
    }

    /// `ROWS ordered by E descending`, and what stands directly after it. Weak, so that `ROWS where P ordered by E`
    /// orders what is left.
    fn ordered(&mut self, rows: Expr) -> Parsed<Expr> {
        self.take_words(&["ordered", "by"]);
        let key = self.climb(SUM)?;
        let descending = self.continues() && self.take_word("descending");
        if !descending && self.continues() {
            self.take_word("ascending");
        }
        let span = rows.span.to(self.last_span());
        let kind = ExprKind::Ordered { rows: Box::new(rows), key: Box::new(key), descending };
        self.postfixes(Expr { kind, span })
    }

    /// `ROWS except ROWS`
    fn except(&mut self, left: Expr) -> Parsed<Expr> {
        self.take();
        let right = self.climb(AND)?;
        let span = left.span.to(right.span);
        Ok(Expr { kind: ExprKind::Except(Box::new(left), Box::new(right)), span })
    }

    fn membership(&mut self, left: Expr) -> Parsed<Expr> {
        self.take();
        if self.is_punct("[") || (self.is_punct("(") && self.band_ahead()) {
            let band = self.interval_band()?;
            let span = left.span.to(band.span);
            return Ok(Expr { kind: ExprKind::InBand(Box::new(left), Box::new(band)), span });
        }
        let right = self.climb(SUM)?;
        let span = left.span.to(right.span);
        Ok(Expr { kind: ExprKind::In(Box::new(left), Box::new(right)), span })
    }

    fn status(&mut self, left: Expr) -> Parsed<Expr> {
        self.take();
        let known: [(&[&str], Status); 8] = [
            (&["no", "data"], Status::NoData),
            (&["not", "enough", "events"], Status::NotEnoughEvents),
            (&["not", "covered"], Status::NotCovered),
            (&["not", "computable"], Status::NotComputable),
            (&["provisional"], Status::Provisional),
            (&["no", "row"], Status::NoRow),
            (&["ambiguous"], Status::Ambiguous),
            (&["not", "enough"], Status::NotEnoughEvents),
        ];
        for (words, status) in known {
            if self.take_words(words) {
                let span = left.span.to(self.last_span());
                return Ok(Expr { kind: ExprKind::Is(Box::new(left), status), span });
            }
        }
        Err(self.expected("`no data`, `not enough events`, `not covered`, `not computable`, `provisional`, `no row` or `ambiguous`", "一种缺失状态，例如 `no data`"))
    }

    fn prefix(&mut self) -> Parsed<Expr> {
        let start = self.peek().span;
        if self.is_punct("-") {
            self.take();
            if !self.is_punct("-") {
                self.glue();
            }
            let inner = self.climb(UNARY)?;
            let span = start.to(inner.span);
            return Ok(Expr { kind: ExprKind::Negate(Box::new(inner)), span });
        }
        if self.take_word("not") {
            let inner = self.climb(COMPARISON)?;
            let span = start.to(inner.span);
            return Ok(Expr { kind: ExprKind::Not(Box::new(inner)), span });
        }
        let expr = self.primary()?;
        self.postfixes(expr)
    }

    /// An expression with all that stands directly after it.
    fn postfixes(&mut self, mut expr: Expr) -> Parsed<Expr> {
        loop {
            match self.postfix(expr)? {
                Step::Whole(whole) => return Ok(whole),
                Step::Grown(grown) => expr = grown,
            }
            self.height += 1;
            self.refuse_deep(self.height)?;
        }
    }

    fn postfix(&mut self, left: Expr) -> Parsed<Step> {
        if !self.continues() {
            return Ok(Step::Whole(left));
        }
        let start = left.span;
        let boxed = Box::new(left);
        let kind = match &self.peek().kind {
            TokenKind::Punct(".") => {
                self.take();
                ExprKind::Field(boxed, self.name()?)
            }
            TokenKind::Word(word) => match word.as_str() {
                "where" => {
                    self.take();
                    let line_ends = self.line_ends;
                    let predicate = self.with_flags(line_ends, false, |it| it.climb(AND))?;
                    ExprKind::Where(boxed, Box::new(predicate))
                }
                "lasting" => {
                    self.take();
                    let operator = match self.take_compare() {
                        Some(it) => it,
                        None => {
                            return Err(self.expected("`>=` or `>` and a duration", "`>=` 或 `>` 以及时长"));
                        }
                    };
                    ExprKind::Lasting(boxed, operator, Box::new(self.climb(PRODUCT)?))
                }
                "of" if !self.of_ends => {
                    self.take();
                    ExprKind::Of(boxed, Box::new(self.postfix_operand()?))
                }
                "over" => {
                    self.take();
                    ExprKind::Over(boxed, self.window()?)
                }
                "distinct" if self.is_word_at(1, "by") => {
                    self.take_words(&["distinct", "by"]);
                    self.expect_punct("(")?;
                    let names = self.names_until(")")?;
                    ExprKind::Distinct(boxed, names)
                }
                "at" if matches!(self.peek_at(1).kind, TokenKind::Time(_)) => {
                    self.take();
                    ExprKind::At(boxed, self.time()?)
                }
                "breached" => self.verdict(boxed, true)?,
                "met" => self.verdict(boxed, false)?,
                _ => return Ok(Step::Whole(*boxed)),
            },
            _ => return Ok(Step::Whole(*boxed)),
        };
        let span = start.to(self.last_span());
        Ok(Step::Grown(Expr { kind, span }))
    }

    /// What stands after `of`: a name, a text, a bracket, with fields and `where`.
    fn postfix_operand(&mut self) -> Parsed<Expr> {
        self.primary()
    }

    fn verdict(&mut self, promise: Box<Expr>, breached: bool) -> Parsed<ExprKind> {
        self.take();
        let mut pattern = None;
        if self.is_word("in") && self.of_last_ahead() {
            self.take();
            let least = self.with_flags(self.line_ends, true, |it| it.climb(SUM))?;
            self.expect_word("of")?;
            self.expect_word("last")?;
            let out_of = self.climb(UNARY)?;
            if !self.take_word("cycles") {
                self.expect_word("cycle")?;
            }
            pattern = Some((Box::new(least), Box::new(out_of)));
        }
        Ok(ExprKind::Verdict { promise, breached, pattern })
    }

    /// Whether `in N of last` stands here, rather than a membership.
    fn of_last_ahead(&self) -> bool {
        self.is_word_at(2, "of") && self.is_word_at(3, "last")
    }

    pub(super) fn window(&mut self) -> Parsed<Window> {
        if self.take_word("history") {
            return Ok(Window::History);
        }
        if self.take_words(&["previous", "cycle"]) {
            return Ok(Window::PreviousCycle);
        }
        if self.take_word("previous") {
            return Ok(Window::PreviousCycles(Box::new(self.cycle_count()?)));
        }
        if self.take_word("last") {
            return Ok(Window::LastCycles(Box::new(self.cycle_count()?)));
        }
        if self.is_punct("(") {
            return self.between();
        }
        let name = self.primary()?;
        Ok(Window::Bound(Box::new(name)))
    }

    /// `12 cycles`
    fn cycle_count(&mut self) -> Parsed<Expr> {
        let count = self.climb(UNARY)?;
        if !self.take_word("cycles") {
            self.expect_word("cycle")?;
        }
        Ok(count)
    }

    fn between(&mut self) -> Parsed<Window> {
        self.take();
        self.bracketed(|it| {
            let from = it.expression()?;
            it.expect_word("to")?;
            let until = it.expression()?;
            it.expect_punct(")")?;
            Ok(Window::Between(Box::new(from), Box::new(until)))
        })
    }

    fn names_until(&mut self, close: &str) -> Parsed<Vec<Name>> {
        let mut names = vec![self.name()?];
        while self.take_punct(",") {
            names.push(self.name()?);
        }
        self.expect_punct(close)?;
        Ok(names)
    }
}

/// A broken expression at a place.
pub fn broken(span: Span) -> Expr {
    Expr { kind: ExprKind::Broken, span }
}
