//! States as shape, colour and word together; no one of them stands alone.

use platform::claims::ClaimView;
use settle::settlement::{RemedyStatus, Verdict};
use statement::Word;

use crate::words::Words;

/// A shape with its colour; the names are those of the statement's style sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tone {
    /// An octagon with a cross: broken.
    Bad,
    /// A half-filled disc: not known yet, or heading for trouble.
    Pending,
    /// A square with a question mark: somebody must decide.
    Open,
    /// A disc with an arrow: something passes to the customer.
    Owing,
    /// A dashed ring: no data.
    Nothing,
    /// A disc with a tick: kept.
    Good,
    /// A ring with a dash: does not apply.
    Apart,
    /// A spanner in a ring: maintenance that was announced. Its shape is `part/works.html`.
    Works,
}

/// A state and its word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chip {
    pub(crate) tone: Tone,
    pub(crate) word: String,
}

impl Tone {
    /// The class that gives the colour, and the shape's name.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Pending => "pending",
            Self::Open => "open",
            Self::Owing => "owing",
            Self::Nothing => "nothing",
            Self::Good => "good",
            Self::Apart => "apart",
            Self::Works => "works",
        }
    }
}

impl Chip {
    pub(crate) fn new(tone: Tone, word: impl Into<String>) -> Self {
        Self { tone, word: word.into() }
    }

    pub(crate) fn verdict(w: Words, verdict: Verdict) -> Self {
        Self::new(tone_of(verdict), Word::verdict(verdict).in_lang(w.lang))
    }

    pub(crate) fn remedy(w: Words, status: RemedyStatus) -> Self {
        let tone = match status {
            RemedyStatus::Due | RemedyStatus::Choice => Tone::Owing,
            RemedyStatus::NotDue
            | RemedyStatus::NotCovered
            | RemedyStatus::Suppressed
            | RemedyStatus::Displaced => Tone::Apart,
            RemedyStatus::NoData => Tone::Nothing,
            RemedyStatus::Provisional => Tone::Pending,
            _ => Tone::Open,
        };
        Self::new(tone, Word::remedy(status).in_lang(w.lang))
    }

    pub(crate) fn claim(w: Words, claim: &ClaimView) -> Self {
        let (tone, word) = match claim.state.as_str() {
            "submitted" => (Tone::Pending, w.claim_submitted()),
            "needs_information" => (Tone::Open, w.claim_needs_information()),
            "under_review" => (Tone::Pending, w.claim_under_review()),
            "accepted" => (Tone::Good, w.claim_accepted()),
            "part_accepted" => (Tone::Owing, w.claim_part_accepted()),
            "rejected" => (Tone::Bad, w.claim_rejected()),
            "appealed" => (Tone::Open, w.claim_appealed()),
            "upheld_on_appeal" => (Tone::Good, w.claim_upheld_on_appeal()),
            "rejected_on_appeal" => (Tone::Bad, w.claim_rejected_on_appeal()),
            "withdrawn" => (Tone::Apart, w.claim_withdrawn()),
            "expired" => (Tone::Apart, w.claim_expired()),
            "settled" => (Tone::Good, w.claim_settled()),
            _ => (Tone::Open, w.state_unknown()),
        };
        Self::new(tone, word)
    }
}

/// The tone of a verdict.
pub(crate) fn tone_of(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Met => Tone::Good,
        Verdict::Breached => Tone::Bad,
        Verdict::NotCovered => Tone::Apart,
        Verdict::NoData => Tone::Nothing,
        Verdict::NotComputable => Tone::Open,
        Verdict::Provisional => Tone::Pending,
    }
}
