//! Combinations of values, each kept once: very many, and only ever counted.

use foldhash::HashSet;

use super::value::Value;

const INT_TAG: u8 = 0;
const TEXT_TAG: u8 = 1;

/// Different combinations of so many values each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Combinations {
    /// The values of each as bytes that no other combination has.
    seen: HashSet<Box<[u8]>>,
    scratch: Vec<u8>,
}

impl Combinations {
    /// How many.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// Adds one.
    pub fn insert<'v>(&mut self, values: impl IntoIterator<Item = &'v Value>) {
        let mut bytes = std::mem::take(&mut self.scratch);
        bytes.clear();
        values.into_iter().for_each(|it| push(it, &mut bytes));
        if !self.seen.contains(bytes.as_slice()) {
            self.seen.insert(bytes.as_slice().into());
        }
        bytes.clear();
        self.scratch = bytes;
    }

    /// Adds all of another.
    pub(super) fn unite(&mut self, mut other: Combinations) {
        if self.len() < other.len() {
            std::mem::swap(self, &mut other);
        }
        self.seen.extend(other.seen);
    }
}

/// No value's bytes begin another's: a text says how long it is.
fn push(value: &Value, bytes: &mut Vec<u8>) {
    match value {
        Value::Int(number) => {
            bytes.push(INT_TAG);
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        Value::Text(text) => {
            bytes.push(TEXT_TAG);
            bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            (-2_i128..3).prop_map(Value::Int),
            "[a\\x00\\x01]{0,3}".prop_map(|it| Value::Text(it.into())),
        ]
    }

    proptest! {
        #[test]
        fn combinations_are_counted_as_a_set_counts_them(
            all in prop::collection::vec((value(), value()), 0..60),
            cut in 0_usize..60,
        ) {
            let mut parts = [Combinations::default(), Combinations::default()];
            for (at, (left, right)) in all.iter().enumerate() {
                parts[usize::from(at < cut)].insert([left, right]);
            }
            let [mut one, other] = parts;
            one.unite(other);
            prop_assert_eq!(one.len(), all.iter().collect::<BTreeSet<_>>().len());
        }
    }
}
