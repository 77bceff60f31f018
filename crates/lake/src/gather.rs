//! Rows picked out of several batches into one, all over the same dictionaries.

use std::sync::Arc;

use crate::layout::Layout;
use crate::rows::{
    ABSENT, ABSENT_DATE, ABSENT_TRUTH, ABSENT_WORD, Dictionary, RowError, Rows, Texts, Values, Words,
};

/// A row of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pick {
    /// Which batch.
    pub(crate) batch: u32,
    /// Which of its rows.
    pub(crate) row: u32,
}

/// A column of words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum WordColumn {
    Subject,
    Source,
    Attribute(usize),
}

impl WordColumn {
    /// All that rows of as many attributes may have.
    pub(crate) fn all(attributes: usize) -> impl Iterator<Item = WordColumn> {
        [WordColumn::Subject, WordColumn::Source]
            .into_iter()
            .chain((0..attributes).map(WordColumn::Attribute))
    }

    pub(crate) fn get(self, rows: &Rows) -> Option<&Words> {
        match self {
            WordColumn::Subject => Some(&rows.subject),
            WordColumn::Source => Some(&rows.source),
            WordColumn::Attribute(column) => match rows.columns.get(column)? {
                Values::Words(words) => Some(words),
                _ => None,
            },
        }
    }
}

impl Rows {
    /// Makes another batch speak in this one's codes, learning words this one does not know. The other is left without
    /// words until it shares this one's: while somebody shares a dictionary, it cannot learn.
    pub(crate) fn adopt(&mut self, other: &mut Rows) {
        adopt_words(&mut self.subject, &mut other.subject);
        adopt_words(&mut self.source, &mut other.source);
        for (mine, theirs) in self.columns.iter_mut().zip(&mut other.columns) {
            if let (Values::Words(mine), Values::Words(theirs)) = (mine, theirs) {
                adopt_words(mine, theirs);
            }
        }
    }

    /// Appends rows of batches that speak in this one's codes.
    pub(crate) fn gather(&mut self, batches: &[&Rows], picks: &[Pick]) -> Result<(), RowError> {
        fixed(&mut self.at, batches, picks, ABSENT, |it| &it.at);
        fixed(&mut self.recorded_at, batches, picks, ABSENT, |it| &it.recorded_at);
        fixed(&mut self.subject.codes, batches, picks, ABSENT_WORD, |it| &it.subject.codes);
        fixed(&mut self.source.codes, batches, picks, ABSENT_WORD, |it| &it.source.codes);
        texts(&mut self.id, batches, picks, |it| Some(&it.id))?;
        let mut columns = self.columns.iter_mut().enumerate();
        columns.try_for_each(|(index, values)| gather_values(values, index, batches, picks))
    }

    /// The rows in the order of `picks`, over the same dictionaries.
    pub(crate) fn picked(&self, picks: &[Pick]) -> Result<Rows, RowError> {
        let mut rows = self.empty();
        rows.gather(&[self], picks)?;
        Ok(rows)
    }

    /// No rows, over the same dictionaries.
    pub(crate) fn empty(&self) -> Rows {
        let mut rows = Rows::new(self.layout.clone());
        rows.share(self);
        rows
    }

    /// The same rows under a layout that has all their columns; what they lack is absent.
    pub(crate) fn laid_out(mut self, layout: &Layout) -> Result<Rows, RowError> {
        let count = self.len();
        let mut columns: Vec<Values> = layout.columns.iter().map(Values::new).collect();
        for (values, column) in columns.iter_mut().zip(&layout.columns) {
            let mine = self.layout.column(&column.name).and_then(|(at, _)| self.columns.get_mut(at));
            match (mine, &mut *values) {
                (Some(Values::Words(words)), Values::Texts(texts)) => {
                    (0..count).try_for_each(|row| texts.push(words.get(row)))?;
                }
                (Some(mine), values) => std::mem::swap(values, mine),
                (None, values) => values.push_absent(count),
            }
        }
        Ok(Rows { layout: layout.clone(), columns, ..self })
    }

    /// Takes over the dictionaries of `other`, whose codes these already are.
    pub(crate) fn share(&mut self, other: &Rows) {
        self.share_all(|it| Some(Arc::clone(&it.get(other)?.dictionary)));
    }

    /// Lets go of the dictionaries.
    pub(crate) fn release(&mut self) {
        self.share_all(|_| None);
    }

    /// How many words there are over all dictionaries.
    pub(crate) fn words(&self) -> usize {
        let all = WordColumn::all(self.columns.len());
        all.filter_map(|it| it.get(self)).map(|it| it.dictionary.len()).sum()
    }

    fn share_all(&mut self, of: impl Fn(WordColumn) -> Option<Arc<Dictionary>>) {
        self.subject.dictionary = of(WordColumn::Subject).unwrap_or_default();
        self.source.dictionary = of(WordColumn::Source).unwrap_or_default();
        for (index, values) in self.columns.iter_mut().enumerate() {
            if let Values::Words(words) = values {
                words.dictionary = of(WordColumn::Attribute(index)).unwrap_or_default();
            }
        }
    }
}

fn adopt_words(mine: &mut Words, theirs: &mut Words) {
    if Arc::ptr_eq(&mine.dictionary, &theirs.dictionary) {
        return;
    }
    let codes: Vec<u32> = {
        let known = |word: &Arc<str>| mine.dictionary.code(word);
        match theirs.dictionary.words().iter().map(known).collect() {
            Some(codes) => codes,
            None => {
                let dictionary = Arc::make_mut(&mut mine.dictionary);
                theirs.dictionary.words().iter().map(|it| dictionary.intern(it)).collect()
            }
        }
    };
    for code in &mut theirs.codes {
        let new = usize::try_from(*code).ok().and_then(|it| codes.get(it));
        *code = new.copied().unwrap_or(ABSENT_WORD);
    }
    theirs.dictionary = Arc::default();
}

fn gather_values(
    values: &mut Values,
    column: usize,
    batches: &[&Rows],
    picks: &[Pick],
) -> Result<(), RowError> {
    match values {
        Values::Words(words) => {
            fixed(&mut words.codes, batches, picks, ABSENT_WORD, |it| match it.columns.get(column) {
                Some(Values::Words(words)) => &words.codes,
                _ => &[],
            })
        }
        Values::Texts(all) => texts(all, batches, picks, |it| match it.columns.get(column) {
            Some(Values::Texts(texts)) => Some(texts),
            _ => None,
        })?,
        Values::Truths(truths) => {
            fixed(truths, batches, picks, ABSENT_TRUTH, |it| match it.columns.get(column) {
                Some(Values::Truths(truths)) => truths,
                _ => &[],
            })
        }
        Values::Numbers(numbers) => {
            fixed(numbers, batches, picks, ABSENT, |it| match it.columns.get(column) {
                Some(Values::Numbers(numbers)) => numbers,
                _ => &[],
            })
        }
        Values::Instants(instants) => {
            fixed(instants, batches, picks, ABSENT, |it| match it.columns.get(column) {
                Some(Values::Instants(instants)) => instants,
                _ => &[],
            })
        }
        Values::Dates(dates) => {
            fixed(dates, batches, picks, ABSENT_DATE, |it| match it.columns.get(column) {
                Some(Values::Dates(dates)) => dates,
                _ => &[],
            })
        }
    }
    Ok(())
}

fn fixed<'r, T: Copy + 'r>(
    out: &mut Vec<T>,
    batches: &[&'r Rows],
    picks: &[Pick],
    absent: T,
    of: impl Fn(&'r Rows) -> &'r [T],
) {
    let columns: Vec<&[T]> = batches.iter().map(|it| of(it)).collect();
    out.extend(picks.iter().map(|pick| {
        let column = columns.get(pick.batch as usize).copied().unwrap_or_default();
        column.get(pick.row as usize).copied().unwrap_or(absent)
    }));
}

fn texts<'r>(
    out: &mut Texts,
    batches: &[&'r Rows],
    picks: &[Pick],
    of: impl Fn(&'r Rows) -> Option<&'r Texts>,
) -> Result<(), RowError> {
    let columns: Vec<Option<&Texts>> = batches.iter().map(|it| of(it)).collect();
    for pick in picks {
        let column = columns.get(pick.batch as usize).copied().flatten();
        out.push(column.and_then(|it| it.get(pick.row as usize)))?;
    }
    Ok(())
}
