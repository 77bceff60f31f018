//! Which language a piece of prose is written in, and the prose with one of its two languages alone.
//!
//! Contracts say the same in English and in Chinese in turn: paragraph by paragraph, line by line, one sentence after the
//! other, or in halves with a dot between. Nothing is left out that has no counterpart within the same item.

use diagnostic::Lang;
use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use crate::bilingual::{half, is_han};

/// A language, or none: figures and signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speech {
    En,
    Zh,
    Neither,
    /// What stands between the halves of a line.
    Between,
}

/// Whether something of it is English, and whether something is Chinese.
pub(super) fn speaks(events: &[Event<'_>]) -> (bool, bool) {
    let all: Vec<Speech> =
        runs(events).into_iter().flat_map(|(run, _)| pieces(&text_of(run))).map(|it| it.2).collect();
    (all.contains(&Speech::En), all.contains(&Speech::Zh))
}

/// The block with what is said in `lang`, wherever it says it in both.
pub(super) fn only<'a>(events: &[Event<'a>], lang: Lang) -> Vec<Event<'a>> {
    let mut out = Vec::new();
    for (run, is_inline) in runs(events) {
        if is_inline {
            out.extend(without_empty(only_of_run(run, lang)))
        } else {
            out.extend(run.iter().cloned())
        }
    }
    out
}

/// The events in runs of words that stand together, and what stands between such runs.
fn runs<'e, 'a>(events: &'e [Event<'a>]) -> Vec<(&'e [Event<'a>], bool)> {
    events.chunk_by(|one, next| is_inline(one) == is_inline(next)).map(|it| (it, is_inline(&it[0]))).collect()
}

fn is_inline(event: &Event<'_>) -> bool {
    match event {
        Event::Text(_) | Event::Code(_) | Event::SoftBreak | Event::HardBreak => true,
        Event::Start(tag) => matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough),
        Event::End(tag) => matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough),
        _ => false,
    }
}

fn only_of_run<'a>(run: &[Event<'a>], lang: Lang) -> Vec<Event<'a>> {
    if let [Event::Text(text)] = run {
        let mine = without_foreign_number(half(text, lang), text);
        if mine != **text {
            return vec![Event::Text(CowStr::from(mine))];
        }
    }
    let pieces = pieces(&text_of(run));
    let any = |speech| pieces.iter().any(|it| it.2 == speech);
    if !(any(Speech::En) && any(Speech::Zh)) {
        return run.to_vec();
    }
    let other = if lang == Lang::En { Speech::Zh } else { Speech::En };
    let gone = |speech| speech == other || speech == Speech::Between;
    let dropped = |at: usize| pieces.iter().any(|it| gone(it.2) && it.0 <= at && at < it.1);
    let mut at = 0;
    let mut out = Vec::new();
    for event in run {
        let length = length(event);
        match event {
            Event::Text(text) => {
                let kept: String =
                    text.char_indices().filter(|it| !dropped(at + it.0)).map(|it| it.1).collect();
                if !kept.is_empty() {
                    out.push(Event::Text(CowStr::from(kept)));
                }
            }
            Event::Start(_) | Event::End(_) => out.push(event.clone()),
            _ if !dropped(at) => out.push(event.clone()),
            _ => {}
        }
        at += length;
    }
    out
}

/// A half whose number was put before it, as before a heading, although it has numbers of its own.
fn without_foreign_number(half: String, whole: &str) -> String {
    let own =
        half.split_once(' ').map(|it| it.1).filter(|own| !whole.contains(&half) && whole.ends_with(own));
    match own {
        Some(own) if own.contains(|it: char| it.is_ascii_digit()) => own.to_owned(),
        _ => half,
    }
}

/// Lines that were broken within Chinese are joined again: Chinese sets no space there.
pub(super) fn joined<'a>(events: Vec<Event<'a>>) -> Vec<Event<'a>> {
    let ends = |it: Option<&Event<'_>>| matches!(it, Some(Event::Text(it)) if it.ends_with(is_wide));
    let begins = |it: Option<&Event<'_>>| matches!(it, Some(Event::Text(it)) if it.starts_with(is_wide));
    let within = |at: usize| at > 0 && ends(events.get(at - 1)) && begins(events.get(at + 1));
    let breaks: Vec<bool> =
        (0..events.len()).map(|at| matches!(events.get(at), Some(Event::SoftBreak)) && within(at)).collect();
    events.into_iter().zip(breaks).filter(|it| !it.1).map(|it| it.0).collect()
}

/// Characters as wide as high: Chinese ones and their punctuation.
fn is_wide(it: char) -> bool {
    is_han(it) || matches!(it, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}' | '“' | '”')
}

/// Emphasis of nothing is taken out.
fn without_empty(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let mut out: Vec<Event<'_>> = Vec::new();
    for event in events {
        if matches!(event, Event::End(_)) && matches!(out.last(), Some(Event::Start(_))) {
            out.pop();
        } else {
            out.push(event);
        }
    }
    out
}

fn length(event: &Event<'_>) -> usize {
    match event {
        Event::Text(it) | Event::Code(it) => it.len(),
        Event::SoftBreak | Event::HardBreak => 1,
        _ => 0,
    }
}

fn text_of(run: &[Event<'_>]) -> String {
    let mut text = String::new();
    for event in run {
        match event {
            Event::Text(it) | Event::Code(it) => text.push_str(it),
            Event::SoftBreak | Event::HardBreak => text.push('\n'),
            _ => {}
        }
    }
    text
}

/// The text in pieces `[from, until)` of one language each: whole lines, of which a line may turn from English to Chinese
/// once, after a sentence.
fn pieces(text: &str) -> Vec<(usize, usize, Speech)> {
    let mut found: Vec<(usize, usize, Speech)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        match turn(line) {
            Some((end, begin)) => {
                found.push((at, at + end, Speech::En));
                found.push((at + end, at + begin, Speech::Between));
                found.push((at + begin, at + line.len(), Speech::Zh));
            }
            None => found.push((at, at + line.len(), speech(line))),
        }
        at += line.len();
    }
    // A line of names and figures within a Chinese paragraph belongs to it.
    for it in 1..found.len().saturating_sub(1) {
        if found[it - 1].2 == Speech::Zh && found[it + 1].2 == Speech::Zh {
            found[it].2 = Speech::Zh;
        }
    }
    found
}

/// Where a line that begins in English goes on in Chinese: the end of the one, the beginning of the other.
fn turn(line: &str) -> Option<(usize, usize)> {
    let separators = [" · ", " ／ "].into_iter().flat_map(|it| line.match_indices(it));
    let mut halves = separators.map(|(at, it)| (at, at + it.len()));
    let between = halves.find(|(end, begin)| {
        let (before, after) = (line.get(..*end).unwrap_or(""), line.get(*begin..).unwrap_or(""));
        !before.contains(is_han) && after.contains(is_han)
    });
    if between.is_some() {
        return between;
    }
    let ends = line.match_indices(['.', '!', '?', ':', ';']).map(|it| it.0 + 1);
    let mut turns = ends.filter(|at| line.get(*at..).is_some_and(|rest| rest.starts_with(' ')));
    let found = turns.find(|at| {
        let (before, after) = (line.get(..*at).unwrap_or(""), line.get(*at..).unwrap_or(""));
        let next = after.split_inclusive(['。', '；', '.', '\n']).next().unwrap_or("");
        speech(before) == Speech::En && !before.contains(is_han) && speech(next) == Speech::Zh
    });
    found.map(|at| (at, at + 1))
}

/// Chinese where it has as many Chinese characters as words in other letters.
fn speech(text: &str) -> Speech {
    let han = text.chars().filter(|it| is_han(*it)).count();
    let words = text
        .split(|it: char| !it.is_ascii_alphanumeric())
        .filter(|it| it.starts_with(|it: char| it.is_ascii_alphabetic()))
        .count();
    match (han, words) {
        (0, 0) => Speech::Neither,
        (han, words) if han > 0 && han >= words => Speech::Zh,
        _ => Speech::En,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn halves(text: &str) -> (String, String) {
        let pieces = pieces(text);
        let of = |lang| -> String {
            pieces
                .iter()
                .filter(|it| it.2 != lang && it.2 != Speech::Between)
                .map(|it| text[it.0..it.1].trim_end())
                .collect()
        };
        (of(Speech::Zh), of(Speech::En))
    }

    #[test]
    fn a_number_is_put_before_a_half_only_where_it_has_none() {
        for (half, whole, kept) in [
            ("100 费用的 100%", "100 % of the fee · 费用的 100%", "费用的 100%"),
            ("4.1 可用性", "4.1 Uptime · 可用性", "4.1 可用性"),
            ("20 分钟", "20 minutes · 分钟", "20 分钟"),
            ("20 minutes", "20 minutes · 分钟", "20 minutes"),
        ] {
            assert_eq!(without_foreign_number(half.to_owned(), whole), kept);
        }
    }

    #[test]
    fn lines_and_sentences_are_told_apart() {
        for (text, en, zh) in [
            ("One line.\n一行。", "One line.", "一行。"),
            (
                "User data lies in East 2. 用户数据位于华东 2。",
                "User data lies in East 2.",
                "用户数据位于华东 2。",
            ),
            ("Websoft9 致力于提供 IT 服务。", "", "Websoft9 致力于提供 IT 服务。"),
            ("由 IT 部门的\nWebsoft9\n平台提供。", "", "由 IT 部门的Websoft9平台提供。"),
            ("success rate · 成功率", "success rate", "成功率"),
            ("Press the “申请” button in the portal.", "Press the “申请” button in the portal.", ""),
        ] {
            assert_eq!(halves(text), (en.to_owned(), zh.to_owned()), "{text}");
        }
        assert_eq!(speech("< 99.9 %"), Speech::Neither);
    }
}
