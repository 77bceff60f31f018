//! Which cell of a row stands for which key of its fact: found once for a row, and sought where it stood in rows before.

use crate::FactSchema;
use crate::row::{Cell, Row, Value};

/// The keys any record may have, whatever its fact declares.
pub(crate) const KEYS: [&str; 11] = [
    "fact",
    "id",
    "subject",
    "at",
    "from",
    "until",
    "source",
    "recorded_at",
    "supersedes",
    "reason",
    "withdrawn",
];

/// One of [`KEYS`] but the first, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Id = 1,
    Subject,
    At,
    From,
    Until,
    Source,
    RecordedAt,
    Supersedes,
    Reason,
    Withdrawn,
}

/// The keys that records of one fact may have, and which cells of the row at hand stand for them.
pub(crate) struct Keys<'s> {
    /// [`KEYS`], then the attributes that are none of them.
    names: Vec<&'s str>,
    /// By attribute its position among the names.
    attributes: Vec<usize>,
    /// By name the one that last stood behind it in a row; at the end the one that last stood first.
    behind: Vec<usize>,
    /// By name the first cell with that key that says something.
    found: Vec<Option<usize>>,
    /// Cells of the row whose key is none of the names.
    unknown: Vec<usize>,
}

impl Key {
    const fn at(self) -> usize {
        self as usize
    }
}

impl<'s> Keys<'s> {
    pub(crate) fn of(fact: &'s FactSchema) -> Keys<'s> {
        let mut names = KEYS.to_vec();
        let mut attributes = Vec::with_capacity(fact.attributes.len());
        for attribute in &fact.attributes {
            let known = names.iter().position(|it| *it == attribute.name);
            attributes.push(known.unwrap_or(names.len()));
            if known.is_none() {
                names.push(&attribute.name);
            }
        }
        let (behind, found) = (vec![0; names.len() + 1], vec![None; names.len()]);
        Keys { names, attributes, behind, found, unknown: Vec::new() }
    }

    /// Finds the cells of a row. What was found of the row before is forgotten.
    pub(crate) fn find(&mut self, cells: &[Cell<'_>]) {
        self.found.fill(None);
        self.unknown.clear();
        let mut before = self.names.len();
        for (at, cell) in cells.iter().enumerate() {
            let Some(name) = self.name(&cell.key, before) else {
                self.unknown.push(at);
                continue;
            };
            if let Some(found) = self.found.get_mut(name)
                && found.is_none()
                && !matches!(cell.value, Value::Null)
            {
                *found = Some(at);
            }
            before = name;
        }
    }

    /// The cell of a key; `null` counts as absent.
    pub(crate) fn cell<'r>(&self, row: &'r Row<'r>, key: Key) -> Option<&'r Cell<'r>> {
        self.named(row, key.at())
    }

    /// The cell of an attribute.
    pub(crate) fn attribute<'r>(&self, row: &'r Row<'r>, attribute: usize) -> Option<&'r Cell<'r>> {
        self.named(row, *self.attributes.get(attribute)?)
    }

    /// The cells whose key is nothing to this fact, in the order they were written.
    pub(crate) fn unknown<'r>(&self, row: &'r Row<'r>) -> impl Iterator<Item = &'r Cell<'r>> {
        self.unknown.iter().filter_map(|it| row.cells.get(*it))
    }

    fn named<'r>(&self, row: &'r Row<'r>, name: usize) -> Option<&'r Cell<'r>> {
        row.cells.get((*self.found.get(name)?)?)
    }

    /// The position of a name that stands behind another one.
    fn name(&mut self, key: &str, before: usize) -> Option<usize> {
        let behind = self.behind.get_mut(before)?;
        if self.names.get(*behind).is_none_or(|it| *it != key) {
            *behind = self.names.iter().position(|it| *it == key)?;
        }
        Some(*behind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;
    use crate::row::{Span, Start};
    use crate::{Attribute, AttributeKind, FactKind};

    fn fact(attributes: &[&str]) -> FactSchema {
        let attribute =
            |it: &&str| Attribute { name: (*it).to_owned(), kind: AttributeKind::Number, optional: true };
        let attributes = attributes.iter().map(attribute).collect();
        FactSchema { name: "probe".to_owned(), kind: FactKind::Event, attributes, volume: false }
    }

    fn row(line: &str) -> Row<'_> {
        let start = Start { file: 0, line: 1, byte: 0 };
        Row { start, span: Span::default(), cells: json::object(line, 0).unwrap() }
    }

    /// What `keys` finds in a line is what looking for each key in turn finds.
    fn check(keys: &mut Keys<'_>, fact: &FactSchema, line: &str) {
        let row = row(line);
        keys.find(&row.cells);
        let all = [
            Key::Id,
            Key::Subject,
            Key::At,
            Key::From,
            Key::Until,
            Key::Source,
            Key::RecordedAt,
            Key::Supersedes,
            Key::Reason,
            Key::Withdrawn,
        ];
        for (key, name) in all.into_iter().zip(KEYS.into_iter().skip(1)) {
            assert_eq!(keys.cell(&row, key), row.cell(name), "{name} of {line}");
        }
        for (at, attribute) in fact.attributes.iter().enumerate() {
            let name = &attribute.name;
            assert_eq!(keys.attribute(&row, at), row.cell(name), "{name} of {line}");
        }
        let is_known = |it: &str| KEYS.contains(&it) || fact.attribute(it).is_some();
        let unknown = row.cells.iter().filter(|it| !is_known(&it.key));
        assert!(keys.unknown(&row).eq(unknown), "{line}");
    }

    #[test]
    fn rows_whose_keys_change_places_come_and_go_are_found_as_one_by_one() {
        let fact = fact(&["speed", "load", "width"]);
        let mut keys = Keys::of(&fact);
        for line in [
            r#"{"fact":"probe","id":"a","at":"x","speed":1,"load":2}"#,
            r#"{"fact":"probe","id":"b","at":"x","speed":1,"load":2}"#,
            r#"{"load":2,"at":"x","fact":"probe","speed":1,"id":"c"}"#,
            r#"{"load":null,"width":3,"fact":"probe","supersedes":"c","reason":"r"}"#,
            r#"{}"#,
            r#"{"fact":"probe","spede":1,"id":"d","Load":2,"at":null,"speed":null}"#,
            r#"{"fact":"probe","id":"e","width":3,"at":"x","speed":1,"load":2,"withdrawn":true}"#,
            r#"{"spede":1}"#,
            r#"{"subject":"s","from":"x","until":"y","source":"z","recorded_at":"t","fact":"probe"}"#,
        ] {
            check(&mut keys, &fact, line);
        }
    }

    #[test]
    fn an_attribute_may_be_called_like_a_key_of_any_record() {
        let fact = fact(&["reason", "id", "speed"]);
        let mut keys = Keys::of(&fact);
        check(&mut keys, &fact, r#"{"fact":"probe","speed":1,"reason":7,"id":"a"}"#);
        check(&mut keys, &fact, r#"{"fact":"probe","speed":1}"#);
    }

    #[test]
    fn of_a_key_that_stands_twice_the_first_that_says_something_counts() {
        let fact = fact(&["speed"]);
        let mut keys = Keys::of(&fact);
        let mut row = row(r#"{"speed":null,"at":1}"#);
        for said in [r#"{"speed":2}"#, r#"{"speed":3}"#] {
            row.cells.extend(json::object(said, 0).unwrap());
        }
        keys.find(&row.cells);
        assert_eq!(keys.attribute(&row, 0), row.cells.get(2));
        assert_eq!(row.cell("speed"), row.cells.get(2));
    }
}
