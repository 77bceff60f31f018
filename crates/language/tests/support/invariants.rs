//! What must hold of the contract reader for any text at all.

use std::collections::BTreeSet;

use language::format::format;
use language::syntax::document::{self, BlockKind};
use language::syntax::token::{Span, TokenKind, lex};
use language::syntax::{example, statement};

/// Reads and lays out a text; it may be refused, but with places inside it and help in both languages.
pub(crate) fn check(text: &str) {
    let (contract, diagnostics) = language::read("fuzz.md", text);
    assert_eq!(contract.is_none(), diagnostic::has_errors(&diagnostics));
    for found in &diagnostics {
        let place = found.place.as_ref().unwrap();
        assert!(place.from <= place.until && place.until <= text.len(), "{found:?}");
        assert!(text.is_char_boundary(place.from) && text.is_char_boundary(place.until), "{found:?}");
        for words in [&found.message, &found.help] {
            assert!(!words.en.is_empty() && !words.zh.is_empty(), "{found:?}");
        }
    }
    if let Ok(formatted) = format(text) {
        assert_eq!(kinds(text), kinds(&formatted));
        for (before, after) in trees(text).into_iter().zip(trees(&formatted)) {
            assert!(
                before == after,
                "{text}\nbefore: {}\nafter:  {}",
                differing(&before, &after),
                differing(&after, &before)
            );
        }
        assert_eq!(prose(text), prose(&formatted));
        assert_eq!(format(&formatted).as_ref(), Ok(&formatted), "laid out twice");
    }
}

/// The part of a tree that differs from another.
fn differing<'a>(tree: &'a str, other: &str) -> &'a str {
    let at = tree.char_indices().zip(other.chars()).find(|((_, a), b)| a != b).map_or(0, |((at, _), _)| at);
    let from = tree[..at].char_indices().rev().nth(80).map_or(0, |(at, _)| at);
    let until = tree[at..].char_indices().nth(200).map_or(tree.len(), |(it, _)| at + it);
    &tree[from..until]
}

/// The rule and example blocks of a contract.
pub(crate) fn blocks(text: &str) -> Vec<(BlockKind, Span)> {
    document::read(text).0.blocks.iter().map(|it| (it.kind, it.span)).collect()
}

/// Every block's tree, written out, without its spans.
pub(crate) fn trees(text: &str) -> Vec<String> {
    let tree = |(kind, span): (BlockKind, Span)| {
        let source = &text[span.from..span.until];
        match kind {
            BlockKind::Rules => format!("{:?}", statement::statements(source, span.from, "")),
            BlockKind::Example => format!("{:?}", example::example(source, span.from, "")),
        }
    };
    blocks(text).into_iter().map(tree).map(|it| without_spans(&it)).collect()
}

fn without_spans(tree: &str) -> String {
    let mut parts = tree.split("Span {");
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |out, part| out + part.split_once('}').map_or(part, |(_, rest)| rest))
}

/// Every block's kinds of tokens.
pub(crate) fn kinds(text: &str) -> Vec<TokenKind> {
    let lexed = |(_, span): (BlockKind, Span)| lex(&text[span.from..span.until], span.from).tokens;
    blocks(text).into_iter().flat_map(lexed).map(|it| it.kind).collect()
}

/// The text outside the blocks.
pub(crate) fn prose(text: &str) -> String {
    let mut out = String::new();
    let mut done = 0;
    for span in blocks(text).into_iter().map(|it| it.1).collect::<BTreeSet<_>>() {
        out.push_str(&text[done..span.from]);
        done = span.until;
    }
    out + &text[done..]
}
