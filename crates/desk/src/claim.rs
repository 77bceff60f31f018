//! A claim's whole life: submitted, asked about, decided, appealed, and settled once.
//!
//! ```text
//! submitted ─▶ under_review ◀─▶ needs_information ─▶ expired
//!     └──────────┬────┘
//!      accepted · part_accepted ──────────────────▶ settled        (credit posted)
//!      rejected       │
//!          └──────────┴─▶ appealed ─▶ upheld_on_appeal             (credit posted)
//!                                 └─▶ rejected_on_appeal           (an earlier part is posted)
//! withdrawn: by the claimant from everything that is not final
//! ```
//!
//! Money moves on the way into a final state and nowhere else, so it can move only once. The claimant is the
//! customer of the contract and the respondent its provider; a claim of ours under an upstream agreement is the same
//! machine with [`Filing::ours`] set to [`Side::Customer`].

mod appeal;
mod finish;
mod of_settlement;
mod review;
mod submit;
mod terms;

use std::collections::BTreeMap;

use ledger::Money;
use quantity::Currency;
use serde::{Deserialize, Serialize};
use timeline::Instant;

use crate::effect::{Deadline, Effect, Notice};
use crate::party::{Actor, Side};
use crate::reason::Reason;
use crate::refusal::Refusal;
use crate::worth::{Of, Worth};

pub use submit::{FIELD_CHARS_MAX, FIELDS_MAX, submit, submit_automatic};
pub use terms::{Counts, Terms, Window, WindowState};

/// What a claim is about and who files it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filing {
    /// The claim's name.
    pub id: String,
    /// The subscription.
    pub subscription: String,
    /// The cycle, by its label.
    pub cycle: String,
    /// The remedy.
    pub remedy: String,
    /// Of whom or what.
    pub subject: Option<String>,
    /// The statement that says what is due, by its digest.
    pub statement: String,
    /// Which side of the contract we are.
    pub ours: Side,
    /// What the statement says is due.
    pub due: Due,
    /// What the claimant supplies, by the name the contract gives it.
    pub fields: BTreeMap<String, String>,
    /// When it was sent, where that can be known.
    #[serde(with = "crate::wire::maybe_instant")]
    pub sent_at: Option<Instant>,
}

/// What may be awarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "due", rename_all = "snake_case")]
pub enum Due {
    /// A computed amount, zero or more, of money or in kind; an award is at most this.
    Amount {
        /// The amount.
        amount: Worth,
    },
    /// The text leaves the amount to a person.
    Discretionary {
        /// In which currency.
        #[serde(with = "crate::wire::currency")]
        currency: Currency,
        /// The most it may be, when the text says so.
        at_most: Option<Money>,
    },
}

/// A claim. Made by [`submit`], changed by [`step`] only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    filing: Filing,
    #[serde(with = "crate::wire::instant")]
    submitted_at: Instant,
    #[serde(with = "crate::wire::instant")]
    changed_at: Instant,
    state: State,
    #[serde(with = "crate::wire::deadlines")]
    deadlines: BTreeMap<Deadline, Instant>,
}

/// An amount somebody awarded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Award {
    /// How much, more than zero.
    pub amount: Worth,
    /// Why.
    pub reason: Reason,
    /// Who.
    pub by: Actor,
    /// When.
    #[serde(with = "crate::wire::instant")]
    pub at: Instant,
}

/// Where a claim stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Received, and nobody has looked at it.
    Submitted,
    /// The respondent asked for more.
    NeedsInformation {
        /// What for.
        question: Reason,
        /// What was left of the time to decide, in nanoseconds; the clock stands still meanwhile.
        adjudication_left_nanos: Option<i64>,
    },
    /// Somebody is looking at it.
    UnderReview,
    /// All that is due is awarded.
    Accepted {
        /// The award.
        award: Award,
    },
    /// Less than is due is awarded.
    PartAccepted {
        /// The award.
        award: Award,
    },
    /// Nothing is awarded. Final once no appeal is possible.
    Rejected {
        /// Why.
        reason: Reason,
    },
    /// The claimant contests the decision.
    Appealed {
        /// On what grounds.
        grounds: Reason,
        /// What was awarded before.
        earlier: Option<Award>,
    },
    /// More is awarded on appeal. Final.
    UpheldOnAppeal {
        /// The award that replaces the earlier one.
        award: Award,
    },
    /// Nothing more is awarded on appeal. Final.
    RejectedOnAppeal {
        /// Why.
        reason: Reason,
        /// The earlier award, which stands.
        earlier: Option<Award>,
    },
    /// Taken back by the claimant. Final.
    Withdrawn,
    /// Lapsed, for what was asked for did not come. Final.
    Expired,
    /// The award was posted. Final.
    Settled {
        /// The award.
        award: Award,
    },
}

/// Something that happens to a claim.
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
    /// The respondent begins to look at it.
    TakeUp,
    /// The respondent asks for more.
    RequestInformation {
        /// What for.
        question: Reason,
    },
    /// The claimant answers.
    SupplyInformation {
        /// By name; a field given again replaces the earlier text.
        fields: BTreeMap<String, String>,
    },
    /// The respondent awards exactly what is due.
    Accept {
        /// Why.
        reason: Reason,
    },
    /// The respondent awards an amount: at most what is due, or what a person finds right where the text leaves it open.
    Award {
        /// How much.
        amount: Worth,
        /// Why.
        reason: Reason,
    },
    /// The respondent awards nothing.
    Reject {
        /// Why.
        reason: Reason,
    },
    /// The claimant is content with the award, and gives up an appeal.
    AcceptAward,
    /// The claimant contests the decision.
    Appeal {
        /// On what grounds.
        grounds: Reason,
    },
    /// The respondent awards more than before.
    UpholdAppeal {
        /// How much in all.
        amount: Worth,
        /// Why.
        reason: Reason,
    },
    /// The respondent awards nothing more.
    RejectAppeal {
        /// Why.
        reason: Reason,
    },
    /// The claimant takes the claim back.
    Withdraw,
    /// The respondent or the platform has the award posted.
    Settle,
    /// The platform says that a deadline has passed.
    DeadlinePassed {
        /// Which.
        deadline: Deadline,
    },
    /// The platform says that a superseding statement changed what is due.
    Restate {
        /// The superseding statement, by its digest.
        statement: String,
        /// What is due now.
        due: Due,
    },
}

/// What a step comes to.
pub type Step = Result<(Claim, Vec<Effect>), Refusal>;

/// The claim after an event, and what is to be done.
///
/// # Errors
/// An event before the last one; any event on a final claim; a person of the wrong side, or a machine where a person
/// is needed; an act that this state does not know; and what the act itself rules out. Nothing is changed then.
pub fn step(claim: &Claim, event: &Event, terms: &Terms) -> Step {
    if event.at < claim.changed_at {
        return Err(Refusal::EarlierThanLast { last: claim.changed_at });
    }
    if claim.is_final(event.at) {
        return Err(Refusal::Final { state: claim.state.word() });
    }
    may(event)?;
    match &event.act {
        Act::TakeUp
        | Act::RequestInformation { .. }
        | Act::SupplyInformation { .. }
        | Act::Accept { .. }
        | Act::Award { .. }
        | Act::Reject { .. } => review::step(claim, event, terms),
        Act::AcceptAward | Act::Appeal { .. } | Act::UpholdAppeal { .. } | Act::RejectAppeal { .. } => {
            appeal::step(claim, event, terms)
        }
        Act::Withdraw | Act::Settle | Act::DeadlinePassed { .. } | Act::Restate { .. } => {
            finish::step(claim, event, terms)
        }
    }
}

/// Whether whoever acts may do such a thing at all.
fn may(event: &Event) -> Result<(), Refusal> {
    match &event.act {
        Act::TakeUp
        | Act::RequestInformation { .. }
        | Act::Accept { .. }
        | Act::Award { .. }
        | Act::Reject { .. }
        | Act::UpholdAppeal { .. }
        | Act::RejectAppeal { .. } => event.by.must_be(Side::Provider),
        Act::SupplyInformation { .. } | Act::AcceptAward | Act::Appeal { .. } | Act::Withdraw => {
            event.by.must_be(Side::Customer)
        }
        Act::Settle if event.by == Actor::Platform => Ok(()),
        Act::Settle => event.by.must_be(Side::Provider),
        Act::DeadlinePassed { .. } | Act::Restate { .. } => event.by.must_be_platform(),
    }
}

impl Claim {
    /// What it is about.
    pub fn filing(&self) -> &Filing {
        &self.filing
    }

    /// When it was received.
    pub fn submitted_at(&self) -> Instant {
        self.submitted_at
    }

    /// When it last changed.
    pub fn changed_at(&self) -> Instant {
        self.changed_at
    }

    /// Where it stands.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What it waits for, and until when.
    pub fn deadlines(&self) -> &BTreeMap<Deadline, Instant> {
        &self.deadlines
    }

    /// The award that stands, posted or not.
    pub fn award(&self) -> Option<&Award> {
        self.state.award()
    }

    /// Whether nothing can happen to it any more: a rejection becomes final when its appeal window has passed.
    pub fn is_final(&self, at: Instant) -> bool {
        match &self.state {
            State::Rejected { .. } => self.deadlines.get(&Deadline::Appeal).is_none_or(|end| *end <= at),
            state => state.is_final(),
        }
    }

    /// The same claim in another state, waiting for nothing; what it waited for is cancelled.
    fn moved(&self, at: Instant, state: State) -> Next {
        let cancelled =
            self.deadlines.keys().map(|deadline| Effect::Cancel { deadline: *deadline }).collect();
        let claim = Claim { state, changed_at: at, deadlines: BTreeMap::new(), ..self.clone() };
        Next { claim, effects: cancelled }
    }

    /// What an act meets that this state does not know.
    fn unknown(&self, act: &Act) -> Refusal {
        Refusal::NotInThisState { state: self.state.word(), act: act.word() }
    }
}

/// A claim on its way into its next state.
struct Next {
    claim: Claim,
    effects: Vec<Effect>,
}

impl Next {
    fn notify(mut self, to: Side, notice: Notice) -> Next {
        self.effects.push(Effect::Notify { to, notice });
        self
    }

    /// Waits until that instant; not at all when no time is set.
    fn wait(mut self, deadline: Deadline, at: Option<Instant>) -> Next {
        if let Some(at) = at {
            self.claim.deadlines.insert(deadline, at);
            self.effects.push(Effect::Schedule { deadline, at });
        }
        self
    }

    fn effect(mut self, effect: Effect) -> Next {
        self.effects.push(effect);
        self
    }

    fn done(self) -> Step {
        Ok((self.claim, self.effects))
    }
}

impl State {
    /// The stable word files and tables write.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::NeedsInformation { .. } => "needs_information",
            Self::UnderReview => "under_review",
            Self::Accepted { .. } => "accepted",
            Self::PartAccepted { .. } => "part_accepted",
            Self::Rejected { .. } => "rejected",
            Self::Appealed { .. } => "appealed",
            Self::UpheldOnAppeal { .. } => "upheld_on_appeal",
            Self::RejectedOnAppeal { .. } => "rejected_on_appeal",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Settled { .. } => "settled",
        }
    }

    /// The award that stands, posted or not.
    pub const fn award(&self) -> Option<&Award> {
        match self {
            Self::Accepted { award }
            | Self::PartAccepted { award }
            | Self::UpheldOnAppeal { award }
            | Self::Settled { award } => Some(award),
            Self::Appealed { earlier, .. } | Self::RejectedOnAppeal { earlier, .. } => earlier.as_ref(),
            _ => None,
        }
    }

    const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::UpheldOnAppeal { .. }
                | Self::RejectedOnAppeal { .. }
                | Self::Withdrawn
                | Self::Expired
                | Self::Settled { .. }
        )
    }
}

impl Act {
    /// The stable word files and tables write.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::TakeUp => "take_up",
            Self::RequestInformation { .. } => "request_information",
            Self::SupplyInformation { .. } => "supply_information",
            Self::Accept { .. } => "accept",
            Self::Award { .. } => "award",
            Self::Reject { .. } => "reject",
            Self::AcceptAward => "accept_award",
            Self::Appeal { .. } => "appeal",
            Self::UpholdAppeal { .. } => "uphold_appeal",
            Self::RejectAppeal { .. } => "reject_appeal",
            Self::Withdraw => "withdraw",
            Self::Settle => "settle",
            Self::DeadlinePassed { .. } => "deadline_passed",
            Self::Restate { .. } => "restate",
        }
    }
}

impl Due {
    /// Of what.
    pub const fn sort(&self) -> Of {
        match self {
            Self::Amount { amount } => amount.of,
            Self::Discretionary { currency, .. } => Of::Money(*currency),
        }
    }

    /// The most that may be awarded; none where the text sets no end.
    pub fn at_most(&self) -> Option<Worth> {
        match self {
            Self::Amount { amount } => Some(*amount),
            Self::Discretionary { at_most, .. } => at_most.map(Worth::from),
        }
    }

    /// Refuses an award that is not more than nothing, of something else, or above what is due.
    pub(crate) fn allows(&self, amount: Worth) -> Result<(), Refusal> {
        if amount.of != self.sort() {
            return Err(Refusal::AwardCurrency { amount, of: self.sort() });
        }
        if amount.minor <= 0 || !amount.is_in_range() {
            return Err(Refusal::AwardNotPositive { amount });
        }
        match self.at_most().filter(|most| amount.minor > most.minor) {
            Some(due) => Err(Refusal::AwardAboveDue { amount, due }),
            None => Ok(()),
        }
    }

    /// Refuses a negative amount, and a limit in another currency.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        match self.at_most() {
            Some(most) if most.of != self.sort() => {
                Err(Refusal::AwardCurrency { amount: most, of: self.sort() })
            }
            Some(most) if most.minor < 0 || !most.is_in_range() => {
                Err(Refusal::AwardNotPositive { amount: most })
            }
            _ => Ok(()),
        }
    }
}
