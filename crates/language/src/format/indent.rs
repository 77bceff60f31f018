//! Indentation: statements at the margin, what continues them at two, the inside of brackets two deeper.

use super::lines::Line;
use crate::syntax::token::{Token, TokenKind};

const STEP: usize = 2;

/// A bracket that is open.
struct Open {
    /// Counted in order of opening.
    number: usize,
    /// Indentation of the line that opened it.
    indent: usize,
}

/// Gives every line its indentation and its place among the brackets.
pub(super) fn indent(lines: &mut [Line]) {
    let mut open: Vec<Open> = Vec::new();
    let mut clauses = Clauses::default();
    let mut opened = 0;
    let next_starts = next_starts(lines);
    for (line, next_starts) in lines.iter_mut().zip(next_starts) {
        line.inside = open.last().map(|it| it.number);
        line.indent = match (line.tokens.first(), open.last()) {
            (Some(first), Some(bracket)) if closes(first) => bracket.indent.max(STEP),
            (_, Some(bracket)) => bracket.indent + STEP,
            (None, None) => clauses.comment(line.margin, next_starts),
            (Some(first), None) => clauses.indent(first, line.tokens.get(1), line.margin),
        };
        let before = open.len();
        let mut lowest = before;
        for token in &line.tokens {
            if closes(token) {
                open.pop();
                lowest = lowest.min(open.len());
            } else if opens(token) {
                opened += 1;
                open.push(Open { number: opened, indent: line.indent });
            }
        }
        line.balanced = lowest == before && open.len() == before;
        line.opens = open.last().filter(|_| line.tokens.last().is_some_and(opens)).map(|it| it.number);
    }
}

/// For each line, whether the next line that is more than a comment begins a statement.
fn next_starts(lines: &[Line]) -> Vec<bool> {
    let mut starts = true;
    let mut all: Vec<bool> = lines
        .iter()
        .rev()
        .map(|it| {
            starts = if it.tokens.is_empty() { starts } else { it.margin };
            starts
        })
        .collect();
    all.reverse();
    all
}

fn opens(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Punct("(" | "[" | "{"))
}

fn closes(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Punct(")" | "]" | "}"))
}

/// Which words begin a clause of the statement at hand, and whether one has begun.
#[derive(Default)]
struct Clauses {
    words: &'static [&'static str],
    begun: bool,
    any_statement: bool,
}

impl Clauses {
    fn indent(&mut self, first: &Token, second: Option<&Token>, statement: bool) -> usize {
        if statement || !self.any_statement {
            *self = Self { words: clause_words(first), begun: false, any_statement: true };
            return 0;
        }
        let is = |token: &Token, word: &str| matches!(&token.kind, TokenKind::Word(it) if it == word);
        let ends_default = is(first, "when") && second.is_some_and(|it| is(it, "none"));
        if !ends_default && self.words.iter().any(|word| is(first, word)) {
            self.begun = true;
            return STEP;
        }
        if self.begun { 2 * STEP } else { STEP }
    }

    /// A comment outside brackets stays at the margin, or stands as deep as a clause.
    fn comment(&self, margin: bool, next_starts: bool) -> usize {
        let at_margin = !self.any_statement || (next_starts && margin);
        if at_margin { 0 } else { STEP }
    }
}

/// Words that begin a clause, by the word that begins the statement.
fn clause_words(first: &Token) -> &'static [&'static str] {
    let TokenKind::Word(word) = &first.kind else { return &[] };
    match word.as_str() {
        "remedy" => &["when", "pays", "at", "nothing", "rounded", "discretionary", "paid", "clause"],
        "claim" => &["opens", "closes", "per", "by", "requires", "automatic"],
        "promise" | "duty" => &["reading", "applies"],
        "right" => &["when", "until"],
        "exclusion" | "cause" => &["excluded", "clause"],
        _ => &["reading"],
    }
}
