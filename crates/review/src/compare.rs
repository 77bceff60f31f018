//! Two versions of a contract: where the new one pays less, promises less, claims shorter, with a witness for each.

mod evidence;
mod levels;
mod pair;
mod terms;
mod windows;

use diagnostic::Bilingual;
use language::contract::Contract;

use pair::Pair;

/// What changes from one version to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The version left.
    pub old: Version,
    /// The version entered.
    pub new: Version,
    /// Changes for the worse first, then for the better, then those that are merely different.
    pub changes: Vec<Change>,
    /// Some change is for the worse for the customer.
    pub materially_worse: bool,
}

/// Which text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its identifier.
    pub id: String,
    /// Its version.
    pub version: String,
    /// First day it is effective, ISO 8601.
    pub effective: Option<String>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it does to the customer.
    pub effect: Effect,
    /// What it concerns.
    pub aspect: Aspect,
    /// The rule's name.
    pub name: String,
    /// What changes.
    pub message: Bilingual,
    /// A value at which it shows.
    pub witness: Option<Witness>,
    /// The clause of the old text.
    pub old_clause: Option<String>,
    /// The clause of the new text.
    pub new_clause: Option<String>,
}

/// What a change does to the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The customer gets less.
    Worse,
    /// The customer gets more.
    Better,
    /// It reads differently; whether it is worse is for a person to say.
    Different,
}

/// What a change concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// What is paid.
    Pays,
    /// What is promised.
    Promises,
    /// How and when a claim is made.
    Claims,
    /// What does not count.
    Excludes,
    /// Which plans there are.
    Plans,
    /// How amounts are rounded.
    Rounds,
    /// How long a cycle is.
    Cycle,
    /// Rights, and how the text itself may change.
    Terms,
    /// How something is measured.
    Measures,
}

/// Circumstances, a value, and what each version makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Plan, parameters: name and value.
    pub given: Vec<(String, String)>,
    /// What is varied: a level, or what happened.
    pub variable: String,
    /// Its value.
    pub value: String,
    /// What the old version says.
    pub old: Bilingual,
    /// What the new version says.
    pub new: Bilingual,
}

/// Compares two versions, for the customer's sake.
pub fn compare(old: &Contract, new: &Contract) -> Comparison {
    let (bare_old, bare_new) = (crate::without_preconditions(old), crate::without_preconditions(new));
    let pair = Pair::new(&bare_old, &bare_new);
    let mut changes = levels::changes(&pair);
    let by_events = evidence::changes(&pair);
    let known =
        |it: &Change| changes.iter().any(|known| (known.effect, &known.name) == (it.effect, &it.name));
    let fresh: Vec<Change> = by_events.into_iter().filter(|it| !known(it)).collect();
    changes.extend(fresh);
    changes.extend(windows::changes(&pair));
    let rewritten = terms::rewritten(&pair, &changes);
    changes.extend(terms::changes(old, new));
    changes.extend(rewritten);
    changes.sort_by(|a, b| {
        (a.effect, a.aspect, &a.name, &a.message).cmp(&(b.effect, b.aspect, &b.name, &b.message))
    });
    changes.dedup();
    let materially_worse = changes.iter().any(|it| it.effect == Effect::Worse);
    Comparison { old: version(old), new: version(new), changes, materially_worse }
}

fn version(contract: &Contract) -> Version {
    let effective = contract.effective.map(|it| it.to_string());
    Version { id: contract.id.clone(), version: contract.version.clone(), effective }
}

impl Effect {
    /// The stable word JSON writes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Different => "different",
        }
    }
}

impl Aspect {
    /// The stable word JSON writes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pays => "pays",
            Self::Promises => "promises",
            Self::Claims => "claims",
            Self::Excludes => "excludes",
            Self::Plans => "plans",
            Self::Rounds => "rounds",
            Self::Cycle => "cycle",
            Self::Terms => "terms",
            Self::Measures => "measures",
        }
    }
}
