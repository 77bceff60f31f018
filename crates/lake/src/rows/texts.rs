//! A column of texts that seldom repeat: one run of bytes and where each text ends in it.

use super::{ABSENT_WORD, RowError};

/// A column of texts, at most `BYTES_MAX` bytes in all.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    text: String,
    /// Where the text of each row ends.
    ends: Vec<u32>,
    /// Rows that say nothing, in ascending order.
    absent: Vec<u32>,
}

/// Most bytes of a column in one batch; so few in tests that they are reached.
const BYTES_MAX: usize = if cfg!(test) { 4 << 20 } else { 1 << 31 };

impl Texts {
    /// What that row says.
    pub fn get(&self, row: usize) -> Option<&str> {
        if !self.absent.is_empty() && self.is_absent(row) {
            return None;
        }
        let from = row.checked_sub(1).and_then(|it| self.ends.get(it)).copied().unwrap_or_default();
        self.text.get(usize::try_from(from).ok()?..usize::try_from(*self.ends.get(row)?).ok()?)
    }

    /// Adds a row; [`RowError::Full`] when its text does not fit, and then nothing is added.
    pub fn push(&mut self, text: Option<&str>) -> Result<(), RowError> {
        let Some(text) = text else {
            self.push_absent();
            return Ok(());
        };
        if !self.has_room(text.len()) {
            return Err(RowError::Full);
        }
        self.text.push_str(text);
        self.ends.push(self.end());
        Ok(())
    }

    /// Adds a row that says nothing.
    pub fn push_absent(&mut self) {
        self.absent.push(u32::try_from(self.ends.len()).unwrap_or(ABSENT_WORD));
        self.ends.push(self.end());
    }

    /// How many bytes the text of a row has.
    pub fn bytes_of(&self, row: usize) -> usize {
        let end = |row: usize| self.ends.get(row).map_or(0, |it| *it as usize);
        end(row).saturating_sub(row.checked_sub(1).map_or(0, end))
    }

    /// Whether another text of that length still fits.
    pub fn has_room(&self, bytes: usize) -> bool {
        self.text.len().saturating_add(bytes) <= BYTES_MAX
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All texts one after the other.
    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Forgets the rows.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.absent.clear();
    }

    /// The end of the last text. No column has more bytes than that many.
    fn end(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    fn is_absent(&self, row: usize) -> bool {
        u32::try_from(row).is_ok_and(|row| self.absent.binary_search(&row).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_is_not_an_absent_one() {
        let mut texts = Texts::default();
        for text in [Some("ab"), None, Some(""), Some("c")] {
            texts.push(text).unwrap();
        }
        let all: Vec<Option<&str>> = (0..5).map(|row| texts.get(row)).collect();
        assert_eq!(all, [Some("ab"), None, Some(""), Some("c"), None]);
        let bytes: Vec<usize> = (0..5).map(|row| texts.bytes_of(row)).collect();
        assert_eq!(bytes, [2, 0, 0, 1, 0]);
    }

    #[test]
    fn a_text_that_does_not_fit_is_refused_and_what_was_there_stays() {
        let mut texts = Texts::default();
        let most = "a".repeat(BYTES_MAX - 1);
        texts.push(Some(&most)).unwrap();
        assert_eq!(texts.push(Some("bc")), Err(RowError::Full));
        texts.push(None).unwrap();
        texts.push(Some("d")).unwrap();
        assert_eq!(
            (texts.len(), texts.get(0), texts.get(1), texts.get(2)),
            (3, Some(&*most), None, Some("d"))
        );
    }
}
