//! How much a row group holds of texts and of words, so that it ends before a page of it were too long to be read.

use crate::gather::WordColumn;
use crate::rows::{Rows, Values};

/// What the row group that is being filled holds.
pub(super) struct Room {
    /// Most bytes of all ids and texts, and of the different words of each column.
    limit: usize,
    texts: usize,
    is_empty: bool,
    /// The columns whose words are more than fit into one group; hardly ever one.
    words: Vec<Counted>,
}

/// The different words of a column.
struct Counted {
    column: WordColumn,
    /// By code: whether the group has the word.
    seen: Vec<bool>,
    bytes: usize,
}

impl Room {
    pub(super) fn new(limit: usize) -> Room {
        Room { limit, texts: 0, is_empty: true, words: Vec::new() }
    }

    /// A new group begins.
    pub(super) fn begin(&mut self) {
        (self.texts, self.is_empty) = (0, true);
        for it in &mut self.words {
            it.seen.fill(false);
            it.bytes = 0;
        }
    }

    /// Takes a row into the group; `false` when it has to begin another one. The first always fits.
    pub(super) fn take(&mut self, rows: &Rows, row: usize) -> bool {
        let texts = self.texts.saturating_add(text_bytes(rows, row));
        let words = self.words.iter().all(|it| it.with(rows, row) <= self.limit);
        if !self.is_empty && (texts > self.limit || !words) {
            return false;
        }
        (self.texts, self.is_empty) = (texts, false);
        self.words.iter_mut().for_each(|it| it.take(rows, row));
        true
    }

    /// Sees to columns that have learned more words than fit; `group` are the rows of the group so far.
    pub(super) fn learn(&mut self, group: &Rows) {
        for column in WordColumn::all(group.columns.len()) {
            let Some(words) = column.get(group).filter(|it| it.dictionary.bytes() > self.limit) else {
                continue;
            };
            let known = self.words.iter_mut().find(|it| it.column == column);
            match known {
                Some(it) => it.seen.resize(words.dictionary.len(), false),
                None => {
                    let mut it = Counted { column, seen: vec![false; words.dictionary.len()], bytes: 0 };
                    (0..group.len()).for_each(|row| it.take(group, row));
                    self.words.push(it);
                }
            }
        }
    }
}

impl Counted {
    /// The code and the length of the row's word, if the group has not got it.
    fn new_word(&self, rows: &Rows, row: usize) -> Option<(usize, usize)> {
        let words = self.column.get(rows)?;
        let code = usize::try_from(*words.codes.get(row)?).ok()?;
        (self.seen.get(code) == Some(&false)).then(|| (code, words.get(row).map_or(0, str::len)))
    }

    /// The bytes with that row.
    fn with(&self, rows: &Rows, row: usize) -> usize {
        self.bytes.saturating_add(self.new_word(rows, row).map_or(0, |(_, length)| length))
    }

    fn take(&mut self, rows: &Rows, row: usize) {
        let Some((code, length)) = self.new_word(rows, row) else { return };
        self.bytes = self.bytes.saturating_add(length);
        self.seen.get_mut(code).into_iter().for_each(|it| *it = true);
    }
}

fn text_bytes(rows: &Rows, row: usize) -> usize {
    let texts = rows.columns.iter().map(|it| match it {
        Values::Texts(it) => it.bytes_of(row),
        _ => 0,
    });
    texts.fold(rows.id.bytes_of(row), usize::saturating_add)
}
