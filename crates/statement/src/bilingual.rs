//! The reader's half of a text its author wrote in both languages.

use diagnostic::{Bilingual, Lang};

/// Between the English and the Chinese half of a sentence: a full-width slash between spaces.
const SENTENCE: &str = " ／ ";
/// Between the two halves of a heading.
const HEADING: &str = " · ";

/// The half of `text` written in `lang`; all of it when it is not written in two halves.
///
/// `4.1 Uptime · 可用性` is `4.1 可用性` in Chinese: both halves carry the number of the clause.
pub fn half(text: &str, lang: Lang) -> String {
    match (halves(text), lang) {
        (None, _) => text.to_owned(),
        (Some((en, _)), Lang::En) => en.to_owned(),
        (Some((en, zh)), Lang::Zh) => match number_of(en).filter(|_| !text.contains(SENTENCE)) {
            Some(number) if number_of(zh).is_none() => format!("{number} {zh}"),
            _ => zh.to_owned(),
        },
    }
}

/// The half of each text of a pair that is written in its language.
pub fn half_of_pair(pair: &Bilingual, lang: Lang) -> String {
    half(pair.in_lang(lang), lang)
}

/// English and Chinese half, in whichever order they are written.
fn halves(text: &str) -> Option<(&str, &str)> {
    [SENTENCE, HEADING].into_iter().find_map(|between| {
        let (left, right) = text.split_once(between)?;
        let (left, right) = (left.trim(), right.trim());
        match (has_han(left), has_han(right)) {
            (true, false) => Some((right, left)),
            (false, true) => Some((left, right)),
            // Quoted words of the other language do not unmake a sentence's halves.
            _ if between == SENTENCE => Some((left, right)),
            _ => None,
        }
    })
}

/// The clause number a heading begins with: `4.1` of `4.1 Uptime`.
fn number_of(heading: &str) -> Option<&str> {
    let first = heading.split_whitespace().next()?;
    let is_number = first.starts_with(|c: char| c.is_ascii_digit())
        && first.chars().all(|c| c.is_ascii_digit() || c == '.');
    is_number.then_some(first)
}

fn has_han(text: &str) -> bool {
    text.contains(is_han)
}

/// Whether it is a Chinese character.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reader_is_given_the_half_in_their_language() {
        for (text, en, zh) in [
            ("By e-mail ／ 发送电子邮件", "By e-mail", "发送电子邮件"),
            ("发送电子邮件 ／ By e-mail", "By e-mail", "发送电子邮件"),
            ("subject “申请” ／ 主题“申请”", "subject “申请”", "主题“申请”"),
            ("4.1 Uptime · 可用性", "4.1 Uptime", "4.1 可用性"),
            ("4.1 Uptime · 4.1 可用性", "4.1 Uptime", "4.1 可用性"),
            ("Overview · 概述", "Overview", "概述"),
            ("5 U.S.C. 6103 ／ 美国法典第 5 编", "5 U.S.C. 6103", "美国法典第 5 编"),
            ("A · B", "A · B", "A · B"),
            ("5 (2)", "5 (2)", "5 (2)"),
            ("可用性", "可用性", "可用性"),
            ("and/or ／", "and/or ／", "and/or ／"),
            ("", "", ""),
        ] {
            assert_eq!((half(text, Lang::En).as_str(), half(text, Lang::Zh).as_str()), (en, zh), "{text}");
        }
    }
}
