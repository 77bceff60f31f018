//! Spacing: what stands between two tokens of a line.

use std::collections::BTreeSet;

use super::align::Row;
use super::lines::Line;
use crate::syntax::token::{Token, TokenKind};

/// Declarations whose sort stands after a spaced colon: `fact fee : event`.
const SORTED: [&str; 4] = ["param", "fact", "exclusion", "remedy"];

/// A line with its spacing; `glued` are the tokens that stand directly after the one before.
pub(super) fn row(source: &str, line: &Line, glued: &BTreeSet<usize>) -> Row {
    let mut row = Row { text: " ".repeat(line.indent), ..Row::default() };
    let colon = entry_colon(&line.tokens);
    let sort_colon = sort_colon(line);
    let mut before: Option<&Token> = None;
    for (at, token) in line.tokens.iter().enumerate() {
        let hugged = glued.contains(&token.span.from) || in_fraction(&line.tokens, at);
        if before.is_some_and(|it| spaced(it, token, hugged, sort_colon == Some(at))) {
            row.text.push(' ');
        }
        row.text.push_str(source.get(token.span.from..token.span.until).unwrap_or(""));
        if colon == Some(at) && at + 1 < line.tokens.len() {
            row.value_at = Some(row.text.len());
        }
        before = Some(token);
    }
    row.several = entries(&line.tokens) > 1;
    row.comment = line.comment.as_ref().map(|it| it.text.clone());
    row
}

/// Whether the token is the bar of a fraction of two bare numbers, or its denominator: `743/744`.
fn in_fraction(tokens: &[Token], at: usize) -> bool {
    let kind = |at: Option<usize>| at.and_then(|it| tokens.get(it)).map(|it| &it.kind);
    let fraction = |bar: usize| {
        let scaled = matches!(kind(bar.checked_sub(2)), Some(TokenKind::Punct("*" | "/")));
        let has_unit = matches!(kind(Some(bar + 2)), Some(TokenKind::Word(_)));
        let number = |it| matches!(kind(it), Some(TokenKind::Number(_)));
        kind(Some(bar)) == Some(&TokenKind::Punct("/"))
            && number(bar.checked_sub(1))
            && number(Some(bar + 1))
            && !scaled
            && !has_unit
    };
    fraction(at) || at.checked_sub(1).is_some_and(fraction)
}

fn spaced(before: &Token, token: &Token, hugged: bool, sort_colon: bool) -> bool {
    use TokenKind::{Instant, Punct};
    if hugged {
        return false;
    }
    match (&before.kind, &token.kind) {
        // An instant runs on over colons and dots.
        (Instant(_), Punct(":" | "." | "..")) => true,
        (Punct("{"), Punct("}")) | (Punct("(" | "[" | "." | ".."), _) => false,
        (_, Punct(":")) => sort_colon,
        (_, Punct(")" | "]" | "," | "." | ".." | "?")) => false,
        _ => true,
    }
}

/// The colon that ends the key of an entry: the first outside brackets.
fn entry_colon(tokens: &[Token]) -> Option<usize> {
    outside_brackets(tokens).find(|(_, it)| it.kind == TokenKind::Punct(":")).map(|(at, _)| at)
}

/// How many entries the line may hold: colons after commas begin another.
fn entries(tokens: &[Token]) -> usize {
    let mut comma = true;
    let mut found = 0;
    for (_, token) in outside_brackets(tokens) {
        match token.kind {
            TokenKind::Punct(",") => comma = true,
            TokenKind::Punct(":") if comma => {
                found += 1;
                comma = false;
            }
            _ => {}
        }
    }
    found
}

fn outside_brackets(tokens: &[Token]) -> impl Iterator<Item = (usize, &Token)> {
    let mut depth = 0usize;
    tokens.iter().enumerate().filter(move |(_, token)| match token.kind {
        TokenKind::Punct("(" | "[" | "{") => {
            depth += 1;
            false
        }
        TokenKind::Punct(")" | "]" | "}") => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    })
}

/// The colon between a declared name and its sort.
fn sort_colon(line: &Line) -> Option<usize> {
    let declares = matches!(line.tokens.first().map(|it| &it.kind), Some(TokenKind::Word(word)) if SORTED.contains(&word.as_str()));
    if declares && line.indent == 0 { entry_colon(&line.tokens) } else { None }
}
