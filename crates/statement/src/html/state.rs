//! States as shape, colour and word: none of them stands alone.

use settle::settlement::{RemedyStatus, Verdict};

use super::markup::{Markup, el, element, word};
use crate::summary::Headline;
use crate::words::Word;

/// A shape with its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// A disc with a tick.
    Good,
    /// An octagon with a cross.
    Bad,
    /// A disc with an arrow: something passes to the customer.
    Owed,
    /// A square with a question mark.
    Open,
    /// A half-filled disc.
    Pending,
    /// A dashed ring.
    Nothing,
    /// A ring with a dash.
    Apart,
}

impl State {
    const ALL: [State; 7] =
        [State::Good, State::Bad, State::Owed, State::Open, State::Pending, State::Nothing, State::Apart];

    /// The class that gives the colour.
    pub(super) fn class(self) -> &'static str {
        match self {
            State::Good => "good",
            State::Bad => "bad",
            State::Owed => "owing",
            State::Open => "open",
            State::Pending => "pending",
            State::Nothing => "nothing",
            State::Apart => "apart",
        }
    }

    /// The filled ground and the strokes on it, on a field of 24 by 24.
    fn paths(self) -> (&'static str, &'static str) {
        match self {
            State::Good => ("M12 1a11 11 0 1 1 0 22 11 11 0 0 1 0-22z", "M6.8 12.6l3.6 3.6 7-8"),
            State::Bad => ("M7.6 1.4h8.8l6.2 6.2v8.8l-6.2 6.2H7.6l-6.2-6.2V7.6z", "M8 8l8 8M16 8l-8 8"),
            State::Owed => {
                ("M12 1a11 11 0 1 1 0 22 11 11 0 0 1 0-22z", "M6.5 12h10.5M12.6 7.4l4.6 4.6-4.6 4.6")
            }
            State::Open => (
                "M5 1.5h14a3.5 3.5 0 0 1 3.5 3.5v14a3.5 3.5 0 0 1-3.5 3.5H5A3.5 3.5 0 0 1 1.5 19V5A3.5 3.5 0 0 1 5 1.5z",
                "M8.9 9.2a3.1 3.1 0 1 1 4.4 3c-1 .5-1.3 1-1.3 2M12 17.6v.1",
            ),
            State::Pending => ("M12 2a10 10 0 0 1 0 20z", "M12 2a10 10 0 1 0 0 20 10 10 0 1 0 0-20"),
            State::Nothing => ("", "M12 2a10 10 0 1 0 0 20 10 10 0 1 0 0-20"),
            State::Apart => ("", "M12 2a10 10 0 1 0 0 20 10 10 0 1 0 0-20M7.5 12h9"),
        }
    }
}

pub(super) fn of_verdict(verdict: Verdict) -> State {
    match verdict {
        Verdict::Met => State::Good,
        Verdict::Breached => State::Bad,
        Verdict::NotCovered => State::Apart,
        Verdict::NoData => State::Nothing,
        Verdict::NotComputable => State::Open,
        Verdict::Provisional => State::Pending,
    }
}

pub(super) fn of_remedy(status: RemedyStatus) -> State {
    match status {
        RemedyStatus::Due | RemedyStatus::Choice => State::Owed,
        RemedyStatus::NotDue | RemedyStatus::NotCovered => State::Apart,
        RemedyStatus::Suppressed | RemedyStatus::Displaced => State::Apart,
        RemedyStatus::Negative | RemedyStatus::NoRow | RemedyStatus::Ambiguous => State::Open,
        RemedyStatus::Discretionary | RemedyStatus::NotComputable => State::Open,
        RemedyStatus::NoData => State::Nothing,
        RemedyStatus::Provisional => State::Pending,
    }
}

pub(super) fn of_headline(headline: Headline) -> State {
    match headline {
        Headline::Breached => State::Bad,
        Headline::Met => State::Good,
        Headline::Undecided => State::Open,
        Headline::Provisional => State::Pending,
        Headline::NoData => State::Nothing,
        Headline::NoPromise => State::Apart,
    }
}

/// The verdict as a chip.
pub(super) fn verdict_chip(verdict: Verdict) -> Markup {
    chip(of_verdict(verdict), Word::verdict(verdict))
}

/// A shape and its word.
pub(super) fn chip(state: State, said: Word) -> Markup {
    el("span", &format!("chip {}", state.class()), [icon(state), el("span", "", [word(said)])])
}

/// The shape alone; a word must stand beside it.
pub(super) fn icon(state: State) -> Markup {
    let reference = element("use", &[("href", &format!("#state-{}", state.class()))], []);
    let class = format!("icon {}", state.class());
    element("svg", &[("class", &class), ("viewBox", "0 0 24 24"), ("aria-hidden", "true")], [reference])
}

/// Every shape once, for [`icon`] to refer to.
pub(super) fn shapes() -> Markup {
    let symbol = |state: State| {
        let (ground, strokes) = state.paths();
        let ground = element("path", &[("class", "ground"), ("d", ground)], []);
        let strokes = element("path", &[("class", "strokes"), ("d", strokes)], []);
        let id = format!("state-{}", state.class());
        element("symbol", &[("id", &id), ("viewBox", "0 0 24 24")], [ground, strokes])
    };
    element("svg", &[("class", "shapes"), ("aria-hidden", "true")], State::ALL.map(symbol))
}
