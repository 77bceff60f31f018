//! What people do with a settlement, as state machines: claims, decisions left to a person, subscriptions, and
//! revisions of evidence that need the other side's consent.
//!
//! Every machine is a function of a value and an event. It returns the next value and the [`Effect`]s the caller
//! carries out in the same transaction, or a [`Refusal`] and changes nothing. The instant in an event is the
//! platform's monotone time; nothing here reads a clock.

pub mod claim;
pub mod decision;
mod effect;
mod party;
mod reason;
mod refusal;
pub mod revision;
pub mod subscription;
mod wire;
mod worth;

pub use effect::{CreditKind, Deadline, Effect, Flow, Notice};
pub use party::{Actor, Side};
pub use reason::{REASON_CHARS_MAX, Reason};
pub use refusal::Refusal;
pub use worth::{Of, Worth};
