//! From the syntax tree to a contract: declarations first, then every rule, names and units understood.

mod arithmetic;
mod call;
mod circle;
mod declare;
mod depth;
mod finish;
mod form;
mod front;
mod function;
mod hours;
mod item;
mod list;
mod literal;
mod lower;
mod name;
mod paid;
mod part;
mod reading;
mod rows;
mod scope;
mod table;
mod understand;
mod volume;
mod wording;

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

/// No more problems of one contract are told.
const PROBLEMS_MAX: usize = 500;

/// A contract with more rules than this is refused.
const STATEMENTS_MAX: usize = 2_000;

/// Once so many problems are known, no more guesses are made at what was meant.
const GUESSES_MAX: usize = 100;

/// Reads and checks a contract; `None` when errors make it unusable.
pub fn read(file: &str, text: &str) -> (Option<Contract>, Vec<Diagnostic>) {
    let (document, mut problems) = document::read(text);
    if text.len() > document::CONTRACT_BYTES_MAX {
        return (None, problems.into_iter().map(|it| it.in_file(file, text)).collect());
    }
    let (statements, examples) = parse_blocks(text, &document, &mut problems);
    let front = front::read(&document, &mut problems);
    let mut checker = Checker::new(text, front, statements, problems);
    checker.declare();
    checker.lower_items();
    checker.check_choices_agree();
    let contract = checker.finish(file, &document, examples);
    let diagnostics = told(file, text, contract.1);
    if diagnostic::has_errors(&diagnostics) {
        return (None, diagnostics);
    }
    let mut contract = contract.0;
    contract.findings.clone_from(&diagnostics);
    (Some(contract), diagnostics)
}

/// The weightiest problems, each once, in the order of the text.
fn told(file: &str, text: &str, mut problems: Vec<Problem>) -> Vec<Diagnostic> {
    problems.sort_by_key(|it| (it.severity, it.span, it.code));
    problems.dedup();
    problems.truncate(PROBLEMS_MAX);
    let mut diagnostics: Vec<Diagnostic> = problems.into_iter().map(|it| it.in_file(file, text)).collect();
    diagnostic::sort(&mut diagnostics);
    diagnostics
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
    if statements.len() > STATEMENTS_MAX {
        problems.push(Problem::error(
            "E0020",
            Span::default(),
            both(
                format!("the contract has {} rules; the limit is {STATEMENTS_MAX}", statements.len()),
                format!("合同有 {} 条规则，上限为 {STATEMENTS_MAX} 条", statements.len()),
            ),
            both("split annexes into contracts of their own", "请将附件拆分为单独的合同"),
        ));
        statements.truncate(STATEMENTS_MAX);
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
    pub(crate) depth: depth::Depth,
    /// The remedy whose terms are being read.
    pub(crate) terms_of: Option<crate::contract::ItemId>,
    /// Something could not be understood yet, because it names the amount of the remedy it is part of.
    pub(crate) deferred: bool,
    /// Remedies whose amounts were taken for money before it was known what they pay.
    pub(crate) taken_for_money: Vec<(crate::contract::ItemId, Span)>,
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
            depth: depth::Depth::default(),
            terms_of: None,
            deferred: false,
            taken_for_money: Vec::new(),
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

    /// Whether guesses at what was meant are still worth their time.
    pub(crate) fn guesses(&self) -> bool {
        self.problems.len() < GUESSES_MAX
    }

    /// Names of items of these kinds, for suggestions.
    pub(crate) fn item_names(&self, kinds: &[ItemKind]) -> Vec<String> {
        self.items.iter().filter(|it| kinds.contains(&it.kind)).map(|it| it.name.text.clone()).collect()
    }
}
