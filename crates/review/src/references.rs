//! References to clauses that the document does not have, in the prose and in `clause "…"` of the rules.
//!
//! Only a document whose headings are numbered is asked. A reference counts as one to this document unless another is
//! named beside it: `clause 5 of the framework`, `Article 28 GDPR`, `《民法典》第五条` are left alone.

use language::contract::{Contract, Span};
use language::syntax::document::{BlockKind, Document};
use language::syntax::prose::{Passage, Place, Prose};
use language::syntax::token::{TokenKind, lex};

use crate::clauses::{Clauses, Number, dotted, leading, ordinal_number};
use crate::report::{Finding, Report};
use crate::show::both;

/// Words before a number that make it a reference.
const KEYWORDS: [&str; 4] = ["clause", "section", "article", "§"];
/// Owners that are not this document.
const OWNERS: [&str; 5] = ["its", "their", "whose", "our", "your"];
/// What may stand before a Chinese reference to this document; anything else may name another.
const BEFORE: [&str; 22] = [
    "见",
    "按",
    "依",
    "据",
    "照",
    "在",
    "由",
    "与",
    "和",
    "及",
    "或",
    "除",
    "至",
    "违反",
    "遵守",
    "符合",
    "适用",
    "本协议",
    "本合同",
    "本条款",
    "上述",
    "前述",
];
/// What is counted with the same word: `第一条短信` is a message, not a clause.
const COUNTED: &str = "短线消信记语链专数通告光电路网宽日";

/// References to clauses that are not there.
pub(crate) fn check(
    contract: &Contract,
    document: &Document,
    prose: &Prose,
    clauses: &Clauses<'_>,
    report: &mut Report,
) {
    let words: Vec<String> = prose.passages.iter().map(|it| it.text.to_lowercase()).collect();
    for block in document.blocks.iter().filter(|it| it.kind == BlockKind::Rules) {
        for (text, span) in rule_references(contract, block.span) {
            rule(&text, span, &words, clauses, report);
        }
    }
    if clauses.are_numbered() {
        let read = prose.passages.iter().filter(|it| !matches!(it.place, Place::Heading | Place::Code));
        read.for_each(|it| passage(it, clauses, report));
    }
}

/// Every `clause "…"` of a block.
fn rule_references(contract: &Contract, block: Span) -> Vec<(String, Span)> {
    let source = contract.text.get(block.from..block.until).unwrap_or("");
    let tokens = lex(source, block.from).tokens;
    let pairs = tokens.windows(2).filter_map(|it| match it {
        [word, text] if word.kind == TokenKind::Word("clause".to_owned()) => match &text.kind {
            TokenKind::Text(it) => Some((it.clone(), text.span)),
            _ => None,
        },
        _ => None,
    });
    pairs.collect()
}

/// A reference of a rule: numbers of clauses and their items, or words of a heading.
fn rule(text: &str, span: Span, words: &[String], clauses: &Clauses<'_>, report: &mut Report) {
    let Some((mut number, _)) = leading(text) else {
        if !mentioned(text, words) {
            nowhere(text, span, false, report);
        }
        return;
    };
    if !clauses.are_numbered() {
        return;
    }
    for part in text.split([',', '，', ';', '；', '、', '／']) {
        let items = match leading(part) {
            Some((found, rest)) if !clauses.has(&found) => {
                if !mentioned(rest, words) {
                    nowhere(part.trim(), span, true, report);
                }
                return;
            }
            Some((found, rest)) => {
                number = found;
                rest
            }
            None => part,
        };
        if let Some(item) = items_of(items).into_iter().find(|it| !clauses.has_item(&number, *it)) {
            nowhere(&format!("{} ({item})", shown(&number)), span, true, report);
            return;
        }
    }
}

/// Whether the prose, in small letters, speaks of it.
fn mentioned(what: &str, words: &[String]) -> bool {
    let what = what.trim().to_lowercase();
    what.chars().any(char::is_alphabetic) && words.iter().any(|it| it.contains(&what))
}

/// The numbers of `(1) (2)` at the beginning.
fn items_of(text: &str) -> Vec<u32> {
    let mut items = Vec::new();
    let mut rest = text.trim_start();
    while let Some((inner, after)) = rest.strip_prefix(['(', '（']).and_then(|it| it.split_once([')', '）']))
    {
        items.extend(inner.trim().parse::<u32>());
        rest = after.trim_start();
    }
    items
}

fn passage(passage: &Passage, clauses: &Clauses<'_>, report: &mut Report) {
    for it in found(&passage.text) {
        if !clauses.has(&it.number) {
            let written = passage.text.get(it.from..it.until).unwrap_or("");
            nowhere(written, passage.span(it.from, it.until), true, report);
        }
    }
}

fn nowhere(written: &str, span: Span, numbered: bool, report: &mut Report) {
    let message = both(
        format!("`{written}` names no clause of this document"),
        format!("“{written}”不是本文件中的条款"),
    );
    let help = both(
        "name a clause that stands here, or say in the prose which other document is meant",
        "请写本文件中存在的条款，或在正文中写明所指的其他文件",
    );
    report.add(Finding::warning("R0424", span, message, help).weighed(numbered), Vec::new());
}

fn shown(number: &[u32]) -> String {
    number.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

/// A clause named in the prose: bytes `from..until` of the passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) number: Number,
    pub(crate) from: usize,
    pub(crate) until: usize,
}

/// The clauses of this document that a text names.
pub(crate) fn found(text: &str) -> Vec<Reference> {
    let lower = text.to_ascii_lowercase();
    let english = KEYWORDS.iter().flat_map(|word| lower.match_indices(word).map(|it| (it.0, word.len())));
    let english = english.filter(|(at, _)| word_begins(text, *at));
    let mut all: Vec<Reference> =
        english.flat_map(|(at, length)| named_after(text, at, at + length)).collect();
    all.extend(text.match_indices('第').filter_map(|it| named_in_chinese(text, it.0)));
    all.sort_by_key(|it| it.from);
    all
}

fn word_begins(text: &str, at: usize) -> bool {
    !text.get(..at).is_some_and(|it| it.ends_with(|it: char| it.is_ascii_alphanumeric() || it == '-'))
}

/// `5`, or `5, 6.2 and 7` when the word is in the plural.
fn named_after(text: &str, from: usize, keyword: usize) -> Vec<Reference> {
    let rest = text.get(keyword..).unwrap_or("");
    let (plural, rest) = match rest.strip_prefix(['s', 'S', '§']) {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let spaced = rest.trim_start_matches([' ', '\u{a0}']);
    if rest.len() == spaced.len() && text.get(from..keyword) != Some("§") {
        return Vec::new();
    }
    let mut named = Vec::new();
    let (mut rest, mut begins) = (spaced, from);
    while let Some((number, after)) = dotted(rest).filter(|it| !it.1.starts_with(['%', '°'])) {
        let after = without_items(after);
        named.push(Reference { number, from: begins, until: text.len() - after.len() });
        rest = after;
        let Some(next) = next_in_list(after).filter(|_| plural) else { break };
        begins = text.len() - next.len();
        rest = next;
    }
    if elsewhere_before(text.get(..from).unwrap_or("")) || elsewhere_after(rest) {
        return Vec::new();
    }
    named
}

fn next_in_list(after: &str) -> Option<&str> {
    let joints = [", and ", " and ", ", or ", " or ", ", ", " to ", "–", "-"];
    let next = joints.iter().find_map(|it| after.strip_prefix(it))?;
    next.starts_with(|it: char| it.is_ascii_digit()).then_some(next)
}

fn without_items(text: &str) -> &str {
    let mut rest = text;
    while let Some((item, after)) = rest.trim_start().strip_prefix('(').and_then(|it| it.split_once(')')) {
        if item.len() > DIGITS_OF_ITEMS {
            break;
        }
        rest = after;
    }
    rest
}

/// `(a)`, `(iv)`, `(12)`.
const DIGITS_OF_ITEMS: usize = 4;

/// Another document is named before the reference, or its owner is.
fn elsewhere_before(before: &str) -> bool {
    let before = before.trim_end_matches(|it: char| it.is_whitespace() || ",(“\"[".contains(it));
    let word = before.rsplit(char::is_whitespace).next().unwrap_or("");
    let earlier = before.strip_suffix(word).unwrap_or("").trim_end();
    let first =
        earlier.is_empty() || earlier.ends_with(['.', '!', '?', ':', ';', '。', '：', '；', '·', '—']);
    let named = word.starts_with(|it: char| it.is_uppercase()) && !first;
    named || word.ends_with("'s") || word.ends_with("’s") || OWNERS.contains(&word.to_lowercase().as_str())
}

/// `of the framework`, `in our terms`, `GDPR`.
fn elsewhere_after(after: &str) -> bool {
    let next = after.trim_start();
    let of = next.strip_prefix("of ").is_some_and(|it| !it.starts_with("this "));
    let within = ["in the ", "in our ", "in its ", "in a "].iter().any(|it| next.starts_with(it));
    of || within || (next.len() < after.len() && next.starts_with(|it: char| it.is_uppercase()))
}

fn named_in_chinese(text: &str, from: usize) -> Option<Reference> {
    let (number, after) = ordinal_number(text.get(from + '第'.len_utf8()..)?)?;
    let until = text.len() - after.len();
    let clause = text.get(..until)?.ends_with(['条', '章', '节']) || number.len() > 1;
    let before = text.get(..from)?.trim_end();
    let here = match before.chars().next_back() {
        None => true,
        Some(last) if !last.is_alphanumeric() => !"》”」』".contains(last),
        Some(_) => BEFORE.iter().any(|it| before.ends_with(it)),
    };
    let next = after.trim_start().chars().next();
    let counted = next.is_some_and(|it| COUNTED.contains(it));
    (clause && here && !counted).then_some(Reference { number, from, until })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        found(text).into_iter().map(|it| shown(&it.number)).collect()
    }

    #[test]
    fn references_to_this_document_are_found_and_those_to_others_are_not() {
        for (text, expected) in [
            ("within the times stated in clause 8; then", vec!["8"]),
            ("See Section 3.2 (a) below.", vec!["3.2"]),
            ("under clauses 4, 5.1 and 9 of this agreement", vec!["4", "5.1", "9"]),
            ("as § 12 says", vec!["12"]),
            ("under clause 5 of the framework", vec![]),
            ("as required by Article 28 GDPR", vec![]),
            ("the Terms of Service, section 4", vec![]),
            ("the customer's clause 7", vec![]),
            ("a subsection 4 of it, one-clause 5", vec![]),
            ("in section 5% of the cases", vec![]),
            ("可按第 4 条获得赔偿", vec!["4"]),
            ("在第八条所列时间内，并依照第 6.3 款处理（见第十一条）", vec!["8", "6.3", "11"]),
            ("《民法典》第五条，合同法第九条", vec![]),
            ("按第一条短信计费，第二条线路除外", vec![]),
            ("每月第 3 款产品", vec![]),
        ] {
            assert_eq!(named(text), expected, "{text}");
        }
    }
}
