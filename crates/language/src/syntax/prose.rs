//! The running text of a contract: its passages, each with the place of every letter, and what links may lead to.

use std::ops::Range;

use pulldown_cmark::{BrokenLink, Event, LinkType, Options, Parser as Markdown, Tag, TagEnd};

use super::document::Link;
use super::token::Span;

/// What a passage is in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A heading.
    Heading,
    /// A paragraph.
    Paragraph,
    /// The beginning of a list item, with its number when the list is numbered and stands in no other list.
    Item(Option<u64>),
    /// A cell of a table.
    Cell,
    /// A block of code that is no rules and no example.
    Code,
}

/// A stretch of text without a break: a paragraph, a heading, a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// What it is.
    pub place: Place,
    /// How many headings begin before its end; 0 before the first, a heading counts itself.
    pub headings: usize,
    /// The words as a reader sees them; lines are joined by a space, in Chinese by nothing.
    pub text: String,
    /// The bytes of `text` in bold or italics.
    pub marked: Vec<Range<usize>>,
    /// The bytes of `text` that are a link.
    pub linked: Vec<Range<usize>>,
    pieces: Vec<(usize, Span)>,
}

impl Passage {
    /// Where bytes `from..until` of the text stand in the file.
    pub fn span(&self, from: usize, until: usize) -> Span {
        Span { from: self.place_of(from), until: self.place_of(until.saturating_sub(1)) + 1 }
    }

    /// The byte of the file for a byte of the text; of an escape, its beginning.
    fn place_of(&self, at: usize) -> usize {
        let piece = self.pieces.iter().rev().find(|it| it.0 <= at).or(self.pieces.first());
        piece.map_or(0, |(start, span)| (span.from + at.saturating_sub(*start)).min(span.until.max(1) - 1))
    }
}

/// The running text of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prose {
    /// Its passages in order.
    pub passages: Vec<Passage>,
    /// The anchors set by hand: `<a id="…">`, `<a name="…">`, the `id` of any other element.
    pub anchors: Vec<String>,
    /// Reference links whose definition is missing; the target is the label.
    pub missing: Vec<Link>,
}

/// Reads the prose of a contract file, whose first `body` bytes are front matter.
pub fn read(text: &str, body: usize) -> Prose {
    let source = text.get(body..).unwrap_or("");
    let mut missing = Vec::new();
    let mut note = |it: BrokenLink<'_>| {
        missing.extend(missing_link(source, body, &it));
        None
    };
    let mut reader = Reader::default();
    let parser = Markdown::new_with_broken_link_callback(source, Options::ENABLE_TABLES, Some(&mut note));
    for (event, range) in parser.into_offset_iter() {
        reader.event(event, Span { from: body + range.start, until: body + range.end });
    }
    let anchors = reader.anchors;
    missing.sort_by_key(|it: &Link| it.span);
    missing.dedup();
    Prose { passages: reader.passages, anchors, missing }
}

/// A link written as one. `[text]` alone is bracketed text, `[1][2]` and `[^1]` are notes.
fn missing_link(source: &str, base: usize, broken: &BrokenLink<'_>) -> Option<Link> {
    let full = matches!(broken.link_type, LinkType::Reference | LinkType::Collapsed);
    let label = broken.reference.trim();
    if !full || label.starts_with('^') || label.chars().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let written = source.get(broken.span.clone())?;
    let text = written.strip_prefix('[')?.rsplit_once("][").map_or(label, |it| it.0);
    let span = Span { from: base + broken.span.start, until: base + broken.span.end };
    Some(Link { text: text.to_owned(), target: label.to_owned(), span })
}

#[derive(Default)]
struct Reader {
    passages: Vec<Passage>,
    anchors: Vec<String>,
    open: Option<Passage>,
    headings: usize,
    /// The next number of each list that is open; none where items have no numbers.
    lists: Vec<Option<u64>>,
    item: Option<Option<u64>>,
    place: Option<Place>,
    skipping: bool,
    marks: Vec<usize>,
    link: Option<usize>,
    html: String,
}

impl Reader {
    fn event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(it) | Event::Code(it) => self.push(&it, span),
            Event::SoftBreak => self.line_break(" ", span),
            Event::HardBreak => self.line_break("\n", span),
            Event::Html(it) => self.html.push_str(&it),
            Event::InlineHtml(it) => self.anchors.extend(anchors(&it)),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong | Tag::Emphasis => self.marks.push(self.here()),
            Tag::Link { .. } => self.link = Some(self.here()),
            Tag::Image { .. } | Tag::Strikethrough => {}
            tag => {
                self.close();
                self.begin(&tag);
            }
        }
    }

    fn begin(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.headings += 1;
                self.place = Some(Place::Heading);
            }
            Tag::List(first) => self.lists.push(*first),
            Tag::Item => {
                let outer = self.lists.len() == 1;
                let number = self.lists.last_mut().and_then(Option::as_mut);
                let given = number.map(|it| std::mem::replace(it, it.saturating_add(1)));
                self.item = Some(given.filter(|_| outer));
            }
            Tag::TableCell => self.place = Some(Place::Cell),
            Tag::CodeBlock(kind) => {
                self.place = Some(Place::Code);
                self.skipping = super::document::is_block(kind);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong | TagEnd::Emphasis => {
                let (from, until) = (self.marks.pop(), self.here());
                if let (Some(from), Some(open)) = (from, &mut self.open) {
                    open.marked.push(from..until);
                }
            }
            TagEnd::Link => {
                let (from, until) = (self.link.take(), self.here());
                if let (Some(from), Some(open)) = (from, &mut self.open) {
                    open.linked.push(from..until);
                }
            }
            TagEnd::Image | TagEnd::Strikethrough => {}
            tag => {
                self.close();
                self.place = None;
                match tag {
                    TagEnd::List(_) => drop(self.lists.pop()),
                    TagEnd::HtmlBlock => {
                        self.anchors.extend(anchors(&std::mem::take(&mut self.html)));
                    }
                    TagEnd::CodeBlock => self.skipping = false,
                    _ => {}
                }
            }
        }
    }

    fn here(&self) -> usize {
        self.open.as_ref().map_or(0, |it| it.text.len())
    }

    fn push(&mut self, text: &str, span: Span) {
        if self.skipping {
            return;
        }
        if self.open.is_none() {
            let place = self.place.unwrap_or_else(|| self.item.take().map_or(Place::Paragraph, Place::Item));
            self.open = Some(Passage {
                place,
                headings: self.headings,
                text: String::new(),
                marked: Vec::new(),
                linked: Vec::new(),
                pieces: Vec::new(),
            });
        }
        if let Some(open) = &mut self.open {
            open.pieces.push((open.text.len(), span));
            open.text.push_str(text);
        }
    }

    fn line_break(&mut self, by: &str, span: Span) {
        let chinese = |it: char| !it.is_ascii() && !('\u{80}'..'\u{2000}').contains(&it);
        let joined = self.open.as_ref().is_some_and(|it| it.text.ends_with(chinese));
        if self.open.is_some() && !(joined && by == " ") {
            self.push(by, span);
        }
    }

    fn close(&mut self) {
        self.marks.clear();
        self.link = None;
        self.passages.extend(self.open.take().filter(|it| !it.text.trim().is_empty()));
    }
}

/// The anchors that a piece of HTML sets; comments set none.
fn anchors(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((_, tail)) = rest.split_once('<') {
        if let Some(comment) = tail.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |it| it.1);
            continue;
        }
        let (tag, after) = tail.split_once('>').unwrap_or((tail, ""));
        found.extend(attribute(tag, "id"));
        if tag.split_whitespace().next().is_some_and(|it| it.eq_ignore_ascii_case("a")) {
            found.extend(attribute(tag, "name"));
        }
        rest = after;
    }
    found
}

/// The value of an attribute, in quotes or bare.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once('=') {
        let found = before.split_whitespace().last()?.to_ascii_lowercase();
        let after = after.trim_start();
        let (value, tail) = match after.chars().next()? {
            quote @ ('"' | '\'') => after.get(1..)?.split_once(quote)?,
            _ => after.split_once(char::is_whitespace).unwrap_or((after.trim_end_matches('/'), "")),
        };
        if found == name {
            return Some(value.to_owned()).filter(|it| !it.is_empty());
        }
        rest = tail;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(Place, String)> {
        read(text, 0).passages.into_iter().map(|it| (it.place, it.text)).collect()
    }

    #[test]
    fn passages_are_paragraphs_items_cells_and_headings_and_never_rules() {
        let text = "# One\n\nA *b*\nc.\n\n- x\n\n1. p\n   - q\n2. r\n\n```sla\nz\n```\n\n```\nk = 1\n```\n\n| a |\n|---|\n| b |\n";
        let told: Vec<String> =
            shown(text).into_iter().map(|(place, text)| format!("{place:?} {text}")).collect();
        assert_eq!(
            told,
            [
                "Heading One",
                "Paragraph A b c.",
                "Item(None) x",
                "Item(Some(1)) p",
                "Item(None) q",
                "Item(Some(2)) r",
                "Code k = 1\n",
                "Cell a",
                "Cell b",
            ]
        );
    }

    #[test]
    fn lines_of_chinese_are_joined_without_a_space() {
        assert_eq!(shown("服务\n时间")[0].1, "服务时间");
        assert_eq!(shown("service\ntime")[0].1, "service time");
    }

    #[test]
    fn every_letter_knows_its_place_in_the_file() {
        let text = "---\nx\n---\n\nA **bold** &amp; [link](#x)\nend 服务";
        let prose = read(text, 10);
        let passage = &prose.passages[0];
        assert_eq!(passage.text, "A bold & link end 服务");
        for word in ["A", "bold", "link", "end", "服务"] {
            let at = passage.text.find(word).unwrap();
            let span = passage.span(at, at + word.len());
            assert_eq!(&text[span.from..span.until], word);
        }
        assert_eq!(&passage.text[passage.marked[0].clone()], "bold");
        assert_eq!(&passage.text[passage.linked[0].clone()], "link");
    }

    #[test]
    fn anchors_are_read_from_html_and_not_from_comments() {
        let text = "<a id=\"one\"></a>\n\nx <a name='two'></a> <span id=three>y</span>\n\n<!-- <a id=\"four\"> -->\n\n<div class=\"c\"\n  id=\"five\">\n</div>\n\n`<a id=\"six\">`";
        assert_eq!(read(text, 0).anchors, ["one", "two", "three", "five"]);
    }

    #[test]
    fn a_reference_link_without_definition_is_missing_and_brackets_are_not() {
        let text = "[a][one] [b][two] [two][] [three][] [95%, 99%) [x] [1][2] [^1]\n\n[two]: #t\n";
        let missing: Vec<(String, String)> =
            read(text, 0).missing.into_iter().map(|it| (it.text, it.target)).collect();
        let expected = [("a", "one"), ("three", "three")];
        assert_eq!(missing, expected.map(|(text, label)| (text.to_owned(), label.to_owned())));
    }
}
