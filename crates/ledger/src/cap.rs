//! Caps: how much of what is asked for may still be granted, and why no more.

use std::time::Duration;

use diagnostic::Bilingual;
use timeline::Instant;

use crate::money::Money;
use crate::refusal::Refusal;

/// What a cap lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// What may be granted: between zero and what was asked for.
    pub allowed: Money,
    /// What was asked for and is not granted.
    pub remainder: Money,
    /// Why there is a remainder.
    pub reason: Option<CapReason>,
}

/// Why less is granted than was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapReason {
    /// The most that is paid in a period.
    Period {
        /// The cap.
        cap: Money,
        /// What was granted before in the period.
        granted: Money,
    },
    /// The most that is paid within a length of time.
    Rolling {
        /// The cap.
        cap: Money,
        /// What was granted before within that length.
        granted: Money,
        /// The length.
        window: Duration,
    },
    /// The fee without what vouchers paid of it.
    NetOfVouchers {
        /// The fee.
        fee: Money,
        /// What vouchers paid of it.
        by_voucher: Money,
        /// What was granted before on this fee.
        granted: Money,
    },
}

/// At most `cap` in a period of which `granted` was granted before.
///
/// # Errors
/// Different currencies, or a negative amount.
pub fn cap_period(asked: Money, granted: Money, cap: Money) -> Result<Allowed, Refusal> {
    capped(asked, granted, cap, CapReason::Period { cap, granted })
}

/// At most `cap` within any `window`. A grant counts from its instant on for the length of the window:
/// `[granted_at, granted_at + window)`; later grants do not count.
///
/// # Errors
/// Different currencies, or a negative amount.
pub fn cap_rolling(
    asked: Money,
    grants: &[(Instant, Money)],
    at: Instant,
    window: Duration,
    cap: Money,
) -> Result<Allowed, Refusal> {
    let nanos = i128::try_from(window.as_nanos()).unwrap_or(i128::MAX);
    let counts = |granted_at: Instant| (0..nanos).contains(&at.nanos_since(granted_at));
    let mut granted = Money::zero(asked.currency);
    for (_, amount) in grants.iter().filter(|(granted_at, _)| counts(*granted_at)) {
        granted = granted.plus(not_negative(*amount)?)?;
    }
    capped(asked, granted, cap, CapReason::Rolling { cap, granted, window })
}

/// At most the fee without what vouchers paid of it; a fee paid by vouchers alone allows nothing.
///
/// # Errors
/// Different currencies, or a negative amount.
pub fn cap_net_of_vouchers(
    asked: Money,
    granted: Money,
    fee: Money,
    by_voucher: Money,
) -> Result<Allowed, Refusal> {
    let net = not_negative(fee)?.less(not_negative(by_voucher)?)?;
    let cap = Money::new(net.minor.max(0), net.currency);
    capped(asked, granted, cap, CapReason::NetOfVouchers { fee, by_voucher, granted })
}

impl CapReason {
    /// The reason in words.
    pub fn text(&self) -> Bilingual {
        match self {
            Self::Period { cap, granted } => Bilingual::new(
                format!("at most {cap} is paid in this period, and {granted} was granted before"),
                format!("本期最多支付 {cap}，此前已给予 {granted}"),
            ),
            Self::Rolling { cap, granted, window } => {
                let days = window.as_secs() / 86_400;
                Bilingual::new(
                    format!("at most {cap} is paid within {days} days, and {granted} was granted in them"),
                    format!("{days} 天内最多支付 {cap}，其间已给予 {granted}"),
                )
            }
            Self::NetOfVouchers { fee, by_voucher, granted } => Bilingual::new(
                format!(
                    "at most the fee of {fee} without the {by_voucher} paid by vouchers is granted, and {granted} was granted before"
                ),
                format!("最多给予费用 {fee} 扣除代金券支付部分 {by_voucher} 后的金额，此前已给予 {granted}"),
            ),
        }
    }
}

fn capped(asked: Money, granted: Money, cap: Money, reason: CapReason) -> Result<Allowed, Refusal> {
    let (asked, granted, cap) = (not_negative(asked)?, not_negative(granted)?, not_negative(cap)?);
    asked.same_currency(cap)?;
    let room = cap.less(granted)?.minor.max(0);
    let allowed = Money::new(asked.minor.min(room), asked.currency);
    let remainder = asked.less(allowed)?;
    Ok(Allowed { allowed, remainder, reason: (remainder.minor > 0).then_some(reason) })
}

fn not_negative(amount: Money) -> Result<Money, Refusal> {
    if amount.minor >= 0 && amount.is_in_range() { Ok(amount) } else { Err(Refusal::Amount { amount }) }
}
