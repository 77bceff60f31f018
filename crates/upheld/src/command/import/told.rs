//! What became of the receipts of a file: what was taken, and what was left out and why. Kept with how far the file was
//! read, so that an import that goes on tells the same as one that never stopped.

use std::collections::BTreeMap;

use diagnostic::Bilingual;
use serde::{Deserialize, Serialize};

/// Reasons told apart; the rest is counted together.
const REASONS_MAX: usize = 200;

/// Counts of one file, or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) taken: u64,
    /// Of what was taken, by class of the annex.
    pub(super) classes: BTreeMap<String, u64>,
    /// By reason.
    pub(super) rejects: BTreeMap<String, Rejected>,
    /// Left out for further reasons.
    pub(super) untold: u64,
}

/// Why something was left out, how often, and where first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rejected {
    /// In English and Chinese.
    pub(super) message: [String; 2],
    /// In English and Chinese.
    pub(super) help: [String; 2],
    pub(super) count: u64,
    pub(super) file: String,
    pub(super) line: u64,
}

impl Told {
    /// What [`Told::text`] wrote; nothing when it is no such text.
    pub(super) fn parse(text: &str) -> Told {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// To be kept.
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// A row was taken, of that class by the annex.
    pub(super) fn take(&mut self, class: Option<&str>) {
        self.taken += 1;
        let Some(class) = class else { return };
        match self.classes.get_mut(class) {
            Some(count) => *count += 1,
            None => drop(self.classes.insert(class.to_owned(), 1)),
        }
    }

    /// Something was left out; `reason` tells why it was from why others were.
    pub(super) fn reject(
        &mut self,
        reason: &str,
        message: &Bilingual,
        help: &Bilingual,
        file: &str,
        line: u64,
    ) {
        let both = |it: &Bilingual| [it.en.clone(), it.zh.clone()];
        match self.rejects.get_mut(reason) {
            Some(known) => known.count += 1,
            None => self.meet(reason, || Rejected {
                message: both(message),
                help: both(help),
                count: 1,
                file: file.to_owned(),
                line,
            }),
        }
    }

    /// Adds what became of a further file.
    pub(super) fn add(&mut self, other: &Told) {
        self.taken += other.taken;
        self.untold += other.untold;
        for (class, count) in &other.classes {
            *self.classes.entry(class.clone()).or_default() += count;
        }
        for (reason, it) in &other.rejects {
            match self.rejects.get_mut(reason) {
                Some(known) => known.count += it.count,
                None => self.meet(reason, || it.clone()),
            }
        }
    }

    /// How much was left out.
    pub(super) fn rejected(&self) -> u64 {
        self.rejects.values().map(|it| it.count).sum::<u64>() + self.untold
    }

    fn meet(&mut self, reason: &str, rejected: impl FnOnce() -> Rejected) {
        let rejected = rejected();
        if self.rejects.len() < REASONS_MAX {
            self.rejects.insert(reason.to_owned(), rejected);
        } else {
            self.untold += rejected.count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(reasons: &[&str]) -> Told {
        let mut told = Told::default();
        for (line, reason) in (1..).zip(reasons) {
            let said = Bilingual::new(*reason, *reason);
            told.reject(reason, &said, &said, "a", line);
        }
        told
    }

    #[test]
    fn what_is_kept_and_gone_on_with_is_what_was_counted_at_once() {
        let mut first = told(&["x", "y"]);
        first.take(Some("delivered"));
        let mut second = Told::parse(&first.text());
        assert_eq!(second, first);
        second.add(&told(&["x"]));
        assert_eq!((second.rejected(), second.rejects["x"].count, second.taken), (3, 2, 1));
    }

    #[test]
    fn reasons_past_the_bound_are_counted_together() {
        let many: Vec<String> = (0..REASONS_MAX + 7).map(|it| it.to_string()).collect();
        let mut told = told(&many.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((told.rejects.len(), told.untold), (REASONS_MAX, 7));
        let other = self::told(&["other", "0"]);
        told.add(&other);
        assert_eq!((told.rejects.len(), told.untold, told.rejected()), (REASONS_MAX, 8, 209));
    }
}
