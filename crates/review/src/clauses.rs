//! The clauses of a document: numbers that begin its headings and paragraphs, and items of its numbered lists.

use std::collections::{BTreeMap, BTreeSet};

use language::syntax::document::Heading;
use language::syntax::prose::{Passage, Place, Prose};

/// `3.4` is `[3, 4]`.
pub(crate) type Number = Vec<u32>;

/// Longer numbers number no clause.
const DIGITS_MAX: usize = 4;
/// A document with fewer numbered headings does not number its clauses.
const NUMBERED_MIN: usize = 2;
/// What may stand before the number of a clause.
const KEYWORDS: [&str; 7] = ["clause", "section", "article", "sec.", "art.", "§", "条款"];
/// What follows the number in Chinese.
const UNITS: [&str; 6] = ["条", "章", "节", "款", "项", "部分"];

/// The clauses of a document.
pub(crate) struct Clauses<'p> {
    headings: usize,
    numbers: BTreeSet<Number>,
    /// Items of the numbered lists in a clause.
    items: BTreeMap<Number, BTreeSet<u32>>,
    /// What each clause says, its headings included.
    says: Vec<(Number, &'p Passage)>,
}

impl<'p> Clauses<'p> {
    pub(crate) fn new(prose: &'p Prose, headings: &[Heading]) -> Self {
        let mut clauses =
            Self { headings: 0, numbers: BTreeSet::new(), items: BTreeMap::new(), says: Vec::new() };
        let mut under: Number = Vec::new();
        let mut level = 0;
        for passage in &prose.passages {
            match passage.place {
                Place::Heading => {
                    let found = leading(&passage.text).map(|it| it.0);
                    let deep = headings.get(passage.headings.saturating_sub(1)).map_or(1, |it| it.level);
                    clauses.headings += usize::from(found.is_some());
                    if found.is_some() || deep <= level {
                        (under, level) = (found.unwrap_or_default(), deep);
                    }
                    clauses.numbers.extend(Some(under.clone()).filter(|it| !it.is_empty()));
                }
                Place::Item(Some(number)) => clauses.item(&under, number),
                Place::Code | Place::Cell => {}
                _ => clauses.numbers.extend(numbered(&passage.text)),
            }
            clauses.says.push((under.clone(), passage));
        }
        clauses
    }

    fn item(&mut self, under: &Number, number: u64) {
        let Ok(number) = u32::try_from(number) else { return };
        self.numbers.insert(under.iter().copied().chain([number]).collect());
        self.items.entry(under.clone()).or_default().insert(number);
    }

    /// Whether the clauses have numbers at all.
    pub(crate) fn are_numbered(&self) -> bool {
        self.headings >= NUMBERED_MIN
    }

    /// Whether there is such a clause, or one within it.
    pub(crate) fn has(&self, number: &[u32]) -> bool {
        self.numbers.range(number.to_vec()..).next().is_some_and(|it| it.starts_with(number))
    }

    /// Whether a clause has this item, as far as its items are numbered.
    pub(crate) fn has_item(&self, number: &[u32], item: u32) -> bool {
        let all = self.items.range(number.to_vec()..);
        let mut within = all.take_while(|(it, _)| it.starts_with(number)).peekable();
        let written = [format!("({item})"), format!("（{item}）")];
        within.peek().is_none()
            || within.any(|(_, it)| it.contains(&item))
            || self.has(&number.iter().copied().chain([item]).collect::<Number>())
            || self.passages(number).any(|it| written.iter().any(|sign| it.text.contains(sign)))
    }

    /// What a clause and those within it say.
    pub(crate) fn passages(&self, number: &[u32]) -> impl Iterator<Item = &'p Passage> {
        self.says.iter().filter(move |(it, _)| it.starts_with(number)).map(|it| it.1)
    }
}

/// A paragraph that is a clause of its own: `6.3 The provider …`, `7. …`, `第五条 …`.
fn numbered(text: &str) -> Option<Number> {
    let (number, rest) = leading(text)?;
    let alone = number.len() == 1 && text.trim_start().starts_with(|it: char| it.is_ascii_digit());
    (!alone || rest.starts_with(['.', ')', '、', '．', '）'])).then_some(number)
}

/// The number that a clause, or a reference to one, begins with, and what follows.
pub(crate) fn leading(text: &str) -> Option<(Number, &str)> {
    let text = text.trim_start();
    if let Some(ordinal) = text.strip_prefix('第') {
        return ordinal_number(ordinal);
    }
    let bare = KEYWORDS.iter().find_map(|it| strip_word(text, it)).unwrap_or(text);
    let ends = |rest: &str| !rest.starts_with(|it: char| it.is_ascii_alphanumeric() || "%°％".contains(it));
    dotted(bare).filter(|it| ends(it.1)).or_else(|| listed(bare)).or_else(|| roman(bare))
}

fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let begins = text.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word));
    let rest = text.get(word.len()..).filter(|_| begins)?;
    let apart = rest.starts_with(char::is_whitespace) || !word.ends_with(|it: char| it.is_ascii_alphabetic());
    apart.then(|| rest.trim_start())
}

/// `五条`, ` 3.2 款` after `第`.
pub(crate) fn ordinal_number(after: &str) -> Option<(Number, &str)> {
    let (number, rest) = numeral(after.trim_start())?;
    let rest = rest.trim_start();
    UNITS.iter().find_map(|it| rest.strip_prefix(it)).map(|it| (number, it))
}

fn numeral(text: &str) -> Option<(Number, &str)> {
    dotted(text).or_else(|| han_number(text).map(|(number, rest)| (vec![number], rest)))
}

/// `3.4` and what follows; a dot at the end belongs to what follows.
pub(crate) fn dotted(text: &str) -> Option<(Number, &str)> {
    let (first, mut rest) = whole(text)?;
    let mut number = vec![first];
    while let Some((next, after)) = rest.strip_prefix('.').and_then(whole) {
        number.push(next);
        rest = after;
    }
    Some((number, rest))
}

fn whole(text: &str) -> Option<(u32, &str)> {
    let length = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
    let digits = text.get(..length).filter(|it| it.len() <= DIGITS_MAX)?;
    Some((digits.parse().ok()?, text.get(length..)?))
}

/// `五、`, `（五）`.
fn listed(text: &str) -> Option<(Number, &str)> {
    let open = text.strip_prefix(['（', '(']);
    let (number, rest) = han_number(open.unwrap_or(text))?;
    let closed = if open.is_some() { rest.strip_prefix(['）', ')'])? } else { rest };
    (open.is_some() || rest.starts_with(['、', '.', '．'])).then_some((vec![number], closed))
}

/// `IV.`
fn roman(text: &str) -> Option<(Number, &str)> {
    let length = text.find(|it: char| !"IVXL".contains(it))?;
    let (letters, rest) = text.split_at_checked(length)?;
    if !rest.starts_with(['.', ')']) {
        return None;
    }
    let values: Vec<u32> = letters.chars().map(roman_digit).collect();
    let mut sum = 0u32;
    for (at, value) in values.iter().enumerate() {
        let less = values.get(at + 1).is_some_and(|next| value < next);
        sum = if less { sum.wrapping_sub(*value) } else { sum.wrapping_add(*value) };
    }
    (sum > 0).then_some((vec![sum], rest))
}

fn roman_digit(letter: char) -> u32 {
    match letter {
        'I' => 1,
        'V' => 5,
        'X' => 10,
        _ => 50,
    }
}

/// A Chinese number below one thousand.
fn han_number(text: &str) -> Option<(u32, &str)> {
    let digit = |it: char| "零一二三四五六七八九".chars().position(|d| d == it);
    let (mut sum, mut last, mut length) = (0usize, None, 0);
    for letter in text.chars() {
        match letter {
            '十' => sum += last.take().unwrap_or(1) * 10,
            '百' => sum += last.take().unwrap_or(1) * 100,
            '两' | '〇' => last = Some(if letter == '两' { 2 } else { 0 }),
            _ => match digit(letter) {
                Some(it) => last = Some(it),
                None => break,
            },
        }
        length += letter.len_utf8();
    }
    let number = u32::try_from(sum + last.unwrap_or(0)).ok()?;
    (length > 0).then_some((number, text.get(length..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_numbered_in_the_usual_ways() {
        for (text, expected) in [
            ("3.4 Exclusions", Some(vec![3, 4])),
            ("5. Fees", Some(vec![5])),
            ("5 Fees", Some(vec![5])),
            ("Section 12 Fees", Some(vec![12])),
            ("§ 7 Gebühren", Some(vec![7])),
            ("第五条 服务费", Some(vec![5])),
            ("第 4.2 款", Some(vec![4, 2])),
            ("第二十三章 其他", Some(vec![23])),
            ("十一、其他", Some(vec![11])),
            ("（三）费用", Some(vec![3])),
            ("IV. Fees", Some(vec![4])),
            ("Fees", None),
            ("99.9% uptime", None),
            ("2nd tier", None),
            ("第一次故障", None),
            ("一般规定", None),
            ("In general.", None),
        ] {
            assert_eq!(leading(text).map(|it| it.0), expected, "{text}");
        }
    }

    #[test]
    fn items_paragraphs_and_headings_are_clauses() {
        let text =
            "# T\n\n## 1 A\n\n1. x\n2. y\n\n## 2 B\n\n2.1 z\n\n### 2.5 C\n\n5 minutes\n\n## D\n\nfree\n";
        let prose = language::syntax::prose::read(text, 0);
        let headings = language::syntax::document::read(&format!("---\n---\n{text}")).0.headings;
        let clauses = Clauses::new(&prose, &headings);
        for known in [&[1][..], &[1, 2], &[2], &[2, 1], &[2, 5]] {
            assert!(clauses.has(known), "{known:?}");
        }
        for unknown in [&[3][..], &[1, 3], &[2, 2], &[5]] {
            assert!(!clauses.has(unknown), "{unknown:?}");
        }
        assert!(clauses.has_item(&[1], 2) && !clauses.has_item(&[1], 3) && clauses.has_item(&[2], 9));
        let says: Vec<&str> = clauses.passages(&[2]).map(|it| it.text.as_str()).collect();
        assert_eq!(says, ["2 B", "2.1 z", "2.5 C", "5 minutes"]);
    }
}
