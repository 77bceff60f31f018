//! Laying out a contract never changes what it says, and lands in one place whatever the spacing was before.

#![expect(clippy::unwrap_used, reason = "helpers of a test fail the test")]

#[path = "support/invariants.rs"]
mod invariants;
mod support;

use invariants::{blocks, trees};
use language::format::format;
use language::syntax::token::{Lexed, Span, Token, TokenKind, lex};
use support::{Random, contracts};

#[test]
fn every_contract_keeps_its_tokens_its_trees_and_its_prose() {
    for (path, text) in contracts() {
        assert!(format(&text).is_ok(), "{}", path.display());
        invariants::check(&text);
    }
}

#[test]
fn whatever_the_spacing_was_the_layout_is_the_same() {
    for (path, text) in contracts() {
        let formatted = format(&text).unwrap();
        for seed in 0..20 {
            let disturbed = disturb(&text, &mut Random(seed));
            assert_eq!(trees(&disturbed), trees(&text), "{} seed {seed}: the test itself", path.display());
            assert_eq!(format(&disturbed).unwrap(), formatted, "{} seed {seed}", path.display());
        }
    }
}

#[test]
fn nothing_in_a_layout_is_loose() {
    for (path, text) in contracts() {
        let formatted = format(&text).unwrap();
        for (_, span) in blocks(&formatted) {
            let block = &formatted[span.from..span.until];
            assert!(
                !block.contains(" \n") && !block.contains("\n\n\n") && !block.contains('\t'),
                "{}",
                path.display()
            );
            assert!(
                block.is_empty() || (!block.starts_with('\n') && !block.ends_with("\n\n")),
                "{}",
                path.display()
            );
        }
    }
}

/// The contract with other spaces in its blocks, which mean the same.
fn disturb(text: &str, random: &mut Random) -> String {
    let mut out = String::new();
    let mut done = 0;
    for (_, span) in blocks(text) {
        out.push_str(&text[done..span.from]);
        let source = &text[span.from..span.until];
        out.push_str(&disturb_block(source, &lex(source, 0), random));
        done = span.until;
    }
    out + &text[done..]
}

fn disturb_block(source: &str, lexed: &Lexed, random: &mut Random) -> String {
    let comments = lexed.comments.iter().map(|it| (it.span, None));
    let tokens = lexed.tokens.iter().map(|it| (it.span, Some(it)));
    let mut pieces: Vec<(Span, Option<&Token>)> = tokens.chain(comments).collect();
    pieces.sort_by_key(|it| (it.0.from, it.1.is_some_and(|it| it.kind == TokenKind::End)));
    let mut out = String::new();
    let mut before: (usize, Option<&Token>) = (0, None);
    for (span, token) in pieces {
        out.push_str(&gap(&source[before.0..span.from], before.1, token, random));
        out.push_str(&source[span.from..span.until]);
        before = (span.until, token);
    }
    out
}

/// Another gap that means the same: lines stay lines, margins stay margins, what touches may touch.
fn gap(gap: &str, before: Option<&Token>, token: Option<&Token>, random: &mut Random) -> String {
    let spaces = |random: &mut Random, least: usize| {
        [" ", "  ", "\t", "   "][random.below(4)].repeat(least + random.below(3))
    };
    if let Some((first, rest)) = gap.split_once('\n') {
        let (blank, indent) = rest.rsplit_once('\n').map_or((false, rest), |(_, indent)| (true, indent));
        let blank = if blank { "\n".repeat(1 + random.below(3)) } else { String::new() };
        let indent = if indent.is_empty() { String::new() } else { spaces(random, 1) };
        let trailing = if before.is_some() || !first.is_empty() { spaces(random, 0) } else { String::new() };
        return format!("{trailing}\n{blank}{indent}");
    }
    let punct = |it: Option<&Token>, set: &[&str]| matches!(it.map(|it| &it.kind), Some(TokenKind::Punct(it)) if set.contains(it));
    let loose = punct(token, &[",", ")", "]", ":", "?", "}"]) || punct(before, &["(", "[", ",", "{"]);
    let instant = matches!(before.map(|it| &it.kind), Some(TokenKind::Instant(_)));
    match (gap.is_empty(), loose && !instant && before.is_some() && token.is_some()) {
        (_, true) => spaces(random, 0),
        (true, false) => String::new(),
        (false, false) => spaces(random, 1),
    }
}
