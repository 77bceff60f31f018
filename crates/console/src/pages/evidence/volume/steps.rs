//! The way down from all records to those that count and succeed, a row for each step.

use platform::volume::overview::Step;

use super::Told;
use super::figures::share;
use crate::chart::{Bit, Strip, Svg};
use crate::pages::customers::clause::Clause;

/// A row.
pub(super) struct Fall {
    /// What it is called; empty where it is a condition.
    pub(super) name: String,
    /// The condition in the words of the contract; empty where it is none.
    pub(super) condition: String,
    pub(super) clause: Option<Clause>,
    pub(super) records: String,
    /// Of all records.
    pub(super) share: String,
    /// Taken off what stands before.
    pub(super) is_taken: bool,
    /// Takes nothing.
    pub(super) is_idle: bool,
    pub(super) bar: Svg,
}

impl Told<'_> {
    pub(super) fn falls(&self) -> Vec<Fall> {
        let whole = &self.overview.whole;
        let mut all = vec![self.total(self.w.volume_all_records(), whole.submitted, "ink")];
        all.extend(self.overview.steps.iter().map(|it| self.step(it)));
        if let Some(counted) = whole.counted {
            all.push(self.total(self.w.volume_counted(), counted, "ink"));
        }
        if let Some((succeeded, failed)) = whole.succeeded.zip(whole.failed) {
            all.push(self.total(self.w.volume_succeeded(), succeeded, "good"));
            let mut row = self.total(self.w.volume_failed(), failed, "bad");
            row.bar = self.bar(self.w.volume_failed(), "bad", (succeeded, failed));
            all.push(row);
        }
        all
    }

    fn total(&self, name: &str, records: u64, class: &'static str) -> Fall {
        Fall {
            name: name.to_owned(),
            condition: String::new(),
            clause: None,
            records: self.number(records),
            share: share(records, self.overview.whole.submitted).unwrap_or_default(),
            is_taken: false,
            is_idle: false,
            bar: self.bar(name, class, (0, records)),
        }
    }

    fn step(&self, it: &Step) -> Fall {
        let name = match &it.excluded {
            Some(by) => {
                let text = by.text.as_deref().map(|it| statement::display::half(it, self.lang()));
                self.w.volume_excluded(text.unwrap_or_else(|| by.name.replace('_', " ")))
            }
            None => self.w.volume_not_so().to_owned(),
        };
        Fall {
            condition: it.condition.clone().unwrap_or_default(),
            clause: (!it.clause.is_empty()).then(|| Clause::in_lang(self.lang(), self.contract, &it.clause)),
            records: format!("− {}", self.number(it.taken)),
            share: share(it.taken, self.overview.whole.submitted).unwrap_or_default(),
            is_taken: true,
            is_idle: it.taken == 0,
            bar: self.bar(&name, "apart", (it.left, it.taken)),
            name,
        }
    }

    fn bar(&self, name: &str, class: &'static str, (from, length): (u64, u64)) -> Svg {
        let title = format!("{name}: {}", self.number(length));
        Strip { title, whole: self.overview.whole.submitted, bits: vec![Bit { class, from, length }] }.draw()
    }
}
