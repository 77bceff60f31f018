//! What a settlement comes to: one headline, how many promises came to what, what is owed in sum.

use diagnostic::Lang;
use quantity::Quantity;
use settle::Settlement;
use settle::settlement::{RemedyStatus, SettlementStatus, Verdict};

use crate::calculation::{paid, separator};
use crate::figure;
use crate::words::Word;

/// The word at the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headline {
    /// A promise was broken.
    Breached,
    /// All were kept.
    Met,
    /// Some could not be decided.
    Undecided,
    /// Not known yet.
    Provisional,
    /// No evidence.
    NoData,
    /// Nothing was promised.
    NoPromise,
}

impl Headline {
    /// It in words.
    pub fn word(self) -> Word {
        match self {
            Headline::Breached => Word::HeadBreached,
            Headline::Met => Word::HeadMet,
            Headline::Undecided => Word::HeadUndecided,
            Headline::Provisional => Word::HeadProvisional,
            Headline::NoData => Word::HeadNoData,
            Headline::NoPromise => Word::HeadNoPromise,
        }
    }
}

/// The headline of a settlement.
pub fn headline(settlement: &Settlement) -> Headline {
    let verdicts: Vec<Verdict> = settlement.promises.iter().map(|promise| promise.verdict).collect();
    headline_of(settlement.status, &verdicts)
}

/// A breach weighs most; nothing is called met while anything is undecided.
fn headline_of(status: SettlementStatus, verdicts: &[Verdict]) -> Headline {
    let any = |verdict| verdicts.contains(&verdict);
    if status == SettlementStatus::NoData {
        Headline::NoData
    } else if any(Verdict::Breached) {
        Headline::Breached
    } else if any(Verdict::Provisional) {
        Headline::Provisional
    } else if any(Verdict::NotComputable) {
        Headline::Undecided
    } else if any(Verdict::NoData) {
        if any(Verdict::Met) { Headline::Undecided } else { Headline::NoData }
    } else if any(Verdict::Met) {
        Headline::Met
    } else {
        Headline::NoPromise
    }
}

/// `1 breached; 2 met; 1 undecided`.
pub fn counts(settlement: &Settlement, lang: Lang) -> String {
    let of =
        |wanted: &[Verdict]| settlement.promises.iter().filter(|it| wanted.contains(&it.verdict)).count();
    let counted = [
        (Word::CountBreached, of(&[Verdict::Breached])),
        (Word::CountMet, of(&[Verdict::Met])),
        (Word::CountUndecided, of(&[Verdict::NoData, Verdict::NotComputable, Verdict::Provisional])),
        (Word::CountNotCovered, of(&[Verdict::NotCovered])),
    ];
    let some = counted.into_iter().filter(|(_, count)| *count > 0);
    some.map(|(word, count)| word.fill(lang, &[&count.to_string()])).collect::<Vec<_>>().join(separator(lang))
}

/// What is owed, summed by unit: `22.22 USD + 3 d due`; and what only a person can decide.
pub fn owed(settlement: &Settlement, lang: Lang) -> String {
    let sums: Vec<String> = sums_owed(settlement).iter().map(|sum| figure::quantity(sum, lang)).collect();
    let mut parts = Vec::new();
    if !sums.is_empty() {
        parts.push(Word::Owed.fill(lang, &[&sums.join(" + ")]));
    }
    let open = discretionary(settlement);
    if !open.is_empty() {
        parts.push(Word::OwedOpen.fill(lang, &[&open.join(", ")]));
    }
    if parts.is_empty() { Word::NothingOwed.in_lang(lang).to_owned() } else { parts.join(separator(lang)) }
}

/// Remedies whose amount the text leaves to a person.
pub fn discretionary(settlement: &Settlement) -> Vec<&str> {
    let open = settlement.remedies.iter().filter(|remedy| remedy.status == RemedyStatus::Discretionary);
    open.map(|remedy| &*remedy.name).collect()
}

/// Sums of what is due, one for each unit, in the order they first appear.
pub fn sums_owed(settlement: &Settlement) -> Vec<Quantity> {
    let due = settlement.remedies.iter().filter(|remedy| remedy.status == RemedyStatus::Due);
    let mut sums: Vec<Quantity> = Vec::new();
    for amount in due.filter_map(paid) {
        let sum = sums.iter_mut().find_map(|sum| Some((sum.add(amount).ok()?, sum)));
        match sum {
            Some((total, sum)) => *sum = total,
            None => sums.push(amount.clone()),
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breach_weighs_most_and_nothing_undecided_is_called_met() {
        use Verdict::{Breached, Met, NoData, NotComputable, NotCovered, Provisional};
        for (verdicts, expected) in [
            (&[Met, Breached, Provisional] as &[Verdict], Headline::Breached),
            (&[Met, Provisional, NoData], Headline::Provisional),
            (&[Met, NotComputable], Headline::Undecided),
            (&[Met, NoData], Headline::Undecided),
            (&[NoData, NotCovered], Headline::NoData),
            (&[Met, NotCovered], Headline::Met),
            (&[NotCovered], Headline::NoPromise),
            (&[], Headline::NoPromise),
        ] {
            assert_eq!(headline_of(SettlementStatus::Final, verdicts), expected, "{verdicts:?}");
        }
        assert_eq!(headline_of(SettlementStatus::NoData, &[Met]), Headline::NoData);
    }
}
