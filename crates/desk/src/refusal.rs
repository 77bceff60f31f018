//! Why a step is not taken: one variant for one problem, each with a stable code.

mod text;

use std::fmt;

use diagnostic::Bilingual;
use timeline::Instant;

use crate::claim::Window;
use crate::effect::Deadline;
use crate::party::Side;
use crate::worth::{Of, Worth};

/// Not like this, or not now. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Claims open later.
    WindowNotOpen {
        /// When.
        window: Box<Window>,
    },
    /// Claims have closed.
    WindowClosed {
        /// When.
        window: Box<Window>,
    },
    /// Something the contract requires is missing or blank.
    FieldsMissing {
        /// All of it.
        missing: Vec<String>,
    },
    /// Too many fields, or too long ones.
    FieldsTooLarge,
    /// A claim cannot be sent after it was received.
    SentAfterReceipt {
        /// When it says it was sent.
        sent_at: Instant,
        /// When it was received.
        received_at: Instant,
    },
    /// The contract wants a claim.
    NotAutomatic,
    /// Nothing is due that could be awarded.
    NothingDue,
    /// The event lies before the last one.
    EarlierThanLast {
        /// The last one.
        last: Instant,
    },
    /// Nothing can happen any more.
    Final {
        /// The state.
        state: &'static str,
    },
    /// The state does not know the act.
    NotInThisState {
        /// The state.
        state: &'static str,
        /// The act.
        act: &'static str,
    },
    /// The other side has to do this.
    OtherSide {
        /// Which.
        needed: Side,
    },
    /// A person has to do this.
    PersonNeeded,
    /// Only the platform does this.
    PlatformOnly,
    /// A reason is missing, says nothing, or is too long.
    ReasonMissing,
    /// More is awarded than is due.
    AwardAboveDue {
        /// The award.
        amount: Worth,
        /// What is due.
        due: Worth,
    },
    /// An award is more than nothing.
    AwardNotPositive {
        /// The award.
        amount: Worth,
    },
    /// An award in another currency, or of something else.
    AwardCurrency {
        /// The award.
        amount: Worth,
        /// Of what something is due.
        of: Of,
    },
    /// The text leaves the amount to a person, who has to name it.
    AmountLeftToPerson,
    /// The decision cannot be appealed.
    NoAppeal,
    /// The appeal comes too late.
    AppealLate {
        /// The first instant too late.
        until: Instant,
    },
    /// The award can still be appealed, and is not posted before.
    AppealOpen {
        /// The first instant it may be posted.
        until: Instant,
    },
    /// An appeal that is upheld awards more than before.
    AppealAwardNotHigher {
        /// The award.
        amount: Worth,
        /// The award before.
        before: Worth,
    },
    /// The answer comes too late.
    AnswerLate {
        /// The first instant too late.
        until: Instant,
    },
    /// The answer says nothing.
    AnswerEmpty,
    /// Nothing waits for this deadline.
    NoSuchDeadline {
        /// Which.
        deadline: Deadline,
    },
    /// The deadline has not passed.
    DeadlineAhead {
        /// Which.
        deadline: Deadline,
        /// When it passes.
        at: Instant,
    },
    /// A revision that changes nothing.
    NothingProposed,
    /// The revision can no longer be answered.
    ProposalExpired {
        /// The first instant too late.
        until: Instant,
    },
    /// The last term of the subscription is over.
    TermIsOver {
        /// Since when.
        until: Instant,
    },
    /// A term that ends before it begins.
    TermTooShort {
        /// Its beginning.
        from: Instant,
        /// Its end.
        until: Instant,
    },
    /// A subscription without an end is not renewed.
    OpenEnded,
    /// The settlement does not know the claim window.
    WindowUnknown {
        /// Why.
        reason: Bilingual,
    },
    /// The settlement does not know what is due, in whole minor units of money.
    DueUnknown {
        /// Why.
        reason: Bilingual,
    },
}

impl Refusal {
    /// The stable code that `upheld explain` knows.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::WindowNotOpen { .. } => "D0101",
            Self::WindowClosed { .. } => "D0102",
            Self::FieldsMissing { .. } => "D0103",
            Self::FieldsTooLarge => "D0104",
            Self::SentAfterReceipt { .. } => "D0105",
            Self::NotAutomatic => "D0106",
            Self::NothingDue => "D0107",
            Self::EarlierThanLast { .. } => "D0108",
            Self::Final { .. } => "D0109",
            Self::NotInThisState { .. } => "D0110",
            Self::OtherSide { .. } => "D0111",
            Self::PersonNeeded => "D0112",
            Self::PlatformOnly => "D0113",
            Self::ReasonMissing => "D0114",
            Self::AwardAboveDue { .. } => "D0115",
            Self::AwardNotPositive { .. } => "D0116",
            Self::AwardCurrency { .. } => "D0117",
            Self::AmountLeftToPerson => "D0118",
            Self::NoAppeal => "D0119",
            Self::AppealLate { .. } => "D0120",
            Self::AppealOpen { .. } => "D0121",
            Self::AppealAwardNotHigher { .. } => "D0122",
            Self::AnswerLate { .. } => "D0123",
            Self::AnswerEmpty => "D0124",
            Self::NoSuchDeadline { .. } => "D0125",
            Self::DeadlineAhead { .. } => "D0126",
            Self::NothingProposed => "D0127",
            Self::ProposalExpired { .. } => "D0128",
            Self::TermIsOver { .. } => "D0129",
            Self::TermTooShort { .. } => "D0130",
            Self::OpenEnded => "D0131",
            Self::WindowUnknown { .. } => "D0132",
            Self::DueUnknown { .. } => "D0133",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.message().en)
    }
}

impl std::error::Error for Refusal {}
