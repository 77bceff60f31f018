//! A contract file: front matter, headings, links, and the fenced blocks that hold rules and examples.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser as Markdown, Tag, TagEnd};

use super::token::Span;
use crate::problem::{Problem, both};

/// A contract file larger than this is refused.
pub const CONTRACT_BYTES_MAX: usize = 256 * 1024;

/// Further lines of front matter are not read; far fewer keys are known, so the rest is told wrong already.
const ENTRIES_MAX: usize = 64;

/// One `key: value` of the front matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The value; a list is split at its commas.
    pub values: Vec<String>,
    /// Where the value stands.
    pub span: Span,
}

/// What a fenced block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// ```` ```sla ````
    Rules,
    /// ```` ```example ````
    Example,
}

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it holds.
    pub kind: BlockKind,
    /// The bytes between the fences.
    pub span: Span,
    /// The heading it stands under.
    pub clause: String,
}

/// A link of the prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its text.
    pub text: String,
    /// Its address.
    pub target: String,
    /// Where it stands.
    pub span: Span,
}

/// A heading of the prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Its text.
    pub text: String,
    /// 1 for the title.
    pub level: u8,
    /// Where it stands.
    pub span: Span,
}

/// A contract file, cut into its parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// The front matter.
    pub front: Vec<Entry>,
    /// Headings in order.
    pub headings: Vec<Heading>,
    /// Rule and example blocks in order.
    pub blocks: Vec<Block>,
    /// Links of the prose.
    pub links: Vec<Link>,
    /// First byte after the front matter.
    pub body: usize,
}

/// Cuts a contract file into its parts.
pub fn read(text: &str) -> (Document, Vec<Problem>) {
    let mut problems = Vec::new();
    if text.len() > CONTRACT_BYTES_MAX {
        problems.push(too_large(text.len()));
        return (Document::default(), problems);
    }
    let (front, body) = front_matter(text, &mut problems);
    let mut document = Document { front, body, ..Document::default() };
    read_markdown(text, &mut document, &mut problems);
    (document, problems)
}

fn too_large(bytes: usize) -> Problem {
    Problem::error(
        "E0010",
        Span::default(),
        both(
            format!("the contract has {bytes} bytes; the limit is {CONTRACT_BYTES_MAX}"),
            format!("合同有 {bytes} 字节，上限为 {CONTRACT_BYTES_MAX} 字节"),
        ),
        both("split annexes into contracts of their own", "请将附件拆分为单独的合同"),
    )
}

/// The front matter between two `---` lines: plain scalars and flat lists, nothing that expands.
fn front_matter(text: &str, problems: &mut Vec<Problem>) -> (Vec<Entry>, usize) {
    let Some(inner_start) = text.strip_prefix("---\n").map(|_| 4).or(text.strip_prefix("---\r\n").map(|_| 5))
    else {
        problems.push(Problem::error(
            "E0011",
            Span { from: 0, until: text.find('\n').unwrap_or(text.len()) },
            both("the contract does not begin with front matter", "合同没有以前置信息开头"),
            both(
                "begin the file with `---`, `id: …`, `version: …`, `zone: …`, `---`",
                "请以 `---`、`id: …`、`version: …`、`zone: …`、`---` 开头",
            ),
        ));
        return (Vec::new(), 0);
    };
    let rest = text.get(inner_start..).unwrap_or("");
    if !rest.lines().any(|it| it.trim_end() == "---") {
        problems.push(Problem::error(
            "E0012",
            Span { from: 0, until: 3 },
            both("the front matter is not closed", "前置信息没有结束"),
            both("end it with a line `---`", "请以一行 `---` 结束"),
        ));
        return (Vec::new(), 0);
    }
    let mut entries = Vec::new();
    let mut at = inner_start;
    for line in rest.split_inclusive('\n') {
        let span = Span { from: at, until: at + line.trim_end().len() };
        at += line.len();
        match line.trim_end() {
            "---" => break,
            "" => {}
            it if it.starts_with('#') => {}
            it => match front_entry(it, span) {
                Ok(_) if entries.len() >= ENTRIES_MAX => {}
                Ok(entry) => push_entry(entry, &mut entries, problems),
                Err(problem) => problems.push(*problem),
            },
        }
    }
    (entries, at)
}

fn push_entry(entry: Entry, entries: &mut Vec<Entry>, problems: &mut Vec<Problem>) {
    if entries.iter().any(|it| it.key == entry.key) {
        problems.push(Problem::error(
            "E0013",
            entry.span,
            both(
                format!("`{}` stands twice in the front matter", entry.key),
                format!("前置信息中 `{}` 出现两次", entry.key),
            ),
            both("keep one of them", "请只保留一个"),
        ));
        return;
    }
    entries.push(entry);
}

fn front_entry(line: &str, span: Span) -> Result<Entry, Box<Problem>> {
    let refuse = |en: &str, zh: &str| {
        Box::new(Problem::error(
            "E0014",
            span,
            both(en, zh),
            both(
                "the front matter holds plain `key: value` lines and `[a, b]` lists only",
                "前置信息只能是 `键: 值` 和 `[a, b]` 列表",
            ),
        ))
    };
    let (key, value) =
        line.split_once(':').ok_or_else(|| refuse("this line is not `key: value`", "此行不是 `键: 值`"))?;
    if key.starts_with(char::is_whitespace) || key.trim().is_empty() {
        return Err(refuse("nested front matter is not read", "不支持嵌套的前置信息"));
    }
    let value = value.trim();
    if value.starts_with(['&', '*', '!', '{', '|', '>', '<']) {
        return Err(refuse(
            "anchors, aliases, tags and nested values are refused",
            "不接受锚点、别名、标签或嵌套值",
        ));
    }
    let values = match value.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
        Some(list) => list.split(',').map(unquoted).collect(),
        None => vec![unquoted(value)],
    };
    Ok(Entry { key: key.trim().to_owned(), values, span })
}

fn unquoted(value: &str) -> String {
    let value = value.trim();
    let inner = value.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inner
        .or_else(|| value.strip_prefix('\'').and_then(|it| it.strip_suffix('\'')))
        .unwrap_or(value)
        .to_owned()
}

fn read_markdown(text: &str, document: &mut Document, problems: &mut Vec<Problem>) {
    let base = document.body;
    let body = text.get(base..).unwrap_or("");
    let mut heading: Option<(u8, Span, String)> = None;
    let mut link: Option<Link> = None;
    let mut clause = String::new();
    for (event, range) in Markdown::new_ext(body, Options::ENABLE_TABLES).into_offset_iter() {
        let span = Span { from: base + range.start, until: base + range.end };
        match event {
            Event::Start(Tag::Heading { level, .. }) => heading = Some((level as u8, span, String::new())),
            Event::End(TagEnd::Heading(_)) => {
                if let Some((level, span, text)) = heading.take() {
                    clause = text.trim().to_owned();
                    document.headings.push(Heading { text: clause.clone(), level, span });
                }
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                link = Some(Link { text: String::new(), target: dest_url.to_string(), span });
            }
            Event::End(TagEnd::Link) => document.links.extend(link.take()),
            Event::Text(it) | Event::Code(it) => {
                if let Some((_, _, text)) = &mut heading {
                    text.push_str(&it);
                }
                if let Some(link) = &mut link {
                    link.text.push_str(&it);
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => match block_kind(&info) {
                Some(_) if !at_margin(text, span) => problems.push(indented_block(text, span)),
                Some(kind) => {
                    let block = Block { kind, span: inside_fence(text, span), clause: clause.clone() };
                    document.blocks.push(block);
                }
                None => {}
            },
            _ => {}
        }
    }
}

/// Whether a fence stands at the left margin of the file.
fn at_margin(text: &str, fence: Span) -> bool {
    text.get(..fence.from).is_none_or(|it| it.is_empty() || it.ends_with('\n'))
}

fn indented_block(text: &str, fence: Span) -> Problem {
    let line = text.get(fence.from..fence.until).and_then(|it| it.lines().next()).map_or(0, str::len);
    Problem::error(
        "E0019",
        Span { from: fence.from, until: fence.from + line },
        both("a block of rules stands inside a list or a quotation", "规则块位于列表或引用之内"),
        both("begin its fence at the left margin of the file", "请让代码块的围栏从行首开始"),
    )
}

/// Whether a block of code holds rules or an example.
pub(crate) fn is_block(kind: &CodeBlockKind<'_>) -> bool {
    matches!(kind, CodeBlockKind::Fenced(info) if block_kind(info).is_some())
}

fn block_kind(info: &str) -> Option<BlockKind> {
    match info.split_whitespace().next() {
        Some("sla") => Some(BlockKind::Rules),
        Some("example") => Some(BlockKind::Example),
        _ => None,
    }
}

/// The lines between the fences of a block.
fn inside_fence(text: &str, block: Span) -> Span {
    let all = text.get(block.from..block.until).unwrap_or("");
    let from = all.find('\n').map_or(all.len(), |it| it + 1);
    let trimmed = all.trim_end();
    let last_line = trimmed.rfind('\n').map_or(0, |it| it + 1);
    let closed = last_line >= from
        && trimmed.get(last_line..).is_some_and(|it| it.trim_start().starts_with(['`', '~']));
    let until = if closed { last_line } else { all.len() };
    Span { from: block.from + from, until: block.from + until.max(from) }
}
