//! How much anybody may ask: token buckets by address, by caller and by tenant, in the memory of this process.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use platform::principal::Principal;
use platform::{Failure, Refusal, RefusalKind};

/// Buckets kept; when there are more, the full ones are forgotten.
const BUCKETS_MAX: usize = 100_000;

/// So many a second on average, so many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// A second, on average.
    pub per_second: u32,
    /// At once.
    pub burst: u32,
}

/// The limits of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Requests from one address.
    pub address: Rate,
    /// Sign-ins and other trials of secrets from one address.
    pub sign_in: Rate,
    /// Reads of one token or person.
    pub read: Rate,
    /// Writes of one token or person, and of one tenant.
    pub write: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            address: Rate { per_second: 2_000, burst: 10_000 },
            sign_in: Rate { per_second: 1, burst: 10 },
            read: Rate { per_second: 500, burst: 2_000 },
            write: Rate { per_second: 200, burst: 1_000 },
        }
    }
}

/// Generic cell rate algorithm: for each key, when its bucket will be empty again.
#[derive(Debug)]
pub(crate) struct Limits {
    rates: Rates,
    started: Instant,
    full_at: Mutex<BTreeMap<String, Duration>>,
}

impl Limits {
    pub(crate) fn new(rates: Rates) -> Self {
        Self { rates, started: Instant::now(), full_at: Mutex::default() }
    }

    /// Requests from one address; those that try out secrets have a smaller bucket of their own.
    pub(crate) fn by_address(&self, address: &str, strict: bool) -> Result<(), Failure> {
        if strict {
            self.take(format!("s:{address}"), self.rates.sign_in)?;
        }
        self.take(format!("a:{address}"), self.rates.address)
    }

    pub(crate) fn by_caller(&self, who: &Principal, writes: bool) -> Result<(), Failure> {
        let rate = if writes { self.rates.write } else { self.rates.read };
        let kind = if writes { "w" } else { "r" };
        if !who.actor.is_empty() {
            self.take(format!("{kind}:{}", who.actor), rate)?;
        }
        match who.tenants().as_deref() {
            Some([tenant]) => self.take(format!("{kind}t:{tenant}"), rate),
            _ => Ok(()),
        }
    }

    fn take(&self, key: String, rate: Rate) -> Result<(), Failure> {
        let now = self.started.elapsed();
        let one = Duration::from_secs(1) / rate.per_second.max(1);
        let room = one * rate.burst.max(1);
        let mut all = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() > BUCKETS_MAX {
            all.retain(|_, at| *at > now);
        }
        let at = all.get(&key).copied().unwrap_or(now).max(now) + one;
        if at > now + room {
            let wait = (at - now - room).as_secs().saturating_add(1);
            let mut refusal = Refusal::new(
                RefusalKind::TooMany,
                format!(
                    "at most {} a second on average, {} at once; try again in {wait} s",
                    rate.per_second, rate.burst
                ),
                format!(
                    "平均每秒至多 {} 次，瞬时至多 {} 次；请于 {wait} 秒后重试",
                    rate.per_second, rate.burst
                ),
            );
            refusal.retry_after = u32::try_from(wait).ok();
            return Err(refusal.into());
        }
        all.insert(key, at);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_let_through_and_the_next_one_told_when_to_come_back() {
        let rate = Rate { per_second: 1, burst: 3 };
        let limits = Limits::new(Rates { address: rate, ..Rates::default() });
        assert!((0..3).all(|_| limits.by_address("192.0.2.1", false).is_ok()));
        let refused = limits.by_address("192.0.2.1", false).unwrap_err();
        assert!(matches!(refused, Failure::Refusal(it) if it.retry_after.is_some_and(|it| it <= 2)));
        assert!(limits.by_address("192.0.2.2", false).is_ok(), "another address has its own bucket");
    }
}
