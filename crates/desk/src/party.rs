//! Who acts: a person of one side, or the platform.

use diagnostic::Bilingual;
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// A side of a contract. Under an upstream agreement the operator of this program is the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Who promises, and answers claims.
    Provider,
    /// Whom it is promised to, and who claims.
    Customer,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "actor", rename_all = "snake_case")]
pub enum Actor {
    /// A person who acts for a side.
    Person {
        /// For whom.
        side: Side,
        /// Which person.
        id: String,
    },
    /// The platform itself: a deadline, an automatic payment, a superseding statement.
    Platform,
}

impl Side {
    /// The other side.
    pub const fn other(self) -> Side {
        match self {
            Self::Provider => Self::Customer,
            Self::Customer => Self::Provider,
        }
    }

    /// The stable word files and tables write.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Customer => "customer",
        }
    }

    /// What people call it.
    pub fn text(self) -> Bilingual {
        match self {
            Self::Provider => Bilingual::new("the provider", "服务方"),
            Self::Customer => Bilingual::new("the customer", "客户"),
        }
    }
}

impl Actor {
    /// A person of a side.
    pub fn person(side: Side, id: impl Into<String>) -> Actor {
        Actor::Person { side, id: id.into() }
    }

    /// The side a person acts for; none for the platform.
    pub const fn side(&self) -> Option<Side> {
        match self {
            Self::Person { side, .. } => Some(*side),
            Self::Platform => None,
        }
    }

    /// Refuses whoever is not a person of that side.
    pub(crate) fn must_be(&self, side: Side) -> Result<(), Refusal> {
        match self.side() {
            Some(own) if own == side => Ok(()),
            Some(_) => Err(Refusal::OtherSide { needed: side }),
            None => Err(Refusal::PersonNeeded),
        }
    }

    /// Refuses persons.
    pub(crate) fn must_be_platform(&self) -> Result<(), Refusal> {
        if *self == Self::Platform { Ok(()) } else { Err(Refusal::PlatformOnly) }
    }
}
