//! The fact beside a fact in volume: which receipts of it are in no class, so that no figure counts them.

use crate::{Attribute, AttributeKind, FactKind, FactSchema};

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
        self.name.strip_suffix(ENDING)
    }
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
