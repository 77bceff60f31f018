//! Two versions held against each other: what gets worse for the customer, what gets better, what merely reads
//! differently; each with a case at which it shows.

use std::sync::Arc;

use askama::Template;
use diagnostic::Lang;
use platform::Failure;
use platform::agreements::{self, Version};
use platform::comparison::{ComparedChange, ComparedWitness, Comparison};
use platform::contracts::Published;
use web::{Reply, Route};

use super::list::place;
use super::marked::Marked;
use super::{Head, Tab, count};
use crate::frame::Frame;
use crate::page::page;
use crate::tone::{Chip, Tone};
use crate::view::View;
use crate::words::Words;

#[derive(Template)]
#[template(path = "agreements/comparison.html")]
struct Compared {
    frame: Frame,
    head: Head,
    versions: Vec<String>,
    old: String,
    new: String,
    changes: Option<Changes>,
}

/// A comparison in the reader's words.
pub(super) struct Changes {
    pub(super) verdict: Chip,
    pub(super) groups: Vec<Group>,
}

/// Changes of one effect.
pub(super) struct Group {
    pub(super) heading: String,
    pub(super) tone: Tone,
    pub(super) changes: Vec<Change>,
}

/// One change.
pub(super) struct Change {
    pub(super) message: Marked,
    pub(super) aspect: &'static str,
    pub(super) old_clause: Option<Place>,
    pub(super) new_clause: Option<Place>,
    pub(super) witness: Option<Witness>,
}

/// A clause of one of the texts.
#[derive(PartialEq, Eq)]
pub(super) struct Place {
    pub(super) heading: String,
    pub(super) href: String,
}

/// The two texts.
pub(super) struct Sides {
    old: Arc<Published>,
    new: Arc<Published>,
}

impl Sides {
    /// The texts of two versions whose comparison the caller may see.
    pub(super) fn of(view: &mut View<'_, '_>, id: &str, old: &str, new: &str) -> Result<Self, Failure> {
        let contracts = &view.platform.contracts;
        Ok(Self { old: contracts.get(view.tx, id, old)?, new: contracts.get(view.tx, id, new)? })
    }
}

/// A case at which the change shows.
pub(super) struct Witness {
    pub(super) given: String,
    pub(super) at: String,
    pub(super) old: String,
    pub(super) new: String,
}

pub(super) fn routes() -> Vec<Route> {
    vec![page("/agreements/{agreement}/comparison", "agreementComparison", compared)]
}

fn compared(view: &mut View<'_, '_>) -> Result<Reply, Failure> {
    let id = view.id("agreement");
    let agreement = agreements::get(view.platform, view.tx, view.who, id)?;
    let all = agreements::versions(view.platform, view.tx, view.who, id)?.items;
    let (old, new) = (picked(view, "old", all.get(1)), picked(view, "new", all.first()));
    let changes = if old.is_empty() || new.is_empty() || all.len() < 2 {
        None
    } else {
        let found = agreements::compare(view.platform, view.tx, view.who, id, &old, &new)?;
        let sides = Sides::of(view, id, &old, &new)?;
        Some(changes(view, &sides, &found))
    };
    let head = Head::new(view, &agreement, Tab::Comparison);
    let frame =
        Frame::new(view, format!("{} · {}", view.w.agreements_tab_comparison(), head.title), place(view))?;
    let versions = all.into_iter().map(|it| it.version).collect();
    view.html(&Compared { frame, head, versions, old, new, changes })
}

fn picked(view: &View<'_, '_>, name: &str, otherwise: Option<&Version>) -> String {
    let usual = || otherwise.map(|it| it.version.clone()).unwrap_or_default();
    view.query(name).map_or_else(usual, str::to_owned)
}

/// A comparison for the reader.
pub(super) fn changes(view: &View<'_, '_>, sides: &Sides, it: &Comparison) -> Changes {
    let w = view.w;
    let of = |effect: &str| -> Vec<&ComparedChange> {
        it.changes.iter().filter(|it| it.effect == effect).collect()
    };
    let (worse, better, different) = (of("worse"), of("better"), of("different"));
    let verdict = if it.materially_worse {
        Chip::new(Tone::Bad, w.agreements_compared_worse())
    } else if it.changes.is_empty() {
        Chip::new(Tone::Apart, w.agreements_compared_same())
    } else {
        Chip::new(Tone::Good, w.agreements_compared_not_worse())
    };
    let group = |changes: Vec<&ComparedChange>, heading: String, tone| {
        let changes: Vec<Change> = changes.into_iter().map(|it| change(view, sides, it)).collect();
        (!changes.is_empty()).then_some(Group { heading, tone, changes })
    };
    let groups = [
        group(worse.clone(), w.agreements_worse(count(worse.len())), Tone::Bad),
        group(better.clone(), w.agreements_better(count(better.len())), Tone::Good),
        group(different.clone(), w.agreements_different(count(different.len())), Tone::Apart),
    ];
    Changes { verdict, groups: groups.into_iter().flatten().collect() }
}

fn change(view: &View<'_, '_>, sides: &Sides, it: &ComparedChange) -> Change {
    let message = if view.lang == Lang::Zh { &it.message_zh } else { &it.message };
    // The case that follows says the rest.
    let short = message.split_once(": ").or_else(|| message.split_once('：')).map(|it| it.0);
    let message = short.filter(|_| it.witness.is_some()).unwrap_or(message);
    Change {
        message: Marked::new(message),
        aspect: aspect(view.w, &it.aspect),
        old_clause: it.old_clause.as_ref().map(|it| clause(view, &sides.old, it)),
        new_clause: it.new_clause.as_ref().map(|it| clause(view, &sides.new, it)),
        witness: it.witness.as_ref().map(|it| witness(view, sides, it)),
    }
}

fn clause(view: &View<'_, '_>, text: &Published, name: &str) -> Place {
    let headings = &text.contract.headings;
    let at = headings.iter().position(|it| statement::contract::is_heading_of(&it.text, name));
    let anchor = at.map(|at| format!("#clause-{at}")).unwrap_or_default();
    Place {
        heading: statement::display::half(name, view.lang),
        href: format!("/agreements/{}?version={}{anchor}", text.agreement, text.version),
    }
}

fn witness(view: &View<'_, '_>, sides: &Sides, it: &ComparedWitness) -> Witness {
    let zh = view.lang == Lang::Zh;
    let given: Vec<String> =
        it.given.iter().map(|(name, value)| format!("{} = {value}", name.replace('_', " "))).collect();
    let shown = |text: &str| match calendar::parse_instant(text) {
        Ok(at) => view.show(&sides.new.contract.zone).minute(at),
        Err(_) => statement::display::half(&text.replace('_', " "), view.lang),
    };
    Witness {
        given: given.join(if zh { "，" } else { ", " }),
        at: format!("{} = {}", it.variable.replace('_', " "), it.value),
        old: shown(if zh { &it.old_zh } else { &it.old }),
        new: shown(if zh { &it.new_zh } else { &it.new }),
    }
}

/// What a change concerns, in words.
fn aspect(w: Words, name: &str) -> &'static str {
    match name {
        "pays" => w.agreements_aspect_pays(),
        "promises" => w.agreements_aspect_promises(),
        "claims" => w.agreements_aspect_claims(),
        "excludes" => w.agreements_aspect_excludes(),
        "plans" => w.agreements_aspect_plans(),
        "rounds" => w.agreements_aspect_rounds(),
        "cycle" => w.agreements_aspect_cycle(),
        "measures" => w.agreements_aspect_measures(),
        _ => w.agreements_aspect_terms(),
    }
}
