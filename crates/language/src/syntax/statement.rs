//! Statements of a rule block: each begins at the left margin with its keyword or its name.

use super::ast::{
    AttributeSyntax, Body, ClaimPart, CycleSyntax, Expr, Name, Reading, RemedyPart, Statement, StatementKind,
    TypeName,
};
use super::parser::{Parsed, Parser};
use super::token::{Span, TokenKind, lex};
use crate::problem::Problem;

/// Reads every statement of a block; what cannot be read is reported and skipped.
pub fn statements(source: &str, base: usize, clause: &str) -> (Vec<Statement>, Vec<Problem>) {
    let mut parser = Parser::new(source, base, lex(source, base));
    let read = parser.statements(clause);
    (read, parser.problems)
}

impl Parser<'_> {
    /// Every statement up to the end.
    pub(crate) fn statements(&mut self, clause: &str) -> Vec<Statement> {
        let mut read = Vec::new();
        while self.begin_statement() {
            let start = self.peek().span;
            if let Ok(kind) = self.statement() {
                let span = start.to(self.last_span());
                self.end_statement();
                read.push(Statement { kind, span, clause: clause.to_owned() });
            }
        }
        read
    }

    fn statement(&mut self) -> Parsed<StatementKind> {
        let TokenKind::Word(word) = self.peek().kind.clone() else {
            return Err(self.expected("a statement", "一条语句"));
        };
        let defines = matches!(self.peek_at(1).kind, TokenKind::Punct("="));
        let defines_per = self.is_word_at(1, "per") && matches!(self.peek_at(3).kind, TokenKind::Punct("="));
        if defines || (defines_per && !matches!(word.as_str(), "level")) {
            return self.definition();
        }
        if self.is_word_at(1, "of") && matches!(self.peek_at(3).kind, TokenKind::Punct("=")) {
            return self.derived();
        }
        match word.as_str() {
            "cycle" => self.cycle(),
            "plan" => self.plan(),
            "param" => self.param(),
            "unit" => {
                self.take();
                Ok(StatementKind::Unit(self.name()?))
            }
            "cause" => self.cause(),
            "fact" => self.fact(),
            "exclusion" => self.exclusion(),
            "subject" => self.subject(),
            "level" => self.level(),
            "promise" => self.promise(false),
            "duty" => self.promise(true),
            "remedy" => self.remedy(),
            "only" => self.only_one(),
            "claim" => self.claim(),
            "right" => self.right(),
            "undetermined" => {
                self.take();
                Ok(StatementKind::Undetermined(self.text()?))
            }
            "restated" => {
                self.take();
                let name = self.name()?;
                self.expect_punct("=")?;
                Ok(StatementKind::Restated(name, self.expression()?))
            }
            "gaps" => self.gaps(),
            "upstream" => {
                self.take();
                let name = self.name()?;
                Ok(StatementKind::Upstream(name, self.text()?))
            }
            _ => {
                self.take();
                Err(self.expected("`=` after the name of a definition", "定义名称之后的 `=`"))
            }
        }
    }

    fn definition(&mut self) -> Parsed<StatementKind> {
        let name = self.name()?;
        let per = self.per()?;
        self.expect_punct("=")?;
        Ok(StatementKind::Definition(name, per, self.body()?))
    }

    /// `NAME of FACT = E`
    fn derived(&mut self) -> Parsed<StatementKind> {
        let name = self.name()?;
        self.take();
        let fact = self.name()?;
        self.expect_punct("=")?;
        Ok(StatementKind::Derived(name, fact, self.body()?))
    }

    /// One expression, or `reading NAME "why" [in force]: E` several times.
    fn body(&mut self) -> Parsed<Body> {
        if !self.is_word("reading") {
            return self.expression().map(Body::Plain);
        }
        let mut readings = Vec::new();
        while self.is_word("reading") {
            self.begin_clause();
            self.take();
            let name = self.name()?;
            let why = self.optional_text().unwrap_or_default();
            let in_force = self.take_words(&["in", "force"]);
            self.expect_punct(":")?;
            readings.push(Reading { name, why, in_force, body: self.expression()? });
        }
        Ok(Body::Readings(readings))
    }

    fn cycle(&mut self) -> Parsed<StatementKind> {
        self.take();
        let rule = if self.take_word("calendar") {
            let unit = self.calendar_unit()?;
            let starting = if self.take_words(&["starting", "month"]) { Some(self.number()?) } else { None };
            CycleSyntax::Calendar { unit, starting }
        } else if self.take_word("service") {
            let months = match self.peek().kind.clone() {
                TokenKind::Number(months) => {
                    self.take();
                    months
                }
                _ => quantity::Ratio::ONE,
            };
            if !self.take_word("months") {
                self.expect_word("month")?;
            }
            CycleSyntax::Service { months }
        } else {
            CycleSyntax::Fixed { length: self.expression()? }
        };
        let from_since = self.take_words(&["from", "since"]);
        Ok(StatementKind::Cycle { rule, from_since })
    }

    fn calendar_unit(&mut self) -> Parsed<Name> {
        let mut unit = self.name()?;
        if unit.text == "half" && self.is_punct("-") {
            self.glue();
            self.take();
            self.glue();
            let year = self.name()?;
            unit = Name { text: "half-year".to_owned(), span: unit.span.to(year.span) };
        }
        Ok(unit)
    }

    fn number(&mut self) -> Parsed<quantity::Ratio> {
        match self.peek().kind.clone() {
            TokenKind::Number(value) => {
                self.take();
                Ok(value)
            }
            _ => Err(self.expected("a number", "数字")),
        }
    }

    fn plan(&mut self) -> Parsed<StatementKind> {
        self.take();
        let mut names = vec![self.name()?];
        while self.take_punct("|") {
            names.push(self.name()?);
        }
        Ok(StatementKind::Plan(names))
    }

    fn type_name(&mut self) -> Parsed<TypeName> {
        let mut words = vec![self.name()?];
        while self.take_punct("|") {
            words.push(self.name()?);
        }
        let optional = self.take_punct("?");
        Ok(TypeName { words, optional })
    }

    fn param(&mut self) -> Parsed<StatementKind> {
        self.take();
        let name = self.name()?;
        self.expect_punct(":")?;
        let kind = self.type_name()?;
        let default = if self.take_punct("=") { Some(self.expression()?) } else { None };
        Ok(StatementKind::Param(name, kind, default))
    }

    fn cause(&mut self) -> Parsed<StatementKind> {
        self.take();
        let name = self.name()?;
        let text = self.optional_text();
        let excluded = self.take_word("excluded");
        let clause = self.optional_clause()?;
        Ok(StatementKind::Cause { name, text, excluded, clause })
    }

    fn optional_clause(&mut self) -> Parsed<Option<String>> {
        if self.take_word("clause") { self.text().map(Some) } else { Ok(None) }
    }

    fn fact(&mut self) -> Parsed<StatementKind> {
        self.take();
        let name = self.name()?;
        self.expect_punct(":")?;
        let kind = self.name()?;
        let here = self.peek().span;
        let volume = self.take_words(&["in", "volume"]).then_some(here);
        let mut attributes = Vec::new();
        if !self.is_punct("{") {
            return Ok(StatementKind::Fact { name, kind, volume, attributes });
        }
        self.expect_punct("{")?;
        while !self.is_punct("}") && !self.at_end() {
            let name = self.name()?;
            self.expect_punct(":")?;
            attributes.push(AttributeSyntax { name, kind: self.type_name()? });
            self.take_punct(",");
        }
        self.expect_punct("}")?;
        Ok(StatementKind::Fact { name, kind, volume, attributes })
    }

    fn exclusion(&mut self) -> Parsed<StatementKind> {
        self.take();
        let name = self.name()?;
        let per = self.per()?;
        self.expect_punct(":")?;
        let body = self.expression()?;
        let clause = self.optional_clause()?;
        Ok(StatementKind::Exclusion(name, per, body, clause))
    }

    fn subject(&mut self) -> Parsed<StatementKind> {
        self.take();
        let name = self.name()?;
        self.expect_punct("=")?;
        Ok(StatementKind::Subject(name, self.expression()?))
    }

    fn per(&mut self) -> Parsed<Option<Name>> {
        if self.take_word("per") { self.name().map(Some) } else { Ok(None) }
    }

    fn level(&mut self) -> Parsed<StatementKind> {
        self.take();
        let name = self.name()?;
        let per = self.per()?;
        let decimals = if self.take_words(&["shown", "to"]) {
            let digits = self.number()?;
            self.expect_word("decimals")?;
            Some(digits)
        } else {
            None
        };
        self.expect_punct("=")?;
        Ok(StatementKind::Level { name, per, decimals, body: self.body()? })
    }

    fn promise(&mut self, duty: bool) -> Parsed<StatementKind> {
        self.take();
        let name = self.name()?;
        let per = self.per()?;
        self.expect_punct(":")?;
        let body = self.body()?;
        let applies = if self.take_words(&["applies", "when"]) { Some(self.expression()?) } else { None };
        Ok(StatementKind::Promise { duty, name, per, body, applies })
    }

    fn remedy(&mut self) -> Parsed<StatementKind> {
        self.take();
        let name = self.name()?;
        let per = self.per()?;
        self.expect_punct(":")?;
        let kind = self.name()?;
        let parts = self.parts(Self::remedy_part)?;
        Ok(StatementKind::Remedy(name, per, kind, parts))
    }

    fn parts<T>(&mut self, read: impl Fn(&mut Self) -> Parsed<T>) -> Parsed<Vec<(T, Span)>> {
        let mut parts = Vec::new();
        while !self.at_end() {
            let start = self.peek().span;
            let part = read(self)?;
            parts.push((part, start.to(self.last_span())));
        }
        Ok(parts)
    }

    fn remedy_part(&mut self) -> Parsed<RemedyPart> {
        if self.take_word("when") {
            return self.expression().map(RemedyPart::When);
        }
        if self.take_word("pays") {
            return self.pays();
        }
        if self.take_words(&["at", "most"]) {
            return self.expression().map(RemedyPart::AtMost);
        }
        if self.take_words(&["at", "least"]) {
            return self.expression().map(RemedyPart::AtLeast);
        }
        if self.take_words(&["nothing", "unless"]) {
            let Some(operator) = self.take_compare() else {
                return Err(self.expected("a comparison such as `> 1 USD`", "比较，例如 `> 1 USD`"));
            };
            return Ok(RemedyPart::NothingUnless(operator, self.expression()?));
        }
        if self.take_word("rounded") {
            let how = self.name()?;
            self.expect_word("to")?;
            return Ok(RemedyPart::Rounded(how, self.expression()?));
        }
        if self.take_word("discretionary") {
            return self.text().map(RemedyPart::Discretionary);
        }
        if self.take_words(&["paid", "directly"]) {
            self.expect_word("when")?;
            return self.expression().map(RemedyPart::PaidDirectly);
        }
        if self.take_word("clause") {
            return self.text().map(RemedyPart::Clause);
        }
        Err(self.expected(
            "`when`, `pays`, `at most`, `at least`, `nothing unless`, `rounded`, `discretionary`, `paid directly when` or `clause`",
            "`when`、`pays`、`at most`、`at least`、`nothing unless`、`rounded`、`discretionary`、`paid directly when` 或 `clause`",
        ))
    }

    /// `pays SHARE of BASE`, where `of` splits the two, or `pays AMOUNT`.
    fn pays(&mut self) -> Parsed<RemedyPart> {
        self.of_ends = true;
        let share = self.expression();
        self.of_ends = false;
        let share = share?;
        let base: Option<Expr> = if self.take_word("of") { Some(self.expression()?) } else { None };
        Ok(RemedyPart::Pays(share, base))
    }

    fn only_one(&mut self) -> Parsed<StatementKind> {
        self.take();
        self.expect_word("one")?;
        self.expect_word("of")?;
        let mut names = vec![self.name()?];
        while self.take_punct(",") {
            names.push(self.name()?);
        }
        let by_customer = self.take_words(&["by", "customer"]);
        if !by_customer && !self.take_words(&["the", "greatest"]) {
            return Err(self.expected("`by customer` or `the greatest`", "`by customer` 或 `the greatest`"));
        }
        Ok(StatementKind::OnlyOne(names, by_customer))
    }

    fn claim(&mut self) -> Parsed<StatementKind> {
        self.take();
        let remedy = self.name()?;
        let parts = self.parts(Self::claim_part)?;
        Ok(StatementKind::Claim(remedy, parts))
    }

    fn claim_part(&mut self) -> Parsed<ClaimPart> {
        if self.take_word("opens") {
            return self.expression().map(ClaimPart::Opens);
        }
        if self.take_word("closes") {
            return self.expression().map(ClaimPart::Closes);
        }
        if self.take_word("per") {
            return self.expression().map(ClaimPart::Per);
        }
        if self.take_word("by") {
            return self.text().map(ClaimPart::By);
        }
        if self.take_word("automatic") {
            return Ok(ClaimPart::Automatic);
        }
        if self.take_word("requires") {
            let mut texts = vec![self.text()?];
            while self.take_punct(",") {
                texts.push(self.text()?);
            }
            return Ok(ClaimPart::Requires(texts));
        }
        Err(self.expected(
            "`opens`, `closes`, `per`, `by`, `requires` or `automatic`",
            "`opens`、`closes`、`per`、`by`、`requires` 或 `automatic`",
        ))
    }

    fn right(&mut self) -> Parsed<StatementKind> {
        self.take();
        let name = self.name()?;
        let per = self.per()?;
        self.expect_word("when")?;
        let condition = self.expression()?;
        let until = if self.take_word("until") { Some(self.expression()?) } else { None };
        Ok(StatementKind::Right(name, per, condition, until))
    }

    fn gaps(&mut self) -> Parsed<StatementKind> {
        self.take();
        self.expect_word("count")?;
        self.expect_word("as")?;
        let mut word = self.name()?;
        if word.text == "no" {
            let data = self.expect_word("data")?;
            word = Name { text: "no data".to_owned(), span: word.span.to(data) };
        }
        Ok(StatementKind::Gaps(word))
    }
}
