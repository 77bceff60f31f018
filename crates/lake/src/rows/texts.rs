//! A column of texts that seldom repeat: one run of bytes and where each text ends in it.

use super::ABSENT_WORD;

/// A column of texts, at most 2^31 bytes in all.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    text: String,
    /// Where the text of each row ends.
    ends: Vec<u32>,
    /// Rows that say nothing, in ascending order.
    absent: Vec<u32>,
}

/// Most bytes of a column in one batch.
const BYTES_MAX: usize = 1 << 31;

impl Texts {
    /// What that row says.
    pub fn get(&self, row: usize) -> Option<&str> {
        if !self.absent.is_empty() && self.is_absent(row) {
            return None;
        }
        let from = row.checked_sub(1).and_then(|it| self.ends.get(it)).copied().unwrap_or_default();
        self.text.get(usize::try_from(from).ok()?..usize::try_from(*self.ends.get(row)?).ok()?)
    }

    /// Adds a row.
    pub fn push(&mut self, text: Option<&str>) {
        if text.is_none() {
            self.absent.push(u32::try_from(self.ends.len()).unwrap_or(ABSENT_WORD));
        }
        self.text.push_str(text.unwrap_or_default());
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
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
            texts.push(text);
        }
        let all: Vec<Option<&str>> = (0..5).map(|row| texts.get(row)).collect();
        assert_eq!(all, [Some("ab"), None, Some(""), Some("c"), None]);
    }
}
