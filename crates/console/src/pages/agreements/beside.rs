//! What stands beside a clause: how its promises, remedies, rights and exclusions stand in the cycles in progress.

use std::collections::BTreeMap;

use calendar::Zone;
use platform::live::Progress;
use platform::time::Moment;
use quantity::{Quantity, Ratio};
use settle::settlement::{ExcludedMeasure, PromiseResult, RemedyStatus, Verdict};
use statement::Word;
use statement::display::{self, LevelFigure};

use super::held::{self, Held};
use super::{count, stake};
use crate::tone::{Chip, Tone};
use crate::view::View;

/// The live values of one clause.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) promises: Vec<Promise>,
    /// Promises of which nothing is known yet: their names.
    pub(super) without_data: Vec<String>,
    pub(super) measured: Vec<Measured>,
    pub(super) remedies: Vec<Remedy>,
    pub(super) rights: Vec<Right>,
    pub(super) excluded: Vec<Excluded>,
    /// When evidence last came in.
    pub(super) heard: Option<String>,
    /// The worst state of a promise here.
    pub(super) worst: Option<Chip>,
}

/// A promise over all who hold it.
pub(super) struct Promise {
    pub(super) name: String,
    pub(super) level: String,
    pub(super) target: String,
    /// The one who fares worst, and where to look.
    pub(super) customer: String,
    pub(super) href: String,
    pub(super) chip: Chip,
    /// How many are in which state; empty where there is one alone.
    pub(super) counts: Vec<Chip>,
    pub(super) stake: String,
    order: Order,
}

/// A level that nothing is promised about.
pub(super) struct Measured {
    pub(super) name: String,
    pub(super) value: String,
}

/// A remedy over all who hold it.
pub(super) struct Remedy {
    pub(super) name: String,
    pub(super) chips: Vec<Chip>,
    pub(super) sum: String,
}

/// A right over all who hold it.
pub(super) struct Right {
    pub(super) name: String,
    pub(super) chip: Chip,
}

/// What a cause has taken out of account.
pub(super) struct Excluded {
    pub(super) cause: String,
    pub(super) amount: String,
}

/// Worst first: its state, then the more of its budget is used.
type Order = (Tone, std::cmp::Reverse<Ratio>, String);

impl Beside {
    pub(super) fn is_empty(&self) -> bool {
        self.promises.is_empty()
            && self.without_data.is_empty()
            && self.measured.is_empty()
            && self.remedies.is_empty()
            && self.rights.is_empty()
            && self.excluded.is_empty()
    }
}

/// What stands beside each heading.
pub(super) fn of(view: &View<'_, '_>, held: &[Held], headings: &[String]) -> BTreeMap<usize, Beside> {
    let mut all = BTreeMap::<usize, Beside>::new();
    promises(view, held, headings, &mut all);
    measured(view, held, headings, &mut all);
    remedies(view, held, headings, &mut all);
    rights(view, held, headings, &mut all);
    excluded(view, held, headings, &mut all);
    let heard: Option<Moment> = held.iter().filter_map(|it| it.heard).max();
    let zone = held
        .iter()
        .find_map(|it| it.progress())
        .map_or_else(Zone::utc, |it| it.nothing_more.contract.zone.clone());
    for it in all.values_mut() {
        it.heard = heard.map(|at| view.show(&zone).minute(at));
        it.worst = it.promises.iter().map(|it| &it.chip).min_by_key(|it| it.tone).cloned();
    }
    all
}

/// The heading a clause names, in full or by its number.
fn place(headings: &[String], clause: &str) -> Option<usize> {
    let exact = headings.iter().position(|it| it == clause);
    exact.or_else(|| headings.iter().position(|it| statement::contract::is_heading_of(it, clause)))
}

/// One promise of one subscription.
struct Seen<'a> {
    held: &'a Held,
    progress: &'a Progress,
    promise: &'a PromiseResult,
    chip: Chip,
    used: Ratio,
}

fn promises(view: &View<'_, '_>, held: &[Held], headings: &[String], all: &mut BTreeMap<usize, Beside>) {
    let mut grouped = Vec::<((usize, String), Vec<Seen<'_>>)>::new();
    for (held, progress) in running(held) {
        for promise in &progress.nothing_more.promises {
            let Some(at) = place(headings, &promise.clause) else { continue };
            let (chip, used) = held::state(view, progress, promise);
            let seen = Seen { held, progress, promise, chip, used };
            let key = (at, promise.name.clone());
            match grouped.iter_mut().find(|it| it.0 == key) {
                Some(found) => found.1.push(seen),
                None => grouped.push((key, vec![seen])),
            }
        }
    }
    for ((at, name), seen) in grouped {
        let beside = all.entry(at).or_default();
        let known =
            seen.iter().any(|it| !matches!(it.promise.verdict, Verdict::NoData | Verdict::NotCovered));
        if known {
            beside.promises.extend(promise(view, &name, &seen));
        } else {
            beside.without_data.push(words(&name));
        }
    }
    for it in all.values_mut() {
        it.promises.sort_by(|one, other| one.order.cmp(&other.order));
    }
}

fn promise(view: &View<'_, '_>, name: &str, seen: &[Seen<'_>]) -> Option<Promise> {
    let order = |it: &&Seen<'_>| (it.chip.tone, std::cmp::Reverse(it.used.clone()), it.held.customer.clone());
    let worst = seen.iter().min_by_key(order)?;
    let settlement = &worst.progress.nothing_more;
    let level = display::level_of(settlement, worst.promise);
    let subject = worst.promise.subject.as_ref().map(|it| format!(" · {it}")).unwrap_or_default();
    Some(Promise {
        name: format!("{}{subject}", words(name)),
        level: level
            .map_or_else(String::new, |it| LevelFigure::new(settlement, it).outcome(&it.value, view.lang)),
        target: display::target(settlement, worst.promise, view.lang).unwrap_or_default(),
        customer: worst.held.customer.clone(),
        href: worst.held.href(),
        chip: worst.chip.clone(),
        counts: if seen.len() > 1 { counted(seen.iter().map(|it| it.chip.clone())) } else { Vec::new() },
        stake: at_stake(view, seen),
        order: order(&worst),
    })
}

/// What would be due because of a promise, over all who hold it.
fn at_stake(view: &View<'_, '_>, seen: &[Seen<'_>]) -> String {
    let (mut sums, mut open) = (Vec::<Quantity>::new(), 0_usize);
    for it in seen.iter().filter(|it| held::is_at_risk(it.chip.tone)) {
        for remedy in stake::on(stake::settlement_at(it.progress, it.chip.tone), it.promise) {
            match stake::paid(remedy) {
                Some(amount) => stake::add(&mut sums, amount),
                None => open += 1,
            }
        }
    }
    let w = view.w;
    match (sums.is_empty(), open) {
        (true, 0) => String::new(),
        (true, open) => w.agreements_stake_open(count(open)),
        (false, 0) => w.agreements_stake(stake::show(&sums, view.lang)),
        (false, open) => {
            let sum = w.agreements_stake(stake::show(&sums, view.lang));
            format!("{sum}; {}", w.agreements_stake_open(count(open)))
        }
    }
}

/// States and how many are in each, worst first.
fn counted(chips: impl Iterator<Item = Chip>) -> Vec<Chip> {
    let mut counts = Vec::<(Chip, usize)>::new();
    for chip in chips {
        match counts.iter_mut().find(|it| it.0 == chip) {
            Some(found) => found.1 += 1,
            None => counts.push((chip, 1)),
        }
    }
    counts.sort_by_key(|it| it.0.tone);
    counts.into_iter().map(|(it, number)| Chip::new(it.tone, format!("{number} {}", it.word))).collect()
}

fn measured(view: &View<'_, '_>, held: &[Held], headings: &[String], all: &mut BTreeMap<usize, Beside>) {
    let mut grouped = Vec::<((usize, String), Vec<(Quantity, String)>)>::new();
    for (_, progress) in running(held) {
        let settlement = &progress.nothing_more;
        for level in
            settlement.levels.iter().filter(|it| display::promises_on(settlement, it).next().is_none())
        {
            let (Some(at), Ok(value)) = (place(headings, &level.clause), &level.value) else { continue };
            let shown = LevelFigure::new(settlement, level).show(value, view.lang);
            let key = (at, level.name.clone());
            match grouped.iter_mut().find(|it| it.0 == key) {
                Some(found) => found.1.push((value.clone(), shown)),
                None => grouped.push((key, vec![(value.clone(), shown)])),
            }
        }
    }
    for ((at, name), mut values) in grouped {
        values.sort_by(|one, other| one.0.value.cmp(&other.0.value));
        let (Some(least), Some(most)) = (values.first(), values.last()) else { continue };
        let value = if least.1 == most.1 { least.1.clone() } else { format!("{} – {}", least.1, most.1) };
        all.entry(at).or_default().measured.push(Measured { name: words(&name), value });
    }
}

fn remedies(view: &View<'_, '_>, held: &[Held], headings: &[String], all: &mut BTreeMap<usize, Beside>) {
    let mut grouped = Vec::<((usize, String), Vec<(RemedyStatus, Option<Quantity>)>)>::new();
    for (_, progress) in running(held) {
        for it in &progress.nothing_more.remedies {
            let Some(at) = place(headings, &it.clause) else { continue };
            let seen = (it.status, stake::paid(it).cloned());
            let key = (at, it.name.clone());
            match grouped.iter_mut().find(|it| it.0 == key) {
                Some(found) => found.1.push(seen),
                None => grouped.push((key, vec![seen])),
            }
        }
    }
    for ((at, name), seen) in grouped {
        let mut sums = Vec::new();
        seen.iter().filter_map(|it| it.1.as_ref()).for_each(|it| stake::add(&mut sums, it));
        let chips = seen.iter().map(|it| Chip::remedy(view.w, it.0));
        let chips = if seen.len() > 1 { counted(chips) } else { chips.collect() };
        let sum = stake::show(&sums, view.lang);
        all.entry(at).or_default().remedies.push(Remedy { name: words(&name), chips, sum });
    }
}

fn rights(view: &View<'_, '_>, held: &[Held], headings: &[String], all: &mut BTreeMap<usize, Beside>) {
    let mut grouped = BTreeMap::<(usize, String), (usize, usize)>::new();
    for (_, progress) in running(held) {
        for it in &progress.nothing_more.rights {
            let Some(at) = place(headings, &it.clause) else { continue };
            let seen = grouped.entry((at, it.name.clone())).or_default();
            seen.0 += usize::from(it.arisen == Ok(true));
            seen.1 += 1;
        }
    }
    for ((at, name), (arisen, of)) in grouped {
        let word = |word: Word| word.in_lang(view.lang).to_owned();
        let chip = match (arisen, of) {
            (0, _) => Chip::new(Tone::Apart, word(Word::RightNotArisen)),
            (_, 1) => Chip::new(Tone::Owing, word(Word::RightArisen)),
            (arisen, _) => Chip::new(Tone::Owing, format!("{arisen} {}", word(Word::RightArisen))),
        };
        all.entry(at).or_default().rights.push(Right { name: words(&name), chip });
    }
}

fn excluded(view: &View<'_, '_>, held: &[Held], headings: &[String], all: &mut BTreeMap<usize, Beside>) {
    let mut grouped = BTreeMap::<(usize, String), (Ratio, u64, usize)>::new();
    for (_, progress) in running(held) {
        let mut before = Vec::new();
        for it in &progress.nothing_more.excluded {
            let Some(at) = place(headings, &it.clause) else { continue };
            let cause =
                it.text.as_ref().map_or_else(|| words(&it.cause), |text| display::half(text, view.lang));
            let sum = grouped.entry((at, cause.clone())).or_insert_with(|| (Ratio::ZERO, 0, 0));
            match &it.measure {
                ExcludedMeasure::Seconds(seconds) => sum.0 = sum.0.add(seconds).unwrap_or(Ratio::ZERO),
                ExcludedMeasure::Count(events) => sum.1 = sum.1.saturating_add(*events),
            }
            if !before.contains(&(at, cause.clone())) {
                sum.2 += 1;
                before.push((at, cause));
            }
        }
    }
    for ((at, cause), (seconds, events, customers)) in grouped {
        let mut parts = Vec::new();
        if seconds.is_positive() {
            parts.push(display::excluded(&ExcludedMeasure::Seconds(seconds), view.lang));
        }
        if events > 0 {
            parts.push(display::excluded(&ExcludedMeasure::Count(events), view.lang));
        }
        let amount = match (customers, view.is_provider()) {
            (_, false) => view.w.agreements_excluded(parts.join(" + ")),
            (customers, true) => view.w.agreements_excluded_for(parts.join(" + "), count(customers)),
        };
        all.entry(at).or_default().excluded.push(Excluded { cause, amount });
    }
}

fn running(held: &[Held]) -> impl Iterator<Item = (&Held, &Progress)> {
    held.iter().filter_map(|it| it.progress().map(|progress| (it, progress)))
}

/// A rule's name as words.
fn words(name: &str) -> String {
    name.replace('_', " ")
}
