//! Success by account, by what the records say, and by cause.

use platform::volume::overview::{Breakdown, BreakdownKind, Group, Tally};

use super::Told;
use super::count;
use super::figures::{Figures, share};
use crate::chart::{Bit, Strip, Svg};
use crate::pages::customers::clause::Clause;

/// The records by one thing they say.
pub(super) struct Table {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) rows: Vec<Row>,
    /// Its words decide what succeeds: a share of success would say nothing.
    pub(super) decides: bool,
}

/// The records that say one thing.
pub(super) struct Row {
    pub(super) name: String,
    /// They say nothing, or many things.
    pub(super) is_apart: bool,
    pub(super) figures: Figures,
    /// Of all records.
    pub(super) share: String,
    pub(super) bar: Svg,
}

/// Why records failed.
pub(super) struct Causes {
    pub(super) rows: Vec<Cause>,
    /// Causes of records that failed nothing: taken out, or given to what succeeded.
    pub(super) others: Vec<Cause>,
}

/// A cause.
pub(super) struct Cause {
    pub(super) name: String,
    pub(super) clause: Option<Clause>,
    pub(super) note: &'static str,
    pub(super) submitted: String,
    pub(super) counted: String,
    pub(super) failed: String,
    /// Of all failures.
    pub(super) share: String,
    pub(super) bar: Svg,
}

impl Told<'_> {
    /// What the records say nothing about is left out.
    pub(super) fn tables(&self) -> Vec<Table> {
        let told = |it: &&Breakdown| {
            it.kind != BreakdownKind::Cause && it.groups.iter().any(|group| group.key.is_some())
        };
        self.overview.breakdowns.iter().filter(told).map(|it| self.table(it)).collect()
    }

    fn table(&self, it: &Breakdown) -> Table {
        let decides = it.kind != BreakdownKind::Subject
            && self.overview.outcome.as_ref() == Some(&it.field)
            && self.chosen().is_some_and(|it| it.success.is_some());
        let title = match it.kind {
            BreakdownKind::Subject => self.w.volume_by_subject().to_owned(),
            _ => self.w.volume_by(it.field.replace('_', " ")),
        };
        let mut rows: Vec<Row> = it.groups.iter().map(|group| self.row(it, group, decides)).collect();
        if let Some(others) = &it.others {
            let name = self.w.volume_others(count(others.groups));
            rows.push(self.named(name, true, (&others.tally, decides)));
        }
        Table { id: format!("by-{}", it.field), title, rows, decides }
    }

    fn row(&self, it: &Breakdown, group: &Group, decides: bool) -> Row {
        let name = match &group.key {
            None => self.w.volume_not_said().to_owned(),
            Some(key) if it.kind == BreakdownKind::Subject => key.clone(),
            Some(key) => key.replace('_', " "),
        };
        self.named(name, group.key.is_none(), (&group.tally, decides))
    }

    fn named(&self, name: String, is_apart: bool, (tally, decides): (&Tally, bool)) -> Row {
        let figures = self.figures(tally);
        let whole = self.overview.whole.submitted;
        let bar = match tally.succeeded.zip(tally.failed).zip(tally.counted) {
            Some(((succeeded, failed), counted)) if !decides => {
                let bit = |class, from, length| Bit { class, from, length };
                let bits = vec![bit("good", 0, succeeded), bit("bad", succeeded, failed)];
                Strip { title: format!("{name}: {}", figures.success), whole: counted, bits }
            }
            _ => {
                let bits = vec![Bit { class: "ink", from: 0, length: tally.submitted }];
                Strip { title: format!("{name}: {}", figures.submitted), whole, bits }
            }
        };
        let share = share(tally.submitted, whole).unwrap_or_default();
        Row { name, is_apart, figures, share, bar: bar.draw() }
    }

    /// The first attribute that says why; `None` where there is none, or no record says anything of it.
    pub(super) fn causes(&self) -> Option<Causes> {
        let it = self.overview.breakdowns.iter().find(|it| it.kind == BreakdownKind::Cause)?;
        if !it.groups.iter().any(|it| it.key.is_some()) {
            return None;
        }
        let failures = self.overview.whole.failed.unwrap_or_default();
        let has_failed = |it: &&Group| it.tally.failed.unwrap_or_default() > 0;
        let (rows, others): (Vec<&Group>, Vec<&Group>) = it.groups.iter().partition(has_failed);
        let given = others.into_iter().filter(|it| it.key.is_some());
        Some(Causes {
            rows: rows.into_iter().map(|it| self.cause(it, failures)).collect(),
            others: given.map(|it| self.cause(it, failures)).collect(),
        })
    }

    fn cause(&self, group: &Group, failures: u64) -> Cause {
        let w = self.w;
        let known = group.key.as_ref().and_then(|key| self.contract.causes.iter().find(|it| it.name == *key));
        let name = match (&group.key, known) {
            (None, _) => w.volume_no_cause().to_owned(),
            (Some(key), it) => it
                .and_then(|it| it.text.as_deref())
                .map_or_else(|| key.replace('_', " "), |it| statement::display::half(it, self.lang())),
        };
        let note = match (&group.key, known) {
            (None, _) => "",
            (Some(_), None) => w.volume_unnamed(),
            (Some(_), Some(it)) if it.excluded => w.volume_left_out(),
            (Some(_), Some(_)) => "",
        };
        let clause = known.filter(|it| !it.clause.is_empty());
        let failed = group.tally.failed.unwrap_or_default();
        let part = share(failed, failures).unwrap_or_default();
        let bits = vec![Bit { class: "bad", from: 0, length: failed }];
        Cause {
            clause: clause.map(|it| Clause::in_lang(self.lang(), self.contract, &it.clause)),
            note,
            submitted: self.number(group.tally.submitted),
            counted: group.tally.counted.map_or_else(String::new, |it| self.number(it)),
            failed: self.number(failed),
            bar: Strip { title: format!("{name}: {part}"), whole: failures, bits }.draw(),
            share: part,
            name,
        }
    }
}
