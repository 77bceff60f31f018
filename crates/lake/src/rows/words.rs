//! A column of words: each row a code, each code a word of a dictionary.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::ABSENT_WORD;

/// Different words, each with a code from zero in the order they were first said.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    words: Vec<Arc<str>>,
    /// Bytes of all words.
    bytes: usize,
    /// Only ever asked for one word; never walked through.
    codes: HashMap<Arc<str>, u32, RandomState>,
}

impl Dictionary {
    /// The word of that code.
    pub fn word(&self, code: u32) -> Option<&str> {
        self.words.get(usize::try_from(code).ok()?).map(|it| &**it)
    }

    /// The code of that word, if it has one.
    pub fn code(&self, word: &str) -> Option<u32> {
        self.codes.get(word).copied()
    }

    /// The code of that word, a new one if it has none.
    pub fn intern(&mut self, word: &str) -> u32 {
        if let Some(code) = self.codes.get(word) {
            return *code;
        }
        let code = u32::try_from(self.words.len()).unwrap_or(ABSENT_WORD);
        let shared: Arc<str> = Arc::from(word);
        self.bytes = self.bytes.saturating_add(word.len());
        self.words.push(Arc::clone(&shared));
        self.codes.insert(shared, code);
        code
    }

    /// How many words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Bytes of all words.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The words in the order of their codes.
    pub fn words(&self) -> &[Arc<str>] {
        &self.words
    }

    /// By code: 1 + the position of its word among all words in ascending order. Zero is left for what is absent.
    pub fn ranks(&self) -> Vec<u32> {
        let mut codes: Vec<u32> = (0..).take(self.words.len()).collect();
        codes.sort_unstable_by(|left, right| self.word(*left).cmp(&self.word(*right)));
        let mut ranks = vec![0; codes.len()];
        for (rank, code) in (1..).zip(codes) {
            if let Some(slot) = usize::try_from(code).ok().and_then(|it| ranks.get_mut(it)) {
                *slot = rank;
            }
        }
        ranks
    }
}

/// A column of words.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// What the codes stand for.
    pub dictionary: Arc<Dictionary>,
    /// A code for each row, or [`ABSENT_WORD`].
    pub codes: Vec<u32>,
}

impl Words {
    /// What that row says.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.dictionary.word(*self.codes.get(row)?)
    }

    /// Adds a row.
    pub fn push(&mut self, word: Option<&str>) {
        let code = match (word, self.codes.last()) {
            (None, _) => ABSENT_WORD,
            (Some(word), Some(last)) if self.dictionary.word(*last) == Some(word) => *last,
            (Some(word), _) => self.intern(word),
        };
        self.codes.push(code);
    }

    /// Forgets the rows, not the words.
    pub fn clear(&mut self) {
        self.codes.clear();
    }

    fn intern(&mut self, word: &str) -> u32 {
        match self.dictionary.code(word) {
            Some(code) => code,
            None => Arc::make_mut(&mut self.dictionary).intern(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_in_the_order_of_the_words_whatever_order_they_came_in() {
        let mut words = Words::default();
        for word in [Some("b"), None, Some("c"), Some("a"), Some("b"), Some("")] {
            words.push(word);
        }
        assert_eq!(words.codes, [0, ABSENT_WORD, 1, 2, 0, 3]);
        assert_eq!(words.dictionary.ranks(), [3, 4, 2, 1]);
        assert_eq!((words.get(2), words.get(1), words.get(9)), (Some("c"), None, None));
    }
}
