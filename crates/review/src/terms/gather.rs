//! The places where the prose uses words as terms.

use std::ops::Range;

use language::syntax::prose::Place;

use super::phrase::{Word, ends_as_han_term, ends_as_term, is_han};
use super::{Read, Use, Why, meaning};

/// Longer quotations are sentences.
const BYTES_MAX: usize = 60;
const WORDS_MAX: usize = 5;
const HAN_MAX: usize = 12;
/// A Chinese term of so many letters is one at its first use in quotation marks.
const HAN_SURE: usize = 4;

/// Pairs of quotation marks; straight ones open and close in turn.
const QUOTES: [(char, char); 4] = [('“', '”'), ('「', '」'), ('『', '』'), ('"', '"')];
/// Small words that have a capital only because a sentence begins with them.
const OPENERS: [&str; 36] = [
    "the", "a", "an", "each", "any", "all", "no", "such", "this", "these", "that", "those", "where", "if",
    "when", "unless", "for", "in", "of", "our", "your", "its", "under", "upon", "after", "before", "as",
    "on", "at", "to", "by", "with", "while", "during", "only", "both",
];
/// Words beside a quotation that is shown on a screen or printed on a letter.
const BESIDE: [&str; 30] = [
    "click",
    "clicking",
    "press",
    "select",
    "selecting",
    "choose",
    "choosing",
    "button",
    "page",
    "titled",
    "entitled",
    "subject",
    "line",
    "marked",
    "labelled",
    "labeled",
    "named",
    "status",
    "state",
    "menu",
    "tab",
    "link",
    "option",
    "field",
    "box",
    "header",
    "heading",
    "title",
    "word",
    "reads",
];
const BEFORE_HAN: [&str; 17] = [
    "点击",
    "选择",
    "按下",
    "勾选",
    "名为",
    "标题为",
    "主题为",
    "填写",
    "注明",
    "显示",
    "状态为",
    "进入",
    "输入",
    "写作",
    "标为",
    "标记为",
    "写明",
];
const AFTER_HAN: [&str; 15] = [
    "按钮",
    "页面",
    "菜单",
    "选项",
    "字样",
    "一栏",
    "栏",
    "链接",
    "标签",
    "状态",
    "为主题",
    "为标题",
    "为题",
    "二字",
    "等字",
];

/// Every use of a phrase as a term, in the order of the text.
pub(super) fn uses(text: &[Read<'_>]) -> Vec<Use> {
    let read =
        text.iter().enumerate().filter(|(_, it)| !matches!(it.passage.place, Place::Heading | Place::Code));
    read.flat_map(|(at, it)| uses_in(at, it)).collect()
}

fn uses_in(index: usize, read: &Read<'_>) -> Vec<Use> {
    let mut uses: Vec<Use> = Vec::new();
    let written = quoted(&read.passage.text).into_iter().chain(marked(read));
    for (range, why) in written.filter_map(|it| Some((it.clone(), written_as_term(read, &it)?))) {
        uses.extend(found(index, read, range, why));
    }
    for (range, why) in capitals(read) {
        let again = uses.iter().any(|it| it.from < range.end && range.start < it.until);
        uses.extend(found(index, read, range, why).filter(|_| !again));
    }
    uses.sort_by_key(|it| it.from);
    uses
}

fn found(passage: usize, read: &Read<'_>, range: Range<usize>, why: Why) -> Option<Use> {
    let shown = read.passage.text.get(range.clone())?.to_owned();
    Some(Use { shown, passage, from: range.start, until: range.end, why })
}

/// What stands between quotation marks.
fn quoted(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for (at, letter) in text.char_indices() {
        match open {
            Some((from, close)) if letter == close => {
                found.extend(trimmed(text, from..at));
                open = None;
            }
            Some(_) => {}
            None => {
                let pair = QUOTES.iter().find(|it| it.0 == letter);
                open = pair.map(|it| (at + letter.len_utf8(), it.1));
            }
        }
    }
    found
}

/// What stands in bold or italics within a passage. At its beginning, or with a colon, it is a label.
fn marked(read: &Read<'_>) -> Vec<Range<usize>> {
    let text = &read.passage.text;
    let label = |it: &Range<usize>| {
        let own = text.get(it.clone()).unwrap_or("").trim_end();
        it.start == 0 || own.ends_with([':', '：', '.', '。'])
    };
    read.passage.marked.iter().filter(|it| !label(it)).filter_map(|it| trimmed(text, it.clone())).collect()
}

fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let inner = text.get(range.clone())?;
    let edge = |it: char| it.is_whitespace() || ",.;:，。；：".contains(it);
    let from = range.start + (inner.len() - inner.trim_start_matches(edge).len());
    let own = inner.trim_matches(edge);
    (!own.is_empty() && own.len() <= BYTES_MAX).then(|| from..from + own.len())
}

/// Whether a phrase in quotation marks or bold is a term, and what makes it one.
fn written_as_term(read: &Read<'_>, range: &Range<usize>) -> Option<Why> {
    let own = read.passage.text.get(range.clone())?;
    if meaning::elsewhere(read.passage, range.start, range.end).is_some() {
        return Some(Why::Promised);
    }
    if shown_on_a_screen(read, range) {
        return None;
    }
    let han = own.chars().filter(|it| is_han(*it)).count();
    if han > 0 {
        let plain = own.chars().all(|it| it.is_alphanumeric());
        let term = plain && (2..=HAN_MAX).contains(&han) && ends_as_han_term(own);
        return term.then_some(if han >= HAN_SURE { Why::Marked } else { Why::Recurs });
    }
    let words: Vec<Word> = inside(read, range).cloned().collect();
    let capital = words.iter().all(|it| it.capital || ["of", "and", "for", "the"].contains(&it.key.as_str()));
    ((2..=WORDS_MAX).contains(&words.len()) && capital && ends_as_term(&words)).then_some(Why::Marked)
}

fn inside<'r>(read: &'r Read<'_>, range: &Range<usize>) -> impl Iterator<Item = &'r Word> {
    let until = range.end;
    let first = read.words.partition_point(|it| it.from < range.start);
    read.words.get(first..).unwrap_or_default().iter().take_while(move |it| it.until <= until)
}

/// The words beside a range.
fn beside<'r>(read: &'r Read<'_>, range: &Range<usize>) -> (Option<&'r Word>, Option<&'r Word>) {
    let before = read.words.partition_point(|it| it.until <= range.start);
    let after = read.words.partition_point(|it| it.from < range.end);
    (before.checked_sub(1).and_then(|it| read.words.get(it)), read.words.get(after))
}

fn shown_on_a_screen(read: &Read<'_>, range: &Range<usize>) -> bool {
    let text = &read.passage.text;
    let quotes =
        |it: char| it.is_whitespace() || QUOTES.iter().any(|(open, close)| it == *open || it == *close);
    let before = text.get(..range.start).unwrap_or("").trim_end_matches(quotes);
    let after = text.get(range.end..).unwrap_or("").trim_start_matches(quotes);
    let screen = |it: Option<&Word>| it.is_some_and(|it| BESIDE.contains(&it.key.as_str()));
    let (word_before, word_after) = beside(read, range);
    screen(word_before)
        || screen(word_after)
        || BEFORE_HAN.iter().any(|it| before.ends_with(it))
        || AFTER_HAN.iter().any(|it| after.starts_with(it))
}

/// Words with capitals side by side.
fn capitals(read: &Read<'_>) -> Vec<(Range<usize>, Why)> {
    let text = &read.passage.text;
    let side_by_side = |a: &Word, b: &Word| a.capital && b.capital && text.get(a.until..b.from) == Some(" ");
    let runs = read.words.chunk_by(side_by_side).filter(|run| run.first().is_some_and(|it| it.capital));
    runs.filter_map(|run| capital_term(read, run)).collect()
}

fn capital_term(read: &Read<'_>, run: &[Word]) -> Option<(Range<usize>, Why)> {
    let opened = run.iter().take_while(|it| OPENERS.contains(&it.key.as_str())).count();
    let term = run.get(opened..)?;
    let range = term.first()?.from..term.last()?.until;
    if meaning::elsewhere(read.passage, range.start, range.end).is_some() {
        return Some((range, Why::Promised));
    }
    let sized = (2..=WORDS_MAX).contains(&term.len());
    let within = opened > 0 || within_sentence(read, range.start);
    (sized && within && ends_as_term(term)).then_some((range, Why::Recurs))
}

/// Whether a word without a capital stands before, and no end of a sentence between.
fn within_sentence(read: &Read<'_>, from: usize) -> bool {
    let (Some(before), _) = beside(read, &(from..from)) else { return false };
    let text = &read.passage.text;
    let small = text.get(before.from..).is_some_and(|it| it.starts_with(|it: char| it.is_lowercase()));
    let between = text.get(before.until..from).unwrap_or("");
    small && between.chars().all(|it| it.is_whitespace() || matches!(it, ',' | '"' | '“' | '”'))
}
