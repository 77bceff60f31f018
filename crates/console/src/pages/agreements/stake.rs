//! Money that hangs on a promise: the remedies whose derivation leads to it.

use std::collections::BTreeSet;

use platform::live::Progress;
use quantity::Quantity;
use settle::Settlement;
use settle::settlement::{PromiseResult, RemedyResult, RemedyStatus};

use crate::tone::Tone;

/// What would be due if it goes on as `tone` says: as things stand, or as they are heading.
pub(super) fn settlement_at(progress: &Progress, tone: Tone) -> &Settlement {
    if tone == Tone::Pending { &progress.goes_on } else { &progress.nothing_more }
}

/// Remedies that are due, or left to a person, because of a promise.
pub(super) fn on<'a>(settlement: &'a Settlement, promise: &PromiseResult) -> Vec<&'a RemedyResult> {
    let of_it = |it: &&RemedyResult| {
        let subject = it.subject.is_none() || promise.subject.is_none() || it.subject == promise.subject;
        subject
            && matches!(it.status, RemedyStatus::Due | RemedyStatus::Choice | RemedyStatus::Discretionary)
            && leads_to(settlement, &it.name, &promise.name)
    };
    settlement.remedies.iter().filter(of_it).collect()
}

/// Whether the derivation of `from` uses `to`, through whatever stands between.
fn leads_to(settlement: &Settlement, from: &str, to: &str) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(name) = next.pop() {
        if !seen.insert(name) {
            continue;
        }
        let steps = settlement.derivation.iter().filter(|it| it.name == name);
        for used in steps.flat_map(|it| &it.uses) {
            if used == to {
                return true;
            }
            next.push(used);
        }
    }
    false
}

/// What a due remedy pays.
pub(super) fn paid(remedy: &RemedyResult) -> Option<&Quantity> {
    let due = matches!(remedy.status, RemedyStatus::Due);
    remedy.rounded.as_ref().or(remedy.amount.as_ref()).filter(|_| due)
}

/// Adds an amount to the sum of its unit.
pub(super) fn add(sums: &mut Vec<Quantity>, amount: &Quantity) {
    for sum in sums.iter_mut() {
        if let Ok(total) = sum.add(amount) {
            *sum = total;
            return;
        }
    }
    sums.push(amount.clone());
}

/// `40.00 USD + 3 d`; empty when there is nothing.
pub(super) fn show(sums: &[Quantity], lang: diagnostic::Lang) -> String {
    let shown: Vec<String> = sums.iter().map(|it| statement::display::quantity(it, lang)).collect();
    shown.join(" + ")
}
