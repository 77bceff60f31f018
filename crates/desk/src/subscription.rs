//! A subscription: active, suspended or ended, with the terms pinned for every term of it.

use serde::{Deserialize, Serialize};
use timeline::Instant;

use crate::effect::{Deadline, Effect, Notice};
use crate::party::{Actor, Side};
use crate::reason::Reason;
use crate::refusal::Refusal;

/// The text that binds a term. A renewal takes the version then current; nothing changes before.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PinnedTerms {
    /// The contract.
    pub contract: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its text, lower-case hex.
    pub sha256: String,
    /// The plan.
    pub plan: Option<String>,
    /// Parameters by name, as expressions of the language.
    pub parameters: Vec<(String, String)>,
}

/// A stretch of time under one text: `[from, until)`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Term {
    /// From.
    #[serde(with = "crate::wire::instant")]
    pub from: Instant,
    /// Until; none while the end is open.
    #[serde(with = "crate::wire::maybe_instant")]
    pub until: Option<Instant>,
    /// The text.
    pub terms: PinnedTerms,
}

/// A subscription. Made by [`begin`], changed by [`step`] only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    id: String,
    terms: Vec<Term>,
    #[serde(with = "crate::wire::instant")]
    changed_at: Instant,
    state: State,
}

/// Where a subscription stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Service is owed.
    Active,
    /// The provider withholds service for a cause the contract names.
    Suspended {
        /// Why.
        reason: Reason,
        /// The clause that allows it.
        clause: String,
    },
    /// It is over. Final.
    Ended {
        /// Why.
        reason: Option<Reason>,
        /// Who ended it.
        by: Actor,
        /// Since when.
        #[serde(with = "crate::wire::instant")]
        at: Instant,
    },
}

/// Something that happens to a subscription.
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
    /// The provider withholds service.
    Suspend {
        /// Why.
        reason: Reason,
        /// The clause that allows it.
        clause: String,
    },
    /// The provider gives service again.
    Resume,
    /// A further term follows the last one without a gap.
    Renew {
        /// Its end, after the end before; open when absent.
        #[serde(with = "crate::wire::maybe_instant", default)]
        until: Option<Instant>,
        /// The text then current.
        terms: PinnedTerms,
    },
    /// Either side ends it.
    End {
        /// Why.
        reason: Reason,
    },
    /// The platform says that the last term is over.
    TermOver,
}

/// What a step comes to.
pub type Step = Result<(Subscription, Vec<Effect>), Refusal>;

/// A subscription that begins with its first term.
///
/// # Errors
/// A term that ends before it begins.
pub fn begin(id: String, term: Term, at: Instant) -> Step {
    later_than(term.from, term.until)?;
    let scheduled = term.until.map(|end| Effect::Schedule { deadline: Deadline::Term, at: end });
    let subscription = Subscription { id, terms: vec![term], changed_at: at, state: State::Active };
    Ok((subscription, scheduled.into_iter().collect()))
}

/// The subscription after an event, and what is to be done.
///
/// # Errors
/// An event before the last one; any event on an ended subscription, or on one whose last term is over; a person of
/// the wrong side; an act that this state does not know; a renewal that does not lengthen it. Nothing is changed then.
pub fn step(subscription: &Subscription, event: &Event) -> Step {
    if event.at < subscription.changed_at {
        return Err(Refusal::EarlierThanLast { last: subscription.changed_at });
    }
    if matches!(subscription.state, State::Ended { .. }) {
        return Err(Refusal::Final { state: subscription.state.word() });
    }
    if event.act == Act::TermOver {
        return term_over(subscription, event);
    }
    if let Some(until) = subscription.until().filter(|until| *until <= event.at) {
        return Err(Refusal::TermIsOver { until });
    }
    match (&subscription.state, &event.act) {
        (State::Active, Act::Suspend { reason, clause }) => {
            event.by.must_be(Side::Provider)?;
            let state = State::Suspended { reason: reason.clone(), clause: clause.clone() };
            let notice = Notice::SubscriptionSuspended { reason: reason.clone() };
            Ok((subscription.in_state(event.at, state), vec![tell(Side::Customer, notice)]))
        }
        (State::Suspended { .. }, Act::Resume) => {
            event.by.must_be(Side::Provider)?;
            let told = tell(Side::Customer, Notice::SubscriptionResumed);
            Ok((subscription.in_state(event.at, State::Active), vec![told]))
        }
        (_, Act::Renew { until, terms }) => renewed(subscription, event, *until, terms),
        (_, Act::End { reason }) => ended(subscription, event, reason),
        (state, act) => Err(Refusal::NotInThisState { state: state.word(), act: act.word() }),
    }
}

/// A term that is over ends at its own end, however late the platform says so.
fn term_over(subscription: &Subscription, event: &Event) -> Step {
    event.by.must_be_platform()?;
    let deadline = Deadline::Term;
    match subscription.until() {
        None => Err(Refusal::NoSuchDeadline { deadline }),
        Some(until) if event.at < until => Err(Refusal::DeadlineAhead { deadline, at: until }),
        Some(until) => {
            let state = State::Ended { reason: None, by: Actor::Platform, at: until };
            Ok((subscription.in_state(event.at, state), tell_both(&Notice::SubscriptionEnded)))
        }
    }
}

fn renewed(subscription: &Subscription, event: &Event, until: Option<Instant>, terms: &PinnedTerms) -> Step {
    if event.by.side().is_none() {
        return Err(Refusal::PersonNeeded);
    }
    let Some(from) = subscription.until() else { return Err(Refusal::OpenEnded) };
    later_than(from, until)?;
    let mut next = subscription.in_state(event.at, subscription.state.clone());
    next.terms.push(Term { from, until, terms: terms.clone() });
    let deadline = Deadline::Term;
    let mut effects = vec![match until {
        Some(at) => Effect::Schedule { deadline, at },
        None => Effect::Cancel { deadline },
    }];
    effects.extend(tell_both(&Notice::SubscriptionRenewed));
    Ok((next, effects))
}

/// Terms that have not begun fall away, and the current one is cut.
fn ended(subscription: &Subscription, event: &Event, reason: &Reason) -> Step {
    if event.by.side().is_none() {
        return Err(Refusal::PersonNeeded);
    }
    let state = State::Ended { reason: Some(reason.clone()), by: event.by.clone(), at: event.at };
    let mut effects: Vec<Effect> =
        subscription.until().map(|_| Effect::Cancel { deadline: Deadline::Term }).into_iter().collect();
    effects.extend(tell_both(&Notice::SubscriptionEnded));
    Ok((subscription.in_state(event.at, state), effects))
}

fn later_than(from: Instant, until: Option<Instant>) -> Result<(), Refusal> {
    match until.filter(|until| *until <= from) {
        Some(until) => Err(Refusal::TermTooShort { from, until }),
        None => Ok(()),
    }
}

fn tell(to: Side, notice: Notice) -> Effect {
    Effect::Notify { to, notice }
}

fn tell_both(notice: &Notice) -> Vec<Effect> {
    [Side::Provider, Side::Customer].map(|side| tell(side, notice.clone())).to_vec()
}

impl Subscription {
    /// Its name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Every term, one after the other without gaps.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Where it stands.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// When it last changed.
    pub fn changed_at(&self) -> Instant {
        self.changed_at
    }

    /// The end of its last term.
    pub fn until(&self) -> Option<Instant> {
        self.terms.last().and_then(|term| term.until)
    }

    /// The text that binds it at an instant; none outside its terms, and from its end on.
    pub fn terms_at(&self, at: Instant) -> Option<&PinnedTerms> {
        if matches!(self.state, State::Ended { at: end, .. } if end <= at) {
            return None;
        }
        let holds = |term: &&Term| term.from <= at && term.until.is_none_or(|until| at < until);
        self.terms.iter().find(holds).map(|term| &term.terms)
    }

    fn in_state(&self, at: Instant, state: State) -> Subscription {
        Subscription { state, changed_at: at, ..self.clone() }
    }
}

impl State {
    /// The stable word files and tables write.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended { .. } => "suspended",
            Self::Ended { .. } => "ended",
        }
    }
}

impl Act {
    /// The stable word files and tables write.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Suspend { .. } => "suspend",
            Self::Resume => "resume",
            Self::Renew { .. } => "renew",
            Self::End { .. } => "end",
            Self::TermOver => "term_over",
        }
    }
}
