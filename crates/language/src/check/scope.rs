//! Which names are visible where, and what a misspelt one may have meant.

use crate::contract::{ItemId, Type};

/// A variable in scope; its slot is its position.
#[derive(Debug, Clone)]
pub(crate) struct Variable {
    /// Its name; a row whose fields are named bare has none.
    pub(crate) name: Option<String>,
    /// The sort of its value.
    pub(crate) ty: Type,
    /// The subject it runs over.
    pub(crate) subject: Option<ItemId>,
}

/// The candidate nearest to `word`, if any is near enough to be a slip.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let limit = (length / 3 + 1).min(length.saturating_sub(1));
    candidates
        .into_iter()
        .map(|it| (distance(word, it), it))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, it)| it)
}

/// Edits (insert, delete, replace) between two words.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, l) in left.chars().enumerate() {
        let mut next = vec![at + 1];
        for (column, r) in right.iter().enumerate() {
            let replace = row.get(column).copied().unwrap_or(0) + usize::from(l != *r);
            let delete = row.get(column + 1).copied().unwrap_or(0) + 1;
            let insert = next.last().copied().unwrap_or(0) + 1;
            next.push(replace.min(delete).min(insert));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_a_stranger_finds_none() {
        assert_eq!(nearest("uptme", ["uptime", "credit"]), Some("uptime"));
        assert_eq!(nearest("xyz", ["uptime", "credit"]), None);
        assert_eq!(nearest("x", ["y"]), None, "one letter is no slip of another");
    }
}
