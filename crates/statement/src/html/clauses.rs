//! The contract cut into its clauses, for pages that set something beside each: the same ids and the same care as
//! [`super::contract`], and each language of the prose on its own where the text is written in both.

use diagnostic::Lang;
use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::contract::harmless;
use super::languages::{joined, only, speaks};
use super::links::clause_id;
use super::markup::Markup;

/// A heading and what stands under it until the next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clause {
    /// What links lead to: `clause-3`; empty for what stands before the first heading.
    pub id: String,
    /// The heading as written; empty before the first.
    pub heading: String,
    /// 1 for the title.
    pub level: u8,
    /// What stands under it.
    pub parts: Vec<Part>,
}

/// A piece of a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// What people agreed to.
    Prose(Prose),
    /// Rules, as written.
    Rules(String),
    /// A worked case: its title, and the case as written.
    Example(String, String),
}

/// Prose as HTML without anything a browser would fetch, follow or run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prose {
    /// All of it.
    pub whole: String,
    /// The English and the Chinese of it, where it says the same in both.
    pub halves: Option<(String, String)>,
}

/// The clauses of a contract, in order.
pub fn clauses(text: &str) -> Vec<Clause> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let events: Vec<Event<'_>> = Parser::new_ext(text, options).filter_map(harmless).map(unaligned).collect();
    let mut cut = Cut::default();
    blocks(events).into_iter().for_each(|it| cut.take(it));
    cut.finish()
}

/// The event without the style that aligns a column: a page may forbid styles of its own.
fn unaligned(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Start(Tag::Table(columns)) => Event::Start(Tag::Table(vec![Alignment::None; columns.len()])),
        event => event,
    }
}

#[derive(Default)]
struct Cut<'a> {
    done: Vec<Clause>,
    current: Clause,
    prose: Vec<Vec<Event<'a>>>,
    headings: usize,
}

impl<'a> Cut<'a> {
    fn take(&mut self, block: Vec<Event<'a>>) {
        match block.first() {
            Some(Event::Start(Tag::MetadataBlock(_))) => {}
            Some(Event::Start(Tag::Heading { level, .. })) => {
                let level = *level as u8;
                self.end_prose();
                let id = clause_id(self.headings);
                self.headings += 1;
                let next = Clause { id, heading: words(&block), level, parts: Vec::new() };
                let before = std::mem::replace(&mut self.current, next);
                self.done.push(before);
            }
            Some(Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info)))) => {
                match info.split_whitespace().next() {
                    Some("sla") => self.part(Part::Rules(words(&block))),
                    Some("example") => self.part(example(&words(&block))),
                    _ => self.prose.push(block),
                }
            }
            _ => self.prose.push(block),
        }
    }

    fn part(&mut self, part: Part) {
        self.end_prose();
        self.current.parts.push(part);
    }

    fn end_prose(&mut self) {
        let blocks = std::mem::take(&mut self.prose);
        if !blocks.is_empty() {
            self.current.parts.push(Part::Prose(prose(&blocks)));
        }
    }

    fn finish(mut self) -> Vec<Clause> {
        self.end_prose();
        self.done.push(self.current);
        self.done.retain(|it| !(it.id.is_empty() && it.parts.is_empty()));
        self.done
    }
}

fn prose(blocks: &[Vec<Event<'_>>]) -> Prose {
    let whole = rendered(blocks.concat());
    let (en, zh) = (half(blocks, Lang::En), half(blocks, Lang::Zh));
    let both = speaks(&blocks.concat()) == (true, true) && !en.is_empty() && !zh.is_empty() && en != zh;
    Prose { whole, halves: both.then_some((en, zh)) }
}

/// The blocks in one language. A block in the other language alone is left out where this language has blocks of its own.
fn half(blocks: &[Vec<Event<'_>>], lang: Lang) -> String {
    let alone = |it: &[Event<'_>], lang| {
        let (en, zh) = speaks(it);
        if lang == Lang::En { en && !zh } else { zh && !en }
    };
    let other = if lang == Lang::En { Lang::Zh } else { Lang::En };
    let has_own = blocks.iter().any(|it| alone(it, lang));
    let kept = blocks.iter().filter(|it| !(has_own && alone(it, other)));
    rendered(kept.flat_map(|it| only(it, lang)).collect())
}

fn rendered(events: Vec<Event<'_>>) -> String {
    // A head without words is no head.
    Markup::rendered(joined(events).into_iter()).into_string().replace("<th></th>", "<td></td>")
}

fn example(text: &str) -> Part {
    let first = text.lines().next().unwrap_or_default();
    let title = first.split('"').nth(1).unwrap_or(first);
    Part::Example(title.to_owned(), text.to_owned())
}

/// The events of each block that stands at the margin.
fn blocks(events: Vec<Event<'_>>) -> Vec<Vec<Event<'_>>> {
    let (mut all, mut depth) = (Vec::<Vec<Event<'_>>>::new(), 0_usize);
    for event in events {
        let (starts, ends) = (matches!(event, Event::Start(_)), matches!(event, Event::End(_)));
        match all.last_mut().filter(|_| depth > 0) {
            Some(block) => block.push(event),
            None => all.push(vec![event]),
        }
        depth = if starts { depth + 1 } else { depth.saturating_sub(usize::from(ends)) };
    }
    all
}

/// The words of a heading or of a block of code.
fn words(block: &[Event<'_>]) -> String {
    let mut text = String::new();
    for event in block {
        match event {
            Event::Text(it) | Event::Code(it) => text.push_str(it),
            Event::End(TagEnd::Heading(_)) => break,
            _ => {}
        }
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "---\nid: x\n---\n# Title · 标题\n\nIn English.\n\n用中文。\n\n```sla\ncycle calendar month\n```\n\n## 4.1 List · 列表\n\n1. An outage of two minutes counts.\n   两分钟的中断计入。\n2. Nothing else. 其他不计。\n\n```example\n\"One month\"\ncycle 2026-10\n```\n";

    #[test]
    fn a_contract_is_cut_at_its_headings_and_fences() {
        let all = clauses(TEXT);
        let seen: Vec<(&str, &str, u8)> = all.iter().map(|it| (&*it.id, &*it.heading, it.level)).collect();
        assert_eq!(seen, [("clause-0", "Title · 标题", 1), ("clause-1", "4.1 List · 列表", 2)]);
        assert_eq!(all[0].parts[1], Part::Rules("cycle calendar month".into()));
        assert_eq!(all[1].parts[1], Part::Example("One month".into(), "\"One month\"\ncycle 2026-10".into()));
    }

    #[test]
    fn each_language_stands_on_its_own() {
        let all = clauses(TEXT);
        let halves = |it: &Clause| match &it.parts[0] {
            Part::Prose(it) => it.halves.clone().unwrap(),
            other => panic!("{other:?}"),
        };
        assert_eq!(halves(&all[0]), ("<p>In English.</p>\n".into(), "<p>用中文。</p>\n".into()));
        let (en, zh) = halves(&all[1]);
        assert_eq!(en, "<ol>\n<li>An outage of two minutes counts.\n</li>\n<li>Nothing else.</li>\n</ol>\n");
        assert_eq!(zh, "<ol>\n<li>两分钟的中断计入。</li>\n<li>其他不计。</li>\n</ol>\n");
    }

    #[test]
    fn a_table_has_no_styles_and_no_empty_heads() {
        let all = clauses("# One\n\n| | b |\n|---|--:|\n| c | d |\n");
        let Part::Prose(it) = &all[0].parts[0] else { panic!("{all:?}") };
        assert!(it.whole.contains("<td></td><th>b</th>") && !it.whole.contains("style"), "{}", it.whole);
    }

    #[test]
    fn a_text_in_one_language_is_left_whole() {
        let all = clauses("# Only\n\nEnglish alone, with `code`.\n");
        let whole = "<p>English alone, with <code>code</code>.</p>\n".into();
        assert_eq!(all[0].parts, [Part::Prose(Prose { whole, halves: None })]);
    }
}
