//! The cap that every grant is held to, whoever asks: no more than is due.

use crate::money::Money;
use crate::refusal::Refusal;

/// Refuses what goes beyond `due` when `granted` was granted before. What a contract caps, it caps in its own words, and the
/// settlement computes what is due from them; this holds whoever gives to it.
///
/// # Errors
/// More than is due; different currencies; a negative amount.
pub fn within_due(asked: Money, granted: Money, due: Money) -> Result<(), Refusal> {
    let (asked, granted, due) = (not_negative(asked)?, not_negative(granted)?, not_negative(due)?);
    let sum = granted.plus(asked)?;
    sum.same_currency(due)?;
    if sum.minor <= due.minor { Ok(()) } else { Err(Refusal::MoreThanDue { asked, granted, due }) }
}

fn not_negative(amount: Money) -> Result<Money, Refusal> {
    if amount.minor >= 0 && amount.is_in_range() { Ok(amount) } else { Err(Refusal::Amount { amount }) }
}
