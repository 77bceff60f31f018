//! What a settlement says about a claim: its window, and what may be awarded.

use calendar::Zone;
use diagnostic::Bilingual;
use ledger::Money;
use quantity::Currency;
use settle::settlement::{ClaimResult, RemedyResult, RemedyStatus};

use super::{Due, Window};
use crate::refusal::Refusal;
use crate::worth::Worth;

impl Window {
    /// The window of a settled claim rule, shown in the contract's zone.
    ///
    /// # Errors
    /// An end that the settlement does not know; it is never guessed.
    pub fn of(claim: &ClaimResult, zone: Zone) -> Result<Window, Refusal> {
        let unknown = |reason: &Bilingual| Refusal::WindowUnknown { reason: reason.clone() };
        let opens = claim.opens.as_ref().map_err(|absent| unknown(&absent.reason))?;
        let closes = claim.closes.as_ref().map(Result::as_ref).transpose();
        let closes = closes.map_err(|absent| unknown(&absent.reason))?;
        Ok(Window { opens: *opens, closes: closes.copied(), zone })
    }
}

impl Due {
    /// What may be awarded on a settled remedy. Where nothing is due this is zero: such a claim can be made, and only
    /// be rejected. `currency` is the contract's, for amounts left to a person.
    ///
    /// # Errors
    /// A remedy without a figure, or whose figure is no whole number of minor units.
    pub fn of(remedy: &RemedyResult, currency: Currency) -> Result<Due, Refusal> {
        match remedy.status {
            RemedyStatus::Due | RemedyStatus::Choice => owed(remedy),
            RemedyStatus::Discretionary => Ok(Due::Discretionary { currency, at_most: None }),
            RemedyStatus::NotDue
            | RemedyStatus::Negative
            | RemedyStatus::Suppressed
            | RemedyStatus::Displaced
            | RemedyStatus::NotCovered => Ok(Due::Amount { amount: Money::zero(currency).into() }),
            RemedyStatus::NoRow
            | RemedyStatus::Ambiguous
            | RemedyStatus::NoData
            | RemedyStatus::NotComputable
            | RemedyStatus::Provisional => Err(without_figure(remedy)),
        }
    }
}

/// The rounded amount, which is what the statement prints; what is no money is given in kind.
fn owed(remedy: &RemedyResult) -> Result<Due, Refusal> {
    let Some(rounded) = &remedy.rounded else { return Err(without_figure(remedy)) };
    if rounded.unit.currency().is_none() {
        return Ok(Due::Amount { amount: Worth::in_kind(rounded) });
    }
    match Money::of_quantity(rounded) {
        Some(amount) => Ok(Due::Amount { amount: amount.into() }),
        None => Err(Refusal::DueUnknown {
            reason: Bilingual::new(
                format!("`{}` is no whole number of minor units of money", rounded.show()),
                format!("`{}` 不是整数个最小货币单位", rounded.show()),
            ),
        }),
    }
}

fn without_figure(remedy: &RemedyResult) -> Refusal {
    let word = remedy.status.word();
    let unsaid = || {
        Bilingual::new(
            format!("the settlement says `{word}` of `{}`", remedy.name),
            format!("结算对 `{}` 的结果为 `{word}`", remedy.name),
        )
    };
    Refusal::DueUnknown { reason: remedy.reason.clone().unwrap_or_else(unsaid) }
}
