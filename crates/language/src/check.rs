//! From the syntax tree to a contract: declarations first, then every rule, names and units understood.

mod arithmetic;
mod call;
mod declare;
mod finish;
mod form;
mod front;
mod hours;
mod item;
mod lower;
mod rows;
mod scope;
mod table;
mod understand;

pub use understand::{understand, understand_text};

use std::collections::BTreeMap;
use std::sync::Arc;

use diagnostic::Diagnostic;

use crate::contract::{Contract, ItemKind};
use crate::problem::{Problem, both};
use crate::syntax::ast::{Example, Statement};
use crate::syntax::document::{self, BlockKind, Document};
use crate::syntax::token::Span;
use crate::syntax::{example, statement};
use item::ItemState;
use scope::Variable;

/// Reads and checks a contract; `None` when errors make it unusable.
pub fn read(file: &str, text: &str) -> (Option<Contract>, Vec<Diagnostic>) {
    let (document, mut problems) = document::read(text);
    let (statements, examples) = parse_blocks(text, &document, &mut problems);
    let front = front::read(&document, &mut problems);
    let mut checker = Checker::new(text, front, statements, problems);
    checker.declare();
    checker.lower_items();
    let contract = checker.finish(file, &document, examples);
    let mut diagnostics: Vec<Diagnostic> = contract.1.into_iter().map(|it| it.in_file(file, text)).collect();
    diagnostic::sort(&mut diagnostics);
    diagnostics.dedup();
    if diagnostic::has_errors(&diagnostics) {
        return (None, diagnostics);
    }
    let mut contract = contract.0;
    contract.findings.clone_from(&diagnostics);
    (Some(contract), diagnostics)
}

fn parse_blocks(
    text: &str,
    document: &Document,
    problems: &mut Vec<Problem>,
) -> (Vec<Statement>, Vec<Example>) {
    let mut statements = Vec::new();
    let mut examples = Vec::new();
    for block in &document.blocks {
        let source = text.get(block.span.from..block.span.until).unwrap_or("");
        match block.kind {
            BlockKind::Rules => {
                let (read, found) = statement::statements(source, block.span.from, &block.clause);
                statements.extend(read);
                problems.extend(found);
            }
            BlockKind::Example => {
                let (read, found) = example::example(source, block.span.from, &block.clause);
                examples.push(read);
                problems.extend(found);
            }
        }
    }
    (statements, examples)
}

/// Everything known while a contract is being understood.
pub(crate) struct Checker<'a> {
    pub(crate) text: &'a str,
    pub(crate) front: front::Front,
    pub(crate) statements: Vec<Statement>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) plans: Arc<[String]>,
    pub(crate) cause_names: Arc<[String]>,
    pub(crate) causes: Vec<crate::contract::Cause>,
    pub(crate) units: Vec<String>,
    pub(crate) schema: evidence::Schema,
    /// One-of sets of fact attributes, by fact and attribute index.
    pub(crate) one_ofs: BTreeMap<(usize, usize), Arc<[String]>>,
    pub(crate) items: Vec<ItemState>,
    pub(crate) scope: Vec<Variable>,
    /// How deep the chain of definitions is.
    pub(crate) chain: usize,
}

impl<'a> Checker<'a> {
    fn new(text: &'a str, front: front::Front, statements: Vec<Statement>, problems: Vec<Problem>) -> Self {
        let schema =
            evidence::Schema { facts: Vec::new(), currency: front.currency, zone: Some(front.zone.clone()) };
        Self {
            text,
            front,
            statements,
            problems,
            plans: Arc::from([]),
            cause_names: Arc::from([]),
            causes: Vec::new(),
            units: Vec::new(),
            schema,
            one_ofs: BTreeMap::new(),
            items: Vec::new(),
            scope: Vec::new(),
            chain: 0,
        }
    }

    /// Reports an error.
    pub(crate) fn error(
        &mut self,
        code: &'static str,
        span: Span,
        en: impl Into<String>,
        zh: impl Into<String>,
        help: (&str, &str),
    ) {
        self.problems.push(Problem::error(code, span, both(en, zh), both(help.0, help.1)));
    }

    /// Reports a warning.
    pub(crate) fn warning(
        &mut self,
        code: &'static str,
        span: Span,
        en: impl Into<String>,
        zh: impl Into<String>,
        help: (&str, &str),
    ) {
        self.problems.push(Problem::warning(code, span, both(en, zh), both(help.0, help.1)));
    }

    /// Names of items of these kinds, for suggestions.
    pub(crate) fn item_names(&self, kinds: &[ItemKind]) -> Vec<String> {
        self.items.iter().filter(|it| kinds.contains(&it.kind)).map(|it| it.name.text.clone()).collect()
    }
}
