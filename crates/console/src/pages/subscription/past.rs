//! The promises of a subscription over its past cycles, each leading to the statement.

use platform::Failure;
use platform::statements::StatementView;
use platform::subscriptions::Subscription;

use crate::chart::{Spark, Svg};
use crate::pages::customers::overview::sealed_all;
use crate::pages::customers::sealed::{self, Kept};
use crate::pages::statements::said;
use crate::tone::{Chip, Tone};
use crate::view::View;

/// Cycles shown in the table; the drawing has more.
const COLUMNS: usize = 6;
/// Cycles in the drawing.
const MARKS: usize = 24;

/// Past cycles.
pub(super) struct Past {
    pub(super) labels: Vec<(String, String)>,
    pub(super) rows: Vec<Row>,
    pub(super) dues: Vec<String>,
}

/// A promise over the cycles.
pub(super) struct Row {
    pub(super) clause: String,
    pub(super) name: String,
    pub(super) spark: Svg,
    pub(super) cells: Vec<Cell>,
}

/// A promise in a cycle.
pub(super) struct Cell {
    pub(super) href: String,
    pub(super) level: String,
    pub(super) chip: Chip,
}

/// The past cycles; `None` while none is sealed.
pub(super) fn of(view: &mut View<'_, '_>, tenant: &str, it: &Subscription) -> Result<Option<Past>, Failure> {
    let mut found = sealed_all(view, tenant, Some(&it.id))?;
    found.sort_by_key(|it| it.from);
    if found.is_empty() {
        return Ok(None);
    }
    let skip = found.len().saturating_sub(MARKS);
    let cycles: Vec<(StatementView, Vec<Kept>)> = found
        .into_iter()
        .skip(skip)
        .map(|it| {
            let kept = sealed::promises(view, &it);
            (it, kept)
        })
        .collect();
    let shown = cycles.iter().rev().take(COLUMNS);
    Ok(Some(Past {
        labels: shown.clone().map(|it| (it.0.label.clone(), href(&it.0))).collect(),
        dues: shown.map(|it| said::owed(&it.0, view.lang)).collect(),
        rows: names(&cycles).into_iter().map(|it| row(view, &it, &cycles)).collect(),
    }))
}

fn href(it: &StatementView) -> String {
    format!("/customers/{}/statements/{}", it.tenant, it.id)
}

type Name = (String, String, String);

/// The promises of the latest cycle, then those only earlier ones had; duties only where one was broken.
fn names(cycles: &[(StatementView, Vec<Kept>)]) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    for (_, kept) in cycles.iter().rev() {
        for it in kept.iter().filter(|it| !it.duty || it.tone() == Tone::Bad) {
            let known = names.iter().any(|found| found.0 == it.name && found.1 == it.subject);
            if !known {
                names.push((it.name.clone(), it.subject.clone(), it.clause.clone()));
            }
        }
    }
    names
}

fn row(view: &View<'_, '_>, (name, subject, clause): &Name, cycles: &[(StatementView, Vec<Kept>)]) -> Row {
    let of = |kept: &'_ [Kept]| kept.iter().position(|it| it.name == *name && it.subject == *subject);
    let chip = |kept: &[Kept]| match of(kept).and_then(|at| kept.get(at)) {
        Some(it) => Chip::verdict(view.w, it.verdict),
        None => Chip::new(Tone::Apart, view.w.customers_not_promised()),
    };
    let level = |kept: &[Kept]| {
        of(kept).and_then(|at| kept.get(at)).map_or_else(String::new, |it| {
            if it.target.is_empty() { it.level.clone() } else { format!("{} ({})", it.level, it.target) }
        })
    };
    let mark = |(it, kept): &(StatementView, Vec<Kept>)| {
        let chip = chip(kept);
        (chip.tone, format!("{}: {} {}", it.label, level(kept), chip.word))
    };
    let name = name.replace('_', " ");
    let name = if subject.is_empty() { name } else { format!("{name} · {subject}") };
    let title = view.w.customers_past_title(&name);
    Row {
        clause: statement::display::half(clause, view.lang),
        spark: Spark { title, marks: cycles.iter().map(mark).collect() }.draw(),
        cells: cycles
            .iter()
            .rev()
            .take(COLUMNS)
            .map(|(it, kept)| Cell {
                href: href(it),
                level: of(kept).and_then(|at| kept.get(at)).map_or_else(String::new, |it| it.level.clone()),
                chip: chip(kept),
            })
            .collect(),
        name,
    }
}
