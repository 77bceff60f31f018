//! `for each`, `for any`, `for all`, `at least K of`, and slices of the window.

use super::ast::{Expr, ExprKind, Name, Quantifier};
use super::expression::{AND, PRODUCT, SUM};
use super::parser::{Parsed, Parser};
use super::token::TokenKind;

impl Parser<'_> {
    pub(super) fn quantified(&mut self) -> Parsed<ExprKind> {
        self.take();
        if self.take_word("any") {
            return self.quantifier_rest(Quantifier::Any);
        }
        if self.take_word("all") {
            return self.quantifier_rest(Quantifier::All);
        }
        if !self.take_word("each") {
            return Err(self.expected("`each`, `any` or `all`", "`each`、`any` 或 `all`"));
        }
        if matches!(self.peek().kind, TokenKind::Number(_)) {
            let step = self.grid_step()?;
            self.expect_punct(":")?;
            return Ok(ExprKind::ForGrid(Box::new(step), Box::new(self.element()?)));
        }
        let name = self.name()?;
        let list = self.quantifier_list(&name)?;
        self.expect_punct(":")?;
        let body = self.element()?;
        Ok(ExprKind::ForEach(name, Box::new(list), Box::new(body)))
    }

    /// What a list has one of for each: it is taken of no rows, so `of` is its own.
    fn element(&mut self) -> Parsed<Expr> {
        let line_ends = self.line_ends;
        self.with_flags(line_ends, false, Self::expression)
    }

    /// `carry X from START for each V in LIST: E`
    pub(super) fn carry(&mut self) -> Parsed<ExprKind> {
        self.take();
        let carried = self.name()?;
        self.take();
        let start = self.bracketed(|it| it.climb(SUM))?;
        self.expect_word("for")?;
        self.expect_word("each")?;
        let name = self.name()?;
        let list = self.quantifier_list(&name)?;
        self.expect_punct(":")?;
        let body = self.expression()?;
        Ok(ExprKind::Carry {
            carried,
            start: Box::new(start),
            name,
            list: Box::new(list),
            body: Box::new(body),
        })
    }

    /// `in LIST`, or nothing when the variable is itself a subject; `where P` keeps some of it.
    fn quantifier_list(&mut self, name: &Name) -> Parsed<Expr> {
        if self.take_word("in") {
            return self.bracketed(Self::expression);
        }
        let own = Expr { kind: ExprKind::Name(name.text.clone()), span: name.span };
        if !self.take_word("where") {
            return Ok(own);
        }
        let predicate = self.with_flags(false, false, |it| it.climb(AND))?;
        let span = own.span.to(predicate.span);
        Ok(Expr { kind: ExprKind::Where(Box::new(own), Box::new(predicate)), span })
    }

    pub(super) fn quantifier_rest(&mut self, quantifier: Quantifier) -> Parsed<ExprKind> {
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

    pub(super) fn slices(&mut self) -> Parsed<ExprKind> {
        self.take();
        let step = self.grid_step()?;
        self.expect_word("where")?;
        let predicate = self.climb(AND)?;
        Ok(ExprKind::Slices(Box::new(step), Box::new(predicate)))
    }
}
