//! The fact beside a fact in volume: which receipts of it are in no class, so that no figure counts them.

use timeline::Interval;

use crate::{
    Attribute, AttributeKind, Datum, FactKind, FactSchema, Facts, FactsError, Field, Measure, Predicate,
    Question,
};

/// Ends the name of such a fact. No fact of a contract has a point in its name.
const ENDING: &str = ".unclassified";

/// The words of the first attribute.
pub const OPEN: &str = "open";
/// A newer version of the annex has the receipt's code since.
pub const CLASSIFIED: &str = "classified";

impl FactSchema {
    /// The fact beside this one: each record is a receipt that was in no class when it came. `state` says whether it is still,
    /// the others what the receipt says.
    pub fn unclassified(&self) -> FactSchema {
        let states = vec![OPEN.to_owned(), CLASSIFIED.to_owned()];
        let attribute = |name: &str, kind, optional| Attribute { name: name.to_owned(), kind, optional };
        FactSchema {
            name: format!("{}{ENDING}", self.name),
            kind: FactKind::Event,
            attributes: vec![
                attribute("state", AttributeKind::OneOf(states), false),
                attribute("provider", AttributeKind::Cause(Vec::new()), false),
                attribute("carrier", AttributeKind::Cause(Vec::new()), true),
                attribute("code", AttributeKind::Cause(Vec::new()), false),
            ],
            volume: true,
        }
    }

    /// The fact whose receipts these are, when this is such a fact.
    pub fn unclassified_of(&self) -> Option<&str> {
        fact_of(&self.name)
    }
}

/// The fact beside which one of this name stands, when it is such a fact.
pub fn fact_of(name: &str) -> Option<&str> {
    name.strip_suffix(ENDING)
}

/// How often there are open receipts of messages sent in the window; `fact` is a fact beside another.
pub fn question(fact: usize, within: Interval) -> Question {
    Question {
        filter: Predicate::Equals(Field::Attribute(0), Some(Datum::Text(OPEN.into()))),
        measures: vec![Measure::Count],
        ..Question::about(fact, within)
    }
}

/// Whether there are any.
pub fn is_open(facts: &dyn Facts, fact: usize, within: Interval) -> Result<bool, FactsError> {
    let groups = facts.aggregate(&question(fact, within))?;
    let count = groups.first().and_then(|it| it.values.first()).cloned().flatten();
    Ok(matches!(count, Some(Datum::Number(it)) if !it.is_zero()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fact_beside_is_told_from_every_fact_of_a_contract() {
        let message = FactSchema {
            name: "message".to_owned(),
            kind: FactKind::Event,
            attributes: Vec::new(),
            volume: true,
        };
        assert_eq!(message.unclassified().unclassified_of(), Some("message"));
        assert_eq!(message.unclassified_of(), None);
    }
}
