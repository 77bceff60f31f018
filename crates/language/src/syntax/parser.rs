//! The cursor over a block's tokens, shared by statements, expressions and examples.

use std::collections::BTreeSet;

use diagnostic::Bilingual;

use super::slip;
use super::token::{Lexed, Span, Token, TokenKind};
use crate::problem::{Problem, both};

/// Expressions nested deeper than this are refused.
pub const NESTING_MAX: usize = 64;

/// A parse error already reported; the caller resumes at the next statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported;

const END: Token =
    Token { kind: TokenKind::End, span: Span { from: 0, until: 0 }, first_on_line: true, at_margin: true };

/// The result of reading one thing.
pub type Parsed<T> = Result<T, Reported>;

/// A cursor over tokens.
pub struct Parser<'a> {
    pub(crate) source: &'a str,
    pub(crate) base: usize,
    tokens: Vec<Token>,
    at: usize,
    /// One past the last token of the statement at hand; an end token stands there.
    until: usize,
    end: Token,
    /// The first token of the statement at hand, or of its present clause.
    first: Token,
    /// The block is an example.
    pub(crate) example: bool,
    /// Where nothing could be read.
    unreadable: Vec<Span>,
    /// The statement at hand holds something that could not be read; what follows from that is not told.
    spoilt: bool,
    /// A new line ends the expression (inside `{ }` tables).
    pub(crate) line_ends: bool,
    /// `of` belongs to the enclosing call.
    pub(crate) of_ends: bool,
    pub(crate) depth: usize,
    /// The height of the tallest expression read since somebody set it to zero.
    pub(crate) height: usize,
    /// First bytes of tokens that stand directly after the token before, for the formatter.
    pub(crate) glued: BTreeSet<usize>,
    pub(crate) problems: Vec<Problem>,
}

impl<'a> Parser<'a> {
    /// A parser of `source`, which stands at byte `base` of the file, before its first statement.
    pub fn new(source: &'a str, base: usize, lexed: Lexed) -> Self {
        let problems = lexed.errors.iter().map(lex_problem).collect();
        let unreadable = lexed.errors.iter().map(super::token::LexError::span).collect();
        let mut tokens = lexed.tokens;
        let end = tokens.pop().unwrap_or(END);
        Self {
            source,
            base,
            until: 0,
            tokens,
            at: 0,
            first: end.clone(),
            example: false,
            end,
            unreadable,
            spoilt: false,
            line_ends: false,
            of_ends: false,
            depth: 0,
            height: 0,
            glued: BTreeSet::new(),
            problems,
        }
    }

    /// Goes to the next statement, up to the next token at the left margin (a closing brace may stand there);
    /// false when nothing is left.
    pub(crate) fn begin_statement(&mut self) -> bool {
        self.at = self.until;
        (self.line_ends, self.of_ends, self.depth, self.height) = (false, false, 0, 0);
        let rest = self.tokens.get(self.at..).unwrap_or(&[]);
        let begins = |it: &Token| it.at_margin && it.kind != TokenKind::Punct("}");
        let length = rest.iter().skip(1).position(begins).map_or(rest.len(), |it| it + 1);
        self.until = self.at + length;
        if let Some(last) = self.until.checked_sub(1).and_then(|it| self.tokens.get(it)) {
            self.end.span = Span { from: last.span.until, until: last.span.until };
        }
        if let Some(first) = self.tokens.get(self.at) {
            self.first = first.clone();
        }
        let next = self.tokens.get(self.until).map_or(usize::MAX, |it| it.span.from);
        let here = self.first.span.from..next;
        self.spoilt = self.unreadable.iter().any(|it| here.contains(&it.from));
        length > 0
    }

    /// Treats all of the text as one value, not as statements (text from outside a contract).
    pub fn allow_margin(&mut self) {
        for token in &mut self.tokens {
            token.at_margin = false;
            token.first_on_line = false;
        }
        self.until = self.tokens.len();
    }

    /// The next token.
    pub fn peek(&self) -> &Token {
        self.peek_at(0)
    }

    /// The token `ahead` places on; the end token past the end of the statement.
    pub fn peek_at(&self, ahead: usize) -> &Token {
        self.tokens.get(self.at + ahead).filter(|_| self.at + ahead < self.until).unwrap_or(&self.end)
    }

    /// Takes the next token.
    pub fn take(&mut self) -> Token {
        let token = self.peek().clone();
        if token.kind != TokenKind::End {
            self.at += 1;
        }
        token
    }

    /// Notes that a clause with a form of its own begins here.
    pub(crate) fn begin_clause(&mut self) {
        self.first = self.peek().clone();
    }

    /// Notes that the next token stands directly after the one just taken (a call, a sign, a label).
    pub(crate) fn glue(&mut self) {
        self.glued.insert(self.peek().span.from);
    }

    /// Whether the statement is read to its end.
    pub fn at_end(&self) -> bool {
        self.peek().kind == TokenKind::End
    }

    /// Whether the next token may continue the present expression.
    pub fn continues(&self) -> bool {
        !(self.peek().at_margin || self.line_ends && self.peek().first_on_line)
    }

    /// Whether the next token is this word.
    pub fn is_word(&self, word: &str) -> bool {
        self.is_word_at(0, word)
    }

    /// Whether the token `ahead` places on is this word.
    pub fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        matches!(&self.peek_at(ahead).kind, TokenKind::Word(it) if it == word)
    }

    /// Whether the next tokens are these words.
    pub fn are_words(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| self.is_word_at(ahead, word))
    }

    /// Whether the next token is this punctuation.
    pub fn is_punct(&self, punct: &str) -> bool {
        matches!(self.peek().kind, TokenKind::Punct(it) if it == punct)
    }

    /// Takes this word if it is next.
    pub fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    /// Takes these words if they are next.
    pub fn take_words(&mut self, words: &[&str]) -> bool {
        let found = self.are_words(words);
        self.at += if found { words.len() } else { 0 };
        found
    }

    /// Takes this punctuation if it is next.
    pub fn take_punct(&mut self, punct: &str) -> bool {
        let found = self.is_punct(punct);
        self.at += usize::from(found);
        found
    }

    /// Takes this punctuation or reports what stands there instead.
    pub fn expect_punct(&mut self, punct: &str) -> Parsed<Span> {
        if self.is_punct(punct) {
            Ok(self.take().span)
        } else {
            Err(self.expected(&format!("`{punct}`"), &format!("`{punct}`")))
        }
    }

    /// Takes this word or reports what stands there instead.
    pub fn expect_word(&mut self, word: &str) -> Parsed<Span> {
        if self.is_word(word) {
            Ok(self.take().span)
        } else {
            Err(self.expected(&format!("`{word}`"), &format!("`{word}`")))
        }
    }

    /// Takes a name.
    pub fn name(&mut self) -> Parsed<super::ast::Name> {
        match &self.peek().kind {
            TokenKind::Word(word) => {
                let text = word.clone();
                Ok(super::ast::Name { text, span: self.take().span })
            }
            _ => Err(self.expected("a name", "名称")),
        }
    }

    /// Takes a text.
    pub fn text(&mut self) -> Parsed<String> {
        match &self.peek().kind {
            TokenKind::Text(text) => {
                let text = text.clone();
                self.take();
                Ok(text)
            }
            _ => Err(self.expected("a text in double quotes", "双引号中的文字")),
        }
    }

    /// Takes a text if one is next.
    pub fn optional_text(&mut self) -> Option<String> {
        match &self.peek().kind {
            TokenKind::Text(_) if self.continues() => self.text().ok(),
            _ => None,
        }
    }

    /// Reports what stands here instead of `what`.
    pub fn expected(&mut self, what_en: &str, what_zh: &str) -> Reported {
        let help = match self.depth {
            0 => slip::form(&self.first, self.example),
            _ if what_en.starts_with('`') => slip::missing(self.peek()),
            _ => slip::value(what_en, self.last(), self.peek()),
        };
        self.expected_with(both(what_en, what_zh), help)
    }

    /// Reports what stands here instead of `what`, and how to mend it.
    pub(super) fn expected_with(&mut self, what: Bilingual, help: Bilingual) -> Reported {
        if self.spoilt {
            return Reported;
        }
        let token = self.peek().clone();
        let found = self.describe(&token);
        let (found_en, found_zh) = match token.kind {
            TokenKind::End => ("the end of the statement".to_owned(), "语句结尾".to_owned()),
            _ => (found.clone(), found),
        };
        self.problems.push(Problem::error(
            "E0001",
            token.span,
            both(
                format!("expected {}, found {found_en}", what.en),
                format!("此处应为{}，却是{found_zh}", what.zh),
            ),
            help,
        ));
        Reported
    }

    /// The token as written, in back-quotes.
    fn describe(&self, token: &Token) -> String {
        format!("`{}`", self.source_of(token.span))
    }

    /// The source text of a span.
    pub fn source_of(&self, span: Span) -> &'a str {
        self.source
            .get(span.from.saturating_sub(self.base)..span.until.saturating_sub(self.base))
            .unwrap_or("")
    }

    /// The span of the token just taken.
    pub fn last_span(&self) -> Span {
        self.last().map_or(Span::default(), |it| it.span)
    }

    /// The token just taken.
    fn last(&self) -> Option<&Token> {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at))
    }

    /// Reports tokens left over at the end of a statement.
    pub(crate) fn end_statement(&mut self) {
        if !self.at_end() {
            let help = slip::left_over(self.last(), self.peek());
            self.expected_with(both("the end of the statement", "语句结尾"), help);
        }
    }
}

fn lex_problem(error: &super::token::LexError) -> Problem {
    use super::token::LexError;
    match error {
        LexError::Character(it, span) => Problem::error(
            "E0002",
            *span,
            both(
                format!("`{}` has no meaning here", slip::shown(*it)),
                format!("`{}` 在此没有含义", slip::shown(*it)),
            ),
            slip::character(*it),
        ),
        LexError::OpenText(span) => Problem::error(
            "E0003",
            *span,
            both("a text is not closed on its line", "文字没有在本行结束"),
            both("end it with a double quote", "请以双引号结束"),
        ),
        LexError::Number(span) => Problem::error(
            "E0004",
            *span,
            both("a number has more than 38 digits or a stray separator", "数字超过 38 位或分隔符有误"),
            both("write it like `1_000.50`", "请写作 `1_000.50` 的形式"),
        ),
        LexError::Comment(span) => Problem::error(
            "E0006",
            *span,
            both(
                "`--` begins a comment, but it touches what stands before it",
                "`--` 表示注释，但与前文相连",
            ),
            both(
                "put a space before a comment; write minus minus as `- -`",
                "注释前请留空格；连续两个减号请写 `- -`",
            ),
        ),
        LexError::Date(span) => Problem::error(
            "E0007",
            *span,
            both("this looks like a date, but it is not written as one", "此处像日期，但写法不对"),
            both(
                "write `2026-01-31`; for a subtraction put spaces around `-`",
                "请写 `2026-01-31`；若为减法，请在 `-` 两侧留空格",
            ),
        ),
    }
}
