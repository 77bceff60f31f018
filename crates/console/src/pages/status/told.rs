//! An incident in words: what was down, how long, why, and whether it counts, by cause and clause of the contract.

use platform::status::{Board, Component, Outage, Planned};
use timeline::Instant;

use super::{length, name};
use crate::show::Show;
use crate::tone::{Chip, Tone};
use crate::words::Words;

/// An incident.
pub(super) struct Told {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) component: String,
    pub(super) component_id: String,
    pub(super) chip: Chip,
    /// From when until when.
    pub(super) when: String,
    pub(super) length: String,
    /// Why, and whether it counts: a sentence for each cause.
    pub(super) why: Vec<String>,
    pub(super) is_open: bool,
    pub(super) whole: bool,
    pub(super) from: Instant,
    /// `None` while it lasts.
    pub(super) until: Option<Instant>,
    pub(super) recorded_at: Instant,
}

/// The incidents of a board that began, the newest first.
pub(super) fn all(w: Words, board: &Board) -> Vec<Told> {
    let mut all: Vec<Told> = Vec::new();
    for component in &board.components {
        let begun = component.outages.iter().filter(|it| it.span.from() <= board.now);
        all.extend(begun.map(|it| told(w, component, it, board.now)));
    }
    all.sort_by(|one, other| (other.from, &one.id).cmp(&(one.from, &other.id)));
    all
}

fn told(w: Words, component: &Component, it: &Outage, now: Instant) -> Told {
    let show = Show::new(w.lang, component.zone.clone());
    let (from, is_open) = (it.span.from(), it.is_open(now));
    let until = (!is_open).then(|| it.span.until());
    let nanos = until.unwrap_or(now).nanos_since(from);
    let component_name = name(w, component);
    let tone = match (is_open, it.whole) {
        (true, true) => Tone::Bad,
        (true, false) => Tone::Pending,
        (false, _) => Tone::Good,
    };
    let word = if is_open { w.status_incident_open() } else { w.status_incident_over() };
    let title =
        if it.whole { w.status_incident(&component_name) } else { w.status_incident_part(&component_name) };
    Told {
        id: it.id.clone(),
        title,
        component: component_name,
        component_id: component.id.clone(),
        chip: Chip::new(tone, word),
        when: match until {
            Some(until) => range(w, &show, from, until),
            None => w.status_since(show.minute(from)),
        },
        length: length(w, &show, nanos),
        why: why(w, it),
        is_open,
        whole: it.whole,
        from,
        until,
        recorded_at: it.recorded_at.unwrap_or(from),
    }
}

/// From when until when; the day of the end only where it is another.
pub(super) fn range(w: Words, show: &Show, from: Instant, until: Instant) -> String {
    let end = if show.zone.date(from) == show.zone.date(until) {
        let minute = 60_000_000_000;
        let cut = Instant::from_nanos(until.nanos() - until.nanos().rem_euclid(minute));
        show.zone.time(cut).to_string()
    } else {
        show.minute(until)
    };
    w.status_from_until(show.minute(from), end)
}

fn why(w: Words, it: &Outage) -> Vec<String> {
    if it.causes.is_empty() {
        return vec![w.status_cause_unknown().to_owned()];
    }
    let half = |text: &str| statement::display::half(text, w.lang);
    let sentence = |it: &platform::status::Cause| {
        let (text, clause) = (half(&it.text), half(&it.clause));
        if it.excluded { w.status_cause_excluded(text, clause) } else { w.status_cause_counts(text, clause) }
    };
    it.causes.iter().map(sentence).collect()
}

/// What a window was announced as, or that it is maintenance.
pub(super) fn window_title(w: Words, it: &Planned) -> String {
    if it.title.is_empty() {
        return w.status_maintenance_untitled().to_owned();
    }
    statement::display::half(&it.title, w.lang)
}
