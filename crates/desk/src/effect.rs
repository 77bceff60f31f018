//! What a step asks the platform to do, in the same transaction that stores the next state.

use ledger::Money;
use serde::{Deserialize, Serialize};
use timeline::Instant;

use crate::party::Side;
use crate::reason::Reason;
use crate::worth::Worth;

/// Something to do. The audit trail is the platform's matter and is written for every step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Post an amount to the ledger, once.
    PostCredit {
        /// How much, more than zero.
        amount: Money,
        /// How it is given.
        kind: CreditKind,
        /// Who owes it to whom.
        flow: Flow,
    },
    /// Give something that is no money, once.
    GiveInKind {
        /// How much, more than zero.
        amount: Worth,
        /// Who owes it to whom.
        flow: Flow,
    },
    /// Tell a side.
    Notify {
        /// Whom.
        to: Side,
        /// What about.
        notice: Notice,
    },
    /// Send the machine a passed deadline at that instant or later. Replaces an earlier one of the same name.
    Schedule {
        /// Which.
        deadline: Deadline,
        /// When.
        #[serde(with = "crate::wire::instant")]
        at: Instant,
    },
    /// Forget a deadline.
    Cancel {
        /// Which.
        deadline: Deadline,
    },
    /// Append the consented revision to the evidence.
    ReviseEvidence,
}

/// How a credit is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditKind {
    /// It buys service on a later bill.
    Voucher,
    /// It is paid in cash.
    Payment,
}

/// Who owes whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// We owe a customer.
    ToCustomer,
    /// A provider of ours owes us.
    FromProvider,
}

/// Instants a machine waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deadline {
    /// The claim should be decided.
    Adjudication,
    /// What was asked for should have come.
    Information,
    /// No appeal is possible any more.
    Appeal,
    /// The appeal should be decided.
    AppealAdjudication,
    /// A proposed revision lapses.
    Consent,
    /// The term of a subscription is over.
    Term,
}

/// What a side is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// A claim was received.
    ClaimSubmitted,
    /// Something is missing.
    InformationNeeded {
        /// What.
        question: Reason,
    },
    /// It has come.
    InformationSupplied,
    /// A claim was accepted in full.
    ClaimAccepted {
        /// With how much.
        amount: Worth,
    },
    /// A claim was accepted in part.
    ClaimPartAccepted {
        /// With how much.
        amount: Worth,
    },
    /// A claim was rejected.
    ClaimRejected {
        /// Why.
        reason: Reason,
    },
    /// The claimant appealed.
    AppealSubmitted,
    /// The appeal was upheld.
    AppealUpheld {
        /// What the claim comes to now.
        amount: Worth,
    },
    /// The appeal was rejected; an earlier award stands.
    AppealRejected {
        /// Why.
        reason: Reason,
    },
    /// The claim was withdrawn.
    ClaimWithdrawn,
    /// The claim lapsed, for what was asked for did not come.
    ClaimExpired,
    /// The award was posted.
    ClaimSettled {
        /// How much.
        amount: Worth,
    },
    /// A superseding statement changed what is due; the claim is decided again.
    ClaimRestated,
    /// Something should have been decided by now.
    Overdue {
        /// What.
        deadline: Deadline,
    },
    /// The contract leaves an amount to a person.
    DecisionNeeded,
    /// A person set the amount.
    DecisionMade {
        /// How much.
        amount: Money,
    },
    /// A person gave nothing.
    DecisionDeclined {
        /// Why.
        reason: Reason,
    },
    /// The other side proposes a revision of evidence.
    RevisionProposed,
    /// It was consented to.
    RevisionConsented,
    /// It was refused.
    RevisionRefused {
        /// Why.
        reason: Reason,
    },
    /// It was taken back.
    RevisionWithdrawn,
    /// Nobody answered in time.
    RevisionExpired,
    /// Service was suspended.
    SubscriptionSuspended {
        /// Why.
        reason: Reason,
    },
    /// Service was resumed.
    SubscriptionResumed,
    /// A further term was agreed.
    SubscriptionRenewed,
    /// The subscription is over.
    SubscriptionEnded,
}
