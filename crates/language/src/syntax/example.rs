//! Worked cases: facts given, results expected.

use super::ast::{Example, ExampleLine, ExampleRecord, Expr, ExprKind, Name};
use super::parser::{Parsed, Parser};
use super::token::{Span, TokenKind, lex};
use crate::problem::Problem;

/// Reads one example block.
pub fn example(source: &str, base: usize, clause: &str) -> (Example, Vec<Problem>) {
    let mut parser = Parser::new(source, base, lex(source, base));
    let read = parser.example(Span { from: base, until: base + source.len() }, clause);
    (read, parser.problems)
}

impl Parser<'_> {
    /// The whole block, which stands at `span`.
    pub(crate) fn example(&mut self, span: Span, clause: &str) -> Example {
        let mut example = Example {
            title: String::new(),
            printed: false,
            lines: Vec::new(),
            clause: clause.to_owned(),
            span,
        };
        self.example = true;
        let mut first = true;
        while self.begin_statement() {
            let start = self.peek().span;
            if std::mem::take(&mut first) && matches!(self.peek().kind, TokenKind::Text(_)) {
                if let Ok((title, printed)) = self.example_title() {
                    (example.title, example.printed) = (title, printed);
                    self.end_statement();
                }
            } else if let Ok(line) = self.example_line() {
                let span = start.to(self.last_span());
                self.end_statement();
                example.lines.push((line, span));
            }
        }
        example
    }

    /// `"…"`, perhaps followed by `[printed]`.
    fn example_title(&mut self) -> Parsed<(String, bool)> {
        let title = self.text()?;
        let printed = self.take_word("printed");
        if printed || !self.take_punct("[") {
            return Ok((title, printed));
        }
        self.expect_word("printed")?;
        self.expect_punct("]")?;
        Ok((title, true))
    }

    fn example_line(&mut self) -> Parsed<ExampleLine> {
        if self.take_word("cycle") {
            let (label, span) = self.cycle_label()?;
            return Ok(ExampleLine::Cycle(label, span));
        }
        if self.take_word("expect") {
            return self.expectation();
        }
        if !self.take_word("given") {
            return Err(self.expected("`cycle`, `given` or `expect`", "`cycle`、`given` 或 `expect`"));
        }
        self.given()
    }

    /// `2026-10`, `2026-Q4`, `2026-10-05`, or `FROM to UNTIL`.
    fn cycle_label(&mut self) -> Parsed<(String, Span)> {
        let (from, mut span) = self.unspaced_label()?;
        if !self.take_word("to") {
            return Ok((from, span));
        }
        let (until, last) = self.unspaced_label()?;
        span = span.to(last);
        Ok((format!("{from} to {until}"), span))
    }

    /// Words, numbers, dates and bars that stand directly after each other.
    fn unspaced_label(&mut self) -> Parsed<(String, Span)> {
        use TokenKind::{Date, Instant, Number, Punct, Word};
        let fits =
            |kind: &TokenKind| matches!(kind, Word(_) | Number(_) | Date(_) | Instant(_) | Punct("-" | "/"));
        if !fits(&self.peek().kind) {
            return Err(self.expected("a cycle such as `2026-10`", "服务周期，例如 `2026-10`"));
        }
        let mut span = self.take().span;
        while fits(&self.peek().kind) && self.peek().span.from == span.until {
            self.glue();
            span = span.to(self.take().span);
        }
        Ok((self.source_of(span).to_owned(), span))
    }

    fn expectation(&mut self) -> Parsed<ExampleLine> {
        let under_reading = matches!(self.peek().kind, TokenKind::Word(_))
            && matches!(self.peek_at(1).kind, TokenKind::Punct(":"));
        let reading = if under_reading { Some(self.name()?) } else { None };
        if reading.is_some() {
            self.expect_punct(":")?;
        }
        Ok(ExampleLine::Expect(reading, self.expression()?))
    }

    fn given(&mut self) -> Parsed<ExampleLine> {
        if matches!(self.peek_at(1).kind, TokenKind::Punct("=")) {
            let name = self.name()?;
            self.expect_punct("=")?;
            return Ok(ExampleLine::Value(name, self.expression()?));
        }
        if self.is_word_at(1, "breached") || self.is_word_at(1, "met") {
            let promise = self.name()?;
            let breached = self.is_word("breached");
            self.take();
            let cycle = if self.take_word("for") { Some(self.cycle_label()?.0) } else { None };
            return Ok(ExampleLine::Verdict { promise, breached, cycle });
        }
        self.record().map(|it| ExampleLine::Record(Box::new(it)))
    }

    fn record(&mut self) -> Parsed<ExampleRecord> {
        let start = self.peek().span;
        let times = if matches!(self.peek().kind, TokenKind::Number(_)) {
            let count = self.counted()?;
            self.expect_word("of")?;
            Some(count)
        } else {
            None
        };
        let fact = self.name()?;
        let subject = if self.take_word("of") { Some(self.subject_name()?) } else { None };
        let every = if self.take_word("every") { Some(self.expression()?) } else { None };
        if every.is_some() {
            self.expect_word("from")?;
        } else {
            let _ = self.take_word("at") || self.take_word("from");
        }
        let from = self.primary()?;
        let until = if self.take_word("to") { Some(self.primary()?) } else { None };
        let lasting = if self.take_word("lasting") { Some(self.expression()?) } else { None };
        let attributes = self.attributes()?;
        Ok(ExampleRecord {
            times,
            every,
            fact,
            subject,
            from,
            until,
            lasting,
            attributes,
            span: start.to(self.last_span()),
        })
    }

    /// A bare count; `of` belongs to the record.
    fn counted(&mut self) -> Parsed<Expr> {
        let span = self.peek().span;
        match self.take().kind {
            TokenKind::Number(value) => Ok(Expr { kind: ExprKind::Number(value), span }),
            _ => Err(self.expected("a count", "数量")),
        }
    }

    /// A subject is a text, or a bare word standing for that text.
    fn subject_name(&mut self) -> Parsed<Expr> {
        let span = self.peek().span;
        match self.peek().kind.clone() {
            TokenKind::Text(text) | TokenKind::Word(text) => {
                self.take();
                Ok(Expr { kind: ExprKind::Text(text), span })
            }
            _ => Err(self.expected("a subject", "对象")),
        }
    }

    fn attributes(&mut self) -> Parsed<Vec<(Name, Expr)>> {
        let mut attributes = Vec::new();
        if !self.take_punct("{") {
            return Ok(attributes);
        }
        while !self.is_punct("}") && !self.at_end() {
            let name = self.name()?;
            self.expect_punct(":")?;
            let line_ends = std::mem::replace(&mut self.line_ends, true);
            let value = self.expression();
            self.line_ends = line_ends;
            attributes.push((name, value?));
            self.take_punct(",");
        }
        self.expect_punct("}")?;
        Ok(attributes)
    }
}
