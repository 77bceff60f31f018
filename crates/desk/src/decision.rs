//! An amount the contract leaves to a person: open, then decided or declined by one.

use ledger::Money;
use quantity::Currency;
use serde::{Deserialize, Serialize};
use timeline::Instant;

use crate::claim::Due;
use crate::effect::{CreditKind, Effect, Flow, Notice};
use crate::party::{Actor, Side};
use crate::reason::Reason;
use crate::refusal::Refusal;

/// What is to be decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    /// The decision's name.
    pub id: String,
    /// The subscription.
    pub subscription: String,
    /// The cycle, by its label.
    pub cycle: String,
    /// The remedy.
    pub remedy: String,
    /// Of whom or what.
    pub subject: Option<String>,
    /// The statement that opened it, by its digest.
    pub statement: String,
    /// The clause that leaves it to a person.
    pub clause: String,
    /// In which currency.
    #[serde(with = "crate::wire::currency")]
    pub currency: Currency,
    /// The most it may be, when the text says so.
    pub at_most: Option<Money>,
    /// How the credit is given.
    pub kind: CreditKind,
}

/// A decision. Made by [`open`], changed by [`step`] only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    matter: Matter,
    #[serde(with = "crate::wire::instant")]
    changed_at: Instant,
    state: State,
}

/// Where a decision stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Nobody has decided.
    Open,
    /// A person set an amount, which was posted. Final.
    Decided {
        /// How much.
        amount: Money,
        /// Why.
        reason: Reason,
        /// Who.
        by: Actor,
    },
    /// A person gave nothing. Final.
    Declined {
        /// Why.
        reason: Reason,
        /// Who.
        by: Actor,
    },
}

/// Something that happens to a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When, in the platform's monotone time.
    #[serde(with = "crate::wire::instant")]
    pub at: Instant,
    /// Who.
    pub by: Actor,
    /// What.
    pub act: Act,
}

/// What can be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Give an amount.
    Decide {
        /// How much, more than zero.
        amount: Money,
        /// Why.
        reason: Reason,
    },
    /// Give nothing.
    Decline {
        /// Why.
        reason: Reason,
    },
}

/// A decision the settlement of a discretionary remedy asks for.
///
/// # Errors
/// A limit that is negative or of another currency.
pub fn open(matter: Matter, at: Instant) -> Result<(Decision, Vec<Effect>), Refusal> {
    matter.due().check()?;
    let told = Effect::Notify { to: Side::Provider, notice: Notice::DecisionNeeded };
    Ok((Decision { matter, changed_at: at, state: State::Open }, vec![told]))
}

/// The decision after an event, and what is to be done. Only a person of the provider decides.
///
/// # Errors
/// An event before the last one; a decision made before; the platform or the customer; an amount that is not more than
/// zero, of another currency, or above what the text allows. Nothing is changed then.
pub fn step(decision: &Decision, event: &Event) -> Result<(Decision, Vec<Effect>), Refusal> {
    if event.at < decision.changed_at {
        return Err(Refusal::EarlierThanLast { last: decision.changed_at });
    }
    if decision.state != State::Open {
        return Err(Refusal::Final { state: decision.state.word() });
    }
    event.by.must_be(Side::Provider)?;
    let by = event.by.clone();
    let (state, effects) = match &event.act {
        Act::Decide { amount, reason } => {
            decision.matter.due().allows((*amount).into())?;
            let posted =
                Effect::PostCredit { amount: *amount, kind: decision.matter.kind, flow: Flow::ToCustomer };
            let told = tell(Notice::DecisionMade { amount: *amount });
            (State::Decided { amount: *amount, reason: reason.clone(), by }, vec![posted, told])
        }
        Act::Decline { reason } => {
            let told = tell(Notice::DecisionDeclined { reason: reason.clone() });
            (State::Declined { reason: reason.clone(), by }, vec![told])
        }
    };
    Ok((Decision { state, changed_at: event.at, ..decision.clone() }, effects))
}

fn tell(notice: Notice) -> Effect {
    Effect::Notify { to: Side::Customer, notice }
}

impl Matter {
    fn due(&self) -> Due {
        Due::Discretionary { currency: self.currency, at_most: self.at_most }
    }
}

impl Decision {
    /// What is to be decided.
    pub fn matter(&self) -> &Matter {
        &self.matter
    }

    /// Where it stands.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// When it last changed.
    pub fn changed_at(&self) -> Instant {
        self.changed_at
    }
}

impl State {
    /// The stable word files and tables write.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Decided { .. } => "decided",
            Self::Declined { .. } => "declined",
        }
    }
}
