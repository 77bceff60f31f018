//! Which of two rows of one identity stands: decided by what they say alone, never by which came first.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::layout::Layout;
use crate::rows::{Cell, RowView};

/// Decides between rows of one identity: the first preference by which they differ; if none, the row whose canonical bytes
/// are greater.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// In the order they are asked.
    pub preferences: Vec<Preference>,
}

/// One way to prefer a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Preference {
    /// The row whose attribute says a word of the group named first; words of one group are equal, a word not named comes
    /// after all that are, and none at all comes last. A truth is `true` or `false`.
    Rank {
        /// The attribute's name.
        attribute: String,
        /// The groups of words, the most preferred first.
        words: Vec<Vec<String>>,
    },
    /// The row recorded last; what is known always was recorded first.
    Latest,
    /// The row recorded first.
    Earliest,
}

impl Standing {
    /// `Greater` when `left` stands rather than `right`; `Equal` only when no preference tells them apart.
    pub fn compare(&self, layout: &Layout, left: &RowView<'_>, right: &RowView<'_>) -> Ordering {
        let mut by_preference = self.preferences.iter().map(|it| it.compare(layout, left, right));
        by_preference.find(|it| it.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl Preference {
    fn compare(&self, layout: &Layout, left: &RowView<'_>, right: &RowView<'_>) -> Ordering {
        match self {
            Preference::Rank { attribute, words } => {
                let Some((column, _)) = layout.column(attribute) else { return Ordering::Equal };
                rank(words, right.cells.get(column)).cmp(&rank(words, left.cells.get(column)))
            }
            Preference::Latest => left.recorded_at.cmp(&right.recorded_at),
            Preference::Earliest => right.recorded_at.cmp(&left.recorded_at),
        }
    }
}

/// The smaller the better.
fn rank(words: &[Vec<String>], cell: Option<&Cell<'_>>) -> usize {
    let said = match cell {
        Some(Cell::Word(word)) => *word,
        Some(Cell::Truth(true)) => "true",
        Some(Cell::Truth(false)) => "false",
        _ => return words.len() + 1,
    };
    words.iter().position(|it| it.iter().any(|it| it == said)).unwrap_or(words.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Column, Kind};

    #[test]
    fn the_first_preference_that_tells_rows_apart_decides() {
        let layout = Layout {
            fact: "message".into(),
            columns: vec![Column { name: "status".into(), kind: Kind::Word, optional: true }],
        };
        let rank = Preference::Rank {
            attribute: "status".into(),
            words: vec![vec!["delivered".into(), "read".into()], vec!["failed".into()]],
        };
        let standing = Standing { preferences: vec![rank, Preference::Latest] };
        let compare = |left: (&str, Option<i64>), right: (&str, Option<i64>)| {
            let cell = |it: &'static str| if it.is_empty() { Cell::Absent } else { Cell::Word(it) };
            let words = ["delivered", "failed", "lost", "", "read"];
            let cells = words.map(|it| [cell(it)]);
            let view = |(word, recorded_at): (&str, Option<i64>)| {
                let at = words.iter().position(|it| *it == word).unwrap();
                RowView { at: 0, recorded_at, subject: None, source: None, id: "1", cells: &cells[at] }
            };
            standing.compare(&layout, &view(left), &view(right))
        };
        assert_eq!(compare(("delivered", Some(1)), ("failed", Some(9))), Ordering::Greater);
        assert_eq!(compare(("read", Some(1)), ("failed", Some(9))), Ordering::Greater);
        assert_eq!(compare(("read", Some(2)), ("delivered", Some(1))), Ordering::Greater);
        assert_eq!(compare(("lost", None), ("failed", None)), Ordering::Less);
        assert_eq!(compare(("", Some(9)), ("lost", None)), Ordering::Less);
        assert_eq!(compare(("failed", Some(2)), ("failed", Some(1))), Ordering::Greater);
        assert_eq!(compare(("failed", None), ("failed", Some(1))), Ordering::Less);
        assert_eq!(compare(("failed", Some(1)), ("failed", Some(1))), Ordering::Equal);
    }
}
