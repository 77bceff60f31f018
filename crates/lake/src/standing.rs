//! Which of two rows of one identity stands: decided by what they say alone, never by which came first.

use std::cmp::Ordering;

use evidence::unclassified::{CLASSIFIED, OPEN};
use serde::{Deserialize, Serialize};

use crate::layout::Layout;
#[cfg(doc)]
use crate::place::Place;
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
    /// None: each stands beside the others. Wherever it is listed, the others decide only among rows that say the same.
    Each,
    /// Of rows that are one receipt, recorded at one instant by one source, that of the newer edition: a source may name
    /// behind a comma what it read the receipt by, `aliyun, codes 2`. Wherever it is listed, it decides among the rows of each
    /// receipt before the others decide among receipts.
    Edition,
}

/// What makes two rows of one identity one receipt: when it was recorded, and by whom.
pub(crate) type Receipt = (Option<i64>, Box<str>);

impl Standing {
    /// That of a fact of [`evidence::unclassified`]: that a receipt is in a class since stands before that it is in none, whichever
    /// came first.
    pub fn of_unclassified() -> Standing {
        let words = vec![vec![CLASSIFIED.to_owned()], vec![OPEN.to_owned()]];
        Standing { preferences: vec![Preference::Rank { attribute: "state".to_owned(), words }] }
    }

    /// That of the rows [beside](Place::superseded) those that stand by this one: none is to be lost, and where sources name
    /// editions, what another edition says is said already.
    #[must_use]
    pub fn of_superseded(&self) -> Standing {
        let edition = self.preferences.contains(&Preference::Edition).then_some(Preference::Edition);
        Standing {
            preferences: [Preference::Each, Preference::Earliest].into_iter().chain(edition).collect(),
        }
    }

    /// Whether rows of one identity all stand.
    pub(crate) fn keeps_each(&self) -> bool {
        self.preferences.contains(&Preference::Each)
    }

    /// `Greater` when `left` stands rather than `right`; `Equal` only when no preference tells them apart.
    pub fn compare(&self, layout: &Layout, left: &RowView<'_>, right: &RowView<'_>) -> Ordering {
        let mut by_preference = self.preferences.iter().map(|it| it.compare(layout, left, right));
        by_preference.find(|it| it.is_ne()).unwrap_or(Ordering::Equal)
    }

    /// Which receipt the row is; `None` where rows are told apart without asking.
    pub(crate) fn receipt(&self, recorded_at: Option<i64>, source: Option<&str>) -> Option<Receipt> {
        let asks = self.preferences.contains(&Preference::Edition);
        asks.then(|| (recorded_at, Box::from(parts(source.unwrap_or_default()).0)))
    }

    /// Who says so, without the edition where editions are told apart.
    pub(crate) fn reporter<'s>(&self, source: &'s str) -> &'s str {
        if self.preferences.contains(&Preference::Edition) { parts(source).0 } else { source }
    }

    /// `Greater` when `left` is the newer edition of one receipt, where that is asked.
    pub(crate) fn compare_editions(&self, left: &RowView<'_>, right: &RowView<'_>) -> Ordering {
        match self.preferences.contains(&Preference::Edition) {
            true => natural(edition(left), edition(right)),
            false => Ordering::Equal,
        }
    }
}

/// Who says so, and by which edition.
fn parts(source: &str) -> (&str, &str) {
    source.split_once(", ").unwrap_or((source, ""))
}

/// By which edition a row was read.
fn edition<'r>(row: &RowView<'r>) -> &'r str {
    parts(row.source.unwrap_or_default()).1
}

/// Compares texts with numbers in them as people count: `1.9` before `1.10`.
fn natural(left: &str, right: &str) -> Ordering {
    let (mut left_rest, mut right_rest) = (left, right);
    while !left_rest.is_empty() && !right_rest.is_empty() {
        let ((left_run, left_after), (right_run, right_after)) = (run(left_rest), run(right_rest));
        let number = |it: &'_ str| it.starts_with(|it: char| it.is_ascii_digit());
        let order = match number(left_run) && number(right_run) {
            true => {
                let (a, b) = (left_run.trim_start_matches('0'), right_run.trim_start_matches('0'));
                a.len().cmp(&b.len()).then_with(|| a.cmp(b))
            }
            false => left_run.cmp(right_run),
        };
        if order.is_ne() {
            return order;
        }
        (left_rest, right_rest) = (left_after, right_after);
    }
    left_rest.len().cmp(&right_rest.len()).then_with(|| left.cmp(right))
}

/// The digits, or what stands before the next digit, at the beginning of a text; and the rest.
fn run(text: &str) -> (&str, &str) {
    let digits = text.starts_with(|it: char| it.is_ascii_digit());
    let end = text.find(|it: char| it.is_ascii_digit() != digits).unwrap_or(text.len());
    text.split_at(end)
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
            Preference::Edition | Preference::Each => Ordering::Equal,
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
    fn versions_are_compared_as_people_count() {
        let ascending =
            ["", "1", "1.0", "1.0.1", "1.1", "1.9", "1.10", "2", "10", "2026-9", "2026-10", "draft"];
        for (at, left) in ascending.iter().enumerate() {
            for (other, right) in ascending.iter().enumerate() {
                assert_eq!(natural(left, right), at.cmp(&other), "{left} {right}");
            }
        }
        assert_eq!(natural("1.01", "1.1"), "1.01".cmp("1.1"), "equal numbers are told apart by their digits");
    }

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
