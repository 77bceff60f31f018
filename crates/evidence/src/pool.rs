//! Texts that many records repeat, kept once.

use std::collections::BTreeSet;
use std::sync::Arc;

/// Texts found without a search, a power of two.
const AT_HAND: usize = 64;

/// The texts seen so far.
pub(crate) struct Pool {
    texts: BTreeSet<Arc<str>>,
    /// Of the texts that share a place the one asked for last.
    at_hand: [Option<Arc<str>>; AT_HAND],
}

impl Default for Pool {
    fn default() -> Self {
        Self { texts: BTreeSet::new(), at_hand: [const { None }; AT_HAND] }
    }
}

impl Pool {
    /// The shared copy of `text`.
    pub(crate) fn share(&mut self, text: &str) -> Arc<str> {
        let Some(at_hand) = self.at_hand.get_mut(place(text)) else { return text.into() };
        match at_hand {
            Some(known) if **known == *text => Arc::clone(known),
            _ => Arc::clone(at_hand.insert(among(&mut self.texts, text))),
        }
    }
}

fn among(texts: &mut BTreeSet<Arc<str>>, text: &str) -> Arc<str> {
    if let Some(known) = texts.get(text) {
        return Arc::clone(known);
    }
    let new: Arc<str> = text.into();
    texts.insert(Arc::clone(&new));
    new
}

/// Words of one attribute differ in their length or at their ends more often than not.
fn place(text: &str) -> usize {
    let bytes = text.as_bytes();
    let end = |it: Option<&u8>| it.map_or(0, |it| usize::from(*it));
    (bytes.len() ^ (end(bytes.first()) << 2) ^ (end(bytes.last()) << 1)) % AT_HAND
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one_and_others_are_not_however_often_they_take_turns() {
        let texts = ["", "a", "failed", "faimed", "delivered", "字", "a"];
        let mut pool = Pool::default();
        let first: Vec<Arc<str>> = texts.iter().map(|it| pool.share(it)).collect();
        for _ in 0..3 {
            for (text, shared) in texts.iter().zip(&first) {
                let again = pool.share(text);
                assert_eq!(*again, **text);
                assert!(Arc::ptr_eq(&again, shared), "{text}");
            }
        }
        assert_eq!(place("failed"), place("faimed"));
    }
}
