//! The lines of a block as the author broke them: tokens, comments, and whether a blank line stands before.

use crate::syntax::token::{Comment, Lexed, Token, TokenKind};

/// One line with something on it.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    /// Its tokens.
    pub(super) tokens: Vec<Token>,
    /// The comment at its end, or the comment it consists of.
    pub(super) comment: Option<Comment>,
    /// At least one blank line stands before it.
    pub(super) blank_before: bool,
    /// It stands at the left margin.
    pub(super) margin: bool,
    /// Columns of space before it.
    pub(super) indent: usize,
    /// The bracket it stands in, counted in order of opening.
    pub(super) inside: Option<usize>,
    /// The bracket that its last token opens.
    pub(super) opens: Option<usize>,
    /// Every bracket it opens it closes, and no other.
    pub(super) balanced: bool,
}

/// The lines of a block that are not blank.
pub(super) fn lines(source: &str, lexed: &Lexed) -> Vec<Line> {
    let ends: Vec<usize> = source.match_indices('\n').map(|(at, _)| at).collect();
    let number = |at: usize| ends.partition_point(|it| *it < at);
    let mut lines: Vec<Line> = Vec::new();
    let mut last = None;
    for piece in pieces(lexed) {
        let at = number(piece.from());
        if last != Some(at) {
            let blank_before = last.is_some_and(|it| at > it + 1);
            let line_start = at.checked_sub(1).and_then(|it| ends.get(it)).map_or(0, |it| it + 1);
            lines.push(Line { blank_before, margin: piece.from() == line_start, ..Line::default() });
            last = Some(at);
        }
        if let Some(line) = lines.last_mut() {
            piece.put(line);
        }
    }
    lines
}

enum Piece<'a> {
    Token(&'a Token),
    Comment(&'a Comment),
}

impl Piece<'_> {
    fn from(&self) -> usize {
        match self {
            Self::Token(it) => it.span.from,
            Self::Comment(it) => it.span.from,
        }
    }

    fn put(self, line: &mut Line) {
        match self {
            Self::Token(it) => line.tokens.push(it.clone()),
            Self::Comment(it) => line.comment = Some(it.clone()),
        }
    }
}

/// Tokens and comments in the order of the text.
fn pieces(lexed: &Lexed) -> Vec<Piece<'_>> {
    let tokens = lexed.tokens.iter().filter(|it| it.kind != TokenKind::End).map(Piece::Token);
    let mut pieces: Vec<Piece<'_>> = tokens.chain(lexed.comments.iter().map(Piece::Comment)).collect();
    pieces.sort_by_key(Piece::from);
    pieces
}
