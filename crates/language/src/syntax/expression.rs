//! Expressions, by precedence climbing: what binds weaker is read first.

use quantity::Ratio;

use super::ast::{
    Argument, Band, Binary, Compare, Edge, Expr, ExprKind, HoursDays, HoursSpec, HoursWindow, LadderMode, Name, Quantifier,
    Status, Window,
};
use super::parser::{NESTING_MAX, Parsed, Parser, Reported};
use super::token::{Span, TokenKind};
use crate::problem::{Problem, both};

const OR: u8 = 1;
const AND: u8 = 2;
const COMPARISON: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const UNARY: u8 = 7;

/// Functions in whose arguments `of` separates what is taken from the rows it is taken over.
const TAKES_ROWS: [&str; 15] = [
    "sum", "mean", "min", "max", "greatest", "first", "last", "share", "percentile", "values", "timeline", "streak", "held", "stack",
    "highest",
];

/// Words that end an expression because they begin something else.
const TERMINATORS: [&str; 22] = [
    "when", "pays", "applies", "otherwise", "then", "until", "opens", "closes", "per", "by", "requires", "automatic", "clause",
    "reading", "in", "rounded", "discretionary", "nothing", "expect", "given", "every", "to",
];

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
    fn bracketed<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.with_flags(false, false, read)
    }

    fn with_flags<T>(&mut self, line_ends: bool, of_ends: bool, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let saved = (self.line_ends, self.of_ends);
        (self.line_ends, self.of_ends) = (line_ends, of_ends);
        let result = read(self);
        (self.line_ends, self.of_ends) = saved;
        result
    }

    fn climb(&mut self, weakest: u8) -> Parsed<Expr> {
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
    fn refuse_deep(&mut self, depth: usize) -> Parsed<()> {
        if depth <= NESTING_MAX {
            return Ok(());
        }
        let span = self.peek().span;
        self.problems.push(Problem::error(
            "E0005",
            span,
            both(format!("an expression is nested deeper than {NESTING_MAX}"), format!("表达式嵌套超过 {NESTING_MAX} 层")),
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
        self.next();
        Some(operator)
    }

    fn binary(&mut self, left: Expr, operator: Binary, right_power: u8) -> Parsed<Expr> {
        self.next();
        let right = self.climb(right_power)?;
        let span = left.span.to(right.span);
        Ok(Expr { kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)), span })
    }

    /// `A or B`, or `A or B when none`.
    fn either(&mut self, left: Expr) -> Parsed<Expr> {
        self.next();
        let right = self.climb(AND)?;
        let mut span = left.span.to(right.span);
        if self.continues() && self.take_words(&["when", "none"]) {
            span = span.to(self.last_span());
            return Ok(Expr { kind: ExprKind::Default(Box::new(left), Box::new(right)), span });
        }
        Ok(Expr { kind: ExprKind::Binary(Binary::Or, Box::new(left), Box::new(right)), span })
    }

    fn membership(&mut self, left: Expr) -> Parsed<Expr> {
        self.next();
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
        self.next();
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
            self.next();
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
        let mut expr = self.primary()?;
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
                self.next();
                ExprKind::Field(boxed, self.name()?)
            }
            TokenKind::Word(word) => match word.as_str() {
                "where" => {
                    self.next();
                    let line_ends = self.line_ends;
                    let predicate = self.with_flags(line_ends, false, |it| it.climb(AND))?;
                    ExprKind::Where(boxed, Box::new(predicate))
                }
                "lasting" => {
                    self.next();
                    let operator = match self.take_compare() {
                        Some(it) => it,
                        None => return Err(self.expected("`>=` or `>` and a duration", "`>=` 或 `>` 以及时长")),
                    };
                    ExprKind::Lasting(boxed, operator, Box::new(self.climb(PRODUCT)?))
                }
                "of" if !self.of_ends => {
                    self.next();
                    ExprKind::Of(boxed, Box::new(self.postfix_operand()?))
                }
                "over" => {
                    self.next();
                    ExprKind::Over(boxed, self.window()?)
                }
                "distinct" if self.is_word_at(1, "by") => {
                    self.take_words(&["distinct", "by"]);
                    self.expect_punct("(")?;
                    let names = self.names_until(")")?;
                    ExprKind::Distinct(boxed, names)
                }
                "at" if matches!(self.peek_at(1).kind, TokenKind::Time(_)) => {
                    self.next();
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
        self.next();
        let mut pattern = None;
        if self.is_word("in") && self.of_last_ahead() {
            self.next();
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

    fn window(&mut self) -> Parsed<Window> {
        if self.take_word("history") {
            return Ok(Window::History);
        }
        if self.take_words(&["previous", "cycle"]) {
            return Ok(Window::PreviousCycle);
        }
        if self.take_word("last") {
            let count = self.climb(UNARY)?;
            if !self.take_word("cycles") {
                self.expect_word("cycle")?;
            }
            return Ok(Window::LastCycles(Box::new(count)));
        }
        if self.is_punct("(") {
            return self.between();
        }
        let name = self.primary()?;
        Ok(Window::Bound(Box::new(name)))
    }

    fn between(&mut self) -> Parsed<Window> {
        self.next();
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

    /// A value without operators or postfixes.
    pub(crate) fn primary(&mut self) -> Parsed<Expr> {
        let token = self.peek().clone();
        let span = token.span;
        if token.at_margin || (self.line_ends && token.first_on_line) {
            return Err(self.expected("a value", "一个值"));
        }
        let kind = match token.kind {
            TokenKind::Number(value) => {
                self.next();
                self.measure(value)?
            }
            TokenKind::Percent(value) => {
                self.next();
                ExprKind::Number(value)
            }
            TokenKind::Text(text) => {
                self.next();
                ExprKind::Text(text)
            }
            TokenKind::Instant(text) => {
                self.next();
                ExprKind::Instant(text)
            }
            TokenKind::Date(date) => {
                self.next();
                match self.peek().kind.clone() {
                    TokenKind::Time(time) if self.continues() => {
                        self.next();
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
        self.next();
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
            self.next();
            match self.unit_word() {
                Some(unit) => parts.push((more, unit)),
                None => break,
            }
        }
        Ok(ExprKind::Measure(parts))
    }

    /// A word after a number that is a unit: not a keyword or an operator.
    fn unit_word(&mut self) -> Option<Name> {
        const NOT_UNITS: [&str; 14] =
            ["and", "or", "not", "where", "lasting", "of", "over", "distinct", "breached", "met", "is", "cycles", "cycle", "decimals"];
        let TokenKind::Word(word) = &self.peek().kind else { return None };
        let refused = !self.continues() || self.peek().first_on_line || NOT_UNITS.contains(&word.as_str()) || TERMINATORS.contains(&word.as_str());
        if refused {
            return None;
        }
        if word == "working" {
            let start = self.next().span;
            let days = self.name().ok()?;
            return Some(Name { text: "working days".to_owned(), span: start.to(days.span) });
        }
        self.name().ok()
    }

    fn word_primary(&mut self, word: &str) -> Parsed<ExprKind> {
        match word {
            "true" | "false" => {
                self.next();
                Ok(ExprKind::Truth(word == "true"))
            }
            "if" => self.conditional(),
            "by" => self.lookup(),
            "ladder" => self.ladder(),
            "as" if self.is_word_at(1, "of") => self.as_of(),
            "hours" => self.hours(),
            "holidays" if matches!(self.peek_at(1).kind, TokenKind::Text(_)) => self.holidays(),
            "for" => self.quantified(),
            "at" if self.is_word_at(1, "least") => {
                self.take_words(&["at", "least"]);
                let count = self.with_flags(self.line_ends, true, |it| it.climb(UNARY))?;
                self.expect_word("of")?;
                self.quantifier_rest(Quantifier::AtLeast(Box::new(count)))
            }
            "slices" => self.slices(),
            "last" if self.last_cycles_ahead() => Ok(ExprKind::Windows(self.window()?)),
            "previous" if self.is_word_at(1, "cycle") => Ok(ExprKind::Windows(self.window()?)),
            "history" => Ok(ExprKind::Windows(self.window()?)),
            _ if matches!(self.peek_at(1).kind, TokenKind::Punct("(")) && !self.peek_at(1).first_on_line && self.call_ahead() => self.call(),
            _ if TERMINATORS.contains(&word) && !self.field_word(word) => Err(self.expected("a value", "一个值")),
            _ => Ok(ExprKind::Name(self.name()?.text)),
        }
    }

    /// `last 12 cycles`, `last n cycles`, `last (n + 1) cycles`, rather than `last(ROWS)`.
    fn last_cycles_ahead(&self) -> bool {
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
        self.next();
        let takes_rows = TAKES_ROWS.contains(&name.text.as_str());
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

    fn argument(&mut self, takes_rows: bool) -> Parsed<Argument> {
        let value = self.with_flags(false, takes_rows, Self::expression)?;
        let of = if self.take_word("of") { Some(self.bracketed(Self::expression)?) } else { None };
        Ok(Argument { value, of })
    }

    fn conditional(&mut self) -> Parsed<ExprKind> {
        self.next();
        let condition = self.bracketed(Self::expression)?;
        self.expect_word("then")?;
        let yes = self.bracketed(Self::expression)?;
        self.expect_word("otherwise")?;
        let no = self.expression()?;
        Ok(ExprKind::If(Box::new(condition), Box::new(yes), Box::new(no)))
    }

    /// One table: entries on lines of their own or after commas, between braces.
    fn table<K>(&mut self, key: impl Fn(&mut Self) -> Parsed<K>) -> Parsed<(Vec<(K, Expr)>, Option<Box<Expr>>)> {
        self.expect_punct("{")?;
        let mut entries = Vec::new();
        let mut otherwise = None;
        while !self.is_punct("}") && !self.at_end() {
            if self.take_word("otherwise") {
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

    /// The value of an entry may begin on the line after its key.
    fn entry_value(&mut self) -> Parsed<Expr> {
        if self.peek().first_on_line {
            return Err(self.expected("a value on the same line", "同一行上的值"));
        }
        self.expression()
    }

    /// The closing brace may stand at the left margin.
    fn close_table(&mut self) -> Parsed<()> {
        self.expect_punct("}").map(|_| ())
    }

    fn lookup(&mut self) -> Parsed<ExprKind> {
        self.next();
        let key = self.table_subject()?;
        let (entries, otherwise) = self.table(Self::lookup_keys)?;
        Ok(ExprKind::By(Box::new(key), entries, otherwise))
    }

    fn table_subject(&mut self) -> Parsed<Expr> {
        self.with_flags(false, false, |it| it.climb(SUM))
    }

    fn lookup_keys(&mut self) -> Parsed<Vec<Expr>> {
        let mut keys = vec![self.climb(SUM)?];
        while self.take_punct(",") {
            keys.push(self.climb(SUM)?);
        }
        Ok(keys)
    }

    fn ladder(&mut self) -> Parsed<ExprKind> {
        self.next();
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

    fn band(&mut self) -> Parsed<Band> {
        if self.is_punct("[") || self.is_punct("(") {
            return self.interval_band();
        }
        let start = self.peek().span;
        let Some(operator) = self.take_compare() else {
            return Err(self.expected("a band such as `>= 99%` or `[95%, 99%)`", "区间，例如 `>= 99%` 或 `[95%, 99%)`"));
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
    fn band_ahead(&self) -> bool {
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

    fn interval_band(&mut self) -> Parsed<Band> {
        let open = self.next();
        let low_inclusive = open.kind == TokenKind::Punct("[");
        self.bracketed(|it| {
            let low = it.climb(SUM)?;
            it.expect_punct(",")?;
            let high = it.climb(SUM)?;
            let high_inclusive = it.is_punct("]");
            if !it.is_punct("]") && !it.is_punct(")") {
                return Err(it.expected("`]` or `)`", "`]` 或 `)`"));
            }
            let span = open.span.to(it.next().span);
            let low = Some(Edge { value: low, inclusive: low_inclusive });
            let high = Some(Edge { value: high, inclusive: high_inclusive });
            Ok(Band { low, high, span })
        })
    }

    fn as_of(&mut self) -> Parsed<ExprKind> {
        self.take_words(&["as", "of"]);
        let date = self.table_subject()?;
        let (entries, otherwise) = self.table(|it| it.climb(SUM))?;
        if otherwise.is_some() {
            return Err(self.expected("dates only (the earliest date opens the table)", "只能是日期（最早的日期即起点）"));
        }
        Ok(ExprKind::AsOf(Box::new(date), entries))
    }

    fn quantified(&mut self) -> Parsed<ExprKind> {
        self.next();
        if self.take_word("any") {
            return self.quantifier_rest(Quantifier::Any);
        }
        if self.take_word("all") {
            return self.quantifier_rest(Quantifier::All);
        }
        self.expect_word("each")?;
        if matches!(self.peek().kind, TokenKind::Number(_)) {
            let step = self.grid_step()?;
            self.expect_punct(":")?;
            return Ok(ExprKind::ForGrid(Box::new(step), Box::new(self.expression()?)));
        }
        let name = self.name()?;
        let list = self.quantifier_list(&name)?;
        self.expect_punct(":")?;
        let body = self.expression()?;
        Ok(ExprKind::ForEach(name, Box::new(list), Box::new(body)))
    }

    /// `in LIST`, or nothing when the variable is itself a subject.
    fn quantifier_list(&mut self, name: &Name) -> Parsed<Expr> {
        if self.take_word("in") {
            return self.bracketed(|it| it.climb(SUM));
        }
        Ok(Expr { kind: ExprKind::Name(name.text.clone()), span: name.span })
    }

    fn quantifier_rest(&mut self, quantifier: Quantifier) -> Parsed<ExprKind> {
        let name = self.name()?;
        let list = self.quantifier_list(&name)?;
        self.expect_punct(":")?;
        let body = self.expression()?;
        Ok(ExprKind::Quantified(quantifier, name, Box::new(list), Box::new(body)))
    }

    /// `5 min of cycle`
    fn grid_step(&mut self) -> Parsed<Expr> {
        let step = self.with_flags(self.line_ends, true, |it| it.climb(PRODUCT))?;
        self.expect_word("of")?;
        self.expect_word("cycle")?;
        Ok(step)
    }

    fn slices(&mut self) -> Parsed<ExprKind> {
        self.next();
        let step = self.grid_step()?;
        self.expect_word("where")?;
        let predicate = self.climb(AND)?;
        Ok(ExprKind::Slices(Box::new(step), Box::new(predicate)))
    }

    fn hours(&mut self) -> Parsed<ExprKind> {
        self.next();
        let mut spec = HoursSpec { always: self.take_word("always"), windows: Vec::new(), days: HoursDays::Listed, zone: None };
        if !spec.always && !self.is_word("on") {
            self.hours_windows(&mut spec)?;
        }
        if self.take_words(&["on", "working", "days", "of"]) {
            spec.days = HoursDays::WorkingDays(Box::new(self.primary()?));
            if matches!(self.peek().kind, TokenKind::Time(_)) {
                let times = self.times()?;
                spec.windows.push(HoursWindow { days: None, times });
            }
        } else if self.take_words(&["except", "holidays", "of"]) {
            spec.days = HoursDays::ExceptHolidays(Box::new(self.primary()?));
        }
        if self.is_word("in") && matches!(self.peek_at(1).kind, TokenKind::Text(_)) {
            self.next();
            let span = self.peek().span;
            spec.zone = Some(Name { text: self.text()?, span });
        }
        Ok(ExprKind::Hours(Box::new(spec)))
    }

    fn hours_windows(&mut self, spec: &mut HoursSpec) -> Parsed<()> {
        loop {
            let days = self.weekdays()?;
            let times = self.times()?;
            spec.windows.push(HoursWindow { days, times });
            if !(self.is_word("and") && matches!(&self.peek_at(1).kind, TokenKind::Word(it) if weekday(it).is_some() || it == "every")) {
                return Ok(());
            }
            self.next();
        }
    }

    fn weekdays(&mut self) -> Parsed<Option<(u8, u8)>> {
        if self.take_words(&["every", "day"]) {
            return Ok(None);
        }
        let first = self.weekday()?;
        let last = if self.take_punct("..") { self.weekday()? } else { first };
        Ok(Some((first, last)))
    }

    fn weekday(&mut self) -> Parsed<u8> {
        let found = match &self.peek().kind {
            TokenKind::Word(word) => weekday(word),
            _ => None,
        };
        match found {
            Some(day) => {
                self.next();
                Ok(day)
            }
            None => Err(self.expected("a weekday (Mon … Sun) or `every day`", "星期（Mon … Sun）或 `every day`")),
        }
    }

    fn times(&mut self) -> Parsed<Vec<(String, String)>> {
        let mut times = vec![self.time_range()?];
        while self.is_punct(",") && matches!(self.peek_at(1).kind, TokenKind::Time(_)) {
            self.next();
            times.push(self.time_range()?);
        }
        Ok(times)
    }

    fn time_range(&mut self) -> Parsed<(String, String)> {
        let from = self.time()?;
        self.expect_punct("..")?;
        Ok((from, self.time()?))
    }

    fn time(&mut self) -> Parsed<String> {
        match self.peek().kind.clone() {
            TokenKind::Time(time) => {
                self.next();
                Ok(time)
            }
            _ => Err(self.expected("a time such as `09:00`", "时间，例如 `09:00`")),
        }
    }

    fn holidays(&mut self) -> Parsed<ExprKind> {
        self.next();
        let name = self.text()?;
        self.expect_word("covering")?;
        let first = self.year()?;
        let last = if self.take_punct("..") { self.year()? } else { first };
        self.expect_punct("{")?;
        let mut days = Vec::new();
        while !self.is_punct("}") && !self.at_end() {
            let span = self.peek().span;
            let TokenKind::Date(date) = self.next().kind else {
                return Err(self.expected("a date", "日期"));
            };
            self.expect_punct(":")?;
            let off = self.take_word("off");
            if !off {
                self.expect_word("work")?;
            }
            days.push((Name { text: date, span }, off));
            self.take_punct(",");
        }
        self.expect_punct("}")?;
        Ok(ExprKind::Holidays { name, years: (first, last), days })
    }

    fn year(&mut self) -> Parsed<i32> {
        let year = match &self.peek().kind {
            TokenKind::Number(value) => value.to_integer().and_then(|it| i32::try_from(it).ok()),
            _ => None,
        };
        match year {
            Some(year) => {
                self.next();
                Ok(year)
            }
            None => Err(self.expected("a year", "年份")),
        }
    }
}

/// Monday = 0.
fn weekday(word: &str) -> Option<u8> {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    DAYS.iter().position(|it| *it == word).and_then(|it| u8::try_from(it).ok())
}

/// A broken expression at a place.
pub fn broken(span: Span) -> Expr {
    Expr { kind: ExprKind::Broken, span }
}
