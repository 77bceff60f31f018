//! What the contract and the configuration say about claims of one remedy in one cycle.

use std::time::Duration;

use calendar::Zone;
use serde::{Deserialize, Serialize};
use timeline::Instant;

use crate::effect::CreditKind;

/// The rules a claim is held to. They are pinned when it is submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// When it may be submitted.
    pub window: Window,
    /// Which instant the window asks about.
    pub counts: Counts,
    /// What must be supplied.
    pub requires: Vec<String>,
    /// No claim is needed.
    pub automatic: bool,
    /// How the credit is given.
    pub kind: CreditKind,
    /// How long a decision should take, on a claim and on an appeal.
    pub adjudicate_within: Option<Duration>,
    /// How long the claimant has to answer a question; without it a question never lapses.
    pub answer_within: Option<Duration>,
    /// How long a decision can be appealed; without it there is no appeal.
    pub appeal_within: Option<Duration>,
    /// The clause the window rests on.
    pub clause: String,
}

/// When claims may be submitted: `[opens, closes)`, with the zone people read it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The first instant.
    #[serde(with = "crate::wire::instant")]
    pub opens: Instant,
    /// The first instant too late; none when the text sets no end.
    #[serde(with = "crate::wire::maybe_instant")]
    pub closes: Option<Instant>,
    /// The contract's zone.
    #[serde(with = "crate::wire::zone")]
    pub zone: Zone,
}

/// Which instant decides whether a claim is in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// When it was received.
    Receipt,
    /// When it was sent, where that is known; else when it was received.
    Sending,
}

/// How a window stands at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowState {
    /// Too early.
    NotYet,
    /// In time.
    Open,
    /// Too late.
    Closed,
}

impl Window {
    /// How it stands at that instant. A window that closes before it opens never opens.
    pub fn at(&self, at: Instant) -> WindowState {
        if self.closes.is_some_and(|closes| closes <= at || closes <= self.opens) {
            WindowState::Closed
        } else if at < self.opens {
            WindowState::NotYet
        } else {
            WindowState::Open
        }
    }

    /// `[opens, closes)` in local time.
    pub fn show(&self) -> String {
        let closes = self.zone.show(self.closes.unwrap_or(Instant::MAX));
        format!("[{}, {closes})", self.zone.show(self.opens))
    }
}

/// The instant so much later; none when no time is set or it lies beyond what can be told.
pub(super) fn later(at: Instant, within: Option<Duration>) -> Option<Instant> {
    at.checked_add(i64::try_from(within?.as_nanos()).ok()?)
}
