//! Tokens of a rule block, with their place in the contract file.

use quantity::Ratio;

/// Bytes `[from, until)` of the contract file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub from: usize,
    /// One past the last byte.
    pub until: usize,
}

impl Span {
    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, end: Self) -> Self {
        Self { from: self.from.min(end.from), until: self.until.max(end.until) }
    }
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenKind {
    /// A word: a name or a keyword.
    Word(String),
    /// A number without a unit.
    Number(Ratio),
    /// A percentage, already divided by one hundred.
    Percent(Ratio),
    /// Text between double quotes.
    Text(String),
    /// `2026-10-01`, as written.
    Date(String),
    /// `09:00` or `09:00:05`, as written.
    Time(String),
    /// `2026-10-01T10:00:00Z`, as written.
    Instant(String),
    /// Punctuation, one of a fixed set.
    Punct(&'static str),
    /// The end of the block.
    End,
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
    /// It is the first token of its line.
    pub first_on_line: bool,
    /// It stands at the left margin, so it begins a statement.
    pub at_margin: bool,
}

/// A comment, kept for the formatter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The text with its `--`.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// Nothing but space stands before it on its line.
    pub own_line: bool,
}

/// Why a piece of text is not a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LexError {
    /// A character no token starts with.
    Character(char, Span),
    /// A text without its closing quote on the same line.
    OpenText(Span),
    /// A number with more than 38 digits or a stray dot or underscore.
    Number(Span),
    /// Two dashes that touch what stands before them.
    Comment(Span),
    /// Numbers that look like a date but are none.
    Date(Span),
}

impl LexError {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Character(_, span)
            | Self::OpenText(span)
            | Self::Number(span)
            | Self::Comment(span)
            | Self::Date(span) => *span,
        }
    }
}

/// Tokens, comments and errors of a block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lexed {
    /// The tokens, ended by [`TokenKind::End`].
    pub tokens: Vec<Token>,
    /// The comments, in order.
    pub comments: Vec<Comment>,
    /// What could not be read.
    pub errors: Vec<LexError>,
}

const PUNCTUATION: [&str; 22] = [
    "..", "<=", ">=", "!=", "(", ")", "[", "]", "{", "}", ",", ":", "=", "<", ">", "+", "-", "*", "/", ".",
    "|", "?",
];

/// Cuts `text`, which starts at byte `base` of the file, into tokens.
pub fn lex(text: &str, base: usize) -> Lexed {
    let mut lexer = Lexer { text, base, at: 0, line_start: 0, first_on_line: true, out: Lexed::default() };
    while lexer.step() {}
    lexer.out
}

struct Lexer<'a> {
    text: &'a str,
    base: usize,
    at: usize,
    line_start: usize,
    first_on_line: bool,
    out: Lexed,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn span(&self, from: usize) -> Span {
        Span { from: self.base + from, until: self.base + self.at }
    }

    /// Reads one token; false at the end.
    fn step(&mut self) -> bool {
        let Some(next) = self.rest().chars().next() else {
            let span = self.span(self.at);
            self.out.tokens.push(Token { kind: TokenKind::End, span, first_on_line: true, at_margin: true });
            return false;
        };
        match next {
            '\n' => {
                self.at += 1;
                self.line_start = self.at;
                self.first_on_line = true;
            }
            _ if next.is_whitespace() => self.at += next.len_utf8(),
            '-' if self.rest().starts_with("--") => self.comment(),
            '"' => self.text_literal(),
            '0'..='9' => self.digits(),
            _ if starts_word(next) => self.word(),
            _ => self.punctuation(next),
        }
        true
    }

    fn push(&mut self, kind: TokenKind, from: usize) {
        let token = Token {
            kind,
            span: self.span(from),
            first_on_line: self.first_on_line,
            at_margin: self.first_on_line && from == self.line_start,
        };
        self.first_on_line = false;
        self.out.tokens.push(token);
    }

    fn comment(&mut self) {
        let from = self.at;
        let length = self.rest().find('\n').unwrap_or(self.rest().len());
        let text = self.rest().get(..length).unwrap_or("").trim_end().to_owned();
        self.at += length;
        let span = self.span(from);
        let touches = self.text.get(..from).is_some_and(|it| it.ends_with(|it: char| !it.is_whitespace()));
        if touches {
            self.out.errors.push(LexError::Comment(Span { until: span.from + 2, ..span }));
        }
        self.out.comments.push(Comment { text, span, own_line: self.first_on_line });
    }

    fn text_literal(&mut self) {
        let from = self.at;
        let line = self.rest().split('\n').next().unwrap_or("");
        match line.get(1..).and_then(|it| it.find('"')) {
            Some(length) => {
                let inner = line.get(1..=length).unwrap_or("").to_owned();
                self.at += length + 2;
                self.push(TokenKind::Text(inner), from);
            }
            None => {
                let length = line.len();
                self.at += length;
                let span = self.span(from);
                self.out.errors.push(LexError::OpenText(span));
            }
        }
    }

    fn word(&mut self) {
        let from = self.at;
        let length = self.rest().find(|it| !continues_word(it)).unwrap_or(self.rest().len());
        let text = self.rest().get(..length).unwrap_or("").to_owned();
        self.at += length;
        self.push(TokenKind::Word(text), from);
    }

    fn punctuation(&mut self, next: char) {
        let from = self.at;
        match PUNCTUATION.iter().find(|it| self.rest().starts_with(**it)) {
            Some(punct) => {
                self.at += punct.len();
                self.push(TokenKind::Punct(punct), from);
            }
            None => {
                self.at += next.len_utf8();
                let span = self.span(from);
                self.out.errors.push(LexError::Character(next, span));
            }
        }
    }

    fn digits(&mut self) {
        let from = self.at;
        if let Some((kind, length)) = dated(self.rest()).or_else(|| timed(self.rest())) {
            self.at += length;
            self.push(kind, from);
            return;
        }
        if let Some(length) = nearly_dated(self.rest()) {
            self.at += length;
            let span = self.span(from);
            self.out.errors.push(LexError::Date(span));
            return;
        }
        let length = number_length(self.rest());
        let value = self.rest().get(..length).and_then(Ratio::parse_decimal);
        self.at += length;
        let percent = self.rest().starts_with('%');
        self.at += usize::from(percent);
        let stray = stray_length(self.rest());
        self.at += stray;
        let kind = match value.filter(|_| stray == 0) {
            Some(value) if percent => {
                Ratio::new(1, 100).and_then(|it| value.mul(&it)).ok().map(TokenKind::Percent)
            }
            other => other.map(TokenKind::Number),
        };
        match kind {
            Some(kind) => self.push(kind, from),
            None => {
                let span = self.span(from);
                self.out.errors.push(LexError::Number(span));
            }
        }
    }
}

fn starts_word(it: char) -> bool {
    it.is_alphabetic() || it == '_' || it == '°'
}

fn continues_word(it: char) -> bool {
    it.is_alphanumeric() || it == '_' || it == '°'
}

fn number_length(text: &str) -> usize {
    let mut length = 0;
    let mut dotted = false;
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(length) {
        let next_is_digit = bytes.get(length + 1).is_some_and(u8::is_ascii_digit);
        match byte {
            b'0'..=b'9' => {}
            b'_' if next_is_digit => {}
            b'.' if !dotted && next_is_digit => dotted = true,
            _ => break,
        }
        length += 1;
    }
    length
}

/// How many bytes after a number belong to it by mistake: `1__0`, `1.`, `1.2.3`.
fn stray_length(text: &str) -> usize {
    let mut next = text.chars().skip(1);
    let after = next.next();
    let stray = match text.chars().next() {
        Some('_') => true,
        Some('.') => after != Some('.') && !after.is_some_and(starts_word),
        _ => false,
    };
    if stray {
        text.find(|it: char| !(it.is_ascii_digit() || it == '_' || it == '.')).unwrap_or(text.len())
    } else {
        0
    }
}

/// The length of `2026-1-1` or `2026/10/01`, which would otherwise be read as a subtraction or a division.
fn nearly_dated(text: &str) -> Option<usize> {
    let shapes = [
        "9999-99-99",
        "9999-9-99",
        "9999-99-9",
        "9999-9-9",
        "9999/99/99",
        "9999/9/99",
        "9999/99/9",
        "9999/9/9",
    ];
    let length = shapes.iter().find(|it| shaped(text, it))?.len();
    let more = text.as_bytes().get(length).is_some_and(|it| it.is_ascii_digit() || b"-/.".contains(it));
    (!more).then_some(length)
}

/// Whether `text` starts with `pattern`, where `9` stands for any digit.
fn shaped(text: &str, pattern: &str) -> bool {
    let mut bytes = text.bytes();
    pattern.bytes().all(|want| match bytes.next() {
        Some(have) if want == b'9' => have.is_ascii_digit(),
        have => have == Some(want),
    })
}

fn dated(text: &str) -> Option<(TokenKind, usize)> {
    if !shaped(text, "9999-99-99") || text.as_bytes().get(10).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    if text.as_bytes().get(10) == Some(&b'T') {
        let length =
            text.find(|it: char| !(it.is_ascii_alphanumeric() || "-:+.".contains(it))).unwrap_or(text.len());
        return Some((TokenKind::Instant(text.get(..length)?.to_owned()), length));
    }
    Some((TokenKind::Date(text.get(..10)?.to_owned()), 10))
}

fn timed(text: &str) -> Option<(TokenKind, usize)> {
    let length = ["99:99:99", "9:99:99", "99:99", "9:99"].iter().find(|it| shaped(text, it))?.len();
    if text.as_bytes().get(length).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((TokenKind::Time(text.get(..length)?.to_owned()), length))
}
