//! Whether a place says what a term is, or says that another place does.

use language::syntax::prose::Passage;

use crate::clauses::Number;
use crate::references;

/// Where the text says that a term is defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Elsewhere {
    /// Somewhere in this document.
    Here,
    /// In this clause.
    Clause(Number),
    /// In another document.
    Outside,
}

/// What stands between a term and the words that refer to its definition.
const QUOTES: &str = "\"“”「」『』‘’";
/// What may stand before `defined` in a reference to a definition, after the term.
const AS: [&str; 5] = ["as such term is", "as that term is", "as", "is", "are"];
/// What follows `defined` in one.
const PLACED: [&str; 10] =
    ["in", "under", "by", "at", "below", "above", "herein", "hereunder", "hereafter", "elsewhere"];
/// `has the meaning given in …`
const MEANING: [&str; 4] = ["given", "set", "ascribed", "assigned"];
/// The same in Chinese.
const DEFINED_AFTER: [&str; 4] = ["的定义见", "定义见", "的定义详见", "定义详见"];
/// Such a reference in Chinese, before the term.
const DEFINED_BEFORE: [&str; 3] = ["定义的", "所定义之", "界定的"];
/// Words that mean this document.
const HERE: [&str; 14] = [
    "below",
    "above",
    "herein",
    "hereunder",
    "this agreement",
    "this document",
    "this sla",
    "hereafter",
    "下文",
    "上文",
    "本协议",
    "本文",
    "下述",
    "前述",
];
/// A reference names its place within so many bytes.
const REACH: usize = 60;
/// Words further away than so many bytes do not say what a term is.
const NEAR: usize = 240;

/// What the text says about where a term is defined.
pub(super) fn elsewhere(passage: &Passage, from: usize, until: usize) -> Option<Elsewhere> {
    let text = passage.text.as_str();
    let after = text.get(until..)?;
    let next = after
        .trim_start_matches(|it: char| it.is_whitespace() || QUOTES.contains(it) || "(（,，".contains(it));
    if let Some(tail) = after_reference(next) {
        return Some(target(forward(tail)));
    }
    let before = text.get(..from)?.trim_end_matches(|it: char| it.is_whitespace() || QUOTES.contains(it));
    let said = DEFINED_BEFORE.iter().find(|it| before.ends_with(*it))?;
    Some(target(backward(before.strip_suffix(said)?)))
}

/// What follows `as defined`, `定义见`.
fn after_reference(next: &str) -> Option<&str> {
    let english = || {
        let bare = AS.iter().find_map(|it| strip(next, it)).unwrap_or(next);
        let placed = |it: &&str| PLACED.iter().any(|word| begins(it, word));
        let meaning = strip(next, "has the meaning").or_else(|| strip(next, "have the meaning"));
        let given = || MEANING.iter().find_map(|it| strip(meaning?, it));
        strip(bare, "defined").filter(placed).or_else(given)
    };
    DEFINED_AFTER.iter().find_map(|it| next.strip_prefix(it)).or_else(english)
}

fn target(near: &str) -> Elsewhere {
    let lower = near.to_lowercase();
    match references::found(near).into_iter().next() {
        Some(it) => Elsewhere::Clause(it.number),
        None if HERE.iter().any(|it| lower.contains(it)) => Elsewhere::Here,
        None => Elsewhere::Outside,
    }
}

/// The beginning of a text to the end of its sentence, or as far as is near.
fn forward(text: &str) -> &str {
    let end = text.char_indices().find(|(at, it)| *at > REACH || ";；。)）".contains(*it));
    end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// The same from the end.
fn backward(text: &str) -> &str {
    let start = text.char_indices().rev().find(|(at, it)| at + REACH < text.len() || ";；。".contains(*it));
    start.and_then(|(at, it)| text.get(at + it.len_utf8()..)).unwrap_or(text)
}

/// Words after a term that say what it is.
const MEANS: [&str; 24] = [
    "means",
    "mean",
    "shall mean",
    "will mean",
    "refers to",
    "refer to",
    "denotes",
    "denote",
    "equals",
    "equal",
    "consists of",
    "comprises",
    "designates",
    "includes",
    "include",
    "stands for",
    "has the meaning",
    "have the meaning",
    "has the same meaning",
    "=",
    "＝",
    "indicates",
    "describes",
    "signifies",
];
/// What follows `is` where it says what something is, and not what happens to it.
const IS: [&str; 26] = [
    "what",
    "whatever",
    "the",
    "a",
    "an",
    "any",
    "each",
    "every",
    "all",
    "equal",
    "calculated",
    "computed",
    "determined",
    "defined",
    "measured",
    "expressed",
    "that",
    "those",
    "when",
    "where",
    "one",
    "time",
    "as",
    "counted",
    "either",
    "understood",
];
/// The same in Chinese, where the words follow at once.
const MEANS_HAN: [&str; 10] = ["指", "均指", "意指", "即", "为", "是", "系", "等于", "包括", "表示"];
/// Words before a term that give its name.
const NAMED: [&str; 22] = [
    "known as",
    "called",
    "referred to as",
    "defined as",
    "the term",
    "the terms",
    "constitutes",
    "constitute",
    "deemed",
    "deemed to be",
    "considered",
    "regarded as",
    "counts as",
    "count as",
    "is",
    "are",
    "we mean",
    "termed",
    "hereinafter",
    "hereafter",
    "collectively",
    "designated",
];
const NAMED_HAN: [&str; 14] = [
    "简称",
    "简称为",
    "以下称",
    "下称",
    "称为",
    "称作",
    "称之为",
    "统称",
    "统称为",
    "合称",
    "通称",
    "即",
    "所谓",
    "术语",
];
/// Words in brackets before a term that is mentioned there and not defined.
const ASIDE: [&str; 22] = [
    "see",
    "as",
    "under",
    "excluding",
    "including",
    "if",
    "for",
    "in",
    "of",
    "per",
    "with",
    "without",
    "not",
    "less",
    "e.g",
    "plus",
    "by",
    "to",
    "on",
    "from",
    "than",
    "when",
];
const ASIDE_HAN: &str = "见如例按含不除由在从以对";

/// Whether the words around a term say what it is.
pub(super) fn said(passage: &Passage, from: usize, until: usize) -> bool {
    let before = last(passage.text.get(..from).unwrap_or(""));
    let after = first(passage.text.get(until..).unwrap_or(""));
    let marked = passage.marked.iter().any(|it| it.start <= from && until <= it.end);
    let quoted = after.starts_with(|it: char| QUOTES.contains(it));
    let lead = sentence(before).is_empty();
    after_says(after, lead, marked || quoted)
        || before_says(before)
        || in_brackets(before, after, marked || quoted)
        || (marked && before.trim().is_empty())
        || (quoted && lead && says_later(after))
}

/// The part of a text that stands near its end.
fn last(text: &str) -> &str {
    let start = text.ceil_char_boundary(text.len().saturating_sub(NEAR));
    text.get(start..).unwrap_or("")
}

fn first(text: &str) -> &str {
    text.get(..text.floor_char_boundary(NEAR)).unwrap_or(text)
}

/// `“Month”, as used here, means …`
fn says_later(after: &str) -> bool {
    let own = after.split(['.', '。', ';', '；']).next().unwrap_or("");
    ["means", "mean", "refers"].iter().any(|it| own.split_whitespace().any(|word| word == *it))
        || own.contains('指')
}

/// `the`, `an`, `iv`.
const SMALL_MAX: usize = 3;

/// What stands before a term in its sentence, without articles, quotation marks and the numbers of items.
fn sentence(before: &str) -> &str {
    let start = before.char_indices().rev().find(|it| ".!?;:。！？；：\n".contains(it.1));
    let own = start.map_or(before, |(at, it)| before.get(at + it.len_utf8()..).unwrap_or(""));
    if only_terms(own) {
        return "";
    }
    let own =
        own.trim_matches(|it: char| it.is_whitespace() || QUOTES.contains(it) || "()（）-–—•·".contains(it));
    if own.len() <= SMALL_MAX || own.eq_ignore_ascii_case("each") { "" } else { own }
}

/// `“You” and`: nothing but other terms in quotation marks.
fn only_terms(text: &str) -> bool {
    let outside = text.split(|it: char| QUOTES.contains(it)).step_by(2);
    let joints = ["", ",", "and", "or", ", and", ", or", "、", "，", "或", "和", "及"];
    outside.map(str::trim).all(|it| joints.contains(&it))
}

/// What follows, past the quotation marks and past further terms of the same sentence: `“You”, “user” mean …`.
fn past_list(after: &str) -> &str {
    let mut rest = after.trim_start_matches(|it: char| QUOTES.contains(it) || it == '*').trim_start();
    loop {
        let joint = [", and", ", or", " and", " or", "and", "or", ",", "、", "或", "和", "，"]
            .iter()
            .find_map(|it| rest.strip_prefix(it))
            .unwrap_or(rest)
            .trim_start();
        let closed = ["“”", "\"\"", "「」"].iter().find_map(|pair| {
            let (open, close) = (pair.chars().next()?, pair.chars().next_back()?);
            joint.strip_prefix(open)?.split_once(close)
        });
        match closed {
            Some((_, tail)) => rest = tail.trim_start(),
            None => return rest,
        }
    }
}

fn after_says(after: &str, lead: bool, written: bool) -> bool {
    let rest = past_list(after);
    let what = |it: &str| {
        it.starts_with(|it: char| it.is_ascii_digit() || it == '(') || IS.iter().any(|word| begins(it, word))
    };
    let is = ["is", "are", "shall be", "will be"].iter().any(|it| strip(rest, it).is_some_and(what));
    let bracket = rest.strip_prefix(['(', '（']).is_some_and(|it| !is_aside(it));
    MEANS.iter().any(|it| begins(rest, it))
        || MEANS_HAN.iter().any(|it| rest.starts_with(it))
        || (lead && is)
        || ((lead || written) && rest.starts_with([':', '：', '—', '–']))
        || bracket
}

/// Words in brackets that begin as an aside does.
fn is_aside(text: &str) -> bool {
    let first = text.split(|it: char| !it.is_alphanumeric()).next().unwrap_or("");
    ASIDE.iter().any(|it| first.eq_ignore_ascii_case(it))
        || text.starts_with(|it: char| ASIDE_HAN.contains(it))
}

fn before_says(before: &str) -> bool {
    let bare = before.trim_end_matches(|it: char| it.is_whitespace() || QUOTES.contains(it) || it == '*');
    let bare = ["the", "a", "an"].iter().find_map(|it| strip_end(bare, it)).unwrap_or(bare);
    NAMED.iter().any(|it| strip_end(bare, it).is_some()) || NAMED_HAN.iter().any(|it| bare.ends_with(it))
}

/// `(the “Fee”)`, `（以下简称“月费”）`: brackets that hold little but the term.
fn in_brackets(before: &str, after: &str, written: bool) -> bool {
    let Some(open) = before.rfind(['(', '（']) else { return false };
    let inside = before.get(open..).unwrap_or("");
    if inside.contains([')', '）']) {
        return false;
    }
    let inside =
        inside.trim_matches(|it: char| it.is_whitespace() || QUOTES.contains(it) || "(（*".contains(it));
    let closes =
        after.trim_start_matches(|it: char| QUOTES.contains(it) || it == '*').starts_with([')', '）']);
    let few = inside.split_whitespace().count() <= 6 && inside.chars().count() <= 40;
    let aside =
        inside.split_whitespace().any(|it| ASIDE.contains(&it.trim_end_matches('.').to_lowercase().as_str()))
            || inside.contains(|it: char| ASIDE_HAN.contains(it) && !inside.contains("以下"));
    few && !aside && (written || closes)
}

fn begins(text: &str, word: &str) -> bool {
    strip(text, word).is_some()
}

/// What follows a word at the beginning, whatever its case.
fn strip<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let same = text.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word));
    let rest = text.get(word.len()..).filter(|_| same)?;
    let letter = |it: char| it.is_ascii_alphanumeric();
    (!word.ends_with(letter) || !rest.starts_with(letter)).then(|| rest.trim_start())
}

fn strip_end<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let at = text.len().checked_sub(word.len())?;
    let same = text.get(at..).is_some_and(|it| it.eq_ignore_ascii_case(word));
    let rest = text.get(..at).filter(|_| same)?;
    (!rest.ends_with(|it: char| it.is_ascii_alphanumeric())).then(|| rest.trim_end())
}
