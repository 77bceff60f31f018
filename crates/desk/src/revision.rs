//! A revision of evidence that one side proposes and only the other side consents to or refuses.

use serde::{Deserialize, Serialize};
use timeline::Instant;

use crate::effect::{Deadline, Effect, Notice};
use crate::party::{Actor, Side};
use crate::reason::Reason;
use crate::refusal::Refusal;

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The proposal's name.
    pub id: String,
    /// The subscription.
    pub subscription: String,
    /// The record to be superseded, by its id; none when a record is to be added.
    pub supersedes: Option<String>,
    /// The record as it shall be, in canonical form; none when it is to be taken back.
    pub record: Option<String>,
    /// Why.
    pub reason: Reason,
    /// The first instant too late for an answer.
    #[serde(with = "crate::wire::instant")]
    pub expires_at: Instant,
}

/// A revision. Made by [`propose`], changed by [`step`] only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    proposal: Proposal,
    by: Actor,
    side: Side,
    #[serde(with = "crate::wire::instant")]
    changed_at: Instant,
    state: State,
}

/// Where a revision stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// The other side has not answered.
    Proposed,
    /// It consented; the record is appended. Final.
    Consented {
        /// Who.
        by: Actor,
    },
    /// It refused. Final.
    Refused {
        /// Who.
        by: Actor,
        /// Why.
        reason: Reason,
    },
    /// The proposer took it back. Final.
    Withdrawn,
    /// Nobody answered in time, which is no consent. Final.
    Expired,
}

/// Something that happens to a revision.
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
    /// The other side agrees.
    Consent,
    /// The other side does not.
    Refuse {
        /// Why.
        reason: Reason,
    },
    /// The proposer takes it back.
    Withdraw,
    /// The platform says that nobody answered in time.
    Lapse,
}

/// What a step comes to.
pub type Step = Result<(Revision, Vec<Effect>), Refusal>;

/// A revision proposed by a person of either side.
///
/// # Errors
/// The platform; a proposal that neither names a record nor brings one; an expiry that is not ahead.
pub fn propose(proposal: Proposal, by: &Actor, at: Instant) -> Step {
    let Some(side) = by.side() else { return Err(Refusal::PersonNeeded) };
    if proposal.supersedes.is_none() && proposal.record.is_none() {
        return Err(Refusal::NothingProposed);
    }
    let expires_at = proposal.expires_at;
    if expires_at <= at {
        return Err(Refusal::ProposalExpired { until: expires_at });
    }
    let effects = vec![
        Effect::Schedule { deadline: Deadline::Consent, at: expires_at },
        tell(side.other(), Notice::RevisionProposed),
    ];
    Ok((Revision { proposal, by: by.clone(), side, changed_at: at, state: State::Proposed }, effects))
}

/// The revision after an event, and what is to be done. Answers count in `[proposed, expires_at)`.
///
/// # Errors
/// An event before the last one; a revision that was answered; an answer of the proposing side or of the platform;
/// an answer too late, a lapse too early. Nothing is changed then.
pub fn step(revision: &Revision, event: &Event) -> Step {
    if event.at < revision.changed_at {
        return Err(Refusal::EarlierThanLast { last: revision.changed_at });
    }
    if revision.state != State::Proposed {
        return Err(Refusal::Final { state: revision.state.word() });
    }
    may(revision, event)?;
    in_time(revision, event)?;
    let by = event.by.clone();
    let proposer = revision.side;
    let answered = Effect::Cancel { deadline: Deadline::Consent };
    let (state, effects) = match &event.act {
        Act::Consent => (
            State::Consented { by },
            vec![answered, Effect::ReviseEvidence, tell(proposer, Notice::RevisionConsented)],
        ),
        Act::Refuse { reason } => (
            State::Refused { by, reason: reason.clone() },
            vec![answered, tell(proposer, Notice::RevisionRefused { reason: reason.clone() })],
        ),
        Act::Withdraw => {
            (State::Withdrawn, vec![answered, tell(proposer.other(), Notice::RevisionWithdrawn)])
        }
        Act::Lapse => (
            State::Expired,
            [proposer, proposer.other()].map(|side| tell(side, Notice::RevisionExpired)).to_vec(),
        ),
    };
    Ok((Revision { state, changed_at: event.at, ..revision.clone() }, effects))
}

/// Nobody consents to a revision of their own side.
fn may(revision: &Revision, event: &Event) -> Result<(), Refusal> {
    match event.act {
        Act::Consent | Act::Refuse { .. } => event.by.must_be(revision.side.other()),
        Act::Withdraw => event.by.must_be(revision.side),
        Act::Lapse => event.by.must_be_platform(),
    }
}

fn in_time(revision: &Revision, event: &Event) -> Result<(), Refusal> {
    let until = revision.proposal.expires_at;
    match (&event.act, event.at < until) {
        (Act::Lapse, true) => Err(Refusal::DeadlineAhead { deadline: Deadline::Consent, at: until }),
        (Act::Consent | Act::Refuse { .. }, false) => Err(Refusal::ProposalExpired { until }),
        _ => Ok(()),
    }
}

fn tell(to: Side, notice: Notice) -> Effect {
    Effect::Notify { to, notice }
}

impl Revision {
    /// What is proposed.
    pub fn proposal(&self) -> &Proposal {
        &self.proposal
    }

    /// Who proposed it.
    pub fn by(&self) -> &Actor {
        &self.by
    }

    /// The side that proposed it; the other one answers.
    pub fn side(&self) -> Side {
        self.side
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
            Self::Proposed => "proposed",
            Self::Consented { .. } => "consented",
            Self::Refused { .. } => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }
}
